"""The examples run as a user would run them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(script: str, *arguments: str) -> str:
    """What a script prints; it must end well."""
    result = subprocess.run(
        [sys.executable, str(EXAMPLES / script), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        # Threads of torch that spin while they wait starve the other tests.
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_quickstart_shows_a_trial_and_three_players() -> None:
    printed = run("quickstart.py", "--tasks", "40")
    reflections = re.findall(r"reflect: mines: \[\(\d, \d\)\]", printed)
    assert len(reflections) == 2
    assert "\nsolved\n" in printed
    shares = {
        name: [int(share) for share in re.findall(r"pass@\d +(\d+)%", rest)]
        for name, rest in re.findall(r"^(\w+):(.*)$", printed, re.MULTILINE)
    }
    assert list(shares) == ["random", "noting", "expert"]
    assert all(len(each) == 3 and each == sorted(each) for each in shares.values())
    assert shares["noting"][2] > shares["noting"][0]
    assert shares["expert"][0] > shares["random"][0]


def test_train_lists_its_sizes() -> None:
    printed = run("train.py", "--help")
    for option in ("--size", "--group", "--updates", "--warm-start-steps", "--out"):
        assert option in printed


@pytest.mark.slow
def test_train_runs_at_its_smallest(tmp_path: Path) -> None:
    pytest.importorskip("trl")
    sizes = {
        "--warm-start-trials": 20,
        "--warm-start-steps": 2,
        "--tasks": 2,
        "--group": 2,
        "--updates": 2,
        "--eval-tasks": 4,
    }
    options = [text for name, value in sizes.items() for text in (name, str(value))]
    printed = run("train.py", *options, "--out", str(tmp_path))
    assert re.search(r"^warm start +pass@1.*pass@2.*pass@3", printed, re.MULTILINE)
    assert re.search(r"^trained +pass@1.*pass@2.*pass@3", printed, re.MULTILINE)
    assert (tmp_path / "model" / "model.safetensors").exists()
    lines = (tmp_path / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2, 3, 4]


def test_trl_environment_lists_its_sizes() -> None:
    printed = run("trl_environment.py", "--help")
    for option in ("--model", "--env", "--episodes", "--group", "--steps"):
        assert option in printed


@pytest.mark.slow
def test_trl_environment_trains_with_the_stock_trainer(tmp_path: Path) -> None:
    pytest.importorskip("trl")
    printed = run("trl_environment.py", "--steps", "1", "--group", "4", "--out", str(tmp_path))
    assert re.search(r"^step 1:  return \d+\.\d+  tool calls", printed, re.MULTILINE)
