import copy
import pickle
import tracemalloc
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv
from gymnasium.vector.utils import (
    create_shared_memory,
    read_from_shared_memory,
    write_to_shared_memory,
)
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.registration import ENVIRONMENTS
from lamer_envs.spaces import TextSpace

IDS = [row.id for row in ENVIRONMENTS]
MODES: list[dict[str, Any]] = [
    {"vectorization_mode": "sync"},
    {"vectorization_mode": "async"},
    {"vectorization_mode": "async", "vector_kwargs": {"shared_memory": False}},
    {"vectorization_mode": "async", "vector_kwargs": {"copy": False}},
]


def test_membership_is_a_matter_of_length() -> None:
    space = TextSpace(5)
    assert "" in space
    assert "√😀\x00\ud800上" in space
    assert "123456" not in space
    assert 5 not in space
    assert b"abc" not in space
    assert None not in space


def test_samples_belong_and_follow_the_seed() -> None:
    space, twin = TextSpace(1000), TextSpace(1000)
    space.seed(3)
    twin.seed(3)
    drawn = [space.sample() for _ in range(50)]
    assert drawn == [twin.sample() for _ in range(50)]
    assert all(text in space and len(text) <= 64 for text in drawn)
    assert len(set(drawn)) > 40
    assert all(len(TextSpace(2).sample()) <= 2 for _ in range(20))
    assert len(space.sample(mask=(7, None))) == 7


def test_spaces_compare_and_travel() -> None:
    assert TextSpace(5) == TextSpace(5)
    assert TextSpace(5) != TextSpace(6)
    assert pickle.loads(pickle.dumps(TextSpace(5))) == TextSpace(5)
    assert copy.deepcopy(TextSpace(5)) == TextSpace(5)
    assert repr(TextSpace(5)) == "TextSpace(5)"


def test_a_thousand_spaces_are_small() -> None:
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    spaces = [TextSpace(100) for _ in range(1000)]
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(spaces) == 1000
    assert grown < 1000 * 500


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_shared_memory_gives_back_what_was_written(texts: list[str]) -> None:
    space = TextSpace(8)
    memory = create_shared_memory(space, n=len(texts))
    view = read_from_shared_memory(space, memory, n=len(texts))
    assert tuple(view) == ("",) * len(texts)
    for index, text in enumerate(texts):
        write_to_shared_memory(space, index, text, memory)
    assert tuple(view) == tuple(texts)
    assert view[-1] == texts[-1]
    assert view[:1] == (texts[0],)
    kept = copy.deepcopy(view)
    write_to_shared_memory(space, 0, "new", memory)
    assert kept == tuple(texts)
    assert view[0] == "new"
    assert view == ("new", *texts[1:])
    assert repr(view) == repr(("new", *texts[1:]))


def test_shared_memory_limits() -> None:
    space = TextSpace(2)
    memory = create_shared_memory(space, n=1)
    view = read_from_shared_memory(space, memory, n=1)
    write_to_shared_memory(space, 0, "😀\ud800", memory)
    assert view[0] == "😀?"
    with pytest.raises(ValueError, match="an observation of 9 characters does not fit"):
        write_to_shared_memory(space, 0, "123456789", memory)
    with pytest.raises(IndexError, match="index 1 is outside of 1 texts"):
        view[1]


def _actions(env: gym.Env[str, str], info: dict[str, Any], step: int) -> str:
    searches = ["search[black shoes]", "search[oil]"] if info.get("can_search") else None
    offered = info["admissible_actions"] or searches or ["up", "left", "down", "right"]
    return str(offered[step % len(offered)])


@pytest.mark.parametrize("env_id", IDS)
@pytest.mark.parametrize("mode", MODES, ids=["sync", "async", "async-pipes", "async-live"])
def test_vectors_show_what_single_environments_show(env_id: str, mode: dict[str, Any]) -> None:
    singles = [gym.make(env_id) for _ in range(3)]
    envs = gym.make_vec(env_id, num_envs=3, **copy.deepcopy(mode))
    kind = SyncVectorEnv if mode["vectorization_mode"] == "sync" else AsyncVectorEnv
    assert isinstance(envs, kind)
    try:
        expected = [env.reset(seed=20 + k) for k, env in enumerate(singles)]
        observations, infos = envs.reset(seed=20)
        assert tuple(observations) == tuple(text for text, _ in expected)
        assert len(set(infos["task_id"])) == 3
        # All empty boards of Tic-Tac-Toe look alike.
        assert len(set(observations)) == 3 or env_id == "LaMer/TicTacToe-v0"
        latest = [info for _, info in expected]
        first = tuple(observations)
        over = [False] * 3
        for step in range(9):
            actions = tuple(
                _actions(env, info, step) for env, info in zip(singles, latest, strict=True)
            )
            outcomes: list[Any] = []
            for k, env in enumerate(singles):
                if over[k]:  # the vector resets in the step after the last one
                    text, info = env.reset()
                    outcomes.append((text, 0.0, False, False, info))
                else:
                    outcomes.append(env.step(actions[k]))
            observations, rewards, terminated, truncated, infos = envs.step(actions)
            assert tuple(observations) == tuple(outcome[0] for outcome in outcomes)
            assert list(rewards) == [outcome[1] for outcome in outcomes]
            assert list(terminated) == [outcome[2] for outcome in outcomes]
            assert list(truncated) == [outcome[3] for outcome in outcomes]
            assert list(infos["state_key"]) == [outcome[4]["state_key"] for outcome in outcomes]
            over = list(np.logical_or(terminated, truncated))
            latest = [outcome[4] for outcome in outcomes]
        assert tuple(observations) != first
    finally:
        envs.close()
