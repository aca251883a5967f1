"""What the trainer asks of whatever samples for it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from lamer_envs.rollout.policy import Policy
from lamer_envs.text_env import require_int


class EngineError(RuntimeError):
    """What samples for the trainer does not answer; the run may go on later from its checkpoint."""


@dataclass(frozen=True)
class Sampling:
    """How tokens are drawn.

    Attributes:
        temperature: at least 0; 0 takes the most likely token.
        top_p: nucleus mass in (0, 1]; 1 keeps everything.
        top_k: number of likeliest tokens kept; 0 keeps all.
        max_new_tokens: the longest response, in tokens, at least 1.

    Raises:
        ValueError: a value is outside of its range.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    max_new_tokens: int = 1024

    def __post_init__(self) -> None:
        require_sampling(self.temperature, self.top_p, self.top_k)
        require_int("max_new_tokens", self.max_new_tokens, low=1)


class Backend(Protocol):
    """Samples under the trainer's current weights.

    All processes call the same methods in the same order, policies excepted: each plays its own
    trials, as many as it has.
    """

    def playing(self, step: int) -> AbstractContextManager[None]:
        """Around playing: inside, policies answer under the weights of this optimizer step.

        What is being answered when the context ends is dropped, and asked again in the next one.
        """

    def policy(self, sampling: Sampling, seed: int) -> Policy:
        """A policy, to be asked inside of `playing` only; see `PromptRequest.sampling_seed`."""

    def close(self) -> None:
        """Give back what is held: memory, connections. Nothing is asked afterwards."""


def require_sampling(temperature: float, top_p: float, top_k: int) -> None:
    """Raise `ValueError` unless the three can describe a sampling distribution."""
    if not temperature >= 0:
        raise ValueError(f"temperature must be at least 0, not {temperature!r}")
    if not 0 < top_p <= 1:
        raise ValueError(f"top_p must be in (0, 1], not {top_p!r}")
    require_int("top_k", top_k, low=0)
