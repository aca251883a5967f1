from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from doors import Fixed

from lamer_envs.evaluation.metrics import Summary
from lamer_envs.evaluation.report import comparison, load_run, load_runs, number, percent
from lamer_envs.evaluation.run import (
    ConfigMismatchError,
    EvalConfig,
    evaluate,
)
from lamer_envs.lock import exclusive
from lamer_envs.meta.trial import Trial, read_trials
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.rollout.runner import TrialError
from lamer_envs.rollout.scripted import RandomPolicy

CONFIG = EvalConfig(
    "doors:Doors-v0",
    env_kwargs={"num_doors": 4, "split": "test"},
    policy={"name": "random", "seed": 0},
    num_tasks=10,
    trials_per_task=2,
    seed=100,
)
FILES = ["config.json", "summary.json", "trials.jsonl"]
TESTS = Path(__file__).parents[1]


def lines(run_dir: Path) -> list[str]:
    return (run_dir / "trials.jsonl").read_text(encoding="utf-8").splitlines()


def places(run_dir: Path) -> list[tuple[int, int]]:
    return [(t.task_seed, t.trial) for t in read_trials(run_dir / "trials.jsonl")]


class Crashing(RandomPolicy):
    """Stops the evaluation at a task."""

    async def act(self, request: PromptRequest) -> Response:
        if request.task_seed == 104:
            raise OSError("power cut")
        return await super().act(request)


def test_a_run_folder_holds_config_trials_and_summary(tmp_path: Path) -> None:
    run_dir = tmp_path / "deep" / "run"
    summary = evaluate(CONFIG, RandomPolicy(), run_dir)
    assert sorted(path.name for path in run_dir.iterdir()) == FILES
    assert EvalConfig.from_json((run_dir / "config.json").read_text()) == CONFIG
    assert Summary.from_json((run_dir / "summary.json").read_text()) == summary
    assert sorted(places(run_dir)) == [(s, t) for s in range(100, 110) for t in range(2)]
    assert (summary.num_tasks, summary.num_trials) == (10, 20)


def test_equal_runs_leave_equal_bytes(tmp_path: Path) -> None:
    for name, concurrency in (("a", 1), ("b", 7)):
        evaluate(CONFIG, RandomPolicy(), tmp_path / name, concurrency=concurrency)
    for file in ("config.json", "summary.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert sorted(lines(tmp_path / "a")) == sorted(lines(tmp_path / "b"))


def test_a_finished_run_plays_nothing(tmp_path: Path) -> None:
    first = evaluate(CONFIG, RandomPolicy(), tmp_path)
    played: list[Trial] = []
    assert evaluate(CONFIG, Crashing(), tmp_path, on_trial=played.append) == first
    assert played == []


def test_a_broken_off_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with pytest.raises(TrialError, match="power cut"):
        evaluate(CONFIG, Crashing(), tmp_path / "broken", concurrency=1)
    assert not (tmp_path / "broken" / "summary.json").exists()
    assert len(lines(tmp_path / "broken")) == 8
    assert load_run(tmp_path / "broken").finished is False

    there: list[Trial] = []
    played: list[Trial] = []
    summary = evaluate(
        CONFIG,
        RandomPolicy(),
        tmp_path / "broken",
        on_start=there.extend,
        on_trial=played.append,
    )
    assert (len(there), len(played)) == (8, 12)
    assert summary == evaluate(CONFIG, RandomPolicy(), tmp_path / "whole")
    assert sorted(lines(tmp_path / "broken")) == sorted(lines(tmp_path / "whole"))


def test_an_unfinished_last_line_is_dropped_with_a_warning(tmp_path: Path) -> None:
    summary = evaluate(CONFIG, RandomPolicy(), tmp_path)
    path = tmp_path / "trials.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    warnings: list[str] = []
    assert evaluate(CONFIG, RandomPolicy(), tmp_path, warn=warnings.append) == summary
    assert len(warnings) == 1
    assert "unfinished line" in warnings[0]
    assert sorted(path.read_bytes().splitlines()) == sorted(whole.splitlines())


def test_a_compressed_run_is_cut_off_and_goes_on(tmp_path: Path) -> None:
    with pytest.raises(TrialError, match="power cut"):
        evaluate(CONFIG, Crashing(), tmp_path / "gz", concurrency=1, compress=True)
    path = tmp_path / "gz" / "trials.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-30])
    assert not (tmp_path / "gz" / "trials.jsonl").exists()
    with pytest.warns(UserWarning, match="line 8 is left out"):
        assert load_run(tmp_path / "gz").finished is False
    there: list[Trial] = []
    warnings: list[str] = []
    # Without the option: the file that is there decides.
    summary = evaluate(
        CONFIG, RandomPolicy(), tmp_path / "gz", on_start=there.extend, warn=warnings.append
    )
    assert (len(there), len(warnings)) == (7, 1)
    assert summary == evaluate(CONFIG, RandomPolicy(), tmp_path / "plain")
    compressed = gzip.decompress(path.read_bytes()).decode().splitlines()
    assert sorted(compressed) == sorted(lines(tmp_path / "plain"))
    assert path.stat().st_size < (tmp_path / "plain" / "trials.jsonl").stat().st_size / 2
    assert load_run(tmp_path / "gz").summary == summary


def test_a_folder_with_two_files_of_trials_is_refused(tmp_path: Path) -> None:
    evaluate(CONFIG, RandomPolicy(), tmp_path)
    (tmp_path / "trials.jsonl.gz").write_bytes(b"")
    with pytest.raises(ValueError, match="holds both"):
        evaluate(CONFIG, RandomPolicy(), tmp_path)


def test_a_run_of_schema_1_goes_on(tmp_path: Path) -> None:
    """Trials that the first version wrote stand beside those of this one."""
    evaluate(CONFIG, RandomPolicy(), tmp_path)
    path = tmp_path / "trials.jsonl"
    before = list(read_trials(path))
    old = []
    for line in lines(tmp_path)[:5]:
        data = json.loads(line)
        del data["task_type"]
        for episode in data["episodes"]:
            for turn in (*episode["turns"], *filter(None, [episode["reflection"]])):
                del turn["prompt_tokens"], turn["completion_tokens"]
        old.append(json.dumps({**data, "schema": 1}) + "\n")
    path.write_text("".join(old))
    there: list[Trial] = []
    evaluate(CONFIG, RandomPolicy(), tmp_path, on_start=there.extend)
    assert there == before[:5]
    assert sorted(map(repr, read_trials(path))) == sorted(map(repr, before))


def test_a_damaged_line_in_the_middle_is_named(tmp_path: Path) -> None:
    evaluate(CONFIG, RandomPolicy(), tmp_path)
    text = lines(tmp_path)
    text[3] = text[3][:50]
    (tmp_path / "trials.jsonl").write_text("\n".join(text) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"trials\.jsonl, line 4"):
        evaluate(CONFIG, RandomPolicy(), tmp_path)


def test_another_config_is_refused_and_the_folder_left_alone(tmp_path: Path) -> None:
    evaluate(CONFIG, RandomPolicy(), tmp_path)
    before = [(tmp_path / name).read_bytes() for name in FILES]
    other = EvalConfig(**{**vars(CONFIG), "num_tasks": 12, "memory": "none"})
    with pytest.raises(ConfigMismatchError) as caught:
        evaluate(other, RandomPolicy(), tmp_path)
    assert "num_tasks: 10 against 12; memory: 'reflection' against 'none'" in str(caught.value)
    assert [(tmp_path / name).read_bytes() for name in FILES] == before


def test_trials_without_a_config_are_refused(tmp_path: Path) -> None:
    (tmp_path / "trials.jsonl").write_text("")
    with pytest.raises(ValueError, match=r"without a config\.json"):
        evaluate(CONFIG, RandomPolicy(), tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"num_tasks": 0},
        {"trials_per_task": 0},
        {"seed": -1},
        {"env_kwargs": {"a": {1, 2}}},
        {"env_kwargs": {"size": (6, 6)}},
        {"policy": {1: "a"}},
    ],
)
def test_bad_configs(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        EvalConfig(**{**vars(CONFIG), **change})  # type: ignore[arg-type]


def test_any_answer_can_be_written_and_read_back(tmp_path: Path) -> None:
    odd = "\u2028 \r\n \x00 \ud800 \U0001f6aa"
    evaluate(CONFIG, Fixed(lambda request: odd), tmp_path)
    turns = [turn for trial in read_trials(tmp_path / "trials.jsonl") for turn in trial.turns]
    assert all(turn.response == f"<action>{odd}</action>" for turn in turns if turn.phase == "play")
    assert load_run(tmp_path).finished


def test_runs_are_compared_side_by_side(tmp_path: Path) -> None:
    evaluate(CONFIG, RandomPolicy(), tmp_path / "three")
    single = EvalConfig(**{**vars(CONFIG), "num_episodes": 1, "trials_per_task": 1})
    evaluate(single, RandomPolicy(), tmp_path / "one")
    header, rows = comparison([load_run(tmp_path / name) for name in ("three", "one")])
    assert all(len(row) == len(header) for row in rows)
    three, one = (dict(zip(header, row, strict=True)) for row in rows)
    assert (three["run"], three["policy"], three["trials"]) == ("three", "random", "20")
    assert one["pass@2"] == one["gain"] == one["diversity"] == "–"
    summary = load_run(tmp_path / "three").summary
    assert three["pass@3"] == percent(summary.pass_at[2])
    assert three["diversity"] == number(summary.diversity_first)


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    evaluate(CONFIG, RandomPolicy(), tmp_path)
    path = tmp_path / "trials.jsonl"
    path.write_bytes(path.read_bytes()[:-100])
    before = path.read_bytes()
    with exclusive(tmp_path), pytest.raises(ValueError, match="in use by another process"):
        evaluate(CONFIG, RandomPolicy(), tmp_path)
    assert path.read_bytes() == before
    refusals: list[str] = []

    def intrude(trial: Trial) -> None:
        with pytest.raises(ValueError, match="in use") as caught:
            evaluate(CONFIG, RandomPolicy(), tmp_path)
        refusals.append(str(caught.value))

    evaluate(CONFIG, RandomPolicy(), tmp_path, on_trial=intrude)
    assert len(refusals) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES


def test_a_training_run_stands_for_its_evaluations(tmp_path: Path) -> None:
    run = tmp_path / "tiny"
    for name in ("start-none", "model-none"):
        evaluate(CONFIG, RandomPolicy(), run / "eval" / name)
    (run / "eval" / "begun").mkdir()
    (run / "eval" / "notes.txt").write_text("")
    loaded = load_runs(run)
    assert [each.name for each in loaded] == ["tiny/model-none", "tiny/start-none"]
    assert loaded[0].summary == load_run(run / "eval" / "model-none").summary
    assert load_runs(run / "eval" / "model-none")[0].name == "model-none"
    # An evaluation speaks for itself, whatever lies below it.
    evaluate(CONFIG, RandomPolicy(), run)
    assert [each.name for each in load_runs(run)] == ["tiny"]


def test_a_folder_that_holds_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no readable run folder"):
        load_run(tmp_path)
    (tmp_path / "eval" / "begun").mkdir(parents=True)
    with pytest.raises(ValueError, match="no readable run folder"):
        load_runs(tmp_path)


def test_a_killed_run_finishes_with_each_trial_once(tmp_path: Path) -> None:
    """kill -9 in the middle of `lamer eval`, then the same command again."""
    command = [sys.executable, "-c", "from lamer_envs.cli import main; main()"]
    command += ["eval", "doors:Doors-v0", "--policy", "random", "--tasks", "100"]
    command += ["--env-arg", "delay=0.003", "--split", "test", "--concurrency", "8", "--out"]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    trials_path = tmp_path / "killed" / "trials.jsonl"

    process = subprocess.Popen(
        [*command, str(tmp_path / "killed")],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not trials_path.exists() or trials_path.read_bytes().count(b"\n") < 20:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    finished = trials_path.read_bytes().count(b"\n")
    assert 20 <= finished < 100
    with trials_path.open("a") as file:
        file.write('{"schema":1,"env_id":"doo')

    for name in ("killed", "whole"):
        done = subprocess.run(
            [*command, str(tmp_path / name)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        if name == "killed":
            assert f"{finished} of 100 trials are there" in done.stderr
            assert "unfinished line" in done.stderr
    assert sorted(places(tmp_path / "killed")) == [(seed, 0) for seed in range(100)]
    assert sorted(lines(tmp_path / "killed")) == sorted(lines(tmp_path / "whole"))
    for file in ("config.json", "summary.json"):
        killed, whole = (tmp_path / name / file for name in ("killed", "whole"))
        assert killed.read_bytes() == whole.read_bytes()
        json.loads(killed.read_text())
