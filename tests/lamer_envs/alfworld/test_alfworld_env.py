import os
import subprocess
import sys
from typing import Any

import gymnasium as gym
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamer_envs.alfworld.env import ALFWorldEnv
from lamer_envs.alfworld.planner import shortest_plan
from lamer_envs.alfworld.scene import ID_TASK_TYPES, OOD_TASK_TYPES, TASK_TYPES

SPLITS = ("train", "valid_seen", "valid_unseen")


def won(env: ALFWorldEnv, seed: int) -> list[float]:
    env.reset(seed=seed)
    return [env.step(command)[1] for command in shortest_plan(env.game) or ()]


def test_the_errand_done_ends_the_episode_with_ten() -> None:
    env = ALFWorldEnv()
    for seed in range(12):
        rewards = won(env, seed)
        assert rewards == [0.0] * (len(rewards) - 1) + [10.0]
        with pytest.raises(gym.error.ResetNeeded):
            env.step("look")


def test_shaped_rewards_add_up_to_eleven() -> None:
    env = ALFWorldEnv(reward_mode="shaped")
    for seed in range(12):
        assert sum(won(env, seed)) == pytest.approx(11.0)


def test_shaped_rewards_take_back_what_was_given() -> None:
    env = ALFWorldEnv(reward_mode="shaped", task_types=["pick_two_obj_and_place"])
    env.reset(seed=0)
    commands = list(shortest_plan(env.game) or ())
    take = next(i for i, command in enumerate(commands) if command.startswith("take"))
    for command in commands[:take]:
        env.step(command)
    given = env.step(commands[take])[1]
    back = next(c for c in env.game.admissible() if c.startswith("move"))
    assert (given, env.step(back)[1]) == (0.25, -0.25)


def test_what_is_not_admissible_costs_a_turn() -> None:
    env = ALFWorldEnv()
    _, before = env.reset(seed=1)
    for turn, (action, code) in enumerate(
        [("jump", "not_an_action"), ("  ", "empty"), ("LOOK", "not_an_action")], 1
    ):
        answer, reward, terminated, _, info = env.step(action)
        assert (answer, reward, terminated) == ("Nothing happens.", 0.0, False)
        assert (info["parse"], info["turn"]) == (code, turn)
        assert info["state_key"] == before["state_key"]
        assert info["admissible_actions"] == before["admissible_actions"]


def test_help_works_and_is_not_shown() -> None:
    env = ALFWorldEnv()
    _, info = env.reset(seed=1)
    assert "help" not in info["admissible_actions"]
    assert "help" in env.game.admissible()
    answer, _, _, _, info = env.step("help")
    assert answer.startswith("Available commands:")
    assert info["action_valid"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("all", TASK_TYPES),
        ("id", ID_TASK_TYPES),
        ("ood", OOD_TASK_TYPES),
        (TASK_TYPES[2], TASK_TYPES[2:3]),
        ([TASK_TYPES[4], TASK_TYPES[1]], (TASK_TYPES[1], TASK_TYPES[4])),
    ],
)
def test_task_types_are_kept_to(wanted: Any, expected: tuple[str, ...]) -> None:
    env = ALFWorldEnv(task_types=wanted)
    seen = {env.reset(seed=seed)[1]["task_type"] for seed in range(60)}
    assert seen == set(expected)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"source": "web"}, "source must be one of 'procedural', 'data'"),
        ({"backend": "java"}, "backend must be one of 'native', 'textworld'"),
        ({"grammar": "old"}, "grammar must be one of 'own', 'new'"),
        ({"task_types": "some"}, "task_types must be 'all', 'id', 'ood' or names out of pick_and"),
        ({"task_types": []}, "task_types must be"),
        ({"rooms": ["attic"]}, r"rooms must be 'all' or names out of kitchen, .*'attic'"),
        ({"rooms": []}, "rooms must be"),
        ({"rooms": "kitchen", "source": "data"}, "rooms needs source='procedural'"),
        ({"render_mode": "rgb_array"}, "render_mode must be one of 'ansi'"),
        ({"backend": "textworld", "reward_mode": "shaped"}, "needs backend='native'"),
    ],
)
def test_wrong_arguments(kwargs: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ALFWorldEnv(**kwargs)


def test_test_is_another_name_of_valid_unseen() -> None:
    one, other = ALFWorldEnv(split="test"), ALFWorldEnv(split="valid_unseen")
    assert one.reset(seed=5) == other.reset(seed=5)


def test_info_says_where_the_game_is_from() -> None:
    _, info = ALFWorldEnv().reset(seed=9)
    assert info["generator_seed"] == 9
    assert info["task_type"] in TASK_TYPES
    assert "game_file" not in info


def test_the_transcript_is_what_the_agent_saw() -> None:
    env = ALFWorldEnv(render_mode="ansi")
    first, _ = env.reset(seed=2)
    answer = env.step("look")[0]
    assert env.transcript == [first, "look", answer]
    assert env.render() == answer
    env.reset(options={"restart": True})
    assert env.transcript == [first]


def test_the_same_text_in_every_process() -> None:
    code = (
        "from lamer_envs.alfworld.env import ALFWorldEnv\n"
        f"for split in {SPLITS}:\n"
        "    env = ALFWorldEnv(split=split)\n"
        "    for seed in range(6):\n"
        "        print(env.reset(seed=seed))\n"
        "        for k in range(8):\n"
        "            print(env.step((a := env._admissible_actions())[k * 7 % len(a)]))\n"
        "            if env._over: break\n"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
        ).stdout
        for hash_seed in ("0", "1")
    }
    assert len(shown) == 1
    assert len(shown.pop()) > 10_000


@settings(max_examples=60)
@given(st.integers(0, 1 << 31), st.lists(st.one_of(st.text(), st.integers(0, 999)), max_size=10))
def test_any_actions_keep_the_contract(seed: int, actions: list[str | int]) -> None:
    env = ALFWorldEnv()
    observation, info = env.reset(seed=seed)
    for action in actions:
        assert env.observation_space.contains(observation)
        admissible = info["admissible_actions"]
        assert admissible == sorted(set(admissible))
        text = admissible[action % len(admissible)] if isinstance(action, int) else action
        observation, _, terminated, truncated, after = env.step(text)
        assert after["action_valid"] == (text.strip() in {*admissible, "help"})
        assert after["action_effective"] == (after["state_key"] != info["state_key"])
        info = after
        if terminated or truncated:
            break
