"""Wall-clock and engine occupancy of rollouts: in lockstep, asynchronous, and overlapping.

    python benchmarks/rollouts.py

RL plays 24 trials of one episode a task, meta-RL 8 trials of three: equally many trajectories. A
simulated engine tells what a GPU would do, on a clock that never really waits; a small model, made
on the spot, plays MineSweeper for real. The result is written beside the other results.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import gymnasium as gym
import machine as machines
import torch
from lockstep import run_in_lockstep
from rollouts_report import (
    LOCKSTEP,
    META,
    OVERLAP,
    RL,
    RUNNERS,
    WIDE,
    Kind,
    Row,
    ratios,
    to_markdown,
)
from simulated_engine import (
    Engine,
    Game,
    SimulatedPolicy,
    VirtualLoop,
    make_outcome_env,
)

from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.rollout.policy import Policy, PromptRequest, Response
from lamer_envs.rollout.runner import TrialSpec, run_trials
from lamer_train.backends.transformers import TransformersPolicy
from lamer_train.overlap import OverlappedRollouts
from lamer_train.teachers import teacher_for
from lamer_train.tiny import build_model, build_tokenizer, vocabulary_for
from lamer_train.warm_start import collect_demonstrations, imitate

RESULTS = Path(__file__).resolve().parent / "results"
GAMES = (
    Game("Sokoban, before training", (0.064, 0.098, 0.121), 0.068, (4, 7), (7, 7)),
    Game("Sokoban, after training", (0.424, 0.520, 0.559), 0.416, (4, 7), (7, 7)),
    Game("MineSweeper, after training", (0.441, 0.664, 0.744), 0.520, (4, 7), (2, 7)),
    Game("WebShop, after training", (0.678, 0.844, 0.891), 0.734, (4, 12), (5, 12)),
)
"""Shares of Table 1: Reflexion and zero-shot before training, LaMer and GiGPO after it."""


def places(runner: str, trials: int) -> int:
    """Concurrent trials: those of a generation, or 256 where the runner's name says so."""
    return max(trials, 256) if runner == WIDE else trials


def play_generations(
    policy: Policy,
    make_env: Callable[[], MultiEpisodeReflectionWrapper],
    share: Callable[[int], list[TrialSpec]],
    trials: int,
    runner: str,
    generations: int,
    loop: asyncio.AbstractEventLoop,
    clock: Callable[[], float],
) -> tuple[list[float], list[int]]:
    """Play generations one after the other; how long each took, and the age of every turn."""
    rollouts = OverlappedRollouts(
        make_env,
        policy,
        share,
        concurrency=places(runner, trials),
        on_trial=lambda done, of: None,
        loop=loop,
    )
    seconds: list[float] = []
    ages: list[int] = []
    for generation in range(generations):
        before = clock()
        if runner in (OVERLAP, WIDE):
            for played in rollouts.play(generation):
                ages += played.ages
        else:
            specs = share(generation)
            alone = (
                run_in_lockstep(make_env, policy, specs)
                if runner == LOCKSTEP
                else run_trials(make_env, policy, specs, concurrency=trials)
            )
            ages += [0 for trial in loop.run_until_complete(alone) for _ in trial.turns]
        seconds.append(clock() - before)
    rollouts.close()
    return seconds, ages


def simulate(
    engine: Engine, game: Game, kind: Kind, runner: str, tasks: int, generations: int
) -> Row:
    """Play generations on the simulated engine."""
    policy = SimulatedPolicy(engine, game, kind.episodes)
    make_env = functools.partial(make_outcome_env, kind.episodes)
    share = functools.partial(kind.share, tasks, generations)
    trials = tasks * kind.group
    loop = VirtualLoop()
    seconds, ages = play_generations(
        policy, make_env, share, trials, runner, generations, loop, loop.time
    )
    running = policy.sequence_seconds / sum(seconds)
    return Row(
        game.name,
        kind.name,
        runner,
        tuple(seconds),
        running,
        running / engine.max_sequences,
        len(ages) / generations,
        sum(age > 0 for age in ages) / len(ages),
    )


# ---- a real model --------------------------------------------------------------------------------


class CountedPolicy(TransformersPolicy):
    """Counts what it is asked."""

    calls = 0
    asked = 0

    def respond(self, requests: list[PromptRequest]) -> list[Response | Exception]:
        """As the policy does."""
        self.calls += 1
        self.asked += len(requests)
        return super().respond(requests)


def make_minesweeper(episodes: int) -> MultiEpisodeReflectionWrapper:
    """The environment of the preset minesweeper-tiny."""
    return MultiEpisodeReflectionWrapper(
        gym.make("LaMer/MineSweeper-v0", size=4, num_mines=4),
        num_episodes=episodes,
        memory="history",
        reflection=False,
        prompts="compact",
    )


def make_policy(steps: int) -> Callable[[], CountedPolicy]:
    """A model that has imitated a scripted player for so many steps, in ever new policies."""
    env = make_minesweeper(3)
    vocabulary = vocabulary_for(env)
    tokenizer = build_tokenizer(vocabulary.words, max_length=512)
    model = build_model(tokenizer, vocabulary, seed=0, max_length=512)
    if steps:
        demonstrations = collect_demonstrations(
            env, teacher_for("LaMer/MineSweeper-v0", 0.2), trials=12 * steps, seed=0
        )
        with tempfile.TemporaryDirectory() as folder:
            imitate(
                model,
                tokenizer,
                demonstrations,
                steps=steps,
                batch_size=128,
                learning_rate=0.004,
                seed=0,
                work_dir=Path(folder),
                use_cpu=True,
            )
    return lambda: CountedPolicy(model, tokenizer, max_new_tokens=4)


def play_for_real(
    make: Callable[[], CountedPolicy], kind: Kind, runner: str, tasks: int, generations: int
) -> Row:
    """Play generations with the model, on one thread; its weights stay as they are."""
    torch.set_num_threads(1)
    policy = make()
    make_env = functools.partial(make_minesweeper, kind.episodes)
    share = functools.partial(kind.share, tasks, generations)
    trials = tasks * kind.group
    seconds, ages = play_generations(
        policy,
        make_env,
        share,
        trials,
        runner,
        generations,
        asyncio.new_event_loop(),
        time.process_time,
    )
    return Row(
        "MineSweeper 4×4, a real model",
        kind.name,
        runner,
        tuple(seconds),
        policy.asked / policy.calls,
        None,
        len(ages) / generations,
        sum(age > 0 for age in ages) / len(ages),
    )


VARIED = GAMES[1]


def variants() -> dict[str, tuple[Engine, Game]]:
    """The simulation with one constant changed at a time."""
    game, engine = VARIED, Engine()
    return {
        "at most 64 sequences": (replace(engine, max_sequences=64), game),
        "at most 1024 sequences": (replace(engine, max_sequences=1024), game),
        "lengths more alike (σ = 0.3)": (engine, replace(game, response_sigma=0.3)),
        "lengths less alike (σ = 0.9)": (engine, replace(game, response_sigma=0.9)),
    }


def runs() -> list[tuple[Kind, str]]:
    """Every kind with every runner that does something else for it."""
    return [(kind, runner) for kind in (RL, META) for runner in RUNNERS if (kind, runner) != SAME]


SAME = (RL, WIDE)


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tasks", type=int, default=16, help="tasks a generation")
    parser.add_argument("--generations", type=int, default=8, help="of the simulation")
    parser.add_argument("--varied-generations", type=int, default=6, help="of each variant")
    parser.add_argument(
        "--real-generations", type=int, default=10, help="of the real model; 0 leaves it out"
    )
    parser.add_argument("--warm-start-steps", type=int, default=100, help="of the real model")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the result files")
    arguments = parser.parse_args()
    machine = machines.describe("benchmarks/rollouts.py")
    for package in ("torch", "transformers"):
        machine["packages"][package] = machines.version_of(package)

    tasks = arguments.tasks
    simulated = [
        simulate(Engine(), game, kind, runner, tasks, arguments.generations)
        for game in GAMES
        for kind, runner in runs()
    ]
    varied = {
        what: [
            simulate(engine, game, kind, runner, tasks, arguments.varied_generations)
            for kind, runner in runs()
        ]
        for what, (engine, game) in variants().items()
    }
    real: list[Row] = []
    if arguments.real_generations:
        make = make_policy(arguments.warm_start_steps)
        real = [
            play_for_real(make, kind, runner, tasks, arguments.real_generations)
            for kind, runner in runs()
        ]
    machine["load_average_at_end"] = machines.load_average()
    record = {
        "machine": machine,
        "engine": asdict(Engine()),
        "games": [asdict(game) for game in GAMES],
        "tasks": tasks,
        "simulated": [asdict(row) for row in simulated],
        "varied": {what: [asdict(row) for row in rows] for what, rows in varied.items()},
        "real": [asdict(row) for row in real],
        "ratios": {game.name: ratios(simulated, game.name) for game in GAMES}
        | ({real[0].game: ratios(real, real[0].game)} if real else {}),
    }
    page = to_markdown(
        machine,
        simulated,
        varied,
        VARIED.name,
        real,
        tasks,
        (arguments.generations, arguments.varied_generations, arguments.real_generations),
    )
    arguments.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (arguments.out / "rollouts.json").write_text(text, encoding="utf-8")
    (arguments.out / "rollouts.md").write_text(page, encoding="utf-8")
    print(page, end="")


if __name__ == "__main__":
    main()
