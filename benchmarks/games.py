"""Speed of the games, and what players take from the populations episode by episode.

    python benchmarks/games.py

One process. Monte Carlo tree search is measured where OpenSpiel is installed (`.[games]`); else it
is left out. Writes `games.json` and `games.md`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time as clock
from typing import Any

import gymnasium as gym
from machine import describe, load_average, sentence

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.evaluation.metrics import Estimate, Summary, summarize
from lamer_envs.evaluation.report import number, percent
from lamer_envs.evaluation.ruler import exploitation
from lamer_envs.games.env import GameEnv
from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.rollout.runner import TrialSpec, play_trials
from lamer_envs.rollout.scripted import scripted_policy

RESULTS = Path(__file__).parent / "results"
KUHN, TICTACTOE = "LaMer/KuhnPoker-v0", "LaMer/TicTacToe-v0"
GOAL = 30_000
PLAYERS = ("random", "nash", "expert", "privileged")
EPISODES = 3
SETTINGS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Kuhn poker, dealt anew", KUHN, {"redeal": True}),
    ("Kuhn poker, the same cards", KUHN, {}),
    ("Tic-Tac-Toe", TICTACTOE, {}),
    ("Tic-Tac-Toe, second", TICTACTOE, {"seat": "second"}),
)
SPLITS = ("train", "test")


@dataclass(frozen=True)
class Speed:
    """Samples of a rate, in units a second of processor time."""

    what: str
    values: tuple[float, ...]
    goal: int | None

    @property
    def median(self) -> float:
        """Of the samples."""
        return statistics.median(self.values)


@dataclass(frozen=True)
class Result:
    """What a player took from a population."""

    setting: str
    split: str
    player: str
    summary: Summary
    exploited: tuple[Estimate | None, ...]


def steps(env: gym.Env[str, str], seconds: float, rng: random.Random) -> float:
    """Turns a second of random legal play; resets and the choice of the moves are not counted."""
    spent, done, begin = 0.0, 0, clock()
    seed = rng.randrange(1 << 30)
    while spent < seconds and clock() - begin < 4 * seconds:
        seed += 1
        _, info = env.reset(seed=seed)
        over = False
        while not over:
            action = rng.choice(info["admissible_actions"])
            start = clock()
            _, _, terminated, truncated, info = env.step(action)
            spent += clock() - start
            done += 1
            over = terminated or truncated
    return done / spent


def resets(env: gym.Env[str, str], seconds: float, rng: random.Random) -> float:
    """Resets a second, each with a seed of its own; the opponent's opening move is part of it."""
    seed = rng.randrange(1 << 30)
    done, start = 0, clock()
    while (spent := clock() - start) < seconds:
        env.reset(seed=seed + done)
        done += 1
    return done / spent


def searches(seconds: float, rng: random.Random) -> float:
    """Searches a second of 100 simulations, on boards with two marks, each searched once."""
    from lamer_envs.games.openspiel import search_tictactoe

    boards = [(1 << one, 1 << other) for one in range(9) for other in range(9) if one != other]
    rng.shuffle(boards)
    done, start = 0, clock()
    while (spent := clock() - start) < seconds:
        search_tictactoe(*boards[done % len(boards)], 100)
        done += 1
    return done / spent


def speeds(repeats: int, seconds: float) -> Iterator[Speed]:
    """All rates."""

    def sampled(what: str, rate: Callable[[random.Random], float], goal: int | None) -> Speed:
        values = tuple(rate(random.Random(repeat)) for repeat in range(repeats))
        print(f"{what}: {statistics.median(values):,.0f}", file=sys.stderr)
        return Speed(what, values, goal)

    for name, env_id in (("Kuhn poker", KUHN), ("Tic-Tac-Toe", TICTACTOE)):
        env = gym.make(env_id).unwrapped
        yield sampled(f"{name}, turns", lambda rng, env=env: steps(env, seconds, rng), GOAL)
        yield sampled(f"{name}, resets", lambda rng, env=env: resets(env, seconds, rng), None)
    if importlib.util.find_spec("pyspiel") is None:
        print("OpenSpiel is not installed: MCTS is left out", file=sys.stderr)
        return
    yield sampled(
        "Tic-Tac-Toe, searches of MCTS with 100 simulations",
        lambda rng: searches(seconds, rng),
        None,
    )


def results(tasks: int) -> Iterator[Result]:
    """What every player takes in every setting."""
    for setting, env_id, kwargs in SETTINGS:
        for split in SPLITS:
            game = gym.make(env_id, split=split, **kwargs).unwrapped
            assert isinstance(game, GameEnv)
            for player in PLAYERS:
                trials = play_trials(
                    lambda env_id=env_id, split=split, kwargs=kwargs: MultiEpisodeReflectionWrapper(
                        gym.make(env_id, split=split, **kwargs), num_episodes=EPISODES
                    ),
                    scripted_policy(player),
                    [TrialSpec(seed) for seed in range(tasks)],
                    concurrency=1,
                )
                found = Result(
                    setting, split, player, summarize(trials), exploitation(game, trials)
                )
                print(f"{setting}, {split}, {player}", file=sys.stderr)
                yield found


def to_markdown(
    speed: list[Speed], found: list[Result], machine: dict[str, Any], tasks: int
) -> str:
    """Both tables."""
    lines = [
        "# Games",
        "",
        f"`{machine['command']}`",
        "",
        f"{sentence(machine)} One process; seconds are of processor time. Median, least and most "
        f"of {len(speed[0].values)} samples.",
        "",
        "| a second | median | range | goal |",
        "|---|---|---|---|",
    ]
    for row in speed:
        goal = "–"
        if row.goal is not None:
            reached = "reached" if row.median >= row.goal else "missed"
            goal = f"at least {row.goal:,}: {reached}"
        extremes = f"{min(row.values):,.0f} – {max(row.values):,.0f}"
        lines.append(f"| {row.what} | {row.median:,.0f} | {extremes} | {goal} |")
    lines += [
        "",
        f"Score by episode (mean reward ± standard error over {tasks:,} tasks), the share of the "
        "exploitable value taken (percent), and pass@k (percent).",
    ]
    episodes = range(1, EPISODES + 1)
    header = ["population", "player"]
    header += [f"score in {k}" for k in episodes] + [f"exploited in {k}" for k in episodes]
    header += [f"pass@{k}" for k in episodes]
    for setting, _, _ in SETTINGS:
        lines += ["", f"## {setting}", "", f"| {' | '.join(header)} |", "|---" * len(header) + "|"]
        for row in found:
            if row.setting == setting:
                cells = [row.split, row.player, *map(number, row.summary.score_in)]
                cells += [*map(percent, row.exploited), *map(percent, row.summary.pass_at)]
                lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Parse the arguments, measure, write both files."""
    parser = argparse.ArgumentParser(description="Speed of the games, and scores of players.")
    parser.add_argument("--repeats", type=int, default=7, help="samples of each rate")
    parser.add_argument("--seconds", type=float, default=0.5, help="length of a sample")
    parser.add_argument("--tasks", type=int, default=1000, help="tasks of each player")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the result files")
    arguments = parser.parse_args()
    if arguments.repeats < 1 or arguments.seconds <= 0 or arguments.tasks < 2:
        parser.error("--repeats must be at least 1, --seconds more than 0 and --tasks at least 2")
    machine = describe("benchmarks/games.py")
    speed = list(speeds(arguments.repeats, arguments.seconds))
    found = list(results(arguments.tasks))
    machine["load_average_at_end"] = load_average()
    arguments.out.mkdir(parents=True, exist_ok=True)
    record = {
        "machine": machine,
        "speeds": [{**asdict(row), "median": row.median} for row in speed],
        "players": [asdict(row) for row in found],
    }
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (arguments.out / "games.json").write_text(text, encoding="utf-8")
    table = to_markdown(speed, found, machine, arguments.tasks)
    (arguments.out / "games.md").write_text(table, encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
