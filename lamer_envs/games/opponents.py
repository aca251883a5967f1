"""What an opponent is, how its moves are drawn, and how populations of opponents are kept."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

POPULATION = "population"
"""The `opponent` argument that draws one from the population of the split."""

MoveT = TypeVar("MoveT")


@runtime_checkable
class Opponent(Protocol):
    """A fixed policy, written down as the odds of its moves.

    Because the odds are known, its best response has an exact value and an observer can identify
    it by Bayes' rule. Implementations are pure functions of what they see, and hashable.
    """

    @property
    def name(self) -> str:
        """A short name; equal names are equal opponents."""

    @property
    def description(self) -> str:
        """One sentence for people: how it plays."""

    def __hash__(self) -> int:
        """Best responses are kept by opponent."""

    def odds(self, seen: Any) -> Mapping[Any, float]:
        """The probability of each move in a position as the opponent sees it.

        Args:
            seen: what the position's `seen_by` gives for the opponent's seat.

        Returns:
            Moves with a positive probability; they sum to 1.
        """


def draw(odds: Mapping[MoveT, float], number: float) -> MoveT:
    """The move that a uniform number in [0, 1) picks; the order of `odds` matters."""
    bound = 0.0
    move = None
    for move, probability in odds.items():
        bound += probability
        if number < bound:
            return move
    assert move is not None, "an opponent without a move"
    return move


class Populations:
    """The opponents of a game: one population for each split, none of them in two.

    Args:
        splits: the populations by split.

    Raises:
        ValueError: a name is there twice.
    """

    def __init__(self, splits: Mapping[str, Sequence[Opponent]]) -> None:
        self._splits = {split: tuple(opponents) for split, opponents in splits.items()}
        names = [each.name for each in itertools.chain.from_iterable(self._splits.values())]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"expected every opponent in one population, once; twice: {twice}")
        self._by_name = {
            each.name: each for each in itertools.chain.from_iterable(self._splits.values())
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all opponents, split by split."""
        return tuple(self._by_name)

    def of(self, split: str) -> tuple[Opponent, ...]:
        """The population of a split."""
        return self._splits[split]

    def get(self, name: str) -> Opponent | None:
        """The opponent of a name, or `None`."""
        return self._by_name.get(name)
