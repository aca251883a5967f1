"""The asynchronous runner: plays many trials at once, none of which waits for another."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass

import gymnasium as gym

from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.policy import NoAnswerError, Policy, PromptRequest
from lamer_envs.text_env import require_int

TrialEnv = gym.Env[str, str]
"""A `MultiEpisodeReflectionWrapper`, with or without further wrappers around it."""


@dataclass(frozen=True, slots=True)
class TrialSpec:
    """Which trial to play.

    Attributes:
        task_seed: the seed of the task.
        trial: index of the trial in its group, from 0.
        sampling_seed: see `PromptRequest`.
    """

    task_seed: int
    trial: int = 0
    sampling_seed: int | None = None


class TrialError(RuntimeError):
    """A policy or an environment raised; the message says where, `__cause__` what.

    Attributes:
        spec: the trial that was being played.
        where: the moment, for instance `"episode 0, turn 2 (play)"`.
    """

    def __init__(self, spec: TrialSpec, where: str, error: Exception) -> None:
        super().__init__(
            f"task seed {spec.task_seed}, trial {spec.trial}, {where}: "
            f"{type(error).__name__}: {error}"
        )
        self.spec = spec
        self.where = where


async def run_trial(env: TrialEnv, policy: Policy, spec: TrialSpec) -> Trial:
    """Play one trial in `env` and return its record.

    Raises:
        TrialError: the policy or the environment raised.
    """
    where = "reset"
    try:
        prompt, info = env.reset(seed=spec.task_seed, options={"trial": spec.trial})
        attach_tokens = env.get_wrapper_attr("attach_tokens")
        shorter_prompt = env.get_wrapper_attr("shorter_prompt")
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
                spec.sampling_seed,
                shorter_prompt,
            )
            response = await policy.act(request)
            attach_tokens(
                response.prompt_ids,
                response.completion_ids,
                response.logprobs,
                prompt=response.shown_prompt,
                prompt_tokens=response.prompt_tokens,
                completion_tokens=response.completion_tokens,
            )
            prompt, _, terminated, truncated, info = env.step(response.text)
            over = terminated or truncated
    except Exception as error:
        if where == "turn":
            where = f"episode {request.episode}, turn {request.turn} ({request.phase})"
        raise TrialError(spec, where, error) from error
    trial: Trial = info["trial"]
    return trial


class TrialStream:
    """Plays batches of trials one behind the other in one set of places.

    A pool of at most `concurrency` environments is made and reused; an environment takes up the
    next trial as soon as its own is over. Trials are taken first in, first out, over all batches,
    and asyncio wakes waiting trials in the order in which they were answered, so a deterministic
    policy is asked the same questions in the same order every time. While nobody awaits, and so
    the event loop stands still, trials in progress stand still with it.

    An instance serves one event loop.

    Args:
        make_env: makes one `MultiEpisodeReflectionWrapper`; called at most `concurrency` times.
        policy: answers every prompt.
        concurrency: the largest number of trials in progress, at least 1.
        on_trial: called with each trial as it ends, in the order in which trials end.
        on_error: called with the error of each trial that a `NoAnswerError` cost. `None`: such an
            error is raised like any other.

    Raises:
        ValueError: `concurrency` is not a positive integer.
    """

    def __init__(
        self,
        make_env: Callable[[], TrialEnv],
        policy: Policy,
        *,
        concurrency: int,
        on_trial: Callable[[Trial], None] | None = None,
        on_error: Callable[[TrialError], None] | None = None,
    ) -> None:
        require_int("concurrency", concurrency, low=1)
        self._make_env = make_env
        self._policy = policy
        self._concurrency = concurrency
        self._on_trial = on_trial
        self._on_error = on_error
        self._waiting: deque[tuple[TrialSpec, asyncio.Future[Trial]]] = deque()
        self._idle: list[TrialEnv] = []
        self._players: set[asyncio.Task[None]] = set()

    def add(self, specs: Iterable[TrialSpec]) -> list[asyncio.Future[Trial]]:
        """Queue a batch behind those that are there already; to be called in the event loop.

        Returns:
            What `wait` wants to see again, one for each of `specs`.
        """
        loop = asyncio.get_running_loop()
        batch: list[asyncio.Future[Trial]] = []
        for spec in specs:
            batch.append(loop.create_future())
            self._waiting.append((spec, batch[-1]))
        free = self._concurrency - len(self._players)
        for _ in range(min(free, len(self._waiting))):
            player = loop.create_task(self._play_in_one_environment())
            self._players.add(player)
        return batch

    async def wait(self, batch: Sequence[asyncio.Future[Trial]]) -> list[Trial]:
        """The trials of a batch, in its order, as soon as the last of them is over.

        Those of which `on_error` was told are not among them.

        Raises:
            TrialError: a policy or an environment raised, in this batch or in another one.
        """
        missing = sum(not ended.done() for ended in batch)
        all_ended = asyncio.get_running_loop().create_future()

        def count_down(_: object) -> None:
            nonlocal missing
            missing -= 1
            if not missing and not all_ended.done():
                all_ended.set_result(None)

        for ended in batch:
            if not ended.done():
                ended.add_done_callback(count_down)
        while missing:
            await asyncio.wait({all_ended, *self._players}, return_when=asyncio.FIRST_COMPLETED)
            for player in [player for player in self._players if player.done()]:
                self._players.remove(player)
                player.result()
        return [ended.result() for ended in batch if not ended.cancelled()]

    async def close(self) -> None:
        """Cancel what is in progress and close the environments."""
        self._waiting.clear()
        for player in self._players:
            player.cancel()
        await asyncio.gather(*self._players, return_exceptions=True)
        self._players.clear()
        while self._idle:
            self._idle.pop().close()

    async def _play_in_one_environment(self) -> None:
        env = self._idle.pop() if self._idle else self._make_env()
        try:
            while self._waiting:
                spec, ended = self._waiting.popleft()
                # A policy that never suspends would otherwise leave no chance to cancel.
                await asyncio.sleep(0)
                try:
                    trial = await run_trial(env, self._policy, spec)
                except TrialError as error:
                    if self._on_error is None or not isinstance(error.__cause__, NoAnswerError):
                        raise
                    ended.cancel()
                    self._on_error(error)
                    continue
                ended.set_result(trial)
                if self._on_trial is not None:
                    self._on_trial(trial)
        finally:
            self._idle.append(env)


async def run_trials(
    make_env: Callable[[], TrialEnv],
    policy: Policy,
    specs: Iterable[TrialSpec],
    *,
    concurrency: int,
    on_trial: Callable[[Trial], None] | None = None,
    on_error: Callable[[TrialError], None] | None = None,
) -> list[Trial]:
    """Play all `specs`, at most `concurrency` at a time, and return the trials in their order.

    Args:
        make_env: see `TrialStream`, as for the arguments that follow.
        policy: answers every prompt.
        specs: the trials to play.
        concurrency: the largest number of trials in progress, at least 1.
        on_trial: called with each trial as it ends, in the order in which trials end.
        on_error: called with the error of each trial that a `NoAnswerError` cost; such trials are
            not among those returned. `None`: the error is raised like any other.

    Raises:
        TrialError: a policy or an environment raised; all other trials are cancelled first.
        ValueError: `concurrency` is not a positive integer.
    """
    stream = TrialStream(
        make_env, policy, concurrency=concurrency, on_trial=on_trial, on_error=on_error
    )
    async with AsyncExitStack() as opened:
        if isinstance(policy, AbstractAsyncContextManager):
            await opened.enter_async_context(policy)
        try:
            return await stream.wait(stream.add(specs))
        finally:
            await stream.close()


def play_trials(
    make_env: Callable[[], TrialEnv],
    policy: Policy,
    specs: Iterable[TrialSpec],
    *,
    concurrency: int,
    on_trial: Callable[[Trial], None] | None = None,
    on_error: Callable[[TrialError], None] | None = None,
) -> list[Trial]:
    """`run_trials` for callers without an event loop: starts one and waits for the result.

    Raises:
        RuntimeError: an event loop is running already (a notebook, say); await `run_trials` there.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(
            run_trials(
                make_env,
                policy,
                specs,
                concurrency=concurrency,
                on_trial=on_trial,
                on_error=on_error,
            )
        )
    raise RuntimeError("an event loop is running: use `await run_trials(...)` instead")
