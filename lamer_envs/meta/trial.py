"""Trial records: what evaluation, the viewer and the trainer share.

A *trial* is up to N *episodes* on one task from the same initial state; an episode is a list of
*turns*; between two episodes there may be one *reflection*. All records are frozen and survive a
round trip through one JSON line without loss.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """One prompt and its response.

    Attributes:
        phase: `"play"` or `"reflect"`.
        episode: index of the episode, from 0; a reflection has that of the episode before it.
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
    stop_on_success: bool = True


@dataclass(frozen=True, slots=True)
class Trial:
    """Up to `settings.num_episodes` episodes of one task.

    Attributes:
        env_id: the Gymnasium id, or the class name where there is none.
        task_id: the task's name; equal for equal tasks.
        task_seed: the seed that gives the task.
        episodes: in order; with `settings.stop_on_success`, all but the last one failed.
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
        """One JSON line, without the line break; `from_json` gives an equal trial back.

        Not-a-number and infinite floats are written as `NaN` and `Infinity`, as Python's `json`
        does.
        """
        record = {"schema": SCHEMA_VERSION, **_plain(self)}
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        return _SURROGATE.sub(_escape, line)

    @classmethod
    def from_json(cls, line: str) -> Trial:
        """Read back what `to_json` wrote.

        Raises:
            ValueError: the line is no trial, or has another schema version, or lacks a field or
                has one that this version does not know; the message names the field.
        """
        try:
            data = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"not a trial record: {error}: {_start(line)}") from error
        if not isinstance(data, dict) or "schema" not in data:
            raise ValueError(f"not a trial record: no schema version: {_start(line)}")
        version = data.pop("schema")
        if version != SCHEMA_VERSION:
            raise ValueError(
                f"trial record of schema {version!r}; this version reads {SCHEMA_VERSION}"
            )
        try:
            return _build(cls, data, episodes=_episodes, returns=tuple, settings=_settings)
        except TypeError as error:
            raise ValueError(f"not a trial record: {error}: {_start(line)}") from error


# A low surrogate directly after a high one is left as it is: two escapes in a row would be read
# back as one character.
_SURROGATE = re.compile("[\ud800-\udbff]|(?<![\ud800-\udbff])[\udc00-\udfff]")

RecordT = TypeVar("RecordT", Turn, Episode, TrialSettings, Trial)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _start(line: str) -> str:
    return repr(line if len(line) <= 80 else line[:80] + "…")


def _plain(value: Any) -> Any:
    if isinstance(value, (Turn, Episode, TrialSettings, Trial)):
        return {name: _plain(getattr(value, name)) for name in _FIELDS[type(value)]}
    if isinstance(value, tuple) and value and isinstance(value[0], (Turn, Episode)):
        return [_plain(item) for item in value]
    return value


def _build(cls: type[RecordT], data: Any, **readers: Callable[[Any], Any]) -> RecordT:
    """Make a record of exactly its fields; `readers` turn JSON values into the record's own."""
    kind = cls.__name__.lower()
    if not isinstance(data, dict):
        raise TypeError(f"expected the fields of {kind}, not {type(data).__name__}")
    names = _FIELDS[cls]
    if data.keys() != names.keys():
        unknown, missing = sorted(data.keys() - names.keys()), sorted(names.keys() - data.keys())
        raise TypeError(f"{kind} with unknown fields {unknown} and missing fields {missing}")
    return cls(**{name: readers.get(name, _same)(value) for name, value in data.items()})


def _same(value: Any) -> Any:
    return value


def _numbers(value: Any) -> Any:
    return None if value is None else tuple(value)


def _turn(data: Any) -> Turn:
    return _build(Turn, data, prompt_ids=_numbers, completion_ids=_numbers, logprobs=_numbers)


def _reflection(data: Any) -> Turn | None:
    return None if data is None else _turn(data)


def _turns(data: Any) -> tuple[Turn, ...]:
    return tuple([_turn(turn) for turn in data])


def _episode(data: Any) -> Episode:
    return _build(Episode, data, turns=_turns, reflection=_reflection)


def _episodes(data: Any) -> tuple[Episode, ...]:
    return tuple([_episode(episode) for episode in data])


def _settings(data: Any) -> TrialSettings:
    # Records from before there was this setting are of trials that ended with a success.
    if isinstance(data, dict):
        data.setdefault("stop_on_success", True)
    return _build(TrialSettings, data)


_FIELDS: dict[type, dict[str, None]] = {
    cls: dict.fromkeys(f.name for f in fields(cls)) for cls in (Turn, Episode, TrialSettings, Trial)
}


def write_trials(path: Path, trials: Iterable[Trial]) -> None:
    """Append trials to a JSON-lines file, one flushed line each."""
    with path.open("ab") as file:
        for trial in trials:
            file.write(trial.to_json().encode("utf-8", "surrogatepass") + b"\n")
            file.flush()


def read_trials(path: Path) -> Iterator[Trial]:
    """Yield the trials of a JSON-lines file.

    Raises:
        ValueError: a line is no trial, for instance one that was cut off while it was written;
            the message names the file and the line. The trials before it have been yielded.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield Trial.from_json(line.decode("utf-8", "surrogatepass"))
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: {error}") from error
