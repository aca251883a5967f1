"""Rollouts in lockstep, as the authors' code moves them: for comparison only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.policy import Policy, PromptRequest, Response
from lamer_envs.rollout.runner import TrialEnv, TrialSpec, run_trials


class Lockstep:
    """A barrier before a policy: no trial is asked for turn n + 1 before all have answered turn n.

    Trials whose episode is over wait until the episode of every trial is; then all of them reflect,
    and then all of them start the next one.

    Args:
        policy: answers what the barrier lets through.
        trials: how many trials there are.
    """

    def __init__(self, policy: Policy, trials: int) -> None:
        self._policy = policy
        self._unfinished = trials
        self._waiting: list[tuple[tuple[int, bool], asyncio.Future[None]]] = []

    async def act(self, request: PromptRequest) -> Response:
        """The policy's answer, once the trial's turn has come."""
        opened = asyncio.get_running_loop().create_future()
        self._waiting.append(((request.episode, request.phase == "reflect"), opened))
        self._open()
        await opened
        return await self._policy.act(request)

    def ended(self, trial: Trial) -> None:
        """Count a trial that is over."""
        self._unfinished -= 1
        self._open()

    def _open(self) -> None:
        if not self._waiting or len(self._waiting) < self._unfinished:
            return
        first = min(stage for stage, _ in self._waiting)
        ready = [opened for stage, opened in self._waiting if stage == first]
        self._waiting = [entry for entry in self._waiting if entry[0] != first]
        for opened in ready:
            opened.set_result(None)


async def run_in_lockstep(
    make_env: Callable[[], TrialEnv], policy: Policy, specs: Sequence[TrialSpec]
) -> list[Trial]:
    """Play all trials at a time, in lockstep."""
    barrier = Lockstep(policy, len(specs))
    return await run_trials(
        make_env, barrier, specs, concurrency=len(specs), on_trial=barrier.ended
    )
