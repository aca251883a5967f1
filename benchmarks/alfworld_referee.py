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
import platform
import random
import sys
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.pddl import scene_from_game
from lamer_envs.alfworld.planner import shortest_plan
from lamer_envs.alfworld.referee import compare, games_in
from lamer_envs.alfworld.scene import TASK_TYPES
from lamer_envs.alfworld.textworld_backend import TextWorldGame

ROOT = Path(__file__).resolve().parents[1]
ARCHIVE = ROOT.parent / "shared" / "alfworld" / "real_games.tar.xz"
RESULTS = ROOT / "benchmarks" / "results"


def generated_game(task_type: str, split: str, seed: int) -> dict[str, Any]:
    """The content of a generated game's file."""
    from lamer_envs.alfworld.export import game_file
    from lamer_envs.alfworld.households import HouseholdSpec, generate

    return game_file(generate(HouseholdSpec(split, (task_type,), 10), seed))


def main() -> int:
    """Run the comparison and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--steps", type=int, default=30_000, help="steps to compare, at least")
    parser.add_argument("--walk", type=int, default=40, help="commands a walk")
    parser.add_argument("--seed", type=int, default=0, help="decides games and walks")
    parser.add_argument("--archive", type=Path, default=ARCHIVE, help="real games, a tar archive")
    parser.add_argument("--games", choices=("both", "real", "generated"), default="both")
    parser.add_argument("--out", type=Path, default=RESULTS / "alfworld_referee.json")
    arguments = parser.parse_args()

    rng = random.Random(arguments.seed)
    real_games = [] if arguments.games == "generated" else list(games_in(arguments.archive).items())
    real = TextWorldGame()
    steps: Counter[str] = Counter()
    walks: Counter[str] = Counter()
    difference = None
    started = time.perf_counter()
    while sum(steps.values()) < arguments.steps and difference is None:
        number = sum(walks.values())
        if arguments.games == "real" or (arguments.games == "both" and number % 2):
            kind, game = "real", rng.choice(real_games)[1]
        else:
            task_type = TASK_TYPES[walks["generated"] % len(TASK_TYPES)]
            split = rng.choice(("train", "valid_seen", "valid_unseen"))
            kind, game = "generated", generated_game(task_type, split, rng.randrange(1 << 31))
        # Every other walk tends to a win and goes on past it.
        planned = number % 4 < 2
        plan = shortest_plan(Game(scene_from_game(game))) if planned else None
        compared, difference = compare(real, game, rng, arguments.walk, plan or ())
        steps[kind] += compared
        walks[kind] += 1
        if sum(walks.values()) % 20 == 0:
            print(f"{sum(steps.values()):,} steps, 0 differences", file=sys.stderr, flush=True)
    real.close()

    result = {
        "command": f"python benchmarks/alfworld_referee.py --steps {arguments.steps} "
        f"--walk {arguments.walk} --seed {arguments.seed} --games {arguments.games}",
        "compared_steps": dict(sorted(steps.items())),
        "walks": dict(sorted(walks.items())),
        "differences": int(difference is not None),
        "minutes": round((time.perf_counter() - started) / 60, 1),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("alfworld", "textworld")},
        },
    }
    if difference is not None:
        print(difference, file=sys.stderr)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
    return int(difference is not None)


if __name__ == "__main__":
    sys.exit(main())
