"""Scripted teachers for the warm start, one for each environment that has a tiny preset."""

from __future__ import annotations

import gymnasium as gym

from lamer_envs.minesweeper.expert import single_point_distribution
from lamer_train.warm_start import Teacher


def teacher_for(env_id: str, noise: float) -> Teacher:
    """The weak scripted player of an environment.

    Args:
        env_id: the Gymnasium id.
        noise: share of its choices that is uniform, in [0, 1].

    Raises:
        ValueError: the environment has no teacher.
    """
    if env_id != "LaMer/MineSweeper-v0":
        raise ValueError(
            f"there is no warm-start teacher for {env_id!r}; expected 'LaMer/MineSweeper-v0', "
            "or warm_start_steps: 0 with a pretrained model"
        )

    def minesweeper(env: gym.Env[str, str]) -> dict[str, float]:
        odds = single_point_distribution(env, noise)
        return {str(cell): weight for cell, weight in odds.items()}

    return minesweeper
