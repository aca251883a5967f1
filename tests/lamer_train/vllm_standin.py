"""vLLM's interface, as far as it is used, in front of a `transformers` model; no vLLM needed."""

from __future__ import annotations

import importlib.machinery
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest
import torch
import trl.generation.vllm_generation as trl_vllm
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, PreTrainedModel


def continue_tokens(
    model: PreTrainedModel, prompt: Sequence[int], tokens: Sequence[int], params: Any
) -> tuple[int, float]:
    """The next token after some, and its log-probability; a function of the seed and the place."""
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([[*prompt, *tokens]])).logits[0, -1].float()
    logprobs = torch.log_softmax(logits / params.temperature, dim=-1)
    generator = torch.Generator().manual_seed(params.seed + 1_000_003 * len(tokens))
    token = int(torch.multinomial(logprobs.exp(), 1, generator=generator))
    return token, float(logprobs[token])


class StandInEngine:
    """`vllm.LLMEngine` with continuous batching: at most `max_num_seqs` requests run at a time."""

    def __init__(self, model: PreTrainedModel, max_num_seqs: int = 64, context: int = 128) -> None:
        self.model = model
        self.max_num_seqs = max_num_seqs
        self.model_config = SimpleNamespace(max_model_len=context)
        self.engine_core = SimpleNamespace(shutdown=lambda: None)
        self.model_executor: Any = None
        self.requests: dict[str, SimpleNamespace] = {}
        self.aborted: list[str] = []
        self.running: list[list[str]] = []
        self.fail_at: int | None = None

    def add_request(self, request_id: str, prompt: Mapping[str, Any], params: Any) -> str:
        self.requests[request_id] = SimpleNamespace(
            prompt=prompt["prompt_token_ids"], params=params, tokens=[], logprobs=[]
        )
        return request_id

    def abort_request(self, request_ids: list[str]) -> None:
        self.aborted += request_ids
        for request_id in request_ids:
            self.requests.pop(request_id, None)

    def has_unfinished_requests(self) -> bool:
        return bool(self.requests)

    def step(self) -> list[SimpleNamespace]:
        if len(self.running) == self.fail_at:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")
        running = [*self.requests][: self.max_num_seqs]
        self.running.append(running)
        outputs = []
        for name in running:
            request = self.requests[name]
            token, logprob = continue_tokens(
                self.model, request.prompt, request.tokens, request.params
            )
            request.tokens.append(token)
            request.logprobs.append({token: SimpleNamespace(logprob=logprob)})
            ended = token in request.params.stop_token_ids
            finished = ended or len(request.tokens) == request.params.max_tokens
            if finished:
                del self.requests[name]
            completion = SimpleNamespace(
                token_ids=[*request.tokens],
                logprobs=[*request.logprobs],
                finish_reason=("stop" if ended else "length") if finished else None,
            )
            outputs.append(
                SimpleNamespace(request_id=name, finished=finished, outputs=[completion])
            )
        return outputs


class StandInLLM:
    """`vllm.LLM` of a model that lies in a folder."""

    made: ClassVar[list[StandInLLM]] = []

    def __init__(self, model: str, **settings: Any) -> None:
        self.settings = settings
        self.llm_engine = StandInEngine(
            AutoModelForCausalLM.from_pretrained(model), settings["max_num_seqs"]
        )
        self.calls: list[str] = []
        inner = SimpleNamespace(load_weights=self._load_weights)
        for name in ("model", "model_runner", "driver_worker"):
            inner = SimpleNamespace(**{name: inner})
        self.llm_engine.model_executor = inner
        torch.manual_seed(settings["seed"])
        self.made.append(self)

    def collective_rpc(self, method: str, kwargs: Mapping[str, Any]) -> None:
        self.calls.append(method)
        assert not self.llm_engine.requests
        self.llm_engine.model.load_state_dict(dict(kwargs["weights_iterator"]))

    def _load_weights(self, named: Sequence[tuple[str, torch.Tensor]]) -> None:
        self.calls.append("load_weights")
        self.llm_engine.model.load_state_dict(dict(named), strict=False)

    def reset_prefix_cache(self) -> bool:
        self.calls.append("reset_prefix_cache")
        return True

    def wake_up(self, tags: Sequence[str]) -> None:
        self.calls.append(f"wake {' '.join(tags)}")

    def sleep(self, level: int) -> None:
        self.calls.append(f"sleep {level}")


@pytest.fixture
def vllm_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[StandInLLM]]:
    """vLLM as TRL and the backend find it, and the engines that were made."""
    package = ModuleType("vllm")
    package.__spec__ = importlib.machinery.ModuleSpec("vllm", None)
    package.SamplingParams = SimpleNamespace  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm", package)
    monkeypatch.setattr(trl_vllm, "is_vllm_available", lambda: True)
    monkeypatch.setattr(trl_vllm, "LLM", StandInLLM, raising=False)
    monkeypatch.setattr(StandInLLM, "made", [])
    before = dict(os.environ)
    yield StandInLLM.made
    # TRL tells vLLM its rank by environment variables.
    os.environ.clear()
    os.environ.update(before)


class StandInServer:
    """`vllm serve` in a thread, with weights of its own.

    Attributes:
        served: completions it has answered.
        busiest: the most that it was answering at a time.
        calls: paths of all other posts.
    """

    def __init__(self, model: PreTrainedModel, delay: float = 0.0, port: int = 0) -> None:
        self.model = model
        self.delay = delay
        self.served = 0
        self.busy = 0
        self.busiest = 0
        self.calls: list[str] = []
        self.on_completion: Callable[[int], None] = lambda served: None
        self.on_weights: Callable[[int], None] = lambda times: None
        self.logprobs_mode = "processed_logprobs"
        self.cache_can_be_reset = True
        self.status: dict[str, int] = {}
        self._lock = threading.Lock()
        self._connections: list[Any] = []
        standin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                self._answer(None)

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                self._answer(json.loads(self.rfile.read(length) or b"{}"))

            def _answer(self, body: Any) -> None:
                path = self.path.split("?")[0]
                status = standin.status.get(path, 200)
                answer = standin.answer(path, body) if status == 200 else {"error": "as told"}
                content = json.dumps(answer).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    self.close_connection = True

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def process_request(self, request: Any, client_address: Any) -> None:
                standin._connections.append(request)
                super().process_request(request, client_address)

        self._http = Server(("127.0.0.1", port), Handler)
        self.port = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def answer(self, path: str, body: Any) -> Any:
        if path == "/v1/models":
            return {"data": [{"id": "standin", "max_model_len": 128}]}
        if path == "/server_info":
            return {"vllm_config": {"model_config": {"logprobs_mode": self.logprobs_mode}}}
        if path == "/v1/completions":
            return self._complete(body)
        self.calls.append(path)
        if path == "/reset_prefix_cache":
            return {"success": self.cache_can_be_reset}
        assert path == "/collective_rpc"
        assert body["method"] == "reload_weights"
        folder = Path(body["kwargs"]["weights_path"])
        with self._lock:
            self.model.load_state_dict(load_file(folder / "model.safetensors"))
        self.on_weights(self.calls.count(path))
        return {"results": [None]}

    def _complete(self, body: Any) -> Any:
        assert body["model"] == "standin"
        assert body["return_token_ids"]
        with self._lock:
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
        time.sleep(self.delay)
        tokens: list[int] = []
        logprobs: list[float] = []
        params = SimpleNamespace(**body)
        with self._lock:
            while len(tokens) < params.max_tokens:
                token, logprob = continue_tokens(self.model, params.prompt, tokens, params)
                tokens.append(token)
                logprobs.append(logprob)
                if token in params.stop_token_ids:
                    break
            self.busy -= 1
            self.served += 1
        self.on_completion(self.served)
        ended = tokens[-1] in params.stop_token_ids
        return {
            "choices": [
                {
                    "token_ids": tokens,
                    "logprobs": {"token_logprobs": logprobs},
                    "finish_reason": "stop" if ended else "length",
                }
            ]
        }

    def die(self) -> None:
        """Break off every connection and take no more."""
        self._http.shutdown()
        self._http.server_close()
        for connection in self._connections:
            try:
                connection.shutdown(2)
            except OSError:
                continue
            finally:
                connection.close()


@contextmanager
def serving(
    make_model: Callable[[], PreTrainedModel], count: int = 1, **arguments: Any
) -> Iterator[list[StandInServer]]:
    """Servers of models of their own."""
    servers = [StandInServer(make_model(), **arguments) for _ in range(count)]
    try:
        yield servers
    finally:
        for server in servers:
            server.die()
