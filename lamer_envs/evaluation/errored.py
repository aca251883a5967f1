"""Errored trials: those that a policy left without an answer, one JSON line each in `errors.jsonl`.

They are not in `trials.jsonl` and in no metric: a request that failed says nothing about the
model. How many there are is always shown beside the metrics, because what is left out may be the
harder part.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from lamer_envs.line_files import CutOffError, append_lines, read_lines
from lamer_envs.rollout.runner import TrialError

ERRORS_FILE = "errors.jsonl"


@dataclass(frozen=True, slots=True)
class ErroredTrial:
    """One trial that was given up.

    Attributes:
        task_seed: the seed of the task.
        trial: index of the trial in its group, from 0.
        where: the episode and turn at which there was no answer.
        reason: why, in one line.
    """

    task_seed: int
    trial: int
    where: str
    reason: str

    @classmethod
    def of(cls, error: TrialError) -> ErroredTrial:
        """The record of an error."""
        reason = " ".join(str(error.__cause__).split())
        return cls(error.spec.task_seed, error.spec.trial, error.where, reason)


def write_errored(path: Path, errored: ErroredTrial) -> None:
    """Append one record."""
    append_lines(path, [json.dumps(asdict(errored), ensure_ascii=False).encode()])


def read_errored(path: Path) -> list[ErroredTrial]:
    """The records of a file; none where there is no file.

    A last line that was cut off while it was written is left out.

    Raises:
        ValueError: another line is no such record; the message names the file.
    """
    errored: list[ErroredTrial] = []
    if not path.exists():
        return errored
    try:
        with suppress(CutOffError):
            errored.extend(ErroredTrial(**json.loads(line)) for line in read_lines(path))
    except (TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} holds no errored trials: {error}") from error
    return errored
