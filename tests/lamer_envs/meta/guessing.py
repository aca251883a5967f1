"""A small text environment that is not of the suite: guess a number between 0 and 7."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
from gymnasium.spaces import Text

ENV_ID = "Foreign/GuessNumber-v0"


class GuessNumber(gym.Env[str, str]):
    """The answer to a guess is `higher` or `lower`; info is empty unless asked for."""

    def __init__(self, success_key: str = "", leak: bool = False) -> None:
        self.observation_space = Text(
            40, min_length=1, charset="abcdefghijklmnopqrstuvwxyz 0123456789:,"
        )
        self.action_space = Text(8, min_length=0, charset="0123456789")
        self.success_key = success_key
        self.leak = leak
        self.resets = 0
        self.actions: list[str] = []

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        super().reset(seed=seed)
        self.number = int(self.np_random.integers(8))
        self.resets += 1
        hint = f", try {self.resets}" if self.leak else ""
        return f"guess a number from 0 to 7{hint}", {}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        self.actions.append(action)
        if not action.isascii() or not action.isdigit():
            return "that is no number", 0.0, False, False, {}
        guess = int(action)
        won = guess == self.number
        info = {self.success_key: won} if self.success_key else {}
        text = "right" if won else "higher" if guess < self.number else "lower"
        return text, float(won), won, False, info


def register() -> None:
    if ENV_ID not in gym.registry:
        gym.register(ENV_ID, GuessNumber, max_episode_steps=2)
