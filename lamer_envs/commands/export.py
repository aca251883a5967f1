"""`lamer export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lamer_envs.commands.console import console, reports_bad_input, user_values
from lamer_envs.evaluation.parquet import Source, write_turns
from lamer_envs.evaluation.report import load_runs, policy_name


@reports_bad_input
def export(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="Run folders, folders of them, or files of trials."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Parquet file to write.")],
) -> None:
    """Write the turns of all trials into one Parquet table, a row each."""
    with user_values():
        sources = [source for run in runs for source in _sources(run)]
        number = write_turns(sources, output)
    console().print(f"{number} turns: {output}", markup=False, soft_wrap=True)


def _sources(run: Path) -> list[Source]:
    if run.is_file():
        return [Source(run, run.name)]
    found = []
    for each in load_runs(run):
        if each.trials_path is None:
            raise ValueError(f"{run} holds the summary of {each.name} and not its trials")
        policy = "" if each.config is None else policy_name(each.config)
        found.append(Source(each.trials_path, each.name, policy))
    return found
