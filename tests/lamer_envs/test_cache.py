"""The cache: a folder is whole or not there, whoever builds it and however that ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

from lamer_envs import lock
from lamer_envs.cache import cache_root, cached_folder

BUILDER = """
import os, sys, time
from pathlib import Path
from lamer_envs.cache import cached_folder

def build(folder):
    (folder / "half").write_text("x" * 1000)
    with open(sys.argv[1], "a") as log:
        log.write(f"{os.getpid()}\\n")
    time.sleep(float(sys.argv[2]))
    (folder / "rest").write_text("y")

print((cached_folder("thing", build) / "rest").read_text())
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAMER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


WITHOUT_LOCKS = """
from lamer_envs import lock
lock.fcntl = None
"""


def visible(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.name != ".locks")


def builder(log: Path, seconds: float, before: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", before + BUILDER, str(log), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def write_one(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_text("content", encoding="utf-8")


def never(folder: Path) -> None:
    raise AssertionError("built again")


def test_a_folder_is_built_once(root: Path) -> None:
    folder = cached_folder("key", write_one)
    assert folder == root / "key"
    assert (folder / "deep" / "file").read_text(encoding="utf-8") == "content"
    assert cached_folder("key", never) == folder
    assert sorted(path.name for path in root.iterdir()) == [".locks", "key"]


def test_a_build_that_fails_leaves_nothing(root: Path) -> None:
    def fail(folder: Path) -> None:
        write_one(folder)
        raise ValueError("no such data")

    with pytest.raises(ValueError, match="no such data"):
        cached_folder("key", fail)
    assert [path.name for path in root.iterdir()] == [".locks"]
    assert cached_folder("key", write_one).is_dir()


@pytest.mark.parametrize("damage", ["truncate", "remove", "zeros", "manifest"])
def test_a_damaged_folder_is_built_anew(root: Path, damage: str) -> None:
    folder = cached_folder("key", write_one)
    if damage == "truncate":
        os.truncate(folder / "deep" / "file", 3)
    elif damage == "remove":
        (folder / "deep" / "file").unlink()
    elif damage == "zeros":
        (folder / "deep" / "file").write_bytes(bytes(len("content")))
    else:
        (folder / "files.json").write_text("[", encoding="utf-8")
    cached_folder("key", write_one)
    assert (folder / "deep" / "file").read_text(encoding="utf-8") == "content"


def test_a_killed_build_is_never_read_and_is_cleared_away(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    first = builder(log, 600)
    deadline = time.monotonic() + 60
    while not (log.exists() and log.read_text(encoding="utf-8")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert not (root / "thing").exists()
    assert list(root.glob("thing.draft-*"))
    drafts = tmp_path / "drafts"
    shutil.copytree(root, drafts)
    second = builder(log, 0)
    assert second.communicate(timeout=60)[0].strip() == "y"
    assert not list(root.glob("thing.draft-*"))
    # Nor does it stay where that key is never built again.
    monkeypatch.setenv("LAMER_CACHE", str(drafts))
    cached_folder("other", write_one)
    assert sorted(path.name for path in drafts.iterdir()) == [".locks", "other"]


def test_of_two_builders_one_builds_and_both_read(root: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    both = [builder(log, 0.5), builder(log, 0.5)]
    assert [one.communicate(timeout=60)[0].strip() for one in both] == ["y", "y"]
    assert len(log.read_text(encoding="utf-8").split()) == 1


def test_without_locks_both_build_and_both_read(root: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    both = [builder(log, 1.0, WITHOUT_LOCKS), builder(log, 1.0, WITHOUT_LOCKS)]
    assert [one.communicate(timeout=60)[0].strip() for one in both] == ["y", "y"]
    assert visible(root) == ["thing"]


def test_a_build_that_loses_the_race_takes_what_is_there(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "fcntl", None)

    def slow(folder: Path) -> None:
        cached_folder("key", write_one)
        (folder / "mine").touch()

    folder = cached_folder("key", slow)
    assert not (folder / "mine").exists()
    assert (folder / "deep" / "file").is_file()
    assert visible(root) == ["key"]


def test_where_nothing_can_be_written_the_folder_is_temporary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("LAMER_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.warns(UserWarning, match=r"cannot be written .*\$LAMER_CACHE"):
        folder = cached_folder("somewhere", write_one)
    assert (folder / "deep" / "file").is_file()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert cached_folder("somewhere", never) == folder


def test_the_cache_is_the_users_own_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAMER_CACHE")
    monkeypatch.setenv("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", "place")
    assert cache_root() == Path("place") / "lamer"
