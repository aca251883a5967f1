"""An OpenEnv server in a process of its own, and its client over loopback."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import gymnasium as gym
import pytest

pytest.importorskip("openenv.core", reason="the extra `openenv` is not installed")

from lamer_envs.integrations.openenv import LamerAction, LamerClient, main
from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.meta.trial import Trial

ENVIRONMENT = "LaMer/MineSweeper-v0"
ARGUMENTS = {"max_turns": 2}
EXAMPLE = Path(__file__).parents[3] / "examples" / "openenv_remote.py"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "lamer_envs.integrations.openenv", "--env", ENVIRONMENT]
    command += ["--env-kwargs", json.dumps(ARGUMENTS), "--episodes", "2", "--port", str(port)]
    process = subprocess.Popen([*command, "--sessions", "4"])
    try:
        deadline = time.monotonic() + 120
        while True:
            assert process.poll() is None
            assert time.monotonic() < deadline
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def local() -> MultiEpisodeReflectionWrapper:
    return MultiEpisodeReflectionWrapper(gym.make(ENVIRONMENT, **ARGUMENTS), num_episodes=2)


def answer(phase: str) -> str:
    return "<action>(1, 1)</action>" if phase == "play" else "<remark>not there</remark>"


def remote_trial(url: str, seed: int) -> Trial:
    with LamerClient(base_url=url).sync() as env:
        result = env.reset(seed=seed)
        while not result.done:
            result = env.step(LamerAction(response=answer(result.observation.phase)))
    return Trial.from_json(result.observation.trial)


def test_far_and_near_are_the_same(url: str) -> None:
    near = local()
    outcomes = set()
    for seed in range(3):
        with LamerClient(base_url=url).sync() as far:
            result = far.reset(seed=seed, trial=5)
            prompt, info = near.reset(seed=seed, options={"trial": 5})
            reward: Any = None
            terminated = False
            while True:
                seen = result.observation
                assert (seen.prompt, result.reward, result.done) == (prompt, reward, terminated)
                for name in ("phase", "episode", "turn", "parse", "state_key", "success"):
                    assert getattr(seen, name) == info[name]
                assert far.state().task_seed == seed
                if terminated:
                    break
                response = answer(info["phase"])
                result = far.step(LamerAction(response=response))
                prompt, reward, terminated, _, info = near.step(response)
            assert seen.returns == info["returns"]
            assert Trial.from_json(seen.trial) == info["trial"]
            outcomes.add(info["success"])
    assert outcomes == {True, False}


def test_sessions_do_not_touch_one_another(url: str) -> None:
    seeds = [0, 1, 2, 0]
    with ThreadPoolExecutor(4) as pool:
        trials = list(pool.map(lambda seed: remote_trial(url, seed), seeds))
    assert [trial.task_seed for trial in trials] == seeds
    assert trials[0] == trials[3]


def test_errors_are_told(url: str) -> None:
    with LamerClient(base_url=url).sync() as env:
        with pytest.raises(RuntimeError, match="unknown arguments of reset"):
            env.reset(colour="red")
        with pytest.raises(RuntimeError, match="call reset"):
            env.step(LamerAction(response="too early"))
        assert env.reset(seed=0).observation.phase == "play"


def test_the_schema_is_published(url: str) -> None:
    with urlopen(f"{url}/schema") as answered:
        schema = json.load(answered)
    assert "response" in schema["action"]["properties"]
    assert "prompt" in schema["observation"]["properties"]


def test_bad_arguments_end_the_server_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["openenv", "--memory", "elephant"])
    with pytest.raises(ValueError, match="memory must be one of"):
        main()


def test_the_example_plays_on_a_server(url: str) -> None:
    command = [sys.executable, str(EXAMPLE), "--url", url, "--tasks", "2"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=200, check=True)
    assert re.fullmatch(r"pass@1: \d+%\npass@2: \d+%\n", printed.stdout)
