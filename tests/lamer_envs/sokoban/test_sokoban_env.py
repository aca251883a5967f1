"""The environment's contract, its rewards and endings, and the expert."""

from __future__ import annotations

import copy
import pickle
import random
import warnings
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils import env_checker
from gymnasium.wrappers import RecordVideo
from hypothesis import given, settings
from hypothesis import strategies as st

import lamer_envs  # noqa: F401
from lamer_envs.sokoban.engine import MOVES, State, move
from lamer_envs.sokoban.env import SokobanEnv
from lamer_envs.sokoban.expert import next_action
from lamer_envs.sokoban.text import read_board
from lamer_envs.sokoban.tiles import TILE

INFO_KEYS = {
    "success",
    "action_valid",
    "action_effective",
    "parse",
    "state_key",
    "task_id",
    "task_seed",
    "turn",
    "admissible_actions",
    "optimal_length",
    "boxes_on_target",
}


def play_to_the_end(env: SokobanEnv) -> tuple[int, float, dict[str, Any]]:
    """Moves and reward of the expert's play, and the last info."""
    moves, total, over = 0, 0.0, False
    while not over:
        action = next_action(env)
        _, reward, terminated, truncated, info = env.step(action)
        moves += action.count(",") + 1
        total += float(reward)
        over = terminated or truncated
    return moves, total, info


@pytest.mark.parametrize("render_mode", [None, "ansi", "rgb_array"])
def test_gymnasium_has_no_complaint(render_mode: str | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gym.make("LaMer/Sokoban-v0", render_mode=render_mode)
        env_checker.check_env(env.unwrapped)
        # Gymnasium 1.4 gave it another name.
        check_reset_seed = getattr(env_checker, "check_reset_seed_determinism", None)
        (check_reset_seed or env_checker.check_reset_seed)(env.unwrapped)


def test_both_spellings_make_it() -> None:
    for name in ("LaMer/Sokoban-v0", "lamer_envs:LaMer/Sokoban-v0"):
        assert isinstance(gym.make(name, num_boxes=1).unwrapped, SokobanEnv)


def test_info_keys_and_values() -> None:
    env = SokobanEnv()
    observation, info = env.reset(seed=5)
    assert set(info) == INFO_KEYS
    assert info["admissible_actions"] == list(MOVES)
    assert info["task_id"].startswith("sokoban-6x6-2-")
    assert info["task_seed"] == 5
    assert info["optimal_length"] == env.task.optimal_length
    assert info["boxes_on_target"] == 0
    _, _, _, _, after = env.step("jump")
    assert set(after) == INFO_KEYS
    assert after["turn"] == 1
    assert after["optimal_length"] == info["optimal_length"]
    assert read_board(observation) == (env.task.room, env.task.start)


def test_expert_wins_a_thousand_test_levels_in_optimal_length() -> None:
    env = SokobanEnv(split="test")
    for seed in range(1000):
        _, info = env.reset(seed=seed)
        moves, reward, last = play_to_the_end(env)
        assert last["success"]
        assert reward == 10.0
        assert moves == info["optimal_length"]
        assert last["turn"] == -(-moves // 3) <= 7
        assert last["boxes_on_target"] == 2


@pytest.mark.parametrize(
    ("kwargs", "count"),
    [
        ({"size": 10, "num_boxes": 3}, 15),
        ({"size": (8, 12), "num_boxes": 4, "max_turns": 15, "max_solution": 45}, 5),
        ({"size": 7, "moves_per_turn": 1, "max_turns": 30, "max_solution": 30}, 15),
    ],
)
def test_expert_on_other_boards(kwargs: dict[str, Any], count: int) -> None:
    env = SokobanEnv(**kwargs)
    for seed in range(count):
        _, info = env.reset(seed=seed)
        moves, _, last = play_to_the_end(env)
        assert last["success"]
        assert moves == info["optimal_length"]


def test_expert_goes_on_from_any_state() -> None:
    env = SokobanEnv(max_turns=50)
    rng = random.Random(0)
    wins = 0
    for seed in range(100):
        env.reset(seed=seed)
        over = False
        for _ in range(4):
            _, _, terminated, _, _ = env.step(rng.choice(MOVES))
            over = terminated
            if over:
                break
        if not over:
            left = env.task.solver.table.distance(env.state)
            moves, _, last = play_to_the_end(env)
            assert last["success"]
            assert moves == left
            wins += 1
    assert wins > 30


def test_expert_at_a_dead_end_still_answers() -> None:
    env = SokobanEnv(end_on_dead_end=False, max_turns=60, max_solution=21)
    rng = random.Random(1)
    dead = 0
    for seed in range(60):
        env.reset(seed=seed)
        for _ in range(30):
            _, _, terminated, truncated, info = env.step(rng.choice(MOVES))
            if terminated or truncated:
                break
            if env.task.solver.is_dead(env.state):
                action = next_action(env)
                assert action in MOVES
                dead += 1
        assert info["turn"] > 0
    assert dead > 100


def test_restart_is_byte_identical_in_text_and_in_hidden_state() -> None:
    env = SokobanEnv()
    for seed in range(50):
        observation, info = env.reset(seed=seed)
        state = env.state
        key = info["state_key"]
        play_to_the_end(env)
        again, info_again = env.reset(options={"restart": True})
        assert again.encode() == observation.encode()
        assert info_again == info
        assert (env.state, info_again["state_key"]) == (state, key)


def test_groups_share_one_initial_state() -> None:
    envs = [SokobanEnv() for _ in range(8)]
    for seed in range(1000):
        first = envs[0].reset(seed=seed)
        assert all(env.reset(seed=seed) == first for env in envs[1:])


def test_state_key_tells_states_apart() -> None:
    keys: dict[str, tuple[object, State]] = {}
    env = SokobanEnv()
    rng = random.Random(2)
    for seed in range(60):
        _, info = env.reset(seed=seed)
        for _ in range(7):
            known = keys.setdefault(info["state_key"], (env.task.room, env.state))
            assert known == (env.task.room, env.state)
            _, _, terminated, truncated, info = env.step(rng.choice(MOVES))
            if terminated or truncated:
                break
    assert len(set(keys.values())) == len(keys)


@pytest.mark.parametrize("size", [6, 10])
def test_pickle_and_copy_go_on_from_the_same_state(size: int) -> None:
    env = SokobanEnv(size=size)
    env.reset(seed=9)
    action = next_action(env)
    env.step(action)
    for other in (pickle.loads(pickle.dumps(env)), copy.deepcopy(env)):
        twin = copy.deepcopy(env)
        while True:
            action = next_action(twin)
            result = twin.step(action)
            assert other.step(action) == result
            if result[2] or result[3]:
                break
        restart = {"restart": True}
        assert other.reset(options=restart) == twin.reset(options=restart)


def test_a_bump_is_valid_and_not_effective() -> None:
    env = SokobanEnv()
    for seed in range(30):
        env.reset(seed=seed)
        for direction, name in enumerate(MOVES):
            env.reset(options={"restart": True})
            bumps = move(env.task.room, env.state, direction) == env.state
            before = env.state
            observation, _, _, _, info = env.step(name)
            assert info["action_valid"]
            assert info["action_effective"] != bumps
            if bumps:
                assert env.state == before
                assert read_board(observation)[1] == before


def test_too_many_moves_apply_none() -> None:
    env = SokobanEnv()
    observation, info = env.reset(seed=1)
    after, reward, terminated, truncated, new = env.step("up,down,left,right")
    assert (after, reward, terminated, truncated) == (observation, 0.0, False, False)
    assert new["parse"] == "too_many"
    assert not new["action_valid"]
    assert new["state_key"] == info["state_key"]


def test_moves_after_the_winning_one_are_not_made() -> None:
    env = SokobanEnv()
    checked = 0
    for seed in range(60):
        _, info = env.reset(seed=seed)
        if info["optimal_length"] % 3 == 0:
            continue
        while (action := next_action(env)).count(",") == 2:
            env.step(action)
        expected = env.state
        for name in action.split(","):
            expected = move(env.task.room, expected, MOVES.index(name))
        padded = ",".join([*action.split(","), "up", "down", "left", "right"][:3])
        _, reward, terminated, _, info = env.step(padded)
        assert (reward, terminated, info["success"]) == (10.0, True, True)
        assert env.state == expected
        checked += 1
    assert checked > 20


@pytest.mark.parametrize("size", [6, 10])
def test_a_dead_end_ends_the_episode_unless_told_otherwise(size: int) -> None:
    options = {"size": size, "num_boxes": 3, "moves_per_turn": 1, "max_turns": 40}
    env, patient = SokobanEnv(**options), SokobanEnv(**options, end_on_dead_end=False)
    rng = random.Random(3)
    dead = 0
    for seed in range(40):
        env.reset(seed=seed)
        patient.reset(seed=seed)
        over = False
        while not over:
            action = rng.choice(MOVES)
            observation, reward, terminated, truncated, info = env.step(action)
            calm = patient.step(action)
            assert calm[0] == observation
            if terminated and not info["success"]:
                assert reward == 0.0
                assert not calm[2]
                assert env.task.solver.plan(env.state) is None
                dead += 1
            over = terminated or truncated
    assert dead > 10


def test_turn_limit_truncates() -> None:
    env = SokobanEnv(max_turns=7)
    env.reset(seed=0)
    for turn in range(1, 8):
        _, reward, terminated, truncated, info = env.step("no move")
        assert (reward, terminated, truncated) == (0.0, False, turn == 7)
        assert info["turn"] == turn
    with pytest.raises(gym.error.ResetNeeded):
        env.step("up")


def test_shaped_reward() -> None:
    env = SokobanEnv(reward_mode="shaped")
    for seed in range(100):
        env.reset(seed=seed)
        moves, total, last = play_to_the_end(env)
        assert last["success"]
        assert total == pytest.approx(10 + 2 - 0.1 * moves)
    env.reset(seed=0)
    assert env.step("gibberish")[1] == pytest.approx(-0.3)
    env.reset(seed=0)
    bump = next(d for d in range(4) if move(env.task.room, env.state, d) == env.state)
    assert env.step(MOVES[bump])[1] == pytest.approx(-0.1)


def test_shaped_reward_takes_back_what_a_box_gave() -> None:
    env = SokobanEnv(reward_mode="shaped", moves_per_turn=1, max_turns=40)
    rng = random.Random(4)
    taken_off = 0
    for seed in range(200):
        _, info = env.reset(seed=seed)
        over = False
        while not over:
            action = next_action(env) if rng.random() < 0.7 else rng.choice(MOVES)
            on_target = info["boxes_on_target"]
            _, reward, terminated, truncated, info = env.step(action)
            gained = info["boxes_on_target"] - on_target
            assert reward == pytest.approx(gained - 0.1 + 10 * info["success"])
            taken_off += gained < 0
            over = terminated or truncated
    assert taken_off > 0


FUZZED = SokobanEnv(max_turns=100, max_solution=21)


@settings(deadline=None, max_examples=200)
@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")) | st.sampled_from(MOVES))
def test_any_string_is_legal(action: str) -> None:
    FUZZED.reset(seed=len(action))
    state = FUZZED.state
    observation, _, _, _, info = FUZZED.step(action)
    room, seen = read_board(observation)
    assert room == FUZZED.task.room
    assert seen == FUZZED.state
    assert info["turn"] == 1
    assert info["action_valid"] == (info["parse"] == "ok")
    if not info["action_valid"]:
        assert FUZZED.state == state


@pytest.mark.parametrize(
    "action",
    ["up," * 33_333 + "up", "x" * 100_000, "," * 100_000, " " * 100_000, "\x00" * 100_000],
    ids=["moves", "letters", "commas", "spaces", "zeros"],
)
def test_long_answers_cost_a_turn(action: str) -> None:
    env = SokobanEnv()
    observation, _ = env.reset(seed=0)
    after, reward, _, _, info = env.step(action)
    assert (after, reward, info["turn"]) == (observation, 0.0, 1)
    assert not info["action_valid"]


@pytest.mark.parametrize(
    ("kwargs", "named"),
    [
        ({"size": 4}, "size"),
        ({"size": 13}, "size"),
        ({"size": (6, 6, 6)}, "size"),
        ({"size": "6x6"}, "size"),
        ({"size": 6.0}, "size"),
        ({"size": (6, 6.5)}, "size"),
        ({"size": True}, "size"),
        ({"num_boxes": 0}, "num_boxes"),
        ({"num_boxes": 6}, "num_boxes"),
        ({"size": 5, "num_boxes": 5}, "num_boxes"),
        ({"min_solution": 1}, "min_solution"),
        ({"min_solution": 12, "max_solution": 11}, "max_solution"),
        ({"max_solution": 22}, r"max_solution must be an integer in \[5, 21\]"),
        ({"moves_per_turn": 2}, "max_solution"),
        ({"moves_per_turn": 0}, "moves_per_turn"),
        ({"max_turns": 0}, "max_turns"),
        ({"max_turns": 6}, "max_solution"),
        ({"split": "dev"}, "split"),
        ({"reward_mode": "dense"}, "reward_mode"),
        ({"render_mode": "human"}, "render_mode"),
        ({"end_on_dead_end": "yes"}, "end_on_dead_end"),
        ({"node_budget": 0}, "node_budget"),
        ({"search_budget": 0}, "search_budget"),
    ],
)
def test_wrong_arguments_are_named(kwargs: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        SokobanEnv(**kwargs)


def test_pictures_show_what_the_text_shows() -> None:
    env = SokobanEnv(size=(6, 8), render_mode="rgb_array")
    tiles: dict[str, bytes] = {}
    for seed in range(20):
        observation, _ = env.reset(seed=seed)
        over = False
        while not over:
            picture = env.render()
            assert picture.shape == (6 * TILE, 8 * TILE, 3)
            assert picture.dtype == np.uint8
            for r, line in enumerate(observation.split("\n")):
                for c, symbol in enumerate(line.split(" ")[1:]):
                    tile = picture[r * TILE : (r + 1) * TILE, c * TILE : (c + 1) * TILE].tobytes()
                    assert tiles.setdefault(symbol, tile) == tile
            observation, _, terminated, truncated, _ = env.step(next_action(env))
            over = terminated or truncated
    assert len(set(tiles.values())) == len(tiles) >= 6


def test_ansi_shows_the_observation() -> None:
    env = SokobanEnv(render_mode="ansi")
    observation, _ = env.reset(seed=2)
    assert env.render() == observation
    assert env.step("up,left")[0] == env.render()


def test_record_video(tmp_path: Path) -> None:
    pytest.importorskip("moviepy")
    folder = tmp_path / "video"
    env = RecordVideo(
        gym.make("LaMer/Sokoban-v0", render_mode="rgb_array"), str(folder), disable_logger=True
    )
    env.reset(seed=0)
    env.step(next_action(env))
    env.close()
    assert [path.suffix for path in folder.iterdir() if path.stat().st_size > 1000] == [".mp4"]
