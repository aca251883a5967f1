"""The same game on the real engine: what `backend="textworld"` plays, and the native one's referee.

The real engine is TextWorld's PDDL engine with alfworld's classes around it (both MIT), from the
extra `lamer[alfworld]`. It runs in another process (see `textworld_worker`).
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Python puts the current folder on the path, where a file alfworld.py would hide the package.
_START = (
    "import sys; sys.path[0] = sys.argv[1]; "
    "from lamer_envs.alfworld.textworld_worker import main; main()"
)


class TextWorldError(RuntimeError):
    """The real engine is not installed, refused a game, or died."""


def textworld_missing() -> str | None:
    """Why the real engine cannot be used here, or `None` if it can."""
    for package in ("alfworld", "textworld", "fast_downward"):
        if importlib.util.find_spec(package) is None:
            return f"the package {package} is not installed: pip install 'lamer[alfworld]'"
    return None


class TextWorldGame:
    """A game on the real engine, with the face of the native `Game`.

    Attributes:
        won: whether the real engine calls the game won.
        changed: whether the last step changed the state.

    Raises:
        TextWorldError: the real engine is not installed.
    """

    def __init__(self) -> None:
        reason = textworld_missing()
        if reason is not None:
            raise TextWorldError(f'backend="textworld" needs the real engine, and {reason}')
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, str(Path(__file__).resolve().parents[2])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        self._finalizer = weakref.finalize(self, _stop, self._process)
        self.won = False
        self.changed = False
        self._answer: dict[str, Any] = {}

    def load(self, game: Mapping[str, Any]) -> str:
        """Start the content of a `game.tw-pddl` file and return its introduction."""
        return self._ask("load", dict(game))

    def reset(self) -> str:
        """Start the loaded game again and return its introduction."""
        return self._ask("reset")

    def step(self, command: str) -> str:
        """Play a command and return the real engine's answer."""
        return self._ask("step", command)

    def admissible(self) -> list[str]:
        """The admissible commands, in the real engine's order."""
        return list(self._answer["admissible"])

    def key(self) -> str:
        """A digest of the state's facts."""
        return str(self._answer["key"])

    def close(self) -> None:
        """End the process; the game cannot be played on."""
        self._finalizer()

    def _ask(self, *request: object) -> str:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(request) + "\n")
            stdin.flush()
            line = stdout.readline()
        except (OSError, ValueError) as error:
            raise TextWorldError(f"TextWorld's process is gone: {error}") from error
        if not line:
            raise TextWorldError("TextWorld's process ended without an answer")
        answer = json.loads(line)
        if "error" in answer:
            raise TextWorldError(f"TextWorld refused: {answer['error']}")
        self.changed = request[0] == "step" and answer["key"] != self._answer["key"]
        self._answer = answer
        self.won = answer["won"]
        return str(answer["feedback"])


def _stop(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.terminate()
    process.wait()
