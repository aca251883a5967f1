"""Every benchmark script runs at toy size and writes what it says."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


def run(script: str, out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / script), *arguments, "--out", str(out)],
        capture_output=True,
        text=True,
    )


def results(name: str, folder: Path) -> tuple[dict[str, Any], str]:
    text = (folder / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text), (folder / f"{name}.md").read_text(encoding="utf-8")


def test_speeds(tmp_path: Path) -> None:
    # GEM takes seconds for a single large room, so it is shut out here, installed or not.
    code = (
        "import runpy, sys; sys.modules['gem'] = None; sys.argv = sys.argv[1:]; "
        f"sys.path.insert(0, {str(BENCHMARKS)!r}); runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    script = str(BENCHMARKS / "envs.py")
    options = ["--repeats", "2", "--seconds", "0.005", "--out", str(tmp_path)]
    process = subprocess.run(
        [sys.executable, "-c", code, script, *options], capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr
    assert "GEM is left out" in process.stderr
    record, table = results("envs", tmp_path)
    assert table == process.stdout[:-1]
    assert record["machine"]["command"] == ("python benchmarks/envs.py --repeats 2 --seconds 0.005")
    assert str(tmp_path) not in table
    for row in record["rows"]:
        assert len(row["values"]) == 2
        assert all(value > 0 and math.isfinite(value) for value in row["values"])
        assert row["peer_values"] == []
    # A tenth of what was asked for: a busy machine may run this, a broken environment may not.
    rates = {(row["env"], row["name"]): row for row in record["rows"]}
    with_goal = [row for row in rates.values() if row["goal"] is not None]
    assert len(with_goal) == 14
    for row in with_goal:
        best = min(row["values"]) if row["unit"] == "µs" else max(row["values"])
        bound = row["goal"] * (10 if row["unit"] == "µs" else 0.1)
        assert best <= bound if row["unit"] == "µs" else best >= bound, row


def test_alfworld(tmp_path: Path) -> None:
    options = ["--repeats", "2", "--games", "12", "--envs", "60", "--real-games", "0"]
    process = run("alfworld.py", tmp_path, *options)
    assert process.returncode == 0, process.stderr
    record, table = results("alfworld", tmp_path)
    assert table == process.stdout[:-1]
    assert record["machine"]["command"] == f"python benchmarks/alfworld.py {' '.join(options)}"
    assert record["textworld"] == {}
    values = record["lamer"]
    assert all(math.isfinite(value) for name in values for value in values[name])
    # A tenth of what was asked for, as above.
    assert max(values["steps with sorted admissible commands, a second"]) >= 7_000
    for name, most in (
        ("reset of a game played before, ms", 2),
        ("generation of a game, mean, in a layout known already, ms", 10),
        ("memory of an environment, allocated, MB", 1.5),
    ):
        assert 0 < min(values[name]) <= most, name


def test_webshop(tmp_path: Path) -> None:
    options = ["--repeats", "1", "--episodes", "20", "--envs", "400", "--large", "1500"]
    options += ["--build", "200"]
    process = run("webshop.py", tmp_path, *options)
    assert process.returncode == 0, process.stderr
    record, table = results("webshop", tmp_path)
    assert table == process.stdout[:-1]
    assert record["machine"]["command"] == f"python benchmarks/webshop.py {' '.join(options)}"
    rows = {row["what"]: row for row in record["rows"]}
    assert all(value >= 0 for row in rows.values() for value in row["values"])
    # A tenth of what was asked for, as above.
    assert rows["steps, 1,000 products"]["median"] >= 1000
    assert rows["searches, 1,000 products"]["median"] >= 400
    assert rows["start-up, 1,000 products, from the cache"]["median"] <= 10
    assert rows["memory of 400 environments, class"]["median"] <= 24
    assert sum(record["pages"]["1,000"].values()) == pytest.approx(1, abs=0.01)
    sizes = record["four_processes_mb_each"]
    assert 0 < sizes["mapped Pss"] < sizes["mapped Rss"] < sizes["Rss"]


def test_endpoint(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    options = ["--trials", "60", "--latency", "0.05", "--repeats", "1"]
    process = run("endpoint.py", tmp_path, *options)
    assert process.returncode == 0, process.stderr
    record, table = results("endpoint", tmp_path)
    assert table == process.stdout[:-1]
    (measured,) = record["runs"]
    assert measured["ideal_seconds"] == pytest.approx(23 * 0.05)
    # Generous: other tests may run beside this one. One at a time would take 60 times the ideal.
    assert 1 <= measured["over_ideal"] < 10
    assert measured["memory_peak_mb"] - measured["memory_before_mb"] < 100
    killed = record["killed"]
    assert 20 <= killed["trials_when_killed"] < 60 == killed["trials_at_the_end"]
    assert killed["lost"] == killed["repeated"] == killed["not_asked_for"] == 0
    assert killed["written_lines_kept"]
    assert killed["requests"] > killed["requests_after_resuming"]


def test_baselines(tmp_path: Path) -> None:
    process = run("baselines.py", tmp_path, "--tasks", "100")
    assert process.returncode == 0, process.stderr
    record, table = results("baselines", tmp_path)
    assert table == process.stdout[:-1]
    assert record["machine"]["command"] == "python benchmarks/baselines.py --tasks 100"
    passed = {
        (row["env_id"], row["setting"], row["player"]): [
            each["mean"] for each in row["summary"]["pass_at"]
        ]
        for row in record["rows"]
    }
    assert passed["LaMer/Sokoban-v0", "defaults", "expert"] == [1.0, 1.0, 1.0]
    for setting in ("defaults", "4×4, 3 mines", "4×4, 4 mines"):
        of = {player: v for (e, s, player), v in passed.items() if "Mine" in e and s == setting}
        assert of["privileged"] == [1.0, 1.0, 1.0]
        assert of["random"][0] < of["expert"][0]
    logic = passed["LaMer/MineSweeper-v0", "4×4, 3 mines", "single-point logic"]
    remembers = passed[
        "LaMer/MineSweeper-v0", "4×4, 3 mines", "single-point logic, avoids mines it has met"
    ]
    assert logic[0] == remembers[0]
    for row in record["limits"]:
        assert row["limited"]["mean"] <= row["unlimited"]["mean"]
    boards = {row["boards"]: row["unlimited"]["n"] for row in record["limits"]}
    assert boards["winnable in 7 clicks"] < boards["all"] == 100


def test_games(tmp_path: Path) -> None:
    options = ["--repeats", "2", "--seconds", "0.02", "--tasks", "6"]
    process = run("games.py", tmp_path, *options)
    assert process.returncode == 0, process.stderr
    record, table = results("games", tmp_path)
    assert table == process.stdout[:-1]
    assert record["machine"]["command"] == f"python benchmarks/games.py {' '.join(options)}"
    speeds = {row["what"]: row for row in record["speeds"]}
    for game in ("Kuhn poker", "Tic-Tac-Toe"):
        # A tenth of what was asked for, as above.
        assert speeds[f"{game}, turns"]["goal"] == 30_000
        assert max(speeds[f"{game}, turns"]["values"]) >= 3_000
    assert len(record["players"]) == 4 * 2 * 4
    for row in record["players"]:
        assert len(row["summary"]["score_in"]) == len(row["exploited"]) == 3


@pytest.mark.parametrize(
    ("script", "arguments"),
    [
        ("games.py", ["--repeats", "0"]),
        ("games.py", ["--tasks", "1"]),
        ("envs.py", ["--repeats", "0"]),
        ("envs.py", ["--seconds", "0"]),
        ("baselines.py", ["--tasks", "1"]),
        ("alfworld.py", ["--repeats", "0"]),
        ("endpoint.py", ["--trials", "2"]),
        ("webshop.py", ["--episodes", "0"]),
        ("webshop.py", ["--build", "9"]),
    ],
)
def test_wrong_sizes_are_refused(script: str, arguments: list[str], tmp_path: Path) -> None:
    process = run(script, tmp_path, *arguments)
    assert process.returncode == 2
    assert "must be at least" in process.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["envs", "baselines", "games", "webshop"])
def test_recorded_results_are_complete(name: str) -> None:
    record, table = results(name, BENCHMARKS / "results")
    assert record["machine"]["command"] == f"python benchmarks/{name}.py"
    assert record["machine"]["command"] in table
    assert record["machine"]["load_average_at_end"] is not None


@pytest.mark.parametrize("page", ["sokoban", "minesweeper"])
def test_documentation_shows_the_recorded_baselines(page: str) -> None:
    _, table = results("baselines", BENCHMARKS / "results")
    recorded = {
        line
        for section in table.split("\n## ")
        if section.lower().startswith(f"lamer/{page}")
        for line in section.splitlines()
        if line.startswith("|")
    }
    docs = BENCHMARKS.parent / "docs" / "environments" / f"{page}.md"
    assert len(recorded) > 3
    assert recorded <= set(docs.read_text(encoding="utf-8").splitlines())


def test_documentation_shows_the_recorded_games() -> None:
    _, table = results("games", BENCHMARKS / "results")
    recorded = {line for line in table.splitlines() if line.startswith("| ")}
    docs = BENCHMARKS.parent / "docs" / "environments" / "games.md"
    assert len(recorded) > 30
    assert recorded <= set(docs.read_text(encoding="utf-8").splitlines())


def test_the_bayesian_learns_from_episode_to_episode_and_the_equilibrium_does_not() -> None:
    record, _ = results("games", BENCHMARKS / "results")
    for row in record["players"]:
        if row["setting"] == "Kuhn poker, dealt anew":
            first, last = (row["exploited"][k] for k in (0, 2))
            error = (first["se"] ** 2 + last["se"] ** 2) ** 0.5
            learned = last["mean"] - first["mean"]
            assert learned > 2 * error if row["player"] == "expert" else learned < 2 * error


def test_documentation_shows_the_recorded_speed_of_webshop() -> None:
    _, table = results("webshop", BENCHMARKS / "results")
    recorded = {line for line in table.splitlines() if line.startswith("|")}
    docs = BENCHMARKS.parent / "docs" / "environments" / "webshop.md"
    assert len(recorded) > 10
    assert recorded <= set(docs.read_text(encoding="utf-8").splitlines())


@pytest.mark.skipif(
    any(shutil.which(name) is None for name in ("chromium", "chromedriver"))
    or find_spec("selenium") is None,
    reason="the page is measured in chromium",
)
def test_report(tmp_path: Path) -> None:
    process = run("report.py", tmp_path, "--tasks", "3", "--opened", "2", "--loads", "1")
    assert process.returncode == 0, process.stderr
    record, table = results("report", tmp_path)
    assert table == process.stdout[:-1]
    assert record["build"]["trials"] == 24
    assert 10_000 < record["build"]["bytes"] < record["build"]["bytes_of_trials"]
    assert {name: len(record["use"][name]) for name in ("open", "step", "scroll")} == {
        "open": 2,
        "step": 2,
        "scroll": 2,
    }
    assert all(0 < each["ready_at_most"] < 30_000 for each in record["load"])
