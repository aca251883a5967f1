"""The environments over the network, as an OpenEnv server, and a client for it.

    python -m lamer_envs.integrations.openenv --env LaMer/Sokoban-v0 --port 8000

Every session has an environment of its own under the `MultiEpisodeReflectionWrapper`: an
observation holds the whole prompt of a turn, an action the model's raw response. Needs
`pip install "lamer[openenv]"` on both sides.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import uvicorn
from fastapi import FastAPI
from openenv.core import EnvClient
from openenv.core.client_types import StepResult
from openenv.core.env_server import Action, Environment, Observation, State, create_app

import lamer_envs  # noqa: F401  registers the ids
from lamer_envs.meta.wrapper import MultiEpisodeReflectionWrapper


class LamerAction(Action):  # type: ignore[misc]
    """A response to the last prompt.

    Attributes:
        response: the model's raw text, tags included.
    """

    response: str


class LamerObservation(Observation):  # type: ignore[misc]
    """The next prompt, and what the wrapper's `info` says; `reward` and `done` are the library's.

    Attributes:
        prompt: the whole prompt of this turn; after the last turn the last observation.
        phase: `"play"` or `"reflect"`.
        episode, turn: indices of the turn to play.
        task_id, task_seed: the task.
        success: whether it has been solved.
        parse: how the last response was understood, a `ParseCode` value.
        action_valid, action_effective: whether it was a possible action, and changed the state.
        state_key: the anchor state.
        admissible_actions: what is possible now, where the environment lists it.
        returns: the cross-episode return of every turn, when the trial is over.
        trial: the trial's record as a line of JSON (`Trial.from_json`), when it is over.
    """

    prompt: str
    phase: str
    episode: int
    turn: int
    task_id: str
    task_seed: int
    success: bool
    parse: str
    action_valid: bool
    action_effective: bool
    state_key: str
    admissible_actions: list[str] | None = None
    returns: list[float] | None = None
    trial: str | None = None


class LamerState(State):  # type: ignore[misc]
    """Where a session stands; `step_count` counts responses.

    Attributes:
        env_id: the Gymnasium id.
        task_seed: the task in play; -1 before the first reset.
    """

    env_id: str = ""
    task_seed: int = -1


_FROM_INFO = tuple(
    name
    for name in LamerObservation.model_fields
    if name not in (*Observation.model_fields, "prompt", "trial")
)

MakeEnv = Callable[[], MultiEpisodeReflectionWrapper]


class LamerServerEnvironment(Environment):  # type: ignore[misc]
    """One session: a trial after another in an environment of its own."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, make_env: MakeEnv) -> None:
        super().__init__()
        self._env = make_env()
        self._steps = 0
        self._episode_id: str | None = None

    def reset(
        self, seed: int | None = None, episode_id: str | None = None, trial: int = 0, **kwargs: Any
    ) -> LamerObservation:
        """Start a trial on the task of `seed`, or on the next one drawn.

        Args:
            seed: the task's seed.
            episode_id: a name for the trial, given back in the state.
            trial: index in its group, for the record.
        """
        if kwargs:
            raise ValueError(
                f"unknown arguments of reset {sorted(kwargs)}; expected seed, episode_id, trial"
            )
        prompt, info = self._env.reset(seed=seed, options={"trial": trial})
        self._steps = 0
        self._episode_id = episode_id
        return self._observed(prompt, info, None, done=False)

    def step(
        self, action: LamerAction, timeout_s: float | None = None, **kwargs: Any
    ) -> LamerObservation:
        """Give a response to the last prompt."""
        prompt, reward, terminated, truncated, info = self._env.step(action.response)
        self._steps += 1
        return self._observed(prompt, info, reward, done=terminated or truncated)

    @property
    def state(self) -> LamerState:
        """Where the session stands."""
        return LamerState(
            episode_id=self._episode_id,
            step_count=self._steps,
            env_id=self._env.env_id,
            task_seed=self._env.task_seed,
        )

    def close(self) -> None:
        """Close the environment."""
        self._env.close()

    def _observed(
        self, prompt: str, info: dict[str, Any], reward: float | None, *, done: bool
    ) -> LamerObservation:
        trial = info.get("trial")
        return LamerObservation(
            prompt=prompt,
            reward=reward,
            done=done,
            trial=None if trial is None else trial.to_json(),
            **{name: info[name] for name in _FROM_INFO if name in info},
        )


class LamerClient(EnvClient):  # type: ignore[misc]
    """A session on a server: `with LamerClient(base_url=...).sync() as env: env.reset(seed=3)`."""

    def _step_payload(self, action: LamerAction) -> dict[str, Any]:
        return {"response": action.response}

    def _parse_result(self, payload: dict[str, Any]) -> StepResult:
        reward, done = payload.get("reward"), payload.get("done", False)
        observation = LamerObservation(reward=reward, done=done, **payload["observation"])
        return StepResult(observation=observation, reward=reward, done=done)

    def _parse_state(self, payload: dict[str, Any]) -> LamerState:
        return LamerState(**payload)


def make_app(make_env: MakeEnv, max_sessions: int = 64) -> FastAPI:
    """The server's application, for any ASGI server.

    Args:
        make_env: makes one environment for each session.
        max_sessions: sessions at a time; more are refused.
    """
    return create_app(
        lambda: LamerServerEnvironment(make_env),
        LamerAction,
        LamerObservation,
        env_name="lamer",
        max_concurrent_envs=max_sessions,
        state_cls=LamerState,
    )


def main() -> None:
    """Serve an environment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--env", default="LaMer/Sokoban-v0", help="Gymnasium id")
    parser.add_argument("--env-kwargs", type=json.loads, default={}, help="arguments as JSON")
    parser.add_argument("--episodes", type=int, default=3, help="attempts at a task")
    parser.add_argument("--memory", default="reflection", help="what later attempts see")
    parser.add_argument("--sessions", type=int, default=64, help="sessions at a time")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()

    def make_env() -> MultiEpisodeReflectionWrapper:
        return MultiEpisodeReflectionWrapper(
            gym.make(arguments.env, **arguments.env_kwargs),
            num_episodes=arguments.episodes,
            memory=arguments.memory,
        )

    # What is wrong with the arguments is to be said here, not to the first client.
    make_env().close()
    app = make_app(make_env, arguments.sessions)
    uvicorn.run(app, host=arguments.host, port=arguments.port, log_level="warning")


if __name__ == "__main__":
    main()
