from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lamer_envs.cli import app
from lamer_envs.evaluation.parquet import COLUMNS, Source, turn_rows, write_turns
from lamer_envs.evaluation.run import EvalConfig, evaluate
from lamer_envs.meta.trial import Trial, read_trials, write_trials
from lamer_envs.rollout.scripted import RandomPolicy

CONFIG = EvalConfig(
    "doors:Doors-v0",
    env_kwargs={"num_doors": 4, "split": "test"},
    policy={"name": "random", "seed": 0},
    num_tasks=6,
    trials_per_task=2,
)
DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "doors"
    evaluate(CONFIG, RandomPolicy(), folder, compress=True)
    return folder


@pytest.fixture(scope="module")
def trials(run_dir: Path) -> list[Trial]:
    return list(read_trials(run_dir / "trials.jsonl.gz"))


def exported(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["export", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def test_every_turn_has_a_row(trials: list[Trial]) -> None:
    for trial in trials:
        rows = list(turn_rows(trial))
        assert all(row.keys() == COLUMNS.keys() for row in rows)
        assert [row["place"] for row in rows] == list(range(len(trial.turns)))
        assert [row["return"] for row in rows] == list(trial.returns)
        assert sum(row["reward"] for row in rows) == sum(e.reward for e in trial.episodes)
    assert any(row["phase"] == "reflect" for trial in trials for row in turn_rows(trial))


def test_the_table_reads_back_as_the_trials(
    run_dir: Path, trials: list[Trial], tmp_path: Path
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    out = tmp_path / "deep" / "turns.parquet"
    number = sum(len(trial.turns) for trial in trials)
    assert f"{number} turns" in exported(run_dir, "-o", out)
    table = parquet.read_table(out)
    assert table.schema.names == list(COLUMNS)
    assert table.to_pylist() == [
        row for trial in trials for row in turn_rows(trial, "doors", "random")
    ]
    assert table.schema.metadata[b"lamer_trial_schema"] == b"3"
    assert [path.name for path in out.parent.iterdir()] == ["turns.parquet"]


def test_several_runs_make_one_table(run_dir: Path, trials: list[Trial], tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    single = tmp_path / "mine.jsonl"
    write_trials(single, trials[:1])
    exported(run_dir.parent, single, "-o", tmp_path / "all.parquet")
    runs = parquet.read_table(tmp_path / "all.parquet")["run"].to_pylist()
    assert set(runs) == {f"{run_dir.parent.name}/doors", "mine.jsonl"}
    assert runs.count("mine.jsonl") == len(trials[0].turns)


def test_odd_values_can_be_written(trials: list[Trial], tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    first = trials[0]
    odd = replace(
        first.episodes[0].turns[0],
        response="\ud800 \0 √",
        prompt_ids=(1, 2),
        completion_ids=(),
        logprobs=(-0.1, float("-inf")),
        prompt_tokens=2,
    )
    episode = replace(first.episodes[0], turns=(odd, *first.episodes[0].turns[1:]))
    write_trials(tmp_path / "t.jsonl", [replace(first, episodes=(episode, *first.episodes[1:]))])
    write_turns([Source(tmp_path / "t.jsonl", "r")], tmp_path / "t.parquet")
    row = parquet.read_table(tmp_path / "t.parquet").to_pylist()[0]
    assert row["response"] == "? \0 √"
    assert row["logprobs"] == [-0.1, float("-inf")]
    assert (row["prompt_ids"], row["completion_ids"]) == ([1, 2], [])
    assert (row["prompt_tokens"], row["completion_tokens"]) == (2, None)


def test_rows_are_written_group_by_group(
    trials: list[Trial], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr("lamer_envs.evaluation.parquet._GROUP", 7)
    write_trials(tmp_path / "t.jsonl", trials)
    number = write_turns([Source(tmp_path / "t.jsonl", "r")], tmp_path / "t.parquet")
    file = parquet.ParquetFile(tmp_path / "t.parquet")
    assert file.metadata.num_rows == number
    assert file.num_row_groups == -(-number // 7)


def test_a_damaged_file_leaves_no_table(trials: list[Trial], tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    write_trials(tmp_path / "t.jsonl", trials)
    with (tmp_path / "t.jsonl").open("a") as file:
        file.write("{}\n")
    with pytest.raises(ValueError, match="no schema version"):
        write_turns([Source(tmp_path / "t.jsonl", "r")], tmp_path / "t.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["t.jsonl"]


def test_without_pyarrow_the_extra_is_named(
    run_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = CliRunner().invoke(app, ["export", str(run_dir), "-o", str(tmp_path / "t.parquet")])
    assert result.exit_code == 2
    assert "lamer[parquet]" in result.output


def test_a_run_without_its_trials_is_named(run_dir: Path, tmp_path: Path) -> None:
    copy = tmp_path / "kept"
    copy.mkdir()
    (copy / "summary.json").write_bytes((run_dir / "summary.json").read_bytes())
    result = CliRunner().invoke(app, ["export", str(copy), "-o", str(tmp_path / "t.parquet")])
    assert result.exit_code == 2
    assert "the summary of kept and not its trials" in result.output


def test_every_column_is_documented() -> None:
    text = (DOCS / "records.md").read_text(encoding="utf-8").split("<!-- columns -->")[1]
    cells = re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE)
    assert [name for cell in cells for name in re.findall(r"`(\w+)`", cell)] == list(COLUMNS)
