"""Writes `docs/trial.schema.json` from the dataclasses: `python docs/make_trial_schema.py`.

A description is the field's entry under `Attributes:` in the docstring of its class.
"""

from __future__ import annotations

import inspect
import json
import re
import types
import typing
from pathlib import Path
from typing import Any

from lamer_envs.meta.trial import SCHEMA_VERSION, Episode, Trial, TrialSettings, Turn

PATH = Path(__file__).parent / "trial.schema.json"
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", types.NoneType: "null"}
_ENTRY = re.compile(r"^ {4}([a-z_, ]+): (.+(?:\n {8}.+)*)", re.MULTILINE)


def schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of one line of a file of trials."""
    made = _record(Trial)
    # `NaN` and `Infinity` apart, which Python writes and JSON has no word for.
    version = {"const": SCHEMA_VERSION, "description": "the version of this schema."}
    made["properties"] = {"schema": version, **made["properties"]}
    made["required"] = ["schema", *made["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"lamer trial, schema {SCHEMA_VERSION}",
        **made,
        "$defs": {each.__name__: _record(each) for each in (Episode, Turn, TrialSettings)},
    }


def _record(cls: type) -> dict[str, Any]:
    described = _descriptions(cls)
    hints = typing.get_type_hints(cls)
    return {
        "type": "object",
        "properties": {
            name: {
                **_type(hint),
                **({"description": text} if (text := described.get(name)) else {}),
            }
            for name, hint in hints.items()
        },
        "required": list(hints),
        "additionalProperties": False,
    }


def _type(hint: Any) -> dict[str, Any]:
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if hint in (Episode, Turn, TrialSettings):
        return {"$ref": f"#/$defs/{hint.__name__}"}
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": _type(arguments[0])}
    if origin is types.UnionType:
        return {"anyOf": [_type(each) for each in arguments]}
    raise TypeError(f"no JSON schema for {hint}")


def _descriptions(cls: type) -> dict[str, str]:
    text = inspect.getdoc(cls) or ""
    _, _, attributes = text.partition("Attributes:\n")
    found: dict[str, str] = {}
    for names, words in _ENTRY.findall(attributes):
        for name in names.split(", "):
            found[name] = " ".join(words.split())
    return found


if __name__ == "__main__":
    PATH.write_text(json.dumps(schema(), indent=2) + "\n", encoding="utf-8")
