"""Trial records: what evaluation, the viewer and the trainer share.

A *trial* is up to N *episodes* on one task from the same initial state; an episode is a list of
*turns*; between two episodes there may be one *reflection*. All records are frozen and survive a
round trip through one JSON line without loss.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """One prompt and its response.

    Attributes:
        phase: `"play"` or `"reflect"`.
        episode: index of the episode, from 0; a reflection has that of the episode that failed.
        turn: index in the episode, from 0; a reflection has the number of play turns before it.
        prompt: the whole prompt that was shown.
        response: the raw answer.
        action: the text inside the tag (an action, or the remark); empty where there was none.
        parse: a `ParseCode` value.
        observation: what the agent saw before it answered.
        state_key: the anchor state in which it answered.
        reward: the environment's reward for this turn; 0 for a reflection.
        action_valid: whether the answer was a possible action; for a reflection, whether it held
            a remark.
        action_effective: whether the action changed the state.
        prompt_ids, completion_ids, logprobs: see `Response`; `None` where the policy knows none.
    """

    phase: Literal["play", "reflect"]
    episode: int
    turn: int
    prompt: str
    response: str
    action: str
    parse: str
    observation: str
    state_key: str
    reward: float
    action_valid: bool
    action_effective: bool
    prompt_ids: tuple[int, ...] | None = None
    completion_ids: tuple[int, ...] | None = None
    logprobs: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """One attempt at the task.

    Attributes:
        turns: the play turns, in order; at least one.
        final_observation: what the last action showed.
        success: whether the task was solved.
        terminated: whether the environment ended it (solved, lost, dead end), not the turn limit.
        reflection: the reflection written after it, or `None`.
    """

    turns: tuple[Turn, ...]
    final_observation: str
    success: bool
    terminated: bool
    reflection: Turn | None = None

    @property
    def reward(self) -> float:
        """The undiscounted sum of the episode's rewards."""
        return sum(turn.reward for turn in self.turns)

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions in order, reflections excluded."""
        return tuple(turn.action for turn in self.turns)


@dataclass(frozen=True, slots=True)
class TrialSettings:
    """How a trial was played; the wrapper's arguments.

    See `MultiEpisodeReflectionWrapper` for their meaning.
    """

    num_episodes: int = 3
    reflection: bool = True
    memory: str = "reflection"
    gamma_step: float = 0.95
    gamma_traj: float = 0.6
    credit: str = "paper"
    objective: str = "cumulative"
    prompts: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """Up to `settings.num_episodes` episodes of one task.

    Attributes:
        env_id: the Gymnasium id, or the class name where there is none.
        task_id: the task's name; equal for equal tasks.
        task_seed: the seed that gives the task.
        episodes: in order; all but the last one failed.
        returns: the cross-episode return of every turn, aligned with `turns`.
        settings: how it was played.
        trial: index in its group, from 0.
    """

    env_id: str
    task_id: str
    task_seed: int
    episodes: tuple[Episode, ...]
    returns: tuple[float, ...]
    settings: TrialSettings = field(default_factory=TrialSettings)
    trial: int = 0

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every turn in order, each reflection after its episode."""
        ordered: list[Turn] = []
        for episode in self.episodes:
            ordered.extend(episode.turns)
            if episode.reflection is not None:
                ordered.append(episode.reflection)
        return tuple(ordered)

    @property
    def success(self) -> bool:
        """Whether any episode solved the task."""
        return any(episode.success for episode in self.episodes)

    @property
    def first_success(self) -> int | None:
        """Index of the first episode that solved the task, or `None`."""
        return next((n for n, episode in enumerate(self.episodes) if episode.success), None)

    def to_json(self) -> str:
        """One JSON line, without the line break."""
        return json.dumps(
            {"schema": SCHEMA_VERSION, **asdict(self)}, ensure_ascii=False, separators=(",", ":")
        )

    @classmethod
    def from_json(cls, line: str) -> Trial:
        """Read back what `to_json` wrote.

        Raises:
            ValueError: the line is no trial, or has another schema version.
        """
        try:
            data = json.loads(line)
            version = data.pop("schema")
            if version != SCHEMA_VERSION:
                raise ValueError(
                    f"trial record of schema {version}; this version reads {SCHEMA_VERSION}"
                )
            return _trial(data)
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
            raise ValueError(f"not a trial record: {error}: {line[:80]!r}") from error


def _trial(data: dict[str, Any]) -> Trial:
    data["episodes"] = tuple(_episode(episode) for episode in data["episodes"])
    data["returns"] = tuple(data["returns"])
    data["settings"] = TrialSettings(**data["settings"])
    return Trial(**data)


def _episode(data: dict[str, Any]) -> Episode:
    data["turns"] = tuple(_turn(turn) for turn in data["turns"])
    data["reflection"] = None if data["reflection"] is None else _turn(data["reflection"])
    return Episode(**data)


def _turn(data: dict[str, Any]) -> Turn:
    for name in ("prompt_ids", "completion_ids", "logprobs"):
        if data[name] is not None:
            data[name] = tuple(data[name])
    return Turn(**data)


def write_trials(path: Path, trials: Iterable[Trial]) -> None:
    """Append trials to a JSON-lines file, one flushed line each."""
    with path.open("a", encoding="utf-8") as file:
        for trial in trials:
            file.write(trial.to_json() + "\n")
            file.flush()


def read_trials(path: Path) -> Iterator[Trial]:
    """Yield the trials of a JSON-lines file.

    Raises:
        ValueError: a line is no trial; the message names the file and the line.
    """
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield Trial.from_json(line)
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: {error}") from error
