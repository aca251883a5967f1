"""Boards as text and back, and what counts as an action."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.parsing import ParseCode
from lamer_envs.sokoban.engine import MOVES, Room, State, border_of
from lamer_envs.sokoban.instances import LevelGenerator
from lamer_envs.sokoban.text import BoardText, parse_moves, read_board, write_moves

OK, EMPTY = ParseCode.OK, ParseCode.EMPTY
BAD, MANY = ParseCode.NOT_AN_ACTION, ParseCode.TOO_MANY


def test_every_symbol_in_its_place() -> None:
    room = Room(5, 6, border_of(5, 6) | 1 << 7, 1 << 8 | 1 << 9 | 1 << 14)
    text = BoardText(room).write(State(1 << 8 | 1 << 15, 14))
    assert text == "\n".join(
        ["0: # # # # # #", "1: # # √ O _ #", "2: # _ S X _ #", "3: # _ _ _ _ #", "4: # # # # # #"]
    )
    player_moved = BoardText(room).write(State(1 << 8 | 1 << 15, 13))
    assert "2: # P O X _ #" in player_moved


@pytest.mark.parametrize(("size", "boxes"), [(6, 2), (8, 3), (12, 4)])
def test_text_reads_back(size: int, boxes: int) -> None:
    generator = LevelGenerator(size, size, boxes, boxes, 40, "train", 10**6, 1000)
    for seed in range(10):
        level = generator.level(seed)
        assert read_board(BoardText(level.room).write(level.start)) == (level.room, level.start)


@pytest.mark.parametrize(
    "text", ["", "hello", "0: # #\n1: # ", "0: # # #\n1: # _ #\n2: # # #", "0: # # #\n1: # P P #"]
)
def test_what_is_no_board(text: str) -> None:
    with pytest.raises(ValueError, match="board"):
        read_board(text)


@pytest.mark.parametrize(
    ("action", "moves", "code"),
    [
        ("up", "up", OK),
        ("down", "down", OK),
        ("left", "left", OK),
        ("right", "right", OK),
        ("UP", "up", OK),
        ("Left,RIGHT,dOwN", "left,right,down", OK),
        ("up,up,up", "up,up,up", OK),
        ("  up ,\tleft\n, down  ", "up,left,down", OK),
        ("", "", EMPTY),
        (" \n\t ", "", EMPTY),
        (",", "", BAD),
        ("up,", "", BAD),
        (",up", "", BAD),
        ("up,,left", "", BAD),
        ("up left", "", BAD),
        ("up left down", "", BAD),
        ("up;left", "", BAD),
        ("up\nleft", "", BAD),
        ("up and left", "", BAD),
        ("go up", "", BAD),
        ("do not go down", "", BAD),
        ("leftover", "", BAD),
        ("upup", "", BAD),
        ("u p", "", BAD),
        ("u", "", BAD),
        ("north", "", BAD),
        ("1", "", BAD),
        ("up.", "", BAD),
        ("'up'", "", BAD),
        ("[up,left]", "", BAD),
        ("(up)", "", BAD),
        ("<action>up</action>", "", BAD),
        ("up,noop", "", BAD),
        ("up,up,up,up", "", MANY),
        ("up, left, down, right, up", "", MANY),
        ("up,up,up,up,jump", "", BAD),
        ("up,up,up,", "", BAD),
        ("\uff55\uff50", "", BAD),
        ("uр", "", BAD),
        ("haut", "", BAD),
        ("上", "", BAD),
        ("\ud800", "", BAD),
        ("up\x00", "", BAD),
    ],
)
def test_golden_actions(action: str, moves: str, code: ParseCode) -> None:
    parsed, why = parse_moves(action, 3)
    assert (write_moves(parsed), why) == (moves, code)


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=9),
    st.data(),
)
def test_any_spelling_of_moves_is_understood(directions: list[int], data: st.DataObject) -> None:
    space = st.text(" \t\n", max_size=3)
    parts = [
        data.draw(space)
        + "".join(data.draw(st.sampled_from((c, c.upper()))) for c in MOVES[d])
        + data.draw(space)
        for d in directions
    ]
    expected = (directions, OK) if len(directions) <= 5 else ([], MANY)
    assert parse_moves(",".join(parts), 5) == expected
