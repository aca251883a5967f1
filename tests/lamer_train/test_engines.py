from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from engine_worker import ENGINES, train
from safetensors.torch import load_file

from lamer_train.run_log import last_checkpoint

WORKER = Path(__file__).parent / "engine_worker.py"


def run_two_processes(engine: str, folder: Path, algorithm: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    workers = [
        subprocess.Popen(
            [sys.executable, str(WORKER), engine, str(folder), algorithm],
            env={
                **os.environ,
                **ENGINES[engine],
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
        for worker in workers:
            # Processes that make different numbers of forward passes would wait here for ever.
            output, _ = worker.communicate(timeout=600)
            assert worker.returncode == 0, output[-3000:]
    finally:
        for worker in workers:
            worker.kill()


def metrics_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("algorithm", ["grpo", "ppo"])
@pytest.mark.parametrize("engine", ["fsdp2", "zero2", "zero3"])
def test_a_spread_model_trains_like_a_whole_one(
    tmp_path: Path, engine: str, algorithm: str
) -> None:
    if engine.startswith("zero") and find_spec("deepspeed") is None:
        pytest.skip("DeepSpeed is not installed")
    one, two = tmp_path / "one", tmp_path / "two"
    train("one process", one, algorithm)
    run_two_processes(engine, two, algorithm)
    expected = load_file(one / "weights.safetensors")
    found = load_file(two / "weights.safetensors")
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        # Adam's first steps have the size of the learning rate, whatever the gradient's.
        torch.testing.assert_close(found[name].float(), value, atol=1e-4, rtol=0)
    for line, other in zip(metrics_of(one), metrics_of(two), strict=True):
        for name in ("loss", "reward", "rollout/rows", "entropy", "grad_norm"):
            assert other[name] == pytest.approx(line[name], abs=1e-4), name
    assert last_checkpoint(two) == str(two / "checkpoint-2")
