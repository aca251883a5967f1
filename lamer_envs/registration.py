"""The one table of environment ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gymnasium as gym


@dataclass(frozen=True)
class Registered:
    """One row of the table.

    Attributes:
        id: the Gymnasium id.
        entry_point: `module:Class`, imported when the environment is made.
        summary: one line for `lamer envs`.
        kwargs: defaults that differ from the class's own.
    """

    id: str
    entry_point: str
    summary: str
    kwargs: dict[str, Any] = field(default_factory=dict)


ENVIRONMENTS: tuple[Registered, ...] = (
    Registered(
        "LaMer/Sokoban-v0",
        "lamer_envs.sokoban.env:SokobanEnv",
        "push every box onto a target; fully observed planning",
    ),
    Registered(
        "LaMer/MineSweeper-v0",
        "lamer_envs.minesweeper.env:MineSweeperEnv",
        "open every safe cell; deduction over hidden mines",
    ),
    Registered(
        "LaMer/ALFWorld-v0",
        "lamer_envs.alfworld.env:ALFWorldEnv",
        "run an errand in a household; exploration and common sense",
    ),
    Registered(
        "LaMer/WebShop-v0",
        "lamer_envs.webshop.env:WebShopEnv",
        "buy what a shopper describes; search, comparison and options",
    ),
    Registered(
        "LaMer/KuhnPoker-v0",
        "lamer_envs.games.kuhn.env:KuhnPokerEnv",
        "win chips from an unknown opponent; identification and exploitation",
    ),
    Registered(
        "LaMer/TicTacToe-v0",
        "lamer_envs.games.tictactoe.env:TicTacToeEnv",
        "beat an unknown opponent; identification and exploitation",
    ),
)


def register_all() -> None:
    """Register every id with Gymnasium; ids that are there already are left alone."""
    for row in ENVIRONMENTS:
        if row.id not in gym.registry:
            # Seeds decide everything here, and the environment truncates at its own `max_turns`.
            gym.register(row.id, row.entry_point, kwargs=dict(row.kwargs), disable_env_checker=True)
