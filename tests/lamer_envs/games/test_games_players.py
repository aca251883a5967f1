"""The scripted players: who learns, who knows, and who does neither."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import gymnasium as gym
import pytest

from lamer_envs.evaluation.metrics import Estimate, score_in
from lamer_envs.evaluation.ruler import exploitation, ratio
from lamer_envs.games.env import GameEnv
from lamer_envs.meta import MultiEpisodeReflectionWrapper, Trial
from lamer_envs.rollout.runner import TrialSpec, play_trials
from lamer_envs.rollout.scripted import player_module, scripted_policy

KUHN, TICTACTOE = "LaMer/KuhnPoker-v0", "LaMer/TicTacToe-v0"


def make(env_id: str, **kwargs: Any) -> GameEnv[Any]:
    env = gym.make(env_id, **kwargs).unwrapped
    assert isinstance(env, GameEnv)
    return env


@cache
def played(env_id: str, player: str, tasks: int, **kwargs: Any) -> tuple[Trial, ...]:
    return tuple(
        play_trials(
            lambda: MultiEpisodeReflectionWrapper(make(env_id, **kwargs)),
            scripted_policy(player),
            [TrialSpec(seed) for seed in range(tasks)],
            concurrency=1,
        )
    )


def shares(env_id: str, player: str, tasks: int, **kwargs: Any) -> list[Estimate]:
    found = exploitation(make(env_id, **kwargs), played(env_id, player, tasks, **kwargs))
    assert all(each is not None for each in found)
    return list(found)  # type: ignore[arg-type]


def test_in_kuhn_poker_the_bayesian_learns_and_the_equilibrium_does_not() -> None:
    bayes = shares(KUHN, "expert", 800, redeal=True)
    assert bayes[0].mean < bayes[1].mean < bayes[2].mean
    assert bayes[2].mean - bayes[0].mean > 0.15
    for each in shares(KUHN, "nash", 800, redeal=True):
        assert each.se is not None
        assert abs(each.mean) < 3 * each.se


def test_in_tictactoe_the_bayesian_soon_knows_and_the_equilibrium_does_not_learn() -> None:
    """Its opponents give themselves away within a game, so that there is little left to learn."""
    bayes = shares(TICTACTOE, "expert", 150)
    assert min(each.mean for each in bayes) > 0.8
    for each in shares(TICTACTOE, "nash", 150):
        assert each.se is not None
        assert abs(each.mean) < 3 * each.se


@pytest.mark.parametrize(("env_id", "tasks"), [(KUHN, 600), (TICTACTOE, 150)])
def test_one_who_knows_the_opponent_takes_all_there_is(env_id: str, tasks: int) -> None:
    kwargs = {"redeal": True} if env_id == KUHN else {}
    for each in shares(env_id, "privileged", tasks, **kwargs):
        assert each.se is not None
        assert abs(each.mean - 1) < 3 * each.se


def test_the_bayesian_uses_a_card_that_it_has_seen() -> None:
    """The deal stays: after a showdown the hand is won, or lost as cheaply as can be."""
    trials = played(KUHN, "expert", 400)
    means = [score_in(trials, k).mean for k in (1, 2, 3)]
    assert means[0] < means[1] <= means[2] + 0.2
    assert shares(KUHN, "expert", 400)[2].mean > 1


@pytest.mark.parametrize("env_id", [KUHN, TICTACTOE])
def test_references_are_what_the_players_earn_on_average(env_id: str) -> None:
    env = make(env_id)
    for seed in range(40):
        references = env.references(env.task_of(seed), 0)
        assert references is not None
        best, equilibrium = references
        assert -10 <= equilibrium <= 10
        assert -10 <= best <= 10
    best, equilibrium = (
        math.fsum(each) / 400
        for each in zip(*[env.references(env.task_of(s), 0) or () for s in range(400)], strict=True)
    )
    assert best > equilibrium


def test_a_ratio_and_its_error() -> None:
    assert ratio([1.0, 1.0], [2.0, 2.0]) == Estimate(0.5, 0.0, 2)
    assert ratio([0.0, 2.0], [2.0, 2.0]) == Estimate(0.5, pytest.approx(0.5), 2)
    assert ratio([1.0], [4.0]) == Estimate(0.25, None, 1)
    assert ratio([1.0], [0.0]) is None


def test_a_board_without_exact_values_has_no_ruler() -> None:
    assert exploitation(make(TICTACTOE, size=4), played(TICTACTOE, "random", 2, size=4)) == ()


def test_an_experts_environment_is_its_game() -> None:
    for env_id, other in ((KUHN, TICTACTOE), (TICTACTOE, KUHN)):
        module = player_module(make(env_id))
        assert module is not None
        with pytest.raises(ValueError, match="expected a"):
            module.next_action(make(other))
