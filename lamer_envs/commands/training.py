"""`lamer train` and `lamer presets`, which hand over to `lamer_train`."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer
from rich.markup import escape

from lamer_envs.commands.console import (
    BadInputError,
    console,
    key_values,
    reports_bad_input,
    table,
    user_values,
)


def training_module(name: str) -> ModuleType:
    """Import a module of `lamer_train`.

    Raises:
        BadInputError: a dependency of the training extra is missing; the message says how to
            install it.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise BadInputError(
            f'this needs the training extra: pip install "lamer[train]" (missing: {error.name})'
        ) from error


@reports_bad_input
def train(
    preset: Annotated[
        str, typer.Argument(metavar="PRESET", help="A preset (`lamer presets`) or a YAML file.")
    ],
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint of the run folder.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Run folder.", show_default="runs/train/PRESET")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change one setting; repeatable."),
    ] = None,
) -> None:
    """Train an agent by meta-RL: warm start, training, evaluation before and after."""
    changes = overrides or []
    key_values(changes, "--set")
    training_module("lamer_train.cli").train(preset, out, resume, changes)


@reports_bad_input
def presets() -> None:
    """List the training presets."""
    with user_values():
        rows = training_module("lamer_train.cli").list_presets()
    console().print(
        table("", ("preset", "what it trains"), [[escape(cell) for cell in row] for row in rows])
    )
