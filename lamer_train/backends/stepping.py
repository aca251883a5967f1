"""An inference engine in this process, stepped by the event loop of those who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, Protocol

from lamer_train.backends.base import EngineError, Sampling
from lamer_train.backends.engine import Sampled

_QUIET_ROUNDS = 2


class LLMEngine(Protocol):
    """What is used of `vllm.LLMEngine`."""

    def add_request(self, request_id: str, prompt: Mapping[str, Any], params: Any) -> Any:
        """Queue a request."""

    def abort_request(self, request_ids: list[str]) -> None:
        """Drop requests."""

    def has_unfinished_requests(self) -> bool:
        """Whether a step has anything to do."""

    def step(self) -> Sequence[Any]:
        """One token for each running request; outputs of the requests that have news."""


class SteppedEngine:
    """Feeds an engine with continuous batching from an event loop, and steps it there.

    A request joins the running ones before the engine's next step, and what has finished is handed
    out at once, so that no trial waits for another. Between two steps, trials that were answered
    have two rounds of the event loop to ask again. A step blocks the event loop; nobody there has
    anything else to do.

    Requests survive the end of an event loop's run: what `drop` took out of the engine is queued
    anew as soon as the loop goes on.

    Args:
        engine: see `LLMEngine`.
        context: the most tokens of prompt and response together.
        make_params: the engine's form of how tokens are drawn, given that and a seed.
    """

    def __init__(
        self, engine: LLMEngine, context: int, make_params: Callable[[Sampling, int], Any]
    ) -> None:
        self.context = context
        self._engine = engine
        self._make_params = make_params
        self._answers: dict[str, asyncio.Future[Sampled | None]] = {}
        self._names = map(str, count())
        self._loop: asyncio.AbstractEventLoop | None = None
        self._arrivals = 0
        self._watch: object | None = None

    async def sample(self, prompt: Sequence[int], sampling: Sampling, seed: int) -> Sampled:
        """See `TokenEngine`.

        Raises:
            EngineError: a step of the engine has failed.
        """
        sampled = None
        while sampled is None:
            loop = asyncio.get_running_loop()
            if loop is not self._loop:
                # A loop that was broken off leaves its requests behind.
                self.drop()
                self._loop = loop
            name = next(self._names)
            params = self._make_params(sampling, seed)
            self._engine.add_request(name, {"prompt_token_ids": list(prompt)}, params)
            answer = self._answers[name] = loop.create_future()
            self._arrivals += 1
            if self._watch is None:
                self._look_soon(loop)
            try:
                sampled = await answer
            finally:
                if self._answers.pop(name, None) is not None:
                    self._engine.abort_request([name])
        return sampled

    def drop(self) -> None:
        """Take everything out of the engine; who waits will ask again."""
        names = [*self._answers]
        answers = [self._answers.pop(name) for name in names]
        if names:
            self._engine.abort_request(names)
        for answer in answers:
            if not (answer.done() or answer.get_loop().is_closed()):
                answer.set_result(None)
        self._watch = None

    def _look_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        self._watch = object()
        loop.call_soon(self._look, loop, self._watch, self._arrivals, 0)

    def _look(
        self, loop: asyncio.AbstractEventLoop, watch: object, arrivals: int, quiet: int
    ) -> None:
        if watch is not self._watch:
            return
        quiet = quiet + 1 if self._arrivals == arrivals else 0
        if quiet < _QUIET_ROUNDS:
            loop.call_soon(self._look, loop, watch, self._arrivals, quiet)
            return
        self._watch = None
        self._step()
        if self._answers:
            self._look_soon(loop)

    def _step(self) -> None:
        """Step until something has finished."""
        handed = 0
        try:
            while not handed and self._engine.has_unfinished_requests():
                for output in self._engine.step():
                    if output.finished:
                        handed += self._hand_out(output)
        except Exception as error:
            failure = EngineError(f"vLLM has failed: {type(error).__name__}: {error}")
            failure.__cause__ = error
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(failure)
            self._answers.clear()

    def _hand_out(self, output: Any) -> bool:
        answer = self._answers.pop(output.request_id, None)
        if answer is None or answer.done():
            return False
        (completion,) = output.outputs
        if completion.finish_reason not in ("stop", "length"):
            answer.set_exception(EngineError(f"vLLM broke off ({completion.finish_reason})"))
            return True
        tokens = tuple(completion.token_ids)
        logprobs = tuple(
            place[token].logprob for place, token in zip(completion.logprobs, tokens, strict=True)
        )
        answer.set_result(Sampled(tokens, logprobs))
        return True
