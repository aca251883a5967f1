"""Speed and memory of ALFWorld, native and (where it is installed) on the real TextWorld.

    python benchmarks/alfworld.py

Both engines play the same random walks on the same generated games, in one run. Everything is
measured several times over; the results are written beside the others, as JSON with every sample
and as a table.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import resource
import statistics
import sys
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gymnasium as gym
from machine import describe, load_average, sentence

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.export import game_file
from lamer_envs.alfworld.households import HouseholdSpec, generate
from lamer_envs.alfworld.layouts import layout
from lamer_envs.alfworld.scene import TASK_TYPES, Scene
from lamer_envs.alfworld.textworld_backend import TextWorldGame, textworld_missing

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"
SPEC = HouseholdSpec("train", TASK_TYPES, 10)
WALK = 50
MEGABYTE = 1024 * 1024

Samples = dict[str, list[float]]


class Row(NamedTuple):
    """A line of the table: a quantity, and what it should be at least or at most."""

    name: str
    bound: str = ""
    goal: float = 0.0


STEPS = "steps with sorted admissible commands, a second"
RESET = "reset of a game played before, ms"
FIRST = "first reset of a game, its sentences made or its file loaded, ms"
COLD = "generation of a game, mean, the layouts made on the way, ms"
KNOWN = "generation of a game, mean, in a layout known already, ms"
WORST = "generation of a game, the slowest, ms"
GYM_STEPS = "steps through `gym.make`, a second"
GYM_RESTART = "restart through `gym.make`, ms"
ALLOCATED = "memory of an environment, allocated, MB"
RESIDENT = "memory of an environment, resident, MB"
ROWS = (
    Row(STEPS, "at least", 70_000),
    Row(RESET, "at most", 0.2),
    Row(FIRST),
    Row(COLD, "at most", 1),
    Row(KNOWN, "at most", 1),
    Row(WORST),
    Row(GYM_STEPS),
    Row(GYM_RESTART),
    Row(ALLOCATED, "at most", 0.15),
    Row(RESIDENT, "at most", 0.15),
)

NOTES = """\
What is measured. A game is started with its introduction and its first admissible commands. Walks
are {walk} random commands. *Generation* draws a household, proves by the planner that it can be
won, and draws again where it cannot; the slowest one usually meets Python's garbage collector.
*Memory*: {envs} environments of `gym.make`, each in a game of its own; for TextWorld the most that
the process of one environment held. Seconds of the native engine are of processor time; TextWorld
runs in a process of its own, and its seconds are the clock's.
"""


def processor_ms(call: Callable[[], object]) -> float:
    """Milliseconds of processor time that a call takes."""
    started = time.process_time_ns()
    call()
    return (time.process_time_ns() - started) / 1e6


def clock_ms(call: Callable[[], object]) -> float:
    """Milliseconds by the clock that a call takes."""
    started = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - started) / 1e6


def start(scene: Scene) -> None:
    """What a reset of the native engine is."""
    game = Game(scene)
    game.introduction()
    game.admissible()


def walk_on(scene: Scene, rng: random.Random) -> list[str]:
    """The commands of a random walk."""
    game = Game(scene)
    commands = []
    for _ in range(WALK):
        commands.append(rng.choice(game.admissible()))
        game.step(commands[-1])
    return commands


def native(games: int, repeat: int) -> tuple[dict[str, float], list[Scene], list[list[str]]]:
    """One sample of everything the engine does, on games of its own; and these, with walks."""
    seeds = range(repeat * games, (repeat + 1) * games)
    scenes: list[Scene] = []
    layout.cache_clear()
    cold = [processor_ms(lambda s=s: scenes.append(generate(SPEC, s))) for s in seeds]
    known = [processor_ms(lambda s=s: generate(SPEC, s)) for s in seeds]
    first = processor_ms(lambda: list(map(start, scenes)))
    again = processor_ms(lambda: list(map(start, scenes)))
    rng = random.Random(repeat)
    plays = [walk_on(scene, rng) for scene in scenes]
    fresh = [Game(scene) for scene in scenes]

    def play() -> None:
        for game, commands in zip(fresh, plays, strict=True):
            for command in commands:
                game.step(command)
                game.admissible()

    sample = {
        STEPS: 1000 * games * WALK / processor_ms(play),
        RESET: again / games,
        FIRST: first / games,
        COLD: statistics.fmean(cold),
        KNOWN: statistics.fmean(known),
        WORST: max(cold),
        **through_gym(seeds, rng),
    }
    return sample, scenes, plays


def through_gym(seeds: range, rng: random.Random) -> dict[str, float]:
    """Steps and restarts of the environment that `gym.make` gives, info and all."""
    env = gym.make("LaMer/ALFWorld-v0", max_turns=WALK)
    stepping, restarts, steps = 0.0, 0.0, 0
    for seed in seeds:
        env.reset(seed=seed)
        restarts += processor_ms(lambda: env.reset(options={"restart": True}))
        commands = env.unwrapped._admissible_actions()  # type: ignore[attr-defined]
        over = False
        while not over:
            command = rng.choice(commands)
            started = time.process_time_ns()
            _, _, won, late, info = env.step(command)
            stepping += (time.process_time_ns() - started) / 1e6
            commands = info["admissible_actions"]
            steps += 1
            over = won or late
    return {GYM_STEPS: 1000 * steps / stepping, GYM_RESTART: restarts / len(seeds)}


def resident() -> int:
    """The memory of this process, in bytes (Linux; 0 elsewhere)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def playing(count: int) -> list[gym.Env[Any, Any]]:
    """Environments that have each begun a game of their own."""
    held = []
    for seed in range(count):
        env = gym.make("LaMer/ALFWorld-v0")
        _, info = env.reset(seed=seed)
        env.step(info["admissible_actions"][0])
        held.append(env)
    return held


def memory(count: int) -> dict[str, float]:
    """Megabytes an environment; to be called before anything else has used memory."""
    playing(50)
    gc.collect()
    before = resident()
    held = playing(count)
    grown = resident() - before
    del held
    layout.cache_clear()
    gc.collect()
    tracemalloc.start()
    held = playing(count)
    allocated = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del held
    # What is left to collect would be counted as generation.
    gc.collect()
    return {ALLOCATED: allocated / count / MEGABYTE, RESIDENT: grown / count / MEGABYTE}


def textworld(scenes: Sequence[Scene], plays: Sequence[list[str]]) -> Samples:
    """The same walks on the real engine, which answers with the same admissible commands."""
    samples: Samples = defaultdict(list)
    real = TextWorldGame()
    for scene, commands in zip(scenes, plays, strict=True):
        game = game_file(scene)
        samples[FIRST].append(clock_ms(lambda game=game: real.load(game)))
        samples[RESET].append(clock_ms(real.reset))
        walked = clock_ms(lambda commands=commands: list(map(real.step, commands)))
        samples[STEPS].append(1000 * len(commands) / walked)
    real.close()
    kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    samples[RESIDENT].append(kilobytes / 1024)
    return samples


def shown(values: Sequence[float] | None) -> str:
    """The median and, where there are several samples, the extremes in brackets."""
    if not values:
        return "–"
    middle, least, most = statistics.median(values), min(values), max(values)
    digits = 0 if middle >= 1000 else 1 if middle >= 10 else 3 if middle >= 0.1 else 4
    text = f"{middle:,.{digits}f}"
    return f"{text} ({least:,.{digits}f} – {most:,.{digits}f})" if len(values) > 1 else text


def table(mine: Samples, theirs: Samples, machine: dict[str, Any], envs: int) -> str:
    """The readable table."""
    lines = [
        *("# Speed and memory of ALFWorld", "", f"`{machine['command']}`", ""),
        f"{sentence(machine)} Medians; in brackets the least and the most.",
        "",
        "| what | lamer | TextWorld | lamer / TextWorld | goal |",
        "|---|---|---|---|---|",
    ]
    for name, bound, goal in ROWS:
        ours, other = mine[name], theirs.get(name)
        middle = statistics.median(ours)
        ratio = f"{middle / statistics.median(other):,.2g}" if other else "–"
        if other and middle > statistics.median(other):
            ratio = f"{middle / statistics.median(other):,.0f}"
        reached = middle >= goal if bound == "at least" else middle <= goal
        aim = f"{bound} {goal:,g}: {'reached' if reached else 'missed'}" if bound else "–"
        lines.append(f"| {name} | {shown(ours)} | {shown(other)} | {ratio} | {aim} |")
    return "\n".join([*lines, "", NOTES.format(walk=WALK, envs=f"{envs:,}")])


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--repeats", type=int, default=7, help="samples of the native engine")
    parser.add_argument("--games", type=int, default=600, help="games in each of them")
    parser.add_argument("--real-games", type=int, default=6, help="of them, TextWorld plays these")
    parser.add_argument("--envs", type=int, default=1000, help="environments held in memory")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the result files")
    arguments = parser.parse_args()
    if min(arguments.repeats, arguments.games, arguments.envs) < 1 or arguments.real_games < 0:
        parser.error("--repeats, --games and --envs must be at least 1, --real-games at least 0")

    machine = describe("benchmarks/alfworld.py")
    mine: Samples = {name: [value] for name, value in memory(arguments.envs).items()}
    for repeat in range(arguments.repeats):
        sample, scenes, plays = native(arguments.games, repeat)
        for name, value in sample.items():
            mine.setdefault(name, []).append(value)
        print(f"{repeat + 1}/{arguments.repeats}  {sample[STEPS]:,.0f} steps/s", file=sys.stderr)
    theirs: Samples = {}
    missing = textworld_missing()
    if missing is not None:
        print(f"TextWorld is left out: {missing}", file=sys.stderr)
    elif arguments.real_games:
        theirs = textworld(scenes[: arguments.real_games], plays[: arguments.real_games])
    machine["load_average_at_end"] = load_average()
    arguments.out.mkdir(parents=True, exist_ok=True)
    record = {"machine": machine, "lamer": mine, "textworld": theirs}
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (arguments.out / "alfworld.json").write_text(text, encoding="utf-8")
    readable = table(mine, theirs, machine, arguments.envs)
    (arguments.out / "alfworld.md").write_text(readable, encoding="utf-8")
    print(readable)


if __name__ == "__main__":
    main()
