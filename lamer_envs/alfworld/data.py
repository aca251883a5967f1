"""The real data: which games `$ALFWORLD_DATA` holds, found once and remembered.

The layout is that of `alfworld-download` (ALFWorld, MIT): one folder a game,
`json_2.1.1/{train,valid_seen,valid_unseen}/<task>/<trial>/game.tw-pddl`. Games with movable
receptacles or sliced goals are no part of ALFWorld's six task types and are passed over, as are
games that the original's own check found unsolvable. A full data set has 3,553 / 140 / 134 left.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from lamer_envs.alfworld.pddl import GameFileError, read_scene
from lamer_envs.alfworld.scene import TASK_TYPES, Grammar, Scene
from lamer_envs.cache import cache_root

VARIABLE = "ALFWORLD_DATA"
GAME_FILE = "game.tw-pddl"
_VERSION = "json_2.1.1"
PASSED_OVER = ("movable", "Sliced")
_INDEX_FORMAT = 1
_HOW_TO_GET_IT = (
    f"To get the data: pip install alfworld, set {VARIABLE} to a folder, and run alfworld-download "
    "(about 2 GB). Or play generated games, which need no data: source='procedural'."
)


class DataMissingError(FileNotFoundError):
    """The data folder is not there or holds no games; says what was looked for."""


class RealGame(NamedTuple):
    """A game of the data.

    Attributes:
        file: its path below the split's folder, with forward slashes.
        task_type: one of `TASK_TYPES`.
    """

    file: str
    task_type: str


class GameFolder:
    """The solvable games of one split, in sorted order.

    Attributes:
        folder: the split's folder.
        games: the games of the wanted task types.

    Args:
        split: `"train"`, `"valid_seen"` or `"valid_unseen"`.
        task_types: those wanted, out of `TASK_TYPES`.
        root: the data folder; `None` asks `$ALFWORLD_DATA`.

    Raises:
        DataMissingError: the folder is not there, or no game in it is wanted.
        GameFileError: a game file cannot be read.
    """

    def __init__(
        self, split: str, task_types: Sequence[str] = TASK_TYPES, root: str | Path | None = None
    ) -> None:
        self.folder = _data_root(root) / _VERSION / split
        if not self.folder.is_dir():
            raise DataMissingError(f"there is no folder {self.folder}. {_HOW_TO_GET_IT}")
        found = _indexed(self.folder)
        self.games = tuple(game for game in found if game.task_type in task_types)
        if not self.games:
            raise DataMissingError(
                f"{self.folder} holds no solvable <task>/<trial>/{GAME_FILE} of the task types "
                f"{', '.join(task_types)} ({len(found)} of others). {_HOW_TO_GET_IT}"
            )
        # Sorted files come type by type; any first seeds should be a fair sample of the split.
        self._order = sorted(range(len(self.games)), key=lambda i: _digest(self.games[i].file))

    def file(self, seed: int) -> Path:
        """The game file of a task seed: n seeds in a row play n different games, n of them all."""
        return self.folder / self.games[self._order[seed % len(self.games)]].file


@lru_cache(maxsize=256)
def load_scene(file: Path, grammar: Grammar | None = None) -> Scene:
    """The scene of a game file, shared by all who ask while it is remembered.

    Args:
        file: a `game.tw-pddl`.
        grammar: the wording to speak; `None` follows the file's own.

    Raises:
        GameFileError: the file cannot be read; the message names it.
    """
    try:
        return read_scene(file.read_text(encoding="utf-8"), grammar=grammar)
    except (OSError, ValueError) as error:
        raise GameFileError(f"{file}: {error}. {_HOW_TO_GET_IT}") from error


def _data_root(root: str | Path | None) -> Path:
    named = os.environ.get(VARIABLE, "") if root is None else str(root)
    if not named:
        raise DataMissingError(
            f"source='data' reads ${VARIABLE}, which is not set. {_HOW_TO_GET_IT}"
        )
    return Path(named).expanduser().absolute()


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _indexed(folder: Path) -> tuple[RealGame, ...]:
    """The solvable games below a folder, from the index in the cache if that is still right."""
    files = _game_files(folder)
    listed = "\n".join(f"{name} {size} {changed}" for name, size, changed in files)
    signature = _digest(listed).hex()
    index = cache_root() / f"alfworld-{_digest(str(folder)).hex()[:16]}.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(index.read_text(encoding="utf-8"))
        if (known["format"], known["signature"]) == (_INDEX_FORMAT, signature):
            return tuple(RealGame(str(file), str(kind)) for file, kind in known["games"])
    games = tuple(
        RealGame(name, _task_type(name)) for name, *_ in files if _solvable(folder / name)
    )
    # The index saves time only: where it cannot be written, the next scan is slow again.
    with contextlib.suppress(OSError):
        _write_atomically(
            index,
            json.dumps({"format": _INDEX_FORMAT, "signature": signature, "games": games}),
        )
    return games


def _game_files(folder: Path) -> list[tuple[str, int, int]]:
    """All candidates: (path below the folder, bytes, time of the last change in ns), sorted."""
    found = []
    for task in _folders(folder):
        if any(word in task.name for word in PASSED_OVER):
            continue
        for trial in _folders(Path(task.path)):
            try:
                status = os.stat(Path(trial.path) / GAME_FILE)
            except FileNotFoundError:
                continue
            name = f"{task.name}/{trial.name}/{GAME_FILE}"
            found.append((name, status.st_size, status.st_mtime_ns))
    return sorted(found)


def _folders(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return [entry for entry in entries if entry.is_dir()]


def _task_type(name: str) -> str:
    return name.partition("-")[0]


def _solvable(file: Path) -> bool:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GameFileError(
            f"{file} is no readable game file: {error}. {_HOW_TO_GET_IT}"
        ) from error
    return isinstance(data, dict) and data.get("solvable") is True


def _write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
