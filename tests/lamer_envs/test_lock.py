from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lamer_envs import lock
from lamer_envs.lock import LOCK_FILE, exclusive

pytest.importorskip("fcntl")

HOLD = """
import sys
from pathlib import Path
from lamer_envs.lock import exclusive
with exclusive(Path(sys.argv[1])):
    print("in", flush=True)
    sys.stdin.read()
"""


def test_another_process_is_kept_out_until_the_holder_is_gone(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "in\n"
        with pytest.raises(ValueError, match="in use by another process") as caught:
            exclusive(tmp_path).__enter__()
        assert str(tmp_path) in str(caught.value)
        holder.send_signal(signal.SIGKILL)
    assert (tmp_path / LOCK_FILE).exists()
    with exclusive(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_made_and_free_again_after_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "run"
    with pytest.raises(KeyError), exclusive(folder):
        raise KeyError
    with exclusive(folder), exclusive(tmp_path), pytest.raises(ValueError, match="in use"):
        exclusive(folder).__enter__()
    assert list(folder.iterdir()) == []


def count_up(folder: Path, times: int) -> None:
    number = folder / "number"
    done = 0
    while done < times:
        try:
            with exclusive(folder):
                before = int(number.read_text())
                number.write_text(str(before + 1))
        except ValueError:
            continue
        done += 1


def test_coming_and_going_never_lets_two_in(tmp_path: Path) -> None:
    """The file is removed by whoever leaves, while others open it."""
    (tmp_path / "number").write_text("0")
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=count_up, args=(tmp_path, 300)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert (tmp_path / "number").read_text() == "900"


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK])
def test_a_file_system_without_locks_is_no_obstacle(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", flock)
    with exclusive(tmp_path), exclusive(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_any_other_failure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.EIO, "broken disk")

    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.raises(OSError, match="broken disk"):
        exclusive(tmp_path).__enter__()


def test_a_system_without_locks_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "fcntl", None)
    with exclusive(tmp_path / "run"), exclusive(tmp_path / "run"):
        assert list((tmp_path / "run").iterdir()) == []
