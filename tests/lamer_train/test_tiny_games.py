"""The small languages of the games, the players that speak them, and their presets."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from rich.console import Console

from lamer_envs.evaluation.metrics import Summary
from lamer_envs.evaluation.ruler import exploited
from lamer_envs.evaluation.run import EvalConfig
from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_train.experiment import load_experiment, plan_experiment
from lamer_train.pipeline import run_experiment
from lamer_train.playing import make_wrapped_env
from lamer_train.teachers import teacher_for
from lamer_train.tiny import build_model, build_tokenizer, count_parameters, vocabulary_for

PRESETS = ("kuhn-tiny", "tictactoe-tiny")
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@cache
def tokenizer_of(preset: str) -> Any:
    vocabulary = vocabulary_for(make_wrapped_env(plan_experiment(preset).training))
    return build_tokenizer(vocabulary.words, max_length=512, rule=vocabulary.rule)


def played(
    preset: str, split: str, noise: float = 0.5, **kwargs: Any
) -> Iterator[tuple[MultiEpisodeReflectionWrapper, str, dict[str, Any], dict[str, float]]]:
    """(environment, prompt, info, teacher's choices) of every turn that a teacher plays."""
    training = plan_experiment(preset).training
    env = MultiEpisodeReflectionWrapper(
        gym.make(training.env_id, **{**training.env_kwargs, **kwargs, "split": split}),
        **training.wrapper_kwargs(),
    )
    teacher = teacher_for(training.env_id, noise)
    for seed in range(60):
        rng = random.Random(seed)
        prompt, info = env.reset(seed=seed)
        over = False
        while not over:
            choices = dict(teacher(env.unwrapped))
            yield env, prompt, info, choices
            action = rng.choices(list(choices), list(choices.values()))[0]
            prompt, _, over, _, info = env.step(f"<action>{action}</action>")
            assert info["action_valid"], action


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_all_that_is_said_is_known_and_an_answer_is_three_tokens(preset: str, split: str) -> None:
    tokenizer = tokenizer_of(preset)
    most = plan_experiment(preset).training.max_completion_length
    unknown = tokenizer.unk_token_id
    episodes = set()
    for env, prompt, info, choices in played(preset, split):
        episodes.add(len(env.episodes_so_far))
        assert unknown not in tokenizer(prompt).input_ids, prompt
        assert info["opponent"] not in prompt.split()
        assert choices.keys() == set(info["admissible_actions"])
        assert sum(choices.values()) == pytest.approx(1.0)
        for action in choices:
            spoken = tokenizer(f"<action>{action}</action>").input_ids
            assert unknown not in spoken
            assert len(spoken) == most == 3
            assert tokenizer.decode(spoken) == f"<action> {action} </action>"
    assert episodes == {0, 1, 2}


def test_the_language_grows_with_the_board() -> None:
    env = gym.make("LaMer/TicTacToe-v0", size=4)
    vocabulary = vocabulary_for(env)
    tokenizer = build_tokenizer(vocabulary.words, max_length=512, rule=vocabulary.rule)
    for text in ("4,4=X", "they 4,1", "(4, 4)"):
        assert len(tokenizer(text).input_ids) == 1
        assert tokenizer.unk_token_id not in tokenizer(text).input_ids


@pytest.mark.parametrize("preset", PRESETS)
def test_the_teacher_knows_nothing_of_opponents_and_earlier_games(preset: str) -> None:
    known: dict[str, dict[str, float]] = {}
    met: dict[str, set[tuple[str, int]]] = {}
    for env, _, info, choices in played(preset, "train"):
        # The key begins with the opponent; in Kuhn poker it holds the hidden card too.
        seen = env.observation if preset == "kuhn-tiny" else info["state_key"].partition(".")[2]
        assert known.setdefault(seen, choices) == pytest.approx(choices)
        met.setdefault(seen, set()).add((info["opponent"], len(env.episodes_so_far)))
    assert max(map(len, met.values())) > 10


def test_the_teachers_without_noise() -> None:
    """Tic-Tac-Toe: the only winning or saving cell. Kuhn poker: a king calls, a jack folds."""
    decided = 0
    for env, _, _, choices in played("tictactoe-tiny", "train", noise=0.0):
        game = env.unwrapped
        seen = game.position.seen_by(game.task.seat)
        wins = [cell for cell in seen.free if seen.wins_at(cell)]
        if wins:
            decided += 1
            likely = {action for action, odds in choices.items() if odds > 0}
            assert len(likely) == len(wins)
    assert decided > 20
    for _, _, info, choices in played("kuhn-tiny", "train", noise=0.0):
        if "fold" in info["admissible_actions"]:
            card = info["state_key"].split(".")[-2]
            seat = 0 if info["seat"] == "first" else 1
            expected = {"K": 0.0, "J": 1.0}.get(card[seat])
            assert expected is None or choices["fold"] == pytest.approx(expected)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_model_stays_small(preset: str) -> None:
    vocabulary = vocabulary_for(make_wrapped_env(plan_experiment(preset).training))
    assert count_parameters(build_model(tokenizer_of(preset), vocabulary, seed=0)) < 130_000


SMALL = {
    "max_steps": 4,
    "save_steps": 4,
    "tasks_per_update": 4,
    "num_generations": 2,
    "eval_every": 0,
    "warm_start_trials": 8,
    "warm_start_steps": 2,
    "warm_start_batch_size": 4,
    "final_tasks": 8,
    "final_trials": 1,
    "progress": "false",
}


def test_training_with_one_opponent_is_measured_against_populations(tmp_path: Path) -> None:
    overrides = [f"{name}={value}" for name, value in SMALL.items()]
    overrides += ["env_kwargs={redeal: true, opponent: rock}"]
    experiment = load_experiment("kuhn-tiny", tmp_path / "run", overrides=overrides)
    summaries = run_experiment(experiment, Console(quiet=True))
    assert set(summaries) == {
        "warm start, history",
        "trained, history",
        "warm start, history, train",
        "trained, history, train",
    }
    assert all(len(summary.score_in) == 3 for summary in summaries.values())
    unseen = set(summaries["trained, history"].score_by_type)
    trained = set(summaries["trained, history, train"].score_by_type)
    assert "thief" in unseen | trained or len(unseen) > 2
    assert not unseen & trained
    assert len(trained) > 2
    text = (tmp_path / "run" / "results.md").read_text()
    assert text.index("Split `test`:") < text.index("Split `train`:")
    assert "| score in 3 |" in text
    assert "| exploited in 3 |" in text
    for opponent in unseen | trained:
        assert f"| trained, history | {opponent} | " in text
    lines = [json.loads(x) for x in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert "rollout/score_in_3/rock" in lines[0]
    assert not any(
        name.startswith("rollout/score_in_1/") and "rock" not in name for name in lines[0]
    )


def test_a_study_is_run_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import game_studies

    arms = game_studies.STUDIES["tictactoe"]
    monkeypatch.setitem(game_studies.STUDIES, "tictactoe", arms[:1] + arms[3:4])
    arguments = ["tictactoe", "--seeds", "0", "--out", str(tmp_path), "--jobs", "1"]
    arguments += [part for name, value in SMALL.items() for part in ("--set", f"{name}={value}")]
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    game_studies.main(arguments)
    text = (tmp_path / "tictactoe.md").read_text()
    for split in ("unseen opponents", "training opponents"):
        assert f"### Against {split}" in text
    for label in ("warm start", "MAGE", "LaMer"):
        assert text.count(f"\n| {label} | 0 | ") == 2
    assert "lamer train tictactoe-tiny" in text
    folder = tmp_path / "tictactoe-tiny-lamer-seed0"
    summary = Summary.from_json((folder / "eval/model-history/summary.json").read_text())
    assert summary.settings.objective == "cumulative"
    config = EvalConfig.from_json((folder / "eval/model-history/config.json").read_text())
    shares = exploited(config, folder / "eval/model-history")
    shown = text.split("Every seed:")[1].split("| LaMer | 0 | ")[1].split(" |")[0]
    assert shown == f"{summary.score_in[0].mean:.2f}"
    assert len(shares) == 3
