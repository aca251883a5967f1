"""Keeps what the tests build out of the user's cache."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest


def pytest_configure(config: pytest.Config) -> None:
    # Workers of pytest-xdist inherit the folder of the process that starts them.
    if "LAMER_CACHE" not in os.environ:
        folder = os.environ["LAMER_CACHE"] = tempfile.mkdtemp(prefix="lamer-tests-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
