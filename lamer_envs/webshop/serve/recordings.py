"""Recorded trials: a table of what is in a file, and each trial played again page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from lamer_envs.evaluation.run import CONFIG_FILE, TRIALS_FILE, find_trials
from lamer_envs.line_files import CutOffError, read_lines
from lamer_envs.meta.trial import Trial, Turn
from lamer_envs.webshop.env import WebShopEnv
from lamer_envs.webshop.serve.visits import Attempt, Deed, Visit

ENV_ID = "LaMer/WebShop-v0"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table.

    Attributes:
        line: of the record in the file, from 0.
        task_seed, trial: which trial it is.
        outcomes: whether each episode succeeded.
        turns: actions in all episodes.
        reward: of the last episode.
    """

    line: int
    task_seed: int
    trial: int
    outcomes: tuple[bool, ...]
    turns: int
    reward: float


class Recording:
    """A file of trials, read one at a time, since prompts make it large.

    Attributes:
        path: of the file.
        entries: its trials.
        damaged: one line for each record that cannot be read.
        env_kwargs: of the run folder's `config.json`; `None` where there is none.

    Args:
        path: a file of trials, plain or `*.gz`, or the run folder that holds one.

    Raises:
        OSError: the file cannot be read.
        ValueError: it holds no trial of WebShop, or its config is no JSON object.
    """

    def __init__(self, path: Path) -> None:
        self.path = (find_trials(path) or path / TRIALS_FILE) if path.is_dir() else path
        if not self.path.is_file():
            raise FileNotFoundError(f"there are no recorded trials at {self.path}")
        self.env_kwargs = _config_arguments(self.path.parent / CONFIG_FILE)
        self.entries: list[Entry] = []
        self.damaged: list[str] = []
        for number, line in enumerate(_lines(self.path)):
            try:
                self.entries.append(_entry(number, _decoded(line)))
            except (ValueError, TypeError) as error:
                self.damaged.append(f"line {number + 1}: {error}")
        if not self.entries:
            why = f" ({self.damaged[0]})" if self.damaged else ""
            raise ValueError(f"{self.path} holds no trial of {ENV_ID}{why}")

    def trial(self, number: int) -> Trial:
        """The trial of an entry.

        Raises:
            OSError, ValueError: the file has changed since it was opened.
        """
        line = next(islice(_lines(self.path), self.entries[number].line, None), b"")
        return _decoded(line)


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, what there is of one that was cut off included."""
    try:
        yield from read_lines(path)
    except CutOffError as cut:
        yield cut.rest


def _decoded(line: bytes) -> Trial:
    trial = Trial.from_json(line.decode("utf-8", "surrogatepass"))
    if trial.env_id != ENV_ID:
        raise ValueError(f"a trial of {trial.env_id}, not of {ENV_ID}")
    if not trial.episodes or not isinstance(trial.task_seed, int) or trial.task_seed < 0:
        raise ValueError("a trial without an episode or without a task seed")
    if not all(isinstance(turn.action, str) for turn in trial.turns):
        raise ValueError("a trial with an action that is no text")
    return trial


def _entry(line: int, trial: Trial) -> Entry:
    return Entry(
        line,
        trial.task_seed,
        trial.trial,
        tuple(episode.success for episode in trial.episodes),
        sum(len(episode.turns) for episode in trial.episodes),
        trial.episodes[-1].reward,
    )


def _config_arguments(path: Path) -> dict[str, Any] | None:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from error
    arguments = config.get("env_kwargs") if isinstance(config, dict) else None
    if not isinstance(arguments, dict):
        raise ValueError(f"{path} names no env_kwargs: expected the config of an evaluation")
    return arguments


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a replay.

    Attributes:
        episode: its index.
        deed: the turn as it was played again; `None` on the page that ends the episode.
        record: the recorded turn; on the page that ends the episode the reflection, or `None`.
        attempt: the episode.
        differs: whether the recorded agent saw another page than the one that is drawn.
        value: the recorded return, G of this turn; `None` where there is no turn.
    """

    episode: int
    deed: Deed | None
    record: Turn | None
    attempt: Attempt
    differs: bool
    value: float | None


def frames(env: WebShopEnv, trial: Trial) -> tuple[Visit, list[Frame]]:
    """Play a recorded trial again: a frame for each turn, and one for the end of each episode."""
    visit = Visit(env, trial.task_seed, len(trial.episodes))
    made: list[Frame] = []
    place = 0
    for number, episode in enumerate(trial.episodes):
        if number:
            before = trial.episodes[number - 1].reflection
            visit.restart(before.action if before else "")
        attempt = visit.attempt
        for index, record in enumerate(episode.turns):
            # Only on another catalogue than the recorded one can it be over early.
            if attempt.over:
                break
            visit.act(record.action)
            deed = attempt.deeds[-1]
            differs = deed.observation != record.observation
            value = _value(trial, place + index)
            made.append(Frame(number, deed, record, attempt, differs, value))
        place += len(episode.turns)
        differs = attempt.observation != episode.final_observation or not attempt.over
        value = _value(trial, place) if episode.reflection else None
        made.append(Frame(number, None, episode.reflection, attempt, differs, value))
        place += episode.reflection is not None
    return visit, made


def _value(trial: Trial, place: int) -> float | None:
    return trial.returns[place] if place < len(trial.returns) else None
