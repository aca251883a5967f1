"""Starts the stub endpoint of the benchmarks in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STUB = Path(__file__).parents[2] / "benchmarks" / "stub_endpoint.py"


class Endpoint:
    """A stub that runs.

    Attributes:
        url: its base URL.
    """

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self._stats = f"http://127.0.0.1:{port}/stats"

    def stats(self) -> dict[str, int]:
        """What it has seen; see `Stub.stats`."""
        with urllib.request.urlopen(self._stats) as reply:
            stats: dict[str, int] = json.load(reply)
        return stats


@contextmanager
def stub(**options: Any) -> Iterator[Endpoint]:
    """Run a stub; the options are those of its command line, `answers` a list of texts."""
    if "answers" in options:
        options["answers"] = json.dumps(options["answers"])
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    command = [sys.executable, str(STUB), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Endpoint(int(process.stdout.readline()))
        finally:
            process.kill()
