"""Scripted players: a fair solver, one that knows the mines, and a weak one for warm starts."""

from __future__ import annotations

import random
from typing import Any

import gymnasium as gym

from lamer_envs.minesweeper.engine import Game, bits
from lamer_envs.minesweeper.env import MineSweeperEnv
from lamer_envs.minesweeper.logic import best_cell, single_point
from lamer_envs.minesweeper.solver import View

Player = gym.Env[Any, Any] | View
Cell = tuple[int, int]


def next_action(player: Player) -> str:
    """The move of a fair player that reasons exactly.

    Takes the environment (wrapped or not) or a `View`.
    """
    view = _view(player)
    return view.shape.names[best_cell(view)]


def privileged_action(env: gym.Env[Any, Any]) -> str:
    """The next click of a shortest win, from the hidden mines: the ceiling of any player."""
    game = _game(env)
    board = game.board
    closed = board.geometry.full & ~(game.opened | board.mines)
    # A numbered cell beside a blank region must wait: the region opens it for nothing.
    target = closed & board.zeros or closed
    return board.geometry.names[next(bits(target))]


def single_point_distribution(player: Player, epsilon: float = 0.0) -> dict[Cell, float]:
    """A weak player's probabilities over the closed cells, each a 1-based (row, column).

    It looks at one number at a time, plays uniformly over the cells that this proves safe, else
    over the closed cells that it does not prove to be mines; with probability `epsilon`, over all
    closed cells. `str(cell)` is the action. It remembers nothing of earlier episodes.

    Raises:
        ValueError: `epsilon` is outside of [0, 1], or no cell is closed.
    """
    if not 0.0 <= epsilon <= 1.0:
        raise ValueError(f"epsilon must be in [0, 1], not {epsilon!r}")
    view = _view(player)
    closed = view.closed
    if not closed:
        raise ValueError("expected a view with a closed cell")
    safe, mined = single_point(view)
    chosen = safe or closed & ~mined or closed
    floor = epsilon / closed.bit_count()
    share = (1.0 - epsilon) / chosen.bit_count()
    return {view.shape.cell(i): floor + (share if chosen >> i & 1 else 0.0) for i in bits(closed)}


def single_point_action(player: Player, rng: random.Random, epsilon: float = 0.0) -> str:
    """An action drawn from `single_point_distribution`."""
    odds = single_point_distribution(player, epsilon)
    return str(rng.choices(list(odds), weights=list(odds.values()))[0])


def _game(env: gym.Env[Any, Any]) -> Game:
    inner = env.unwrapped
    if not isinstance(inner, MineSweeperEnv):
        raise ValueError(f"expected a MineSweeperEnv, not {type(inner).__name__}")
    return inner.game


def _view(player: Player) -> View:
    return player if isinstance(player, View) else View.of(_game(player))
