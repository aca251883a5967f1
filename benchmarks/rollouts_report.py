"""What `rollouts.py` records, and the page that it writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from machine import sentence

from lamer_envs.rollout.runner import TrialSpec

LOCKSTEP, PLAIN, OVERLAP, WIDE = "lockstep", "asynchronous", "overlap 1", "overlap 1, 256 places"
RUNNERS = (LOCKSTEP, PLAIN, OVERLAP, WIDE)


@dataclass(frozen=True)
class Kind:
    """RL or meta-RL.

    Attributes:
        name: for the table.
        episodes: of a trial.
        group: trials a task.
    """

    name: str
    episodes: int
    group: int

    def share(self, tasks: int, generations: int, generation: int) -> list[TrialSpec]:
        """The trials of a generation."""
        if generation >= generations:
            return []
        first = generation * tasks
        return [
            TrialSpec(task, trial, generation)
            for task in range(first, first + tasks)
            for trial in range(self.group)
        ]


RL, META = Kind("RL", 1, 24), Kind("meta-RL", 3, 8)


@dataclass(frozen=True)
class Row:
    """What one runner needed.

    Attributes:
        game: what was played.
        kind: `"RL"` or `"meta-RL"`.
        runner: one of `RUNNERS`.
        seconds: of each generation.
        running: mean number of sequences in the engine while there are any.
        occupancy: the same as a share of how many the engine takes at a time, `None` for no limit.
        turns: responses a generation, reflections included.
        stale: share of turns answered before their own generation's turn.
    """

    game: str
    kind: str
    runner: str
    seconds: tuple[float, ...]
    running: float
    occupancy: float | None
    turns: float
    stale: float

    @property
    def mean(self) -> float:
        """Seconds a generation, without the first and the last where there are more.

        Of the hundreds of generations of a run, only the first finds nothing started, and only the
        last one starts nothing.
        """
        kept = self.seconds[1:-1] or self.seconds
        return sum(kept) / len(kept)


def find(rows: Sequence[Row], game: str, kind: Kind, runner: str) -> Row:
    """The row of a game, a kind and a runner; RL has as many places as the engine anyway."""
    if kind is RL and runner == WIDE:
        runner = OVERLAP
    return next(r for r in rows if (r.game, r.kind, r.runner) == (game, kind.name, runner))


def ratios(rows: Sequence[Row], game: str) -> dict[str, float]:
    """The figures that the goals are about."""

    def seconds(kind: Kind, runner: str) -> float:
        return find(rows, game, kind, runner).mean

    values = {
        "lockstep / asynchronous, RL": seconds(RL, LOCKSTEP) / seconds(RL, PLAIN),
        GAIN: seconds(META, LOCKSTEP) / seconds(META, PLAIN),
    }
    for runner in RUNNERS:
        values[f"meta-RL / RL, {runner}"] = seconds(META, runner) / seconds(RL, runner)
    for runner in (OVERLAP, WIDE):
        values[f"meta-RL, {runner} / RL, {PLAIN}"] = seconds(META, runner) / seconds(RL, PLAIN)
    return values


GAIN = "lockstep / asynchronous, meta-RL"
GOALS = (
    (GAIN, 1.3, "at least"),
    (f"meta-RL / RL, {OVERLAP}", 1.25, "at most"),
    (f"meta-RL / RL, {WIDE}", 1.25, "at most"),
    (f"meta-RL, {OVERLAP} / RL, {PLAIN}", 1.25, "at most"),
    (f"meta-RL, {WIDE} / RL, {PLAIN}", 1.25, "at most"),
)


def reached(value: float, goal: float, bound: str) -> bool:
    """Whether a ratio is on the right side of its goal."""
    return value >= goal if bound == "at least" else value <= goal


def row_table(rows: Sequence[Row]) -> list[str]:
    """A line for each row."""
    lines = [
        "| trials | kind | runner | seconds a generation | sequences running | occupancy | "
        "responses a generation | stale |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        occupancy = "–" if row.occupancy is None else f"{row.occupancy:.0%}"
        lines.append(
            f"| {row.game} | {row.kind} | {row.runner} | {row.mean:.3g} | {row.running:.0f} | "
            f"{occupancy} | {row.turns:.0f} | {row.stale:.0%} |"
        )
    return lines


def ratio_table(rows: Sequence[Row], games: Sequence[str]) -> list[str]:
    """A line for each ratio, a column for each game."""
    columns = [ratios(rows, game) for game in games]
    lines = [
        "| ratio of seconds | goal | " + " | ".join(games) + " |",
        "|---|---|" + "---|" * len(games),
    ]
    goals = {name: (goal, bound) for name, goal, bound in GOALS}
    for name in columns[0]:
        cells = [f"{column[name]:.2f}" for column in columns]
        aim = "–"
        if name in goals:
            goal, bound = goals[name]
            aim = f"{bound} {goal}"
            cells = [
                cell if reached(column[name], goal, bound) else f"{cell} (missed)"
                for cell, column in zip(cells, columns, strict=True)
            ]
        lines.append(f"| {name} | {aim} | " + " | ".join(cells) + " |")
    return lines


NOTES = """\
*Lockstep* is kept for this comparison only: no trial starts turn n + 1 before all have answered
turn n, finished ones idle, and the next episode starts when every trial's episode has ended, as in
the authors' code. *Asynchronous* and *overlap 1* are the product's runners; overlap 1 starts trials
of the next generation in places that become free, at most one generation ahead. There are as many
places as trials in a generation (RL 384, meta-RL 128), or 256 where the table says so. *Occupancy*
is the time-weighted mean of running sequences over the engine's limit of 256. *Stale* is the share
of responses that ended before the weights of their own generation were there.

Rollouts only: updates, which stop the engine and take equally long for equally many tokens, are
left out, and a response that is in progress when the weights change goes on. Environments take no
time; ours take some ten microseconds a turn. The times of a step are arithmetic on data sheets (the
record's `engine`, explained in `benchmarks/simulated_engine.py`), not measured; success
probabilities are those of the paper's Table 1; response lengths, prompt lengths and the turns of an
episode are assumed (the record's `games`). The last table varies what matters most.

What limits meta-RL. In lockstep, the slowest of all responses decides each turn, up to 23 times a
generation against RL's 7. Asynchronously, the longest trial does: 23 responses cannot be hurried,
and the engine runs empty behind it. Overlap fills the engine again, but with as many places as
trials meta-RL fills half of it at most. That shows most before training, when almost every trial
goes its full length and the reflections make it more responses than RL has. More places
(`rollout_concurrency`) let the next generation run along from the beginning."""

REAL_NOTES = """\
A model of about 125,000 parameters, after a short imitation of a scripted player, plays 4×4
MineSweeper on the CPU; no reflections, four tokens a response. *Sequences running* is here the mean
number of requests in a call of `generate`; seconds are of processor time, on one thread, which is
what the clock of an idle machine would show. `generate` answers all waiting trials at once and
blocks until the last has its answer, so that trials fall into step whatever the runner: what is
left to gain is that calls are fewer and fuller. That is little on a processor, where time goes by
sequences: in lockstep, RL needs a third of meta-RL's calls for as many responses, and yet most of
its time. RL makes the very same calls in lockstep and asynchronously; the difference is noise."""


def to_markdown(
    machine: dict[str, Any],
    simulated: Sequence[Row],
    varied: dict[str, Sequence[Row]],
    varied_game: str,
    real: Sequence[Row],
    tasks: int,
    generations: tuple[int, int, int],
) -> str:
    """The page."""
    games = list(dict.fromkeys(row.game for row in simulated))
    lines = [
        "# Rollouts: lockstep, asynchronous, overlapping",
        "",
        f"`{machine['command']}`",
        "",
        sentence(machine),
        "",
        "## A simulated engine",
        "",
        f"Qwen3-4B on one H100, {tasks} tasks a generation. {generations[0]} generations; seconds "
        "are the mean of all but the first and the last, as a run has hundreds.",
        "",
        *ratio_table(simulated, games),
        "",
        NOTES,
        "",
        *row_table(simulated),
        "",
        "### Other engines, other responses",
        "",
        f"{varied_game}, {generations[1]} generations each; ratios as above.",
        "",
        "| what differs | " + " | ".join(name for name, *_ in GOALS) + " |",
        "|---|" + "---|" * len(GOALS),
    ]
    for what, rows in varied.items():
        values = ratios(rows, varied_game)
        lines.append(
            f"| {what} | " + " | ".join(f"{values[name]:.2f}" for name, *_ in GOALS) + " |"
        )
    if real:
        lines += [
            "",
            "## A real model",
            "",
            f"{tasks} tasks a generation, {generations[2]} generations, as above.",
            "",
            *row_table(real),
            "",
            *ratio_table(real, [real[0].game]),
            "",
            REAL_NOTES,
        ]
    return "\n".join(lines) + "\n"
