"""`lamer train` and `lamer presets`, which hand over to `lamer_train`."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb
from typing import Annotated

import typer
from rich.markup import escape

from lamer_envs.commands.console import (
    BadInputError,
    console,
    key_values,
    reports_bad_input,
    table,
)

_RUNS = "lamer_train.pipeline"
"""The module that runs an experiment once its settings are known to be good."""


@contextmanager
def training_extra() -> Iterator[None]:
    """Around the use of `lamer_train`: a missing dependency becomes a line that tells the cure."""
    try:
        yield
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
    backend: Annotated[
        str | None,
        typer.Option(
            help="What samples: transformers, vllm or vllm_server.", show_default="transformers"
        ),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change one setting; repeatable."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would run and the memory it would take.")
    ] = False,
    processes: Annotated[
        int, typer.Option(min=1, help="With --dry-run: how many processes share the run.")
    ] = 1,
) -> None:
    """Train an agent by meta-RL: warm start, training, evaluation before and after."""
    changes = overrides or []
    key_values(changes, "--set")
    if backend is not None:
        changes = [*changes, f"backend={backend}"]
    if processes > 1 and not dry_run:
        raise BadInputError("--processes is for --dry-run; start several by `accelerate launch`")
    with training_extra():
        cli = importlib.import_module("lamer_train.cli")
        try:
            if dry_run:
                cli.dry_run(preset, changes, processes)
            else:
                cli.train(preset, out, resume, changes)
        except (ValueError, OSError) as error:
            # A run that fails keeps its traceback; settings that cannot be used need none.
            if any(f.f_globals["__name__"] == _RUNS for f, _ in walk_tb(error.__traceback__)):
                raise
            raise BadInputError(" ".join(str(error).split())) from error


@reports_bad_input
def presets(
    name: Annotated[
        str | None, typer.Argument(metavar="[PRESET]", help="Show the settings of this one.")
    ] = None,
) -> None:
    """List the training presets, or show the settings of one as YAML."""
    with training_extra():
        cli = importlib.import_module("lamer_train.cli")
        if name is not None:
            try:
                shown = cli.show_preset(name)
            except ValueError as error:
                raise BadInputError(" ".join(str(error).split())) from error
            typer.echo(shown, nl=False)
            return
        rows = cli.list_presets()
    for group in dict.fromkeys(row[0] for row in rows):
        cells = [[escape(cell) for cell in row[1:]] for row in rows if row[0] == group]
        console().print(table(group, ("preset", "what it trains"), cells))
