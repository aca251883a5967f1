import subprocess
import sys
import warnings
from typing import Any

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import check_env

from lamer_envs.registration import ENVIRONMENTS, register_all
from lamer_envs.text_env import TextEnv

IDS = [row.id for row in ENVIRONMENTS]
GAMES = ["LaMer/KuhnPoker-v0", "LaMer/TicTacToe-v0"]
KEYS = {
    *("success", "action_valid", "action_effective", "parse", "state_key", "task_id"),
    *("task_seed", "turn", "admissible_actions"),
}


def make(env_id: str, **kwargs: Any) -> TextEnv[Any]:
    env = gym.make(env_id, **kwargs).unwrapped
    assert isinstance(env, TextEnv)
    return env


@pytest.mark.parametrize("env_id", IDS)
def test_both_spellings_give_the_same_environment(env_id: str) -> None:
    plain, prefixed = gym.make(env_id), gym.make(f"lamer_envs:{env_id}")
    assert type(plain.unwrapped) is type(prefixed.unwrapped)
    assert plain.reset(seed=5)[0] == prefixed.reset(seed=5)[0]


def test_the_prefixed_spelling_needs_no_import() -> None:
    env_id = "LaMer/MineSweeper-v0"
    code = f"import gymnasium; print(gymnasium.make('lamer_envs:{env_id}').reset(seed=1)[0])"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert shown.stdout == gym.make(env_id).reset(seed=1)[0] + "\n"


def test_registering_again_changes_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = {env_id: gym.registry[env_id] for env_id in IDS}
        register_all()
    assert all(gym.registry[env_id] is spec for env_id, spec in before.items())


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("env_id", IDS)
def test_gymnasium_finds_nothing_to_complain_about(env_id: str) -> None:
    env = make(env_id)
    check_env(env, skip_render_check=True)


@pytest.mark.parametrize("env_id", IDS)
def test_info_is_complete_at_reset_and_step(env_id: str) -> None:
    env = make(env_id)
    observation, info = env.reset(seed=7)
    assert info.keys() >= KEYS
    assert (info["turn"], info["task_seed"], info["success"]) == (0, 7, False)
    assert env.observation_space.contains(observation)
    _, reward, terminated, truncated, after = env.step("gibberish")
    assert after.keys() == info.keys()
    assert (reward, terminated, truncated) == (0.0, False, False)
    assert (after["turn"], after["action_valid"], after["action_effective"]) == (1, False, False)
    assert after["parse"] == "not_an_action"
    assert after["state_key"] == info["state_key"]


@pytest.mark.parametrize("env_id", IDS)
def test_a_restart_gives_the_start_back(env_id: str) -> None:
    env = make(env_id)
    first, info = env.reset(seed=7)
    assert env.restart_repeats == (env_id not in GAMES)
    if env_id in GAMES:
        # Where the opponent begins, it may begin in another way.
        env = make(env_id, seat="first")
        first, info = env.reset(seed=7)
    task = env.task
    for action in env._admissible_actions() or ["up", "left", "down", "right"]:
        if any(env.step(action)[2:4]):
            break
    again, later = env.reset(options={"restart": True})
    assert again == first
    assert later == info
    assert env.task is task


@pytest.mark.parametrize("env_id", IDS)
def test_unseeded_resets_draw_from_the_environments_own_generator(env_id: str) -> None:
    one, other = make(env_id), make(env_id)
    one.reset(seed=3)
    other.reset(seed=3)
    drawn = [one.reset()[1]["task_seed"] for _ in range(3)]
    assert drawn == [other.reset()[1]["task_seed"] for _ in range(3)]
    assert len(set(drawn)) == 3
    assert make(env_id).reset(seed=drawn[1])[1]["task_seed"] == drawn[1]


@pytest.mark.parametrize("env_id", IDS)
def test_the_turn_limit_truncates_and_ends(env_id: str) -> None:
    env = make(env_id)
    env.reset(seed=0)
    ends = [env.step("?")[3] for _ in range(env.max_turns)]
    assert ends == [False] * (env.max_turns - 1) + [True]
    with pytest.raises(gym.error.ResetNeeded, match="the episode is over"):
        env.step("?")


@pytest.mark.parametrize("env_id", IDS)
def test_prompt_variables_are_plain_values(env_id: str) -> None:
    variables = make(env_id, max_turns=9).prompt_variables()
    assert variables["max_turns"] == 9
    assert all(isinstance(value, (int, str)) for value in variables.values())


@pytest.mark.filterwarnings("ignore:.*render_mode")  # gymnasium warns before the class raises
@pytest.mark.parametrize("env_id", IDS)
@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"max_turns": 0}, "max_turns must be an integer of at least 1, not 0"),
        ({"max_turns": 2.5}, "max_turns must be an integer of at least 1, not 2.5"),
        ({"max_turns": True}, "max_turns must be an integer"),
        ({"split": "holdout"}, "split must be one of 'train', .*'test'"),
        ({"reward_mode": "dense"}, "reward_mode must be one of 'sparse', 'shaped'"),
        ({"render_mode": "ascii"}, "render_mode must be one of 'ansi'"),
    ],
)
def test_wrong_arguments(env_id: str, kwargs: dict[str, Any], message: str) -> None:
    if env_id in GAMES and "reward_mode" in kwargs:
        with pytest.raises(TypeError, match="reward_mode"):
            gym.make(env_id, **kwargs)
        return
    with pytest.raises(ValueError, match=message):
        gym.make(env_id, **kwargs)


@pytest.mark.parametrize("env_id", IDS)
def test_wrong_calls(env_id: str) -> None:
    env = make(env_id)
    with pytest.raises(gym.error.ResetNeeded):
        env.step("early")
    with pytest.raises(gym.error.ResetNeeded):
        _ = env.task
    with pytest.raises(ValueError, match="nothing to restart"):
        env.reset(options={"restart": True})
    with pytest.raises(ValueError, match="either seed or restart"):
        env.reset(seed=1, options={"restart": True})
    with pytest.raises(ValueError, match=r"unknown reset options \['level'\]; expected 'restart'"):
        env.reset(options={"level": 3})
    env.reset(seed=1)
    with pytest.raises(TypeError, match="an action is a string, not int"):
        env.step(1)  # type: ignore[arg-type]


@pytest.mark.parametrize("env_id", IDS)
def test_every_id_is_documented(env_id: str) -> None:
    doc = type(make(env_id)).__doc__ or ""
    for heading in ("Description", "Action Space", "Observation Space", "Rewards", "Arguments"):
        assert f"## {heading}" in doc
    assert "## Version History" in doc
