"""How a run ends before its end, so that it can go on later."""

from __future__ import annotations

import errno
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from accelerate.utils import gather_object
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

EXIT_STOPPED = 128 + signal.SIGTERM
"""The exit code of a run that was asked to stop and has saved: what shells call SIGTERM."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class RunStoppedError(Exception):
    """A run was asked to stop, and has saved where it is.

    Args:
        checkpoint: where.
    """

    def __init__(self, checkpoint: str | None) -> None:
        super().__init__(f"stopped on request; everything up to {checkpoint} is saved")


class CheckpointError(OSError):
    """A checkpoint could not be written; earlier ones are as they were.

    Args:
        step: the optimizer step of the checkpoint.
        error: what happened.
        earlier: the newest whole checkpoint.
    """

    def __init__(self, step: int, error: Exception, earlier: str | None) -> None:
        kept = f"{earlier} is whole" if earlier else "there is none before it"
        super().__init__(f"the checkpoint of step {step} could not be written ({error}); {kept}")


def is_full(error: OSError) -> bool:
    """Whether an error says that there is no room to write."""
    return error.errno in _NO_ROOM


class StopOnSignal(TrainerCallback):  # type: ignore[misc]
    """Ends a training at the end of a generation after SIGTERM, with a checkpoint.

    The signal may reach any of several processes; they agree where a generation ends. A second
    signal ends the process at once.

    Attributes:
        stopped: whether the training has been ended.
    """

    def __init__(self) -> None:
        self.stopped = False
        self._asked = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the signal; outside of the main thread, where Python has no signals, do nothing."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGTERM, self._ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)

    def _ask(self, number: int, frame: Any) -> None:
        self._asked = True
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Save and stop where a generation ends, if any process has been asked to."""
        if state.global_step % args.steps_per_generation:
            return
        if any(gather_object([self._asked])):
            self.stopped = True
            control.should_save = True
            control.should_training_stop = True
