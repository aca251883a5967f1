"""Speed of the environments, alone and under the wrapper, beside GEM's of the same kind.

    python benchmarks/envs.py

One process. GEM (`pip install --no-deps gem-llm && pip install reasoning-gym==0.1.23`, Python up to
3.12) is measured in the same run, the repetitions of both in turns, where it is installed; else
the comparison is left out. Writes `envs.json` and `envs.md`.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import gymnasium as gym
from machine import describe, load_average, sentence
from measures import Measure, resets, restarts, turns, wrapper_overhead

import lamer_envs  # noqa: F401 - registers the ids

RESULTS = Path(__file__).parent / "results"
MOVES = ("up", "down", "left", "right")
CELLS = tuple(itertools.product(range(6), repeat=2))
POOL = 512
"""How many action sequences are drawn before the clock starts; they are played in turns."""

NOTES = """\
What is measured. *Resets*: a seed of its own each. *Turns*: random play to the end of the
episode, actions drawn beforehand. *Wrapper*: what whole trials of three episodes take beyond the
same resets, restarts and actions without the wrapper, divided by the number of responses;
prompts, parsing, records and returns are part of it.

What still differs from GEM where it stands beside us. Its Sokoban has no bound on the length of
the solution, does not know it, and makes its rooms by a random walk and a depth-first search
backwards; ours comes with the exact optimal length and (6×6) the table of all solvable states,
which also ends an episode at a dead end. Its MineSweeper places the mines at the first click,
inside a turn and not inside the reset, so a reset hands out an empty grid and the same board
cannot be retried; ours fixes mines and opening by the seed, counts the clicks it takes, and
decides the split. Both environments of GEM seed Python's and numpy's global generators at each
seeded reset and return the rules anew; ours list the admissible actions and the canonical state
at each turn. GEM has no restart.
"""


@dataclass(frozen=True)
class Case:
    """One row of the table.

    Attributes:
        env: what is measured.
        name: which quantity.
        unit: `"/s"`, where more is better, or `"µs"`, where less is.
        measure: takes one sample.
        peer: takes one sample of GEM's equivalent, or `None` where it has none.
        goal: the least rate, or the most microseconds, or `None`.
        longer: how many times the usual length a sample takes, where single resets differ much.
    """

    env: str
    name: str
    unit: str
    measure: Measure
    peer: Measure | None = None
    goal: float | None = None
    longer: float = 1.0


@dataclass(frozen=True)
class Row:
    """The samples of a case."""

    env: str
    name: str
    unit: str
    goal: float | None
    values: list[float] = field(default_factory=list)
    peer_values: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float | None:
        """Our median over GEM's."""
        if not self.peer_values:
            return None
        return statistics.median(self.values) / statistics.median(self.peer_values)

    @property
    def reached(self) -> bool | None:
        """Whether the median meets the goal; `None` without a goal."""
        if self.goal is None:
            return None
        median = statistics.median(self.values)
        return median <= self.goal if self.unit == "µs" else median >= self.goal


def gem_classes() -> tuple[Any, Any] | None:
    """GEM's Sokoban and MineSweeper, or `None` where it cannot be imported."""
    try:
        sokoban = importlib.import_module("gem.envs.game_env.sokoban")
        minesweeper = importlib.import_module("gem.envs.game_env.minesweeper")
    except ImportError as error:
        print(f"GEM is left out: {error}", file=sys.stderr)
        return None
    return sokoban.SokobanEnv, minesweeper.MinesweeperEnv


def sequences(draw: Callable[[random.Random], Iterator[str]]) -> list[list[str]]:
    """The pool of action sequences, the same in every run."""
    rng = random.Random(0)
    return [list(draw(rng)) for _ in range(POOL)]


def cases() -> list[Case]:
    """All rows, in the order of the table."""
    single = sequences(lambda rng: (rng.choice(MOVES) for _ in range(21)))
    triple = sequences(lambda rng: (",".join(rng.choices(MOVES, k=3)) for _ in range(7)))
    orders = [random.Random(number).sample(CELLS, 7) for number in range(POOL)]
    clicks = [[f"({row + 1}, {col + 1})" for row, col in order] for order in orders]
    boxed_moves = [[f"\\boxed{{{move}}}" for move in plan] for plan in single]
    boxed_clicks = [[f"\\boxed{{reveal {row} {col}}}" for row, col in order] for order in orders]

    gem = gem_classes()

    def peer(kind: int, measure: Callable[..., Measure], *args: Any, **kwargs: Any) -> Any:
        if gem is None:
            return None
        make_kwargs = kwargs.pop("env")
        return measure(lambda: gem[kind](**make_kwargs), *args, **kwargs)

    gem_six = {"dim_room": (6, 6), "num_boxes": 2, "max_turns": 21}
    gem_ten = {"dim_room": (10, 10), "num_boxes": 3, "max_turns": 21}
    gem_mines = {"rows": 6, "cols": 6, "num_mines": 3, "max_turns": 7}

    def sokoban(**kwargs: Any) -> Callable[[], Any]:
        return lambda: gym.make("LaMer/Sokoban-v0", **kwargs).unwrapped

    def made(env_id: str) -> Callable[[], Any]:
        return lambda: gym.make(env_id)

    def mines() -> Any:
        return gym.make("LaMer/MineSweeper-v0").unwrapped

    six, ten = "Sokoban 6×6, 2 boxes", "Sokoban 10×10, 3 boxes"
    minefield = "MineSweeper 6×6, 3 mines"
    large = {"size": 10, "num_boxes": 3}
    one_move = {"moves_per_turn": 1, "max_turns": 21}
    s_id, m_id = "LaMer/Sokoban-v0", "LaMer/MineSweeper-v0"
    return [
        Case(six, "resets", "/s", resets(sokoban()), peer(0, resets, env=gem_six), 3_000),
        Case(six, "resets, `gym.make`", "/s", resets(made(s_id))),
        Case(six, "restarts", "/s", restarts(sokoban()), None, 50_000),
        Case(
            six,
            "turns of one move",
            "/s",
            turns(sokoban(**one_move), single),
            peer(0, turns, boxed_moves, env=gem_six),
            60_000,
        ),
        Case(six, "turns of three moves", "/s", turns(sokoban(), triple), None, 60_000),
        Case(six, "turns of three moves, `gym.make`", "/s", turns(made(s_id), triple)),
        Case(
            six,
            "turns of one move, resets included",
            "/s",
            turns(sokoban(**one_move), single, resets_too=True),
            peer(0, turns, boxed_moves, resets_too=True, env=gem_six),
        ),
        Case(ten, "resets", "/s", resets(sokoban(**large)), peer(0, resets, env=gem_ten), 50, 6),
        Case(ten, "restarts", "/s", restarts(sokoban(**large))),
        Case(minefield, "resets", "/s", resets(mines), peer(1, resets, env=gem_mines), 15_000),
        Case(minefield, "resets, `gym.make`", "/s", resets(made(m_id))),
        Case(minefield, "restarts", "/s", restarts(mines), None, 50_000),
        Case(
            minefield,
            "turns",
            "/s",
            turns(mines, clicks),
            peer(1, turns, boxed_clicks, env=gem_mines),
            60_000,
        ),
        Case(minefield, "turns, `gym.make`", "/s", turns(made(m_id), clicks)),
        Case(
            minefield,
            "turns, resets included",
            "/s",
            turns(mines, clicks, resets_too=True),
            peer(1, turns, boxed_clicks, resets_too=True, env=gem_mines),
        ),
        *(
            Case(
                env,
                f"wrapper, memory `{memory}`",
                "µs",
                wrapper_overhead(env_id, plans, memory),
                None,
                50,
            )
            for env, env_id, plans in ((six, s_id, triple), (minefield, m_id, clicks))
            for memory in ("none", "reflection", "both")
        ),
    ]


def run(wanted: Sequence[Case], repeats: int, seconds: float) -> list[Row]:
    """Take `repeats` samples of every case, the whole table over and over, GEM's after ours."""
    rows = [Row(case.env, case.name, case.unit, case.goal) for case in wanted]
    for repeat in range(repeats):
        for case, row in zip(wanted, rows, strict=True):
            row.values.append(case.measure(repeat, seconds * case.longer))
            if case.peer is not None:
                row.peer_values.append(case.peer(repeat, seconds * case.longer))
            print(f"{repeat + 1}/{repeats}  {case.env}  {case.name}: {shown(row)}", file=sys.stderr)
    return rows


def shown(row: Row) -> str:
    """The last samples of a row."""
    peer = f", GEM {row.peer_values[-1]:,.1f} {row.unit}" if row.peer_values else ""
    return f"{row.values[-1]:,.1f} {row.unit}{peer}"


def quantity(values: Sequence[float], unit: str) -> str:
    """The median and, in brackets, the extremes."""
    if not values:
        return "–"
    digits = 1 if unit == "µs" or min(values) < 100 else 0
    low, middle, high = (
        f"{value:,.{digits}f}" for value in (min(values), statistics.median(values), max(values))
    )
    return f"{middle} ({low} – {high})"


def to_record(row: Row) -> dict[str, Any]:
    """The row for the JSON file, with what follows from its samples."""
    medians = {"median": statistics.median(row.values)}
    if row.peer_values:
        medians["peer_median"] = statistics.median(row.peer_values)
    return {**asdict(row), **medians, "ratio": row.ratio, "reached": row.reached}


def to_markdown(rows: Sequence[Row], machine: dict[str, Any], repeats: int) -> str:
    """The readable table."""
    lines = [
        "# Speed of the environments",
        "",
        f"`{machine['command']}`",
        "",
        f"{sentence(machine)} One process; seconds are of processor time. Median of {repeats} "
        "samples, in brackets the least and the most.",
        "",
        "| environment | what | lamer | GEM | lamer / GEM | goal |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        ratio = "–"
        if row.ratio is not None:
            ratio = f"{row.ratio:,.2f}" if row.ratio < 10 else f"{row.ratio:,.0f}"
        goal = "–"
        if row.goal is not None:
            bound = "at most" if row.unit == "µs" else "at least"
            goal = f"{bound} {row.goal:,.0f}: {'reached' if row.reached else 'missed'}"
        what = f"{row.name}, {'µs a turn' if row.unit == 'µs' else 'a second'}"
        mine, theirs = quantity(row.values, row.unit), quantity(row.peer_values, row.unit)
        lines.append(f"| {row.env} | {what} | {mine} | {theirs} | {ratio} | {goal} |")
    return "\n".join([*lines, "", NOTES])


def main() -> None:
    """Parse the arguments, measure, write both files."""
    parser = argparse.ArgumentParser(description="Speed of the environments, beside GEM's.")
    parser.add_argument("--repeats", type=int, default=7, help="samples of each quantity")
    parser.add_argument("--seconds", type=float, default=0.5, help="length of a sample")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the result files")
    arguments = parser.parse_args()
    if arguments.repeats < 1 or arguments.seconds <= 0:
        parser.error("--repeats must be at least 1 and --seconds more than 0")
    machine = describe("benchmarks/envs.py")
    rows = run(cases(), arguments.repeats, arguments.seconds)
    machine["load_average_at_end"] = load_average()
    arguments.out.mkdir(parents=True, exist_ok=True)
    record = {"machine": machine, "rows": [to_record(row) for row in rows]}
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (arguments.out / "envs.json").write_text(text, encoding="utf-8")
    table = to_markdown(rows, machine, arguments.repeats)
    (arguments.out / "envs.md").write_text(table, encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
