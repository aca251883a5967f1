"""Importing `lamer_envs` is light: the Gymnasium suite must not cost a training stack."""

import json
import subprocess
import sys

import pytest

_LOADED = """
import json, sys
import gymnasium, numpy
before = set(sys.modules)
import {module}
print(json.dumps(sorted(set(sys.modules) - before)))
"""

_SECONDS = """
import time
import gymnasium, numpy
begin = time.perf_counter()
import {module}
print(time.perf_counter() - begin)
"""

MODULES = ["lamer_envs", "lamer_envs.meta", "lamer_envs.minesweeper.env", "lamer_envs.sokoban.env"]
MODULES += ["lamer_envs.games.kuhn.expert", "lamer_envs.games.tictactoe.expert"]


def _run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("module", MODULES)
def test_nothing_is_loaded_beyond_gymnasium_and_numpy(module: str) -> None:
    loaded = json.loads(_run(_LOADED.format(module=module)))
    packages = {name.partition(".")[0] for name in loaded}
    assert "lamer_envs" in packages
    allowed = {"lamer_envs", "gymnasium", "numpy", *sys.stdlib_module_names}
    assert packages <= allowed, sorted(packages - allowed)


def test_the_import_is_quick() -> None:
    assert min(float(_run(_SECONDS.format(module="lamer_envs"))) for _ in range(3)) < 0.3


def test_the_ids_are_there_after_the_import_only() -> None:
    shown = _run(
        "import gymnasium\n"
        "before = [i for i in gymnasium.registry if i.startswith('LaMer/')]\n"
        "import lamer_envs\n"
        "print(before, 'LaMer/MineSweeper-v0' in gymnasium.registry)"
    )
    assert shown == "[] True\n"
