"""What the trainer needs to play: environments as configured, and an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import gymnasium as gym

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.meta.wrapper import MultiEpisodeReflectionWrapper
from lamer_train.config import MetaRLConfig, as_mapping

MakeEnv = Callable[[], gym.Env[str, str]]
"""Makes one `MultiEpisodeReflectionWrapper`, with or without further wrappers around it."""

ResultT = TypeVar("ResultT")


def make_wrapped_env(args: MetaRLConfig, split: str | None = None) -> MultiEpisodeReflectionWrapper:
    """The environment that a configuration describes, of another split where one is given."""
    kwargs = dict(as_mapping(args.env_kwargs))
    if split is not None:
        kwargs["split"] = split
    return MultiEpisodeReflectionWrapper(gym.make(args.env_id, **kwargs), **args.wrapper_kwargs())


def run_blocking(start: Callable[[], Coroutine[Any, Any, ResultT]]) -> ResultT:
    """Run a coroutine to its end, also where an event loop is running already (a notebook)."""
    return outside_event_loops(lambda: asyncio.run(start()))


def outside_event_loops(run: Callable[[], ResultT]) -> ResultT:
    """Call a function that runs an event loop; in another thread where one is running here."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return run()
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(run).result()
