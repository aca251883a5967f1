"""The scripted players' strength, and what each of them may know."""

import random
from collections import Counter
from collections.abc import Callable

import gymnasium as gym
import pytest

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.minesweeper.engine import Board, Game, bits, geometry
from lamer_envs.minesweeper.env import MineSweeperEnv
from lamer_envs.minesweeper.expert import (
    next_action,
    privileged_action,
    single_point_action,
    single_point_distribution,
)
from lamer_envs.minesweeper.logic import best_cell
from lamer_envs.minesweeper.solver import View, analyse
from lamer_envs.minesweeper.text import read_board


def wins(player: Callable[[MineSweeperEnv], str], boards: int, **kwargs: object) -> float:
    env = MineSweeperEnv(split="test", **kwargs)  # type: ignore[arg-type]
    won = 0
    for seed in range(boards):
        env.reset(seed=seed)
        over = False
        while not over:
            _, _, terminated, truncated, info = env.step(player(env))
            over = terminated or truncated
        won += info["success"]
    return won / boards


def unfiltered_results(boards: int) -> tuple[float, float]:
    """Shares of random 6x6 boards with 3 mines that the expert wins: at all, in seven clicks."""
    rng = random.Random(1)
    shape = geometry(6, 6)
    won = soon = 0
    for _ in range(boards):
        cells = rng.sample(range(36), 4)
        mines = sum(1 << cell for cell in cells[:3])
        zeros = shape.zeros(mines)
        start = shape.opened_by(cells[3], zeros)
        game = Game(Board(shape, mines, zeros, start, cells[3], 0, ""))
        clicks = 0
        while not game.over:
            game.open(best_cell(View.of(game)))
            clicks += 1
        won += game.won
        soon += game.won and clicks <= 7
    return won / boards, soon / boards


def test_who_knows_the_mines_always_wins() -> None:
    assert wins(privileged_action, 1_000) == 1.0
    assert wins(privileged_action, 300, size=4) == 1.0


def test_the_expert_wins_nearly_all_and_random_play_few() -> None:
    rng = random.Random(0)
    expert = wins(next_action, 300)
    weak = wins(lambda env: single_point_action(env, rng), 300)
    blind = wins(lambda env: rng.choice(env._admissible_actions()), 300)
    assert expert > 0.93
    assert expert > weak > 0.7
    assert blind < 0.15


def test_the_expert_on_boards_of_all_kinds() -> None:
    without_limit, in_seven = unfiltered_results(400)
    assert without_limit > 0.93
    assert 0.84 < in_seven < without_limit


@pytest.mark.slow
def test_the_expert_on_many_boards_of_all_kinds() -> None:
    without_limit, in_seven = unfiltered_results(10_000)
    assert without_limit == pytest.approx(0.967, abs=0.01)
    assert in_seven == pytest.approx(0.887, abs=0.015)


def test_the_expert_takes_a_certain_cell_else_the_least_risk() -> None:
    env = MineSweeperEnv(4)
    for seed in range(150):
        env.reset(seed=seed)
        known = analyse(View.of(env.game))
        cell = env.task.geometry.index[next_action(env)]
        if known.safe:
            assert known.safe >> cell & 1
        else:
            assert known.risk(cell) == min(known.risk(i) for i in bits(known.closed))


def test_fair_players_see_no_mines() -> None:
    env = gym.make("LaMer/MineSweeper-v0", size=4)
    for seed in range(100):
        observation, _ = env.reset(seed=seed)
        shape, numbers, _ = read_board(observation)
        seen = View.read(shape, numbers, 3)
        assert next_action(env) == next_action(seen)
        assert single_point_distribution(env) == single_point_distribution(seen)


def test_the_weak_player_spreads_over_what_it_proves() -> None:
    # The 1 in the corner has one closed neighbour, so (1, 2) is the mine and the rest is safe.
    shape, numbers, _ = read_board("Row 1: ? ? 1\nRow 2: 1 1 1\nRow 3: ? ? ?")
    odds = single_point_distribution(View.read(shape, numbers, 1), epsilon=0.25)
    assert odds.pop((1, 2)) == pytest.approx(0.05)
    assert sorted(odds) == [(1, 1), (3, 1), (3, 2), (3, 3)]
    assert list(odds.values()) == pytest.approx([0.05 + 0.75 / 4] * 4)


def test_the_weak_player_avoids_mines_when_nothing_is_safe() -> None:
    # The 1 makes (1, 1) a mine; no number sees the cells on the right.
    shape, numbers, _ = read_board("Row 1: ? 1 1 ? ?")
    odds = single_point_distribution(View.read(shape, numbers, 2))
    assert odds == {(1, 1): 0.0, (1, 4): 0.0, (1, 5): 1.0}
    shape, numbers, _ = read_board("Row 1: ? 1 ? ? ?")
    odds = single_point_distribution(View.read(shape, numbers, 2))
    assert odds == {(1, 1): 0.25, (1, 3): 0.25, (1, 4): 0.25, (1, 5): 0.25}
    shape, numbers, _ = read_board("Row 1: ? 1 .")
    assert single_point_distribution(View.read(shape, numbers, 1)) == {(1, 1): 1.0}


def test_the_weak_player_draws_from_its_distribution() -> None:
    env = MineSweeperEnv()
    env.reset(seed=4)
    odds = single_point_distribution(env, epsilon=0.3)
    assert sum(odds.values()) == pytest.approx(1.0)
    assert sorted(map(str, odds)) == sorted(env._admissible_actions())
    rng = random.Random(0)
    drawn = Counter(single_point_action(env, rng, epsilon=0.3) for _ in range(20_000))
    for cell, probability in odds.items():
        assert drawn[str(cell)] / 20_000 == pytest.approx(probability, abs=0.02)


@pytest.mark.parametrize("epsilon", [-0.1, 1.1, float("nan")])
def test_epsilon_is_a_probability(epsilon: float) -> None:
    env = MineSweeperEnv()
    env.reset(seed=0)
    with pytest.raises(ValueError, match="epsilon must be in"):
        single_point_distribution(env, epsilon)


def test_other_environments_are_refused() -> None:
    with pytest.raises(ValueError, match="expected a MineSweeperEnv"):
        privileged_action(gym.make("CartPole-v1"))
