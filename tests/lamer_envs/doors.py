"""A tiny environment whose chances can be worked out by hand: one of n doors hides a prize.

`gym.make("doors:Doors-v0")` makes it where this folder is on the path.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np

from lamer_envs.meta.trial import Trial
from lamer_envs.meta.wrapper import MultiEpisodeReflectionWrapper
from lamer_envs.parsing import ParseCode
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.rollout.runner import TrialSpec, play_trials
from lamer_envs.text_env import ActionResult, TextEnv


@dataclass(frozen=True)
class Doors:
    prize: int

    @property
    def task_id(self) -> str:
        return f"prize-{self.prize}"


class DoorsEnv(TextEnv[Doors]):
    """Open one door a turn, `open k` with k from 0, until the prize is found.

    Args:
        num_doors: number of doors; `admissible_actions` are the closed ones.
        delay: seconds that a turn takes.
    """

    def __init__(
        self, num_doors: int = 4, max_turns: int = 1, delay: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(max_turns=max_turns, **kwargs)
        self.num_doors = num_doors
        self.delay = delay
        self._closed: list[int] = []

    def _generate(self, task_seed: int) -> Doors:
        return Doors(int(np.random.default_rng(task_seed).integers(self.num_doors)))

    def _start(self, task: Doors) -> str:
        self._closed = list(range(self.num_doors))
        return self._seen()

    def _act(self, action: str) -> ActionResult:
        time.sleep(self.delay)
        if action not in (self._admissible_actions()):
            return ActionResult(self._seen(), ParseCode.NOT_AN_ACTION, False, False, False)
        door = int(action.split()[1])
        self._closed.remove(door)
        won = door == self.task.prize
        return ActionResult(self._seen(), ParseCode.OK, True, won, won)

    def _seen(self) -> str:
        return f"closed doors: {self._closed}"

    def _state_key(self) -> str:
        return self._seen()

    def _admissible_actions(self) -> list[str]:
        return [f"open {door}" for door in self._closed]


gym.register("Doors-v0", DoorsEnv)


def make_doors(num_episodes: int = 3, **kwargs: Any) -> MultiEpisodeReflectionWrapper:
    memory = kwargs.pop("memory", "reflection")
    return MultiEpisodeReflectionWrapper(
        gym.make("Doors-v0", **kwargs), num_episodes=num_episodes, memory=memory
    )


class Fixed:
    """A policy that asks a function for the action of each request."""

    def __init__(self, action: Callable[[PromptRequest], str]) -> None:
        self.action = action

    async def act(self, request: PromptRequest) -> Response:
        if request.phase == "reflect":
            return Response("<remark>again</remark>")
        return Response(f"<action>{self.action(request)}</action>")


def play(policy: Any, tasks: int, trials: int = 1, *, episodes: int = 3, **env: Any) -> list[Trial]:
    """Trials of task seeds 0, 1, … under a policy."""
    specs = [TrialSpec(task, trial) for task in range(tasks) for trial in range(trials)]
    return play_trials(lambda: make_doors(episodes, **env), policy, specs, concurrency=16)


class CountedDoors:
    """Makes environments, and knows which ones were made and which ones closed."""

    def __init__(self, **kwargs: Any) -> None:
        self.kwargs = kwargs
        self.made: list[MultiEpisodeReflectionWrapper] = []
        self.closed: list[MultiEpisodeReflectionWrapper] = []

    def __call__(self) -> MultiEpisodeReflectionWrapper:
        closed = self.closed

        class Counted(MultiEpisodeReflectionWrapper):
            def close(self) -> None:
                closed.append(self)
                super().close()

        self.made.append(Counted(make_doors(**self.kwargs).env))
        return self.made[-1]

    @property
    def each_closed_once(self) -> bool:
        return sorted(map(id, self.closed)) == sorted(map(id, self.made))
