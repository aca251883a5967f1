"""`OpenAIPolicy` against an endpoint in another process, which works or misbehaves."""

from __future__ import annotations

import json
import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from doors import make_doors, play
from endpoint_process import stub

from lamer_envs.evaluation.errored import read_errored
from lamer_envs.evaluation.run import EvalConfig, evaluate
from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.openai import EndpointError, OpenAIPolicy
from lamer_envs.rollout.policy import NoAnswerError
from lamer_envs.rollout.runner import TrialError, TrialSpec, play_trials

pytest.importorskip("aiohttp")

ANSWERS = [f"I try this.\n<action>open {door}</action>" for door in range(4)]
CONFIG = EvalConfig(
    "doors:Doors-v0",
    env_kwargs={"num_doors": 4, "split": "test"},
    policy={"model": "stub"},
    num_tasks=12,
    trials_per_task=2,
)


def policy(url: str, **settings: Any) -> OpenAIPolicy:
    """One that does not wait long."""
    return OpenAIPolicy(url, "stub", **{"backoff": 0.01, "timeout": 60.0, **settings})


def lines(run_dir: Path) -> list[str]:
    return (run_dir / "trials.jsonl").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The lines of `CONFIG` by an endpoint without faults."""
    run_dir = tmp_path_factory.mktemp("sound")
    with stub(answers=ANSWERS) as endpoint:
        evaluate(CONFIG, policy(endpoint.url), run_dir)
    return sorted(lines(run_dir))


def test_trials_are_played_and_tokens_counted() -> None:
    with stub(answers=ANSWERS) as endpoint:
        player = policy(endpoint.url)
        trials = play(player, 6, 2)
        stats = endpoint.stats()
    turns = [turn for trial in trials for turn in trial.turns]
    assert {turn.response for turn in turns} == set(ANSWERS)
    assert {turn.action for turn in turns if turn.phase == "play"} >= {"open 0", "open 3"}
    assert all(turn.prompt_tokens == len(turn.prompt) // 4 for turn in turns)
    assert all(turn.completion_tokens == len(turn.response) // 4 for turn in turns)
    assert stats["requests"] == stats["distinct"] == len(turns) == player.traffic.answered
    assert (player.traffic.retries, player.traffic.failed) == (0, 0)


def test_equal_seeds_give_equal_bytes_and_others_do_not(tmp_path: Path, sound: list[str]) -> None:
    with stub(answers=ANSWERS, latency=0.01) as endpoint:
        evaluate(CONFIG, policy(endpoint.url), tmp_path / "again", concurrency=3)
        evaluate(CONFIG, policy(endpoint.url, seed=1), tmp_path / "other")
    assert sorted(lines(tmp_path / "again")) == sound
    assert sorted(lines(tmp_path / "other")) != sound


@pytest.mark.parametrize(
    "fault",
    [
        "stall",
        "stall-in-body",
        "drop",
        "cut",
        "500",
        "not-json",
        "no-choices",
        "null",
        "nothing",
    ],
)
def test_what_passes_changes_nothing_but_the_time(
    fault: str, tmp_path: Path, sound: list[str]
) -> None:
    # A silence has to be told from a busy machine.
    slow = {"first": 1, "every": 9, "timeout": 2.0} if "stall" in fault else {}
    settings = {"first": 2, "every": 3, "timeout": 60.0, **slow}
    timeout = settings.pop("timeout")
    with stub(answers=ANSWERS, fault=fault, **settings) as endpoint:
        player = policy(endpoint.url, timeout=timeout, retries=6)
        evaluate(CONFIG, player, tmp_path)
        stats = endpoint.stats()
    assert sorted(lines(tmp_path)) == sound
    assert player.traffic.failed == 0
    assert player.traffic.retries == stats["requests"] - stats["distinct"] >= stats["faults"] >= 2
    if not slow:
        assert player.traffic.retries == stats["faults"]


@pytest.mark.parametrize("fault", ["429", "limits"])
def test_nobody_comes_before_the_time_that_was_asked_for(
    fault: str, tmp_path: Path, sound: list[str]
) -> None:
    with stub(answers=ANSWERS, fault=fault, every=25) as endpoint:
        player = policy(endpoint.url)
        # One at a time, so that none is under way while another is refused.
        evaluate(CONFIG, player, tmp_path, concurrency=1)
        stats = endpoint.stats()
    assert sorted(lines(tmp_path)) == sound
    assert player.traffic.retries == stats["faults"] >= 2
    assert stats["early"] == 0


@pytest.mark.parametrize(("fault", "retries"), [("cut", 2), ("500", 2), ("stall", 1)])
def test_what_does_not_pass_costs_the_trial_and_the_next_call_tries_again(
    fault: str, retries: int, tmp_path: Path, sound: list[str]
) -> None:
    told = []
    timeout, every = (2.0, 25) if fault == "stall" else (60.0, 7)
    with stub(answers=ANSWERS, fault=fault, first=retries + 1, every=every) as endpoint:
        player = policy(endpoint.url, timeout=timeout, retries=retries)
        summary = evaluate(CONFIG, player, tmp_path, on_error=told.append)
        errored = read_errored(tmp_path / "errors.jsonl")
        assert errored == told
        assert 0 < len(errored) == player.traffic.failed == 24 - summary.num_trials < 24
        assert f"in {retries + 1} attempts" in errored[0].reason
        assert errored[0].where.startswith("episode ")
        assert not (tmp_path / "summary.json").exists()
        left_out = {(each.task_seed, each.trial) for each in errored}
        played = {(t.task_seed, t.trial) for t in map(Trial.from_json, lines(tmp_path))}
        assert left_out | played == {(s, t) for s in range(12) for t in range(2)}
        assert not left_out & played

        # Trials go on past the turn that failed and meet other faults, until none is left.
        for _ in range(10):
            again = policy(endpoint.url, timeout=timeout, retries=retries)
            summary = evaluate(CONFIG, again, tmp_path)
            if summary.num_trials == 24:
                break
    assert sorted(lines(tmp_path)) == sound
    assert (tmp_path / "summary.json").exists()
    assert not (tmp_path / "errors.jsonl").exists()


def test_where_everything_errors_the_run_says_so(tmp_path: Path) -> None:
    with (
        stub(fault="500", first=9) as endpoint,
        pytest.raises(ValueError, match=r"all 24 trials errored.*HTTP 500: The server had"),
    ):
        evaluate(CONFIG, policy(endpoint.url, retries=1), tmp_path)
    assert len(read_errored(tmp_path / "errors.jsonl")) == 24


@pytest.mark.parametrize(("fault", "text"), [("empty", ""), ("thought", "")])
def test_a_model_that_says_nothing_has_answered(fault: str, text: str) -> None:
    with stub(fault=fault) as endpoint:
        player = policy(endpoint.url)
        (trial,) = play(player, 1)
    assert {turn.response for turn in trial.turns} == {text}
    assert not any(turn.action_valid for turn in trial.turns)
    assert player.traffic.retries == 0


def test_many_trials_get_through_a_narrow_rate_limit(tmp_path: Path, sound: list[str]) -> None:
    with stub(answers=ANSWERS, rate=25) as endpoint:
        player = policy(endpoint.url, retries=2)
        evaluate(CONFIG, player, tmp_path)
    assert sorted(lines(tmp_path)) == sound
    assert player.traffic.retries > 0


def stopped_by(url: str, **settings: Any) -> str:
    """The error that ends a run of one trial."""
    with pytest.raises(TrialError) as caught:
        play(policy(url, **settings), 1)
    assert isinstance(caught.value.__cause__, EndpointError)
    return str(caught.value)


def test_a_wrong_key_ends_the_run_and_is_not_shown() -> None:
    with stub(key="sk-right-0123456789") as endpoint:
        message = stopped_by(endpoint.url, api_key="sk-wrong-0123456789")
        assert "HTTP 401: Incorrect API key provided: Bearer ***" in message
        assert "sk-wrong" not in message
        assert "HTTP 401" in stopped_by(endpoint.url)
        assert len(play(policy(endpoint.url, api_key="sk-right-0123456789"), 2)) == 2


def test_an_empty_account_ends_the_run() -> None:
    with stub(fault="quota") as endpoint:
        assert "exceeded your current quota" in stopped_by(endpoint.url)
        assert endpoint.stats()["requests"] == 1


def test_a_field_that_is_not_known_ends_the_run_and_can_be_taken_out() -> None:
    with stub(refuses="seed") as endpoint:
        assert "Unrecognized request argument supplied: seed" in stopped_by(endpoint.url)
        assert len(play(policy(endpoint.url, extra_body={"seed": None}), 2)) == 2
    with stub(refuses="top_k") as endpoint:
        assert len(play(policy(endpoint.url), 2)) == 2
        assert "top_k" in stopped_by(endpoint.url, top_k=20)


def test_a_page_that_is_not_there_ends_the_run() -> None:
    with stub() as endpoint:
        assert "most end in /v1" in stopped_by(endpoint.url.removesuffix("/v1"))


def test_an_endpoint_that_is_not_there_ends_the_run() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
        player = policy(url, retries=2)
        with pytest.raises(TrialError, match="cannot reach"):
            play(player, 1)
    assert player.traffic.retries == 2


def test_an_endpoint_that_takes_no_connection_ends_the_run() -> None:
    # One that is never accepted: the queue behind it is full.
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen(0)
        address = busy.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        started = time.monotonic()
        message = stopped_by(f"http://127.0.0.1:{address[1]}/v1", retries=0, connect_timeout=0.3)
        for each in waiting:
            each.close()
    assert "cannot reach" in message
    assert time.monotonic() - started < 30


def test_silence_is_cut_short() -> None:
    with stub(fault="stall", first=9) as endpoint:
        started = time.monotonic()
        with pytest.raises(TrialError, match="in 1 attempts") as caught:
            play(policy(endpoint.url, retries=0, timeout=60, read_timeout=0.2), 1)
    assert isinstance(caught.value.__cause__, NoAnswerError)
    assert time.monotonic() - started < 30


def test_more_patience_than_allowed_is_not_given() -> None:
    with stub(fault="429", first=9) as endpoint:
        started = time.monotonic()
        with pytest.raises(TrialError, match="wants no request for"):
            play(policy(endpoint.url, longest_wait=0.1), 1)
    assert time.monotonic() - started < 30


def test_a_prompt_that_is_too_long_loses_its_history() -> None:
    def longest(trial: Trial) -> int:
        return max(len(turn.prompt) for turn in trial.turns)

    def trial_in(context: int | None) -> Trial:
        options = {} if context is None else {"context": context}
        with stub(answers=["<action>wait</action>"], **options) as endpoint:
            (trial,) = play_trials(
                lambda: make_doors(3, max_turns=6, memory="history"),
                policy(endpoint.url),
                [TrialSpec(0)],
                concurrency=1,
            )
        return trial

    whole = trial_in(None)
    context = longest(whole) - 100
    cut = trial_in(context)
    assert longest(cut) <= context < longest(whole)
    assert len(cut.turns) == len(whole.turns)
    shortest = len(whole.turns[0].prompt) - 1
    with stub(context=shortest) as endpoint:
        assert "maximum context length; nothing is left to leave out" in stopped_by(endpoint.url)


def test_a_policy_that_was_not_entered_says_so() -> None:
    import asyncio

    from lamer_envs.rollout.policy import PromptRequest

    request = PromptRequest("?", "play", 0, 0, 0, 0, make_doors())
    with pytest.raises(RuntimeError, match="async with policy"):
        asyncio.run(policy("http://127.0.0.1:1/v1").act(request))


@pytest.mark.parametrize(
    "url", ["localhost:8000/v1", "ftp://host/v1", "http://", "http://host/v1?key=1", ""]
)
def test_what_is_no_base_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no base URL of an endpoint"):
        policy(url)


def test_credentials_in_the_url_are_refused_and_not_shown() -> None:
    with pytest.raises(ValueError, match="user or password") as caught:
        policy("https://me:secret@host/v1")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "setting",
    [
        {"temperature": -1},
        {"top_p": 0},
        {"top_k": -1},
        {"max_new_tokens": 0},
        {"retries": -1},
        {"timeout": 0},
        {"connect_timeout": 0},
        {"read_timeout": 0},
        {"backoff": 0},
        {"longest_wait": 0},
    ],
)
def test_settings_outside_of_their_range_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(setting))):
        policy("http://host/v1", **setting)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "lamer\[endpoint\]"'):
        policy("http://host/v1")


def test_the_key_is_in_no_file(tmp_path: Path) -> None:
    key = "sk-right-0123456789"
    with stub(answers=ANSWERS, key=key) as endpoint:
        evaluate(CONFIG, policy(endpoint.url, api_key=key), tmp_path)
    content = [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()]
    assert len(content) == 3
    assert not any(key in text for text in content)
    assert json.loads((tmp_path / "config.json").read_text())["policy"] == {"model": "stub"}
