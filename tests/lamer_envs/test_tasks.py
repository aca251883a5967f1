"""What every environment promises about its tasks, checked from outside, over many seeds.

The tests of each environment check its generator; these check what a user gets from `gym.make`.
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable, Hashable
from itertools import combinations
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.alfworld.env import ALFWorldEnv
from lamer_envs.games.env import GameEnv
from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.minesweeper.env import MineSweeperEnv
from lamer_envs.registration import ENVIRONMENTS
from lamer_envs.rollout.scripted import player_module
from lamer_envs.sokoban.env import SokobanEnv
from lamer_envs.text_env import TextEnv
from lamer_envs.webshop.env import WebShopEnv

IDS = [registered.id for registered in ENVIRONMENTS]
WINNABLE = [env_id for env_id in IDS if not issubclass(type(gym.make(env_id).unwrapped), GameEnv)]
"""All but the games: nobody wins every hand."""


def splits_of(env_id: str) -> tuple[str, ...]:
    """The splits of an environment; ALFWorld's `test` is another name of `valid_unseen`."""
    inner = gym.make(env_id).unwrapped
    assert isinstance(inner, TextEnv)
    return tuple(
        name for name in inner.splits if "valid_unseen" not in inner.splits or name != "test"
    )


some_or_many_seeds = pytest.mark.parametrize(
    "seeds", [200, pytest.param(10_000, marks=pytest.mark.slow)]
)

DIGEST = """
import hashlib, random, sys
import gymnasium as gym
import numpy as np
import lamer_envs

env_id, split, seeds = sys.argv[1], sys.argv[2], int(sys.argv[3])
env = gym.make(env_id, split=split)
digest = hashlib.sha256()
for seed in range(seeds):
    observation, info = env.reset(seed=seed)
    digest.update(repr((observation, info)).encode())
    actions = info["admissible_actions"] or [f"search[{observation}]"]
    digest.update(repr(env.step(actions[seed % len(actions)])).encode())
print(digest.hexdigest())
"""


def board(env: gym.Env[Any, Any]) -> Hashable:
    """What makes a task another one than the next: the whole hidden layout."""
    inner = env.unwrapped
    if isinstance(inner, ALFWorldEnv):
        return inner.task.task_id
    if isinstance(inner, SokobanEnv):
        return inner.task.room, inner.task.start.boxes
    if isinstance(inner, WebShopEnv):
        return inner.task.asin
    if isinstance(inner, GameEnv):
        return inner.task.task_id, inner.position.seen_by(0), inner.position.seen_by(1)
    assert isinstance(inner, MineSweeperEnv)
    return inner.task.mines


def strongest_player(env: gym.Env[Any, Any]) -> Callable[[gym.Env[Any, Any]], str]:
    module = player_module(env)
    play = getattr(module, "privileged_action", None) or getattr(module, "next_action", None)
    assert play is not None
    return play  # type: ignore[no-any-return]


def digest_in_new_process(env_id: str, split: str, seeds: int, hash_seed: str) -> str:
    process = subprocess.run(
        [sys.executable, "-c", DIGEST, env_id, split, str(seeds)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return process.stdout.strip()


@some_or_many_seeds
@pytest.mark.parametrize("env_id", WINNABLE)
def test_every_task_is_alive_and_can_be_won_within_the_limit(env_id: str, seeds: int) -> None:
    boards: dict[str, set[Hashable]] = {}
    splits = splits_of(env_id)
    for split in splits:
        env = gym.make(env_id, split=split)
        play = strongest_player(env)
        boards[split] = set()
        for seed in range(seeds):
            _, info = env.reset(seed=seed)
            assert not info["success"]
            boards[split].add(board(env))
            over = False
            while not over:
                _, _, terminated, truncated, info = env.step(play(env))
                over = terminated or truncated
            assert info["success"], f"{split} task {seed}"
    for one, other in combinations(splits, 2):
        assert boards[one].isdisjoint(boards[other])


@some_or_many_seeds
@pytest.mark.parametrize("env_id", IDS)
def test_texts_are_the_same_in_every_process(env_id: str, seeds: int) -> None:
    for split in splits_of(env_id) if seeds > 1_000 else ("train",):
        first = digest_in_new_process(env_id, split, seeds, "1")
        assert len(first) == 64
        assert digest_in_new_process(env_id, split, seeds, "77") == first


@some_or_many_seeds
@pytest.mark.parametrize("env_id", IDS)
def test_global_random_state_is_neither_read_nor_written(env_id: str, seeds: int) -> None:
    def play(state: int) -> str:
        random.seed(state)
        np.random.seed(state)
        before = random.getstate(), np.random.get_state()
        env = gym.make(env_id)
        digest = hashlib.sha256()
        env.reset(seed=3)
        for seed in range(seeds):
            # Every other task is one that the environment draws by itself.
            observation, info = env.reset(seed=seed if seed % 2 else None)
            digest.update(observation.encode())
            actions = info["admissible_actions"] or [f"search[{observation}]"]
            digest.update(env.step(actions[0])[0].encode())
        after = random.getstate(), np.random.get_state()
        assert before[0] == after[0]
        assert all(np.array_equal(b, a) for b, a in zip(before[1], after[1], strict=True))
        return digest.hexdigest()

    assert play(1) == play(2)


@pytest.mark.parametrize("groups", [50, pytest.param(1_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("env_id", IDS)
def test_a_group_shares_its_start_whatever_its_members_did_before(env_id: str, groups: int) -> None:
    starts: dict[int, set[Hashable]] = {seed: set() for seed in range(groups)}
    for member in range(8):
        rng = random.Random(member)
        env = MultiEpisodeReflectionWrapper(gym.make(env_id))
        inner = env.unwrapped
        assert isinstance(inner, TextEnv)
        for seed in rng.sample(range(groups), groups):
            prompt, info = env.reset(seed=seed, options={"trial": member})
            starts[seed].add((prompt, info["state_key"], info["task_id"], board(env)))
            # Each member leaves its task at another place, in another episode.
            for _ in range(rng.randrange(4)):
                action = rng.choice(info["admissible_actions"] or [""])
                _, _, over, _, info = env.step(f"<action>{action}</action>")
                if over:
                    break
    assert all(len(seen) == 1 for seen in starts.values())
    assert len({start for seen in starts.values() for start in seen}) > 0.8 * groups
