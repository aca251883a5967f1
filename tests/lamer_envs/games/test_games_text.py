"""What the agent reads and writes in the games, word for word."""

import pytest

from lamer_envs.games.kuhn.engine import Hand
from lamer_envs.games.kuhn.text import parse_move, words
from lamer_envs.games.kuhn.text import render as render_hand
from lamer_envs.games.tictactoe.engine import Board
from lamer_envs.games.tictactoe.text import read_cell
from lamer_envs.games.tictactoe.text import render as render_board
from lamer_envs.meta import Episode
from lamer_envs.meta.prompt_sets import kuhn, tictactoe
from lamer_envs.parsing import ParseCode


@pytest.mark.parametrize(
    ("cards", "history", "seat", "last_two", "short"),
    [
        (
            "QK",
            "",
            0,
            "Moves so far: none.\nThere are 2 chips in the pot. You can check or bet.",
            "queen first :",
        ),
        (
            "QK",
            "pb",
            0,
            "Moves so far: you check, the opponent bets.\n"
            "There are 3 chips in the pot. You can fold or call.",
            "queen first : you check they bet",
        ),
        (
            "QK",
            "pbp",
            0,
            "Moves so far: you check, the opponent bets, you fold.\n"
            "The opponent's card stays hidden. You lose 1 chip.",
            "queen first : you check they bet you fold lose 1",
        ),
        (
            "QK",
            "bb",
            1,
            "Moves so far: the opponent bets, you call.\n"
            "Showdown: the opponent holds the Queen. You win 2 chips.",
            "king second : they bet you call they queen win 2",
        ),
        (
            "JK",
            "pp",
            0,
            "Moves so far: you check, the opponent checks.\n"
            "Showdown: the opponent holds the King. You lose 1 chip.",
            "jack first : you check they check they king lose 1",
        ),
    ],
)
def test_a_hand(cards: str, history: str, seat: int, last_two: str, short: str) -> None:
    shown = render_hand(Hand((cards[0], cards[1]), history), seat)
    first, rest = shown.split("\n", 1)
    card = {"J": "Jack", "Q": "Queen", "K": "King"}[cards[seat]]
    assert first == f"Your card: {card}. You act {('first', 'second')[seat]}."
    assert rest == last_two
    assert kuhn.compact_hand(shown) == short
    episode = Episode((), shown, False, True)
    assert kuhn.COMPACT.format_attempt(kuhn.COMPACT, 1, episode) == f"try {short}"
    assert kuhn.DEFAULT.format_attempt(kuhn.DEFAULT, 2, episode) == f"Attempt 2:\n{shown}"


def test_a_hand_without_turns_left_is_folded() -> None:
    shown = render_hand(Hand(("J", "K"), "p"), 1, out_of_turns=True)
    assert shown.endswith(
        "You are out of turns, which folds your hand. The opponent's card stays hidden. "
        "You lose 1 chip."
    )
    assert kuhn.compact_hand(shown) == "king second : they check lose 1"


@pytest.mark.parametrize(
    ("history", "action", "expected"),
    [
        ("", "check", "p"),
        ("p", " BET ", "b"),
        ("pb", "Call", "b"),
        ("b", "fold", "p"),
        ("b", "check", ParseCode.OUTSIDE),
        ("", "call", ParseCode.OUTSIDE),
        ("", "", ParseCode.EMPTY),
        ("", " \n", ParseCode.EMPTY),
        ("", "p", ParseCode.NOT_AN_ACTION),
        ("", "bet!", ParseCode.NOT_AN_ACTION),
        ("", "check bet", ParseCode.NOT_AN_ACTION),
    ],
)
def test_moves_of_a_hand(history: str, action: str, expected: object) -> None:
    assert parse_move(history, action) == expected
    assert words("pp") == []


BOARD = Board(3).played(4).played(0).played(8)


def test_a_board() -> None:
    shown = render_board(BOARD, 1)
    assert shown == (
        "You are O and move second.\n"
        "Row 1: O . .\n"
        "Row 2: . X .\n"
        "Row 3: . . X\n"
        "Moves so far: the opponent (2, 2), you (1, 1), the opponent (3, 3).\n"
        "It is your turn."
    )
    assert tictactoe.compact_board(shown) == (
        "you=O 1,1=O 1,2=. 1,3=. 2,1=. 2,2=X 2,3=. 3,1=. 3,2=. 3,3=X"
    )
    assert render_board(BOARD, 0, out_of_turns=True).endswith("You are out of turns: you lose.")


@pytest.mark.parametrize(
    ("cells", "seat", "ends", "short"),
    [
        ((0, 3, 1, 4, 2), 0, "You have filled a line: you win.", "win"),
        ((0, 3, 1, 4, 2), 1, "The opponent has filled a line: you lose.", "lose"),
        ((0, 1, 2, 4, 3, 5, 7, 6, 8), 0, "The board is full: a draw.", "draw"),
    ],
)
def test_how_a_game_ended(cells: tuple[int, ...], seat: int, ends: str, short: str) -> None:
    board = Board(3)
    for cell in cells:
        board = board.played(cell)
    shown = render_board(board, seat)
    assert shown.endswith(f"\n{ends}")
    names = [f"{cell // 3 + 1},{cell % 3 + 1}" for cell in cells]
    moves = [f"{'you' if n % 2 == seat else 'they'} {name}" for n, name in enumerate(names)]
    expected = " ".join(["try", *moves, short])
    episode = Episode((), shown, False, True)
    assert tictactoe.COMPACT.format_attempt(tictactoe.COMPACT, 1, episode) == expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("(1, 2)", 1),
        ("3,1", 6),
        ("(2, 2)", ParseCode.REPEATED),
        ("(0, 1)", ParseCode.OUTSIDE),
        ("(4, 1)", ParseCode.OUTSIDE),
        ("", ParseCode.EMPTY),
        ("centre", ParseCode.NOT_AN_ACTION),
        ("(1, 2) (1, 3)", ParseCode.NOT_AN_ACTION),
    ],
)
def test_cells_of_a_board(action: str, expected: object) -> None:
    assert read_cell(BOARD, action) == expected
