"""What a server offers: the shop's arguments, its tasks, and recorded trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lamer_envs.webshop.env import WebShopEnv
from lamer_envs.webshop.records import Goal
from lamer_envs.webshop.serve.recordings import Recording

MAX_TASK_SEED = 1 << 31
"""Task seeds lie below it."""


@dataclass(frozen=True)
class Site:
    """One shop and what is to be seen in it.

    Attributes:
        env_kwargs: of `WebShopEnv`, without `split`.
        split: the one that is offered first.
        task_seed: of the task that is offered first.
        num_episodes: of a person's trial.
        recording: the recorded trials, if any.
        recorded_kwargs: of `WebShopEnv`, `split` included, as the trials were recorded.
    """

    env_kwargs: Mapping[str, Any] = field(default_factory=dict)
    split: str = "test"
    task_seed: int = 0
    num_episodes: int = 3
    recording: Recording | None = None
    recorded_kwargs: Mapping[str, Any] = field(default_factory=dict)

    def shop_env(self, split: str) -> WebShopEnv:
        """An environment for one visit.

        Raises:
            ValueError, OSError: the arguments, or the data that they name, are not good.
        """
        return WebShopEnv(**{**self.env_kwargs, "split": split})

    def recorded_env(self) -> WebShopEnv:
        """An environment for one replay, with the arguments of the recording."""
        return WebShopEnv(**self.recorded_kwargs)

    def splits(self) -> dict[str, int]:
        """How many tasks each split has; those without any are left out."""
        goals = self.shop_env(self.split).shop.catalogue.goals
        return {name: len(goals[name]) for name in WebShopEnv.splits if len(goals.get(name, ()))}

    def goal(self, split: str, task_seed: int) -> Goal:
        """The goal of a task."""
        env = self.shop_env(split)
        env.reset(seed=task_seed)
        return env.task


def make_site(
    env_kwargs: Mapping[str, Any],
    split: str,
    task_seed: int,
    num_episodes: int,
    trials: Path | None,
) -> Site:
    """Open the catalogues and the recording that a server shows, so that what is wrong shows now.

    Args:
        trials: a run folder or a file of trials. Where a config lies beside it, its arguments
            hold for the replays; else `env_kwargs` and `split`.

    Raises:
        ValueError, TypeError, OSError: an argument, the data or the recording is not good.
    """
    if trials is None:
        site = Site(env_kwargs, split, task_seed, num_episodes)
    else:
        recording = Recording(trials)
        recorded = recording.env_kwargs
        if recorded is None:
            recorded = {**env_kwargs, "split": split}
        # What a recording draws is text; a page is drawn here.
        recorded = {name: value for name, value in recorded.items() if name != "render_mode"}
        site = Site(env_kwargs, split, task_seed, num_episodes, recording, recorded)
        site.recorded_env()
    site.shop_env(split)
    return site
