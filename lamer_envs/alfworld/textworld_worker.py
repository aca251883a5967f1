"""The real engine in a process of its own, started by `textworld_backend`.

TextWorld is not thread-safe, and it overwrites `sys.argv` when it is imported, so it never enters
the process of an environment. Requests and answers are JSON, one a line, on standard input and
output: `["load", game]`, `["reset"]` and `["step", command]`; an answer holds `feedback`,
`admissible`, `won` and `key`, or `error`. Needs the extra `lamer[alfworld]`.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

# What was looked at leaves no trace that a command or a text depends on.
_WITHOUT_EFFECT = ("checked", "examined", "wasinreceptacle", "ison")


def complete(game: dict[str, Any]) -> dict[str, Any]:
    """A game with its missing `pddl_domain` and `grammar` taken from the installed alfworld."""
    if "pddl_domain" in game and "grammar" in game:
        return game
    # Not by import: a script called `alfworld.py` beside the main program would be found first.
    data = Path(str(distribution("alfworld").locate_file("alfworld"))) / "data"
    domain = (data / "alfred.pddl").read_text(encoding="utf-8")
    grammar = (data / "alfred.twl2").read_text(encoding="utf-8")
    return {
        **game,
        "pddl_domain": domain,
        "grammar": grammar.replace("UNKNOWN GOAL", str(game["task"])),
    }


class Worker:
    """Plays one game at a time on TextWorld, wrapped in alfworld's own classes."""

    def __init__(self) -> None:
        self._env: Any = None

    def load(self, game: dict[str, Any]) -> dict[str, Any]:
        """Load the content of a `game.tw-pddl` file and start it."""
        import textworld
        from alfworld.agents.environment.alfred_tw_env import AlfredDemangler, AlfredInfos

        if self._env is not None:
            self._env.close()
        infos = textworld.EnvInfos(won=True, admissible_commands=True, extras=["gamefile"])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "game.tw-pddl"
            path.write_text(json.dumps(complete(game)), encoding="utf-8")
            self._env = textworld.start(
                str(path), infos, wrappers=[AlfredDemangler(shuffle=False), AlfredInfos]
            )
        return self.reset()

    def reset(self) -> dict[str, Any]:
        """Start the loaded game again."""
        return _seen(self._env.reset())

    def step(self, command: str) -> dict[str, Any]:
        """Play one command."""
        return _seen(self._env.step(command)[0])


def _seen(state: Any) -> dict[str, Any]:
    facts = sorted(str(fact) for fact in state["_facts"] if fact.name not in _WITHOUT_EFFECT)
    digest = hashlib.blake2b("\n".join([*facts, str(state["won"])]).encode(), digest_size=16)
    return {
        "feedback": state["feedback"],
        "admissible": list(state["admissible_commands"]),
        "won": bool(state["won"]),
        "key": digest.hexdigest(),
    }


def main() -> None:
    """Answer requests until standard input ends."""
    # TextWorld and its planner print; answers go out on a copy of standard output instead.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    worker = Worker()
    for line in sys.stdin:
        operation, *arguments = json.loads(line)
        try:
            answer = getattr(worker, operation)(*arguments)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
