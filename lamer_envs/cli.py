"""The console script `lamer`."""

from __future__ import annotations

from typing import Annotated

import typer

from lamer_envs import __version__
from lamer_envs.commands.alfworld import app as alfworld
from lamer_envs.commands.environments import envs
from lamer_envs.commands.evaluation import eval_
from lamer_envs.commands.export import export
from lamer_envs.commands.play import play
from lamer_envs.commands.report import report
from lamer_envs.commands.training import presets, train
from lamer_envs.commands.webshop import app as webshop

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lamer {__version__}")
        raise typer.Exit


@app.callback()
def lamer(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Language agents that explore, reflect and adapt over several attempts at one task."""


app.command()(envs)
app.command()(play)
app.command("eval")(eval_)
app.command()(report)
app.command()(export)
app.command()(train)
app.command()(presets)
app.add_typer(alfworld, name="alfworld")
app.add_typer(webshop, name="webshop")


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
