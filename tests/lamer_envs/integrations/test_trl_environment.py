"""TRL's `environment_factory`: the classes alone, and under the stock `GRPOTrainer`."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lamer_envs.games.env import GameEnv
from lamer_envs.integrations.trl import (
    ReflectiveToolEnvironment,
    ToolEnvironment,
    environment_factory,
    task_rows,
)
from lamer_envs.registration import ENVIRONMENTS
from lamer_envs.rollout.scripted import player_module

IDS = [row.id for row in ENVIRONMENTS]
EXAMPLE = Path(__file__).parents[3] / "examples" / "trl_environment.py"


def minesweeper(**settings: Any) -> ReflectiveToolEnvironment:
    factory = environment_factory(
        "LaMer/MineSweeper-v0", env_kwargs={"size": 4, "num_mines": 2}, **settings
    )
    made = factory()
    assert isinstance(made, ReflectiveToolEnvironment)
    return made


@pytest.mark.parametrize("env_id", IDS)
def test_every_environment_speaks_of_tools(env_id: str) -> None:
    environment = environment_factory(env_id, num_episodes=2, env_kwargs={"max_turns": 7})()
    assert isinstance(environment, ReflectiveToolEnvironment)
    messages = [environment.reset(task_seed=0)]
    assert "call the tool `act` with" in messages[0]
    while (there := environment._conversation.phase) == "play":
        messages.append(environment.act("nothing"))
    assert there == "reflect"
    assert "with the tool `reflect`" in messages[-1]
    messages.append(environment.reflect("a note"))
    assert not re.search(r"</?(action|remark)>", "".join(messages))
    # Whoever does nothing in a game has lost it.
    lost = isinstance(environment._conversation.env.unwrapped, GameEnv)
    assert environment.get_reward() < 0.0 if lost else environment.get_reward() == 0.0


def test_the_class_is_named_after_its_environment() -> None:
    factory = environment_factory("LaMer/MineSweeper-v0")
    assert factory.__name__ == "MineSweeper"
    assert issubclass(factory, ReflectiveToolEnvironment)


@pytest.mark.parametrize("settings", [{"num_episodes": 1}, {"reflection": False}])
def test_where_no_note_is_asked_there_is_no_tool_for_it(settings: dict[str, Any]) -> None:
    environment = environment_factory("LaMer/Sokoban-v0", **settings)()
    assert isinstance(environment, ToolEnvironment)
    assert not hasattr(environment, "reflect")


def test_a_trial_by_tools() -> None:
    environment = minesweeper(num_episodes=2)
    environment.reset(task_seed=3)
    env = environment._conversation.env.unwrapped
    mine = env.task.mines.bit_length() - 1  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="call the tool `act` now"):
        environment.reflect("too early")
    told = environment.act(f"({mine // 4 + 1}, {mine % 4 + 1})")
    assert "*" in told
    with pytest.raises(ValueError, match="call the tool `reflect` now"):
        environment.act("(1, 1)")
    assert environment.reflect("not there").startswith("Attempt 2 of 2")
    assert environment.get_reward() == 0.0
    expert: Any = player_module(env)
    while environment._conversation.phase == "play":
        told = environment.act(expert.privileged_action(env))
    assert told.endswith("The task is solved. There is nothing left to do.")
    trial = environment._conversation.trial
    assert trial is not None
    assert environment.get_reward() == pytest.approx(trial.returns[0])
    assert trial.success
    assert trial.episodes[0].reflection is not None
    assert trial.episodes[0].reflection.action == "not there"
    with pytest.raises(ValueError, match="nothing left"):
        environment.act("(1, 1)")


def test_a_row_without_a_task_is_refused() -> None:
    with pytest.raises(ValueError, match="no column 'task_seed'"):
        minesweeper().reset(prompt=[])


def test_rows() -> None:
    rows = task_rows(3, first_seed=7)
    assert [row["task_seed"] for row in rows] == [7, 8, 9]
    with pytest.raises(ValueError, match="num_tasks"):
        task_rows(0)


def test_bad_settings_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="gamma_traj"):
        environment_factory("LaMer/Sokoban-v0", gamma_traj=2.0)


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("trl_environment", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_stock_grpo_trains_on_trials(example: ModuleType, tmp_path: Path) -> None:
    pytest.importorskip("trl", reason="the extra `train` is not installed")
    import torch
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    factory = environment_factory(
        "LaMer/MineSweeper-v0",
        num_episodes=2,
        # Shaped, so that returns differ and there is something to learn from.
        env_kwargs={
            "size": example.SIZE,
            "num_mines": 2,
            "max_turns": 2,
            "reward_mode": "shaped",
        },
    )
    rows = task_rows(2)
    texts = [factory().reset(**row) for row in rows]
    model, tokenizer, sayable = example.small_model(texts, context=2048)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    mute = sorted(set(range(len(tokenizer))) - set(sayable))
    trainer = GRPOTrainer(
        model=model,
        processing_class=tokenizer,
        args=GRPOConfig(
            output_dir=str(tmp_path),
            num_generations=4,
            per_device_train_batch_size=8,
            max_steps=2,
            max_completion_length=1024,
            max_tool_calling_iterations=6,
            generation_kwargs={
                "suppress_tokens": mute,
                "exponential_decay_length_penalty": (1, 1000.0),
            },
            learning_rate=1e-2,
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            use_cpu=True,
            bf16=False,
            seed=1,
        ),
        train_dataset=Dataset.from_list(rows),
        environment_factory=factory,
    )
    assert {tool.__name__ for tool in trainer.tools} == {"act", "reflect"}
    trainer.train()

    logged = [entry for entry in trainer.state.log_history if "reward" in entry]
    assert len(logged) == 2
    assert all(entry["tools/call_frequency"] > 1 for entry in logged)
    assert any(entry["reward_std"] > 0 and entry["grad_norm"] > 0 for entry in logged)
    assert any(not torch.equal(before[n], value) for n, value in model.state_dict().items())
    # The environments of the last batch: a group plays one task, and TRL was told their returns.
    environments = trainer.environments
    assert len(environments) == 8
    seeds = [each._conversation.env.task_seed for each in environments]
    assert seeds[:4] == [seeds[0]] * 4
    assert seeds[4:] == [seeds[4]] * 4
    assert {seeds[0], seeds[4]} == {0, 1}
    mean = sum(each.get_reward() for each in environments) / 8
    assert logged[-1]["rewards/MineSweeper/mean"] == pytest.approx(mean, rel=1e-4)
