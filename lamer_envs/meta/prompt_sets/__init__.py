"""The registered prompt sets, by environment and name."""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from lamer_envs.meta.prompt_sets import (
    alfworld,
    generic,
    kuhn,
    minesweeper,
    sokoban,
    tictactoe,
    webshop,
)
from lamer_envs.meta.prompts import PromptSet

_GENERIC = "*"
_SETS: dict[str, dict[str, PromptSet]] = {}


def register_prompts(target: str, prompts: PromptSet) -> None:
    """Offer a prompt set under its name to an environment.

    Args:
        target: a Gymnasium id, or a class as `module:Class` (its subclasses included).
        prompts: takes the place of a set of the same name.
    """
    _SETS.setdefault(target, {})[prompts.name] = prompts


def prompt_set_for(env: gym.Env[Any, Any], name: str = "default") -> PromptSet:
    """The prompt set of an environment: by its id, by its class or a base of it, or the generic.

    Raises:
        ValueError: there is no set of this name; the message lists those there are.
    """
    base = env.unwrapped
    targets = [env.spec.id] if env.spec else []
    targets += [f"{cls.__module__}:{cls.__qualname__}" for cls in type(base).__mro__]
    available: set[str] = set()
    for target in (*targets, _GENERIC):
        offered = _SETS.get(target, {})
        if name in offered:
            return offered[name]
        available.update(offered)
    raise ValueError(
        f"no prompt set {name!r} for {targets[0]}; expected a PromptSet or one of "
        f"{', '.join(map(repr, sorted(available)))}"
    )


register_prompts(_GENERIC, generic.DEFAULT)
for _set in (sokoban.DEFAULT, sokoban.COMPACT):
    register_prompts("lamer_envs.sokoban.env:SokobanEnv", _set)
for _set in (minesweeper.DEFAULT, minesweeper.COMPACT):
    register_prompts("lamer_envs.minesweeper.env:MineSweeperEnv", _set)
for _set in (alfworld.DEFAULT, alfworld.COMPACT):
    register_prompts("lamer_envs.alfworld.env:ALFWorldEnv", _set)
for _set in (webshop.DEFAULT, webshop.COMPACT):
    register_prompts("lamer_envs.webshop.env:WebShopEnv", _set)
for _set in (kuhn.DEFAULT, kuhn.COMPACT):
    register_prompts("lamer_envs.games.kuhn.env:KuhnPokerEnv", _set)
for _set in (tictactoe.DEFAULT, tictactoe.COMPACT):
    register_prompts("lamer_envs.games.tictactoe.env:TicTacToeEnv", _set)

__all__ = ["prompt_set_for", "register_prompts"]
