"""Exact values in Kuhn poker: of a player against an opponent, and of the best response to one.

A best response is found by one walk down the tree for each card of the player, which carries along
how likely each hidden card is: every information set is met once, with the right weights.
All values are chips.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from lamer_envs.games.kuhn.engine import (
    BET,
    CARDS,
    DEALS,
    INFORMATION_SETS,
    MOVES,
    mover,
    payoff,
)
from lamer_envs.games.kuhn.opponents import Behaviour, from_table
from lamer_envs.games.opponents import Opponent

Beliefs = Mapping[tuple[Opponent, str], float]
"""The weight of each opponent with each card, not necessarily summing to 1."""


def move_values(seat: int, card: str, history: str, beliefs: Beliefs) -> dict[str, float]:
    """What each move is worth to the player to move, if it plays on in the best way.

    Args:
        seat: the player, whose turn it is.
        card: its card.
        history: the moves so far.
        beliefs: about opponent and card, the moves so far taken into account.

    Returns:
        For each move the expected chips times the total weight of `beliefs`.
    """
    return {move: _best(seat, card, history + move, beliefs, {}) for move in MOVES}


def _best(seat: int, card: str, history: str, beliefs: Beliefs, plan: dict[str, str]) -> float:
    """The best expected chips from here, times the weight of `beliefs`; notes the best moves."""
    turn = mover(history)
    if turn is None:
        return sum(
            weight * payoff(seat, card, other, history) for (_, other), weight in beliefs.items()
        )
    if turn == seat:
        values = {move: _best(seat, card, history + move, beliefs, plan) for move in MOVES}
        plan[card + history] = max(MOVES, key=values.__getitem__)
        return max(values.values())
    return sum(
        _best(seat, card, history + move, after_move(beliefs, history, move), plan)
        for move in MOVES
    )


def after_move(beliefs: Beliefs, history: str, move: str) -> dict[tuple[Opponent, str], float]:
    """The beliefs after a move of the opponent; what they rule out is left out."""
    updated = {}
    for (opponent, card), weight in beliefs.items():
        if share := opponent.odds(card + history).get(move, 0.0):
            updated[opponent, card] = weight * share
    return updated


@lru_cache(maxsize=256)
def best_response(opponent: Opponent) -> Behaviour:
    """A best response to an opponent, in both seats; it checks and folds where all is equal."""
    plan: dict[str, str] = {}
    for seat in (0, 1):
        for card in CARDS:
            _best(
                seat, card, "", {(opponent, other): 0.5 for other in CARDS if other != card}, plan
            )
    return from_table(
        {seen: float(plan[seen] == BET) for seen in INFORMATION_SETS},
        f"best-response-to-{opponent.name}",
        f"Plays the best response to {opponent.name}.",
    )


def value(
    player: Opponent, opponent: Opponent, seat: int, cards: tuple[str, str] | None = None
) -> float:
    """The expected chips of a player.

    Args:
        player: a policy.
        opponent: another one.
        seat: where the player sits, 0 or 1.
        cards: the deal; the mean over all deals by default.
    """
    if cards is None:
        return sum(value(player, opponent, seat, deal) for deal in DEALS) / len(DEALS)
    return _expected((player, opponent), seat, cards, "")


def _expected(
    players: tuple[Opponent, Opponent], seat: int, cards: tuple[str, str], history: str
) -> float:
    turn = mover(history)
    if turn is None:
        return payoff(seat, cards[seat], cards[1 - seat], history)
    odds = players[turn != seat].odds(cards[turn] + history)
    return sum(
        share * _expected(players, seat, cards, history + move) for move, share in odds.items()
    )


def exploitability(player: Opponent) -> float:
    """How much best responses gain over an equilibrium against a player, mean over both seats."""
    return sum(value(best_response(player), player, seat) for seat in (0, 1)) / 2
