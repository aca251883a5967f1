"""The bit-mask engine against the naive one."""

import pickle

import naive_minesweeper as naive
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamer_envs.minesweeper.engine import Board, Game, Geometry, bits, geometry
from lamer_envs.minesweeper.text import parse_cell, read_board, render
from lamer_envs.parsing import ParseCode


def to_set(shape: Geometry, mask: int) -> set[naive.Cell]:
    return {divmod(i, shape.cols) for i in bits(mask)}


@st.composite
def boards(draw: st.DrawFn, most: int = 9) -> Board:
    rows = draw(st.integers(1, most))
    cols = draw(st.integers(1 if rows > 1 else 2, most))
    cells = draw(st.permutations(range(rows * cols)))
    shape = geometry(rows, cols)
    num_mines = draw(st.integers(0, min(shape.size - 1, max(2, shape.size // 2))))
    mines = sum(1 << i for i in cells[:num_mines])
    zeros = shape.zeros(mines)
    opening = cells[num_mines]
    start = shape.opened_by(opening, zeros)
    clicks = shape.clicks_left(mines, zeros, start)
    return Board(shape, mines, zeros, start, opening, clicks, "x")


@given(boards(), st.data())
def test_a_game_equals_the_naive_one_click_by_click(board: Board, data: st.DataObject) -> None:
    shape = board.geometry
    rows, cols = shape.rows, shape.cols
    mines = to_set(shape, board.mines)
    opened = naive.flood(rows, cols, mines, divmod(board.opening, cols))
    game = Game(board)
    assert to_set(shape, game.opened) == opened
    while not game.over:
        cell = data.draw(st.sampled_from(list(bits(shape.full & ~game.opened))))
        at = divmod(cell, cols)
        before = set(opened)
        new = game.open(cell)
        if at in mines:
            assert new == 0
            assert game.exploded == cell
            assert not game.won
        else:
            opened |= naive.flood(rows, cols, mines, at)
            assert to_set(shape, new) == opened - before
        assert to_set(shape, game.opened) == opened
        exploded = at if at in mines else None
        text = render(board, game.opened, game.exploded)
        assert text == naive.draw(rows, cols, mines, opened, exploded)
    assert game.won == (opened | mines == set(naive.cells_of(rows, cols)))


@settings(max_examples=60, deadline=None)
@given(boards(most=4), st.data())
def test_the_number_of_clicks_left_is_the_true_minimum(board: Board, data: st.DataObject) -> None:
    shape = board.geometry
    mines = to_set(shape, board.mines)
    game = Game(board)
    safe = list(bits(shape.full & ~board.mines))
    for cell in data.draw(st.lists(st.sampled_from(safe), max_size=3)):
        game.open(cell)
    opened = to_set(shape, game.opened)
    assert game.clicks_left == naive.fewest_clicks(shape.rows, shape.cols, mines, opened)


def test_clicks_are_counted_as_players_count_them() -> None:
    # One mine in a corner of 3x3: one blank region opens all but nothing else is left.
    shape = geometry(3, 3)
    assert shape.clicks_left(1, shape.zeros(1), 0) == 1
    # A mine in the middle: no blank cell, eight numbers, a click each.
    assert shape.clicks_left(1 << 4, shape.zeros(1 << 4), 0) == 8


@given(boards())
def test_a_visible_board_is_read_back(board: Board) -> None:
    shape, numbers, exploded = read_board(render(board, board.start))
    assert shape is board.geometry
    assert numbers == {cell: board.count(cell) for cell in bits(board.start)}
    assert exploded == -1


@pytest.mark.parametrize("text", ["", "Row 1: x", "Row 1: ? 9", "Row 1: ? ?\nRow 2: ?", "hello"])
def test_what_is_no_board_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        read_board(text)


def test_an_exploded_cell_is_read_back() -> None:
    assert read_board("Row 1: ? *\nRow 2: 1 ?")[1:] == ({2: 1}, 1)


def test_a_geometry_is_shared_and_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(geometry(4, 7))) is geometry(4, 7)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("(1, 1)", 0),
        ("(2,3)", 8),
        ("2,3", 8),
        ("2, 3", 8),
        ("  (  2 ,\t3 )\n", 8),
        ("(6, 6)", 35),
        ("", ParseCode.EMPTY),
        (" \n", ParseCode.EMPTY),
        ("(0, 1)", ParseCode.OUTSIDE),
        ("(1, 0)", ParseCode.OUTSIDE),
        ("(7, 1)", ParseCode.OUTSIDE),
        ("(1, 7)", ParseCode.OUTSIDE),
        ("(-1, 2)", ParseCode.OUTSIDE),
        ("(1, " + "9" * 5000 + ")", ParseCode.OUTSIDE),
        ("0" * 100_000 + ",1", ParseCode.OUTSIDE),
        ("2 3", ParseCode.NOT_AN_ACTION),
        ("(2, 3", ParseCode.NOT_AN_ACTION),
        ("2, 3)", ParseCode.NOT_AN_ACTION),
        ("[2, 3]", ParseCode.NOT_AN_ACTION),
        ("(2, 3), (3, 4)", ParseCode.NOT_AN_ACTION),
        ("(2, 3, 4)", ParseCode.NOT_AN_ACTION),
        ("(2; 3)", ParseCode.NOT_AN_ACTION),
        ("(2.0, 3)", ParseCode.NOT_AN_ACTION),
        ("(+2, 3)", ParseCode.NOT_AN_ACTION),
        ("(2 1, 3)", ParseCode.NOT_AN_ACTION),
        ("(٢, ٣)", ParseCode.NOT_AN_ACTION),
        ("open (2, 3)", ParseCode.NOT_AN_ACTION),
        ("I do not open (2, 3).", ParseCode.NOT_AN_ACTION),
        ("row 2, col 3", ParseCode.NOT_AN_ACTION),
        ("\x00", ParseCode.NOT_AN_ACTION),
    ],
)
def test_exactly_one_cell_is_an_action(action: str, expected: object) -> None:
    assert parse_cell(geometry(6, 6), action) == expected


@given(st.integers(), st.integers(), st.booleans(), st.text(" \t\n", max_size=3))
def test_every_pair_of_integers_is_a_cell_or_outside(
    row: int, col: int, brackets: bool, space: str
) -> None:
    inner = f"{row}{space},{space}{col}"
    action = f"{space}({inner}){space}" if brackets else inner
    inside = 1 <= row <= 5 and 1 <= col <= 7
    wanted = (row - 1) * 7 + col - 1 if inside else ParseCode.OUTSIDE
    assert parse_cell(geometry(5, 7), action) == wanted
