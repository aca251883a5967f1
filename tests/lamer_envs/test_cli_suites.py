"""`lamer eval` with several evaluations: suites, policies and methods."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_cli import lamer, refused, stand_in_backend

from lamer_envs.meta.trial import read_trials
from lamer_envs.rollout.scripted import RandomPolicy

SUITE = ("eval", "--suite", "unseen", "--policy", "random", "--policy", "privileged")


def test_a_suite_has_a_folder_for_each_evaluation_and_one_comparison(tmp_path: Path) -> None:
    result = lamer(*SUITE, "--tasks", 4, "--trials", 2, "--out", tmp_path)
    assert result.exit_code == 0, result.stderr
    for player in ("random", "privileged"):
        for name in ("alfworld-id", "alfworld-ood"):
            trials = list(read_trials(tmp_path / player / name / "trials.jsonl"))
            assert len(trials) == 8
            assert all(trial.task_type for trial in trials)
    comparison = json.loads((tmp_path / "comparison.json").read_text())
    shares = {
        (each["player"], each["evaluation"]): each["summary"]["pass_at"][0]["mean"]
        for each in comparison["evaluations"]
    }
    assert shares["privileged", "alfworld-id"] == shares["privileged", "alfworld-ood"] == 1.0
    assert len(comparison["differences"]) == 2
    assert "pick_two_obj_and_place" in (tmp_path / "comparison.md").read_text()
    assert "4/4 privileged: alfworld-ood" in result.stderr
    assert "privileged" in result.stdout


def test_a_suite_goes_on_and_makes_no_policy_that_it_does_not_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = (*SUITE, "--tasks", 4, "--out", tmp_path)
    lamer(*command)
    comparison = (tmp_path / "comparison.json").read_bytes()
    cut = tmp_path / "privileged" / "alfworld-ood"
    lines = (cut / "trials.jsonl").read_text().splitlines(keepends=True)
    (cut / "trials.jsonl").write_text("".join(lines[:3]))
    (cut / "summary.json").unlink()

    made: list[Any] = []
    played: list[int] = []
    from lamer_envs.commands import evaluation, playing

    make_policy, evaluate = evaluation.make_policy, playing.evaluate

    def noted(player: Any, *more: Any) -> Any:
        made.append(player)
        return make_policy(player, *more)

    monkeypatch.setattr(evaluation, "make_policy", noted)

    def counted(*args: Any, on_trial: Any, **kwargs: Any) -> Any:
        def count(trial: Any) -> None:
            played.append(trial.task_seed)
            on_trial(trial)

        return evaluate(*args, on_trial=count, **kwargs)

    monkeypatch.setattr(playing, "evaluate", counted)
    assert lamer(*command).exit_code == 0
    assert made == [{"name": "privileged"}]
    assert len(played) == 1
    assert (tmp_path / "comparison.json").read_bytes() == comparison


def test_methods_are_compared_in_one_environment(tmp_path: Path) -> None:
    result = lamer(
        "eval", "minesweeper", "--policy", "random", "--tasks", 6, "--out", tmp_path,
        "--method", "zero-shot", "--method", "reflexion",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    settings = {
        name: next(read_trials(tmp_path / name / "trials.jsonl")).settings
        for name in ("random-zero-shot", "random-reflexion")
    }
    assert settings["random-zero-shot"].memory == "none"
    assert settings["random-zero-shot"].prompts == "default+zero-shot"
    assert settings["random-reflexion"].memory == "reflection"
    assert (tmp_path / "comparison.md").exists()


def test_the_memory_can_be_chosen(tmp_path: Path) -> None:
    more = ("--method", "react", "--memory", "history", "--tasks", 2, "--out", tmp_path)
    assert lamer("eval", "minesweeper", "--policy", "random", *more).exit_code == 0
    config = json.loads((tmp_path / "config.json").read_text())
    assert (config["method"], config["memory"]) == ("react", "history")


def test_models_are_loaded_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []

    class TransformersPolicy(RandomPolicy):
        @classmethod
        def from_pretrained(cls, path: str, **kwargs: Any) -> TransformersPolicy:
            loaded.append(Path(path).parent.name)
            return cls()

    stand_in_backend(monkeypatch, TransformersPolicy)
    paths = []
    for name in ("a", "b"):
        paths.append(tmp_path / name / "model")
        paths[-1].mkdir(parents=True)
    command = ["eval", "minesweeper", "--tasks", 2, "--method", "react", "--method", "lamer"]
    command += ["--out", tmp_path / "out", "--policy", paths[0], "--policy", paths[1]]
    assert lamer(*command).exit_code == 0
    assert loaded == ["a", "b"]
    folders = sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_dir())
    base = tmp_path.name
    assert folders == [f"{base}-{name}" for name in ("a-model", "a-model-react", "b-model",
                                                     "b-model-react")]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["eval", "--policy", "random"], "either ENV or --suite"),
        (["eval", "sokoban", "--suite", "paper", "--policy", "random"], "either ENV or --suite"),
        (["eval", "--suite", "papers", "--policy", "random"], "'test-time'"),
        (["eval", "sokoban", "--method", "cot", "--policy", "random"], "'reflexion'"),
        (["eval", "--suite", "paper", "--policy", "random", "--split", "train"], "--split"),
        (["eval", "--suite", "memory", "--policy", "random", "--memory", "none"], "the memory"),
        (
            ["eval", "--suite", "harder", "--policy", "random", "--env-arg", "num_mines=3"],
            "num_mines",
        ),
        (["eval", "--suite", "paper", "--policy", "random", "--env-arg", "colour=1"], "colour"),
        (["eval", "--suite", "paper", "--policy", "random", "--policy", "./no"], "no policy"),
        (["eval", "sokoban", "--policy", "random", "--policy", "random"], "two evaluations"),
    ],
)
def test_bad_input_is_one_clear_line_and_leaves_nothing(
    arguments: list[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert expected in refused(*arguments)
    assert not list(tmp_path.iterdir())
