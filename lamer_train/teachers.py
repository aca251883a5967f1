"""Scripted teachers for the warm start, one for each environment that has a tiny preset."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import gymnasium as gym

from lamer_envs.minesweeper.expert import single_point_distribution
from lamer_envs.sokoban.engine import MOVES
from lamer_envs.sokoban.env import SokobanEnv
from lamer_envs.sokoban.expert import next_action
from lamer_train.warm_start import Teacher


def teacher_for(env_id: str, noise: float) -> Teacher:
    """The weak scripted player of an environment.

    Args:
        env_id: the Gymnasium id.
        noise: share of its choices that is uniform, in [0, 1].

    Raises:
        ValueError: the environment has no teacher.
    """
    if env_id not in _TEACHERS:
        raise ValueError(
            f"there is no warm-start teacher for {env_id!r}; expected one of "
            f"{', '.join(map(repr, _TEACHERS))}, or warm_start_steps: 0 with a pretrained model"
        )
    choices = _TEACHERS[env_id]
    return lambda env: choices(env, noise)


def _minesweeper(env: gym.Env[str, str], noise: float) -> dict[str, float]:
    odds = single_point_distribution(env, noise)
    return {str(cell): weight for cell, weight in odds.items()}


def _sokoban(env: gym.Env[str, str], noise: float) -> dict[str, float]:
    """The first move of a shortest solution, and with probability `noise` any move."""
    game = env.unwrapped
    assert isinstance(game, SokobanEnv)
    best = next_action(game).partition(",")[0]
    odds = dict.fromkeys(MOVES, noise / len(MOVES))
    odds[best] += 1 - noise
    return odds


def _alfworld(env: gym.Env[str, str], noise: float) -> dict[str, float]:
    """A player that looks where things usually lie, and with probability `noise` any command."""
    from lamer_envs.alfworld.expert import next_action

    possible = env.get_wrapper_attr("_admissible_actions")()
    return _mostly(next_action(env), possible, noise)


def _webshop(env: gym.Env[str, str], noise: float) -> dict[str, float]:
    """A shopper that searches by the first words only, and with probability `noise` any click."""
    from lamer_envs.webshop.expert import next_action

    possible = env.get_wrapper_attr("_admissible_actions")()
    best = next_action(env)
    if best.startswith("search["):
        words = best[len("search[") : -1].split()[:_SEARCHED_WORDS]
        best = f"search[{' '.join(words)}]"
    return _mostly(
        best, [f"click[{name}]" if "[" not in name else name for name in possible], noise
    )


_SEARCHED_WORDS = 6


def _mostly(best: str, possible: Sequence[str], noise: float) -> dict[str, float]:
    if not possible:
        return {best: 1.0}
    odds = dict.fromkeys(possible, noise / len(possible))
    odds[best] = odds.get(best, 0.0) + 1 - noise
    return odds


_TEACHERS: dict[str, Callable[[gym.Env[str, str], float], dict[str, float]]] = {
    "LaMer/ALFWorld-v0": _alfworld,
    "LaMer/MineSweeper-v0": _minesweeper,
    "LaMer/Sokoban-v0": _sokoban,
    "LaMer/WebShop-v0": _webshop,
}
