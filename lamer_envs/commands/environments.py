"""`lamer envs`, and how commands find and make an environment."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
from rich.markup import escape

from lamer_envs.commands.console import BadInputError, console, key_values, reports_bad_input, table
from lamer_envs.registration import ENVIRONMENTS, Registered

_SHARED = ("max_turns", "split", "reward_mode", "render_mode")


@reports_bad_input
def envs() -> None:
    """List the environments: id, turns in an episode, arguments and their defaults."""
    rows = []
    for row in ENVIRONMENTS:
        defaults = _defaults(row)
        own = ", ".join(
            f"{name}={value}" for name, value in defaults.items() if name not in _SHARED
        )
        rows.append((row.id, escape(row.summary), str(defaults["max_turns"]), escape(own)))
    console().print(table("", ("id", "what it is", "turns", "arguments"), rows))


def resolve(name: str) -> str:
    """The Gymnasium id that a user means: an id, or its name without `LaMer/` and the version.

    Raises:
        BadInputError: there is none; the message lists the ids.
    """
    wanted = name.casefold()
    for row in ENVIRONMENTS:
        bare = row.id.partition("/")[2]
        if wanted in (row.id.casefold(), bare.casefold(), bare.rpartition("-v")[0].casefold()):
            return row.id
    if name in gym.registry or ":" in name:
        return name
    known = ", ".join(row.id for row in ENVIRONMENTS)
    raise BadInputError(f"unknown environment {name!r}; known ids: {known} (see `lamer envs`)")


def env_arguments(env_id: str, pairs: Sequence[str], split: str | None) -> dict[str, Any]:
    """Arguments for `gym.make`; the split is `"test"` unless the user names one.

    An environment of another package is given a split only where the user names one.

    Raises:
        BadInputError: a pair cannot be read, or the split is named twice.
    """
    arguments = key_values(pairs, "--env-arg")
    if split is not None and "split" in arguments:
        raise BadInputError("give the split once: either --split or --env-arg split=...")
    if split is None and any(row.id == env_id for row in ENVIRONMENTS):
        split = arguments.get("split", "test")
    if split is not None:
        arguments["split"] = split
    return arguments


def _defaults(row: Registered) -> dict[str, Any]:
    module, _, name = row.entry_point.partition(":")
    signature = inspect.signature(getattr(importlib.import_module(module), name))
    found = {
        each.name: each.default
        for each in signature.parameters.values()
        if each.default is not inspect.Parameter.empty
    }
    return {**found, **row.kwargs}
