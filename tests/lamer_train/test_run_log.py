from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamer_train.run_log import MetricsFile, last_checkpoint
from lamer_train.tasks import training_tasks


def steps(path: Path) -> list[int]:
    return [json.loads(line)["step"] for line in path.read_text().splitlines()]


def test_what_is_logged_for_a_step_is_one_line(tmp_path: Path) -> None:
    metrics = MetricsFile(tmp_path / "metrics.jsonl")
    metrics.record(0, {"eval_pass@1": 0.5})
    metrics.record(1, {"loss": 1.0})
    metrics.record(1, {"eval_pass@1": 0.6})
    metrics.flush()
    metrics.flush()
    lines = [json.loads(line) for line in metrics.path.read_text().splitlines()]
    assert lines == [
        {"step": 0, "eval_pass@1": 0.5},
        {"step": 1, "loss": 1.0, "eval_pass@1": 0.6},
    ]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=1, max_size=6))
def test_kills_and_resumes_leave_each_step_once(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[int, bool]]
) -> None:
    path = tmp_path_factory.mktemp("run") / "metrics.jsonl"
    saved = 0
    path.touch()
    for length, torn in history:
        metrics = MetricsFile(path)
        metrics.truncate(saved if saved else -1)
        metrics.record(saved, {"eval": 1})
        for reached in range(saved + 1, saved + length + 1):
            metrics.record(reached, {"loss": reached})
            if reached % 2 == 0:
                metrics.flush()
                saved = reached
        if torn:
            with path.open("a") as file:
                file.write('{"step": 7, "lo')
    metrics = MetricsFile(path)
    metrics.truncate(saved if saved else -1)
    assert steps(path) == ([*range(saved + 1)] if saved else [])


def test_the_last_whole_checkpoint_is_found(tmp_path: Path) -> None:
    assert last_checkpoint(tmp_path) is None
    for step, state in ((2, 2), (4, 4), (10, 10)):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        (folder / "trainer_state.json").write_text(json.dumps({"global_step": state}))
    (tmp_path / "checkpoint-12").mkdir()
    (tmp_path / "checkpoint-14").mkdir()
    (tmp_path / "checkpoint-14" / "trainer_state.json").write_text('{"global_st')
    (tmp_path / "checkpoint-best").mkdir()
    assert last_checkpoint(tmp_path) == str(tmp_path / "checkpoint-10")


def test_fresh_tasks_are_never_repeated() -> None:
    seeds = training_tasks(5, 4, first_seed=100)["task_seed"]
    assert [*seeds] == [*range(100, 120)]


@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 7), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_distinct_tasks_come_round_and_never_twice_in_a_generation(
    updates: int, batch: int, more: int, seed: int
) -> None:
    distinct = batch + more
    data = training_tasks(updates, batch, first_seed=50, distinct=distinct, seed=seed)
    seeds = [*data["task_seed"]]
    assert len(seeds) == updates * batch
    assert set(seeds) <= set(range(50, 50 + distinct))
    for start in range(0, len(seeds), batch):
        assert len({*seeds[start : start + batch]}) == batch
    assert seeds == [
        *training_tasks(updates, batch, first_seed=50, distinct=distinct, seed=seed)["task_seed"]
    ]


def test_too_few_tasks_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fill a batch of 4"):
        training_tasks(1, 4, distinct=3)
