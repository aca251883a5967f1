"""Overlapping generations: trials of the next one start in the places that this one frees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accelerate.utils import gather_object

from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.policy import Policy, PromptRequest, Response
from lamer_envs.rollout.runner import TrialSpec, TrialStream
from lamer_train.playing import MakeEnv, outside_event_loops

Place = tuple[int | None, int, int]


@dataclass(frozen=True)
class AgedTrial:
    """A trial and the weights that played it.

    Attributes:
        trial: the record.
        ages: for each of `trial.turns`, how many generations before its own it was answered.
    """

    trial: Trial
    ages: tuple[int, ...]


class OverlappedRollouts:
    """Plays generation after generation on one event loop, which stands still in between.

    While the last trials of a generation are in progress, trials of the next one take the places
    that have become free. The next call, under other weights, goes on with them. No trial starts
    more than one generation ahead, so that no turn is older than that. Processes play their own
    shares and never wait for each other here.

    Args:
        make_env: makes one `MultiEpisodeReflectionWrapper`.
        policy: answers every prompt, under whatever weights it has when it does.
        share: the trials of this process in a generation, empty after the last one. No two trials
            of two neighbouring generations may have the same `TrialSpec`.
        concurrency: places of this process, at least 1.
        on_trial: called as trials of the generation in play end, with how many have ended so far
            and how many there are.
        loop: the event loop, to be closed with this; a new one by default.
    """

    def __init__(
        self,
        make_env: MakeEnv,
        policy: Policy,
        share: Callable[[int], Sequence[TrialSpec]],
        *,
        concurrency: int,
        on_trial: Callable[[int, int], None],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._policy = policy
        self._share = share
        self._on_trial = on_trial
        self._generation = -1
        self._answered_in: dict[Place, list[int]] = {}
        self._batches: dict[int, list[asyncio.Future[Trial]]] = {}
        self._stream = TrialStream(make_env, self, concurrency=concurrency, on_trial=self._count)
        self._loop = asyncio.new_event_loop() if loop is None else loop

    async def act(self, request: PromptRequest) -> Response:
        """The policy's answer; which generation was in play is noted."""
        response = await self._policy.act(request)
        place = (request.sampling_seed, request.task_seed, request.trial)
        self._answered_in.setdefault(place, []).append(self._generation)
        return response

    def play(self, generation: int) -> list[AgedTrial]:
        """Play a generation to its end and return its trials in the order of `share`.

        Raises:
            TrialError: the policy or an environment raised, also in a trial of the next generation.
            ValueError: it is not the generation after the one played before.
        """
        if self._generation >= 0 and generation != self._generation + 1:
            raise ValueError(f"generation {generation} does not follow {self._generation}")
        self._generation = generation
        batch = self._batches.get(generation)
        if batch is None or not all(ended.done() for ended in batch):
            outside_event_loops(self._run)
        aged: list[AgedTrial] = []
        for spec, ended in zip(self._share(generation), self._batches.pop(generation), strict=True):
            answered_in = self._answered_in.pop((spec.sampling_seed, spec.task_seed, spec.trial))
            ages = tuple(generation - then for then in answered_in)
            aged.append(AgedTrial(ended.result(), ages))
        return aged

    def _run(self) -> None:
        """Run the event loop until the generation has ended, and not one round longer.

        Whoever awaited the end would be woken rounds later, when the trials that go on have asked
        again and the policy has begun on answers under weights that are about to change.
        """
        watching = self._loop.create_task(self._watch())
        watching.add_done_callback(lambda task: None if task.cancelled() else self._loop.stop())
        self._loop.run_forever()
        if watching.done():
            watching.result()
        watching.cancel()

    async def _watch(self) -> None:
        for generation in (self._generation, self._generation + 1):
            if generation not in self._batches:
                self._batches[generation] = self._stream.add(self._share(generation))
        await self._stream.wait(self._batches[self._generation])

    def _count(self, trial: Trial) -> None:
        batch = self._batches[self._generation]
        done = sum(ended.done() for ended in batch)
        self._on_trial(done, len(batch))
        if done == len(batch):
            self._loop.stop()

    def close(self) -> None:
        """Drop the trials in progress and close the environments."""
        if not self._loop.is_closed():
            outside_event_loops(lambda: self._loop.run_until_complete(self._close()))
            self._loop.close()

    async def _close(self) -> None:
        # A call that an interrupt broke off is still there.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._stream.close()


def staleness(played: Sequence[AgedTrial]) -> dict[str, float]:
    """How old the rows of a generation are, over all processes.

    Returns:
        `rollout/stale_tokens`: the share of sampled tokens from older weights than those that the
        update starts from; `rollout/staleness` and `rollout/staleness_max`: mean and largest age
        of a turn, in generations.
    """
    own = [
        (age, len(turn.completion_ids or ()))
        for one in played
        for age, turn in zip(one.ages, one.trial.turns, strict=True)
    ]
    ages, tokens = zip(*gather_object(own), strict=True)
    stale = sum(count for age, count in zip(ages, tokens, strict=True) if age > 0)
    return {
        "rollout/stale_tokens": stale / max(1, sum(tokens)),
        "rollout/staleness": sum(ages) / len(ages),
        "rollout/staleness_max": float(max(ages)),
    }
