"""Trial records: what evaluation, the viewer and the trainer share.

A *trial* is up to N *episodes* on one task from the same initial state; an episode is a list of
*turns*; between two episodes there may be one *reflection*. All records are frozen and survive a
round trip through one JSON line without loss. Each line carries the version of its schema, so that
files of several versions can be appended to and joined; `docs/trial.schema.json` is that of today.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from lamer_envs.line_files import CutOffError, append_lines, read_lines

SCHEMA_VERSION = 3
"""1: the first. 2: `task_type` of a trial, `prompt_tokens` and `completion_tokens` of a turn.
3: `stop_on_success` of the settings."""


class Tokens(NamedTuple):
    """What a policy may say of a response beside its text; see `Turn`."""

    prompt_ids: tuple[int, ...] | None = None
    completion_ids: tuple[int, ...] | None = None
    logprobs: tuple[float, ...] | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    @classmethod
    def of(
        cls,
        prompt_ids: Any,
        completion_ids: Any,
        logprobs: Any,
        prompt_tokens: int | None,
        completion_tokens: int | None,
    ) -> Tokens:
        """From sequences of any kind, arrays and tensors included; where ids are, they count."""
        prompt, completion = _as_tuple(prompt_ids), _as_tuple(completion_ids)
        return cls(
            prompt,
            completion,
            _as_tuple(logprobs),
            prompt_tokens if prompt is None else len(prompt),
            completion_tokens if completion is None else len(completion),
        )


def _as_tuple(values: Any) -> Any:
    if values is None or isinstance(values, tuple):
        return values
    return tuple(values.tolist() if hasattr(values, "tolist") else values)


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
        prompt_tokens, completion_tokens: how many tokens there were; `None` where unknown. An
            endpoint may count tokens without giving them.
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
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


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
        task_type: the kind of task, where the environment tells kinds apart; else empty.
    """

    env_id: str
    task_id: str
    task_seed: int
    episodes: tuple[Episode, ...]
    returns: tuple[float, ...]
    settings: TrialSettings = field(default_factory=TrialSettings)
    trial: int = 0
    task_type: str = ""

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
        line = _ENCODER.encode({"schema": SCHEMA_VERSION, **_fields_of(self)})
        try:
            line.encode()
        except UnicodeEncodeError:
            # Only then: the search takes as long as all the rest.
            return _SURROGATE.sub(_escape, line)
        return line

    @classmethod
    def from_json(cls, line: str) -> Trial:
        """Read back what `to_json` wrote, in this version or an earlier one.

        Raises:
            ValueError: the line is no trial, or has a schema version that is not known here, or
                lacks a field or has one that its version does not know; the message names it.
        """
        try:
            data = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"not a trial record: {error}: {_start(line)}") from error
        if not isinstance(data, dict) or "schema" not in data:
            raise ValueError(f"not a trial record: no schema version: {_start(line)}")
        version = data.pop("schema")
        if version not in range(1, SCHEMA_VERSION + 1):
            raise ValueError(
                f"trial record of schema {version!r}; this version of lamer reads 1 to "
                f"{SCHEMA_VERSION}: read it with the version that wrote it, or a later one"
            )
        try:
            if version == 1:
                _add_what_is_new_in_2(data)
            if version < 3:
                # Before there was this setting, a success ended every trial.
                data["settings"].setdefault("stop_on_success", True)
            return _build(cls, data, episodes=_episodes, returns=tuple, settings=_settings)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"not a trial record: {error}: {_start(line)}") from error


# A low surrogate directly after a high one is left as it is: two escapes in a row would be read
# back as one character.
_SURROGATE = re.compile("[\ud800-\udbff]|(?<![\ud800-\udbff])[\udc00-\udfff]")

RecordT = TypeVar("RecordT", Turn, Episode, TrialSettings, Trial)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _start(line: str) -> str:
    return repr(line if len(line) <= 80 else line[:80] + "…")


def _fields_of(record: object) -> dict[str, Any]:
    names = _FIELDS.get(type(record))
    if names is None:
        raise TypeError(f"a trial record holds JSON values only, not {record!r}")
    return {name: getattr(record, name) for name in names}


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_fields_of)


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
    return _build(TrialSettings, data)


_FIELDS: dict[type, dict[str, None]] = {
    cls: dict.fromkeys(f.name for f in fields(cls)) for cls in (Turn, Episode, TrialSettings, Trial)
}


def _add_what_is_new_in_2(data: dict[str, Any]) -> None:
    """Bring the JSON of a trial of schema 1 to 2."""
    data["task_type"] = ""
    for episode in data["episodes"]:
        reflection = episode.get("reflection")
        for turn in (*episode["turns"], *([] if reflection is None else [reflection])):
            for part in ("prompt", "completion"):
                ids = turn[f"{part}_ids"]
                turn[f"{part}_tokens"] = None if ids is None else len(ids)


def write_trials(path: Path, trials: Iterable[Trial]) -> None:
    """Append trials to a JSON-lines file, one flushed line each; compressed where it is `*.gz`."""
    append_lines(path, (trial.to_json().encode("utf-8", "surrogatepass") for trial in trials))


def read_trials(path: Path) -> Iterator[Trial]:
    """Yield the trials of a JSON-lines file, plain or `*.gz`.

    A last line that was cut off while it was written is left out, with a warning.

    Raises:
        ValueError: another line is no trial; the message names the file and the line. The trials
            before it have been yielded.
    """
    number = 0
    try:
        for number, line in enumerate(read_lines(path), start=1):
            try:
                trial = _decoded(line)
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: {error}") from error
            yield trial
    except CutOffError as cut:
        try:
            # It may lack nothing but its line break.
            trial = _decoded(cut.rest)
        except ValueError:
            warnings.warn(f"{cut}; line {number + 1} is left out", stacklevel=2)
        else:
            yield trial


def _decoded(line: bytes) -> Trial:
    return Trial.from_json(line.decode("utf-8", "surrogatepass"))
