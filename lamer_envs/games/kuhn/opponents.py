"""Opponents for Kuhn poker, as tables of twelve betting probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from lamer_envs.games.kuhn.engine import BET, HISTORIES, INFORMATION_SETS, PASS
from lamer_envs.games.opponents import Opponent

Row = tuple[float, float, float]
"""Probabilities with a jack, a queen and a king."""


@dataclass(frozen=True)
class Behaviour:
    """A behaviour table: how likely a player bets or calls with each card.

    Attributes:
        name: see `Opponent`.
        description: see `Opponent`.
        opens: bets as the first player.
        calls_behind: calls after having checked as the first player.
        stabs: bets as the second player after a check.
        calls: calls a bet as the second player.

    Raises:
        ValueError: an entry is no probability.
    """

    name: str
    description: str
    opens: Row
    calls_behind: Row
    stabs: Row
    calls: Row
    _odds: dict[str, dict[str, float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        for seen, bet in zip(INFORMATION_SETS, self.bets, strict=True):
            if isinstance(bet, bool) or not isinstance(bet, (int, float)) or not 0 <= bet <= 1:
                raise ValueError(f"{self.name}: expected a probability after {seen}, not {bet!r}")
            both = {BET: float(bet), PASS: 1.0 - bet}
            self._odds[seen] = {move: share for move, share in both.items() if share}

    @property
    def bets(self) -> tuple[float, ...]:
        """The probabilities of a bet or call, shape (12,), in the order of `INFORMATION_SETS`."""
        return (*self.opens, *self.calls_behind, *self.stabs, *self.calls)

    def odds(self, seen: str) -> Mapping[str, float]:
        """See `Opponent`; `seen` is an information set."""
        return self._odds[seen]


def from_table(bets: Mapping[str, float], name: str = "table", description: str = "") -> Behaviour:
    """A behaviour from the probability of a bet or call in every information set.

    Raises:
        ValueError: an information set is missing or unknown, or a value is no probability.
    """
    if bets.keys() != set(INFORMATION_SETS):
        missing = sorted(set(INFORMATION_SETS) - bets.keys())
        unknown = sorted(bets.keys() - set(INFORMATION_SETS))
        raise ValueError(
            f"a behaviour table needs the betting probability in each of "
            f"{', '.join(INFORMATION_SETS)}; missing {missing}, unknown {unknown}"
        )
    rows = [(bets["J" + h], bets["Q" + h], bets["K" + h]) for h in HISTORIES]
    return Behaviour(name, description or "Plays by a table that was given.", *rows)


def nash(alpha: float) -> Behaviour:
    """An equilibrium; `alpha` is how often the first player bluffs with a jack (Kuhn, 1950).

    Raises:
        ValueError: `alpha` is outside of [0, 1/3].
    """
    if not 0 <= alpha <= 1 / 3:
        raise ValueError(f"alpha must be in [0, 1/3] (0.3333 at most), not {alpha!r}")
    return Behaviour(
        f"nash-{alpha:g}",
        "Plays an equilibrium: nothing can be gained from it on average.",
        opens=(alpha, 0.0, 3 * alpha),
        calls_behind=(0.0, alpha + 1 / 3, 1.0),
        stabs=(1 / 3, 0.0, 1.0),
        calls=(0.0, 1 / 3, 1.0),
    )


@lru_cache(maxsize=16)
def cfr(iterations: int) -> Behaviour:
    """The average policy after so many iterations of counterfactual regret minimisation.

    Raises:
        ValueError: fewer than one iteration.
        ModuleNotFoundError: OpenSpiel is not installed.
    """
    from lamer_envs.games.openspiel import cfr_kuhn

    if iterations < 1:
        raise ValueError(f"CFR needs at least one iteration, not {iterations}")
    return from_table(
        cfr_kuhn(iterations),
        f"cfr-{iterations}",
        f"Plays what {iterations} iterations of counterfactual regret minimisation have taught it.",
    )


def opponent(spec: object) -> Opponent:
    """The opponent that a user means.

    Args:
        spec: a name of the populations, `"nash-ALPHA"`, `"cfr-ITERATIONS"`, a behaviour table
            (see `from_table`), or an `Opponent`.

    Raises:
        ValueError: it is none of them; the message lists what there is.
        ModuleNotFoundError: it needs OpenSpiel, which is not installed.
    """
    from lamer_envs.games.kuhn.populations import POPULATIONS

    if isinstance(spec, Mapping):
        return from_table(spec)
    if isinstance(spec, Opponent):
        return spec
    if isinstance(spec, str):
        known = POPULATIONS.get(spec)
        if known is not None:
            return known
        family, dash, number = spec.partition("-")
        if dash and family == "nash":
            return nash(_number(spec, number))
        if dash and family == "cfr" and number.isdecimal():
            return cfr(int(number))
    raise ValueError(
        f"opponent must be 'population', one of {', '.join(map(repr, POPULATIONS.names))}, "
        f"'nash-ALPHA', 'cfr-ITERATIONS', a behaviour table or an Opponent, not {spec!r}"
    )


def _number(spec: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"expected 'nash-' and a number in [0, 1/3], not {spec!r}") from None
