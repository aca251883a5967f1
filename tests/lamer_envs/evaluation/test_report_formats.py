"""The report as Markdown, CSV and PNG, curves over difficulty, and folders of runs."""

from __future__ import annotations

import csv
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from report_runs import MINES, Learner, play
from typer.testing import CliRunner

from lamer_envs.cli import app
from lamer_envs.evaluation.report import load_runs
from lamer_envs.evaluation.report.curves import difficulty_curves
from lamer_envs.evaluation.report.figure import draw
from lamer_envs.evaluation.report.formats import CSV_HEADER, to_csv, to_markdown
from lamer_envs.rollout.scripted import ExpertPolicy, RandomPolicy


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("all")
    play(root / "a|b", Learner(), trials=2)
    play(root / "deep" / "eval" / "expert", ExpertPolicy())
    return root


def lamer(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


def test_a_folder_stands_for_every_run_below_it(folder: Path) -> None:
    assert [run.name for run in load_runs(folder)] == [
        f"{folder.name}/a|b",
        f"{folder.name}/deep/expert",
    ]
    assert [run.name for run in load_runs(folder / "deep")] == ["deep/expert"]
    assert [run.name for run in load_runs(folder / "a|b")] == ["a|b"]
    with pytest.raises(ValueError, match="no readable run folder"):
        load_runs(folder / "nothing")


def test_markdown_is_a_table_whatever_runs_are_called(folder: Path) -> None:
    lines = to_markdown(load_runs(folder)).splitlines()
    assert len(lines) == 4
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
    assert "a\\|b" in lines[2]
    assert "100.0 ± 0.0" in lines[3]


def test_csv_holds_every_metric_of_every_run(folder: Path) -> None:
    runs = load_runs(folder)
    rows = list(csv.DictReader(StringIO(to_csv(runs))))
    assert tuple(rows[0]) == CSV_HEADER
    values = {(row["run"].rpartition("/")[2], row["metric"]): row for row in rows}
    assert float(values["a|b", "pass@1"]["mean"]) == 0
    gain = values["a|b", "adaptation_gain"]
    estimate = runs[0].summary.adaptation_gain
    assert estimate.interval is not None
    assert [float(gain[name]) for name in ("mean", "se", "low", "high", "tasks")] == [
        estimate.mean,
        estimate.se,
        *estimate.interval,
        estimate.n,
    ]
    # One trial a task has no diversity, and a row that would be empty is not there.
    assert ("a|b", "diversity_first") in values
    assert ("expert", "diversity_first") not in values


def test_task_types_are_rows_too(tmp_path: Path) -> None:
    rooms = ("LaMer/ALFWorld-v0", {"split": "test", "task_types": "look_at_obj_in_light"})
    text = to_csv(load_runs(play(tmp_path / "rooms", RandomPolicy(), rooms, tasks=2)))
    assert '"pass@3, look_at_obj_in_light"' in text


class TestDifficulty:
    def test_runs_that_differ_in_nothing_else_make_a_curve(self, tmp_path: Path) -> None:
        env_id, kwargs = MINES
        for mines in (4, 3):
            each = (env_id, {**kwargs, "num_mines": mines, "max_turns": 5 + mines})
            play(tmp_path / f"mines-{mines}", RandomPolicy(), each, tasks=mines)
        play(tmp_path / "another-policy", ExpertPolicy())
        play(tmp_path / "another-size", RandomPolicy(), (env_id, {**kwargs, "size": 5}))
        runs = load_runs(tmp_path)
        (curve,) = difficulty_curves(runs)
        assert [(x, runs[run].name.rpartition("/")[2]) for x, run in curve.points] == [
            (3, "mines-3"),
            (4, "mines-4"),
        ]
        assert (curve.counts, curve.name) == ("mines", "randompolicy")

    def test_a_default_is_a_difficulty_too(self, tmp_path: Path) -> None:
        play(tmp_path / "default", RandomPolicy(), ("LaMer/Sokoban-v0", {}), tasks=1)
        play(tmp_path / "one", RandomPolicy(), ("LaMer/Sokoban-v0", {"num_boxes": 1}), tasks=1)
        (curve,) = difficulty_curves(load_runs(tmp_path))
        assert [x for x, _ in curve.points] == [1, 2]


class TestPicture:
    def test_it_is_the_same_for_the_same_runs(self, folder: Path, tmp_path: Path) -> None:
        pytest.importorskip("matplotlib")
        for name in ("first.png", "second.png"):
            draw(load_runs(folder), tmp_path / name)
        first = (tmp_path / "first.png").read_bytes()
        assert first.startswith(b"\x89PNG")
        assert first == (tmp_path / "second.png").read_bytes()
        draw(load_runs(folder / "deep"), tmp_path / "other.png")
        assert first != (tmp_path / "other.png").read_bytes()

    def test_without_matplotlib_it_says_how_to_get_it(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        result = lamer(folder, "-o", tmp_path / "figures.png")
        assert result.exit_code == 2
        assert 'pip install "lamer[eval]"' in result.output
        assert list(tmp_path.iterdir()) == []


class TestCommand:
    def test_the_ending_of_the_file_decides(self, folder: Path, tmp_path: Path) -> None:
        for name, start in (("r.md", "| run |"), ("r.csv", "run,"), ("r.HTML", "<!doctype html>")):
            result = lamer(folder, "-o", tmp_path / name)
            assert result.exit_code == 0, result.output
            assert f"Report: {tmp_path / name}" in result.output
            assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)

    def test_a_format_needs_no_file(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert lamer(folder, "--format", "csv").stdout == to_csv(load_runs(folder))
        assert lamer(folder, "--format", "markdown").stdout == to_markdown(load_runs(folder))
        assert list(tmp_path.iterdir()) == []
        assert lamer(folder, "--format", "html").exit_code == 0
        assert [each.name for each in tmp_path.iterdir()] == ["report.html"]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--format", "pdf"], "html, markdown, csv, png, not 'pdf'"),
            (["-o", "report.pdf"], "expected a name ending in .html"),
            (["-o", "report"], "expected a name ending in .html"),
        ],
    )
    def test_what_cannot_be_written_is_said(
        self, folder: Path, arguments: list[str], message: str
    ) -> None:
        result = lamer(folder, *arguments)
        assert result.exit_code == 2
        assert message in " ".join(result.output.split())

    def test_two_runs_of_one_name_are_refused(self, folder: Path, tmp_path: Path) -> None:
        result = lamer(folder / "a|b", folder / "a|b", "-o", tmp_path / "report.html")
        assert result.exit_code == 2
        assert "two runs of one name" in result.output
