"""The engine and the runner that exist only for `benchmarks/rollouts.py`."""

from __future__ import annotations

import asyncio
import functools
import random
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from test_benchmarks import BENCHMARKS, results, run

sys.path.insert(0, str(BENCHMARKS))

from lockstep import run_in_lockstep
from simulated_engine import Engine, Game, SimulatedPolicy, VirtualLoop, make_outcome_env

from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.rollout.runner import TrialSpec, run_trials

GAME = Game("toy", (0.3, 0.5, 0.6), 0.3, (2, 4), (1, 4))
SPECS = [TrialSpec(task, trial) for task in range(3) for trial in range(4)]


def by_single_steps(engine: Engine, game: Game, lengths: list[int]) -> list[float]:
    """When each of some requests that come together ends, one decoding step after the other."""
    prompt = game.rules + game.frame
    waiting, running, ends = [*range(len(lengths))], {}, {}
    now = 0.0
    while waiting or running:
        prefill = 0
        while waiting and len(running) < engine.max_sequences:
            if prefill and prefill + game.frame > engine.max_prefill:
                break
            running[waiting.pop(0)] = 0
            prefill += game.frame
        now += engine.step + engine.sequence * len(running) + engine.prefill_token * prefill
        now += engine.cached_token * sum(prompt + done for done in running.values())
        for number in [*running]:
            running[number] += 1
            if running[number] == lengths[number]:
                ends[number] = now
                del running[number]
    return [ends[number] for number in range(len(lengths))]


@pytest.mark.parametrize("changes", [{}, {"max_sequences": 3}, {"max_prefill": 300}])
def test_the_simulated_engine_takes_the_time_of_its_steps(changes: dict[str, int]) -> None:
    engine = replace(Engine(), **changes)
    policy = SimulatedPolicy(engine, GAME, 1)
    requests = [PromptRequest("", "play", 0, 0, seed, 0, make_outcome_env(1)) for seed in range(12)]
    loop = VirtualLoop()
    ends: dict[int, float] = {}

    async def ask(request: PromptRequest) -> None:
        await policy.act(request)
        ends[request.task_seed] = loop.time()

    async def ask_all() -> None:
        await asyncio.gather(*map(ask, requests))

    loop.run_until_complete(ask_all())
    loop.close()
    draws = [random.Random(f"None {seed} 0 0 0 play").lognormvariate(0, 0.6) for seed in range(12)]
    lengths = [min(1024, round(200 * draw)) for draw in draws]
    assert [ends[seed] for seed in range(12)] == pytest.approx(
        by_single_steps(engine, GAME, lengths), rel=1e-9
    )
    assert policy.tokens == sum(lengths)


def test_time_only_passes_where_someone_waits() -> None:
    loop = VirtualLoop()
    loop.run_until_complete(asyncio.sleep(3600))
    assert loop.time() == pytest.approx(3600)
    with pytest.raises(RuntimeError, match="everyone waits for everyone"):
        loop.run_until_complete(loop.create_future())
    loop.close()


class Watched:
    """Notes the order of questions and answers."""

    def __init__(self, policy: SimulatedPolicy) -> None:
        self.policy = policy
        self.events: list[tuple[str, tuple[int, bool, int]]] = []

    async def act(self, request: PromptRequest) -> Response:
        # A reflection has the number of turns before it as its turn; all go together.
        reflects = request.phase == "reflect"
        place = (request.episode, reflects, 0 if reflects else request.turn)
        self.events.append(("asked", place))
        response = await self.policy.act(request)
        self.events.append(("answered", place))
        return response


def play(lockstep: bool) -> tuple[list[Trial], float, Watched]:
    watched = Watched(SimulatedPolicy(Engine(), GAME, 3))
    make_env = functools.partial(make_outcome_env, 3)
    loop = VirtualLoop()
    trials = loop.run_until_complete(
        run_in_lockstep(make_env, watched, SPECS)
        if lockstep
        else run_trials(make_env, watched, SPECS, concurrency=len(SPECS))
    )
    seconds = loop.time()
    loop.close()
    return trials, seconds, watched


def test_lockstep_plays_the_same_trials_turn_by_turn_and_takes_longer() -> None:
    together, long, watched = play(lockstep=True)
    freely, short, free = play(lockstep=False)
    assert [[t.response for t in a.turns] for a in together] == [
        [t.response for t in a.turns] for a in freely
    ]
    assert any(trial.success for trial in together)
    assert long > 1.2 * short
    for events, in_step in ((watched.events, True), (free.events, False)):
        last_answer = {place: n for n, (what, place) in enumerate(events) if what == "answered"}
        first_question = {}
        for n, (what, place) in enumerate(events):
            if what == "asked":
                first_question.setdefault(place, n)
        places = sorted(last_answer)
        ahead = [first_question[after] < last_answer[before] for before, after in pairwise(places)]
        assert any(ahead) != in_step


def test_the_benchmark_runs_at_toy_size(tmp_path: Path) -> None:
    sizes = ["--tasks", "1", "--generations", "2", "--varied-generations", "1"]
    real = ["--real-generations", "1", "--warm-start-steps", "2"]
    process: subprocess.CompletedProcess[str] = run("rollouts.py", tmp_path, *sizes, *real)
    assert process.returncode == 0, process.stderr
    record, page = results("rollouts", tmp_path)
    assert page in process.stdout
    assert str(tmp_path) not in page
    seconds = {
        (row["game"], row["kind"], row["runner"]): sum(row["seconds"]) / len(row["seconds"])
        for row in record["simulated"]
    }
    assert len(seconds) == 4 * 7
    for game, found in record["ratios"].items():
        if game in {row["game"] for row in record["simulated"]}:
            expected = (
                seconds[game, "meta-RL", "lockstep"] / seconds[game, "meta-RL", "asynchronous"]
            )
            assert found["lockstep / asynchronous, meta-RL"] == pytest.approx(expected)
    assert len(record["real"]) == 7
    assert all(value > 0 for row in record["real"] for value in row["seconds"])
