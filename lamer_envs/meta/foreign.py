"""What the wrapper needs of an environment, also of one that knows nothing of it."""

from __future__ import annotations

import gymnasium as gym
import numpy as np

from lamer_envs.text_env import Info, TextEnv


class RestartError(RuntimeError):
    """A restart did not give the first observation back."""


def name_of(env: gym.Env[str, str]) -> str:
    """The id of an environment, or the name of its class where it is not registered."""
    return env.spec.id if env.spec else type(env.unwrapped).__name__


def restart(env: gym.Env[str, str], task_seed: int, first_observation: str) -> tuple[str, Info]:
    """Start the same task again.

    Args:
        env: the environment; a `TextEnv` is asked to restart, another one to reset with the seed.
            Where its attribute `restart_repeats` is false, any first observation will do.
        task_seed: the seed of the task.
        first_observation: what its reset gave.

    Raises:
        RestartError: the first observation is another one.
        TypeError: it is no string.
    """
    if isinstance(env.unwrapped, TextEnv):
        observation, info = env.reset(options={"restart": True})
    else:
        observation, info = env.reset(seed=task_seed)
    require_text(env, observation)
    repeats = getattr(env.unwrapped, "restart_repeats", True)
    if repeats and observation != first_observation:
        raise RestartError(
            f"{name_of(env)} did not restart to the same first observation under seed "
            f"{task_seed}: got {observation!r}, expected {first_observation!r}"
        )
    return observation, info


def require_text(env: gym.Env[str, str], observation: object) -> str:
    """An observation that is a string.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(observation, str):
        raise TypeError(
            f"{name_of(env)} gave an observation of type {type(observation).__name__}; "
            "expected a string"
        )
    return observation


def succeeded(info: Info, reward: float, terminated: bool) -> bool:
    """Whether an episode that has just ended was a success."""
    for key in ("success", "is_success"):
        if isinstance(info.get(key), (bool, np.bool_)):
            return bool(info[key])
    return terminated and reward > 0


def state_key(info: Info, observation: str) -> str:
    """The anchor state: the environment's own, or the observation."""
    return str(info.get("state_key", observation))
