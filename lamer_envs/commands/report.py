"""`lamer report`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from lamer_envs.commands.console import (
    BadInputError,
    console,
    reports_bad_input,
    table,
    user_values,
)
from lamer_envs.evaluation.report import Run, comparison, load_runs
from lamer_envs.evaluation.report.differences import differences
from lamer_envs.evaluation.report.figure import draw
from lamer_envs.evaluation.report.formats import to_csv, to_markdown
from lamer_envs.evaluation.report.page import write_page

_SUFFIXES = {".html": "html", ".htm": "html", ".md": "markdown", ".csv": "csv", ".png": "png"}
_FORMATS = tuple(dict.fromkeys(_SUFFIXES.values()))


@reports_bad_input
def report(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...",
            help="Run folders; that of a training or a suite stands for the evaluations in it.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write: .html, .md, .csv or .png."),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            help=f"{', '.join(_FORMATS)}.",
            show_default="by the ending of the file; without one a table here",
        ),
    ] = None,
) -> None:
    """Compare runs: a table here, or a page with figures and every trial to step through."""
    kind = _kind(output, format)
    with user_values():
        loaded = [each for run in runs for each in load_runs(run)]
        if kind == "html":
            _write_page(loaded, output or Path("report.html"))
        elif kind == "png":
            path = output or Path("report.png")
            draw(loaded, path)
            _say(path)
        elif kind in ("markdown", "csv"):
            text = to_markdown(loaded) if kind == "markdown" else to_csv(loaded)
            if output is None:
                typer.echo(text, nl=False)
            else:
                output.write_text(text, encoding="utf-8")
                _say(output)
        else:
            _show("", comparison(loaded))
            header, rows = differences(loaded)
            if rows:
                _show("Paired differences over the tasks in common, points", (header, rows))


def _show(title: str, content: tuple[list[str], list[list[str]]]) -> None:
    header, rows = content
    console().print(table(title, header, [[escape(cell) for cell in row] for row in rows]))


def _kind(output: Path | None, chosen: str | None) -> str | None:
    if chosen is not None and chosen not in _FORMATS:
        raise BadInputError(f"--format must be one of {', '.join(_FORMATS)}, not {chosen!r}")
    if chosen is not None or output is None:
        return chosen
    found = _SUFFIXES.get(output.suffix.lower())
    if found is None:
        raise BadInputError(
            f"{output}: expected a name ending in {', '.join(_SUFFIXES)}, or --format"
        )
    return found


def _write_page(runs: Sequence[Run], path: Path) -> None:
    progress = Progress(
        TextColumn("packing trials"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console(stderr=True),
    )
    with progress:
        bar = progress.add_task("", total=sum(run.summary.num_trials for run in runs))
        write_page(runs, path, on_trial=lambda _: progress.advance(bar))
    _say(path)


def _say(path: Path) -> None:
    console().print(f"Report: {path}", markup=False, soft_wrap=True)
