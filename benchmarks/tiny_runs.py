"""Runs of a tiny preset as the scripts of this folder start them: one process each, one thread.

What is finished is not run again, and what was interrupted goes on, so that a script of many runs
can be stopped and started at any time.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What a run took.

    Attributes:
        seconds: wall time.
        cpu_seconds: of its process, all threads, user and system.
        resumed: whether a part of it ran before, and is not counted.
    """

    seconds: float
    cpu_seconds: float
    resumed: bool


def train_command(preset: str, folder: Path, settings: Sequence[str]) -> list[str]:
    """The command of one run."""
    command = ["lamer", "train", preset, "--out", str(folder)]
    for setting in settings:
        command += ["--set", setting]
    return command


def train(preset: str, folder: Path, settings: Sequence[str]) -> None:
    """Run a preset unless its folder holds a finished run; record what it cost."""
    if (folder / "results.md").exists():
        return
    command = train_command(preset, folder, settings)
    resumed = (folder / "config.yaml").exists()
    if resumed:
        command.append("--resume")
    begin = time.monotonic()
    cpu = call(command, folder.with_suffix(".log"))
    cost = Cost(round(time.monotonic() - begin, 1), round(cpu, 1), resumed)
    (folder / "cost.json").write_text(json.dumps(asdict(cost)) + "\n", encoding="utf-8")


def cost_of(folder: Path) -> Cost:
    """What a finished run took."""
    return Cost(**json.loads((folder / "cost.json").read_text("utf-8")))


def call(command: Sequence[str], log: Path) -> float:
    """Run a command with one thread, its output in a file.

    Returns:
        The CPU seconds it used.
    """
    print("$", shlex.join(command), flush=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    with log.open("a", encoding="utf-8") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{shlex.join(command)} ended with code {process.returncode}; see {log}")
    return usage.ru_utime + usage.ru_stime
