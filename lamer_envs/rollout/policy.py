"""The policy protocol: what a player of trials is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import gymnasium as gym

Phase = Literal["play", "reflect"]


def _nothing_to_leave_out(level: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class PromptRequest:
    """One question to a policy.

    Attributes:
        prompt: the whole prompt of this turn, without a chat template.
        phase: `"play"` (answer in an `<action>` tag) or `"reflect"` (a `<remark>` tag).
        episode: index of the episode, from 0. A reflection has that of the episode before it.
        turn: index of the turn in the episode, from 0. A reflection comes after the last turn.
        task_seed: the seed of the task.
        trial: index of the trial in its group, from 0.
        env: the environment in its current state, for scripted players. Read it, never step it.
        info: the environment's last info.
        sampling_seed: the seed of the sampling, where this trial has one of its own; trials of
            several batches may be in progress at a time. `None` leaves it to the policy.
        shorten: the same prompt with more and more of its history left out, level 1, 2, ...;
            `None` where nothing is left to leave out. Valid until the request is answered. See
            `lamer_envs.meta.shortening`.
    """

    prompt: str
    phase: Phase
    episode: int
    turn: int
    task_seed: int
    trial: int
    env: gym.Env[str, str]
    info: Mapping[str, Any] = field(default_factory=dict)
    sampling_seed: int | None = None
    shorten: Callable[[int], str | None] = _nothing_to_leave_out


@dataclass(frozen=True, slots=True)
class Response:
    """One answer of a policy.

    Attributes:
        text: the raw response; any string is legal.
        prompt_ids: token ids of the prompt as the model saw it, or `None` where unknown.
        completion_ids: sampled token ids, the end-of-turn token included, or `None`.
        logprobs: log-probability of each sampled token under the sampling policy, or `None`;
            as long as `completion_ids`.
        shown_prompt: the prompt that was answered, where it is one of the shorter ones.
        prompt_tokens, completion_tokens: how many tokens there were, for a policy that knows the
            numbers and not the ids.
    """

    text: str
    prompt_ids: tuple[int, ...] | None = None
    completion_ids: tuple[int, ...] | None = None
    logprobs: tuple[float, ...] | None = None
    shown_prompt: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class NoAnswerError(RuntimeError):
    """Raised by `Policy.act`: this one request gets no answer, whatever else may be answered.

    It costs the trial; an evaluation goes on with the others. Any other exception ends the run.
    """


class Policy(Protocol):
    """Anything that answers prompts. Many calls are in flight at once; batching is its business.

    A policy that is an asynchronous context manager is entered around the trials of `run_trials`.
    """

    async def act(self, request: PromptRequest) -> Response:
        """Answer one request."""
