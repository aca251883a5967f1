"""`lamer alfworld export`: files in the data's layout, and one line where something is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.households import HouseholdSpec, generate
from lamer_envs.alfworld.pddl import scene_from_game
from lamer_envs.alfworld.scene import OOD_TASK_TYPES
from lamer_envs.cli import app
from lamer_envs.commands import alfworld

GRAMMAR = '"rhs": "Your task is to: {}."\naction PutObject {{\n template :: "move'


def with_grammar(game: dict[str, Any]) -> dict[str, Any]:
    return {**game, "pddl_domain": "(define)", "grammar": GRAMMAR.format(game["task"])}


def test_exported_games_are_the_generated_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The texts of the package `alfworld` are all that is replaced; it need not be installed here.
    monkeypatch.setattr(alfworld, "complete", with_grammar)
    options = ["--split", "valid_unseen", "--task-types", "ood", "--games", "4", "--seed", "7"]
    done = CliRunner().invoke(app, ["alfworld", "export", str(tmp_path), *options])
    assert done.exit_code == 0, done.output
    files = sorted(tmp_path.glob("valid_unseen/*/trial_*/game.tw-pddl"))
    assert len(files) == 4
    for file in files:
        game = json.loads(file.read_text(encoding="utf-8"))
        seed = int(file.parent.name.removeprefix("trial_"))
        scene = generate(HouseholdSpec("valid_unseen", OOD_TASK_TYPES, 10), seed)
        assert file.parent.parent.name.startswith(scene.task_type)
        read = scene_from_game(game)
        assert read.task == scene.task
        played = Game(read)
        for command in game["walkthrough"]:
            played.step(command)
        assert played.won


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["--split", "test"], "--split must be one of"),
        (["--task-types", "pick"], "--task-types must be"),
        (["--max-turns", "1"], "expected more turns"),
    ],
)
def test_wrong_options_are_one_line(options: list[str], wanted: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["alfworld", "export", str(tmp_path), *options])
    assert done.exit_code == 2
    assert wanted in " ".join(done.output.split())


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(game: dict[str, Any]) -> dict[str, Any]:
        raise ModuleNotFoundError("No module named 'alfworld'", name="alfworld")

    monkeypatch.setattr(alfworld, "complete", missing)
    done = CliRunner().invoke(app, ["alfworld", "export", str(tmp_path)])
    assert done.exit_code == 2
    assert "lamer[alfworld]" in done.output
