"""The players: the privileged one wins in time, the fair one wins and reads only what was shown."""

import random

import gymnasium as gym
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.env import ALFWorldEnv
from lamer_envs.alfworld.expert import Explorer, next_action, privileged_action
from lamer_envs.alfworld.households import HouseholdSpec, generate
from lamer_envs.alfworld.planner import shortest_plan
from lamer_envs.alfworld.scene import TASK_TYPES
from lamer_envs.meta.prompt_sets import prompt_set_for
from lamer_envs.minesweeper.env import MineSweeperEnv


def test_the_privileged_player_wins_every_game_in_the_length_of_a_shortest_plan() -> None:
    env = ALFWorldEnv(split="valid_unseen")
    for seed in range(60):
        env.reset(seed=seed)
        length = len(shortest_plan(env.game) or [])
        for turn in range(1, length + 1):
            _, reward, terminated, _, info = env.step(privileged_action(env))
            assert info["action_valid"]
            assert terminated == (turn == length)
        assert (reward, info["success"]) == (10.0, True)


def test_the_privileged_player_recovers_from_anything() -> None:
    env = ALFWorldEnv(max_turns=60)
    for seed in range(40):
        _, info = env.reset(seed=seed)
        rng = random.Random(seed)
        for _ in range(30):
            _, _, terminated, _, info = env.step(rng.choice(info["admissible_actions"]))
            if terminated:
                break
        while not env.game.won:
            assert env.step(privileged_action(env))[4]["action_valid"]


@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_the_fair_player_finds_its_way(task_type: str) -> None:
    env = ALFWorldEnv(split="valid_unseen", task_types=[task_type], max_turns=80)
    for seed in range(25):
        env.reset(seed=seed)
        terminated = truncated = False
        while not terminated and not truncated:
            _, _, terminated, truncated, info = env.step(next_action(env))
            assert info["action_valid"]
        assert info["success"], (task_type, seed)


def test_the_fair_player_knows_nothing_but_the_transcript() -> None:
    env = ALFWorldEnv()
    for seed in range(30):
        env.reset(seed=seed)
        for _ in range(6):
            shown = list(env.transcript)
            # Nothing but strings goes in, so nothing that is hidden can.
            assert Explorer(shown).choose(env._admissible_actions()) == next_action(env)
            if env.step(next_action(env))[2]:
                break


def test_a_transcript_without_an_errand_is_refused() -> None:
    with pytest.raises(ValueError, match="ALFWorld's tasks"):
        Explorer(["You are in a maze of twisty little passages."])


def test_players_refuse_other_environments() -> None:
    env: gym.Env[str, str] = MineSweeperEnv()
    with pytest.raises(ValueError, match="expected an ALFWorldEnv"):
        next_action(env)


def test_the_prompts_show_the_commands_and_fifteen_observations() -> None:
    env = ALFWorldEnv()
    prompts = prompt_set_for(env)
    assert prompts.observations_in_full == 15
    assert prompts.format_admissible(["look", "go to bed 1"]) == "'look', 'go to bed 1'"
    assert "errand" in prompts.rules
    assert set(env.prompt_variables()) == {"max_turns"}


_VOCABULARY = """
go to take from move put in/on open close use heat cool clean slice with examine look inventory help
cabinet fridge apple mug 1 2 99 -1
"""
_WORDS = st.sampled_from(_VOCABULARY.split())


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 200),
    commands=st.lists(st.one_of(st.text(), st.lists(_WORDS).map(" ".join)), max_size=12),
)
def test_no_command_is_an_error(seed: int, commands: list[str]) -> None:
    game = Game(generate(HouseholdSpec("train", TASK_TYPES, 10), seed))
    for command in commands:
        before, admissible = game.key(), game.admissible()
        answer = game.step(command)
        assert isinstance(answer, str)
        if command.strip() not in admissible:
            assert answer == "Nothing happens."
            assert game.key() == before
