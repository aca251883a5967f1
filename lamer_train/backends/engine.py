"""A policy on an inference engine that takes token ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_train.backends.base import Sampling
from lamer_train.backends.prompts import PromptEncoder, request_key, response_of


@dataclass(frozen=True)
class Sampled:
    """What an engine has drawn.

    Attributes:
        tokens: token ids, the one that ended the response included.
        logprobs: theirs, under the distribution they were drawn from.
    """

    tokens: Sequence[int]
    logprobs: Sequence[float]


class TokenEngine(Protocol):
    """Continues token ids; many calls are in flight at once."""

    context: int
    """The most tokens of prompt and response together."""

    async def sample(self, prompt: Sequence[int], sampling: Sampling, seed: int) -> Sampled:
        """Draw a continuation; the same seed, below 2**63, and weights give the same one."""


class EnginePolicy:
    """Asks an engine, and keeps token ids and log-probabilities of what it answers.

    Sampling is a function of `seed` (or the request's own `sampling_seed`), the task seed and the
    indices of trial, episode and turn, as far as the engine's is one of the seed it is given.

    Args:
        engine: what is asked.
        prompts: encodes prompts.
        sampling: how tokens are drawn.
        seed: any integer.
        ends: the ids that end a response.
    """

    def __init__(
        self,
        engine: TokenEngine,
        prompts: PromptEncoder,
        sampling: Sampling,
        *,
        seed: int,
        ends: Sequence[int],
    ) -> None:
        self._engine = engine
        self._prompts = prompts
        self._sampling = sampling
        self._seed = seed
        self._ends = frozenset(ends)

    async def act(self, request: PromptRequest) -> Response:
        """Answer one request.

        Raises:
            PromptTooLongError: no version of the prompt leaves room for a response.
            EngineError: the engine has failed.
        """
        sampling = self._sampling
        shown, prompt = self._prompts.fit(request, self._engine.context, sampling.max_new_tokens)
        # Engines take signed 64-bit seeds.
        seed = request_key(self._seed, request) >> 1
        sampled = await self._engine.sample(prompt, sampling, seed)
        return response_of(
            request,
            shown,
            prompt,
            list(sampled.tokens),
            sampled.logprobs,
            tokenizer=self._prompts.tokenizer,
            ends=self._ends,
        )
