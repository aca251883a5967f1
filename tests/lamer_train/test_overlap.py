from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from trainer_kit import make_config, make_env, make_trainer
from transformers import TrainerCallback

from lamer_envs.rollout.batching import BatchingPolicy
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.rollout.runner import TrialError, TrialSpec, play_trials
from lamer_train.overlap import OverlappedRollouts
from lamer_train.rows import Row
from lamer_train.run_log import last_checkpoint
from lamer_train.trainer import MetaRLTrainer

GENERATIONS = 4


class Guessing(BatchingPolicy):
    """Guesses a letter that depends on the place of the turn; its version stands for weights."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 0
        self.asked: list[list[PromptRequest]] = []

    def respond(self, requests: list[PromptRequest]) -> list[Response]:
        self.asked.append(requests)
        return [
            Response(
                f"<action>{'abcdz'[(r.task_seed + r.trial + r.turn + 2 * r.episode) % 5]}</action>"
                "<remark>try</remark>",
                (1,),
                (self.version + 1,),
                (0.0,),
            )
            for r in requests
        ]


def share(generation: int) -> list[TrialSpec]:
    """Neighbouring generations play the same tasks."""
    if generation >= GENERATIONS:
        return []
    return [TrialSpec(task, trial, generation) for task in range(3) for trial in range(4)]


def make_rollouts(policy: Guessing, concurrency: int, **changes: Any) -> OverlappedRollouts:
    arguments: dict[str, Any] = {"on_trial": lambda done, of: None, "share": share, **changes}
    return OverlappedRollouts(make_env, policy, concurrency=concurrency, **arguments)


@pytest.mark.parametrize("concurrency", [1, 5, 12, 30])
def test_trials_are_those_played_alone_and_ages_say_which_weights_played_them(
    concurrency: int,
) -> None:
    policy = Guessing()
    rollouts = make_rollouts(policy, concurrency)
    for generation in range(GENERATIONS):
        policy.version = generation
        played = rollouts.play(generation)
        # Nothing is asked under these weights once the generation has ended.
        assert generation in {request.sampling_seed for request in policy.asked[-1]}
        alone = play_trials(make_env, Guessing(), share(generation), concurrency=12)
        ages = []
        for one, other in zip(played, alone, strict=True):
            assert [turn.response for turn in one.trial.turns] == [
                turn.response for turn in other.turns
            ]
            answered_in = [turn.completion_ids[0] - 1 for turn in one.trial.turns]  # type: ignore[index]
            assert [generation - version for version in answered_in] == [*one.ages]
            ages += one.ages
        assert set(ages) <= ({0} if generation == 0 else {0, 1})
        if 1 < concurrency < 30 and generation:
            assert set(ages) == {0, 1}
    rollouts.close()


def test_places_stay_taken_until_the_last_generation_runs_out() -> None:
    policy = Guessing()
    rollouts = make_rollouts(policy, 6)
    for generation in range(GENERATIONS - 1):
        rollouts.play(generation)
        assert [len(requests) for requests in policy.asked] == [6] * len(policy.asked)
    rollouts.play(GENERATIONS - 1)
    rollouts.close()


def test_progress_counts_the_trials_of_the_generation_in_play() -> None:
    seen: list[tuple[int, int]] = []
    rollouts = make_rollouts(Guessing(), 12, on_trial=lambda *counts: seen.append(counts))
    rollouts.play(0)
    assert seen[-1] == (12, 12)
    rollouts.close()


def test_it_works_inside_a_running_event_loop() -> None:
    async def notebook() -> int:
        rollouts = make_rollouts(Guessing(), 5)
        count = sum(len(rollouts.play(generation)) for generation in range(2))
        rollouts.close()
        return count

    assert asyncio.run(notebook()) == 24


def test_closing_drops_trials_in_progress_also_after_an_interrupt(
    recwarn: pytest.WarningsRecorder,
) -> None:
    class Interrupted(Guessing):
        def respond(self, requests: list[PromptRequest]) -> list[Response]:
            if len(self.asked) == 3:
                raise KeyboardInterrupt
            return super().respond(requests)

    closed: list[Any] = []

    def make() -> Any:
        env = make_env()
        close: Callable[[], None] = env.close
        env.close = lambda: (closed.append(env), close())  # type: ignore[assignment,func-returns-value]
        return env

    rollouts = OverlappedRollouts(
        make, Interrupted(), share, concurrency=5, on_trial=lambda done, of: None
    )
    with pytest.raises(KeyboardInterrupt):
        rollouts.play(0)
    rollouts.close()
    rollouts.close()
    assert len(closed) == 5
    assert not [warning for warning in recwarn if "never awaited" in str(warning.message)]


def test_generations_follow_each_other() -> None:
    rollouts = make_rollouts(Guessing(), 5)
    rollouts.play(0)
    with pytest.raises(ValueError, match="generation 2 does not follow 0"):
        rollouts.play(2)
    rollouts.close()


def test_an_error_in_a_trial_that_is_ahead_surfaces() -> None:
    class Failing(Guessing):
        def respond(self, requests: list[PromptRequest]) -> list[Response]:
            if any(request.sampling_seed == 1 for request in requests):
                raise MemoryError("no room")
            return super().respond(requests)

    rollouts = make_rollouts(Failing(), 5)
    with pytest.raises(TrialError, match="no room"):
        rollouts.play(0)
    rollouts.close()


# ---- in training ---------------------------------------------------------------------------------


class Keep(TrainerCallback):  # type: ignore[misc]
    """Keeps the rows of every generation."""

    def __init__(self) -> None:
        self.rows: list[list[Row]] = []
        self.trainer: MetaRLTrainer | None = None

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        assert self.trainer is not None
        rows = self.trainer._rows[: self.trainer._real_rows]
        if not self.rows or self.rows[-1] is not rows:
            self.rows.append(rows)


def train(folder: Path, **changes: Any) -> tuple[MetaRLTrainer, list[list[Row]]]:
    """Train with places for half a generation; also the rows of every step."""
    keep = Keep()
    trainer = make_trainer(folder, **{"rollout_concurrency": 6, "max_steps": 4, **changes})
    keep.trainer = trainer
    trainer.add_callback(keep)
    trainer.train()
    return trainer, keep.rows


def metrics_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_with_weights_that_stand_still_overlapping_changes_nothing(tmp_path: Path) -> None:
    runs = {
        overlap: train(tmp_path / str(overlap), overlap=overlap, learning_rate=0.0)[1]
        for overlap in (0, 1)
    }
    assert len(runs[0]) == len(runs[1]) == 4
    for one, other in zip(runs[0], runs[1], strict=True):
        assert [(r.prompt_ids, r.completion_ids, r.ret, r.group) for r in one] == [
            (r.prompt_ids, r.completion_ids, r.ret, r.group) for r in other
        ]
    for line in metrics_of(tmp_path / "1"):
        if "reward" in line:
            # Stale by the count, but the same policy.
            ratio = line["sampling/importance_sampling_ratio/mean"]
            assert ratio == pytest.approx(1, abs=1e-4)
            assert line["rollout/stale_tokens"] == 0 or line["step"] > 1
    assert any(line.get("rollout/stale_tokens", 0) > 0 for line in metrics_of(tmp_path / "1"))


@pytest.mark.parametrize("steps_per_generation", [1, 2])
@pytest.mark.parametrize("algorithm", ["grpo", "ppo"])
def test_staleness_and_mismatch_are_logged(
    tmp_path: Path, algorithm: str, steps_per_generation: int
) -> None:
    train(
        tmp_path,
        overlap=1,
        algorithm=algorithm,
        steps_per_generation=steps_per_generation,
        max_steps=4 * steps_per_generation,
    )
    lines = [line for line in metrics_of(tmp_path) if "rollout/stale_tokens" in line]
    assert len(lines) == 4
    assert lines[0]["rollout/stale_tokens"] == lines[0]["rollout/staleness_max"] == 0
    for line in lines[1:]:
        assert 0 < line["rollout/stale_tokens"] < 1
        assert 0 < line["rollout/staleness"] < 1
        assert line["rollout/staleness_max"] == 1
        assert line["sampling/sampling_logp_difference/mean"] > 1e-4
        assert math.isfinite(line["loss"])
    assert lines[0]["sampling/sampling_logp_difference/max"] < 1e-3


def test_nothing_is_added_to_a_run_that_does_not_overlap(tmp_path: Path) -> None:
    train(tmp_path)
    assert not [n for line in metrics_of(tmp_path) for n in line if "stale" in n or "sampling" in n]


@pytest.mark.parametrize("mode", ["token_truncate", "sequence_truncate", "sequence_mask"])
def test_rows_are_weighed_by_the_capped_ratio_of_their_sampling(tmp_path: Path, mode: str) -> None:
    """Against a direct computation, on rows sampled by other weights than those of the update."""
    trainer = make_trainer(
        tmp_path, overlap=1, vllm_importance_sampling_mode=mode, loss_type="dr_grpo"
    )
    cap = float(trainer.args.vllm_importance_sampling_clip_max)
    trainer.model.train()
    trainer.current_gradient_accumulation_steps = 1
    played = trainer._play_generation()
    trainer._play_generation = lambda: played  # type: ignore[method-assign]
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in trainer.model.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    batch = trainer._generate_and_score_completions(next(iter(trainer.get_train_dataloader())))
    trainer._overlapped.close()  # type: ignore[index]

    mask = (batch["completion_mask"] * batch["tool_mask"]).bool()
    sampled, now = batch["sampling_per_token_logps"], batch["old_per_token_logps"]
    log_ratio = (now - sampled) * mask
    if mode.startswith("sequence"):
        log_ratio = log_ratio.sum(1, keepdim=True)
    ratio = log_ratio.exp()
    assert (ratio > cap).any(), "the weights should have moved further"
    kept = ratio.clamp(max=cap) if mode.endswith("truncate") else ratio * (ratio <= cap)
    torch.testing.assert_close(batch["importance_sampling_ratio"], kept)

    loss = trainer.compute_loss(trainer.model, batch)
    advantages = batch["advantages"][:, None]
    # The policy is the one that has just been scored, so its own ratio is 1.
    expected = (
        -(advantages * kept * mask).sum()
        / batch["real_rows"].sum()
        / trainer.args.max_completion_length
    )
    assert loss.item() == pytest.approx(expected.item(), abs=1e-5)
    uncorrected = (
        -(advantages * mask).sum() / batch["real_rows"].sum() / trainer.args.max_completion_length
    )
    assert loss.item() != pytest.approx(uncorrected.item(), abs=1e-3)
    assert not trainer.use_vllm


def test_training_on_stale_rows_raises_the_reward(tmp_path: Path) -> None:
    train(
        tmp_path,
        overlap=1,
        rollout_concurrency=32,
        max_steps=30,
        steps_per_generation=2,
        tasks_per_update=8,
        learning_rate=3e-2,
        num_train_tasks=8,
        tokens_per_microbatch=4096,
    )
    lines = [line for line in metrics_of(tmp_path) if "reward" in line]
    success = [line["rollout/success"] for line in lines]
    assert sum(success[-3:]) / 3 > sum(success[:3]) / 3 + 0.2
    assert min(line["rollout/stale_tokens"] for line in lines[1:-1]) > 0


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


class KillAfter(TrainerCallback):  # type: ignore[misc]
    def __init__(self, step: int) -> None:
        self.step = step

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == self.step:
            raise Killed


def test_a_resumed_run_starts_the_trials_in_progress_anew(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "overlap": 1,
        "rollout_concurrency": 6,
        "max_steps": 4,
        "save_strategy": "steps",
        "save_steps": 2,
    }
    killed = make_trainer(tmp_path, **settings)
    killed.add_callback(KillAfter(3))
    with pytest.raises(Killed):
        killed.train()
    assert killed._overlapped is None
    resumed = make_trainer(tmp_path, **settings)
    resumed.train(resume_from_checkpoint=last_checkpoint(tmp_path))
    lines = metrics_of(tmp_path)
    assert [line["step"] for line in lines if "reward" in line] == [1, 2, 3, 4]
    stale = [line["rollout/stale_tokens"] for line in lines if "reward" in line]
    assert stale[2] == 0, "the first generation after the resumption has no trial from before"
    assert stale[3] > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"overlap": 2}, "overlap must be 0 or 1, not 2"),
        ({"overlap": -1}, "overlap must be 0 or 1"),
        ({"overlap": 1, "loss_type": "vespo"}, "loss_type='vespo' with overlap"),
    ],
)
def test_bad_settings_are_named(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_config(tmp_path, **changes)
