"""Compares the native ALFWorld engine with the real TextWorld, step by step, for as long as asked.

    pip install -e ".[alfworld]"
    python benchmarks/alfworld_referee.py --steps 30000

Half of the walks are on real games (from an archive or folder of the ALFWorld data), half on
generated ones of all six task types. Ends with status 1 at the first difference, and shows it.
The result is written beside the other results, as JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from machine import describe, load_average

from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.export import game_file
from lamer_envs.alfworld.households import HouseholdSpec, generate
from lamer_envs.alfworld.pddl import scene_from_game
from lamer_envs.alfworld.planner import shortest_plan
from lamer_envs.alfworld.referee import Difference, compare, games_in
from lamer_envs.alfworld.scene import TASK_TYPES
from lamer_envs.alfworld.textworld_backend import TextWorldGame
from lamer_envs.alfworld.textworld_worker import complete

ROOT = Path(__file__).resolve().parents[1]
ARCHIVE = ROOT.parent / "shared" / "alfworld" / "real_games.tar.xz"
RESULTS = ROOT / "benchmarks" / "results"


def generated_game(task_type: str, split: str, seed: int) -> dict[str, Any]:
    """The content of a generated game's file, with the domain and grammar that alfworld ships."""
    return complete(game_file(generate(HouseholdSpec(split, (task_type,), 10), seed)))


@dataclass
class Tally:
    """What one real engine has compared so far, by kind of game, and the commands by verb."""

    steps: Counter[str] = field(default_factory=Counter)
    walks: Counter[str] = field(default_factory=Counter)
    verbs: Counter[str] = field(default_factory=Counter)
    difference: Difference | None = None


def play(
    tally: Tally, arguments: argparse.Namespace, worker: int, games: list[dict[str, Any]]
) -> None:
    """Compare walks on one real engine until this worker's share of the steps is done."""
    rng = random.Random(f"{arguments.seed} {worker}")
    share = arguments.steps / arguments.workers
    real = TextWorldGame()
    while tally.steps.total() < share and tally.difference is None:
        number = tally.walks.total()
        if arguments.games == "real" or (arguments.games == "both" and number % 2):
            kind, game = "real", rng.choice(games)
        else:
            task_type = TASK_TYPES[tally.walks["generated"] % len(TASK_TYPES)]
            split = rng.choice(("train", "valid_seen", "valid_unseen"))
            kind, game = "generated", generated_game(task_type, split, rng.randrange(1 << 31))
        # Every other pair of walks tends to a win and goes on past it.
        planned = number % 4 < 2
        plan = shortest_plan(Game(scene_from_game(game))) if planned else None
        walk = compare(real, game, rng, arguments.walk, plan or ())
        tally.difference = walk.difference
        tally.steps[kind] += walk.steps
        tally.verbs += walk.verbs
        tally.walks[kind] += 1
        if tally.walks.total() % 20 == 0:
            print(f"worker {worker}: {tally.steps.total():,} steps", file=sys.stderr, flush=True)
    real.close()


def main() -> int:
    """Run the comparison and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--steps", type=int, default=30_000, help="steps to compare, at least")
    parser.add_argument("--walk", type=int, default=40, help="commands a walk")
    parser.add_argument("--seed", type=int, default=0, help="decides games and walks")
    parser.add_argument("--workers", type=int, default=2, help="real engines at a time")
    parser.add_argument("--archive", type=Path, default=ARCHIVE, help="real games, a tar archive")
    parser.add_argument("--games", choices=("both", "real", "generated"), default="both")
    parser.add_argument("--out", type=Path, default=RESULTS / "alfworld_referee.json")
    arguments = parser.parse_args()

    machine = describe("benchmarks/alfworld_referee.py")
    games = [] if arguments.games == "generated" else list(games_in(arguments.archive).values())
    tallies = [Tally() for _ in range(arguments.workers)]
    started = time.perf_counter()
    # Threads will do: the real engines are processes, and the native one takes no time.
    with ThreadPoolExecutor(arguments.workers) as pool:
        for task in [pool.submit(play, t, arguments, i, games) for i, t in enumerate(tallies)]:
            task.result()

    differences = [tally.difference for tally in tallies if tally.difference is not None]
    machine["load_average_at_end"] = load_average()
    result = {
        "machine": machine,
        "compared_steps": dict(sum((tally.steps for tally in tallies), Counter())),
        "walks": dict(sum((tally.walks for tally in tallies), Counter())),
        "commands": dict(sum((tally.verbs for tally in tallies), Counter()).most_common()),
        "differences": len(differences),
        "minutes": round((time.perf_counter() - started) / 60, 1),
    }
    for difference in differences:
        print(difference, file=sys.stderr)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
    return int(bool(differences))


if __name__ == "__main__":
    sys.exit(main())
