"""Scripted players of Kuhn poker: the Bayesian, the one who knows its opponent, and equilibrium."""

from __future__ import annotations

import random
from typing import Any

import gymnasium as gym

from lamer_envs.games.kuhn.bayes import beliefs
from lamer_envs.games.kuhn.best_response import best_response, move_values
from lamer_envs.games.kuhn.engine import MOVES
from lamer_envs.games.kuhn.env import EQUILIBRIUM, KuhnPokerEnv
from lamer_envs.games.kuhn.text import word
from lamer_envs.games.opponents import draw


def next_action(env: gym.Env[Any, Any]) -> str:
    """The move of a player that knows the population and learns by Bayes' rule who it faces.

    It plays what is best in this hand under its present beliefs about opponent and hidden card,
    and explores for no other reason. An opponent that was named counts among the population.
    """
    game = _game(env)
    hand, seat = game.position, game.task.seat
    joint = beliefs(
        game.candidates,
        [past.sight(seat) for past in game.past],
        hand.sight(seat),
        redeal=game.redeal,
    )
    values = move_values(seat, hand.cards[seat], hand.history, joint)
    return word(hand.history, max(MOVES, key=values.__getitem__))


def privileged_action(env: gym.Env[Any, Any]) -> str:
    """The best response of a player that is told who its opponent is, though not the card."""
    game = _game(env)
    hand = game.position
    (move,) = best_response(game.task.opponent).odds(hand.seen_by(game.task.seat))
    return word(hand.history, move)


def nash_action(env: gym.Env[Any, Any], rng: random.Random) -> str:
    """A move drawn from an equilibrium, whoever the opponent is."""
    game = _game(env)
    hand = game.position
    return word(hand.history, draw(EQUILIBRIUM.odds(hand.seen_by(game.task.seat)), rng.random()))


def _game(env: gym.Env[Any, Any]) -> KuhnPokerEnv:
    inner = env.unwrapped
    if not isinstance(inner, KuhnPokerEnv):
        raise ValueError(f"expected a KuhnPokerEnv, not {type(inner).__name__}")
    return inner
