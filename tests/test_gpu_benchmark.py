"""`benchmarks/gpu_train.py` at toy size: both trainers do update on the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_benchmarks import results, run

pytest.importorskip("trl")


def test_both_trainers_update_on_the_same_rows_by_the_same_loss(tmp_path: Path) -> None:
    process = run("gpu_train.py", tmp_path, "--size", "toy")
    assert process.returncode == 0, process.stderr
    record, page = results("gpu_train_toy", tmp_path)
    assert page in process.stdout
    assert str(tmp_path) not in page
    ours, stock = record["ours"], record["stock"]
    assert ours["rows"] == stock["rows"] == 32
    assert ours["tokens"] == stock["tokens"] == sum(ours["step_tokens"])
    # The same rows in the same steps, with the same gradients; only the padding differs.
    assert ours["step_tokens"] == stock["step_tokens"]
    assert all(norm > 0.01 for norm in ours["grad_norms"])
    assert ours["grad_norms"] == pytest.approx(stock["grad_norms"], rel=1e-3)
    assert ours["losses"] == pytest.approx(stock["losses"], abs=1e-3)
    for less, more in zip(ours["step_padded"], stock["step_padded"], strict=True):
        assert less < more
    for update in (ours, stock):
        assert update["scored_tokens"] > ours["tokens"]
        assert len(update["step_seconds"]) == 2
        assert all(seconds > 0 for seconds in update["step_seconds"])
        assert update["peak_bytes"] > 0
    rollout = record["rollout"]
    assert rollout["requests"] == 16
    assert 16 <= rollout["sampled_tokens"] <= 16 * 32
    assert rollout["prompt_tokens"] > 16 * 100
    if record["machine"]["gpu"] is None:
        assert "no GPU" in page
        assert "no GPU" in process.stdout.splitlines()[0]
