"""Take the pictures of the report, in a real browser.

Run from the root of the repository (needs `lamer[eval,browser]`, chromium and chromedriver):

    lamer train minesweeper-tiny
    python docs/make_report_assets.py runs/train/minesweeper-tiny

The trained model and its warm start are those of the training run; the other runs are played here
by scripted policies.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from lamer_envs.evaluation.report import load_runs
from lamer_envs.evaluation.report.page import write_page
from lamer_envs.evaluation.run import EvalConfig, evaluate
from lamer_envs.rollout.scripted import scripted_policy

ASSETS = Path(__file__).parent / "assets"
FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run --hide-scrollbars --disable-sync"
TASKS = 100


def main() -> None:
    """Write the overview, curves over difficulty, a comparison, a page of the shop, a phone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("training", type=Path, help="run folder of `lamer train minesweeper-tiny`")
    training = parser.parse_args().training
    with tempfile.TemporaryDirectory() as folder, browser(folder) as chromium:
        trained = report(training, Path(folder) / "trained.html")
        scripted = report(play(Path(folder) / "scripted"), Path(folder) / "scripted.html")

        def shoot(name: str, page: str, width: int, height: int, *, dark: bool = False) -> None:
            view(chromium, page, width, height, dark)
            save(name, chromium.get_screenshot_as_png())

        shoot("overview", trained, 1280, 1010)
        failed_first = "view=trials&outcome=recovered&run=model-history"
        here = f"{trained}#{failed_first}&trial=" + quote("model-history:100006:1")
        shoot("compare", f"{here}&step=6&with=warm_start-history%3A100006%3A0&wstep=2", 1280, 880)
        view(chromium, scripted, 1280, 900, True)
        chromium.execute_script("document.querySelector('.difficulty').scrollIntoView()")
        chromium.execute_script("scrollBy(0, -80)")
        save("harder", chromium.get_screenshot_as_png())
        here = f"{scripted}#view=trials&outcome=differ&run=sokoban-2-random&trial="
        pair = quote("sokoban-2-random:4:0") + "&step=1&with=" + quote("sokoban-2-expert:4:0")
        shoot("sokoban", f"{here}{pair}&wstep=1", 1280, 880, dark=True)
        here = f"{scripted}#view=trials&run=shop-expert&trial="
        shoot("shop", here + quote("shop-expert:0:0") + "&step=2", 1280, 880)
        here = f"{scripted}#view=trials&run=rooms-expert&trial="
        shoot("phone", here + quote("rooms-expert:0:0") + "&step=1", 400, 760)


def play(root: Path) -> Path:
    """Scripted runs: Sokoban and MineSweeper of growing difficulty, a shop, rooms."""
    runs = [
        (f"{name.lower()}-{value}-{policy}", f"LaMer/{name}-v0", {argument: value}, policy, TASKS)
        for name, argument, values in (
            ("Sokoban", "num_boxes", (2, 3, 4, 5)),
            ("MineSweeper", "num_mines", (3, 4, 5, 6)),
        )
        for value in values
        for policy in ("random", "expert")
    ]
    runs.append(("shop-expert", "LaMer/WebShop-v0", {}, "expert", 20))
    runs.append(("rooms-expert", "LaMer/ALFWorld-v0", {}, "expert", 20))
    for folder, env_id, arguments, policy, tasks in runs:
        kwargs = {**arguments, "split": "test"}
        config = EvalConfig(env_id, kwargs, {"name": policy}, num_tasks=tasks)
        evaluate(config, scripted_policy(policy), root / folder)
    return root


def report(runs: Path, path: Path) -> str:
    """The address of the report of a folder of runs."""
    write_page(load_runs(runs), path)
    return path.as_uri()


def view(chromium: Chrome, page: str, width: int, height: int, dark: bool) -> None:
    """Open a page, and wait until it is drawn."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    chromium.get("about:blank")
    chromium.get(page)
    deadline = time.monotonic() + 20
    drawn = "html[data-ready] .env, .pane:not([aria-busy]) .stage > *"
    while not chromium.find_elements("css selector", drawn):
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing was drawn of {page}")
        time.sleep(0.05)
    if notice := chromium.find_element("css selector", "#notice").text:
        raise RuntimeError(notice)
    time.sleep(0.3)


def save(name: str, picture: bytes) -> None:
    """Write a picture with 200 colours, a third of its size with all of them."""
    reduced = Image.open(BytesIO(picture)).convert("RGB").quantize(200, dither=Image.Dither.NONE)
    reduced.save(ASSETS / f"report_{name}.png", optimize=True)


@contextmanager
def browser(folder: str) -> Iterator[Chrome]:
    """A chromium without a window, whose profile is in a folder."""
    options = Options()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (*FLAGS.split(), f"--user-data-dir={folder}/profile"):
        options.add_argument(flag)
    driver = Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    try:
        yield driver
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
