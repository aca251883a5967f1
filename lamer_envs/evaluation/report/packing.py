"""Trials as a web page carries them: an index of all, and compressed chunks of their texts.

A chunk interns the lines of its texts, because a prompt repeats most lines of the one before it;
a text is then a list of line numbers.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lamer_envs.meta.trial import Episode, Trial, Turn

CHUNK_SIZE = 1 << 20
"""Characters of JSON after which a chunk is closed: what opening one trial unpacks at most, but
for a single trial that is larger."""

_LEVEL = 6
_COLUMNS = (
    "run",
    "seed",
    "trial",
    "task",
    "firstSuccess",
    "episodes",
    "turns",
    "return",
    "chunk",
    "place",
)


def pack(value: Any) -> str:
    """JSON, gzipped, in base64: plain letters, whatever the texts hold; same bytes for same value.

    `unpack` in `data.js` is the inverse.
    """
    text = json.dumps(value, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("ascii"), _LEVEL, mtime=0)).decode("ascii")


class Packer:
    """Packs trials one after the other, holding one chunk at a time.

    Args:
        emit: gets each packed chunk, in order.
        chunk_size: see `CHUNK_SIZE`.
    """

    def __init__(self, emit: Callable[[str], None], chunk_size: int = CHUNK_SIZE) -> None:
        self._emit = emit
        self._chunk_size = chunk_size
        self._chunks = 0
        self._lines: dict[str, int] = {}
        self._trials: list[Any] = []
        self._size = 0
        self._tasks: dict[tuple[str, str], int] = {}
        self._task_rows: list[list[str]] = []
        self._rows: list[tuple[Any, ...]] = []

    def add(self, run: int, trials: Iterable[Trial]) -> Iterator[Trial]:
        """Pack the trials of a run, yielding each one when it is packed."""
        for trial in trials:
            self._rows.append(
                (
                    run,
                    trial.task_seed,
                    trial.trial,
                    self._task(trial),
                    -1 if trial.first_success is None else trial.first_success,
                    len(trial.episodes),
                    sum(len(episode.turns) for episode in trial.episodes),
                    _short(trial.returns[0]),
                    self._chunks,
                    len(self._trials),
                )
            )
            packed = self._trial(trial)
            self._trials.append(packed)
            self._size += len(json.dumps(packed, separators=(",", ":")))
            if self._size >= self._chunk_size:
                self._close()
            yield trial

    def finish(self) -> str:
        """Emit what is left, and give the packed index.

        The index holds columns in the order of run, task seed and trial, and the tasks, which
        rows name by number: environment, name, words, type.
        """
        if self._trials:
            self._close()
        rows = sorted(self._rows)
        index = {name: [row[at] for row in rows] for at, name in enumerate(_COLUMNS)}
        return pack({**index, "tasks": self._task_rows})

    def _close(self) -> None:
        self._emit(pack({"lines": list(self._lines), "trials": self._trials}))
        self._chunks += 1
        self._lines, self._trials, self._size = {}, [], 0

    def _task(self, trial: Trial) -> int:
        key = (trial.env_id, trial.task_id)
        if key not in self._tasks:
            self._tasks[key] = len(self._tasks)
            self._task_rows.append([*key, task_words(trial), trial.task_type])
        return self._tasks[key]

    def _trial(self, trial: Trial) -> list[Any]:
        returns = iter(trial.returns)
        return [self._episode(episode, returns) for episode in trial.episodes]

    def _episode(self, episode: Episode, returns: Iterator[float]) -> dict[str, Any]:
        turns = [self._turn(turn, next(returns)) for turn in episode.turns]
        reflection = episode.reflection
        return {
            "turns": turns,
            "final": self._text(episode.final_observation),
            "success": int(episode.success),
            "terminated": int(episode.terminated),
            "reflection": reflection and self._turn(reflection, next(returns)),
        }

    def _turn(self, turn: Turn, return_: float) -> list[Any]:
        """A list, in the order in which `data.js` reads it."""
        return [
            self._text(turn.prompt),
            self._text(turn.response),
            self._text(turn.action),
            self._text(turn.observation),
            turn.parse,
            _short(turn.reward),
            _short(return_),
            int(turn.action_valid),
            int(turn.action_effective),
            turn.completion_tokens,
        ]

    def _text(self, text: str) -> list[int]:
        lines = self._lines
        numbers = []
        for line in text.split("\n"):
            number = lines.get(line)
            if number is None:
                number = lines[line] = len(lines)
                self._size += len(line)
            numbers.append(number)
        return numbers


def task_words(trial: Trial) -> str:
    """What a task asks for, where its first page says so; empty where a task has no words.

    ALFWorld asks in its first description, WebShop on its first page.
    """
    first = trial.episodes[0].turns[0].observation
    for before, after in (("Your task is to: ", "\n"), ("Instruction: [SEP] ", " [SEP]")):
        _, asked, goal = first.partition(before)
        if asked:
            return goal.partition(after)[0].strip()
    return ""


def _short(value: float) -> float | str:
    """Six significant digits; JSON of a browser knows neither infinity nor not-a-number."""
    rounded = float(f"{value:.6g}")
    return rounded if rounded - rounded == 0 else str(rounded)
