"""An OpenAI-compatible endpoint on loopback that answers by a function."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[list[dict[str, Any]]], "str | None"]
"""From the messages to the assistant's text; `None` is an error of the server."""


@contextmanager
def chat_server(answer: Answer) -> Iterator[str]:
    """Serve while the context is open; gives the base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            text = answer(body["messages"])
            if text is None:
                self._send(400, "application/json", b'{"error": {"message": "out of order"}}')
                return
            message = {"role": "assistant", "content": text}
            reply = {"id": "1", "created": 0, "model": body["model"]}
            choice = {"index": 0, "finish_reason": "stop"}
            if body.get("stream"):
                chunk = {
                    **reply,
                    "object": "chat.completion.chunk",
                    "choices": [{**choice, "delta": message}],
                }
                data = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()
                self._send(200, "text/event-stream", data)
                return
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            whole = {
                **reply,
                "object": "chat.completion",
                "choices": [{**choice, "message": message}],
                "usage": usage,
            }
            self._send(200, "application/json", json.dumps(whole).encode())

        def _send(self, status: int, kind: str, data: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
