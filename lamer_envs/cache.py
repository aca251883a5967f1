"""Folders that are made once, whole or not at all, and then only read."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
import warnings
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from lamer_envs.lock import FolderInUseError, exclusive

VARIABLE = "LAMER_CACHE"
"""The environment variable that names the cache's folder."""

_MANIFEST = "files.json"
_DRAFT = ".draft-"
_LOCKS = ".locks"
_READABLE = 0o755
_PAUSE = 0.05
_LOOKED_AT = 4096

Build = Callable[[Path], None]


def cache_root() -> Path:
    """`$LAMER_CACHE`, or `lamer` in the user's folder for caches."""
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser().absolute()
    home = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "lamer"


def cached_folder(key: str, build: Build) -> Path:
    """The folder of a key, built by the first that asks for it.

    The folder is built under another name and moved into its place when it is whole, so that a
    build that was killed leaves nothing that is read; what it leaves is removed by the next build
    of any key. Of several processes that ask at once, one builds and the others wait; where the
    file system knows no locks, each of them builds, and the first one's folder stays. A folder with
    a file that is missing, of another size, or not as it was at its beginning or end is built anew.
    Where the cache cannot be written, a warning says so, and the folder is temporary.

    Args:
        key: names the content; a hash of all that `build` depends on. Letters, digits, `-`, `_`.
        build: fills an empty folder.
    """
    folder = cache_root() / key
    if _whole(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        return _built(folder, build)
    except OSError as error:
        if _writable(folder.parent):
            raise
        warnings.warn(
            f"the cache {folder.parent} cannot be written ({error.strerror}), so that this is made "
            f"anew in every process; name a folder that can be in ${VARIABLE}",
            stacklevel=2,
        )
        return _built(_temporary_root() / key, build)


def _built(folder: Path, build: Build) -> Path:
    while not _whole(folder):
        try:
            with exclusive(_lock(folder)) as locked:
                if locked:
                    _clear(folder)
                if not _whole(folder):
                    _make(folder, build)
        except FolderInUseError:
            time.sleep(_PAUSE)
    for draft in folder.parent.glob(f"*{_DRAFT}*"):
        other = draft.with_name(draft.name.partition(_DRAFT)[0])
        with suppress(FolderInUseError, OSError), exclusive(_lock(other)) as locked:
            if locked:
                _clear(other)
    return folder


def _lock(folder: Path) -> Path:
    # The lock's folder stays: removed, it could be gone just when another process enters it.
    return folder.parent / _LOCKS / folder.name


def _clear(folder: Path) -> None:
    """Remove what killed builds of a folder left: with the lock held, that is every draft."""
    for draft in folder.parent.glob(f"{folder.name}{_DRAFT}*"):
        shutil.rmtree(draft, ignore_errors=True)


def _make(folder: Path, build: Build) -> None:
    draft = Path(tempfile.mkdtemp(prefix=folder.name + _DRAFT, dir=folder.parent))
    try:
        _fill(draft, build)
        if not _whole(folder):
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(draft, folder)
    except OSError:
        # Without locks, another process may have been faster.
        if not _whole(folder):
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _fill(content: Path, build: Build) -> None:
    # `mkdtemp` makes folders that only their owner may read.
    content.chmod(_READABLE)
    build(content)
    marks = {
        file.relative_to(content).as_posix(): _mark(file)
        for file in sorted(content.rglob("*"))
        if file.is_file()
    }
    (content / _MANIFEST).write_text(json.dumps(marks, indent=0) + "\n", encoding="utf-8")


def _whole(folder: Path) -> bool:
    """Whether a folder holds all that was built, as far as the files' marks tell."""
    try:
        marks = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        return all(_mark(folder / name) == mark for name, mark in marks.items())
    except (OSError, ValueError, AttributeError):
        return False


def _mark(file: Path) -> list[int]:
    """A file's size, and a sum over its first and its last bytes."""
    with file.open("rb") as stream:
        total = zlib.crc32(stream.read(_LOOKED_AT))
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _LOOKED_AT))
        return [size, zlib.crc32(stream.read(), total)]


def _writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@cache
def _temporary_root() -> Path:
    """A folder that goes away with the process."""
    holder = tempfile.TemporaryDirectory(prefix="lamer-", ignore_cleanup_errors=True)
    _KEPT.append(holder)
    return Path(holder.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []
