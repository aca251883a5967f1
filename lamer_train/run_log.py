"""The metrics file of a run, and the search for a checkpoint to resume from."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from lamer_envs.meta.trial import Trial, write_trials
from lamer_train.interruption import CheckpointError

METRICS_FILE = "metrics.jsonl"
TRIALS_FOLDER = "trials"
_TRAINER_STATE = "trainer_state.json"


class MetricsFile:
    """One JSON line per optimizer step, each step exactly once, also after a kill and a resume.

    What is logged for a step, training and evaluation alike, is gathered into one line, which is
    written when the step is over and before a checkpoint of it exists. So whatever checkpoint a
    run resumes from, the file holds at least the lines up to it, and `truncate` removes the rest.

    Args:
        path: the file; its folder must exist when the first line is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._written = -1
        self._step = -1
        self._pending: dict[str, Any] = {}

    def record(self, step: int, values: dict[str, Any]) -> None:
        """Add values to the line of a step; the line of an earlier step is written first.

        Values of a step whose line is written already are dropped: a resumed run may evaluate once
        more where it starts.
        """
        if step <= self._written:
            return
        if step != self._step:
            self.flush()
        self._step = step
        self._pending.update(values)

    def flush(self) -> None:
        """Write the line in progress, if there is one."""
        if self._pending:
            line = json.dumps({"step": self._step, **self._pending})
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
            self._written = self._step
        self._pending = {}

    def truncate(self, step: int) -> None:
        """Drop the lines of steps after `step`, and a last line that was not written whole."""
        self._pending = {}
        self._written = -1
        if not self.path.exists():
            return
        kept = [line for line in self.path.read_text(encoding="utf-8").splitlines() if line]
        kept = [line for line in kept if (number := _step_of(line)) is not None and number <= step]
        self._written = max(
            (number for line in kept if (number := _step_of(line)) is not None), default=-1
        )
        new = self.path.with_suffix(".tmp")
        new.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
        os.replace(new, self.path)


def _step_of(line: str) -> int | None:
    try:
        return int(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return None


class MetricsCallback(TrainerCallback):  # type: ignore[misc]
    """Feeds a `MetricsFile` from the trainer's log; on the main process only."""

    def __init__(self, metrics: MetricsFile) -> None:
        self.metrics = metrics

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Drop what a killed run wrote after its last checkpoint."""
        if state.is_world_process_zero:
            self.metrics.path.parent.mkdir(parents=True, exist_ok=True)
            # A fresh run starts an empty file, the line of step 0 included.
            self.metrics.truncate(state.global_step if state.global_step else -1)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Gather; the summary at the end of training belongs to no step."""
        if state.is_world_process_zero and logs and "train_runtime" not in logs:
            self.metrics.record(state.global_step, logs)

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """The step before is over."""
        self.metrics.flush()

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """The last step is over."""
        self.metrics.flush()


def last_checkpoint(run_dir: str | Path) -> str | None:
    """The newest whole checkpoint of a run, or `None`; pass it to `train(resume_from_checkpoint=)`.

    The trainer writes its state last, so a checkpoint without a readable state was cut off.
    """
    folder = Path(run_dir)
    found: list[tuple[int, Path]] = []
    for path in folder.glob(f"{PREFIX_CHECKPOINT_DIR}-*"):
        number = path.name.rsplit("-", 1)[1]
        if not number.isdecimal():
            continue
        try:
            state = json.loads((path / _TRAINER_STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if state.get("global_step") == int(number):
            found.append((int(number), path))
    return str(max(found)[1]) if found else None


def drop_checkpoint(run_dir: Path, step: int, error: Exception) -> CheckpointError:
    """Remove what there is of a checkpoint that could not be written, to make room.

    Returns:
        The error to raise.
    """
    shutil.rmtree(run_dir / f"{PREFIX_CHECKPOINT_DIR}-{step}", ignore_errors=True)
    return CheckpointError(step, error, last_checkpoint(run_dir))


def keep_trials(path: Path, trials: Iterable[Trial]) -> None:
    """Write a file of trials as `lamer eval` does, in the place of one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    write_trials(draft, trials)
    os.replace(draft, path)


def peak_memory(device: torch.device) -> float:
    """The most memory in bytes that this process has held so far.

    On a GPU what torch has allocated there, else the resident set in main memory.
    """
    if device.type == "cuda":
        return float(torch.cuda.max_memory_allocated(device))
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
