"""The environment's contract: Gymnasium, restarts, rewards, any string as an action."""

import pickle
import random
import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils import env_checker
from hypothesis import given, settings
from hypothesis import strategies as st

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.minesweeper.engine import bits
from lamer_envs.minesweeper.env import MineSweeperEnv
from lamer_envs.minesweeper.expert import privileged_action
from lamer_envs.minesweeper.text import render
from lamer_envs.minesweeper.tiles import TILE, draw_board


def mine_of(env: MineSweeperEnv) -> str:
    return env.task.geometry.names[next(bits(env.task.mines))]


def open_cell_of(env: MineSweeperEnv) -> str:
    return env.task.geometry.names[env.task.opening]


@pytest.mark.parametrize("kwargs", [{}, {"size": 4}, {"size": (8, 5), "reward_mode": "shaped"}])
@pytest.mark.parametrize("render_mode", [None, "ansi", "rgb_array"])
def test_gymnasiums_checkers_say_nothing(kwargs: dict[str, object], render_mode: str) -> None:
    # Older and newer Gymnasium name the seed check differently.
    check_seed = getattr(
        env_checker, "check_reset_seed", env_checker.__dict__.get("check_reset_seed_determinism")
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gym.make("LaMer/MineSweeper-v0", render_mode=render_mode, **kwargs).unwrapped
        env_checker.check_env(env)
        check_seed(env)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"size": 1}, "rows must be an integer in"),
        ({"size": 33}, "rows must be an integer in"),
        ({"size": 6.0}, "rows must be an integer in"),
        ({"size": (6, 0)}, "cols must be an integer in"),
        ({"size": (6, 6, 6)}, r"size must be an integer or \(rows, cols\)"),
        ({"size": "6"}, r"size must be an integer or \(rows, cols\)"),
        ({"rows": 5}, "expected both"),
        ({"rows": 5, "cols": True}, "cols must be an integer in"),
        ({"num_mines": 0}, r"num_mines must be an integer in \[1, 34\]"),
        ({"num_mines": 35}, r"num_mines must be an integer in \[1, 34\]"),
        ({"max_turns": 0}, "max_turns must be an integer of at least 1"),
        ({"split": "valid"}, "split must be one of"),
        ({"reward_mode": "dense"}, "reward_mode must be one of"),
        ({"render_mode": "human"}, "render_mode must be one of"),
        ({"no_guess": "yes"}, "no_guess must be True or False"),
    ],
)
def test_bad_arguments_are_refused(kwargs: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MineSweeperEnv(**kwargs)  # type: ignore[arg-type]


def test_rows_and_cols_are_another_way_to_give_the_size() -> None:
    first = MineSweeperEnv((4, 7)).reset(seed=2)
    assert MineSweeperEnv(rows=4, cols=7).reset(seed=2) == first
    assert first[0].count("\n") == 3


def test_a_game_before_the_first_reset_says_so() -> None:
    with pytest.raises(gym.error.ResetNeeded):
        _ = MineSweeperEnv().game


@pytest.mark.parametrize("seed", range(20))
def test_a_restart_is_the_same_to_the_byte_and_below_it(seed: int) -> None:
    env = MineSweeperEnv()
    first, info = env.reset(seed=seed)
    mines = env.game.board.mines
    rng = random.Random(seed)
    for _ in range(3):
        over = False
        while not over:
            _, _, terminated, truncated, _ = env.step(rng.choice(env.task.geometry.names))
            over = terminated or truncated
        assert env.reset(options={"restart": True}) == (first, info)
        assert env.game.board.mines == mines
        assert env.game.opened == env.task.start


def test_groups_share_one_initial_state() -> None:
    envs = [MineSweeperEnv() for _ in range(8)]
    for seed in range(1_000):
        starts = [env.reset(seed=seed) for env in envs]
        assert all(start == starts[0] for start in starts)
        assert len({env.game.board for env in envs}) == 1


def test_resets_without_a_seed_follow_from_the_first_one() -> None:
    one, two = MineSweeperEnv(), MineSweeperEnv()
    one.reset(seed=7)
    two.reset(seed=7)
    drawn = [one.reset() for _ in range(20)]
    assert drawn == [two.reset() for _ in range(20)]
    assert len({info["task_id"] for _, info in drawn}) > 10
    observation, info = drawn[0]
    assert one.reset(seed=info["task_seed"]) == (observation, info)


def test_a_pickled_game_goes_on_alike() -> None:
    env = MineSweeperEnv(reward_mode="shaped", render_mode="ansi")
    env.reset(seed=11)
    env.step(privileged_action(env))
    twin = pickle.loads(pickle.dumps(env))
    assert twin.render() == env.render()
    for action in ("(1, 1)", "x", privileged_action(env)):
        assert twin.step(action) == env.step(action)
    assert twin.reset(options={"restart": True}) == env.reset(options={"restart": True})


def test_a_mine_ends_the_episode_and_shows_itself_only() -> None:
    env = MineSweeperEnv()
    for seed in range(30):
        first, _ = env.reset(seed=seed)
        observation, reward, terminated, truncated, info = env.step(mine_of(env))
        assert terminated
        assert not truncated
        assert reward == 0
        assert not info["success"]
        assert info["action_valid"]
        assert info["action_effective"]
        assert info["admissible_actions"] == []
        assert observation.count("*") == 1
        assert observation.replace("*", "?") == first
        with pytest.raises(gym.error.ResetNeeded):
            env.step("(1, 1)")


@pytest.mark.parametrize("reward_mode", ["sparse", "shaped"])
def test_a_win_pays_ten_and_shaping_adds_up_to_one(reward_mode: str) -> None:
    env = MineSweeperEnv(reward_mode=reward_mode)
    for seed in range(30):
        _, info = env.reset(seed=seed)
        total, turns, terminated = 0.0, 0, False
        while not terminated:
            _, reward, terminated, truncated, after = env.step(privileged_action(env))
            assert not truncated
            total, turns = total + reward, turns + 1
        assert turns == info["min_clicks"]
        assert after["success"]
        assert after["opened"] == after["safe_cells"] == 33
        assert total == pytest.approx(10 if reward_mode == "sparse" else 11)


def test_a_mine_costs_one_when_shaped() -> None:
    env = MineSweeperEnv(reward_mode="shaped")
    env.reset(seed=0)
    assert env.step(mine_of(env))[1] == -1


def test_actions_that_do_nothing_cost_a_turn_and_change_nothing() -> None:
    env = MineSweeperEnv(reward_mode="shaped", max_turns=4)
    first, start = env.reset(seed=3)
    answers = [
        (open_cell_of(env), "repeated"),
        ("(7, 1)", "outside"),
        ("open it", "not_an_action"),
        (" ", "empty"),
    ]
    for turn, (action, parse) in enumerate(answers, start=1):
        observation, reward, terminated, truncated, info = env.step(action)
        assert (observation, reward, terminated) == (first, 0, False)
        assert info["parse"] == parse
        assert not info["action_valid"]
        assert not info["action_effective"]
        assert info["state_key"] == start["state_key"]
        assert info["admissible_actions"] == start["admissible_actions"]
        assert info["turn"] == turn
        assert truncated == (turn == 4)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 500),
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.text(st.characters(codec=None), max_size=10),
            st.binary(max_size=30).map(lambda raw: raw.decode("latin-1")),
            st.from_regex(r"\A ?\(?-?[0-9]{1,3} ?, ?-?[0-9]{1,3}\)? ?\Z"),
            st.tuples(st.integers(1, 6), st.integers(1, 6)).map(str),
        ),
        min_size=1,
        max_size=7,
    ),
)
def test_any_string_is_a_turn(seed: int, actions: list[str]) -> None:
    env = MineSweeperEnv()
    observation, info = env.reset(seed=seed)
    for turn, action in enumerate(actions, start=1):
        opened = env.game.opened
        key = info["state_key"]
        observation, _, terminated, truncated, info = env.step(action)
        game = env.game
        assert info["turn"] == turn
        assert game.opened & opened == opened
        assert game.opened & env.task.mines == 0
        assert observation == render(env.task, game.opened, game.exploded)
        assert observation in env.observation_space
        assert info["action_effective"] == info["action_valid"] == (info["state_key"] != key)
        assert terminated == game.over
        if terminated or truncated:
            break


@pytest.mark.parametrize(
    "action",
    [
        "(" * 100_000,
        " " * 100_000,
        "9" * 100_000,
        "(1," * 30_000,
        " " * 50_000 + "(1" + " " * 50_000,
    ],
)
def test_long_strings_are_turns_as_well(action: str) -> None:
    env = MineSweeperEnv()
    first, _ = env.reset(seed=0)
    observation, _, _, _, info = env.step(action)
    assert observation == first
    assert not info["action_valid"]


def test_equal_states_have_equal_keys_whatever_led_there() -> None:
    env = MineSweeperEnv()
    for seed in range(50):
        env.reset(seed=seed)
        safe = bits(env.task.geometry.full & ~(env.task.mines | env.task.start))
        names = [env.task.geometry.names[cell] for cell in safe][:2]
        keys = []
        for order in (names, names[::-1]):
            env.reset(options={"restart": True})
            info: dict[str, object] = {}
            for name in order:
                info = env.step(name)[-1] if not env.game.won else info
            keys.append((env.game.opened, info["state_key"]))
        assert (keys[0][0] == keys[1][0]) == (keys[0][1] == keys[1][1])


def test_admissible_actions_are_the_closed_cells() -> None:
    env = MineSweeperEnv((3, 12), num_mines=4)
    observation, info = env.reset(seed=1)
    rows = [line.partition(": ")[2].split() for line in observation.split("\n")]
    closed = [
        f"({r}, {c})"
        for r, row in enumerate(rows, start=1)
        for c, symbol in enumerate(row, start=1)
        if symbol == "?"
    ]
    assert info["admissible_actions"] == closed


def test_pictures_show_every_symbol_apart() -> None:
    picture = draw_board("Row 1: ? . 1 2 3 4\nRow 2: 5 6 7 8 * ?")
    assert picture.shape == (2 * TILE, 6 * TILE, 3)
    assert picture.dtype == np.uint8
    tiles = [
        picture[top : top + TILE, left : left + TILE].tobytes()
        for top in (0, TILE)
        for left in range(0, 6 * TILE, TILE)
    ]
    assert tiles[0] == tiles[-1]
    assert len(set(tiles)) == 11


def test_rendering_follows_the_game() -> None:
    env = MineSweeperEnv((12, 4), render_mode="rgb_array")
    first, _ = env.reset(seed=0)
    before = env.render()
    assert before.shape == (12 * TILE, 4 * TILE, 3)
    assert (before == draw_board(first)).all()
    observation = env.step(mine_of(env))[0]
    assert (env.render() == draw_board(observation)).all()
    assert (env.render() != before).any()
