"""Opponents for Tic-Tac-Toe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lamer_envs.games.opponents import Opponent
from lamer_envs.games.tictactoe.engine import Seen
from lamer_envs.games.tictactoe.minimax import optimal_moves

Weight = Callable[[int, int, int], float]
"""Size, row and column (from 0) -> how much a cell is liked, more than 0."""

Order = Callable[[int, int, int], tuple[float, ...]]
"""Size, row and column (from 0) -> a key; cells with a lower one come first."""


@dataclass(frozen=True)
class Preferring:
    """Marks the free cell that comes first in an order of its own.

    Attributes:
        name: see `Opponent`.
        description: see `Opponent`.
        order: which cells come first; ties in reading order.
    """

    name: str
    description: str
    order: Order

    def odds(self, seen: Seen) -> Mapping[int, float]:
        """See `Opponent`."""
        size = seen.size
        return {min(seen.free, key=lambda cell: self.order(size, *divmod(cell, size))): 1.0}


@dataclass(frozen=True)
class Leaning:
    """Draws among the free cells in proportion to a weight.

    Attributes:
        name: see `Opponent`.
        description: see `Opponent`.
        weight: how much it likes each cell.
    """

    name: str
    description: str
    weight: Weight

    def odds(self, seen: Seen) -> Mapping[int, float]:
        """See `Opponent`."""
        size = seen.size
        weights = {cell: self.weight(size, *divmod(cell, size)) for cell in seen.free}
        total = sum(weights.values())
        return {cell: weight / total for cell, weight in weights.items()}


@dataclass(frozen=True)
class LookingAhead:
    """Looks one move ahead: takes a win, stops one, and else plays as another opponent does.

    Attributes:
        name: see `Opponent`.
        description: see `Opponent`.
        otherwise: how it plays when there is nothing to take or to stop.
        takes: whether it takes a win.
        stops: whether it stops the other player's win.
    """

    name: str
    description: str
    otherwise: Opponent
    takes: bool = True
    stops: bool = True

    def odds(self, seen: Seen) -> Mapping[int, float]:
        """See `Opponent`."""
        for wanted, view in ((self.takes, seen), (self.stops, seen.turned())):
            if wanted:
                cells = [cell for cell in seen.free if view.wins_at(cell)]
                if cells:
                    return dict.fromkeys(cells, 1 / len(cells))
        return self.otherwise.odds(seen)


@dataclass(frozen=True)
class Minimax:
    """Plays perfectly, and draws among the moves that are equally good. 3×3 only."""

    name: str = "minimax"
    description: str = "Plays perfectly: it can be held to a draw and not beaten."

    def odds(self, seen: Seen) -> Mapping[int, float]:
        """See `Opponent`."""
        moves = optimal_moves(seen)
        return dict.fromkeys(moves, 1 / len(moves))


@dataclass(frozen=True)
class TreeSearch:
    """Monte Carlo tree search by OpenSpiel. 3×3 only.

    The search of a position is seeded by the position, so that the player is a fixed policy: it
    makes the same move there every time.

    Attributes:
        simulations: of one search.

    Raises:
        ValueError: fewer than one simulation.
        ModuleNotFoundError: OpenSpiel is not installed.
    """

    simulations: int

    def __post_init__(self) -> None:
        from lamer_envs.games.openspiel import load

        load()
        if self.simulations < 1:
            raise ValueError(f"MCTS needs at least one simulation, not {self.simulations}")

    @property
    def name(self) -> str:
        """`mcts-SIMULATIONS`."""
        return f"mcts-{self.simulations}"

    @property
    def description(self) -> str:
        """How it plays."""
        return f"Searches by {self.simulations} random simulations of each position."

    def odds(self, seen: Seen) -> Mapping[int, float]:
        """See `Opponent`."""
        return {_searched(seen.own, seen.other, self.simulations): 1.0}


@lru_cache(maxsize=1 << 16)
def _searched(own: int, other: int, simulations: int) -> int:
    from lamer_envs.games.openspiel import search_tictactoe

    return search_tictactoe(own, other, simulations)


@lru_cache(maxsize=1 << 15)
def known_odds(opponent: Opponent, seen: Seen) -> Mapping[int, float]:
    """The odds of an opponent, worked out once for each position."""
    return opponent.odds(seen)


def opponent(spec: object, size: int) -> Opponent:
    """The opponent that a user means.

    Args:
        spec: a name of the populations, `"minimax"`, `"mcts-SIMULATIONS"`, or an `Opponent`.
        size: of the board; perfect play and search are for 3×3 only.

    Raises:
        ValueError: it is none of them; the message lists what there is.
        ModuleNotFoundError: it needs OpenSpiel, which is not installed.
    """
    from lamer_envs.games.tictactoe.populations import POPULATIONS

    found: Opponent | None = None
    if isinstance(spec, Opponent):
        found = spec
    elif isinstance(spec, str):
        family, dash, number = spec.partition("-")
        found = POPULATIONS.get(spec)
        if found is None and dash and family == "mcts" and number.isdecimal():
            found = TreeSearch(int(number))
    if found is None:
        raise ValueError(
            f"opponent must be 'population', one of {', '.join(map(repr, POPULATIONS.names))}, "
            f"'mcts-SIMULATIONS' or an Opponent, not {spec!r}"
        )
    if size != 3 and isinstance(found, (Minimax, TreeSearch)):
        raise ValueError(f"{found.name} plays on 3×3 boards only; expected size=3, not {size}")
    return found
