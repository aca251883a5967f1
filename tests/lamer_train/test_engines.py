from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from engine_worker import ENGINES, train
from processes_kit import run_two_processes
from safetensors.torch import load_file

from lamer_train.run_log import last_checkpoint

WORKER = Path(__file__).parent / "engine_worker.py"


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
    run_two_processes(WORKER, [engine, str(two), algorithm], ENGINES[engine])
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
