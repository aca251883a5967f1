"""What the commands share: consoles, tables, and one clear line for bad input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import gymnasium as gym
import typer
from rich.console import Console
from rich.table import Table

P = ParamSpec("P")
R = TypeVar("R")

_PIPE_WIDTH = 200
"""Columns where the output is no terminal, so that tables keep their words whole."""


class BadInputError(Exception):
    """The user asked for something that cannot be done; the message is one line for them."""


def console(*, stderr: bool = False) -> Console:
    """A console on the present standard output or error stream."""
    made = Console(stderr=stderr, highlight=False)
    if not made.is_terminal:
        made.width = _PIPE_WIDTH
    return made


def reports_bad_input(command: Callable[P, R]) -> Callable[P, R]:
    """Make a command print a `BadInputError` as one red line and exit with code 2."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except BadInputError as error:
            stderr = console(stderr=True)
            stderr.print(f"Error: {error}", style="bold red", markup=False, soft_wrap=True)
            raise typer.Exit(2) from None

    return run


@contextmanager
def user_values() -> Iterator[None]:
    """Around code that checks what the user gave: its complaints become `BadInputError`."""
    try:
        yield
    except (
        ValueError,
        TypeError,
        OSError,
        RuntimeError,
        ModuleNotFoundError,
        gym.error.Error,
    ) as error:
        message = " ".join(str(error).split())
        raise BadInputError(message or type(error).__name__) from error


def key_values(pairs: Iterable[str], option: str) -> dict[str, Any]:
    """Read `key=value` pairs; a value is JSON where it can be read as such, else text.

    Raises:
        BadInputError: a pair has no `=` or no key, or a key is there twice.
    """
    import json

    values: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or not key:
            raise BadInputError(f"{option} expects key=value, not {pair!r}")
        if key in values:
            raise BadInputError(f"{option} {key} is given twice")
        try:
            values[key] = json.loads(text)
        except json.JSONDecodeError:
            values[key] = {"True": True, "False": False, "None": None}.get(text, text)
    return values


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A plain table; the first column is emphasised."""
    made = Table(title=title or None, title_justify="left", header_style="bold")
    for number, name in enumerate(header):
        made.add_column(name, style="cyan" if number == 0 else "", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made
