"""Servers that speak vLLM's HTTP interface, with the same weights each."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2

from lamer_train.backends.base import EngineError, Sampling
from lamer_train.backends.engine import Sampled

_PAUSES = (0.0, 0.3, 1.0)
"""Seconds before each attempt. A server that was started anew has other weights, but takes longer
than all of them together before it answers, so nothing is ever asked of it by mistake."""

_LONGEST_ANSWER = 3600.0
_CONNECT = 10.0
_POLL = 0.5

ResultT = TypeVar("ResultT")


class _UnreachableError(Exception):
    """An attempt that another may follow."""


@dataclass
class _Replica:
    url: str
    model: str = ""
    load: int = 0


class Replicas:
    """A token engine whose requests are spread over servers, each to the least busy one.

    HTTP has a thread and an event loop of its own, so that answers arrive whatever the callers'
    event loops do meanwhile. What fails for lack of a connection is tried again, on another server
    where there is one; what fails otherwise is not.

    Args:
        urls: of the servers, such as `http://localhost:8000`; at least one.
        ends: the ids that end a response.
        wait: seconds to wait for the servers to be up.
        first: the server that is preferred among equally busy ones.

    Raises:
        EngineError: a server does not answer in time, or returns log-probabilities of another
            distribution than the one it samples from.
    """

    def __init__(
        self, urls: Sequence[str], ends: Sequence[int], *, wait: float, first: int = 0
    ) -> None:
        start = first % len(urls)
        self._replicas = [_Replica(url.rstrip("/")) for url in (*urls[start:], *urls[:start])]
        self._ends = list(ends)
        self._dropped = 0
        self._asking: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="vllm", daemon=True)
        self._thread.start()
        self._client = httpx2.AsyncClient(
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=None),
            timeout=httpx2.Timeout(_LONGEST_ANSWER, connect=_CONNECT, pool=None),
            trust_env=False,
        )
        try:
            contexts = [self._run(self._introduce(each, wait)) for each in self._replicas]
        except EngineError:
            self.close()
            raise
        self.context = min(contexts)

    # ---- sampling ----------------------------------------------------------------------------

    async def sample(self, prompt: Sequence[int], sampling: Sampling, seed: int) -> Sampled:
        """See `TokenEngine`.

        Raises:
            EngineError: no server answers.
        """
        body = {
            "prompt": list(prompt),
            "seed": seed,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "top_k": sampling.top_k,
            "max_tokens": sampling.max_new_tokens,
            # What a request leaves open, a server may take from the model's own file.
            "min_p": 0.0,
            "repetition_penalty": 1.0,
            "presence_penalty": 0.0,
            "frequency_penalty": 0.0,
            "stop_token_ids": self._ends,
            "skip_special_tokens": False,
            "logprobs": 0,
            "return_token_ids": True,
        }
        while True:
            dropped = self._dropped
            answer = asyncio.run_coroutine_threadsafe(self._ask(body), self._loop)
            sampled = await asyncio.wrap_future(answer)
            # An answer that was underway while `drop` was called is from the weights before.
            if sampled is not None and dropped == self._dropped:
                return sampled

    def drop(self) -> None:
        """Break off everything that is being answered; who waits will ask again."""
        self._dropped += 1
        self._run(self._drop())

    async def _drop(self) -> None:
        asking = [*self._asking]
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _ask(self, body: Mapping[str, Any]) -> Sampled | None:
        """The answer of some server, or `None` where `drop` was called first."""
        task = asyncio.create_task(self._completion(body))
        self._asking.add(task)
        try:
            # Waited for like this, the end of the task can be told from that of its caller.
            await asyncio.wait({task})
            return None if task.cancelled() else task.result()
        finally:
            task.cancel()
            self._asking.discard(task)

    async def _completion(self, body: Mapping[str, Any]) -> Sampled:
        failures: dict[str, str] = {}
        for pause in _PAUSES:
            await asyncio.sleep(pause)
            replica = min(self._replicas, key=lambda each: (each.url in failures, each.load))
            replica.load += 1
            try:
                answer = await self._post(
                    replica, "/v1/completions", {**body, "model": replica.model}
                )
            except _UnreachableError as error:
                failures[replica.url] = str(error)
            else:
                return _sampled(replica, answer)
            finally:
                replica.load -= 1
        raise _gone(failures)

    # ---- everything else ---------------------------------------------------------------------

    def tell(self, path: str, body: Mapping[str, Any] | None = None) -> list[Any]:
        """Post to every server at the same time, and wait for all of them.

        Returns:
            The answers, parsed; `None` for an empty one.

        Raises:
            EngineError: a server does not answer, or answers with an error.
        """
        return self._run(self._tell(path, body or {}))

    async def _tell(self, path: str, body: Mapping[str, Any]) -> list[Any]:
        try:
            return await asyncio.gather(*(self._post(each, path, body) for each in self._replicas))
        except _UnreachableError as error:
            raise EngineError(f"a vLLM server does not answer: {error}") from error

    def forget_prompts(self) -> None:
        """Empty the caches of what the servers have computed under earlier weights.

        Raises:
            EngineError: a server cannot.
        """
        for answer in self.tell("/reset_prefix_cache"):
            # Servers before 0.26 answer nothing.
            if answer is not None and not answer.get("success", True):
                raise EngineError(
                    "a vLLM server could not empty its prefix cache after an update of its "
                    "weights: is another client using it?"
                )

    def close(self) -> None:
        """End the connections and the thread."""
        if self._loop.is_closed():
            return
        self._run(self._drop())
        self._run(self._client.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _introduce(self, replica: _Replica, wait: float) -> int:
        """Wait until a server is up; learn its model's name and return its context."""
        until = time.monotonic() + wait
        while True:
            try:
                cards = await self._get(replica, "/v1/models")
                break
            except _UnreachableError as error:
                if time.monotonic() > until:
                    raise EngineError(
                        f"no vLLM server answers at {replica.url} ({error}); start one, or set "
                        "vllm_server_base_url"
                    ) from error
                await asyncio.sleep(_POLL)
        replica.model = cards["data"][0]["id"]
        info = (await self._get(replica, "/server_info?config_format=json"))["vllm_config"]
        mode = info["model_config"]["logprobs_mode"]
        if mode != "processed_logprobs":
            raise EngineError(
                f"the vLLM server at {replica.url} returns {mode}, not the log-probabilities that "
                "it samples by; start it with --logprobs-mode processed_logprobs"
            )
        return int(cards["data"][0]["max_model_len"])

    async def _get(self, replica: _Replica, path: str) -> Any:
        return await self._send(replica, "GET", path)

    async def _post(self, replica: _Replica, path: str, body: Mapping[str, Any]) -> Any:
        return await self._send(replica, "POST", path, json=body)

    async def _send(self, replica: _Replica, method: str, path: str, **content: Any) -> Any:
        try:
            answer = await self._client.request(method, replica.url + path, **content)
        except httpx2.ReadTimeout as error:
            raise EngineError(
                f"the vLLM server at {replica.url} has not answered {path} for "
                f"{_LONGEST_ANSWER:.0f} seconds"
            ) from error
        except httpx2.TransportError as error:
            reason = str(error) or "connection lost"
            raise _UnreachableError(f"{replica.url}: {type(error).__name__}: {reason}") from error
        if answer.status_code in (502, 503):
            raise _UnreachableError(f"{replica.url}: status {answer.status_code}")
        if answer.status_code == 404 and not path.startswith("/v1/"):
            raise EngineError(
                f"the vLLM server at {replica.url} does not serve {path.split('?')[0]}; start it "
                "with VLLM_SERVER_DEV_MODE=1 in its environment"
            )
        if answer.status_code != 200:
            raise EngineError(
                f"the vLLM server at {replica.url} answers {path} with status "
                f"{answer.status_code}: {answer.text[:500]}"
            )
        return answer.json() if answer.content else None

    def _run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run something on the thread, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def _sampled(replica: _Replica, answer: Mapping[str, Any]) -> Sampled:
    (choice,) = answer["choices"]
    tokens = choice.get("token_ids")
    logprobs = (choice.get("logprobs") or {}).get("token_logprobs")
    if tokens is None or logprobs is None:
        raise EngineError(
            f"the server at {replica.url} returns no token ids or log-probabilities; vLLM does, "
            "from 0.22 on"
        )
    if choice.get("finish_reason") not in ("stop", "length"):
        raise _UnreachableError(f"{replica.url}: broke off ({choice.get('finish_reason')})")
    if len(tokens) != len(logprobs) or not all(map(math.isfinite, logprobs)):
        raise EngineError(f"the server at {replica.url} returns unusable log-probabilities")
    return Sampled(tuple(tokens), tuple(logprobs))


def _gone(failures: Mapping[str, str]) -> EngineError:
    return EngineError("no vLLM server answers any more: " + "; ".join(failures.values()))
