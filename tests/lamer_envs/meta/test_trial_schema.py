"""`docs/trial.schema.json` says what a line of trials is."""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from doors import DoorsEnv

from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.meta.trial import SCHEMA_VERSION, Episode, Trial, TrialSettings, Turn
from lamer_envs.rollout.runner import TrialSpec, play_trials
from lamer_envs.rollout.scripted import RandomPolicy

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DOCS / "trial.schema.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    trials = play_trials(
        lambda: MultiEpisodeReflectionWrapper(DoorsEnv()),
        RandomPolicy(),
        [TrialSpec(seed) for seed in range(4)],
        concurrency=1,
    )
    return [json.loads(trial.to_json()) for trial in trials]


def test_it_is_what_the_script_writes(schema: dict[str, Any]) -> None:
    spec = importlib.util.spec_from_file_location("made", DOCS / "make_trial_schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.schema() == schema


def test_every_field_is_described(schema: dict[str, Any]) -> None:
    records = {"Trial": schema, **schema["$defs"]}
    assert records.keys() == {"Trial", "Turn", "Episode", "TrialSettings"}
    for cls in (Trial, Turn, Episode):
        properties = records[cls.__name__]["properties"]
        for field in fields(cls):
            assert properties[field.name].get("description"), f"{cls.__name__}.{field.name}"
    names = [field.name for field in fields(TrialSettings)]
    assert list(records["TrialSettings"]["properties"]) == names


def conforms(value: Any, rule: dict[str, Any], definitions: dict[str, Any]) -> bool:
    """Whether a value keeps a rule, for the few words of JSON schema that ours uses."""
    if "$ref" in rule:
        return conforms(value, definitions[rule["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in rule:
        return any(conforms(value, each, definitions) for each in rule["anyOf"])
    if "const" in rule:
        return bool(value == rule["const"])
    if "enum" in rule:
        return value in rule["enum"]
    kind = rule["type"]
    if kind == "object":
        return (
            isinstance(value, dict)
            and value.keys() == rule["properties"].keys() == set(rule["required"])
            and all(
                conforms(value[name], each, definitions)
                for name, each in rule["properties"].items()
            )
        )
    if kind == "array":
        return isinstance(value, list) and all(
            conforms(each, rule["items"], definitions) for each in value
        )
    types = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    if kind == "null":
        return value is None
    return isinstance(value, types[kind]) and (kind == "boolean" or not isinstance(value, bool))


def test_real_lines_conform(schema: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    assert any(episode["reflection"] for line in lines for episode in line["episodes"])
    for line in lines:
        assert conforms(line, schema, schema["$defs"])


def test_other_lines_do_not(schema: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    line = lines[0]
    episode = line["episodes"][0]
    changes: list[dict[str, Any]] = [
        {"schema": 1},
        {"colour": "red"},
        {"task_seed": "5"},
        {"returns": [None]},
        {"episodes": [{**episode, "success": 1}]},
        {"episodes": [{**episode, "turns": [{**episode["turns"][0], "phase": "rest"}]}]},
    ]
    for change in changes:
        assert not conforms({**line, **change}, schema, schema["$defs"]), change


def test_a_real_validator_agrees(schema: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="a second opinion on our own checker")
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    for line in lines:
        assert not list(validator.iter_errors(line))


def test_the_docs_name_the_version_and_every_field(schema: dict[str, Any]) -> None:
    text = (DOCS / "records.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| {SCHEMA_VERSION} \| ", text, re.MULTILINE)
    table = text.split("| record | fields |")[1].split("\n\n")[0]
    shown = set(re.findall(r"`(\w+)`", table))
    for cls in (Trial, Turn, Episode, TrialSettings):
        assert {field.name for field in fields(cls)} <= shown
