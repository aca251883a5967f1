"""What the agent reads and writes in Tic-Tac-Toe: the board, and cells as `(row, col)`."""

from __future__ import annotations

from lamer_envs.games.tictactoe.engine import Board
from lamer_envs.minesweeper.engine import geometry
from lamer_envs.minesweeper.text import parse_cell
from lamer_envs.parsing import ParseCode

MARKS = "XO"
FREE = "."


def cell_name(size: int, cell: int) -> str:
    """A cell as the agent writes it, 1-based."""
    return geometry(size, size).names[cell]


def read_cell(board: Board, action: str) -> int | ParseCode:
    """The free cell that an action names, or why it names none.

    Exactly one cell, as MineSweeper reads it; `REPEATED` is a cell that is taken.
    """
    cell = parse_cell(geometry(board.size, board.size), action)
    if isinstance(cell, ParseCode):
        return cell
    return ParseCode.REPEATED if (board.marks[0] | board.marks[1]) >> cell & 1 else cell


def render(board: Board, seat: int, *, out_of_turns: bool = False) -> str:
    """A board as the player of a seat sees it.

    Args:
        board: the position.
        seat: whose view.
        out_of_turns: whether the player has no turns left and so loses.
    """
    size = board.size
    symbols = [
        MARKS[0] if board.marks[0] >> cell & 1 else MARKS[1] if board.marks[1] >> cell & 1 else FREE
        for cell in range(size * size)
    ]
    names = geometry(size, size).names
    moves = [
        f"{'you' if index % 2 == seat else 'the opponent'} {names[cell]}"
        for index, cell in enumerate(board.moves)
    ]
    return "\n".join(
        (
            f"You are {MARKS[seat]} and move {('first', 'second')[seat]}.",
            *(
                f"Row {row + 1}: {' '.join(symbols[row * size : (row + 1) * size])}"
                for row in range(size)
            ),
            f"Moves so far: {', '.join(moves) or 'none'}.",
            _status(board, seat, out_of_turns),
        )
    )


def _status(board: Board, seat: int, out_of_turns: bool) -> str:
    if board.winner is not None:
        return (
            "You have filled a line: you win."
            if board.winner == seat
            else "The opponent has filled a line: you lose."
        )
    if board.to_move is None:
        return "The board is full: a draw."
    return "You are out of turns: you lose." if out_of_turns else "It is your turn."
