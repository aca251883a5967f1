"""What the scripts that take pictures for the documentation share: a browser, and small files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

ASSETS = Path(__file__).parent / "assets"
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-sync",
)


@contextmanager
def browser(folder: str) -> Iterator[Chrome]:
    """A chromium without a window, whose profile is in a folder."""
    options = Options()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (*_FLAGS, f"--user-data-dir={folder}/profile"):
        options.add_argument(flag)
    driver = Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    try:
        yield driver
    finally:
        driver.quit()


def resize(chromium: Chrome, width: int, height: int) -> None:
    """Set the size of the page, in pixels."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def save(name: str, picture: bytes, *, colours: int) -> None:
    """Write a picture with so many colours, a third of its size with all of them."""
    reduced = Image.open(BytesIO(picture)).convert("RGB")
    reduced = reduced.quantize(colours, dither=Image.Dither.NONE)
    reduced.save(ASSETS / f"{name}.png", optimize=True)
