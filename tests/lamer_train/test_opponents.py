"""Training against opponents: who is met, who is compared, and what is logged of it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from game_kit import KUHN, make_config, make_trainer
from trainer_kit import KillAfter, Killed

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.rollout.runner import TrialSpec, play_trials
from lamer_envs.rollout.scripted import RandomPolicy
from lamer_train.opponents import DECAY, FLOOR, OPPONENTS_FILE, OpponentSampler, game_of
from lamer_train.playing import make_wrapped_env
from lamer_train.rows import REFLECTION_ANCHOR, rows_of
from lamer_train.run_log import last_checkpoint


def metrics_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def sampler(**kwargs: Any) -> OpponentSampler:
    return OpponentSampler(game_of(gym.make(KUHN), "test"), **kwargs)


def opponent_of(seed: int) -> str:
    return game_of(gym.make(KUHN), "test").task_of(seed).opponent.name


# ---- who is met -----------------------------------------------------------------------------


def test_opponents_come_evenly_before_anything_is_known() -> None:
    weights = sampler().weights
    assert len(weights) == 8
    assert sum(weights.values()) == pytest.approx(1)
    np.testing.assert_allclose([*weights.values()], 1 / 8)


def test_who_is_beaten_comes_less_often_but_never_less_than_the_floor() -> None:
    chooser = sampler()
    for _ in range(60):
        chooser.note([("rock", 5.0)] * 4 + [("station", -5.0)] * 4)
    weights = chooser.weights
    assert FLOOR / 8 <= weights["rock"] < weights["random"] < weights["station"]
    assert weights["rock"] == pytest.approx(FLOOR / 8, rel=0.05)
    drawn = Counter(opponent_of(s) for g in range(50) for s in chooser.draw(g, 40))
    for name, share in weights.items():
        assert drawn[name] / 2000 == pytest.approx(share, abs=0.03), name


def test_a_win_rate_counts_draws_half_and_forgets() -> None:
    chooser = sampler()
    chooser.note([("rock", 10.0), ("rock", 0.0), ("rock", -5.0)])
    assert chooser._records["rock"].win_rate == pytest.approx((1.5 + 0.5) / (3 + 1))
    chooser.note([("rock", 5.0)])
    expected = (1.5 * DECAY + 1 + 0.5) / (3 * DECAY + 1 + 1)
    assert chooser._records["rock"].win_rate == pytest.approx(expected)


def test_no_task_is_played_twice_and_all_are_of_the_run() -> None:
    chooser = sampler(first_seed=70)
    drawn = [seed for generation in range(20) for seed in chooser.draw(generation, 16)]
    assert len(set(drawn)) == len(drawn)
    assert min(drawn) >= 70


def test_the_same_notes_give_the_same_tasks_also_after_saving(tmp_path: Path) -> None:
    one, other = sampler(seed=3), sampler(seed=3)
    for generation in range(3):
        assert one.draw(generation, 8) == other.draw(generation, 8)
        for chooser in (one, other):
            chooser.note([("rock", 5.0), ("random", -10.0 + generation)])
    one.save(tmp_path)
    fresh = sampler(seed=3)
    fresh.load(tmp_path)
    assert fresh.weights == other.weights
    assert fresh.draw(3, 8) == other.draw(3, 8)
    assert sampler(seed=4).draw(0, 8) != sampler(seed=3).draw(0, 8)


def test_what_cannot_be_sampled_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a population to choose from, not rock"):
        OpponentSampler(game_of(gym.make(KUHN, opponent="rock"), "test"))
    with pytest.raises(ValueError, match=r"normalize_by: opponent needs opponents.*Sokoban"):
        game_of(gym.make("LaMer/Sokoban-v0"), "normalize_by: opponent")
    with pytest.raises(ValueError, match="holds no opponents"):
        sampler().load(tmp_path)
    (tmp_path / OPPONENTS_FILE).write_text('{"rock": {}}')
    with pytest.raises(ValueError, match="is of the opponents rock, not"):
        sampler().load(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"normalize_by": "task"}, "normalize_by must be one of 'group', 'opponent'"),
        ({"normalize_by": "opponent", "algorithm": "rloo"}, "expected advantage_norm: mean_std"),
        ({"normalize_by": "opponent", "algorithm": "gigpo"}, "expected advantage_norm: mean_std"),
        ({"opponent_sampling": "elo"}, "opponent_sampling must be one of 'uniform', 'win_rate'"),
        ({"opponent_sampling": "win_rate", "overlap": 1}, "expected no num_train_tasks"),
        ({"opponent_sampling": "win_rate", "num_train_tasks": 9}, "expected no num_train_tasks"),
        ({"length_penalty": -1.0}, "length_penalty must be at least 0"),
    ],
)
def test_impossible_settings_are_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make_trainer(tmp_path, **changes)


@pytest.mark.parametrize(
    "changes", [{"normalize_by": "opponent"}, {"opponent_sampling": "win_rate"}]
)
def test_without_opponents_there_is_nothing_to_normalise_or_sample(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    sokoban = {"env_id": "LaMer/Sokoban-v0", "env_kwargs": None}
    with pytest.raises(ValueError, match="LaMer/Sokoban-v0 has none; expected one of the games"):
        make_trainer(tmp_path, **sokoban, **changes)


# ---- who is compared ------------------------------------------------------------------------


@pytest.mark.parametrize("env_id", [KUHN, "LaMer/TicTacToe-v0"])
def test_groups_and_step_groups_never_mix_opponents_or_seats(tmp_path: Path, env_id: str) -> None:
    trainer = make_trainer(
        tmp_path, env_id=env_id, env_kwargs=None, tasks_per_update=8, memory="reflection",
        reflection=True, num_episodes=2,
    )  # fmt: skip
    trials = [one.trial for one in trainer._play_generation()]
    groups = [position // 3 for position in trainer._positions()]
    game = game_of(trainer.make_env(), "test")
    rows = rows_of(trials, groups)
    assert len({row.opponent for row in rows}) > 2
    for row in rows:
        trial = trials[row.group * 3 + row.trial]
        task = game.task_of(trial.task_seed)
        assert row.opponent == task.opponent.name == trial.task_type
        assert row.anchor == REFLECTION_ANCHOR or row.anchor.startswith(
            f"{task.opponent.name}.{task.seat}."
        )
    for group in set(groups):
        own = [trial.task_id for trial, g in zip(trials, groups, strict=True) if g == group]
        assert len(own) == 3
        assert len(set(own)) == 1
    # Reflections share a step group, and steps are compared inside a group only.
    assert REFLECTION_ANCHOR in {row.anchor for row in rows}


def test_trials_go_on_after_a_win(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, tasks_per_update=16)
    trials = [one.trial for one in trainer._play_generation()]
    assert {len(trial.episodes) for trial in trials} == {3}
    assert any(trial.first_success in (0, 1) for trial in trials)
    for trial in trials:
        assert trial.returns[0] == pytest.approx(trial.episodes[-1].reward)
    short = make_trainer(tmp_path, stop_on_success=True)
    ends = [len(one.trial.episodes) for one in short._play_generation()]
    assert min(ends) < 3


@pytest.mark.parametrize(
    ("env_id", "env_kwargs"),
    [
        ("LaMer/Sokoban-v0", {"num_boxes": 1}),
        ("LaMer/MineSweeper-v0", {"size": 3, "num_mines": 1}),
        ("LaMer/ALFWorld-v0", {"max_turns": 3}),
        ("LaMer/WebShop-v0", {"num_products": 100, "max_turns": 3, "reward_mode": "shaped"}),
    ],
)
def test_the_final_episode_counts_in_every_environment(
    tmp_path: Path, env_id: str, env_kwargs: dict[str, Any]
) -> None:
    settings: dict[str, Any] = {"env_id": env_id, "env_kwargs": env_kwargs, "prompts": None}
    for stop in (None, False):
        config = make_config(tmp_path, stop_on_success=stop, **settings)
        trials = play_trials(
            lambda config=config: make_wrapped_env(config),
            RandomPolicy(),
            [TrialSpec(seed) for seed in range(12)],
            concurrency=1,
        )
        for trial in trials:
            assert trial.settings.stop_on_success == (stop is None)
            assert trial.returns[0] == pytest.approx(trial.episodes[-1].reward)
            ended = trial.first_success if stop is None else None
            assert len(trial.episodes) == (3 if ended is None else ended + 1)
            assert trial.task_type == "" or env_id == "LaMer/ALFWorld-v0"


@pytest.mark.parametrize(
    "changes",
    [
        {"algorithm": "grpo"},
        {"algorithm": "gigpo", "advantage_norm": "mean_std"},
        {"algorithm": "reinforce"},
        {"algorithm": "ppo"},
    ],
)
def test_the_batch_has_the_advantages_of_the_opponents(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    batches = []
    for by in ("group", "opponent"):
        trainer = make_trainer(tmp_path, normalize_by=by, tasks_per_update=12, **changes)
        batch = trainer._generate_and_score_completions([])
        rows = trainer._rows[: trainer._real_rows]
        batches.append(batch["advantages"][: len(rows)].double())
    assert not torch.allclose(*batches)
    for opponent in {row.opponent for row in rows}:
        mine = torch.tensor([row.opponent == opponent for row in rows])
        units = {(row.group, row.trial): row for row, own in zip(rows, mine, strict=True) if own}
        if changes["algorithm"] == "grpo":
            values = [
                next(
                    float(value)
                    for row, value in zip(rows, batches[1], strict=True)
                    if (row.group, row.trial) == unit
                )
                for unit in units
            ]
            assert sum(values) == pytest.approx(0, abs=1e-4)
            assert np.std(values, ddof=1) == pytest.approx(1, abs=1e-3) or not any(values)
        else:
            assert batches[1][mine].mean() == pytest.approx(0, abs=1e-4)


# ---- what is logged and saved ---------------------------------------------------------------


def test_scores_are_logged_by_episode_and_opponent(tmp_path: Path) -> None:
    trainer = make_trainer(
        tmp_path, opponent_sampling="win_rate", normalize_by="opponent", eval_every=2
    )
    trainer.train()
    for line in metrics_of(tmp_path):
        assert sum(v for k, v in line.items() if k.startswith("rollout/weight/")) == pytest.approx(
            1
        )
        for k in (1, 2, 3):
            assert -10 <= line[f"rollout/score_in_{k}"] <= 10
            assert any(name.startswith(f"rollout/score_in_{k}/") for name in line)
        # The undiscounted differences telescope to the last episode's reward.
        assert line["reward"] == pytest.approx(line["rollout/score_in_3"])
    assert "eval_score_in_3" in line
    assert any(name.startswith("eval_score_in_3/") for name in line)


def test_a_resumed_run_meets_the_opponents_of_the_uninterrupted_one(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "opponent_sampling": "win_rate",
        "normalize_by": "opponent",
        "length_penalty": 0.2,
        "max_steps": 4,
        "save_strategy": "steps",
        "save_steps": 2,
        "trials_every": 1,
        "trials_kept": 12,
    }
    make_trainer(tmp_path / "whole", **settings).train()
    killed = make_trainer(tmp_path / "cut", **settings)
    killed.add_callback(KillAfter(3))
    with pytest.raises(Killed):
        killed.train()
    resumed = make_trainer(tmp_path / "cut", **settings)
    resumed.train(resume_from_checkpoint=last_checkpoint(tmp_path / "cut"))
    for generation in range(4):
        name = f"trials/generation-{generation:05d}.jsonl"
        assert (tmp_path / "cut" / name).read_text() == (tmp_path / "whole" / name).read_text()
    weights = [
        {k: v for k, v in line.items() if k.startswith(("rollout/weight", "loss"))}
        for folder in ("whole", "cut")
        for line in metrics_of(tmp_path / folder)
    ]
    assert weights[:4] == weights[4:]
