"""The page as a file: complete, closed to the outside, and the same for the same runs."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from report_runs import HOSTILE, Hostile, parts, play, play_everything

from lamer_envs.evaluation.report import Run, load_runs
from lamer_envs.evaluation.report.page import ASSETS, SCRIPTS, write_page


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    return load_runs(play_everything(tmp_path_factory.mktemp("runs")))


@pytest.fixture(scope="module")
def page(runs: list[Run], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "deep" / "report.html"
    write_page(runs, path)
    assert [each.name for each in path.parent.iterdir()] == ["report.html"]
    return path.read_text(encoding="utf-8")


class Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    for tag, attributes in Elements(page).found:
        assert "src" not in attributes, tag
        assert not any(name.startswith("on") for name in attributes), tag
        assert (attributes.get("href") or "#").startswith(("#", "data:")), tag
    # Only the name of SVG's vocabulary, which no one loads.
    assert set(re.findall(r"https?://[^\"'\s)]+", page)) <= {"http://www.w3.org/2000/svg"}
    for name in ("fetch(", "XMLHttpRequest", "import(", "@import", "url(", "innerHTML", "eval("):
        assert name not in page, name


def test_the_policy_allows_this_script_and_this_style_and_no_other(page: str) -> None:
    (policy,) = (
        str(attributes["content"])
        for tag, attributes in Elements(page).found
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    for directive, pattern in (
        ("script-src", r'<script type="module">(.*?)</script>'),
        ("style-src", r"<style>(.*?)</style>"),
    ):
        (text,) = re.findall(pattern, page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in policy


def test_every_source_file_is_in_the_page(page: str) -> None:
    assert {path.name for path in ASSETS.glob("*.js")} == set(SCRIPTS)
    for path in (*ASSETS.glob("*.js"), ASSETS / "page.css"):
        assert path.read_text(encoding="utf-8") in page


def test_no_answer_of_a_model_stands_in_the_page_as_it_is(runs: list[Run], page: str) -> None:
    assert "owned" not in page
    data = parts(page)
    chunks = [data[name] for name in data if name.startswith("chunk-")]
    assert any(HOSTILE in line for chunk in chunks for line in chunk["lines"])
    assert len(data["index"]["seed"]) == sum(run.summary.num_trials for run in runs)


def test_names_of_runs_are_text(tmp_path: Path) -> None:
    name = "<!--<script>&amp;$data"
    run = load_runs(play(tmp_path / name, Hostile(), tasks=1))
    write_page(run, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert name not in page
    assert parts(page)["report"]["runs"][0]["name"] == name
    assert [tag for tag, _ in Elements(page).found].count("script") == 4


def test_the_same_runs_give_the_same_bytes(runs: list[Run], page: str, tmp_path: Path) -> None:
    told: list[str] = []
    path = tmp_path / "again.html"
    path.write_text("an older report")
    write_page(runs, path, on_trial=lambda trial: told.append(trial.task_id))
    assert path.read_text(encoding="utf-8") == page
    assert len(told) == sum(run.summary.num_trials for run in runs)


def test_an_error_leaves_the_older_page(runs: list[Run], tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("an older report")
    broken = tmp_path / "trials.jsonl"
    broken.write_text("no trial\nno trial\n")
    with pytest.raises(ValueError, match="line 1"):
        write_page([replace(runs[0], trials_path=broken)], path)
    assert path.read_text() == "an older report"


def test_figures_are_those_of_the_summaries(runs: list[Run], page: str) -> None:
    report = parts(page)["report"]
    for shown, run in zip(report["runs"], runs, strict=True):
        assert run.name.endswith(shown["name"])
        assert [each["mean"] for each in shown["passAt"]] == [
            each.mean for each in run.summary.pass_at
        ]
        first, ends = shown["passAt"][0], run.summary.pass_at[0].interval
        assert (ends is None) == (run.summary.num_tasks == 1)
        assert (first["low"], first["high"]) == (ends or (None, None))
        assert shown["byType"].keys() == run.summary.by_type.keys()
    (curve,) = report["difficulty"]
    assert curve["counts"] == "boxes"
    assert [(x, runs[number].name.rpartition("/")[2]) for x, number in curve["points"]] == [
        (2, "boxes-2"),
        (3, "boxes-3"),
    ]


def test_an_old_summary_without_intervals_gets_normal_ones(runs: list[Run], tmp_path: Path) -> None:
    run = next(
        run for run in runs if run.summary.mean_return.mean > 0 and run.summary.num_tasks > 1
    )
    estimate = replace(run.summary.mean_return, interval=None)
    write_page([replace(run, summary=replace(run.summary, mean_return=estimate))], tmp_path / "r")
    shown = parts((tmp_path / "r").read_text(encoding="utf-8"))["report"]["runs"][0]["return"]
    assert estimate.se is not None
    assert shown["high"] - shown["mean"] == pytest.approx(1.959964 * estimate.se)
    assert shown["mean"] - shown["low"] == pytest.approx(1.959964 * estimate.se)


def test_a_run_without_trials_has_its_figures(runs: list[Run], tmp_path: Path) -> None:
    write_page([replace(runs[0], trials_path=None)], tmp_path / "report.html")
    data = parts((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert data["index"]["seed"] == []
    assert len(data["report"]["runs"]) == 1


def test_bad_input_is_refused(runs: list[Run], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one run"):
        write_page([], tmp_path / "report.html")
    with pytest.raises(ValueError, match="two runs of one name"):
        write_page([runs[0], runs[0]], tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []
