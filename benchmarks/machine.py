"""What a recorded figure depends on besides the code: machine, versions, load, command."""

from __future__ import annotations

import os
import platform
import shlex
import sys
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("lamer", "gymnasium", "numpy", "gem-llm", "alfworld", "textworld", "open-spiel")


def describe(script: str) -> dict[str, Any]:
    """The record that goes with figures; take it when the measurement starts.

    Args:
        script: path of the script from the root of the repository.
    """
    return {
        "command": command(script),
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "packages": {name: version for name in PACKAGES if (version := version_of(name))},
        "load_average": load_average(),
    }


def command(script: str) -> str:
    """The command that was typed, without the place of the output."""
    kept: list[str] = []
    skip = False
    for argument in sys.argv[1:]:
        if not skip and not argument.startswith("--out"):
            kept.append(argument)
        skip = argument == "--out"
    return shlex.join(["python", script, *kept])


def cpu_model() -> str:
    """The processor's name as the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def version_of(package: str) -> str | None:
    """The installed version, or `None`."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def load_average() -> float | None:
    """Processes that wanted a core during the last minute; `None` where the system does not say."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None


def sentence(machine: dict[str, Any]) -> str:
    """One line for a table's caption."""
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    return (
        f"{machine['date']}, {machine['cpu']}, {machine['cores']} cores, "
        f"Python {machine['python']}, {packages}. Load average when it began: "
        f"{machine['load_average']}, when it ended: {machine.get('load_average_at_end')}."
    )
