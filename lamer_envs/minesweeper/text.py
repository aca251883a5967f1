"""What the agent reads and writes: the visible board, and cells as `(row, col)`."""

from __future__ import annotations

import re
from functools import lru_cache

from lamer_envs.minesweeper.engine import Board, Geometry, bits, geometry
from lamer_envs.parsing import ParseCode

CLOSED = "?"
BLANK = "."
MINE = "*"

_CELL = re.compile(
    r"\s*(?:\(\s*(-?[0-9]+)\s*,\s*(-?[0-9]+)\s*\)|(-?[0-9]+)\s*,\s*(-?[0-9]+))\s*", re.ASCII
)
_DIGITS = (BLANK + "12345678").encode()
_LONGEST_NUMBER = 6


def parse_cell(shape: Geometry, action: str) -> int | ParseCode:
    """The cell that an action names, or why it names none.

    An action is exactly one cell, 1-based: `(2, 3)` or `2, 3`, white space forgiven anywhere
    between its parts. `OUTSIDE` is a cell off the board, negative and huge numbers included.
    """
    known = shape.index.get(action)
    if known is not None:
        return known
    match = _CELL.fullmatch(action)
    if match is None:
        return ParseCode.NOT_AN_ACTION if action.strip() else ParseCode.EMPTY
    row_text, col_text = match.group(1, 2) if match.group(1) else match.group(3, 4)
    # Python refuses to convert integers of thousands of digits, and no board is that large.
    if len(row_text) > _LONGEST_NUMBER or len(col_text) > _LONGEST_NUMBER:
        return ParseCode.OUTSIDE
    row, col = int(row_text) - 1, int(col_text) - 1
    if not (0 <= row < shape.rows and 0 <= col < shape.cols):
        return ParseCode.OUTSIDE
    return row * shape.cols + col


@lru_cache(maxsize=64)
def _blank_screen(rows: int, cols: int) -> tuple[bytes, tuple[int, ...]]:
    """The text of an unopened board, and where in it each cell stands."""
    lines: list[str] = []
    positions: list[int] = []
    start = 0
    for row in range(1, rows + 1):
        prefix = f"Row {row}: "
        positions.extend(start + len(prefix) + 2 * col for col in range(cols))
        lines.append(prefix + " ".join(CLOSED * cols))
        start += len(lines[-1]) + 1
    return "\n".join(lines).encode(), tuple(positions)


class Screen:
    """The text of a game, changed in place as cells open."""

    __slots__ = ("_board", "_positions", "_text")

    def __init__(self, board: Board) -> None:
        blank, self._positions = _blank_screen(board.geometry.rows, board.geometry.cols)
        self._board = board
        self._text = bytearray(blank)

    def open(self, cells: int) -> None:
        """Show the number of each of the cells (a mask)."""
        board, text, positions = self._board, self._text, self._positions
        mines, neighbours = board.mines, board.geometry.neighbours
        while cells:
            lowest = cells & -cells
            cell = lowest.bit_length() - 1
            text[positions[cell]] = _DIGITS[(mines & neighbours[cell]).bit_count()]
            cells ^= lowest

    def explode(self, cell: int) -> None:
        """Show a mine at one cell; the other mines stay hidden for the next attempt."""
        self._text[self._positions[cell]] = ord(MINE)

    def __str__(self) -> str:
        return self._text.decode("ascii")


def render(board: Board, opened: int, exploded: int = -1) -> str:
    """The visible text of a state: one `Row r: …` line each, cells separated by a space."""
    screen = Screen(board)
    screen.open(opened)
    if exploded >= 0:
        screen.explode(exploded)
    return str(screen)


def read_board(text: str) -> tuple[Geometry, dict[int, int], int]:
    """Read a visible board back: its shape, the number of each open cell, the exploded cell or -1.

    Raises:
        ValueError: the text is not a board as `render` writes it.
    """
    rows = [line.partition(": ")[2].split(" ") for line in text.split("\n")]
    if len({len(row) for row in rows}) != 1:
        raise ValueError(f"expected rows of equal length, not {text!r}")
    shape = geometry(len(rows), len(rows[0]))
    numbers: dict[int, int] = {}
    exploded = -1
    for cell, symbol in enumerate(symbol for row in rows for symbol in row):
        if symbol == MINE:
            exploded = cell
        elif symbol == BLANK:
            numbers[cell] = 0
        elif symbol != CLOSED:
            if symbol not in set("12345678"):
                raise ValueError(f"expected one of ? . 1-8 *, not {symbol!r}")
            numbers[cell] = int(symbol)
    return shape, numbers, exploded


def cell_names(shape: Geometry, mask: int) -> list[str]:
    """The action strings of the cells of a mask, in reading order."""
    names = shape.names
    return [names[cell] for cell in bits(mask)]
