"""RL, LaMer and MAGE in tiny games, each arm with several seeds: score by episode and population.

    python benchmarks/game_studies.py kuhn --seeds 0 1 2 --out runs/games

All arms play equally many episodes. Each row of the result names the command that makes it. Runs of
one seed begin with the same warm start. What is finished is not run again, so the script can be
stopped and started at any time.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tiny_experiment import processor, shown
from tiny_runs import cost_of, train_command
from tiny_studies import Arm, run_all, settings, study_parser, write

from lamer_envs.evaluation.metrics import Summary, estimate
from lamer_envs.evaluation.ruler import exploited
from lamer_envs.evaluation.run import EvalConfig

SPLITS = {"test": "unseen opponents", "train": "training opponents"}
EPISODES = (1, 2, 3)
COLUMNS = [f"{what} in {k}" for what in ("score", "exploited") for k in EPISODES]


@dataclass(frozen=True)
class GameArm(Arm):
    """One way of training in a game; it is measured with its memory only."""

    @property
    def memories(self) -> tuple[str, ...]:
        """The kind of memory to measure with."""
        return (self.memory,)

    def folder(self, out: Path, seed: int) -> Path:
        """Where the run of a seed lives."""
        name = "-".join(self.label.lower().replace(",", "").split())
        return out / f"{self.preset}-{name}-seed{seed}"


def _arms(preset: str, one_opponent: str) -> tuple[GameArm, ...]:
    lamer = ("objective=cumulative", "gamma_traj=0.6", "advantage_level=episode")
    return (
        GameArm("MAGE", preset),
        GameArm("MAGE, by opponent", preset, ("normalize_by=opponent",)),
        GameArm("MAGE, one opponent", preset, (f"env_kwargs={one_opponent}",)),
        GameArm("LaMer", preset, lamer),
        GameArm("RL", preset, ("num_episodes=1", "num_generations=24")),
    )


STUDIES = {
    "kuhn": _arms("kuhn-tiny", "{redeal: true, opponent: intermediate}"),
    "tictactoe": _arms("tictactoe-tiny", "{opponent: lookahead}"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is missing of one study, then write its table."""
    parser = study_parser(__doc__, STUDIES, seeds=[0, 1, 2], out=Path("runs/games"))
    options = parser.parse_args(arguments)
    arms = STUDIES[options.study]
    run_all(options, arms, options.set)
    write(options, report(options, arms))


def report(options: argparse.Namespace, arms: Sequence[GameArm]) -> str:
    """A table for each population over seeds, that of every seed, and the command of each row."""
    out, seeds = options.out, options.seeds
    command = ["python", "benchmarks/game_studies.py", options.study]
    command += ["--seeds", *map(str, seeds)]
    command += [part for setting in options.set for part in ("--set", setting)]
    lines = [
        f"{len(seeds)} seeds; mean ± standard error over seeds. Score: rewards of an episode; "
        "exploited: share of the exploitable value, percent. CPU s: mean CPU seconds of a run, "
        "training and measuring; of the first arm with the warm start, which the others copy. "
        f"{date.today().isoformat()}, {processor()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}.",
        "",
        "```bash",
        shlex.join(command),
        "```",
    ]
    for split, population in SPLITS.items():
        suffix = "" if split == "test" else f"-{split}"
        model = f"-{arms[0].memory}{suffix}"
        rows = {"warm start": [arms[0].folder(out, s) / f"eval/warm_start{model}" for s in seeds]}
        rows |= {
            arm.label: [arm.folder(out, s) / f"eval/model{model}" for s in seeds] for arm in arms
        }
        lines += ["", f"### Against {population}", "", *_table(rows, seeds)]
    lines += ["", "### Commands", "", "| run | CPU s | command |", "| --- | ---: | --- |"]
    for arm in arms:
        for seed in seeds:
            folder = arm.folder(out, seed)
            one = train_command(arm.preset, folder, settings(arm, seed, options.set))
            spent = cost_of(folder).cpu_seconds
            lines.append(f"| {arm.label}, seed {seed} | {spent:.0f} | `{shlex.join(one)}` |")
    return "\n".join(lines) + "\n"


def _table(rows: dict[str, list[Path]], seeds: Sequence[int]) -> list[str]:
    """Means over seeds, and every seed."""
    lines = ["| | " + " | ".join(COLUMNS) + " |", "| --- |" + " ---: |" * len(COLUMNS)]
    every = ["| | seed | " + " | ".join(COLUMNS) + " |", "| --- |" + " ---: |" * (len(COLUMNS) + 1)]
    for label, folders in rows.items():
        values = [numbers(folder) for folder in folders]
        cells = [shown(estimate(list(each))) for each in zip(*values, strict=True)]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
        for seed, one in zip(seeds, values, strict=True):
            every.append(f"| {label} | {seed} | " + " | ".join(f"{v:.2f}" for v in one) + " |")
    return [*lines, "", "Every seed:", "", *every]


def numbers(folder: Path) -> list[float]:
    """The columns of the table for one evaluation."""
    summary = Summary.from_json((folder / "summary.json").read_text("utf-8"))
    config = EvalConfig.from_json((folder / "config.json").read_text("utf-8"))
    shares = exploited(config, folder)
    return [
        *(score.mean for score in summary.score_in),
        *(float("nan") if share is None else 100 * share.mean for share in shares),
    ]


if __name__ == "__main__":
    main()
