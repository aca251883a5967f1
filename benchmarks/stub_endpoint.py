"""An OpenAI-compatible endpoint without a model: answers after a fixed time, or misbehaves.

`python benchmarks/stub_endpoint.py` prints its port. The answer to a request is one of `--answers`,
decided by the bytes of the request alone. `GET /stats` tells what it has seen.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import time
from collections import Counter
from typing import Any

FAULTS = (
    "stall",
    "stall-in-body",
    "drop",
    "cut",
    "429",
    "limits",
    "quota",
    "500",
    "not-json",
    "no-choices",
    "null",
    "nothing",
    "empty",
    "thought",
)
_SHUT_FOR = 0.3
"""Seconds for which a refusal by rate limit asks to stay away."""


class Stub:
    """What all connections share."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.answers: list[str] = json.loads(options.answers)
        self.attempts: Counter[bytes] = Counter()
        self.in_flight = 0
        self.most_in_flight = 0
        self.requests = 0
        self.early = 0
        self.shut_until = 0.0
        self.faulty = 0
        self.window_ends = 0.0
        self.left_in_window = 0

    def stats(self) -> dict[str, int]:
        return {
            "requests": self.requests,
            "faults": self.faulty,
            "distinct": len(self.attempts),
            "most_in_flight": self.most_in_flight,
            "early": self.early,
        }

    def fault_of(self, body: bytes, request: dict[str, Any]) -> str | None:
        """The fault of this attempt, if it is to have one."""
        options = self.options
        digest = hashlib.blake2b(body, digest_size=8).digest()
        self.attempts[digest] += 1
        if options.fault is None or request.get("seed", 0) % options.every:
            return None
        return options.fault if self.attempts[digest] <= options.first else None

    def seconds_until_allowed(self) -> float:
        """Under `--rate`: 0 where this request is allowed, else the time to the next window."""
        now = time.monotonic()
        if now >= self.window_ends:
            self.window_ends = now + _SHUT_FOR
            self.left_in_window = self.options.rate
        self.left_in_window -= 1
        return 0.0 if self.left_in_window >= 0 else self.window_ends - now

    def completion(self, body: bytes, prompt: str) -> dict[str, Any]:
        digest = hashlib.blake2b(body, digest_size=8).digest()
        text = self.answers[int.from_bytes(digest, "big") % len(self.answers)]
        return {
            "object": "chat.completion",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text},
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": len(prompt) // 4, "completion_tokens": len(text) // 4},
        }


class Connection(asyncio.Protocol):
    """HTTP/1.1 as far as a client of this endpoint needs it, one request at a time."""

    def __init__(self, stub: Stub) -> None:
        self.stub = stub
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, blank, body = self.received.partition(b"\r\n\r\n")
        if not blank:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        if len(body) < int(headers.get("content-length", 0)):
            return
        self.received = b""
        if first.startswith("GET /stats"):
            self.send(200, json.dumps(self.stub.stats()).encode())
        elif first.startswith("POST /v1/chat/completions"):
            self.asked(headers, body)
        else:
            self.send(404, b'{"error": {"message": "no such page"}}')

    def asked(self, headers: dict[str, str], body: bytes) -> None:
        stub, options = self.stub, self.stub.options
        stub.requests += 1
        stub.early += time.monotonic() < stub.shut_until
        request = json.loads(body)
        prompt = request["messages"][0]["content"]
        if options.key is not None and headers.get("authorization") != f"Bearer {options.key}":
            given = headers.get("authorization", "nothing")
            self.refuse(401, f"Incorrect API key provided: {given}", "invalid_api_key")
        elif options.refuses in request:
            self.refuse(400, f"Unrecognized request argument supplied: {options.refuses}", "")
        elif options.context is not None and len(prompt) > options.context:
            self.refuse(400, "over the maximum context length", "context_length_exceeded")
        elif options.rate is not None and (seconds := stub.seconds_until_allowed()) > 0:
            asked = {"retry-after-ms": f"{1000 * seconds:.0f}"}
            self.refuse(429, "Rate limit reached", "rate_limit_exceeded", asked)
        elif (fault := stub.fault_of(body, request)) is not None:
            stub.faulty += 1
            self.misbehave(fault, stub.completion(body, prompt))
        else:
            stub.in_flight += 1
            stub.most_in_flight = max(stub.most_in_flight, stub.in_flight)
            content = json.dumps(stub.completion(body, prompt)).encode()
            asyncio.get_running_loop().call_later(options.latency, self.answer, content)

    def answer(self, content: bytes) -> None:
        self.stub.in_flight -= 1
        self.send(200, content)

    def misbehave(self, fault: str, completion: dict[str, Any]) -> None:
        content = json.dumps(completion).encode()
        message = completion["choices"][0]["message"]
        if fault == "stall":
            return
        if fault in ("stall-in-body", "cut"):
            self.send(200, content[: len(content) // 2], length=len(content))
            if fault == "cut":
                self.transport.close()
        elif fault == "drop":
            self.transport.close()
        elif fault in ("429", "limits"):
            self.stub.shut_until = time.monotonic() + _SHUT_FOR
            asked = {
                "429": {"retry-after-ms": f"{1000 * _SHUT_FOR:.0f}"},
                "limits": {
                    "x-ratelimit-remaining-requests": "0",
                    "x-ratelimit-reset-requests": f"{1000 * _SHUT_FOR:.0f}ms",
                },
            }[fault]
            self.refuse(429, "Rate limit reached", "rate_limit_exceeded", asked)
        elif fault == "quota":
            self.refuse(429, "You exceeded your current quota", "insufficient_quota")
        elif fault == "500":
            self.refuse(500, "The server had an error", "server_error")
        elif fault == "not-json":
            self.send(200, b"<html>It works!</html>")
        elif fault == "no-choices":
            self.send(200, b'{"choices": []}')
        elif fault == "nothing":
            self.send(200, b"")
        else:
            message["content"] = "" if fault == "empty" else None
            if fault == "null":
                del completion["choices"][0]["finish_reason"]
            self.send(200, json.dumps(completion).encode())

    def refuse(
        self, status: int, message: str, code: str, headers: dict[str, str] | None = None
    ) -> None:
        error = {"error": {"message": message, "code": code}}
        self.send(status, json.dumps(error).encode(), headers)

    def send(
        self,
        status: int,
        content: bytes,
        headers: dict[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        lines = {"content-type": "application/json", **(headers or {})}
        lines["content-length"] = str(len(content) if length is None else length)
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.transport.write(f"HTTP/1.1 {status} -\r\n{head}\r\n".encode() + content)


async def serve(options: argparse.Namespace) -> None:
    stub = Stub(options)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(stub), "127.0.0.1", options.port, backlog=4096
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before an answer")
    parser.add_argument("--answers", default='["<action>up</action>"]', help="a JSON list")
    parser.add_argument("--fault", choices=FAULTS)
    parser.add_argument("--first", type=int, default=1, help="faulty attempts at each request")
    parser.add_argument("--every", type=int, default=1, help="faulty where this divides the seed")
    parser.add_argument("--key", help="the bearer token to expect")
    parser.add_argument("--refuses", help="a field of requests that is not known")
    parser.add_argument("--rate", type=int, help=f"requests allowed in {_SHUT_FOR} seconds")
    parser.add_argument("--context", type=int, help="the longest prompt, in characters")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
