"""Runs a worker script as a group of two processes on the CPU, as a launcher of GPUs would."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_TIME_LIMIT = 600
"""Seconds; they take about 20 on two idle cores, and stay as far from this on a busy machine.
Processes that make different numbers of forward passes would wait for each other for ever."""


def run_two_processes(
    worker: Path, arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> None:
    """Run both to their end; neither sees more than the CPU.

    Raises:
        AssertionError: one ended with an error; the message holds the end of what it printed.
        subprocess.TimeoutExpired: they hang.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes = [
        subprocess.Popen(
            [sys.executable, str(worker), *arguments],
            env={
                **os.environ,
                **(environment or {}),
                "OMP_NUM_THREADS": "1",
                "CUDA_VISIBLE_DEVICES": "",
                "RANK": str(rank),
                "LOCAL_RANK": str(rank),
                "WORLD_SIZE": "2",
                "LOCAL_WORLD_SIZE": "2",
                "MASTER_ADDR": "127.0.0.1",
                "MASTER_PORT": str(port),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(2)
    ]
    try:
        for process in processes:
            output, _ = process.communicate(timeout=_TIME_LIMIT)
            assert process.returncode == 0, output[-3000:]
    finally:
        for process in processes:
            process.kill()
