"""The asynchronous runner: plays many trials at once, none of which waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import gymnasium as gym

from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.policy import Policy, PromptRequest
from lamer_envs.text_env import require_int

TrialEnv = gym.Env[str, str]
"""A `MultiEpisodeReflectionWrapper`, with or without further wrappers around it."""


@dataclass(frozen=True, slots=True)
class TrialSpec:
    """Which trial to play.

    Attributes:
        task_seed: the seed of the task.
        trial: index of the trial in its group, from 0.
    """

    task_seed: int
    trial: int = 0


class TrialError(RuntimeError):
    """A policy or an environment raised; the message says where, `__cause__` what.

    Attributes:
        spec: the trial that was being played.
    """

    def __init__(self, spec: TrialSpec, where: str, error: Exception) -> None:
        super().__init__(
            f"task seed {spec.task_seed}, trial {spec.trial}, {where}: "
            f"{type(error).__name__}: {error}"
        )
        self.spec = spec


async def run_trial(env: TrialEnv, policy: Policy, spec: TrialSpec) -> Trial:
    """Play one trial in `env` and return its record.

    Raises:
        TrialError: the policy or the environment raised.
    """
    where = "reset"
    try:
        prompt, info = env.reset(seed=spec.task_seed, options={"trial": spec.trial})
        attach_tokens = env.get_wrapper_attr("attach_tokens")
        inner = env.unwrapped
        over = False
        while not over:
            where = "turn"
            request = PromptRequest(
                prompt,
                info["phase"],
                info["episode"],
                info["turn"],
                spec.task_seed,
                spec.trial,
                inner,
                info,
            )
            response = await policy.act(request)
            if response.completion_ids is not None:
                attach_tokens(response.prompt_ids, response.completion_ids, response.logprobs)
            prompt, _, terminated, truncated, info = env.step(response.text)
            over = terminated or truncated
    except Exception as error:
        if where == "turn":
            where = f"episode {request.episode}, turn {request.turn} ({request.phase})"
        raise TrialError(spec, where, error) from error
    trial: Trial = info["trial"]
    return trial


async def run_trials(
    make_env: Callable[[], TrialEnv],
    policy: Policy,
    specs: Iterable[TrialSpec],
    *,
    concurrency: int,
    on_trial: Callable[[Trial], None] | None = None,
) -> list[Trial]:
    """Play all `specs`, at most `concurrency` at a time, and return the trials in their order.

    A pool of `concurrency` environments is made and reused; an environment takes up the next spec
    as soon as its trial is over. Specs are taken first in, first out, and asyncio wakes waiting
    trials in the order in which they were answered, so a deterministic policy is asked the same
    questions in the same order every time.

    Args:
        make_env: makes one `MultiEpisodeReflectionWrapper`; called at most `concurrency` times.
        policy: answers every prompt.
        specs: the trials to play.
        concurrency: the largest number of trials in progress, at least 1.
        on_trial: called with each trial as it ends, in the order in which trials end.

    Raises:
        TrialError: a policy or an environment raised; all other trials are cancelled first.
        ValueError: `concurrency` is not a positive integer.
    """
    require_int("concurrency", concurrency, low=1)
    wanted = list(specs)
    finished: dict[int, Trial] = {}
    waiting = iter(enumerate(wanted))

    async def play_in_one_environment() -> None:
        env = make_env()
        try:
            for index, spec in waiting:
                # A policy that never suspends would otherwise leave no chance to cancel.
                await asyncio.sleep(0)
                trial = await run_trial(env, policy, spec)
                finished[index] = trial
                if on_trial is not None:
                    on_trial(trial)
        finally:
            env.close()

    tasks = [
        asyncio.create_task(play_in_one_environment()) for _ in range(min(concurrency, len(wanted)))
    ]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [finished[index] for index in range(len(wanted))]


def play_trials(
    make_env: Callable[[], TrialEnv],
    policy: Policy,
    specs: Iterable[TrialSpec],
    *,
    concurrency: int,
    on_trial: Callable[[Trial], None] | None = None,
) -> list[Trial]:
    """`run_trials` for callers without an event loop: starts one and waits for the result.

    Raises:
        RuntimeError: an event loop is running already (a notebook, say); await `run_trials` there.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(
            run_trials(make_env, policy, specs, concurrency=concurrency, on_trial=on_trial)
        )
    raise RuntimeError("an event loop is running: use `await run_trials(...)` instead")
