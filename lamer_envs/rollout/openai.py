"""`OpenAIPolicy`: plays through any OpenAI-compatible chat endpoint (the extra `endpoint`).

Requests fail in three ways. What may pass is tried again: no connection, silence, a status of 408,
409, 425, 429 or 5xx, a connection that breaks off, an answer that is no completion. What concerns
the one request, or did not pass, costs the trial (`NoAnswerError`). What concerns every request
ends the run (`EndpointError`): a wrong key, an empty account, a setting that the endpoint refuses.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from lamer_envs.rollout.chat_completions import (
    PATH,
    Answer,
    NonsenseError,
    checked_base_url,
    read_answer,
    read_refusal,
    request_body,
)
from lamer_envs.rollout.policy import NoAnswerError, PromptRequest, Response
from lamer_envs.rollout.rate_limits import Gate, wait_asked_for
from lamer_envs.rollout.scripted import request_rng
from lamer_envs.text_env import require_int

_MAY_PASS = frozenset({408, 409, 425, 429})
_ALWAYS_OURS = frozenset({401, 402})
_LONGEST_BACKOFF = 60.0


class EndpointError(RuntimeError):
    """The endpoint refuses every request, or cannot be reached; the message says what to change."""


@dataclass(slots=True)
class Traffic:
    """What went over the wire so far.

    Attributes:
        answered: requests that got a completion.
        retries: attempts that failed and were followed by another.
        failed: requests that were given up.
    """

    answered: int = 0
    retries: int = 0
    failed: int = 0


class _FailedError(Exception):
    """An attempt that may be repeated.

    Attributes:
        limited: whether it was refused for a rate limit.
        reached: whether there was a connection.
    """

    def __init__(self, reason: str, *, limited: bool = False, reached: bool = True) -> None:
        super().__init__(reason)
        self.limited = limited
        self.reached = reached


class _TooLongError(Exception):
    """The prompt leaves no room in the model's context."""


class OpenAIPolicy:
    """Answers each prompt by one request to `<base_url>/chat/completions`, one user message each.

    The seed that goes with a request is a function of `seed` (or the request's own
    `sampling_seed`) and the place of the turn: an endpoint that honours it gives equal answers in
    equal runs. A prompt that the endpoint finds too long is asked again with 1, 2, 4, … pieces of
    its history left out.

    An asynchronous context manager: connections are kept from entering to leaving it.

    Args:
        base_url: of the endpoint, for instance `http://localhost:8000/v1`.
        model: the model's name there.
        api_key: sent as a bearer token, and nowhere else to be found; `None` sends none.
        temperature, top_p: at least 0, and in (0, 1].
        top_k: sent only where it is given: OpenAI's own API knows no such field.
        max_new_tokens: the longest response, in tokens (`max_tokens`), at least 1.
        seed: any integer.
        extra_body: further fields of the request; one of `None` takes out a field named above.
        retries: attempts after the first, at least 0. An attempt refused for a rate limit counts
            only if nothing was answered since the last one of its request.
        timeout: seconds for one attempt, from the first byte out to the last byte in.
        connect_timeout: seconds to make a connection.
        read_timeout: seconds of silence; `None` leaves it to `timeout`. A model that does not
            stream is silent until it has finished.
        backoff: seconds before the first retry; they double each time, up to a minute, and are
            multiplied by a number in [0.5, 1] that seed and place decide.
        longest_wait: seconds; where the endpoint wants more patience, the request is given up.

    Raises:
        ModuleNotFoundError: aiohttp is not installed.
        ValueError: an argument is outside of its range.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key: str | None = None,
        temperature: float = 1.0,
        top_p: float = 1.0,
        top_k: int | None = None,
        max_new_tokens: int = 1024,
        seed: int = 0,
        extra_body: Mapping[str, Any] | None = None,
        retries: int = 6,
        timeout: float = 300.0,
        connect_timeout: float = 10.0,
        read_timeout: float | None = None,
        backoff: float = 0.5,
        longest_wait: float = 300.0,
    ) -> None:
        if not temperature >= 0:
            raise ValueError(f"temperature must be at least 0, not {temperature!r}")
        if not 0 < top_p <= 1:
            raise ValueError(f"top_p must be in (0, 1], not {top_p!r}")
        if top_k is not None:
            require_int("top_k", top_k, low=0)
        require_int("max_new_tokens", max_new_tokens, low=1)
        require_int("retries", retries, low=0)
        for name, seconds in (
            ("timeout", timeout),
            ("connect_timeout", connect_timeout),
            ("read_timeout", timeout if read_timeout is None else read_timeout),
            ("backoff", backoff),
            ("longest_wait", longest_wait),
        ):
            if not seconds > 0:
                raise ValueError(f"{name} must be above 0 seconds, not {seconds!r}")
        try:
            self._http: Any = importlib.import_module("aiohttp")
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                'an endpoint needs aiohttp: pip install "lamer[endpoint]"', name=error.name
            ) from error
        self.base_url = checked_base_url(base_url)
        self.model = model
        self.seed = seed
        self.max_new_tokens = max_new_tokens
        self.traffic = Traffic()
        self.settings_accepted = False
        """Whether the endpoint has ever answered a request with these settings."""
        self._settings = {
            "model": model,
            "temperature": temperature,
            "top_p": top_p,
            "top_k": top_k,
            "max_tokens": max_new_tokens,
        }
        self._extra_body = dict(extra_body or {})
        self._api_key = api_key
        self._retries = retries
        self._timeout = self._http.ClientTimeout(
            total=timeout, sock_connect=connect_timeout, sock_read=read_timeout
        )
        self._backoff = backoff
        self._longest_wait = longest_wait
        self._gate = Gate()
        self._session: Any = None

    async def __aenter__(self) -> OpenAIPolicy:
        headers = {"Content-Type": "application/json"}
        if self._api_key is not None:
            headers["Authorization"] = f"Bearer {self._api_key}"
        self._session = self._http.ClientSession(
            headers=headers,
            timeout=self._timeout,
            # The runner's concurrency bounds them; waiting for a place would be timed here.
            connector=self._http.TCPConnector(limit=0),
            cookie_jar=self._http.DummyCookieJar(),
            # Once: `trust_env` would ask the environment in a thread at every request.
            proxy=_proxy_for(self.base_url),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        session, self._session = self._session, None
        await session.close()

    async def act(self, request: PromptRequest) -> Response:
        """Answer one request.

        Raises:
            NoAnswerError: this request has no answer.
            EndpointError: no request would have one.
            RuntimeError: the policy was not entered.
        """
        if self._session is None:
            raise RuntimeError(
                "enter the policy first: `async with policy:` (run_trials does so by itself)"
            )
        own = self.seed if request.sampling_seed is None else request.sampling_seed
        rng = request_rng(own, request)
        settings = {**self._settings, "seed": rng.getrandbits(31)}
        prompt, level = request.prompt, 0
        for step in count():
            body = json.dumps(request_body(prompt, settings, self._extra_body)).encode()
            try:
                answer = await self._answer(body, rng)
                break
            except _TooLongError as error:
                shorter = _shorter(request, level, level + 2**step)
                if shorter is None:
                    raise self._refused(f"{error}; nothing is left to leave out") from error
                prompt, level = shorter
        return Response(
            text=answer.text,
            shown_prompt=prompt if level else None,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
        )

    async def _answer(self, body: bytes, rng: random.Random) -> Answer:
        """Ask until there is an answer, or patience is at its end."""
        failures, answered = 0, self.traffic.answered
        for attempt in count(1):
            if self._gate.seconds_left > self._longest_wait:
                self.traffic.failed += 1
                raise NoAnswerError(
                    f"{self.base_url} wants no request for {self._gate.seconds_left:.0f} seconds"
                )
            await self._gate.passed(rng)
            try:
                return await self._attempt(body)
            except _FailedError as error:
                if not error.limited or self.traffic.answered == answered:
                    failures += 1
                answered = self.traffic.answered
                if failures > self._retries:
                    raise self._given_up(error, attempt) from error
            self.traffic.retries += 1
            delay = min(self._backoff * 2.0 ** min(attempt - 1, 16), _LONGEST_BACKOFF)
            await asyncio.sleep(delay * rng.uniform(0.5, 1.0))
        raise AssertionError

    async def _attempt(self, body: bytes) -> Answer:
        http = self._http
        try:
            async with self._session.post(
                self.base_url + PATH, data=body, allow_redirects=False
            ) as reply:
                content = await reply.read()
        except (http.ClientSSLError, http.InvalidURL) as error:
            raise EndpointError(f"{self.base_url}: {error}") from error
        except (http.ClientConnectorError, http.ConnectionTimeoutError) as error:
            raise _FailedError(self._said(error), reached=False) from error
        except (http.ClientError, asyncio.TimeoutError, OSError) as error:
            raise _FailedError(self._said(error)) from error
        self._gate.shut_for(wait_asked_for(reply.headers, self.max_new_tokens, time.time()))
        if reply.status == 200:
            try:
                answer = read_answer(content)
            except NonsenseError as error:
                raise _FailedError(self._said(error)) from error
            self.traffic.answered += 1
            self.settings_accepted = True
            return answer
        # Before a long message is cut, perhaps in the middle of the key.
        refusal = read_refusal(self._said(content.decode("utf-8", "replace")).encode())
        said = f"HTTP {reply.status}: {refusal.message}"
        if reply.status in _ALWAYS_OURS or refusal.code == "insufficient_quota":
            raise EndpointError(f"{self.base_url}: {said}")
        if reply.status in _MAY_PASS or reply.status >= 500:
            raise _FailedError(said, limited=reply.status == 429)
        if refusal.prompt_too_long:
            raise _TooLongError(said)
        raise self._refused(said)

    def _refused(self, said: str) -> NoAnswerError | EndpointError:
        """Of a request that was understood and refused: by its prompt, or by its settings?"""
        if self.settings_accepted:
            self.traffic.failed += 1
            return NoAnswerError(f"{self.base_url} refuses: {said}")
        return EndpointError(
            f"{self.base_url} refuses the first request: {said}; expected the base URL of an "
            "endpoint (most end in /v1), a model that it has, and fields that it knows: "
            "extra_body takes fields out and adds others"
        )

    def _given_up(self, error: _FailedError, attempts: int) -> NoAnswerError | EndpointError:
        if not error.reached and not self.traffic.answered:
            return EndpointError(f"cannot reach {self.base_url}: {error}")
        self.traffic.failed += 1
        return NoAnswerError(f"no answer from {self.base_url} in {attempts} attempts: {error}")

    def _said(self, what: object) -> str:
        """What an error says, in one line, without the key."""
        text = " ".join(str(what).split()) or type(what).__name__
        return text if self._api_key is None else text.replace(self._api_key, "***")


def _proxy_for(url: str) -> str | None:
    """The proxy that the environment (`HTTPS_PROXY`, `NO_PROXY`, …) names for a URL."""
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc):
        return None
    return getproxies().get(parts.scheme)


def _shorter(request: PromptRequest, above: int, level: int) -> tuple[str, int] | None:
    """The prompt at a level, or at the next lower one that there is, down to but not `above`."""
    for lower in range(level, above, -1):
        prompt = request.shorten(lower)
        if prompt is not None:
            return prompt, lower
    return None
