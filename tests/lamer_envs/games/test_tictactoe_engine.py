"""The rules of Tic-Tac-Toe, against a plain second implementation and against OpenSpiel."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.games.tictactoe.engine import Board, Seen, grid


def every_board() -> dict[tuple[int, int], Board]:
    """One board for every state of the 3×3 game that can be reached."""
    found: dict[tuple[int, int], Board] = {}
    waiting = [Board(3)]
    while waiting:
        board = waiting.pop()
        if board.marks not in found:
            found[board.marks] = board
            if board.to_move is not None:
                waiting += [board.played(cell) for cell in board.seen_by(0).free]
    return found


def naive_winner(rows: list[list[int | None]]) -> int | None:
    size = len(rows)
    lines = [*rows, *zip(*rows, strict=True)]
    lines += [[rows[k][k] for k in range(size)], [rows[k][size - 1 - k] for k in range(size)]]
    return next((line[0] for line in lines if line[0] is not None and len({*line}) == 1), None)


def test_there_are_5478_states() -> None:
    boards = every_board().values()
    assert len(boards) == 5478
    assert sum(board.to_move is None for board in boards) == 958
    assert sum(board.winner == 0 for board in boards) == 626
    assert sum(board.winner == 1 for board in boards) == 316


@given(st.integers(3, 6), st.randoms(use_true_random=False))
def test_random_games_end_as_a_plain_board_says(size: int, rng: random.Random) -> None:
    board = Board(size)
    rows: list[list[int | None]] = [[None] * size for _ in range(size)]
    while board.to_move is not None:
        player = board.to_move
        cell = rng.choice(board.seen_by(player).free)
        would_win = board.seen_by(player).wins_at(cell)
        rows[cell // size][cell % size] = player
        board = board.played(cell)
        assert board.winner == naive_winner(rows)
        assert would_win == (board.winner is not None)
    assert board.payoff(0) == -board.payoff(1)
    assert (board.payoff(0) == 0) == (board.winner is None)
    assert len(grid(size).lines) == 2 * size + 2


def test_sides_of_a_board() -> None:
    board = Board(3).played(4).played(0)
    assert board.seen_by(0) == Seen(3, 1 << 4, 1)
    assert board.seen_by(1) == board.seen_by(0).turned()
    assert Board(3).played(0).played(4).marks != board.marks


@pytest.mark.parametrize("cell", [-1, 4, 9])
def test_cells_that_cannot_be_marked(cell: int) -> None:
    with pytest.raises(ValueError, match=f"cell {cell} cannot be marked; expected a free cell"):
        Board(3).played(4).played(cell)


def test_a_game_that_is_over_is_over() -> None:
    board = Board(3)
    for cell in (0, 3, 1, 4, 2):
        with pytest.raises(ValueError, match="the game is not over"):
            board.payoff(0)
        board = board.played(cell)
    assert (board.winner, board.to_move, board.payoff(1)) == (0, None, -1)
    with pytest.raises(ValueError, match="cannot be marked"):
        board.played(8)


def test_every_state_is_openspiels() -> None:
    spiel = pytest.importorskip("pyspiel", reason="OpenSpiel (lamer[games]) is the reference")
    game = spiel.load_game("tic_tac_toe")
    boards = every_board()
    for board in boards.values():
        state = game.new_initial_state()
        for cell in board.moves:
            state.apply_action(cell)
        assert state.is_terminal() == (board.to_move is None)
        if board.to_move is None:
            assert state.returns() == [board.payoff(0), board.payoff(1)]
        else:
            assert state.current_player() == board.to_move
            assert state.legal_actions() == board.seen_by(0).free
            for cell in state.legal_actions():
                child, after = state.child(cell), board.played(cell)
                assert child.is_terminal() == (after.to_move is None)
                assert str(child) == picture(after)
    assert len(boards) == 5478


def picture(board: Board) -> str:
    """A board as OpenSpiel writes it."""
    symbols = [
        "x" if board.marks[0] >> cell & 1 else "o" if board.marks[1] >> cell & 1 else "."
        for cell in range(9)
    ]
    return "\n".join("".join(symbols[row : row + 3]) for row in (0, 3, 6))
