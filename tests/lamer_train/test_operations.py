from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from trainer_kit import make_model, make_trainer
from transformers import TrainerCallback
from transformers.integrations.integration_utils import INTEGRATION_TO_CALLBACK

from lamer_envs.meta.trial import read_trials
from lamer_train.interruption import CheckpointError, StopOnSignal
from lamer_train.run_log import last_checkpoint
from lamer_train.trainer import MetaRLTrainer

RUN: dict[str, Any] = {
    "max_steps": 6,
    "steps_per_generation": 2,
    "save_strategy": "steps",
    "save_steps": 2,
}


def weights(trainer: MetaRLTrainer) -> dict[str, torch.Tensor]:
    return dict(trainer.accelerator.unwrap_model(trainer.model).state_dict())


def metrics(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


class Signal(TrainerCallback):  # type: ignore[misc]
    """Sends SIGTERM to this process in the middle of a generation."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == self.step:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, torch.Tensor]:
    trainer = make_trainer(tmp_path_factory.mktemp("whole"), **RUN)
    trainer.train()
    return weights(trainer)


def check_resumed(folder: Path, expected: dict[str, torch.Tensor]) -> None:
    """Go on from the last checkpoint, and end where the uninterrupted run has ended."""
    trainer = make_trainer(folder, **RUN)
    trainer.train(resume_from_checkpoint=last_checkpoint(folder))
    for name, value in weights(trainer).items():
        assert torch.equal(value, expected[name]), name
    assert [line["step"] for line in metrics(folder)] == [1, 2, 3, 4, 5, 6]


def test_sigterm_saves_where_the_generation_ends(
    tmp_path: Path, uninterrupted: dict[str, torch.Tensor]
) -> None:
    # Checkpoints only at the end: this one is there because of the signal.
    trainer = make_trainer(tmp_path, **{**RUN, "save_steps": 6})
    stop = StopOnSignal()
    trainer.add_callback(stop)
    trainer.add_callback(Signal(step=2))
    before = signal.getsignal(signal.SIGTERM)
    with stop.listening():
        trainer.train()
    assert signal.getsignal(signal.SIGTERM) == before
    assert stop.stopped
    assert trainer.state.global_step == 4
    assert last_checkpoint(tmp_path) == str(tmp_path / "checkpoint-4")
    check_resumed(tmp_path, uninterrupted)


def test_nobody_asked_nothing_stops(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path)
    stop = StopOnSignal()
    trainer.add_callback(stop)
    with stop.listening():
        trainer.train()
    assert not stop.stopped
    assert last_checkpoint(tmp_path) is None


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("_save", RuntimeError("PytorchStreamWriter failed writing file")),
        ("_save_rng_state", OSError(errno.ENOSPC, "No space left on device")),
    ],
)
def test_a_full_disk_leaves_the_checkpoint_before(
    tmp_path: Path,
    uninterrupted: dict[str, torch.Tensor],
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    error: Exception,
) -> None:
    trainer = make_trainer(tmp_path, **RUN)
    write = getattr(trainer, method)

    def fill(folder: str, *args: Any, **kwargs: Any) -> None:
        write(folder, *args, **kwargs)
        if trainer.state.global_step == 4:
            raise error

    monkeypatch.setattr(trainer, method, fill)
    with pytest.raises(CheckpointError, match=r"step 4 could not .*checkpoint-2 is whole") as met:
        trainer.train()
    assert str(error) in str(met.value)
    # The room that the torn one took is free again.
    assert not (tmp_path / "checkpoint-4").exists()
    check_resumed(tmp_path, uninterrupted)


def test_a_full_disk_at_the_first_checkpoint_is_no_less_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = make_trainer(tmp_path, **RUN)

    def fail(folder: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(trainer, "_save_optimizer_and_scheduler", fail)
    with pytest.raises(CheckpointError, match=r"step 2 .*No space left.*none before it"):
        trainer.train()
    assert last_checkpoint(tmp_path) is None


def test_trials_are_kept_to_read(tmp_path: Path) -> None:
    make_trainer(tmp_path, max_steps=3, trials_every=2, trials_kept=5).train()
    files = sorted(path.name for path in (tmp_path / "trials").iterdir())
    assert files == ["generation-00000.jsonl", "generation-00002.jsonl"]
    first, last = (list(read_trials(tmp_path / "trials" / name)) for name in files)
    assert [(t.task_seed, t.trial) for t in first] == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)]
    assert last[0].task_seed == 6

    make_trainer(tmp_path / "none", trials_every=0).train()
    assert not (tmp_path / "none" / "trials").exists()


def test_throughput_and_memory_are_logged(tmp_path: Path) -> None:
    make_trainer(tmp_path, max_steps=2, steps_per_generation=2).train()
    first, second = metrics(tmp_path)
    kept = list(read_trials(tmp_path / "trials" / "generation-00000.jsonl"))
    for line in (first, second):
        assert line["throughput/update"] > 0
    assert first["throughput/rollout"] > 0
    assert first["memory/peak_gib"] > 0.05
    assert "throughput/rollout" not in second, "the second step plays no trials"
    assert len(kept) == 8


def test_update_throughput_counts_the_tokens_of_real_turns(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, max_steps=1, trials_kept=99)
    trainer.train()
    trials = read_trials(tmp_path / "trials" / "generation-00000.jsonl")
    turns = [turn for trial in trials for turn in trial.turns]
    tokens = sum(len(turn.prompt_ids or ()) + len(turn.completion_ids or ()) for turn in turns)
    (line,) = metrics(tmp_path)
    assert line["throughput/update"] * line["time/update"] == pytest.approx(tokens, rel=0.05)
    sampled = sum(len(turn.completion_ids or ()) for turn in turns)
    assert line["throughput/rollout"] * line["time/rollout"] == pytest.approx(sampled, rel=1e-3)


def test_more_steps_than_trials_of_a_process_divide(tmp_path: Path) -> None:
    # 12 trials in 5 steps; TRL draws 20 rows, the twelve of the generation are played.
    trainer = make_trainer(
        tmp_path, make_model(), steps_per_generation=5, max_steps=10, trials_every=1, trials_kept=99
    )
    trainer.train()
    assert trainer.state.global_step == 10
    played = [
        sorted({(t.task_seed, t.trial) for t in read_trials(path)})
        for path in sorted((tmp_path / "trials").iterdir())
    ]
    assert played == [
        [(task, trial) for task in range(first, first + 3) for trial in range(4)]
        for first in (0, 3)
    ]


@pytest.mark.parametrize(
    ("reporter", "files"),
    [
        ("tensorboard", "run/runs/*/events.out.tfevents.*"),
        ("trackio", "trackio/*.db"),
        ("wandb", "wandb/offline-run-*/run-*.wandb"),
    ],
)
def test_metrics_go_to_a_reporter_too(tmp_path: Path, reporter: str, files: str) -> None:
    if find_spec(reporter) is None:
        pytest.skip(f"{reporter} is not installed")
    code = f"""
from pathlib import Path
from trainer_kit import make_trainer
make_trainer(Path("run"), report_to=[{reporter!r}]).train()
"""
    # In a process of its own: they look at their environment variables while they are imported.
    own = {"WANDB_MODE": "offline", "TRACKIO_DIR": str(tmp_path / "trackio")}
    path = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, **own, "PYTHONPATH": path},
        check=True,
        timeout=200,
    )
    assert list(tmp_path.glob(files))
    assert len(metrics(tmp_path / "run")) == 2


def test_a_reporter_gets_the_values_of_the_metrics_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether or not one of them is installed: the first of them is replaced by a list."""
    told: list[tuple[int, dict[str, float]]] = []

    class Reporter(TrainerCallback):  # type: ignore[misc]
        def on_log(self, args: Any, state: Any, control: Any, logs: Any, **kwargs: Any) -> None:
            told.append((state.global_step, dict(logs)))

    monkeypatch.setitem(INTEGRATION_TO_CALLBACK, "tensorboard", Reporter)
    monkeypatch.setattr("lamer_train.reporters.find_spec", lambda package: package)
    make_trainer(tmp_path, report_to="tensorboard", eval_every=1).train()
    lines = {line["step"]: line for line in metrics(tmp_path)}
    assert {step for step, _ in told} == {1, 2}
    for name in ("loss", "reward", "rollout/success", "time/update", "eval_pass@3"):
        for step in (1, 2):
            values = [logs[name] for at, logs in told if at == step and name in logs]
            assert values == [lines[step][name]], name
