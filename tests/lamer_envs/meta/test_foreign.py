"""The wrapper on an environment that knows nothing of the suite."""

from typing import Any

import gymnasium as gym
import pytest
from guessing import ENV_ID, GuessNumber, register
from gymnasium.wrappers import TimeLimit

from lamer_envs.meta import MultiEpisodeReflectionWrapper, RestartError

register()


def wrapped(env: gym.Env[str, str] | None = None, **settings: Any) -> MultiEpisodeReflectionWrapper:
    return MultiEpisodeReflectionWrapper(env or gym.make(ENV_ID), **settings)


def number(wrapper: MultiEpisodeReflectionWrapper) -> int:
    env = wrapper.unwrapped
    assert isinstance(env, GuessNumber)
    return env.number


def guess(value: object) -> str:
    return f"<action>{value}</action>"


def test_a_trial_with_defaults_for_every_missing_key() -> None:
    wrapper = wrapped()
    prompt, info = wrapper.reset(seed=4)
    hidden = number(wrapper)
    assert "guess a number from 0 to 7" in prompt
    assert info["task_id"] == f"{ENV_ID}/4"
    assert info["task_seed"] == 4
    assert info["state_key"] == "guess a number from 0 to 7"
    assert info["admissible_actions"] is None
    assert info["success"] is False

    wrong = (hidden + 1) % 8
    prompt, _, _, _, info = wrapper.step(guess(wrong))
    hint = "lower" if wrong > hidden else "higher"
    assert hint in prompt
    assert info["state_key"] == hint
    assert (info["parse"], info["action_valid"], info["action_effective"]) == ("ok", True, True)
    prompt, _, terminated, _, info = wrapper.step(guess(wrong))
    assert not terminated
    assert info["phase"] == "reflect"
    assert info["action_effective"] is False
    assert "not solved" in prompt
    prompt, *_ = wrapper.step("<remark>try another</remark>")
    assert "try another" in prompt
    assert number(wrapper) == hidden
    _, reward, terminated, truncated, info = wrapper.step(guess(hidden))
    assert (reward, terminated, truncated) == (1.0, True, False)
    assert info["success"] is True
    trial = info["trial"]
    assert [e.success for e in trial.episodes] == [False, True]
    assert [e.terminated for e in trial.episodes] == [False, True]
    assert trial.env_id == ENV_ID
    assert info["returns"] == pytest.approx([0.6, 0.6, 1.0, 1.0])


def test_no_tag_sends_an_empty_action_and_says_so() -> None:
    wrapper = wrapped()
    wrapper.reset(seed=4)
    info = wrapper.step("it must be 3")[4]
    assert (info["parse"], info["action_valid"]) == ("no_tag", False)
    assert wrapper.unwrapped.actions == [""]  # type: ignore[attr-defined]


@pytest.mark.parametrize("key", ["success", "is_success"])
def test_a_success_flag_goes_before_the_reward(key: str) -> None:
    wrapper = wrapped(TimeLimit(GuessNumber(success_key=key), 1), num_episodes=2, memory="none")
    wrapper.reset(seed=4)
    hidden = number(wrapper)
    info = wrapper.step(guess((hidden + 1) % 8))[4]
    assert (info["success"], info["episode"]) == (False, 1)
    info = wrapper.step(guess(hidden))[4]
    assert info["success"] is True
    assert info["trial"].episodes[-1].success


def test_an_environment_without_an_id_goes_by_its_class() -> None:
    wrapper = wrapped(TimeLimit(GuessNumber(), 1), num_episodes=1)
    wrapper.reset(seed=0)
    assert wrapper.step(guess(number(wrapper)))[4]["trial"].env_id == "GuessNumber"


def test_a_restart_that_differs_is_an_error() -> None:
    wrapper = wrapped(TimeLimit(GuessNumber(leak=True), 1), memory="none")
    wrapper.reset(seed=11)
    with pytest.raises(
        RestartError, match=r"GuessNumber did not restart .* seed 11: .*try 2.*try 1"
    ):
        wrapper.step(guess((number(wrapper) + 1) % 8))


def test_observations_must_be_text() -> None:
    wrapper = MultiEpisodeReflectionWrapper(gym.make("CartPole-v1"))
    with pytest.raises(TypeError, match=r"CartPole-v1 gave an observation of type ndarray"):
        wrapper.reset(seed=0)


def test_only_the_generic_prompts_fit() -> None:
    with pytest.raises(ValueError, match="no prompt set 'compact' for Foreign/GuessNumber-v0"):
        wrapped(prompts="compact")
