"""The real data: WebShop's product, attribute and instruction files.

Up to gigabytes are read record by record. A broken record is passed over, and named in a summary
by its file, index and field; only a file that is missing or no JSON at all is an error.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from lamer_envs.text_env import require_int
from lamer_envs.webshop.json_stream import array_elements, object_items
from lamer_envs.webshop.real_records import (
    BrokenFieldError,
    HumanGoal,
    Notes,
    read_asin,
    read_human_goal,
    read_item,
    read_notes,
)
from lamer_envs.webshop.records import Product

VARIABLE = "WEBSHOP_DATA"
_ITEMS, _ATTRIBUTES, _HUMAN = "items_shuffle", "items_ins_v2", "items_human_ins"
_PROBLEMS_SHOWN = 20
_HOW_TO_GET_IT = (
    f"To get the data: github.com/princeton-nlp/WebShop, setup.sh, names the places of "
    f"{_ITEMS}.json (5 GB) or {_ITEMS}_1000.json, {_ATTRIBUTES}.json or {_ATTRIBUTES}_1000.json, "
    f"and {_HUMAN}.json; put them into one folder and set {VARIABLE} to it. Or shop in the "
    "embedded catalogue, which needs no data: source='embedded'."
)


class DataMissingError(FileNotFoundError):
    """A data file is not there; says what was looked for and how to get it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that was passed over.

    Attributes:
        file: name of its file.
        index: its place in the file, from 0, or the key under which it stands.
        field: the field that is wrong; empty where the record as a whole is.
        reason: what was expected, and what was found.
    """

    file: str
    index: str
    field: str
    reason: str

    def __str__(self) -> str:
        name = f".{self.field}" if self.field else ""
        return f"{self.file}[{self.index}]{name}: {self.reason}"


@dataclass
class FileSummary:
    """What reading one file gave.

    Attributes:
        file: its name.
        loaded: records that were read.
        repeated: records passed over because their ASIN came before.
        broken: records passed over because a field is wrong, by the name of the field.
        problems: the first of the broken ones, at most 20.
    """

    file: str
    loaded: int = 0
    repeated: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def note(self, index: object, error: BrokenFieldError) -> None:
        """Count a broken record."""
        self.broken[error.field.partition(".")[0] or "record"] += 1
        if len(self.problems) < _PROBLEMS_SHOWN:
            self.problems.append(Problem(self.file, str(index), error.field, error.reason))

    def __str__(self) -> str:
        lines = [f"{self.file}: {self.loaded:,} records loaded"]
        if self.repeated:
            lines[0] += f", {self.repeated:,} passed over with a repeated ASIN"
        if self.broken:
            fields = ", ".join(f"{name} {count:,}" for name, count in self.broken.most_common())
            lines[0] += f", {self.broken.total():,} passed over as broken ({fields})"
        lines += [f"  {problem}" for problem in self.problems]
        if self.broken.total() > len(self.problems):
            lines.append(f"  and {self.broken.total() - len(self.problems):,} more")
        return "\n".join(lines)


class WebShopData:
    """The files of one data set. Made by `load`; products are read anew at every pass.

    Attributes:
        files: those it is read from; equal files give equal data.
        limit: how many records of the items file to read at most.
        notes: what the attributes file says, by ASIN; with a limit, of those items only.
        human: people's instructions by ASIN, in the order of the file.
    """

    def __init__(self, items: Path, attributes: Path, human: Path | None, limit: int | None):
        self.files = tuple(path for path in (items, attributes, human) if path is not None)
        self.limit = limit
        self._items = FileSummary(items.name)
        self._attributes = FileSummary(attributes.name)
        self._human = None if human is None else FileSummary(human.name)
        wanted = None if limit is None else self._asins()
        self.notes = self._read_notes(attributes, wanted)
        self.human = {} if human is None else self._read_human(human)

    @classmethod
    def load(
        cls,
        items: str | Path | None = None,
        attributes: str | Path | None = None,
        human: str | Path | None = None,
        *,
        root: str | Path | None = None,
        limit: int | None = None,
    ) -> WebShopData:
        """Find the files and read all but the products.

        Args:
            items: the products, such as `items_shuffle_1000.json`. By default the smallest
                `items_shuffle*.json` of the folder that says it has `limit` products, without a
                limit the largest.
            attributes: by default the `items_ins_v2*.json` beside the items that ends as they do,
                else the one without an ending.
            human: by default `items_human_ins.json` beside the items, if it is there.
            root: the folder in which to look; by default `$WEBSHOP_DATA`.
            limit: read at most that many records of the items file, from its beginning.

        Raises:
            DataMissingError: a file is not there.
            DataFileError: a file is no JSON of the kind expected.
            ValueError: the limit is below 1.
        """
        return cls(*find_files(items, attributes, human, root=root, limit=limit), limit)

    @property
    def summary(self) -> tuple[FileSummary, ...]:
        """What was read and passed over, a file each; of the items, in the latest pass."""
        parts = (self._items, self._attributes, self._human)
        return tuple(part for part in parts if part is not None)

    @property
    def has_human(self) -> bool:
        """Whether there is a file of people's instructions."""
        return self._human is not None

    def products(self) -> Iterator[Product]:
        """The products, in the order of the file; the first of each ASIN.

        Raises:
            DataFileError: the file is no JSON array, or not to its end.
        """
        summary = self._items = FileSummary(self._items.file)
        seen: set[str] = set()
        for index, record in enumerate(islice(array_elements(self.files[0]), self.limit)):
            try:
                asin = read_asin(record)
                if asin in seen:
                    summary.repeated += 1
                    continue
                product = read_item(record, self.notes.get(asin, Notes()))
            except BrokenFieldError as error:
                summary.note(index, error)
                continue
            seen.add(asin)
            summary.loaded += 1
            yield product

    def _asins(self) -> set[str]:
        asins = set()
        for record in islice(array_elements(self.files[0]), self.limit):
            try:
                asins.add(read_asin(record))
            except BrokenFieldError:
                continue  # `products` will name it.
        return asins

    def _read_notes(self, path: Path, wanted: set[str] | None) -> Mapping[str, Notes]:
        notes = {}
        for key, record in object_items(path):
            asin = key.upper()
            if wanted is not None and asin not in wanted:
                continue
            try:
                attributes, instruction, asked = read_notes(record)
            except BrokenFieldError as error:
                self._attributes.note(key, error)
                continue
            # A few thousand attributes recur in a million products.
            shared = (tuple(map(sys.intern, texts)) for texts in (attributes, asked))
            known, asked = shared
            notes[asin] = Notes(known, instruction, asked)
            self._attributes.loaded += 1
        return notes

    def _read_human(self, path: Path) -> Mapping[str, tuple[HumanGoal, ...]]:
        assert self._human is not None
        goals: dict[str, tuple[HumanGoal, ...]] = {}
        for key, records in object_items(path):
            if not isinstance(records, list):
                self._human.note(key, BrokenFieldError("", "a list of instructions", records))
                continue
            for index, record in enumerate(records):
                try:
                    goal = read_human_goal(record)
                except BrokenFieldError as error:
                    self._human.note(f"{key}, {index}", error)
                    continue
                goals[key.upper()] = (*goals.get(key.upper(), ()), goal)
                self._human.loaded += 1
        return goals


def find_files(
    items: str | Path | None = None,
    attributes: str | Path | None = None,
    human: str | Path | None = None,
    *,
    root: str | Path | None = None,
    limit: int | None = None,
) -> tuple[Path, Path, Path | None]:
    """The files that `WebShopData.load` reads with these arguments: items, attributes, human."""
    if limit is not None:
        require_int("limit", limit, low=1)
    if items is None:
        items = _largest_needed(_folder(root), limit)
    items = _existing(Path(items))
    if attributes is None:
        ending = items.stem[len(_ITEMS) :] if items.stem.startswith(_ITEMS) else ""
        paired = items.with_name(f"{_ATTRIBUTES}{ending}.json")
        attributes = paired if paired.exists() else items.with_name(f"{_ATTRIBUTES}.json")
    if human is None:
        beside = items.with_name(f"{_HUMAN}.json")
        human = beside if beside.exists() else None
    return (
        items,
        _existing(Path(attributes)),
        None if human is None else _existing(Path(human)),
    )


def _folder(root: str | Path | None) -> Path:
    named = os.environ.get(VARIABLE, "") if root is None else str(root)
    if not named:
        raise DataMissingError(
            f"the data are looked for in ${VARIABLE}, which is not set. {_HOW_TO_GET_IT}"
        )
    folder = Path(named).expanduser().absolute()
    if not folder.is_dir():
        raise DataMissingError(f"there is no folder {folder}. {_HOW_TO_GET_IT}")
    return folder


def _largest_needed(folder: Path, limit: int | None) -> Path:
    sizes: dict[float, Path] = {}
    for path in sorted(folder.glob(f"{_ITEMS}*.json")):
        ending = re.fullmatch(rf"{_ITEMS}(?:_(\d+))?\.json", path.name)
        if ending:
            sizes[float(ending[1] or "inf")] = path
    if not sizes:
        raise DataMissingError(f"{folder} holds no {_ITEMS}*.json. {_HOW_TO_GET_IT}")
    wanted = float("inf") if limit is None else limit
    return sizes[min((size for size in sizes if size >= wanted), default=max(sizes))]


def _existing(path: Path) -> Path:
    path = path.expanduser().absolute()
    if not path.is_file():
        raise DataMissingError(f"there is no file {path}. {_HOW_TO_GET_IT}")
    return path
