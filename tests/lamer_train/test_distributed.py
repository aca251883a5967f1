from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from ddp_worker import KINDS, train, train_against_opponents
from processes_kit import run_two_processes

WORKER = Path(__file__).parent / "ddp_worker.py"


@pytest.fixture(scope="module")
def two_processes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where two processes have trained, once per kind."""
    folder = tmp_path_factory.mktemp("two")
    run_two_processes(WORKER, [str(folder)])
    return folder


def metrics_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(("algorithm", "loss_type"), KINDS)
def test_two_processes_train_like_one(
    tmp_path: Path, two_processes: Path, algorithm: str, loss_type: str
) -> None:
    # The groups of 4 trials do not divide a process's share of 6.
    one, two = tmp_path, two_processes / algorithm
    train(one, algorithm, loss_type)
    single = torch.load(one / "rank_0.pt")
    ranks = [torch.load(two / f"rank_{rank}.pt") for rank in range(2)]
    assert ranks[0]["rows"] != ranks[1]["rows"], "the processes should need different fillers"
    assert ranks[0]["rows"] + ranks[1]["rows"] == single["rows"]
    for name, expected in single["weights"].items():
        for rank in ranks:
            torch.testing.assert_close(rank["weights"][name], expected, atol=2e-6, rtol=0)
    for expected, found in zip(metrics_of(one), metrics_of(two), strict=True):
        assert expected["step"] == found["step"]
        values = [name for name in expected if name.startswith("value/")]
        assert bool(values) == (algorithm == "ppo")
        names = ("loss", "reward", "rollout/success", "rollout/rows", "entropy", "grad_norm")
        for name in (*names, *values):
            assert found[name] == pytest.approx(expected[name], abs=1e-5), name
    assert metrics_of(two)[-1]["eval_pass@3"] == metrics_of(one)[-1]["eval_pass@3"]


def test_two_processes_meet_the_opponents_that_one_meets(
    tmp_path: Path, two_processes: Path
) -> None:
    one, two = tmp_path, two_processes / "opponents"
    train_against_opponents(one)
    for expected, found in zip(metrics_of(one), metrics_of(two), strict=True):
        names = [name for name in expected if name.startswith(("rollout/", "reward", "loss"))]
        assert sum(name.startswith("rollout/weight/") for name in names) == 8
        for name in names:
            assert found[name] == pytest.approx(expected[name], abs=1e-5), name
    single = torch.load(one / "rank_0.pt")["weights"]
    for rank in range(2):
        weights = torch.load(two / f"rank_{rank}.pt")["weights"]
        for name, expected in single.items():
            torch.testing.assert_close(weights[name], expected, atol=2e-6, rtol=0)


def test_processes_that_get_on_at_different_speeds_overlap_without_waiting_forever(
    two_processes: Path,
) -> None:
    folder = two_processes / "overlap"
    ranks = [torch.load(folder / f"rank_{rank}.pt") for rank in range(2)]
    assert ranks[0]["rows"] > 2 * ranks[1]["rows"]
    for name, value in ranks[0]["weights"].items():
        assert torch.equal(value, ranks[1]["weights"][name]), name
    lines = [line for line in metrics_of(folder) if "rollout/stale_tokens" in line]
    assert [line["step"] for line in lines] == [1, 2, 3, 4, 5]
    ages = [line["rollout/staleness_max"] for line in lines]
    # The second process plays two generations at a time, and then none.
    assert ages[:3] == [0, 1, 0]
    assert 0 < lines[1]["rollout/stale_tokens"] < 1
