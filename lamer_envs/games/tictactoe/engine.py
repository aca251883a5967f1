"""The rules of Tic-Tac-Toe on an n×n board, where a full line of n wins.

Cells are numbered in reading order from 0; sets of cells are bit masks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Grid:
    """What a size decides.

    Attributes:
        size: rows and columns.
        full: mask of all cells.
        through: for each cell, the masks of the lines through it.
        lines: the masks of all lines.
    """

    size: int
    full: int
    lines: tuple[int, ...]
    through: tuple[tuple[int, ...], ...]


@lru_cache(maxsize=16)
def grid(size: int) -> Grid:
    """The grid of a size."""
    numbers = range(size)
    rows = [[row * size + col for col in numbers] for row in numbers]
    columns = [[row * size + col for row in numbers] for col in numbers]
    diagonals = [[k * size + k for k in numbers], [k * size + size - 1 - k for k in numbers]]
    lines = tuple(sum(1 << cell for cell in line) for line in (*rows, *columns, *diagonals))
    cells = range(size * size)
    through = tuple(tuple(line for line in lines if line >> cell & 1) for cell in cells)
    return Grid(size, (1 << size * size) - 1, lines, through)


@dataclass(frozen=True, slots=True)
class Seen:
    """A position as the player to move sees it; equal positions are equal, whatever led there.

    Attributes:
        size: of the board.
        own: mask of the player's marks.
        other: mask of the other player's.
    """

    size: int
    own: int
    other: int

    @property
    def free(self) -> list[int]:
        """The free cells, in reading order."""
        taken = self.own | self.other
        return [cell for cell in range(self.size * self.size) if not taken >> cell & 1]

    def wins_at(self, cell: int) -> bool:
        """Whether a mark of the player there fills a line."""
        own = self.own | 1 << cell
        return any(line & own == line for line in grid(self.size).through[cell])

    def turned(self) -> Seen:
        """The same board seen by the other player."""
        return Seen(self.size, self.other, self.own)


@dataclass(frozen=True, slots=True)
class Board:
    """A position and how it came about.

    Attributes:
        size: rows and columns.
        marks: masks of the first and the second player.
        moves: the cells in the order in which they were marked.
        winner: who has a full line, or `None`.
    """

    size: int
    marks: tuple[int, int] = (0, 0)
    moves: tuple[int, ...] = ()
    winner: int | None = None

    @property
    def ply(self) -> int:
        """Moves made so far."""
        return len(self.moves)

    @property
    def to_move(self) -> int | None:
        """The player whose turn it is, 0 or 1; `None` when the game is over."""
        ply = len(self.moves)
        return None if self.winner is not None or ply == self.size * self.size else ply % 2

    def played(self, cell: int) -> Board:
        """The board after a mark.

        Raises:
            ValueError: the game is over, or the cell is not free or not on the board.
        """
        player = self.to_move
        free = 0 <= cell < self.size * self.size and not (self.marks[0] | self.marks[1]) >> cell & 1
        if player is None or not free:
            raise ValueError(f"cell {cell} cannot be marked; expected a free cell before the end")
        own = self.marks[player] | 1 << cell
        won = any(line & own == line for line in grid(self.size).through[cell])
        marks = (own, self.marks[1]) if player == 0 else (self.marks[0], own)
        return Board(self.size, marks, (*self.moves, cell), player if won else None)

    def payoff(self, seat: int) -> int:
        """1 for a win, 0 for a draw, -1 for a loss.

        Raises:
            ValueError: the game is not over.
        """
        if self.to_move is not None:
            raise ValueError("the game is not over")
        return 0 if self.winner is None else 1 if self.winner == seat else -1

    def seen_by(self, seat: int) -> Seen:
        """The position as one player sees it."""
        return Seen(self.size, self.marks[seat], self.marks[1 - seat])
