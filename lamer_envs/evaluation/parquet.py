"""Trials as one table for analysis: a Parquet file with a row for each turn.

Needs pyarrow, which is imported when a table is written: `pip install "lamer[parquet]"`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from lamer_envs.meta.trial import SCHEMA_VERSION, Trial, read_trials

_GROUP = 5000
"""Rows that are held in memory and written at a time."""

COLUMNS: dict[str, str] = {
    "run": "string",
    "policy": "string",
    "env_id": "string",
    "task_id": "string",
    "task_seed": "int64",
    "task_type": "string",
    "trial": "int32",
    "num_episodes": "int32",
    "memory": "string",
    "prompts": "string",
    "trial_success": "bool",
    "first_success": "int32",
    "episode": "int32",
    "episode_success": "bool",
    "episode_terminated": "bool",
    "phase": "string",
    "turn": "int32",
    "place": "int32",
    "prompt": "large_string",
    "response": "large_string",
    "action": "string",
    "parse": "string",
    "observation": "large_string",
    "state_key": "string",
    "reward": "double",
    "return": "double",
    "action_valid": "bool",
    "action_effective": "bool",
    "prompt_tokens": "int32",
    "completion_tokens": "int32",
    "prompt_ids": "list<int32>",
    "completion_ids": "list<int32>",
    "logprobs": "list<double>",
}
"""Name and Arrow type of each column, in order; `docs/records.md` says what they hold."""


@dataclass(frozen=True)
class Source:
    """A file of trials and what its rows are to be labelled with.

    Attributes:
        path: of the file, plain or `*.gz`.
        run: value of the column `run`.
        policy: value of the column `policy`.
    """

    path: Path
    run: str
    policy: str = ""


def turn_rows(trial: Trial, run: str = "", policy: str = "") -> Iterator[dict[str, Any]]:
    """One row for each turn of a trial, in the order of `Trial.turns`; the keys are `COLUMNS`."""
    of_trial = {
        "run": run,
        "policy": policy,
        "env_id": trial.env_id,
        "task_id": trial.task_id,
        "task_seed": trial.task_seed,
        "task_type": trial.task_type,
        "trial": trial.trial,
        "num_episodes": trial.settings.num_episodes,
        "memory": trial.settings.memory,
        "prompts": trial.settings.prompts,
        "trial_success": trial.success,
        "first_success": trial.first_success,
    }
    own = [name for name in COLUMNS if name not in of_trial and name not in _OF_PLACE]
    for place, (turn, value) in enumerate(zip(trial.turns, trial.returns, strict=True)):
        episode = trial.episodes[turn.episode]
        yield {
            **of_trial,
            "episode_success": episode.success,
            "episode_terminated": episode.terminated,
            "place": place,
            "return": value,
            **{name: getattr(turn, name) for name in own},
        }


_OF_PLACE = ("episode_success", "episode_terminated", "place", "return")


def write_turns(sources: Iterable[Source], output: Path) -> int:
    """Write the turns of all trials of some files into one Parquet file.

    Lone surrogates, which UTF-8 has no bytes for, become `?`. A file that is there is replaced when
    the new one is whole.

    Args:
        sources: the files, read one after the other.
        output: where to write; its folder is made where there is none.

    Returns:
        The number of rows.

    Raises:
        ModuleNotFoundError: pyarrow is not installed; the message says how to install it.
        ValueError: a file holds something that is no trial.
    """
    try:
        arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f'a Parquet file needs pyarrow: pip install "lamer[parquet]" ({error})'
        ) from error
    schema = _schema(arrow)
    rows = chain.from_iterable(
        turn_rows(trial, source.run, source.policy)
        for source in sources
        for trial in read_trials(source.path)
    )
    output.parent.mkdir(parents=True, exist_ok=True)
    draft = output.with_name(output.name + ".part")
    number = 0
    try:
        with parquet.ParquetWriter(draft, schema, compression="zstd") as writer:
            while group := list(islice(rows, _GROUP)):
                columns = [
                    arrow.array([_encodable(row[name]) for row in group], schema.field(name).type)
                    for name in COLUMNS
                ]
                writer.write_table(arrow.Table.from_arrays(columns, schema=schema))
                number += len(group)
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)
    return number


def _schema(arrow: Any) -> Any:
    named = {
        "list<int32>": arrow.list_(arrow.int32()),
        "list<double>": arrow.list_(arrow.float64()),
    }
    fields = [
        (name, named.get(kind) or arrow.type_for_alias(kind)) for name, kind in COLUMNS.items()
    ]
    return arrow.schema(fields, metadata={"lamer_trial_schema": str(SCHEMA_VERSION)})


def _encodable(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
