"""The documentation keeps its word: code runs and prints what is shown, and numbers are right."""

from __future__ import annotations

import contextlib
import inspect
import io
import re
import shlex
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
import typer

from lamer_envs.cli import app
from lamer_envs.meta.returns import (
    cross_episode_returns,
    episode_returns,
    final_episode_rewards,
    trial_returns,
)

DOCS = Path(__file__).parent.parent / "docs"
PAGES = sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))
TRAINING_PAGES = {"training.md"}
NEEDS = {"records.md": "pyarrow"}
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[str, str, bool]]:
    """Language and text of each fenced block, and whether it follows the one before directly."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = []
    end = -1
    for match in FENCE.finditer(text):
        follows = end >= 0 and not text[end : match.start()].strip()
        found.append((match[1], match[2], follows))
        end = match.end()
    return found


def run_python(page: str) -> None:
    """Run the Python blocks of a page one after the other, and compare what they print.

    A block of the language `text` that follows one of Python directly is what it prints.
    """
    namespace: dict[str, object] = {"__name__": "__main__"}
    printed = ""
    for number, (language, text, follows) in enumerate(blocks(page)):
        if language == "python":
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(compile(text, f"{page}, block {number}", "exec"), namespace)
            printed = output.getvalue()
        elif language == "text" and follows:
            assert printed == text, f"{page}, block {number}"


@pytest.mark.parametrize("page", [page for page in PAGES if page not in TRAINING_PAGES])
def test_code_runs_and_prints_what_is_shown(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if page in NEEDS:
        pytest.importorskip(NEEDS[page])
    monkeypatch.chdir(tmp_path)
    run_python(page)


def table_after(page: str, marker: str) -> list[list[str]]:
    """The body of the first table after a marker."""
    text = (DOCS / page).read_text(encoding="utf-8").split(marker, 1)[1]
    lines = text.split("\n\n| ", 1)[1].split("\n\n", 1)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_worked_example_is_right() -> None:
    shown = table_after("equations.md", "<!-- worked example")
    rewards = [
        [float(row[2]) for row in shown if row[0] == str(n) and row[1] != "reflection"]
        for n in range(3)
    ]
    assert [len(episode) for episode in rewards] == [2, 2, 2]
    reflected = [True, True, False]

    def column(index: int, *, reflections: bool) -> list[float]:
        return [float(row[index]) for row in shown if reflections or row[1] != "reflection"]

    within = [value for episode in rewards for value in episode_returns(episode, 0.95)]
    changed = [value for episode in final_episode_rewards(rewards) for value in episode]
    assert column(3, reflections=False) == pytest.approx(within)
    assert column(4, reflections=True) == pytest.approx(trial_returns(rewards, reflected))
    assert column(5, reflections=True) == pytest.approx(
        trial_returns(rewards, reflected, credit="compounded")
    )
    assert column(6, reflections=False) == pytest.approx(changed)
    assert column(7, reflections=True) == pytest.approx(
        trial_returns(rewards, reflected, objective="final_episode")
    )
    assert cross_episode_returns(rewards)[0][0] == pytest.approx(0.6 * 1 + 0.36 * 9.5)
    assert cross_episode_returns(rewards, credit="compounded")[0][0] == pytest.approx(
        0.95 * 0.6 * (1 + 0.95 * 0.6 * 9.5)
    )


@pytest.mark.parametrize("name", ["ExperimentConfig", "MetaRLConfig"])
def test_every_setting_is_listed_with_its_default(name: str) -> None:
    pytest.importorskip("trl")
    yaml = pytest.importorskip("yaml")
    from lamer_train.config import MetaRLConfig
    from lamer_train.experiment import ExperimentConfig

    cls = {"ExperimentConfig": ExperimentConfig, "MetaRLConfig": MetaRLConfig}[name]
    defaults = {
        field.name: field.default if field.default_factory is MISSING else field.default_factory()
        for field in fields(cls)
        if field.name in cls.__annotations__
    }
    shown = {
        row[0].strip("`"): yaml.safe_load(row[1].strip("`"))
        for row in table_after("training.md", f"<!-- settings: {name} -->")
    }
    assert {key: None if value == "None" else value for key, value in shown.items()} == defaults


def test_the_yaml_file_of_the_training_page_is_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("trl")
    yaml = pytest.importorskip("yaml")
    from lamer_train.experiment import load_experiment

    monkeypatch.chdir(tmp_path)
    (text,) = (text for language, text, _ in blocks("training.md") if language == "yaml")
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    experiment = load_experiment(str(path), None)
    assert experiment.around.model == yaml.safe_load(text)["model"]
    assert experiment.training.num_updates == 300


def test_every_preset_is_in_the_table() -> None:
    pytest.importorskip("yaml")
    from lamer_train.settings import preset_names

    text = " ".join(row[0] for row in table_after("training.md", "## Presets and settings"))
    patterns = [
        re.escape(name)
        .replace("ENV", "(sokoban|minesweeper|webshop|alfworld)")
        .replace("ALGORITHM", "(gigpo|grpo|rloo|ppo|reinforce)")
        .replace("…", "(lamer|gigpo)")
        for name in re.findall(r"`([^`]*)`", text)
    ]
    names = {name for group in preset_names().values() for name in group}
    for name in names:
        assert any(re.fullmatch(pattern, name) for pattern in patterns), name
    for pattern in patterns:
        assert any(re.fullmatch(pattern, name) for name in names), pattern


@pytest.mark.slow
def test_code_of_the_training_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("trl")
    monkeypatch.chdir(tmp_path)
    run_python("training.md")


def commands() -> dict[str, Any]:
    """The commands of `lamer` by name, as click's objects (which typer may hold a copy of)."""
    group: Any = typer.main.get_command(app)
    return dict(group.commands)


def test_every_command_and_option_is_documented() -> None:
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    sections = dict(
        re.findall(r"^## lamer (\w+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    )
    assert sections.keys() == commands().keys()
    for name, command in commands().items():
        cells = re.findall(r"^\| (`--.*?) \| ", sections[name], re.MULTILINE)
        shown = {option for cell in cells for option in re.findall(r"--[a-z-]+", cell)}
        # A group's options are those of its commands.
        parts = getattr(command, "commands", {"": command}).values()
        params = [param for part in parts for param in part.params]
        options = {o for p in params for o in p.opts if o.startswith("--")} - {"--help"}
        assert shown == options, name


@pytest.mark.parametrize("page", PAGES)
def test_shown_commands_exist(page: str) -> None:
    for language, text, _ in blocks(page):
        for line in text.splitlines() if language == "bash" else ():
            words = shlex.split(line, comments=True)
            if words[:1] == ["lamer"]:
                command = commands()[words[1]]
                with command.make_context(words[1], words[2:]):
                    pass


@pytest.mark.parametrize(
    ("page", "env_id"),
    [("sokoban", "LaMer/Sokoban-v0"), ("minesweeper", "LaMer/MineSweeper-v0")],
)
def test_the_tables_of_parse_codes_are_right(page: str, env_id: str) -> None:
    shown = table_after(f"environments/{page}.md", '`info["parse"]` says why')
    checked = 0
    for actions, code in shown:
        for action in re.findall(r"`([^`]*)`", actions):
            env = gym.make(env_id)
            env.reset(seed=0)
            assert env.step(action)[4]["parse"] == code.strip("`"), action
            checked += 1
    assert checked >= 6


@pytest.mark.parametrize(
    ("page", "env_id"),
    [
        ("sokoban", "LaMer/Sokoban-v0"),
        ("minesweeper", "LaMer/MineSweeper-v0"),
        ("alfworld", "LaMer/ALFWorld-v0"),
    ],
)
def test_every_argument_of_an_environment_is_listed(page: str, env_id: str) -> None:
    shown = table_after(f"environments/{page}.md", "## Arguments")
    listed = {name for row in shown for name in re.findall(r"`(\w+)`", row[0])}
    constructor = inspect.signature(type(gym.make(env_id).unwrapped))
    assert listed == set(constructor.parameters)
