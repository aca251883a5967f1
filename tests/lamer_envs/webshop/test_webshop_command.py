from __future__ import annotations

import signal
import socket
import subprocess
import sys
from importlib.util import find_spec
from urllib.request import urlopen

import pytest
from shop_pages import NUM_PRODUCTS
from typer.testing import CliRunner

from lamer_envs.cli import app

SERVE = ("webshop", "serve", "--port", "0", "--products", str(NUM_PRODUCTS))


def refused(*arguments: object) -> str:
    """The one red line of a command that exits with code 2."""
    result = CliRunner().invoke(app, ["webshop", "serve", *map(str, arguments)])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


EXTRA = ("starlette", "jinja2", "uvicorn")
with_the_extra = pytest.mark.skipif(
    any(find_spec(name) is None for name in EXTRA), reason="needs the serve extra"
)


@with_the_extra
@pytest.mark.parametrize("missing", EXTRA)
def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    # Python looks for a package only when it imports something of it that is not there yet.
    loaded = (f"{missing}.", "lamer_envs.webshop.serve")
    for name in [name for name in sys.modules if name.startswith(loaded)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    line = refused("--split", "moon")
    assert 'pip install "lamer[serve]"' in line
    assert missing in line


@pytest.mark.skipif(find_spec("starlette") is not None, reason="the serve extra is there")
def test_where_the_extra_is_missing_it_says_what_to_install() -> None:
    assert 'pip install "lamer[serve]"' in refused("--split", "moon")


@with_the_extra
class TestWithTheExtra:
    def test_a_port_in_use_is_one_line(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert f"port {port} is in use" in refused("--port", port)

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--host", "256.1.2.3"), "cannot listen"),
            (("--split", "moon"), "split must be one of"),
            (("--source", "moon"), "source must be one of"),
            (("--env-arg", "max_turns=0"), "max_turns must be"),
            (("--env-arg", "moon=1"), "moon"),
            (("--env-arg", "split=train"), "use --split"),
            (("--trials", "nowhere.jsonl"), "nowhere.jsonl"),
        ],
    )
    def test_bad_input_is_one_line(self, arguments: tuple[str, ...], words: str) -> None:
        assert words in refused("--port", 0, "--products", NUM_PRODUCTS, *arguments)

    def test_it_serves_until_it_is_interrupted(self) -> None:
        command = [sys.executable, "-m", "lamer_envs.cli", *SERVE]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            first = process.stdout.readline()
            address = first.partition("open: ")[2].split()[0]
            with urlopen(f"{address}task/test/0", timeout=20) as answer:
                assert b"Your task" in answer.read()
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) == 0
            assert "closed" in process.stdout.read()
            assert process.stderr.read() == ""
