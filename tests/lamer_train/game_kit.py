"""A trainer of Kuhn poker that fits a test: a model that has learned nothing, and always plays."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import gymnasium as gym

import lamer_envs  # noqa: F401 - registers the ids
from lamer_train.config import MetaRLConfig
from lamer_train.playing import make_wrapped_env
from lamer_train.tiny import build_model, build_tokenizer, vocabulary_for
from lamer_train.trainer import MetaRLTrainer

KUHN = "LaMer/KuhnPoker-v0"


@cache
def language(env_id: str) -> tuple[Any, Any]:
    vocabulary = vocabulary_for(gym.make(env_id))
    return vocabulary, build_tokenizer(vocabulary.words, max_length=512, rule=vocabulary.rule)


class Willing(gym.Wrapper[str, str, str, str]):
    """Takes whatever an untrained model says for one of the possible actions."""

    def reset(self, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        prompt, self._info = self.env.reset(**kwargs)
        return prompt, self._info

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        if self._info["phase"] == "play":
            possible = self._info["admissible_actions"]
            action = f"<action>{possible[sum(action.encode()) % len(possible)]}</action>"
        *rest, self._info = self.env.step(action)
        return (*rest, self._info)


def make_config(folder: Path, **changes: Any) -> MetaRLConfig:
    """A run of two generations of Kuhn poker."""
    settings: dict[str, Any] = {
        "output_dir": str(folder),
        "env_id": KUHN,
        "env_kwargs": {"redeal": True},
        "prompts": "compact",
        "memory": "history",
        "reflection": False,
        "objective": "final_episode",
        "gamma_traj": 1.0,
        "gamma_step": 1.0,
        "algorithm": "grpo",
        "tasks_per_update": 4,
        "num_generations": 3,
        "steps_per_generation": 1,
        "max_steps": 2,
        "max_completion_length": 4,
        "learning_rate": 1e-3,
        "save_strategy": "no",
        "report_to": "none",
        "gradient_checkpointing": False,
        "use_cpu": True,
        "progress": False,
        "eval_tasks": 4,
        "seed": 5,
    }
    return MetaRLConfig(**{**settings, **changes})


def make_trainer(folder: Path, **changes: Any) -> MetaRLTrainer:
    """A trainer of it; `changes` go to the configuration."""
    config = make_config(folder, **changes)
    vocabulary, tokenizer = language(config.env_id)
    return MetaRLTrainer(
        build_model(tokenizer, vocabulary, seed=0),
        config,
        tokenizer,
        make_env=lambda: Willing(make_wrapped_env(config)),
    )
