"""The paper's algorithms and ablations on tiny MineSweeper, each arm with several seeds.

    python benchmarks/tiny_studies.py algorithms --seeds 0 1 --out runs/studies

Each row of the result names the command that makes it. Runs of one seed begin with the same warm
start, which is made once and copied; a command by itself makes it again. What is finished is not
run again, so the script can be stopped and started at any time.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tiny_experiment import COLUMNS, numbers, processor, shown
from tiny_runs import cost_of, train, train_command

from lamer_envs.evaluation.metrics import Summary, estimate

META, RL = "minesweeper-tiny", "minesweeper-tiny-rl"


@dataclass(frozen=True)
class Arm:
    """One way of training.

    Attributes:
        label: what it is called in the table.
        preset: the preset it stands on.
        settings: what differs from the preset.
        memory: what it remembers while it trains; it is measured with this and with none.
    """

    label: str
    preset: str
    settings: tuple[str, ...] = ()
    memory: str = "history"

    @property
    def memories(self) -> tuple[str, ...]:
        """The kinds of memory to measure with, one row of the table each."""
        return ("none", self.memory)

    @property
    def returns(self) -> tuple[str, ...]:
        """The settings that an evaluation depends on beside the model and the memory."""
        named = ("gamma_", "credit", "objective")
        return tuple(setting for setting in self.settings if setting.startswith(named))

    def folder(self, out: Path, seed: int) -> Path:
        """Where the run of a seed lives; arms that are the same run share it."""
        name = "-".join([self.preset, *(setting.replace("=", "-") for setting in self.settings)])
        return out / f"{name}-seed{seed}"


def _algorithms() -> tuple[Arm, ...]:
    names = ("grpo", "gigpo", "rloo", "reinforce", "ppo")
    arms = [Arm(f"RL, {name}", RL, (f"algorithm={name}",)) for name in names]
    return (*arms, *(Arm(f"LaMer, {name}", META, (f"algorithm={name}",)) for name in names))


def _reflecting(memory: str) -> tuple[str, ...]:
    return (f"memory={memory}", "reflection=true")


STUDIES = {
    "algorithms": _algorithms(),
    "gamma_traj": tuple(
        Arm(f"γ_traj = {gamma}", META, ("algorithm=grpo", *extra))
        for gamma, extra in (
            ("0", ("gamma_traj=0.0",)),
            ("0.3", ("gamma_traj=0.3",)),
            ("0.6", ()),
            ("0.9", ("gamma_traj=0.9",)),
            ("1", ("gamma_traj=1.0",)),
        )
    ),
    "memory": (
        Arm("history", META, ("algorithm=grpo",)),
        Arm("reflections", META, ("algorithm=grpo", *_reflecting("reflection")), "reflection"),
        Arm("both", META, ("algorithm=grpo", *_reflecting("both")), "both"),
    ),
    "trajectories": (
        Arm("RL, 8 × 1", RL, ("algorithm=grpo", "num_generations=8")),
        Arm("RL, 24 × 1", RL, ("algorithm=grpo",)),
        Arm("LaMer, 8 × 3", META, ("algorithm=grpo",)),
    ),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is missing of one study, then write its table."""
    parser = study_parser(__doc__, STUDIES, seeds=[0, 1], out=Path("runs/studies"))
    parser.add_argument("--updates", type=int, default=150, help="generations of each run")
    options = parser.parse_args(arguments)
    arms = STUDIES[options.study]
    common = [f"max_steps={2 * options.updates}", *options.set]
    run_all(options, arms, common)
    write(options, report(options, arms, common))


def study_parser(
    text: str, studies: Collection[str], *, seeds: list[int], out: Path
) -> argparse.ArgumentParser:
    """The options that studies share."""
    parser = argparse.ArgumentParser(description=text.splitlines()[0])
    parser.add_argument("study", choices=sorted(studies))
    parser.add_argument("--seeds", type=int, nargs="+", default=seeds)
    parser.add_argument("--out", type=Path, default=out)
    parser.add_argument("--jobs", type=int, default=2, help="runs side by side, one thread each")
    parser.add_argument("--set", action="append", default=[], help="setting of all arms")
    parser.add_argument("--result", type=Path, help="Markdown file; <out>/<study>.md by default")
    return parser


def run_all(options: argparse.Namespace, arms: Sequence[Arm], common: Sequence[str]) -> None:
    """Run every arm with every seed; those that make a warm start for others come first."""
    firsts = {arm.memory: arm for arm in reversed(arms)}
    with ThreadPoolExecutor(options.jobs) as pool:
        starts = [(arm, seed) for seed in options.seeds for arm in firsts.values()]
        list(pool.map(lambda one: run(options.out, *one, common), starts))
        rest = [(arm, seed) for seed in options.seeds for arm in arms]
        list(pool.map(lambda one: follow(options.out, firsts[one[0].memory], *one, common), rest))


def write(options: argparse.Namespace, text: str) -> None:
    """Write and print a study's table."""
    path = options.result or options.out / f"{options.study}.md"
    path.write_text(text, encoding="utf-8")
    print(text)


def settings(arm: Arm, seed: int, common: Sequence[str]) -> list[str]:
    """All that a run sets beside its preset."""
    memories = f"final_memories=[{', '.join(arm.memories)}]"
    return [f"seed={seed}", *common, *arm.settings, memories]


def run(out: Path, arm: Arm, seed: int, common: Sequence[str]) -> None:
    """Train and measure one arm with one seed."""
    train(arm.preset, arm.folder(out, seed), settings(arm, seed, common))


def follow(out: Path, first: Arm, arm: Arm, seed: int, common: Sequence[str]) -> None:
    """The same, from the warm start that the first arm with this memory has made.

    What was measured of it is taken over too, where this arm would measure the same.
    """
    source, folder = first.folder(out, seed), arm.folder(out, seed)
    if not (folder / "config.yaml").exists():
        shutil.copytree(source / "warm_start", folder / "warm_start", dirs_exist_ok=True)
        for measured in source.glob("eval/warm_start-*") if arm.returns == first.returns else ():
            shutil.copytree(measured, folder / "eval" / measured.name, dirs_exist_ok=True)
    run(out, arm, seed, common)


def report(options: argparse.Namespace, arms: Sequence[Arm], common: Sequence[str]) -> str:
    """The table over seeds, that of every seed, and the command of each row."""
    out, seeds = options.out, options.seeds
    command = ["python", "benchmarks/tiny_studies.py", options.study]
    command += ["--seeds", *map(str, seeds), "--updates", str(options.updates)]
    command += [part for setting in options.set for part in ("--set", setting)]
    rows: dict[str, list[tuple[Path, str]]] = {}
    for arm in arms:
        for memory in arm.memories:
            rows.setdefault(
                f"warm start, memory: {memory}",
                [(arm.folder(out, seed), f"warm_start-{memory}") for seed in seeds],
            )
    for arm in arms:
        for memory in arm.memories:
            rows[f"{arm.label}, memory: {memory}"] = [
                (arm.folder(out, seed), f"model-{memory}") for seed in seeds
            ]
    lines = [
        f"{len(seeds)} seeds, {options.updates} updates; percent, mean ± standard error over seeds "
        "(H: nats). CPU s: mean CPU seconds of a run, training and measuring, without "
        "those that were interrupted; of the first arm with the warm start, which the others copy. "
        f"{date.today().isoformat()}, {processor()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}.",
        "",
        "```bash",
        shlex.join(command),
        "```",
        "",
        "| | " + " | ".join((*COLUMNS, "CPU s")) + " |",
        "| --- |" + " ---: |" * (len(COLUMNS) + 1),
    ]
    every = ["| | seed | " + " | ".join(COLUMNS) + " |", "| --- |" + " ---: |" * (len(COLUMNS) + 1)]
    for label, places in rows.items():
        values = [numbers(_summary(folder, name)) for folder, name in places]
        cells = [shown(estimate(list(each))) for each in zip(*values, strict=True)]
        trained = not label.startswith("warm start")
        costs = [cost_of(folder) for folder, _ in places]
        whole = [cost.cpu_seconds for cost in costs if trained and not cost.resumed]
        cells.append(f"{estimate(whole).mean:.0f}" if whole else "")
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
        for seed, one in zip(seeds, values, strict=True):
            numbers_shown = [f"{value:.{1 if value >= 5 else 2}f}" for value in one]
            every.append(f"| {label} | {seed} | " + " | ".join(numbers_shown) + " |")
    lines += ["", "Every seed:", "", *every, "", "| run | command |", "| --- | --- |"]
    for arm in arms:
        for seed in seeds:
            one = train_command(arm.preset, arm.folder(out, seed), settings(arm, seed, common))
            lines.append(f"| {arm.label}, seed {seed} | `{shlex.join(one)}` |")
    return "\n".join(lines) + "\n"


def _summary(folder: Path, name: str) -> Summary:
    return Summary.from_json((folder / "eval" / name / "summary.json").read_text("utf-8"))


if __name__ == "__main__":
    main()
