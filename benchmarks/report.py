"""The report's page with thousands of trials: size, time to build, to load, to find, to open.

Run from the root of the repository: `python benchmarks/report.py` (needs `lamer[browser]`, chromium
and chromedriver). Scripted policies play the trials, which takes longer than all that is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import machine
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from lamer_envs.evaluation.report import load_runs
from lamer_envs.evaluation.report.page import write_page
from lamer_envs.evaluation.run import EvalConfig, evaluate, find_trials
from lamer_envs.rollout.scripted import scripted_policy

RESULTS = Path(__file__).parent / "results"
ENVIRONMENTS = ("Sokoban", "MineSweeper", "ALFWorld", "WebShop")
POLICIES = ("random", "expert")
FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-sync"

STEPS = """
const [number, done] = arguments;
const frame = () => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
const rows = () => [...document.querySelectorAll(".row")];
const opened = async () => {
  while (!document.querySelector(".pane:not([aria-busy]) .stage > *")) await frame();
  await frame();
};
(async () => {
  const times = {};
  let start = performance.now();
  const took = (name) => ((times[name] ??= []).push(performance.now() - start));
  location.hash = "view=trials";
  while (!rows().length) await frame();
  await frame();
  took("list");
  const list = document.querySelector(".list");
  for (let n = 0; n < number; n++) {
    list.scrollTop = (list.scrollHeight * (n + 0.5)) / number;
    start = performance.now();
    await frame();
    took("scroll");
    // A pane that is thrown away cannot be taken for the next one.
    document.querySelector(".panes").replaceChildren();
    rows()[8].click();
    start = performance.now();
    await opened();
    took("open");
    start = performance.now();
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
    await frame();
    took("step");
  }
  start = performance.now();
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "f" }));
  await frame();
  took("filter");
  times.recovered = document.querySelector("#count").textContent;
  done(times);
})();
"""


def main() -> None:
    """Play, build, measure, and write JSON and a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1250, help="for each of the eight runs")
    parser.add_argument("--opened", type=int, default=20, help="trials that are opened")
    parser.add_argument("--loads", type=int, default=5, help="times the page is loaded")
    parser.add_argument("--runs", type=Path, help="folder to keep the played runs in, and to reuse")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    options = parser.parse_args()
    record: dict[str, Any] = {"machine": machine.describe("benchmarks/report.py")}
    with tempfile.TemporaryDirectory() as folder:
        runs = options.runs or Path(folder) / "runs"
        play(runs, options.tasks)
        page = Path(folder) / "report.html"
        record["build"] = build(runs, page)
        with browser(folder) as driver:
            record["browser"] = driver.capabilities["browserVersion"]
            record["load"] = [load(driver, page) for _ in range(options.loads)]
            driver.set_script_timeout(120)
            record["use"] = driver.execute_async_script(STEPS, options.opened)
    record["machine"]["load_average_at_end"] = machine.load_average()
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "report.json").write_text(json.dumps(record, indent=2) + "\n")
    (options.out / "report.md").write_text(table(record))
    print(table(record))


def play(root: Path, tasks: int) -> None:
    """Eight runs, two players in each environment; what is there is not played again."""
    for env in ENVIRONMENTS:
        for policy in POLICIES:
            config = EvalConfig(
                f"LaMer/{env}-v0", {"split": "test"}, {"name": policy}, num_tasks=tasks
            )
            evaluate(config, scripted_policy(policy), root / f"{env.lower()}-{policy}")
            print(f"{env}, {policy}: {tasks} trials", file=sys.stderr)


def build(root: Path, page: Path) -> dict[str, Any]:
    """Write the page, and what it took."""
    runs = load_runs(root)
    start, cpu = time.perf_counter(), time.process_time()
    write_page(runs, page)
    return {
        "trials": sum(run.summary.num_trials for run in runs),
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu,
        "bytes": page.stat().st_size,
        "bytes_of_trials": sum(os.path.getsize(find_trials(each) or "") for each in root.iterdir()),
    }


def load(driver: Chrome, page: Path) -> dict[str, float]:
    """Milliseconds from the start of the navigation, and megabytes of the page's script heap."""
    driver.get("about:blank")
    # Ticks of the page's thread stand still while others run.
    driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    before = busy(driver)
    driver.get(page.as_uri())
    driver.set_script_timeout(60)
    ready: float = driver.execute_async_script(
        """
        const done = arguments[0];
        const look = () => "ready" in document.documentElement.dataset
          ? requestAnimationFrame(() => done(performance.now())) : setTimeout(look, 5);
        look();
        """
    )
    timing = driver.execute_script("return performance.getEntriesByType('navigation')[0].toJSON()")
    paint = driver.execute_script(
        "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
    )
    return {
        "first_paint": paint,
        "parsed": timing["domInteractive"],
        "ready_at_most": ready,
        "processor": 1e3 * (busy(driver) - before),
        "heap_megabytes": driver.execute_script("return performance.memory.usedJSHeapSize / 1e6"),
    }


def busy(driver: Chrome) -> float:
    """Seconds of processor time that the page's thread has spent on tasks."""
    metrics = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    seconds: float = next(each["value"] for each in metrics if each["name"] == "TaskDuration")
    return seconds


@contextmanager
def browser(folder: str) -> Iterator[Chrome]:
    """A chromium without a window."""
    options = Options()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (*FLAGS.split(), f"--user-data-dir={folder}/profile", "--window-size=1400,900"):
        options.add_argument(flag)
    driver = Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    try:
        yield driver
    finally:
        driver.quit()


def table(record: dict[str, Any]) -> str:
    """The Markdown of a record."""
    build_, use = record["build"], record["use"]

    def span(values: list[float], digits: int = 0) -> str:
        ordered = sorted(values)
        middle = ordered[len(ordered) // 2]
        return f"{middle:,.{digits}f} [{ordered[0]:,.{digits}f}, {ordered[-1]:,.{digits}f}]"

    def loads(name: str) -> list[float]:
        return [each[name] for each in record["load"] if each[name] is not None]

    rows = [
        ("trials", f"{build_['trials']:,}"),
        ("their files of trials, MB", f"{build_['bytes_of_trials'] / 1e6:,.1f}"),
        ("the page, MB", f"{build_['bytes'] / 1e6:,.1f}"),
        (
            "building it, s",
            f"{build_['seconds']:.1f} (processor time {build_['cpu_seconds']:.1f})",
        ),
        ("load: first paint, ms", span(loads("first_paint"))),
        ("load: document read, ms", span(loads("parsed"))),
        ("load: all drawn and ready, ms, at most", span(loads("ready_at_most"))),
        ("load: processor time of the page's thread, ms", span(loads("processor"))),
        ("script heap after the load, MB", span(loads("heap_megabytes"), 1)),
        ("first look at the list, ms", span(use["list"])),
        ("a jump in the list, ms", span(use["scroll"])),
        ("opening a trial anywhere in it, ms", span(use["open"])),
        ("a step in a trial, ms", span(use["step"])),
        (f"filter 'failed first, then solved' ({use['recovered']}), ms", span(use["filter"])),
    ]
    lines = [
        "# The report's page",
        "",
        f"`{record['machine']['command']}`: {machine.sentence(record['machine'])}",
        f"Chromium {record['browser']}, headless. Median [least, most]; the times in the page end",
        "two frames after the change, a frame being 17 ms.",
        "",
        "| what | value |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in rows),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
