from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest
from doors import make_doors

from lamer_envs.rollout.batching import BatchingPolicy
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.rollout.runner import TrialError, TrialSpec, play_trials

Place = tuple[int, int, int, int]


def place(request: PromptRequest) -> Place:
    return (request.task_seed, request.trial, request.episode, request.turn)


def never(request: PromptRequest) -> str:
    return "nothing"


class Recording(BatchingPolicy):
    """Answers by a function and keeps the place of every request of every batch."""

    def __init__(self, action: Callable[[PromptRequest], str] = never, **kwargs: int) -> None:
        super().__init__(**kwargs)
        self.action = action
        self.batches: list[list[Place]] = []

    def respond(self, requests: list[PromptRequest]) -> list[Response]:
        self.batches.append([place(request) for request in requests])
        return [Response(f"<action>{self.action(request)}</action>") for request in requests]

    @property
    def sizes(self) -> list[int]:
        return [len(batch) for batch in self.batches]


def open_one(request: PromptRequest) -> str:
    """Finds the prize after as many turns as its number tells: trials of different lengths."""
    return f"open {request.turn}"


def seeds(n: int) -> list[TrialSpec]:
    return [TrialSpec(seed) for seed in range(n)]


def test_a_hundred_trials_give_batches_of_a_hundred() -> None:
    policy = Recording()
    play_trials(lambda: make_doors(max_turns=4), policy, seeds(100), concurrency=100)
    assert policy.sizes == [100] * (3 * 4 + 2)


def test_finished_trials_do_not_stall_the_others() -> None:
    """Every batch asks all trials that are not over, and nothing waits for the ones that are."""
    policy = Recording(open_one)
    trials = play_trials(lambda: make_doors(max_turns=4), policy, seeds(100), concurrency=100)
    lengths = [len(trial.turns) for trial in trials]
    assert len(set(lengths)) == 4
    assert policy.sizes == [sum(length > n for length in lengths) for n in range(max(lengths))]


def test_a_free_place_is_taken_at_once() -> None:
    policy = Recording(open_one)
    trials = play_trials(lambda: make_doors(max_turns=4), policy, seeds(100), concurrency=10)
    turns = sum(len(trial.turns) for trial in trials)
    assert sum(policy.sizes) == turns
    short = [n for n, size in enumerate(policy.sizes) if size < 10]
    # Batches are full until the last trial has been taken up.
    assert short == list(range(len(policy.sizes) - len(short), len(policy.sizes)))
    assert len(short) < 4


@pytest.mark.parametrize("max_batch", [None, 7])
def test_equal_runs_form_equal_batches(max_batch: int | None) -> None:
    runs = []
    for _ in range(2):
        policy = Recording(open_one, **({} if max_batch is None else {"max_batch": max_batch}))
        play_trials(lambda: make_doors(max_turns=4), policy, seeds(60), concurrency=20)
        runs.append(policy.batches)
    assert runs[0] == runs[1]


def test_max_batch_keeps_batches_full_and_passes_nobody_over() -> None:
    policy = Recording(max_batch=64)
    play_trials(lambda: make_doors(max_turns=4), policy, seeds(100), concurrency=100)
    assert sum(policy.sizes) == 100 * 14
    assert policy.sizes[:-2] == [64] * (len(policy.sizes) - 2)
    asked: dict[int, list[int]] = {}
    for number, batch in enumerate(policy.batches):
        for task_seed, *_ in batch:
            asked.setdefault(task_seed, []).append(number)
    waits = [b - a for each in asked.values() for a, b in pairwise(each)]
    assert max(waits) <= 2


def test_policies_stacked_on_top_may_take_more_rounds() -> None:
    """Each layer of tasks delays a request by some rounds; patience for them is an argument."""

    class Layered:
        def __init__(self, inner: BatchingPolicy) -> None:
            self.inner = inner

        async def act(self, request: PromptRequest) -> Response:
            for _ in range(request.task_seed % 5):
                await asyncio.sleep(0)
            return await self.inner.act(request)

    policy = Recording(quiet_rounds=6)
    play_trials(lambda: make_doors(max_turns=2), Layered(policy), seeds(50), concurrency=50)
    assert policy.sizes == [50] * 8


def test_an_error_of_respond_reaches_the_caller_and_the_policy_lives_on() -> None:
    class Failing(Recording):
        broken = True

        def respond(self, requests: list[PromptRequest]) -> list[Response]:
            if self.broken and len(self.batches) == 2:
                raise MemoryError("no room")
            return super().respond(requests)

    policy = Failing()
    with pytest.raises(TrialError, match="MemoryError: no room"):
        play_trials(make_doors, policy, seeds(10), concurrency=10)
    policy.broken = False
    assert len(play_trials(make_doors, policy, seeds(10), concurrency=10)) == 10


def test_a_wrong_number_of_answers_is_an_error() -> None:
    class Short(Recording):
        def respond(self, requests: list[PromptRequest]) -> list[Response]:
            return super().respond(requests)[1:]

    with pytest.raises(TrialError, match="9 responses to 10 requests"):
        play_trials(make_doors, Short(), seeds(10), concurrency=10)


def test_an_interrupt_leaves_nothing_behind() -> None:
    """Ctrl-C while the model generates, with requests in the queue; the next loop starts afresh."""

    class Interrupted(Recording):
        def respond(self, requests: list[PromptRequest]) -> list[Response]:
            if len(self.batches) == 2:
                self.batches.append([])
                raise KeyboardInterrupt
            return super().respond(requests)

    policy = Interrupted(max_batch=6)
    with pytest.raises(KeyboardInterrupt):
        play_trials(make_doors, policy, seeds(10), concurrency=10)
    policy.batches.append([])
    play_trials(make_doors, policy, [TrialSpec(100 + n) for n in range(4)], concurrency=4)
    assert policy.sizes[4:] == [4] * 5


@pytest.mark.parametrize("kwargs", [{"max_batch": 0}, {"quiet_rounds": 0}])
def test_bad_arguments(kwargs: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(kwargs))):
        Recording(**kwargs)
