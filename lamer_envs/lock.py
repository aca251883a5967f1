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
def exclusive(folder: Path) -> Iterator[bool]:
    """Keep every other process, and every other `exclusive`, out of a folder in the meantime.

    The lock is one of the operating system on `.lock` in the folder: it ends with the process,
    whatever ends it, and a file that a killed process left behind locks nothing. Only those who
    ask for the lock are kept out. Where the system (Windows) or the file system knows no such
    locks, nothing is locked.

    Args:
        folder: made where it does not exist.

    Yields:
        Whether the folder is locked.

    Raises:
        FolderInUseError: another process is in the folder.
        OSError: the folder or the file in it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if fcntl is None:
        yield False
        return
    path = folder / LOCK_FILE
    descriptor, locked = _opened(path)
    try:
        yield locked
    finally:
        # Removed while it is locked; `_opened` notices that what it opened is gone.
        try:
            path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _opened(path: Path) -> tuple[int, bool]:
    """A descriptor of the file at `path`, and whether it is locked."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        locked = True
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
                locked = False
            if _is_at(descriptor, path):
                return descriptor, locked
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
