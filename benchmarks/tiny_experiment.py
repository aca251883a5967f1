"""LaMer against plain RL on tiny MineSweeper: every seed and arm, then one table.

    python benchmarks/tiny_experiment.py --seeds 0 1 2 --out runs/tiny

Each row of the result names the command that makes it. What is finished is not run again, so the
script can be stopped and started at any time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tiny_runs import call, cost_of, train, train_command

from lamer_envs.evaluation.metrics import Estimate, Summary, estimate
from lamer_train.plots import plot_pass_at_k

LAMER, RL = "minesweeper-tiny", "minesweeper-tiny-rl"
SAMPLING = {
    "paper": "temperature 0.7, top-p 0.8, top-k 20",
    "plain": "temperature 1, nothing cut off",
}
PLAIN = ["--temperature", "1", "--top-p", "1", "--top-k", "0"]


@dataclass(frozen=True)
class Arm:
    """One line of the table.

    Attributes:
        label: what the line is called.
        preset: whose run it belongs to.
        model: `warm_start` or `model`, a folder of the run.
        memory: what later episodes remember.
    """

    label: str
    preset: str
    model: str
    memory: str


ARMS = (
    Arm("warm start", LAMER, "warm_start", "none"),
    Arm("RL, independent attempts", RL, "model", "none"),
    Arm("RL, with memory", RL, "model", "history"),
    Arm("LaMer", LAMER, "model", "history"),
    Arm("LaMer, without memory", LAMER, "model", "none"),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is missing, then write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--out", type=Path, default=Path("runs/tiny"))
    parser.add_argument("--jobs", type=int, default=2, help="runs side by side, one thread each")
    parser.add_argument("--set", action="append", default=[], help="setting of both presets")
    parser.add_argument("--split", default="test", help="split of the final evaluation")
    parser.add_argument("--result", type=Path, help="Markdown file; <out>/results.md by default")
    parser.add_argument("--picture", type=Path, help="PNG file; <out>/pass_at_k.png by default")
    options = parser.parse_args(arguments)
    settings = [*options.set, f"final_split={options.split}"]

    runs = [(preset, seed) for seed in options.seeds for preset in (LAMER, RL)]
    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lambda run: _train(options.out, *run, settings), runs))
        plain = [(arm, seed) for seed in options.seeds for arm in ARMS]
        list(pool.map(lambda one: evaluate_plain(options.out, *one, options.split), plain))
    path = options.result or options.out / "results.md"
    text = report(options.out, options.seeds, settings)
    path.write_text(text, encoding="utf-8")
    plot(options.out, options.seeds, options.picture or options.out / "pass_at_k.png")
    print(text)


def run_dir(out: Path, preset: str, seed: int) -> Path:
    """Where a run lives."""
    return out / f"{preset}-{seed}"


def _train(out: Path, preset: str, seed: int, settings: Sequence[str]) -> None:
    train(preset, run_dir(out, preset, seed), settings_of(seed, settings))


def settings_of(seed: int, settings: Sequence[str]) -> list[str]:
    """What a run sets beside its preset."""
    return [f"seed={seed}", *settings]


def summary_path(out: Path, arm: Arm, seed: int, sampling: str) -> Path:
    """Where the summary of one line for one seed is."""
    suffix = "" if sampling == "paper" else "-plain"
    folder = run_dir(out, arm.preset, seed) / "eval" / f"{arm.model}-{arm.memory}{suffix}"
    return folder / "summary.json"


def evaluate_plain(out: Path, arm: Arm, seed: int, split: str) -> None:
    """Measure a line once more with plain sampling, on the tasks of the final evaluation."""
    path = summary_path(out, arm, seed, "plain")
    if path.exists():
        return
    config = json.loads(
        summary_path(out, arm, seed, "paper").with_name("config.json").read_text("utf-8")
    )
    command = ["lamer", "eval", config["env_id"], "--out", str(path.parent)]
    command += ["--policy", str(run_dir(out, arm.preset, seed) / arm.model), *PLAIN]
    for name, value in config["env_kwargs"].items():
        command += [] if name == "split" else ["--env-arg", f"{name}={value}"]
    command += ["--split", split, "--prompts", config["prompts"], "--memory", arm.memory]
    command += ["--tasks", str(config["num_tasks"]), "--trials", str(config["trials_per_task"])]
    command += ["--seed", str(config["seed"]), "--episodes", str(config["num_episodes"])]
    command += ["--max-new-tokens", "4", "--concurrency", "512", "--policy-seed", str(seed)]
    call(command, path.parent.with_suffix(".log"))


def report(out: Path, seeds: Sequence[int], settings: Sequence[str]) -> str:
    """The table over seeds, differences with their standard errors, and a line for each run."""
    lines = [
        f"{len(seeds)} seeds; percent, mean ± standard error over seeds (H: nats). "
        f"{date.today().isoformat()}, {processor()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}.",
        "",
        "```bash",
        shlex.join(
            ["python", "benchmarks/tiny_experiment.py", "--seeds", *map(str, seeds)]
            + [part for setting in settings[:-1] for part in ("--set", setting)]
        ),
        "```",
    ]
    for sampling, how in SAMPLING.items():
        results = {
            arm.label: [
                Summary.from_json(summary_path(out, arm, seed, sampling).read_text("utf-8"))
                for seed in seeds
            ]
            for arm in ARMS
        }
        lines += ["", f"### {how[0].upper()}{how[1:]}", "", *table(results)]
        lines += ["", *differences(results), "", "Every seed:", "", *seed_table(results, seeds)]
    lines += ["", "### Commands", "", "| run | wall time | command |", "| --- | ---: | --- |"]
    for seed in seeds:
        for preset in (LAMER, RL):
            folder = run_dir(out, preset, seed)
            cost = cost_of(folder)
            spent = f"{cost.seconds / 60:.1f} min" + (" (resumed)" if cost.resumed else "")
            command = shlex.join(train_command(preset, folder, settings_of(seed, settings)))
            lines.append(f"| {preset}, seed {seed} | {spent} | `{command}` |")
    return "\n".join(lines) + "\n"


def plot(out: Path, seeds: Sequence[int], path: Path) -> None:
    """pass@k of every arm at the paper's sampling, mean and standard error over seeds."""
    curves = {}
    for arm in ARMS:
        runs = [
            Summary.from_json(summary_path(out, arm, seed, "paper").read_text("utf-8"))
            for seed in seeds
        ]
        per_k = zip(*(run.pass_at for run in runs), strict=True)
        curves[arm.label] = [estimate([one.mean for one in each]) for each in per_k]
    plot_pass_at_k(curves, path)


COLUMNS = ("pass@1", "pass@2", "pass@3", "gain 1→3", "H first", "H all", "invalid")


def table(results: dict[str, list[Summary]]) -> list[str]:
    """Means over seeds with their standard errors."""
    lines = ["| | " + " | ".join(COLUMNS) + " |", "| --- |" + " ---: |" * len(COLUMNS)]
    for label, summaries in results.items():
        cells = [
            shown(estimate(list(values))) for values in zip(*map(numbers, summaries), strict=True)
        ]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return lines


def seed_table(results: dict[str, list[Summary]], seeds: Sequence[int]) -> list[str]:
    """One line for each arm and seed."""
    lines = ["| | seed | " + " | ".join(COLUMNS) + " |", "| --- |" + " ---: |" * (len(COLUMNS) + 1)]
    for label, summaries in results.items():
        for seed, summary in zip(seeds, summaries, strict=True):
            cells = [f"{value:.{1 if value >= 5 else 2}f}" for value in numbers(summary)]
            lines.append(f"| {label} | {seed} | " + " | ".join(cells) + " |")
    return lines


def numbers(summary: Summary) -> list[float]:
    """The columns of the table for one run."""
    first, every = summary.diversity_first, summary.diversity_all
    return [
        *(100 * each.mean for each in summary.pass_at),
        100 * summary.adaptation_gain.mean,
        first.mean if first else float("nan"),
        every.mean if every else float("nan"),
        100 * summary.invalid_action_rate.mean,
    ]


def differences(results: dict[str, list[Summary]]) -> list[str]:
    """LaMer minus each way of using RL, seed by seed."""
    lines = []
    for label in ("RL, independent attempts", "RL, with memory"):
        pairs = list(zip(results["LaMer"], results[label], strict=True))
        final = estimate([100 * (a.pass_at[-1].mean - b.pass_at[-1].mean) for a, b in pairs])
        gain = estimate([100 * (a.adaptation_gain.mean - b.adaptation_gain.mean) for a, b in pairs])
        lines.append(
            f"- LaMer minus {label}: pass@3 {shown(final)} points, gain 1→3 {shown(gain)} points"
        )
    return lines


def shown(value: Estimate) -> str:
    """Mean and standard error, with one digit for percentages and two for nats."""
    digits = 1 if abs(value.mean) >= 5 else 2
    error = "" if value.se is None else f" ± {value.se:.{digits}f}"
    return f"{value.mean:.{digits}f}{error}"


def processor() -> str:
    """The processor's name where the system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
