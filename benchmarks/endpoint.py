"""Many trials at once against an endpoint with a fixed latency, and a run that is killed.

    python benchmarks/endpoint.py

The endpoint (`stub_endpoint.py`) and the evaluation are processes of their own. The ideal time is
that of the trial with the most requests, if nothing but the endpoint took any time: trials wait for
no one but themselves. The result is written beside the other results.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from machine import describe, load_average, sentence

from lamer_envs.evaluation.run import TRIALS_FILE, EvalConfig, evaluate
from lamer_envs.meta.trial import Trial, read_trials
from lamer_envs.rollout.openai import OpenAIPolicy

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
ANSWERS = ["<action>up</action>", "<action>left, down</action>", "<remark>Another way.</remark>"]


def config_of(url: str, trials: int) -> EvalConfig:
    """One trial of three episodes on each of as many Sokoban tasks."""
    return EvalConfig(
        "LaMer/Sokoban-v0",
        env_kwargs={"split": "test"},
        policy={"model": "stub", "base_url": url},
        num_tasks=trials,
    )


def play(url: str, trials: int, folder: Path) -> dict[str, float]:
    """Play all trials at once in this process; what it took."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, cpu = time.perf_counter(), time.process_time()
    ended = [started]
    longest = [0]

    def note(trial: Trial) -> None:
        ended[0] = time.perf_counter()
        longest[0] = max(longest[0], len(trial.turns))

    policy = OpenAIPolicy(url, "stub")
    evaluate(config_of(url, trials), policy, folder, concurrency=trials, on_trial=note)
    return {
        "seconds_to_last_trial": ended[0] - started,
        "seconds_with_summary": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu,
        "requests": policy.traffic.answered,
        "retries": policy.traffic.retries,
        "longest_trial_requests": longest[0],
        "memory_before_mb": before / 1024,
        "memory_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


class Stub:
    """The endpoint's process."""

    def __init__(self, latency: float) -> None:
        options = ["--latency", str(latency), "--answers", json.dumps(ANSWERS)]
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "stub_endpoint.py"), *options],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.root = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def __enter__(self) -> Stub:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait()

    def stats(self) -> dict[str, int]:
        with urllib.request.urlopen(f"{self.root}/stats") as reply:
            stats: dict[str, int] = json.load(reply)
        return stats


def player(stub: Stub, trials: int, folder: Path) -> subprocess.Popen[str]:
    """The evaluation's process, which prints what `play` returns."""
    arguments = ["--play", f"{stub.root}/v1", "--trials", str(trials), "--out", str(folder)]
    command = [sys.executable, str(Path(__file__).resolve()), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def timed(trials: int, latency: float) -> dict[str, float]:
    """One whole run in fresh processes."""
    with Stub(latency) as stub, tempfile.TemporaryDirectory() as folder:
        printed, _ = player(stub, trials, Path(folder)).communicate()
        measured: dict[str, float] = json.loads(printed)
        measured["most_requests_in_flight"] = stub.stats()["most_in_flight"]
    measured["ideal_seconds"] = measured["longest_trial_requests"] * latency
    measured["over_ideal"] = measured["seconds_to_last_trial"] / measured["ideal_seconds"]
    return measured


def killed(trials: int, latency: float) -> dict[str, Any]:
    """A run killed when a third of its trials are written, and resumed to its end."""
    with Stub(latency) as stub, tempfile.TemporaryDirectory() as name:
        path = Path(name) / TRIALS_FILE
        first = player(stub, trials, Path(name))
        while not path.exists() or path.read_bytes().count(b"\n") < trials // 3:
            if first.poll() is not None:
                raise RuntimeError("the run ended before it could be killed")
            time.sleep(0.02)
        first.kill()
        first.communicate()
        there = path.read_bytes()
        there = there[: there.rfind(b"\n") + 1]
        second = player(stub, trials, Path(name))
        resumed = json.loads(second.communicate()[0])
        counts = Counter((trial.task_seed, trial.trial) for trial in read_trials(path))
        stats = stub.stats()
        wanted = {(spec.task_seed, spec.trial) for spec in config_of("", trials).specs()}
        return {
            "trials_when_killed": there.count(b"\n"),
            "trials_at_the_end": counts.total(),
            "lost": len(wanted - counts.keys()),
            "repeated": sum(count - 1 for count in counts.values()),
            "not_asked_for": len(counts.keys() - wanted),
            "written_lines_kept": path.read_bytes().startswith(there),
            "requests": stats["requests"],
            "requests_asked_again": stats["requests"] - stats["distinct"],
            "requests_after_resuming": resumed["requests"],
        }


def to_markdown(record: dict[str, Any]) -> str:
    """The readable result."""
    runs, kill = record["runs"], record["killed"]

    def row(name: str, key: str, digits: int) -> str:
        values = [run[key] for run in runs]
        shown = " | ".join(
            f"{value:,.{digits}f}" for value in (median(values), min(values), max(values))
        )
        return f"| {name} | {shown} |"

    lines = [
        "# Many trials against an endpoint",
        "",
        f"`{record['machine']['command']}`",
        "",
        f"{sentence(record['machine'])} {record['trials']:,} trials of three episodes of Sokoban, "
        f"all at once; the endpoint, in another process, answers after {record['latency']} s.",
        "",
        f"| {len(runs)} runs | median | least | most |",
        "|---|---|---|---|",
        row("seconds to the last trial", "seconds_to_last_trial", 2),
        row("ideal: requests of the longest trial × latency", "ideal_seconds", 2),
        row("the first over the second", "over_ideal", 2),
        row("seconds with making the summary", "seconds_with_summary", 2),
        row("processor seconds of the evaluation", "cpu_seconds", 2),
        row("requests", "requests", 0),
        row("most requests in flight", "most_requests_in_flight", 0),
        row("memory before, MB", "memory_before_mb", 0),
        row("memory at most, MB", "memory_peak_mb", 0),
        "",
        f"Killed (`SIGKILL`) with {kill['trials_when_killed']} of {record['trials']} trials "
        f"written, and started again: {kill['trials_at_the_end']} trials, {kill['lost']} lost, "
        f"{kill['repeated']} repeated; the lines that were there are "
        f"{'unchanged' if kill['written_lines_kept'] else 'CHANGED'}. "
        f"{kill['requests_asked_again']} of {kill['requests']} requests were asked twice: those of "
        "trials in progress when the run was killed.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Parse the arguments, measure, write both files."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--trials", type=int, default=1_000, help="trials, all at once")
    parser.add_argument("--latency", type=float, default=0.2, help="seconds of an answer")
    parser.add_argument("--repeats", type=int, default=3, help="timed runs")
    parser.add_argument("--play", metavar="URL", help="only play, and print what it took")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the result files")
    arguments = parser.parse_args()
    if arguments.play is not None:
        print(json.dumps(play(arguments.play, arguments.trials, arguments.out)))
        return
    if arguments.trials < 3 or arguments.repeats < 1:
        parser.error("--trials must be at least 3 and --repeats at least 1")
    machine = describe("benchmarks/endpoint.py")
    record = {
        "machine": machine,
        "trials": arguments.trials,
        "latency": arguments.latency,
        "runs": [timed(arguments.trials, arguments.latency) for _ in range(arguments.repeats)],
        "killed": killed(arguments.trials, arguments.latency),
    }
    machine["load_average_at_end"] = load_average()
    arguments.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, indent=1, ensure_ascii=False)
    (arguments.out / "endpoint.json").write_text(text + "\n", encoding="utf-8")
    table = to_markdown(record)
    (arguments.out / "endpoint.md").write_text(table, encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
