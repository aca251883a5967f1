"""One process at a time in a folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

LOCK_FILE = ".lock"

_NO_LOCKS = frozenset({errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK})
"""What file systems without locks answer, as those of some clusters do."""


class FolderInUseError(ValueError):
    """Another process is in the folder."""


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Keep every other process, and every other `exclusive`, out of a folder in the meantime.

    The lock is one of the operating system on `.lock` in the folder: it ends with the process,
    whatever ends it, and a file that a killed process left behind locks nothing. Only those who
    ask for the lock are kept out. Where the system (Windows) or the file system knows no such
    locks, nothing is locked.

    Args:
        folder: made where it does not exist.

    Raises:
        FolderInUseError: another process is in the folder.
        OSError: the folder or the file in it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if fcntl is None:
        yield
        return
    path = folder / LOCK_FILE
    descriptor = _locked(path)
    try:
        yield
    finally:
        # Removed while it is locked; `_locked` notices that what it opened is gone.
        try:
            path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _locked(path: Path) -> int:
    """A descriptor of the file at `path`, locked."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FolderInUseError(
                    f"{path.parent} is in use by another process; wait for it, or choose another "
                    "folder"
                ) from None
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
            if _is_at(descriptor, path):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether `path` still names the open file."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
