from __future__ import annotations

import random
import subprocess
import sys

import gymnasium as gym
import pytest
from doors import make_doors, play

from lamer_envs.meta.trial import Trial
from lamer_envs.meta.wrapper import MultiEpisodeReflectionWrapper
from lamer_envs.rollout.policy import Policy, PromptRequest
from lamer_envs.rollout.runner import TrialError, TrialSpec, play_trials
from lamer_envs.rollout.scripted import (
    RandomPolicy,
    ReplayPolicy,
    player_module,
    request_rng,
    scripted_policy,
)


def trials_of(env_id: str, policy: Policy, tasks: int = 20, **kwargs: object) -> list[Trial]:
    return play_trials(
        lambda: MultiEpisodeReflectionWrapper(gym.make(env_id, **kwargs)),
        policy,
        [TrialSpec(seed) for seed in range(tasks)],
        concurrency=8,
    )


def request(env: gym.Env[str, str], turn: int = 0, trial: int = 0) -> PromptRequest:
    return PromptRequest("", "play", 0, turn, 7, trial, env, {"admissible_actions": None})


def test_random_play_is_uniform_over_the_admissible_actions() -> None:
    trials = play(RandomPolicy(), tasks=1000, episodes=1)
    counts = [sum(trial.turns[0].action == f"open {k}" for trial in trials) for k in range(4)]
    assert sum(counts) == 1000
    # Four standard deviations of a binomial draw with p = 1/4.
    assert all(abs(count - 250) < 55 for count in counts)


def test_a_player_module_may_draw_the_random_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    module = player_module(gym.make("LaMer/MineSweeper-v0"))
    drawn = []

    def random_action(env: gym.Env[str, str], rng: random.Random) -> str:
        drawn.append(rng.random())
        return f"({env.unwrapped.task.start.bit_length()}, 1)"  # type: ignore[attr-defined]

    env = gym.make("LaMer/MineSweeper-v0")
    env.reset(seed=7)
    listed = PromptRequest("", "play", 0, 0, 7, 0, env, {"admissible_actions": ["(3, 3)"]})
    assert RandomPolicy().action(listed) == "(3, 3)"
    monkeypatch.setattr(module, "random_action", random_action, raising=False)
    assert RandomPolicy().action(listed) == random_action(env, request_rng(0, listed))
    assert drawn[0] == drawn[1]


def test_random_draws_depend_on_the_place_alone() -> None:
    env = make_doors()
    draw = request_rng(0, request(env)).random()
    assert request_rng(0, request(env)).random() == draw
    others = [
        request_rng(1, request(env)).random(),
        request_rng(0, request(env, turn=1)).random(),
        request_rng(0, request(env, trial=1)).random(),
    ]
    assert len({draw, *others}) == 4


def test_random_draws_are_the_same_in_every_process() -> None:
    code = (
        "from lamer_envs.rollout.scripted import request_rng\n"
        "from lamer_envs.rollout.policy import PromptRequest\n"
        "print(request_rng(0, PromptRequest('', 'play', 0, 0, 7, 0, None)).random())"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert shown == {repr(request_rng(0, request(make_doors())).random())}


def test_random_play_fills_a_turn_that_takes_several_moves() -> None:
    trials = trials_of("LaMer/Sokoban-v0", RandomPolicy(), tasks=5)
    turns = [turn for trial in trials for turn in trial.turns if turn.phase == "play"]
    assert all(turn.action.count(",") == 2 and turn.action_valid for turn in turns)


def test_random_play_without_a_list_of_actions_draws_from_the_space() -> None:
    env = make_doors()
    policy = RandomPolicy()
    drawn = [policy.action(request(env.unwrapped, turn)) for turn in range(20)]
    assert drawn == [policy.action(request(env.unwrapped, turn)) for turn in range(20)]
    assert len(set(drawn)) > 15
    assert all(env.action_space.contains(each) for each in drawn)


def test_random_play_leaves_the_global_generators_alone() -> None:
    import random

    import numpy as np

    before = random.getstate(), np.random.get_state()[1].tolist()
    play(RandomPolicy(), tasks=5)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_the_sokoban_expert_solves_in_optimal_length() -> None:
    """Sokoban hides nothing, so its privileged player is the expert."""
    trials = trials_of("LaMer/Sokoban-v0", scripted_policy("expert"))
    assert all(len(trial.episodes) == 1 and trial.success for trial in trials)
    assert trials == trials_of("LaMer/Sokoban-v0", scripted_policy("privileged"))


def test_the_privileged_minesweeper_player_always_wins_and_the_expert_often() -> None:
    ceiling = trials_of("LaMer/MineSweeper-v0", scripted_policy("privileged"))
    assert all(len(trial.episodes) == 1 and trial.success for trial in ceiling)
    expert = trials_of("LaMer/MineSweeper-v0", scripted_policy("expert"), tasks=100)
    assert 80 <= sum(trial.success for trial in expert) < 100


def test_reflections_hold_a_remark() -> None:
    trials = play(RandomPolicy(), tasks=20)
    reflections = [turn for trial in trials for turn in trial.turns if turn.phase == "reflect"]
    assert reflections
    assert all(turn.action_valid and turn.action for turn in reflections)


def test_an_environment_without_an_expert_says_so() -> None:
    assert player_module(make_doors()) is None
    with pytest.raises(TrialError, match="DoorsEnv has no scripted expert"):
        play(scripted_policy("expert"), tasks=1)


def test_a_replay_gives_the_same_record() -> None:
    trials = play(RandomPolicy(), tasks=10, trials=3)
    read_back = [Trial.from_json(trial.to_json()) for trial in trials]
    assert play(ReplayPolicy(read_back), tasks=10, trials=3) == trials


def test_a_replay_names_the_turn_that_it_lacks() -> None:
    trials = play(RandomPolicy(), tasks=2)
    with pytest.raises(TrialError, match="no recorded response for task seed 2, trial 0"):
        play(ReplayPolicy(trials), tasks=3)
    with pytest.raises(ValueError, match="task seed 0, trial 0"):
        ReplayPolicy([trials[0], trials[0]])


def test_an_unknown_script_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="random, expert, privileged"):
        scripted_policy("wise")
