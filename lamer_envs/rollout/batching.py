"""`BatchingPolicy`: answers the trials that wait at the same time by one synchronous call."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence

from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.text_env import require_int


class BatchingPolicy(ABC):
    """A policy that collects requests and answers a whole batch at a time.

    The rule: a request joins the end of a queue. Once `quiet_rounds` rounds of the event loop in a
    row have brought no new request, every trial that could run is waiting for an answer; then
    `respond` is called with the oldest `max_batch` requests (all of them where it is `None`), in
    the order in which they came. Their trials move on and ask again; requests that were left over
    stay at the head of the queue, so that no trial is passed over and batches stay full while at
    least `max_batch` trials are in progress. A trial that has ended asks nothing and delays nobody.

    No clock is involved: equal trials form equal batches. `respond` blocks the event loop, which is
    right for a model in this process; a remote model wants its own `Policy`. An instance serves one
    event loop at a time, and later ones after it.

    Args:
        max_batch: the largest number of requests in one call, at least 1, or `None` for no bound.
        quiet_rounds: rounds of the event loop without a new request after which the batch is
            taken to be complete, at least 1. Policies stacked on top of this one may need more.
    """

    def __init__(self, *, max_batch: int | None = None, quiet_rounds: int = 2) -> None:
        if max_batch is not None:
            require_int("max_batch", max_batch, low=1)
        require_int("quiet_rounds", quiet_rounds, low=1)
        self.max_batch = max_batch
        self.quiet_rounds = quiet_rounds
        self._queue: deque[tuple[PromptRequest, asyncio.Future[Response]]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._arrivals = 0
        self._watching = False

    @abstractmethod
    def respond(self, requests: list[PromptRequest]) -> Sequence[Response | Exception]:
        """Answer every request; the answers are in the order of the requests.

        An exception in the place of an answer is raised in that trial; one that is raised here is
        raised in all of them.
        """

    async def act(self, request: PromptRequest) -> Response:
        """Queue the request and wait for its answer."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # A loop that was broken off takes its scheduled callbacks and waiting trials with it.
            self._queue.clear()
            self._watching = False
            self._loop = loop
        answer: asyncio.Future[Response] = loop.create_future()
        self._queue.append((request, answer))
        self._arrivals += 1
        if not self._watching:
            self._watch(loop)
        return await answer

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        self._watching = True
        loop.call_soon(self._look, loop, self._arrivals, 0)

    def _look(self, loop: asyncio.AbstractEventLoop, arrivals: int, quiet: int) -> None:
        quiet = quiet + 1 if self._arrivals == arrivals else 0
        if quiet < self.quiet_rounds:
            loop.call_soon(self._look, loop, self._arrivals, quiet)
            return
        self._watching = False
        self._answer_oldest()
        if self._queue:
            self._watch(loop)

    def _answer_oldest(self) -> None:
        batch: list[tuple[PromptRequest, asyncio.Future[Response]]] = []
        while self._queue and (self.max_batch is None or len(batch) < self.max_batch):
            request, answer = self._queue.popleft()
            # Cancelled trials leave their questions behind.
            if not answer.done():
                batch.append((request, answer))
        if not batch:
            return
        try:
            responses = self.respond([request for request, _ in batch])
            if len(responses) != len(batch):
                raise RuntimeError(
                    f"{type(self).__name__}.respond returned {len(responses)} responses "
                    f"to {len(batch)} requests"
                )
        except Exception as error:
            for _, answer in batch:
                answer.set_exception(error)
            return
        for (_, answer), response in zip(batch, responses, strict=True):
            if isinstance(response, Exception):
                answer.set_exception(response)
            else:
                answer.set_result(response)
