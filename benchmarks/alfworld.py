"""Speed and memory of ALFWorld, native and (where it is installed) on the real TextWorld.

    python benchmarks/alfworld.py

Measures steps with sorted admissible commands, resets, generation and the memory of 1,000
environments. Both backends play the same random walks on the same generated games, in one run.
The result is written beside the other results, as JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import time
import tracemalloc
from pathlib import Path
from statistics import median
from typing import Any

import gymnasium as gym
from machine import describe, load_average

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.export import game_file
from lamer_envs.alfworld.households import HouseholdSpec, generate
from lamer_envs.alfworld.scene import TASK_TYPES, Scene
from lamer_envs.alfworld.textworld_backend import TextWorldGame, textworld_missing

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"
WALK = 50
MEGABYTE = 1024 * 1024


def resident() -> int:
    """The memory of this process, in bytes (Linux; 0 elsewhere)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def walks(scenes: list[Scene], rng: random.Random) -> list[list[str]]:
    """A random walk on each scene."""
    plays = []
    for scene in scenes:
        game = Game(scene)
        commands = []
        for _ in range(WALK):
            commands.append(rng.choice(game.admissible()))
            game.step(commands[-1])
        plays.append(commands)
    return plays


def native_steps(scenes: list[Scene], plays: list[list[str]]) -> float:
    """Steps a second of the engine, each with its sorted admissible commands."""
    games = [Game(scene) for scene in scenes]
    started = time.perf_counter()
    for game, commands in zip(games, plays, strict=True):
        for command in commands:
            game.step(command)
            game.admissible()
    return sum(map(len, plays)) / (time.perf_counter() - started)


def environment_steps(seeds: range, rng: random.Random) -> tuple[float, float]:
    """Steps a second and milliseconds a restart through `gym.make`, info and all."""
    env = gym.make("LaMer/ALFWorld-v0", max_turns=WALK)
    seconds, restarts, steps = 0.0, 0.0, 0
    for seed in seeds:
        env.reset(seed=seed)
        started = time.perf_counter()
        _, info = env.reset(options={"restart": True})
        restarts += time.perf_counter() - started
        over = False
        while not over:
            command = rng.choice(info["admissible_actions"])
            started = time.perf_counter()
            _, _, won, late, info = env.step(command)
            seconds += time.perf_counter() - started
            steps += 1
            over = won or late
    return steps / seconds, 1000 * restarts / len(seeds)


def milliseconds(calls: list[Any]) -> list[float]:
    """How long each of some calls without arguments takes."""
    taken = []
    for call in calls:
        started = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def memory_of(count: int) -> dict[str, float]:
    """Megabytes an environment, for so many environments that each play a game of their own."""
    warm = gym.make("LaMer/ALFWorld-v0")
    for seed in range(50):
        warm.reset(seed=seed)
    gc.collect()
    before = resident()
    tracemalloc.start()
    held = []
    for seed in range(count):
        env = gym.make("LaMer/ALFWorld-v0")
        _, info = env.reset(seed=seed)
        env.step(info["admissible_actions"][0])
        held.append(env)
    allocated = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del held
    gc.collect()
    held = []
    before = min(before, resident())
    for seed in range(count):
        env = gym.make("LaMer/ALFWorld-v0")
        _, info = env.reset(seed=seed)
        env.step(info["admissible_actions"][0])
        held.append(env)
    grown = resident() - before
    return {
        "allocated_mb_per_env": round(allocated / count / MEGABYTE, 4),
        "resident_mb_per_env": round(grown / count / MEGABYTE, 4),
    }


def textworld(scenes: list[Scene], plays: list[list[str]]) -> dict[str, Any]:
    """The same walks on the real engine, which answers with the same admissible commands."""
    real = TextWorldGame()
    loads, resets, steps, seconds = [], [], 0, 0.0
    for scene, commands in zip(scenes, plays, strict=True):
        game = game_file(scene)
        loads += milliseconds([lambda game=game: real.load(game)])
        resets += milliseconds([real.reset])
        started = time.perf_counter()
        for command in commands:
            real.step(command)
        seconds += time.perf_counter() - started
        steps += len(commands)
    real.close()
    return {
        "steps_per_second": round(steps / seconds, 1),
        "reset_ms": round(median(resets), 1),
        "load_and_reset_ms": round(median(loads), 1),
        "steps": steps,
    }


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--games", type=int, default=600, help="games the native engine plays")
    parser.add_argument("--real-games", type=int, default=6, help="of them, TextWorld plays these")
    parser.add_argument("--envs", type=int, default=1000, help="environments held in memory")
    parser.add_argument("--out", type=Path, default=RESULTS / "alfworld.json")
    arguments = parser.parse_args()

    machine = describe("benchmarks/alfworld.py")
    spec = HouseholdSpec("train", TASK_TYPES, 10)
    generate(spec, 0)  # makes the layouts, which all games share
    scenes: list[Scene] = []
    generation = milliseconds(
        [lambda seed=seed: scenes.append(generate(spec, seed)) for seed in range(arguments.games)]
    )

    def start(scene: Scene) -> None:
        game = Game(scene)
        game.introduction()
        game.admissible()

    first = milliseconds([lambda scene=scene: start(scene) for scene in scenes])
    again = milliseconds([lambda scene=scene: start(scene) for scene in scenes])
    plays = walks(scenes, random.Random(0))
    steps = sorted(native_steps(scenes, plays) for _ in range(5))
    through_gym, restart = environment_steps(range(arguments.games), random.Random(1))
    result: dict[str, Any] = {
        "machine": machine,
        "native": {
            "steps_per_second": round(steps[2]),
            "steps_per_second_slowest_of_5": round(steps[0]),
            "first_reset_of_a_game_ms": round(median(first), 4),
            "reset_ms": round(median(again), 4),
            "generation_ms_median": round(median(generation), 3),
            "generation_ms_mean": round(sum(generation) / len(generation), 3),
            "generation_ms_worst": round(max(generation), 3),
            "through_gym_steps_per_second": round(through_gym),
            "through_gym_restart_ms": round(restart, 4),
            "steps": sum(map(len, plays)),
        },
        f"memory_of_{arguments.envs}_envs": memory_of(arguments.envs),
    }
    missing = textworld_missing()
    if missing is None:
        few = arguments.real_games
        result["textworld"] = textworld(scenes[:few], plays[:few])
    else:
        print(f"TextWorld is left out: {missing}")
    machine["load_average_at_end"] = load_average()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
