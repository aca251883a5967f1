"""What an observer who knows the population can conclude in Kuhn poker, by Bayes' rule."""

from __future__ import annotations

from collections.abc import Sequence

from lamer_envs.games.kuhn.best_response import Beliefs, after_move
from lamer_envs.games.kuhn.engine import CARDS, Sight
from lamer_envs.games.opponents import Opponent


def beliefs(
    candidates: Sequence[Opponent], past: Sequence[Sight], now: Sight, *, redeal: bool
) -> dict[tuple[Opponent, str], float]:
    """The joint posterior of opponent and hidden card.

    Args:
        candidates: the opponents that are possible, equally likely at first.
        past: the earlier hands of the trial.
        now: the hand in play.
        redeal: whether each hand was dealt by itself, and not all of them alike.

    Returns:
        The weight of each pair that is still possible; they sum to 1. Empty if nothing is.
    """
    weights = dict.fromkeys(candidates, 1.0)
    if redeal:
        for sight in past:
            seen = explained(_dealt(weights, sight), sight)
            weights = dict.fromkeys(candidates, 0.0)
            for (opponent, _), weight in seen.items():
                weights[opponent] += weight
        joint = explained(_dealt(weights, now), now)
    else:
        joint = _dealt(weights, now)
        for sight in (*past, now):
            joint = explained(joint, sight)
    total = sum(joint.values())
    return {pair: weight / total for pair, weight in joint.items() if weight}


def explained(prior: Beliefs, sight: Sight) -> dict[tuple[Opponent, str], float]:
    """The prior times the likelihood of what was seen of one hand."""
    joint = {
        (opponent, card): weight
        for (opponent, card), weight in prior.items()
        if sight.other in (None, card)
    }
    for index, move in enumerate(sight.history):
        if index % 2 != sight.seat:
            joint = after_move(joint, sight.history[:index], move)
    return joint


def opponent_posterior(joint: Beliefs) -> dict[str, float]:
    """The probability of each opponent by name, the card summed out."""
    names: dict[str, float] = {}
    for (opponent, _), weight in joint.items():
        names[opponent.name] = names.get(opponent.name, 0.0) + weight
    return names


def _dealt(weights: dict[Opponent, float], sight: Sight) -> dict[tuple[Opponent, str], float]:
    return {
        (opponent, card): weight / 2
        for opponent, weight in weights.items()
        for card in CARDS
        if card != sight.card
    }
