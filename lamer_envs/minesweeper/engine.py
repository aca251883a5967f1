"""Rules of MineSweeper on bit masks: no randomness, no text, no framework.

Cell (row, column), both from 0, is bit `row * cols + column` of an integer, so a set of cells is
one `int` and a flood fill is a handful of shifts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache


def bits(mask: int) -> Iterator[int]:
    """The set bits of a mask, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


class Geometry:
    """What depends on the shape of the board only; ask `geometry(rows, cols)` for the shared one.

    Attributes:
        size: number of cells.
        full: the mask of all cells.
        neighbours: per cell, the mask of its up to eight neighbours.
        names: per cell, its action string `"(row, col)"`, 1-based.
        index: from such a string back to the cell.
    """

    def __init__(self, rows: int, cols: int) -> None:
        self.rows = rows
        self.cols = cols
        self.size = rows * cols
        self.full = (1 << self.size) - 1
        first_column = sum(1 << row * cols for row in range(rows))
        self._not_first = self.full & ~first_column
        self._not_last = self.full & ~(first_column << (cols - 1))
        self.neighbours = tuple(self.spread(1 << i) & ~(1 << i) for i in range(self.size))
        self.names = tuple(str(self.cell(i)) for i in range(self.size))
        self.index = {name: i for i, name in enumerate(self.names)}

    def __reduce__(self) -> tuple[object, tuple[int, int]]:
        return geometry, (self.rows, self.cols)

    def cell(self, index: int) -> tuple[int, int]:
        """The 1-based (row, column) of a bit."""
        return index // self.cols + 1, index % self.cols + 1

    def spread(self, mask: int) -> int:
        """The cells of `mask` and all their neighbours."""
        wide = mask | (mask << 1) & self._not_first | (mask >> 1) & self._not_last
        return (wide | wide << self.cols | wide >> self.cols) & self.full

    def region(self, seed: int, inside: int) -> int:
        """The cells of `inside` that are connected to `seed` (8-neighbourhood) within `inside`."""
        grown = self.spread(seed) & inside
        while grown != seed:
            seed, grown = grown, self.spread(grown) & inside
        return grown

    def zeros(self, mines: int) -> int:
        """The safe cells without a mine beside them: opening one opens its surroundings."""
        return self.full & ~self.spread(mines)

    def opened_by(self, cell: int, zeros: int) -> int:
        """What a click on a safe cell opens: its zero region with its rim, or the cell alone."""
        bit = 1 << cell
        return self.spread(self.region(bit, zeros)) if zeros & bit else bit

    def clicks_left(self, mines: int, zeros: int, opened: int) -> int:
        """The minimum number of clicks that open all safe cells that are still closed.

        One for each zero region and one for each numbered cell that no zero region opens: what
        players call the 3BV of the board, here of what remains of it.
        """
        clicks = (self.full & ~(mines | opened | self.spread(zeros))).bit_count()
        zeros &= ~opened
        while zeros:
            zeros &= ~self.region(zeros & -zeros, zeros)
            clicks += 1
        return clicks


@lru_cache(maxsize=64)
def geometry(rows: int, cols: int) -> Geometry:
    """The shared geometry of a board of `rows` x `cols` cells."""
    return Geometry(rows, cols)


@dataclass(frozen=True)
class Board:
    """A task: where the mines are, and what is open before the first turn.

    Attributes:
        geometry: the shape.
        mines: mask of the mines.
        zeros: mask of the cells that cascade.
        start: mask of the cells that are open at the start.
        opening: the cell whose opening gave `start`.
        min_clicks: clicks that a player who knows the mines needs from `start`.
        layout_id: names the shape and the mines.
    """

    geometry: Geometry
    mines: int
    zeros: int
    start: int
    opening: int
    min_clicks: int
    layout_id: str

    @property
    def task_id(self) -> str:
        """Names the shape, the mines and the opening."""
        return f"{self.layout_id}-{self.opening}"

    @property
    def num_mines(self) -> int:
        """How many mines there are."""
        return self.mines.bit_count()

    def count(self, cell: int) -> int:
        """The number of mines beside a cell."""
        return (self.mines & self.geometry.neighbours[cell]).bit_count()


class Game:
    """One episode on a board.

    Attributes:
        opened: mask of the open cells; never holds a mine.
        exploded: the mine that was opened, or -1.
    """

    __slots__ = ("board", "exploded", "opened")

    def __init__(self, board: Board) -> None:
        self.board = board
        self.opened = board.start
        self.exploded = -1

    @property
    def won(self) -> bool:
        """Whether every safe cell is open."""
        return self.opened | self.board.mines == self.board.geometry.full

    @property
    def over(self) -> bool:
        """Whether the game is won or lost."""
        return self.exploded >= 0 or self.won

    @property
    def clicks_left(self) -> int:
        """The minimum number of clicks to a win from here."""
        board = self.board
        return board.geometry.clicks_left(board.mines, board.zeros, self.opened)

    def open(self, cell: int) -> int:
        """Open a closed cell and return the mask of the cells that this opened; 0 for a mine."""
        board = self.board
        if board.mines >> cell & 1:
            self.exploded = cell
            return 0
        new = board.geometry.opened_by(cell, board.zeros) & ~self.opened
        self.opened |= new
        return new
