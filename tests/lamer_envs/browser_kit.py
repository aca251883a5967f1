"""Chromium through its driver, for tests of pages as people see them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

CONTRAST = """
const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
  .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const colour = (text) => text.match(/[\\d.]+/g).map(Number);
const behind = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const found = colour(getComputedStyle(e).backgroundColor);
    if (found.length === 3 || found[3] === 1) return found;
  }
  return [255, 255, 255];
};
const faint = [];
for (const element of document.querySelectorAll("body *")) {
  const words = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  if (!words || !element.checkVisibility() || element.closest(".off, .hidden, svg")) continue;
  const [one, other] = [colour(getComputedStyle(element).color), behind(element)]
    .map(luminance).sort((a, b) => b - a);
  const ratio = (one + 0.05) / (other + 0.05);
  if (ratio < 4.5) faint.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
}
return faint;
"""
"""Elements with words whose contrast to what lies behind them is too low (WCAG AA)."""

TOO_WIDE = "return document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
"""Pixels by which the page is wider than the window."""


def missing(*modules: str) -> list[str]:
    """What a browser test lacks here: programs, and modules besides selenium."""
    programs = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return programs + [name for name in ("selenium", *modules) if find_spec(name) is None]


def require_or_skip(lacking: list[str]) -> None:
    """Where `LAMER_REQUIRE_BROWSER=1` browser tests may not be skipped."""
    if lacking and os.environ.get("LAMER_REQUIRE_BROWSER") == "1":
        pytest.fail(f"LAMER_REQUIRE_BROWSER=1, and these are missing: {', '.join(lacking)}")
    if lacking:
        pytest.skip(f"no browser tests without {', '.join(lacking)}")


@contextmanager
def chromium(profile: Path) -> Iterator[Any]:
    """A browser without a window that keeps what its console and its network say."""
    from selenium.webdriver import Chrome
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (*FLAGS, f"--user-data-dir={profile}", "--window-size=1280,900"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    try:
        yield driver
    finally:
        driver.quit()


def set_view(browser: Any, width: int, height: int, *, dark: bool) -> None:
    """Size of the window, and the colour scheme that the reader's system prefers."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def wait_for(condition: Callable[[], Any]) -> Any:
    """What the condition gives once it is true."""
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(None, 10, poll_frequency=0.05).until(lambda _: condition())


def one(browser: Any, css: str) -> Any:
    """The one element of a selector, as soon as it is there."""
    (element,) = wait_for(lambda: browser.find_elements("css selector", css))
    return element
