"""A trial as one conversation, for libraries that keep all messages in the model's context.

The wrapper writes every prompt whole, with as much of the past as `memory` says. In a conversation
the past is there already, all of it: earlier attempts, observations and notes alike. So a message
holds only what is new.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gymnasium as gym

from lamer_envs.meta.prompts import PromptSet, PromptWriter
from lamer_envs.meta.returns import trial_returns
from lamer_envs.meta.trial import Trial
from lamer_envs.meta.wrapper import MultiEpisodeReflectionWrapper

_PAST = ("initial", "memory", "history")
_REFUSED = "That was not possible: nothing changed."


class Conversation:
    """One trial after another, message by message.

    Args:
        env: its reflections are asked for where its settings say so. What it remembers between
            attempts is not used.

    Raises:
        ValueError: the attempts are to be independent (`memory="none"`), which several attempts in
            one conversation are not.
    """

    def __init__(self, env: MultiEpisodeReflectionWrapper) -> None:
        settings = env.settings
        if settings.memory == "none" and settings.num_episodes > 1:
            raise ValueError(
                "in a conversation every attempt sees the earlier ones: memory='none' needs "
                "num_episodes=1; for several attempts choose 'both' or 'history'"
            )
        prompts: PromptSet = env.prompts
        # On the first turn the first observation is the current one.
        opening = [name for name in prompts.play_layout if name not in _PAST]
        self.env = env
        self._opening = PromptWriter(replace(prompts, play_layout=(*opening,)))
        self._following = PromptWriter(
            replace(
                prompts,
                play_layout=("current", "admissible", "answer"),
                reflect_layout=("final", "reflect"),
            )
        )
        self._separator = prompts.separator
        self._message: str | None = None
        self._info: dict[str, Any] = {}
        self._rewards: list[list[float]] = []

    def open(self, task_seed: int, trial: int = 0) -> str:
        """Start a trial on a task and return the first message."""
        _, self._info = self.env.reset(seed=task_seed, options={"trial": trial})
        variables: dict[str, object] = getattr(self.env.unwrapped, "prompt_variables", dict)()
        for writer in (self._opening, self._following):
            writer.begin_trial(variables, self.env.observation)
        self._rewards = [[]]
        self._message = self._opening.play(self.env.observation, self._info["admissible_actions"])
        return self._message

    def reply(self, response: str) -> str | None:
        """Give the answer to the last message; returns the next one, or `None` after the last turn.

        Raises:
            gymnasium.error.ResetNeeded: the trial is over, or never began.
        """
        if self._message is None:
            raise gym.error.ResetNeeded("the trial is over: call open() first")
        phase, episode = self.phase, self._info["episode"]
        # The record is to show what was asked.
        self.env.attach_tokens(None, None, None, prompt=self._message)
        _, reward, terminated, _, self._info = self.env.step(response)
        if phase == "play":
            self._rewards[episode].append(reward)
        self._message = None if terminated else self._next()
        return self._message

    def _next(self) -> str:
        writer, info = self._following, self._info
        number = info["episode"] + 1
        if self.phase == "reflect":
            return writer.reflect(number, self.env.episodes_so_far[-1])
        message = writer.play(self.env.observation, info["admissible_actions"])
        if info["turn"]:
            return message if info["action_valid"] else _REFUSED + self._separator + message
        self._rewards.append([])
        attempts = self.env.settings.num_episodes
        heading = f"Attempt {number} of {attempts} at the same task, from the same start."
        return heading + self._separator + message

    @property
    def phase(self) -> str:
        """What is to be answered: `"play"`, `"reflect"`, or `"over"`."""
        return "over" if self._message is None else str(self._info["phase"])

    @property
    def trial(self) -> Trial | None:
        """The record of the trial, once it is over."""
        return self._info.get("trial")

    @property
    def success(self) -> bool:
        """Whether the task has been solved."""
        return bool(self._info.get("success"))

    def objective(self) -> float:
        """The trial objective G_0^(0) (Equation 5) of the turns so far; 0 before the first."""
        rewards = [episode for episode in self._rewards if episode]
        if not rewards:
            return 0.0
        settings = self.env.settings
        return trial_returns(
            rewards,
            [False] * len(rewards),
            settings.gamma_step,
            settings.gamma_traj,
            settings.credit,
            settings.objective,
        )[0]


def make_conversation(
    env_id: str,
    *,
    num_episodes: int = 3,
    reflection: bool = True,
    prompts: PromptSet | str | None = None,
    env_kwargs: dict[str, Any] | None = None,
    **settings: Any,
) -> Conversation:
    """Make an environment and the conversation about it.

    Args:
        env_id: a Gymnasium id.
        num_episodes, reflection, prompts: see `MultiEpisodeReflectionWrapper`.
        env_kwargs: arguments of `gym.make`.
        settings: `gamma_step`, `gamma_traj`, `credit` and `objective` of the wrapper.

    Raises:
        gymnasium.error.Error: an unknown id.
        TypeError, ValueError: arguments that the environment or the wrapper refuses.
    """
    return Conversation(
        MultiEpisodeReflectionWrapper(
            gym.make(env_id, **(env_kwargs or {})),
            num_episodes=num_episodes,
            reflection=reflection,
            # What the record says of a context that holds everything.
            memory="both" if reflection else "history",
            prompts=prompts,
            **settings,
        )
    )
