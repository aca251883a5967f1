"""`lamer eval --base-url` against an endpoint in another process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from endpoint_process import stub
from typer.testing import CliRunner, Result

from lamer_envs.cli import app

pytest.importorskip("aiohttp")

KEY = "sk-right-0123456789"


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def lamer_eval(out: Path, *more: object) -> Result:
    arguments = ("eval", "minesweeper", "--tasks", 6, "--out", out, *more)
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_an_endpoint_is_played_and_its_tokens_are_priced(tmp_path: Path) -> None:
    with stub(answers=["<action>(1, 1)</action>", "<action>(2, 5)</action>"]) as endpoint:
        result = lamer_eval(
            tmp_path / "run",
            *("--base-url", endpoint.url, "--model", "some/model"),
            *("--price-in", 2, "--price-out", 8, "--body", "user=me"),
        )
    assert result.exit_code == 0, result.output
    assert "MineSweeper-v0, model: 6 tasks" in result.stdout
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["policy"] == {
        "model": "some/model",
        "base_url": endpoint.url,
        "temperature": 0.7,
        "top_p": 0.8,
        "max_new_tokens": 1024,
        "extra_body": {"user": "me"},
        "seed": 0,
    }
    turns = [
        turn
        for line in (tmp_path / "run" / "trials.jsonl").read_text().splitlines()
        for episode in json.loads(line)["episodes"]
        for turn in [*episode["turns"], *filter(None, [episode["reflection"]])]
    ]
    prompts, responses = (
        sum(turn[f"{part}_tokens"] for turn in turns) for part in ("prompt", "completion")
    )
    cost = (2 * prompts + 8 * responses) / 1e6
    assert (
        f"{prompts:,} prompt and {responses:,} response tokens, cost {cost:.4f}\n" in result.stderr
    )


def test_errored_trials_are_counted_and_tried_again(tmp_path: Path) -> None:
    with stub(fault="500", first=2, every=20) as endpoint:
        command = ("--base-url", endpoint.url, "--model", "m", "--retries", 1)
        first = lamer_eval(tmp_path, *command)
        assert first.exit_code == 0, first.output
        (count,) = [n for n in range(1, 6) if f"{n} of 6 trials errored" in first.stdout]
        assert f"Warning: {count} of 6 trials errored and are in no figure" in first.stderr
        assert "HTTP 500: The server had an error" in first.stderr
        for _ in range(20):
            again = lamer_eval(tmp_path, *command)
            if "errored" not in again.stdout:
                break
    assert again.exit_code == 0, again.output
    assert "of 6 trials are there" in again.stderr
    assert (tmp_path / "summary.json").exists()


def test_a_run_that_nothing_answers_is_refused_in_one_line(tmp_path: Path) -> None:
    with stub(fault="not-json", first=9) as endpoint:
        result = lamer_eval(tmp_path, "--base-url", endpoint.url, "--model", "m", "--retries", 0)
    assert result.exit_code == 2
    assert "Error: all 6 trials errored" in result.stderr
    assert "not JSON: <html>It works!</html>" in result.stderr


def test_the_key_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stub(key=KEY) as endpoint:
        command = ("--base-url", endpoint.url, "--model", "m")
        refused = lamer_eval(tmp_path, *command)
        assert refused.exit_code == 2
        assert "HTTP 401" in refused.stderr
        unset = lamer_eval(tmp_path, *command, "--api-key-env", "MY_KEY")
        assert unset.exit_code == 2
        assert "MY_KEY: no such environment variable is set" in unset.stderr
        monkeypatch.setenv("MY_KEY", KEY + "\n")
        accepted = lamer_eval(tmp_path, *command, "--api-key-env", "MY_KEY")
        assert accepted.exit_code == 0, accepted.output
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        assert lamer_eval(tmp_path / "other", *command).exit_code == 0
    for path in tmp_path.rglob("*.json*"):
        assert KEY not in path.read_text(encoding="utf-8")


def test_fields_that_the_endpoint_does_not_know_can_be_taken_out(tmp_path: Path) -> None:
    with stub(refuses="max_tokens") as endpoint:
        command = ("--base-url", endpoint.url, "--model", "m")
        refused = lamer_eval(tmp_path / "a", *command)
        assert refused.exit_code == 2
        assert "--body takes fields out" in refused.stderr
        fields = ("--body", "max_tokens=null", "--body", "max_completion_tokens=64")
        assert lamer_eval(tmp_path / "b", *command, *fields).exit_code == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "expected --policy, or --base-url and --model"),
        (["--policy", "random", "--model", "m"], "--model and --body belong to --base-url"),
        (["--base-url", "http://localhost:1/v1"], "--base-url needs --model"),
        (["--base-url", "localhost:1", "--model", "m"], "no base URL of an endpoint"),
        (["--base-url", "http://h/v1", "--model", "m", "--timeout", "0"], "timeout must be above"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: list[str], message: str, tmp_path: Path) -> None:
    result = lamer_eval(tmp_path / "run", *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "run").exists()
