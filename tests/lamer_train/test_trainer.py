from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from datasets import load_dataset
from peft import LoraConfig
from safetensors.torch import load_file
from trainer_kit import (
    KillAfter,
    Killed,
    make_config,
    make_env,
    make_model,
    make_tokenizer,
    make_trainer,
)
from trl import GRPOTrainer

from lamer_envs.rollout.runner import TrialSpec
from lamer_train.advantages import gae, gigpo, grpo, reinforce, rloo, whiten
from lamer_train.config_checks import ALGORITHMS
from lamer_train.critic import CRITIC_FILE
from lamer_train.rows import rows_of
from lamer_train.run_log import last_checkpoint
from lamer_train.trainer import MetaRLTrainer


def generate(trainer: MetaRLTrainer) -> dict[str, Any]:
    """One generation's batch, before TRL shuffles and splits it."""
    trainer.model.train()
    trainer.current_gradient_accumulation_steps = 1
    inputs = next(iter(trainer.get_train_dataloader()))
    return trainer._generate_and_score_completions(inputs)


def without_fillers(batch: dict[str, Any]) -> dict[str, Any]:
    real = batch["real_rows"]
    return {
        name: value[real] if isinstance(value, torch.Tensor) and value.ndim else value
        for name, value in batch.items()
    }


def gradient(trainer: MetaRLTrainer, loss: torch.Tensor) -> torch.Tensor:
    """Of the model, and of the critic where there is one."""
    loss.backward()
    parameters = [*trainer.model.parameters()]
    if trainer.critic is not None:
        parameters += trainer.critic.head.parameters()
    flat = torch.cat([parameter.grad.flatten() for parameter in parameters])
    for parameter in parameters:
        parameter.grad = None
    return flat


def unsettle(trainer: MetaRLTrainer) -> None:
    """Make a new critic, if there is one, say something else than 0."""
    if trainer.critic is not None:
        weight = trainer.critic.head.out.weight
        torch.nn.init.normal_(weight, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("loss_type", ["grpo", "dr_grpo", "bnpo", "dapo"])
@pytest.mark.parametrize(("beta", "entropy_coef"), [(0.0, 0.0), (0.1, 0.05)])
def test_micro_batches_and_fillers_leave_the_gradient_of_one_batch_of_real_rows(
    tmp_path: Path, loss_type: str, beta: float, entropy_coef: float
) -> None:
    model = make_model()
    if beta:
        model.save_pretrained(tmp_path / "start")
        model = type(model).from_pretrained(tmp_path / "start")
    trainer = make_trainer(
        tmp_path, model, loss_type=loss_type, beta=beta, entropy_coef=entropy_coef
    )
    batch = generate(trainer)
    assert not batch["real_rows"].all(), "this seed should need fillers"
    # Off-policy, so that clipping and the importance ratio take part.
    noise = torch.randn(batch["completion_ids"].shape, generator=torch.Generator().manual_seed(0))
    batch["old_per_token_logps"] = batch["sampling_per_token_logps"] + 0.3 * noise
    if beta:
        batch["ref_per_token_logps"] = batch["sampling_per_token_logps"] - 0.5 * noise.abs()
    batch["num_items_in_batch"] = (batch["completion_mask"] * batch["tool_mask"]).sum()

    one_shot = GRPOTrainer.compute_loss(trainer, trainer.model, without_fillers(batch))
    expected = gradient(trainer, one_shot)
    assert expected.norm() > 1e-3
    for budget in (60, 10**6):
        trainer.args.tokens_per_microbatch = budget
        loss = trainer.compute_loss(trainer.model, batch)
        assert loss.item() == pytest.approx(one_shot.item(), abs=1e-6)
        torch.testing.assert_close(gradient(trainer, loss), expected, atol=1e-6, rtol=0)


def test_micro_batches_leave_the_gradient_of_policy_and_value_loss_of_one_batch(
    tmp_path: Path,
) -> None:
    trainer = make_trainer(tmp_path, algorithm="ppo", value_coef=0.3, value_clip=0.2)
    critic = trainer.critic
    assert critic is not None
    unsettle(trainer)
    batch = generate(trainer)
    # As if the values had moved since, so that clipping takes part.
    batch["values"] += 0.4 * torch.linspace(-1, 1, len(batch["values"])).sign()
    real = without_fillers(batch)
    model, old, targets = trainer.model, real["values"], real["value_targets"]

    with critic.listening(model) as heard:
        policy_loss = GRPOTrainer.compute_loss(trainer, model, real)
    values = critic.head(heard[0][:, real["prompt_ids"].shape[1] - 1])
    held = torch.minimum(torch.maximum(values, old - 0.2), old + 0.2)
    errors = torch.stack([(values - targets) ** 2, (held - targets) ** 2])
    assert (errors[1] > errors[0]).any()
    assert (errors[1] < errors[0]).any()
    one_shot = policy_loss + 0.3 * errors.amax(0).mean() / 2
    expected = gradient(trainer, one_shot)
    for budget in (60, 10**6):
        trainer.args.tokens_per_microbatch = budget
        loss = trainer.compute_loss(model, batch)
        assert loss.item() == pytest.approx(one_shot.item(), abs=1e-5)
        torch.testing.assert_close(gradient(trainer, loss), expected, atol=2e-6, rtol=1e-5)


def test_one_value_of_each_metric_is_logged_per_update(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, entropy_coef=0.05)
    batch = generate(trainer)
    seen: dict[int, dict[str, float]] = {}
    for budget in (60, 10**6):
        trainer._metrics["train"].clear()
        trainer.args.tokens_per_microbatch = budget
        trainer.compute_loss(trainer.model, batch)
        assert {len(values) for values in trainer._metrics["train"].values()} == {1}
        seen[budget] = {name: values[0] for name, values in trainer._metrics["train"].items()}
    assert seen[60]["entropy_coef"] == 0.05
    for name in ("entropy", "policy_loss", "clip_ratio/region_mean", "clip_ratio/low_min"):
        assert seen[60][name] == pytest.approx(seen[10**6][name], abs=1e-6)


def test_importance_ratios_are_one_on_policy(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, steps_per_generation=2, reuse_sampling_logprobs=False)
    batch = generate(trainer)
    mask = (batch["completion_mask"] * batch["tool_mask"]).bool()
    recomputed = batch["old_per_token_logps"][mask]
    torch.testing.assert_close(
        batch["sampling_per_token_logps"][mask], recomputed, atol=1e-4, rtol=0
    )
    reusing = make_trainer(tmp_path, steps_per_generation=2)
    reused = generate(reusing)["old_per_token_logps"][mask]
    torch.testing.assert_close(reused, recomputed, atol=1e-4, rtol=0)


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_ratios_are_one_at_other_temperatures(tmp_path: Path, temperature: float) -> None:
    trainer = make_trainer(
        tmp_path, steps_per_generation=2, reuse_sampling_logprobs=False, temperature=temperature
    )
    batch = generate(trainer)
    mask = (batch["completion_mask"] * batch["tool_mask"]).bool()
    torch.testing.assert_close(
        batch["sampling_per_token_logps"][mask],
        batch["old_per_token_logps"][mask],
        atol=1e-4,
        rtol=0,
    )


def test_a_cut_distribution_is_not_taken_for_the_policy(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, steps_per_generation=2, top_k=3)
    batch = generate(trainer)
    mask = (batch["completion_mask"] * batch["tool_mask"]).bool()
    drawn, policy = batch["sampling_per_token_logps"][mask], batch["old_per_token_logps"][mask]
    assert (drawn > policy + 1e-3).any()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_batch_holds_the_turns_of_the_trials_with_their_advantages(
    tmp_path: Path, algorithm: str
) -> None:
    trainer = make_trainer(tmp_path, algorithm=algorithm)
    unsettle(trainer)
    batch = generate(trainer)
    inputs = next(iter(trainer.get_train_dataloader()))
    assert [row["task_seed"] for row in inputs] == [0] * 4 + [1] * 4 + [2] * 4
    specs = [TrialSpec(position // 4, position % 4) for position in range(12)]
    trials = trainer.play(specs, seed=trainer._sampling_seed(0))
    rows = rows_of(trials, [spec.task_seed for spec in specs])
    assert any(row.phase == "reflect" for row in rows)
    assert any(trial.success for trial in trials)

    count = len(rows)
    assert batch["real_rows"].tolist() == [True] * count + [False] * (
        len(batch["real_rows"]) - count
    )
    for index, row in enumerate(rows):
        prompt = batch["prompt_ids"][index][batch["prompt_mask"][index].bool()]
        completion = batch["completion_ids"][index][batch["completion_mask"][index].bool()]
        assert tuple(prompt.tolist()) == row.prompt_ids
        assert tuple(completion.tolist()) == row.completion_ids
    group, trial = [row.group for row in rows], [row.trial for row in rows]
    episode, returns = [row.credited_episode for row in rows], [row.ret for row in rows]
    wholes, parts = [row.trial_return for row in rows], [row.episode_return for row in rows]
    if algorithm == "grpo":
        expected = grpo(wholes, parts, group, trial, episode)
    elif algorithm == "rloo":
        expected = rloo(wholes, parts, group, trial, episode)
    elif algorithm == "gigpo":
        rewards, anchors = [row.episode_reward for row in rows], [row.anchor for row in rows]
        expected = gigpo(returns, rewards, group, anchors)
    elif algorithm == "reinforce":
        expected = reinforce(returns)
    else:
        raw, targets = gae(
            [row.reward for row in rows],
            batch["values"][:count].tolist(),
            group,
            trial,
            range(count),
            episode,
            [row.phase == "reflect" for row in rows],
            gamma_step=0.95,
            gamma_traj=0.6,
            lam=0.95,
        )
        expected = whiten(raw)
        assert batch["values"][:count].unique().numel() > 3
        np.testing.assert_allclose(batch["value_targets"][:count].numpy(), targets, atol=1e-6)
    np.testing.assert_allclose(batch["advantages"][:count].numpy(), expected, atol=1e-6)
    assert np.abs(expected).max() > 0.1
    assert (batch["advantages"][count:] == 0).all()
    assert (batch["tool_mask"][count:] == 0).all()


def metrics_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def weights(trainer: MetaRLTrainer) -> dict[str, torch.Tensor]:
    state = dict(trainer.model.state_dict())
    if trainer.critic is not None:
        state |= {f"critic.{k}": v for k, v in trainer.critic.head.state_dict().items()}
    return {name: value.clone() for name, value in state.items()}


@pytest.mark.parametrize(("algorithm", "steps_per_generation"), [("grpo", 1), ("ppo", 2)])
def test_a_resumed_run_is_the_uninterrupted_run(
    tmp_path: Path, algorithm: str, steps_per_generation: int
) -> None:
    settings: dict[str, Any] = {
        "algorithm": algorithm,
        "steps_per_generation": steps_per_generation,
        "max_steps": 4 * steps_per_generation,
        "save_strategy": "steps",
        "save_steps": 2 * steps_per_generation,
        "eval_every": 1,
        "eval_on_start": True,
        "entropy_coef": 0.01,
    }
    whole = make_trainer(tmp_path / "whole", **settings)
    whole.train()

    killed = make_trainer(tmp_path / "cut", **settings)
    killed.add_callback(KillAfter(3 * steps_per_generation))
    with pytest.raises(Killed):
        killed.train()
    lines = (tmp_path / "cut" / "metrics.jsonl").read_text()
    (tmp_path / "cut" / "metrics.jsonl").write_text(lines + '{"step": 99, "cut o')
    random.seed(0)
    torch.manual_seed(0)
    resumed = make_trainer(tmp_path / "cut", **settings)
    checkpoint = last_checkpoint(tmp_path / "cut")
    assert checkpoint is not None
    assert checkpoint.endswith(f"checkpoint-{2 * steps_per_generation}")
    resumed.train(resume_from_checkpoint=checkpoint)

    for name, value in weights(whole).items():
        assert torch.equal(value, weights(resumed)[name]), name
    assert not torch.equal(
        weights(whole)["lm_head.weight"], make_model().state_dict()["lm_head.weight"]
    )
    expected, found = metrics_of(tmp_path / "whole"), metrics_of(tmp_path / "cut")
    steps = [*range(4 * steps_per_generation + 1)]
    assert [line["step"] for line in found] == steps == [line["step"] for line in expected]
    timings = ("time", "throughput", "memory")
    for one, other in zip(expected, found, strict=True):
        assert one.keys() == other.keys()
        assert {k: v for k, v in one.items() if not any(t in k for t in timings)} == {
            k: v for k, v in other.items() if not any(t in k for t in timings)
        }


def test_metrics_say_what_happened(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, max_steps=2, steps_per_generation=2, eval_every=1)
    trainer.train()
    first, second = metrics_of(tmp_path)
    for name in ("reward", "rollout/success", "rollout/rows", "time/rollout", "loss", "entropy"):
        assert math.isfinite(first[name]), name
    assert "rewards/_return_of_row/mean" not in first
    for name in ("pass@1", "pass@2", "pass@3", "pass@3_se", "adaptation_gain", "diversity_all"):
        assert math.isfinite(second[f"eval_{name}"]), name
        assert f"eval_{name}" not in first
    assert second["eval_pass@3"] >= second["eval_pass@1"]


def test_evaluation_plays_held_out_tasks_and_changes_nothing(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, eval_trials=2)
    before, state = weights(trainer), torch.random.get_rng_state()
    one, two = trainer.evaluate(), trainer.evaluate()
    assert {k: v for k, v in one.items() if k != "eval_time"} == {
        k: v for k, v in two.items() if k != "eval_time"
    }
    assert one["eval_diversity_first"] >= 0
    assert all(torch.equal(value, weights(trainer)[name]) for name, value in before.items())
    assert torch.equal(state, torch.random.get_rng_state())
    trials = trainer.play_tasks([5, 6], 2)
    assert [(trial.task_seed, trial.trial) for trial in trials] == [(5, 0), (5, 1), (6, 0), (6, 1)]


def test_checkpoints_appear_only_where_a_generation_ends(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, steps_per_generation=2, max_steps=2)
    trainer.state.global_step = 1
    trainer._save_checkpoint(trainer.model, None)
    assert last_checkpoint(tmp_path) is None


def test_an_adapter_trains_against_the_model_without_it(tmp_path: Path) -> None:
    config = make_config(tmp_path, beta=0.1, steps_per_generation=2, max_steps=4)
    trainer = MetaRLTrainer(
        make_model(),
        config,
        make_tokenizer(),
        make_env=make_env,
        peft_config=LoraConfig(r=4, target_modules=["q_proj", "v_proj"]),
    )
    base = trainer.model.get_base_model().lm_head.weight.clone()
    trainer.train()
    first, *_, last = metrics_of(tmp_path)
    assert first["kl"] == pytest.approx(0, abs=1e-6)
    assert last["kl"] > 1e-6
    assert torch.equal(base, trainer.model.get_base_model().lm_head.weight)


def test_an_adapter_is_trained_by_ppo_and_saved_without_the_critic(tmp_path: Path) -> None:
    config = make_config(tmp_path, algorithm="ppo", save_strategy="steps", save_steps=2)
    trainer = MetaRLTrainer(
        make_model(),
        config,
        make_tokenizer(),
        make_env=make_env,
        peft_config=LoraConfig(r=4, target_modules=["q_proj", "v_proj"]),
    )
    before = weights(trainer)
    trainer.train()
    moved = {
        name for name, value in weights(trainer).items() if not torch.equal(value, before[name])
    }
    assert {name.rsplit(".", 2)[-2] for name in moved} == {"default", "inner", "out"}
    checkpoint = tmp_path / "checkpoint-2"
    assert (checkpoint / CRITIC_FILE).is_file()
    saved = load_file(checkpoint / "adapter_model.safetensors")
    assert saved
    assert all("lora" in name for name in saved)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_reference_entropy_and_clipping_go_with_every_algorithm(
    tmp_path: Path, algorithm: str
) -> None:
    make_model().save_pretrained(tmp_path / "start")
    trainer = make_trainer(
        tmp_path,
        type(make_model()).from_pretrained(tmp_path / "start"),
        algorithm=algorithm,
        beta=0.1,
        entropy_coef=0.01,
        epsilon=0.01,
        steps_per_generation=2,
        max_steps=4,
    )
    trainer.train()
    first, second, third, _ = metrics_of(tmp_path)
    assert first["kl"] == pytest.approx(0, abs=1e-6)
    assert third["kl"] > 1e-6
    assert first["entropy"] > 0
    assert first["entropy_coef"] == 0.01
    assert first["clip_ratio/region_mean"] == 0 < second["clip_ratio/region_mean"]


def test_completions_are_logged_when_asked(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, log_completions=True, max_steps=1)
    trainer.train()
    (table,) = (tmp_path / "completions").glob("*.parquet")
    prompts = load_dataset("parquet", data_files=str(table), split="train")["prompt"]
    assert all(prompt.startswith("<user> ") for prompt in prompts)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_training_raises_the_reward(tmp_path: Path, algorithm: str) -> None:
    trainer = make_trainer(
        tmp_path,
        algorithm=algorithm,
        value_learning_rate=1e-2,
        max_steps=30,
        steps_per_generation=2,
        tasks_per_update=8,
        learning_rate=3e-2,
        num_train_tasks=8,
        tokens_per_microbatch=4096,
    )
    trainer.train()
    success = [line["rollout/success"] for line in metrics_of(tmp_path) if "reward" in line]
    assert np.mean(success[-3:]) > np.mean(success[:3]) + 0.2


def test_the_environment_of_the_configuration_is_the_default(tmp_path: Path) -> None:
    config = make_config(
        tmp_path,
        env_id="LaMer/MineSweeper-v0",
        env_kwargs='{"size": 4, "num_mines": 3}',
        memory="history",
        prompts="compact",
        num_episodes=2,
        eval_split="test",
    )
    trainer = MetaRLTrainer(make_model(), config, make_tokenizer())
    env, held_out = trainer.make_env(), trainer.make_eval_env()
    assert env.settings.num_episodes == 2
    assert env.settings.memory == "history"
    assert (env.unwrapped.rows, env.unwrapped.split) == (4, "train")
    assert held_out.unwrapped.split == "test"
