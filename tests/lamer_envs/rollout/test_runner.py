from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from doors import CountedDoors, Fixed, make_doors

from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.rollout.runner import TrialError, TrialSpec, play_trials, run_trials
from lamer_envs.rollout.scripted import RandomPolicy

SPECS = [TrialSpec(seed, trial) for seed in range(20) for trial in range(3)]


def wrong_door(request: PromptRequest) -> str:
    return f"open {(request.env.unwrapped.task.prize + 1) % 4}"  # type: ignore[attr-defined]


def place(trial: Trial) -> TrialSpec:
    return TrialSpec(trial.task_seed, trial.trial)


def test_trials_come_back_in_the_order_of_the_specs() -> None:
    ended: list[Trial] = []
    trials = play_trials(
        make_doors, RandomPolicy(), SPECS[::-1], concurrency=7, on_trial=ended.append
    )
    assert [place(trial) for trial in trials] == SPECS[::-1]
    assert sorted(map(id, ended)) == sorted(map(id, trials))


@pytest.mark.parametrize("concurrency", [1, 5, 1000])
def test_the_record_does_not_depend_on_concurrency(concurrency: int) -> None:
    alone = play_trials(make_doors, RandomPolicy(3), SPECS, concurrency=1)
    assert play_trials(make_doors, RandomPolicy(3), SPECS, concurrency=concurrency) == alone


def test_environments_are_pooled_and_closed() -> None:
    make = CountedDoors()
    play_trials(make, RandomPolicy(), SPECS, concurrency=7)
    assert len(make.made) == 7
    assert make.each_closed_once
    play_trials(make, RandomPolicy(), SPECS[:2], concurrency=7)
    assert len(make.made) == 9


def test_no_trial_waits_for_another() -> None:
    """The first trial is answered only after all the others have ended."""

    async def scenario() -> list[Trial]:
        others_over = asyncio.Event()
        ended: list[TrialSpec] = []

        class SlowFirst(RandomPolicy):
            async def act(self, request: PromptRequest) -> Response:
                if (request.task_seed, request.trial) == (0, 0):
                    await others_over.wait()
                return await super().act(request)

        def on_trial(trial: Trial) -> None:
            ended.append(place(trial))
            if len(ended) == len(SPECS) - 1:
                others_over.set()

        trials = await asyncio.wait_for(
            run_trials(make_doors, SlowFirst(), SPECS, concurrency=2, on_trial=on_trial), 30
        )
        assert ended[-1] == SPECS[0]
        return trials

    assert [place(trial) for trial in asyncio.run(scenario())] == SPECS


def test_at_most_concurrency_trials_are_in_progress() -> None:
    open_trials: set[TrialSpec] = set()
    most = 0

    class Watched(RandomPolicy):
        async def act(self, request: PromptRequest) -> Response:
            nonlocal most
            open_trials.add(TrialSpec(request.task_seed, request.trial))
            most = max(most, len(open_trials))
            await asyncio.sleep(0)
            return await super().act(request)

    play_trials(
        make_doors,
        Watched(),
        SPECS,
        concurrency=7,
        on_trial=lambda trial: open_trials.discard(place(trial)),
    )
    assert most == 7


def test_a_failing_policy_names_the_trial_and_cancels_the_rest() -> None:
    cancelled: list[int] = []

    class Failing(Fixed):
        async def act(self, request: PromptRequest) -> Response:
            if request.task_seed == 5 and request.episode == 1 and request.phase == "play":
                raise KeyError("lost")
            if request.task_seed != 5:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    cancelled.append(request.task_seed)
                    raise
            return await super().act(request)

    specs = [TrialSpec(seed, 2) for seed in range(10)]
    with pytest.raises(TrialError, match=r"task seed 5, trial 2, episode 1, turn 0 \(play\)") as e:
        play_trials(make_doors, Failing(wrong_door), specs, concurrency=8)
    assert isinstance(e.value.__cause__, KeyError)
    assert e.value.spec == TrialSpec(5, 2)
    assert sorted(cancelled) == [0, 1, 2, 3, 4, 6, 7]


def test_cancelling_the_call_cancels_the_trials() -> None:
    async def scenario() -> int:
        cancelled = 0

        class Waiting:
            async def act(self, request: PromptRequest) -> Response:
                nonlocal cancelled
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    cancelled += 1
                    raise
                raise AssertionError

        call = asyncio.create_task(run_trials(make_doors, Waiting(), SPECS, concurrency=4))
        await asyncio.sleep(0.02)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        return cancelled

    assert asyncio.run(scenario()) == 4


def test_an_error_of_on_trial_surfaces() -> None:
    def refuse(trial: Trial) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        play_trials(make_doors, RandomPolicy(), SPECS, concurrency=4, on_trial=refuse)


def test_tokens_of_the_policy_are_recorded() -> None:
    class Tokens(Fixed):
        async def act(self, request: PromptRequest) -> Response:
            text = (await super().act(request)).text
            return Response(text, (1, 2), (request.episode, request.turn), (-0.5, -0.25))

    (trial,) = play_trials(make_doors, Tokens(wrong_door), [TrialSpec(0)], concurrency=1)
    assert len(trial.turns) == 5
    for turn in trial.turns:
        assert turn.prompt_ids == (1, 2)
        assert turn.completion_ids == (turn.episode, turn.turn)
        assert turn.logprobs == (-0.5, -0.25)


def test_inside_an_event_loop_play_trials_says_what_to_do() -> None:
    async def scenario() -> None:
        play_trials(make_doors, RandomPolicy(), SPECS, concurrency=1)

    with pytest.raises(RuntimeError, match="await run_trials"):
        asyncio.run(scenario())


@pytest.mark.parametrize("concurrency", [0, -1, 1.5, True])
def test_concurrency_is_a_positive_integer(concurrency: Any) -> None:
    with pytest.raises(ValueError, match="concurrency"):
        play_trials(make_doors, RandomPolicy(), SPECS, concurrency=concurrency)


def test_no_specs_give_no_trials() -> None:
    assert play_trials(make_doors, RandomPolicy(), [], concurrency=3) == []


def test_the_runner_costs_little_beside_the_environment() -> None:
    """A generous bound that only a slip (a search, a copy of the record a turn) would break."""
    policy = Fixed(wrong_door)
    specs = [TrialSpec(seed) for seed in range(300)]
    start = time.perf_counter()
    trials = play_trials(make_doors, policy, specs, concurrency=100)
    turns = sum(len(trial.turns) for trial in trials)
    assert (time.perf_counter() - start) / turns < 1e-3
