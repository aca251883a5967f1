"""Scripted players of 3×3 Tic-Tac-Toe: the Bayesian, one who knows its opponent, and minimax."""

from __future__ import annotations

import random
from typing import Any

import gymnasium as gym

from lamer_envs.games.opponents import draw
from lamer_envs.games.tictactoe.bayes import posterior
from lamer_envs.games.tictactoe.best_response import best_response
from lamer_envs.games.tictactoe.env import EQUILIBRIUM, TicTacToeEnv
from lamer_envs.games.tictactoe.text import cell_name


def next_action(env: gym.Env[Any, Any]) -> str:
    """The move of a player that knows the population and learns by Bayes' rule who it faces.

    It marks the cell whose value is best on average over its present beliefs, the value against
    each opponent being that of its best response: as if the opponent were revealed after this move.
    An opponent that was named counts among the population.

    Raises:
        ValueError: the board is larger than 3×3, as for the other players here.
    """
    game = _game(env)
    seat = game.task.seat
    odds = posterior(game.candidates, (*game.past, game.position), seat)
    seen = game.position.seen_by(seat)
    values = dict.fromkeys(seen.free, 0.0)
    for opponent, weight in odds.items():
        for cell, worth in best_response(opponent).move_values(seen).items():
            values[cell] += weight * worth
    return cell_name(seen.size, max(values, key=values.__getitem__))


def privileged_action(env: gym.Env[Any, Any]) -> str:
    """The best response of a player that is told who its opponent is."""
    game = _game(env)
    seen = game.position.seen_by(game.task.seat)
    (cell,) = best_response(game.task.opponent).odds(seen)
    return cell_name(seen.size, cell)


def nash_action(env: gym.Env[Any, Any], rng: random.Random) -> str:
    """A move drawn among those of perfect play, whoever the opponent is."""
    game = _game(env)
    seen = game.position.seen_by(game.task.seat)
    return cell_name(seen.size, draw(EQUILIBRIUM.odds(seen), rng.random()))


def _game(env: gym.Env[Any, Any]) -> TicTacToeEnv:
    inner = env.unwrapped
    if not isinstance(inner, TicTacToeEnv):
        raise ValueError(f"expected a TicTacToeEnv, not {type(inner).__name__}")
    return inner
