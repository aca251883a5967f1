from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from trainer_kit import make_config
from trl import TrlParser

from lamer_train.config import MetaRLConfig


def test_batch_sizes_and_evaluation_steps_follow(tmp_path: Path) -> None:
    config = make_config(
        tmp_path,
        tasks_per_update=6,
        num_generations=4,
        steps_per_generation=3,
        max_steps=12,
        eval_every=2,
    )
    assert config.generation_batch_size == 24
    assert config.per_device_train_batch_size == 8
    assert config.num_updates == 4
    assert (config.eval_strategy, config.eval_steps) == ("steps", 6)
    assert config.bf16 is False
    assert config.chat_template_kwargs == {"enable_thinking": False}


@pytest.mark.parametrize("processes", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("group", [8, 24])
@pytest.mark.parametrize("steps", [1, 5, 16, 32])
def test_the_steps_of_a_generation_need_not_divide_its_trials(
    tmp_path: Path, processes: int, group: int, steps: int
) -> None:
    config = make_config(tmp_path, tasks_per_update=16, num_generations=group)
    drawn = config._rows_drawn(processes, steps) * processes * steps
    assert drawn % group == 0
    assert drawn >= 16 * group
    if 16 * group % (processes * steps) == 0:
        assert drawn == 16 * group


def test_the_trials_are_shared_out_evenly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "5")
    with pytest.raises(ValueError, match=r"by the number of processes \(5\)"):
        make_config(tmp_path)


@pytest.mark.parametrize("name", ["tensorboard", "trackio", "wandb"])
def test_a_reporter_that_is_not_installed_is_named(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lamer_train.reporters.find_spec", lambda package: None)
    with pytest.raises(ValueError, match=f"pip install {name}"):
        make_config(tmp_path, report_to=[name])
    assert make_config(tmp_path, report_to="none").report_to == []
    assert make_config(tmp_path, report_to=["none"]).report_to == []


def test_a_reporter_that_nobody_knows_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"tensorbord is not supported, only .*tensorboard"):
        make_config(tmp_path, report_to="tensorbord")


def test_a_run_is_called_like_its_folder(tmp_path: Path) -> None:
    assert make_config(tmp_path / "seed1").run_name == "seed1"
    assert make_config(tmp_path / "seed1", run_name="mine").run_name == "mine"


def test_the_normalisation_follows_the_algorithm(tmp_path: Path) -> None:
    assert make_config(tmp_path, algorithm="grpo").advantage_norm == "mean_std"
    assert make_config(tmp_path, algorithm="gigpo").advantage_norm == "mean"
    assert make_config(tmp_path, algorithm="grpo", advantage_norm="mean").advantage_norm == "mean"
    assert make_config(tmp_path, algorithm="rloo").advantage_norm is None


def test_the_value_head_learns_ten_times_faster_by_default(tmp_path: Path) -> None:
    config = make_config(tmp_path, algorithm="ppo", learning_rate=1e-6)
    assert config.value_learning_rate == pytest.approx(1e-5)
    config = make_config(tmp_path, algorithm="ppo", value_learning_rate=1e-4)
    assert config.value_learning_rate == 1e-4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"algorithm": "sac"}, "algorithm must be one of 'grpo', 'gigpo', 'rloo'"),
        ({"memory": "all"}, "memory must be one of"),
        ({"advantage_level": "turn"}, "advantage_level must be one of"),
        ({"advantage_norm": "max"}, "advantage_norm must be one of"),
        ({"advantage_norm": "mean", "algorithm": "rloo"}, "advantage_norm is for grpo and gigpo"),
        ({"gae_lambda": 1.5}, "gae_lambda must be in"),
        ({"value_clip": 0.0}, "value_clip must be above 0"),
        ({"value_coef": -0.1}, "value_coef must be at least 0"),
        ({"value_learning_rate": -1.0}, "value_learning_rate must be at least 0"),
        ({"algorithm": "ppo", "fp16": True}, "fp16 with ppo"),
        ({"loss_type": "mse"}, "loss_type must be one of"),
        ({"credit": "none"}, "credit must be one of"),
        ({"objective": "best"}, "objective must be one of"),
        ({"gamma_step": 1.5}, "gamma_step must be"),
        ({"gamma_traj": -0.1}, "gamma_traj must be"),
        ({"num_episodes": 0}, "num_episodes must be an integer of at least 1"),
        ({"num_generations": 1}, "num_generations must be an integer of at least 2"),
        ({"tasks_per_update": 0}, "tasks_per_update must be"),
        ({"num_train_tasks": 2}, "num_train_tasks must be an integer of at least 3"),
        ({"tokens_per_microbatch": 0}, "tokens_per_microbatch must be"),
        ({"rollout_concurrency": 0}, "rollout_concurrency must be"),
        ({"eval_tasks": 0}, "eval_tasks must be"),
        ({"step_weight": -1.0}, "step_weight must be at least 0"),
        ({"invalid_penalty": float("nan")}, "invalid_penalty must be at least 0"),
        ({"eval_temperature": -1.0}, "temperature must be at least 0"),
        ({"eval_top_p": 1.5}, "top_p must be in"),
        ({"max_steps": -1}, "max_steps must be positive"),
        ({"max_steps": 3, "steps_per_generation": 2}, "max_steps must be a multiple of"),
        (
            {"save_steps": 3, "steps_per_generation": 2, "save_strategy": "steps"},
            "save_steps must be a multiple of",
        ),
        ({"gradient_accumulation_steps": 2}, "gradient_accumulation_steps"),
        ({"num_iterations": 2}, "num_iterations"),
        ({"use_adaptive_entropy": True}, "use_adaptive_entropy"),
        ({"generation_batch_size": 12}, "generation_batch_size"),
        ({"use_vllm": True}, "use_vllm"),
        ({"repetition_penalty": 1.1}, "repetition_penalty"),
        ({"top_entropy_quantile": 0.5}, "top_entropy_quantile"),
        ({"save_strategy": "epoch"}, "save_strategy"),
        ({"env_kwargs": "[1]"}, "expected a mapping"),
    ],
)
def test_impossible_settings_are_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make_config(tmp_path, **changes)


def test_a_yaml_file_and_the_command_line_make_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text(
        "env_id: LaMer/MineSweeper-v0\n"
        "env_kwargs:\n  size: 4\n  num_mines: 3\n"
        "max_steps: 4\nmemory: history\nuse_cpu: true\n"
        f"output_dir: {tmp_path}\n"
    )
    (config,) = TrlParser(MetaRLConfig).parse_args_and_config(
        ["--config", str(path), "--gamma_traj", "0.9", "--learning_rate", "1e-4"]
    )
    assert config.env_kwargs == {"size": 4, "num_mines": 3}
    assert (config.memory, config.gamma_traj, config.learning_rate) == ("history", 0.9, 1e-4)
    (config,) = TrlParser(MetaRLConfig).parse_args_and_config(
        ["--config", str(path), "--env_kwargs", '{"size": 5}']
    )
    assert config.env_kwargs == {"size": 5}


def test_a_configuration_survives_the_checkpoint(tmp_path: Path) -> None:
    config = make_config(tmp_path, env_kwargs={"size": 4})
    assert config.to_dict()["env_kwargs"] == {"size": 4}
    assert config.wrapper_kwargs()["num_episodes"] == 3
