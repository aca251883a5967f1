"""The populations of Tic-Tac-Toe: whom an agent meets in training, and whom only afterwards."""

from __future__ import annotations

from lamer_envs.games.opponents import Opponent, Populations
from lamer_envs.games.tictactoe.minimax import EXACT_SIZE
from lamer_envs.games.tictactoe.opponents import Leaning, LookingAhead, Minimax, Order, Preferring

_MUCH = 8.0


def _corner(size: int, row: int, col: int) -> bool:
    return row in (0, size - 1) and col in (0, size - 1)


def _rim(size: int, row: int, col: int) -> bool:
    return row in (0, size - 1) or col in (0, size - 1)


def _from_centre(size: int, row: int, col: int) -> float:
    middle = (size - 1) / 2
    return max(abs(row - middle), abs(col - middle))


def _evenly(size: int, row: int, col: int) -> float:
    return 1.0


def _to_centre(size: int, row: int, col: int) -> float:
    return 1.0 if _rim(size, row, col) else _MUCH


def _to_corners(size: int, row: int, col: int) -> float:
    return _MUCH if _corner(size, row, col) else 1.0


def _to_edges(size: int, row: int, col: int) -> float:
    return _MUCH if _rim(size, row, col) and not _corner(size, row, col) else 1.0


def _to_bottom(size: int, row: int, col: int) -> float:
    return _MUCH**row


def _by_rows(size: int, row: int, col: int) -> tuple[float, ...]:
    return row, col


def _by_columns(size: int, row: int, col: int) -> tuple[float, ...]:
    return col, row


def _by_rows_backwards(size: int, row: int, col: int) -> tuple[float, ...]:
    return -row, -col


def _by_diagonals(size: int, row: int, col: int) -> tuple[float, ...]:
    return min(abs(row - col), abs(row + col - size + 1)), row, col


def _by_importance(size: int, row: int, col: int) -> tuple[float, ...]:
    return _from_centre(size, row, col), not _corner(size, row, col), row, col


def _by_edges(size: int, row: int, col: int) -> tuple[float, ...]:
    return not _rim(size, row, col), _corner(size, row, col), row, col


_RANDOM = Leaning("random", "Marks any free cell.", _evenly)


def _careful(name: str, order: str, key: Order) -> LookingAhead:
    return LookingAhead(
        f"careful-{name}",
        f"Takes a win or stops one, and else marks {order}.",
        Preferring(name, "", key),
    )


_TRAIN = (
    _RANDOM,
    Preferring("by-rows", "Marks the first free cell, row by row.", _by_rows),
    Leaning("centre-lover", "Marks at random, the inner cells most often.", _to_centre),
    Leaning("corner-lover", "Marks at random, corners most often.", _to_corners),
    LookingAhead("lookahead", "Takes a win or stops one, and else marks any free cell.", _RANDOM),
    _careful("rows", "row by row", _by_rows),
    _careful("columns", "column by column", _by_columns),
    _careful("edges", "the middles of the sides first", _by_edges),
)

_VALIDATION = (
    Preferring("by-columns", "Marks the first free cell, column by column.", _by_columns),
    Leaning("edge-lover", "Marks at random, the middles of the sides most often.", _to_edges),
    LookingAhead("blocker", "Stops a win, and else marks any free cell.", _RANDOM, takes=False),
    _careful("diagonals", "the diagonals first", _by_diagonals),
)

_TEST = (
    Preferring("by-importance", "Marks the centre first, then corners.", _by_importance),
    Leaning("bottom-lover", "Marks at random, mostly in the lowest free row.", _to_bottom),
    LookingAhead("finisher", "Takes a win, and else marks any free cell.", _RANDOM, stops=False),
    _careful("importance", "the centre first, then corners", _by_importance),
    _careful("rows-backwards", "row by row from the end", _by_rows_backwards),
    Minimax(),
)

POPULATIONS = Populations({"train": _TRAIN, "validation": _VALIDATION, "test": _TEST})
"""The test population is frozen: results name it, so its members never change."""


def population(split: str, size: int) -> tuple[Opponent, ...]:
    """The population of a split on boards of a size; perfect play is left out on larger ones."""
    return tuple(
        each
        for each in POPULATIONS.of(split)
        if size <= EXACT_SIZE or not isinstance(each, Minimax)
    )
