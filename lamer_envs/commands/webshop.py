"""`lamer webshop serve`, which starts the shop for people."""

from __future__ import annotations

import errno
import importlib
import socket
from pathlib import Path
from typing import Annotated, Any

import typer

from lamer_envs.commands.console import (
    BadInputError,
    console,
    key_values,
    reports_bad_input,
    user_values,
)

app = typer.Typer(no_args_is_help=True, help="Tools for WebShop.")


@app.callback()
def webshop() -> None:
    """Tools for WebShop."""


@app.command()
@reports_bad_input
def serve(
    trials: Annotated[
        Path | None,
        typer.Option(help="Recorded trials to watch: a run folder or its trials.jsonl."),
    ] = None,
    products: Annotated[
        int | None,
        typer.Option(min=1, help="Number of products.", show_default="1000, of data all"),
    ] = None,
    source: Annotated[str, typer.Option(help="embedded, or data for WebShop's files.")] = (
        "embedded"
    ),
    data_root: Annotated[
        Path | None, typer.Option(help="Folder of the data.", show_default="$WEBSHOP_DATA")
    ] = None,
    split: Annotated[str, typer.Option(help="Task space to offer first.")] = "test",
    seed: Annotated[
        int, typer.Option(min=0, max=(1 << 31) - 1, help="Task seed to offer first.")
    ] = 0,
    episodes: Annotated[int, typer.Option(min=1, max=100, help="Attempts at a task.")] = 3,
    env_arg: Annotated[
        list[str] | None,
        typer.Option("--env-arg", metavar="KEY=VALUE", help="Environment argument; repeatable."),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 3000,
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = False,
) -> None:
    """Shop yourself, on the agent's own engine, or watch recorded trials page by page.

    Trials of a run folder are shown in the shop that its config.json names; those without one, in
    the shop of the other options. It needs the extra `serve`.
    """
    try:
        site = importlib.import_module("lamer_envs.webshop.serve.site")
        create_app = importlib.import_module("lamer_envs.webshop.serve.app").create_app
        importlib.import_module("uvicorn")
    except ModuleNotFoundError as error:
        raise BadInputError(
            f'this needs the serve extra: pip install "lamer[serve]" (missing: {error.name})'
        ) from error
    env_kwargs = _env_arguments(source, products, data_root, env_arg or [])
    with _listen(host, port) as listener:
        with user_values():
            application = create_app(site.make_site(env_kwargs, split, seed, episodes, trials))
        address = _address(host, listener)
        console().print(f"WebShop is open: {address} (Ctrl-C closes it)", soft_wrap=True)
        if open_:
            importlib.import_module("webbrowser").open(address)
        _run(application, listener)
    console().print("WebShop is closed.")


def _env_arguments(
    source: str, products: int | None, data_root: Path | None, pairs: list[str]
) -> dict[str, Any]:
    named: dict[str, Any] = {"source": source}
    if products is not None or source == "data":
        named["num_products"] = products
    if data_root is not None:
        named["data_root"] = str(data_root)
    more = key_values(pairs, "--env-arg")
    for name, cure in (
        ("split", "use --split"),
        ("source", "use --source"),
        ("render_mode", "the pages are the rendering"),
    ):
        if name in more:
            raise BadInputError(f"--env-arg {name} has no use here: {cure}")
    return {**named, **more}


def _listen(host: str, port: int) -> socket.socket:
    """Take the port first: it is refused before a large catalogue is built, not after."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BadInputError(
                f"port {port} is in use: choose another one, or --port 0 for a free one"
            ) from error
        raise BadInputError(f"cannot listen on {host}, port {port}: {error.strerror}") from error


def _address(host: str, listener: socket.socket) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}/"


def _run(application: Any, listener: socket.socket) -> None:
    uvicorn = importlib.import_module("uvicorn")
    config = uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=2)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        # uvicorn has shut down by then, and hands the signal on.
        return
