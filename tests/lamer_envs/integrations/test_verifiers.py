"""PrimeIntellect's verifiers plays our trials, against an endpoint that is a function."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from chat_server import Answer, chat_server

vf = pytest.importorskip("verifiers.v1", reason="the extra `verifiers` is not installed")
if shutil.which("uv") is None:
    pytest.skip("verifiers starts its chat program with uv", allow_module_level=True)

from lamer_envs.integrations.conversation import make_conversation  # noqa: E402
from lamer_envs.integrations.verifiers import LamerEnv, LamerTaskset  # noqa: E402

ENVIRONMENT = "LaMer/MineSweeper-v0"
EXAMPLE = Path(__file__).parents[3] / "examples" / "verifiers_eval.py"
SETTINGS = {"num_episodes": 2, "env_kwargs": {"max_turns": 2}}


def config(**changes: Any) -> Any:
    taskset = {"id": "lamer-verifiers", "environment": ENVIRONMENT, "num_tasks": 2, **SETTINGS}
    return vf.resolve_env_config({"taskset": taskset, **changes})


def answer(messages: list[dict[str, Any]]) -> str:
    """Says what depends on nothing but the last message."""
    if "<remark>" in messages[-1]["content"]:
        return "<remark>not there</remark>"
    return "<action>(1, 1)</action>"


def episodes(made: Any, reply: Answer) -> list[Any]:
    """An episode of every task."""

    async def run(url: str) -> list[Any]:
        env = vf.load_environment(made)
        client = vf.EvalClientConfig(base_url=url, api_key_var="NO_KEY_IS_NEEDED")
        context = vf.ModelContext(model="stub", client=client)
        async with env.serving():
            return [await env.run_episode(task, context) for task in env.taskset]

    with chat_server(reply) as url:
        return asyncio.run(run(url))


def test_it_is_found_by_its_name() -> None:
    made = config()
    env = vf.load_environment(made)
    assert isinstance(env, LamerEnv)
    assert isinstance(env.taskset, LamerTaskset)
    tasks = list(env.taskset)
    assert [task.data.name for task in tasks] == [f"{ENVIRONMENT}#{seed}" for seed in range(2)]
    assert len({task.key for task in tasks}) == 2


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="num_epochs"):
        config(taskset={"id": "lamer-verifiers", "num_epochs": 3})


def test_it_plays_what_the_conversation_plays() -> None:
    asked: list[list[dict[str, Any]]] = []

    def remember(messages: list[dict[str, Any]]) -> str:
        asked.append(messages)
        return answer(messages)

    played = episodes(config(), remember)
    conversation = make_conversation(ENVIRONMENT, **SETTINGS)
    outcomes = set()
    for seed, episode in enumerate(played):
        assert episode.ok
        (trace,) = episode.traces
        said: list[dict[str, Any]] = []
        message: str | None = conversation.open(seed)
        while message is not None:
            said.append({"role": "user", "content": message})
            assert [{"role": m["role"], "content": m["content"]} for m in asked.pop(0)] == said
            text = answer(said)
            said.append({"role": "assistant", "content": text})
            message = conversation.reply(text)
        trial = conversation.trial
        assert trial is not None
        assert trace.rewards["trial_return"].score == pytest.approx(trial.returns[0])
        assert trace.info["lamer"]["returns"] == pytest.approx(list(trial.returns))
        assert trace.info["lamer"]["task_id"] == trial.task_id
        assert trace.num_turns == len(trial.turns)
        solved = [trial.first_success is not None and trial.first_success <= k for k in range(2)]
        assert trace.metrics == {"pass_at_1": float(solved[0]), "pass_at_2": float(solved[1])}
        outcomes.add(trial.success)
    assert asked == []
    assert outcomes == {True, False}


# A rollout starts a chat program of its own, seconds each; the way there is that of the test above.
@pytest.mark.slow
def test_a_trial_cut_short_has_the_return_of_its_turns() -> None:
    for episode in episodes(config(player={"max_turns": 1}), answer):
        (trace,) = episode.traces
        assert trace.num_turns == 1
        assert episode.ok
        assert trace.rewards["trial_return"].score in (0.0, 10.0)
        assert trace.metrics["pass_at_1"] == trace.rewards["trial_return"].score / 10


@pytest.mark.slow
def test_a_failing_endpoint_is_no_outcome() -> None:
    for episode in episodes(config(), lambda messages: None):
        assert not episode.ok
        assert "trial_return" not in episode.traces[0].rewards


@pytest.mark.slow
def test_the_example_prints_what_came_of_it() -> None:
    with chat_server(answer) as url:
        command = [sys.executable, str(EXAMPLE), "--base-url", url, "--model", "stub"]
        command += ["--tasks", "2", "--episodes", "1"]
        printed = subprocess.run(command, capture_output=True, text=True, timeout=280, check=True)
    assert re.fullmatch(
        r"LaMer/MineSweeper-v0#0: return 0\.00\nLaMer/MineSweeper-v0#1: return 10\.00\n"
        r"pass@1: 50%\n",
        printed.stdout,
    )
