from __future__ import annotations

import asyncio

import pytest
from doors import CountedDoors, make_doors

from lamer_envs.meta.trial import Trial
from lamer_envs.meta.wrapper import MultiEpisodeReflectionWrapper
from lamer_envs.rollout.batching import BatchingPolicy
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.rollout.runner import TrialError, TrialSpec, TrialStream, play_trials


class Opening(BatchingPolicy):
    """Finds the prize after as many turns as its number tells: trials of different lengths."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[int]] = []

    def respond(self, requests: list[PromptRequest]) -> list[Response]:
        self.batches.append([request.task_seed for request in requests])
        return [Response(f"<action>open {request.turn}</action>") for request in requests]


def batch(generation: int, size: int = 20) -> list[TrialSpec]:
    return [TrialSpec(100 * generation + seed) for seed in range(size)]


def make() -> MultiEpisodeReflectionWrapper:
    return make_doors(max_turns=4)


def seeds(trials: list[Trial]) -> list[int]:
    return [trial.task_seed for trial in trials]


@pytest.mark.parametrize("concurrency", [1, 3, 20, 100])
def test_batches_played_behind_each_other_are_the_batches_played_alone(concurrency: int) -> None:
    loop = asyncio.new_event_loop()
    policy = Opening()
    stream = TrialStream(make, policy, concurrency=concurrency)

    async def play(generation: int) -> list[Trial]:
        nonlocal ahead
        current, ahead = ahead, stream.add(batch(generation + 1) if generation < 3 else [])
        return await stream.wait(current)

    async def start() -> list[asyncio.Future[Trial]]:
        return stream.add(batch(0))

    ahead = loop.run_until_complete(start())
    for generation in range(4):
        trials = loop.run_until_complete(play(generation))
        assert trials == play_trials(make, Opening(), batch(generation), concurrency=20)
        # Nothing is played further ahead than the batch that has been added.
        latest = max(seed for asks in policy.batches for seed in asks)
        assert latest < 100 * (generation + 2)
    loop.run_until_complete(stream.close())
    assert not asyncio.all_tasks(loop)
    loop.close()
    sizes = [len(asks) for asks in policy.batches]
    full = min(concurrency, 20)
    assert max(sizes) <= concurrency
    if concurrency == 3:
        short = [n for n, size in enumerate(sizes) if size < full]
        assert len(sizes) - short[0] < 8, "places should be full until the last batch runs out"


def test_a_place_that_becomes_free_goes_to_the_next_batch() -> None:
    policy = Opening()

    async def scenario() -> int:
        stream = TrialStream(make, policy, concurrency=20)
        first = stream.add(batch(0))
        stream.add(batch(1))
        await stream.wait(first)
        in_progress = len([seed for seed in policy.batches[-1] if seed >= 100])
        await stream.close()
        return in_progress

    assert asyncio.run(scenario()) > 0
    sizes = [len(asks) for asks in policy.batches]
    assert sizes == [20] * len(sizes)


def test_environments_survive_between_batches_and_are_closed_at_the_end() -> None:
    make = CountedDoors(max_turns=4)

    async def scenario() -> None:
        stream = TrialStream(make, Opening(), concurrency=7)
        for generation in range(3):
            assert seeds(await stream.wait(stream.add(batch(generation)))) == [
                spec.task_seed for spec in batch(generation)
            ]
        assert not make.closed
        stream.add(batch(3))
        await asyncio.sleep(0)
        await stream.close()

    asyncio.run(scenario())
    assert len(make.made) == 7
    assert make.each_closed_once


def test_an_error_in_a_later_batch_surfaces_while_an_earlier_one_is_awaited() -> None:
    class Failing(Opening):
        def respond(self, requests: list[PromptRequest]) -> list[Response | Exception]:
            answers: list[Response | Exception] = [*super().respond(requests)]
            for row, request in enumerate(requests):
                if request.task_seed == 102:
                    answers[row] = KeyError("lost")
            return answers

    async def scenario() -> None:
        stream = TrialStream(make, Failing(), concurrency=20)
        try:
            first = stream.add(batch(0))
            stream.add(batch(1))
            await asyncio.wait_for(stream.wait(first), 10)
        finally:
            await stream.close()

    with pytest.raises(TrialError, match=r"task seed 102, trial 0, episode 0, turn 0.*lost"):
        asyncio.run(scenario())
