"""Products and goals on disk: read one at a time, and shared by all processes that read them.

A table is a file of JSON lines that a person can read, and the place of each line in it.
"""

from __future__ import annotations

import json
import mmap
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

import numpy as np

from lamer_envs.webshop.records import Goal, Product

RecordT = TypeVar("RecordT", Product, Goal)

_ROWS_KEPT = 1 << 12


def write_products(folder: Path, products: Iterable[Product]) -> None:
    """Write a table of products into a folder, in the order given."""
    _write(folder, "products", products)


def write_goals(folder: Path, goals: Iterable[Goal]) -> None:
    """Write a table of goals into a folder, in the order given."""
    _write(folder, "goals", goals)


def _write(folder: Path, name: str, rows: Iterable[Product | Goal]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ends = [0]
    with (folder / f"{name}.jsonl").open("wb") as file:
        for row in rows:
            values = [getattr(row, field.name) for field in fields(row)]
            line = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
            data = line.encode("utf-8", "surrogatepass") + b"\n"
            file.write(data)
            ends.append(ends[-1] + len(data))
    np.save(folder / f"{name}.ends.npy", np.array(ends, dtype=np.int64))


class _Table(Sequence[RecordT], Generic[RecordT]):
    """Rows of a table by number."""

    def __init__(self, folder: Path, name: str) -> None:
        self._ends = np.asarray(np.load(folder / f"{name}.ends.npy", mmap_mode="r"))
        self._data: mmap.mmap | bytes = b""
        with (folder / f"{name}.jsonl").open("rb") as file:
            # An empty file cannot be mapped.
            if self._ends[-1] > 0:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> RecordT: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[RecordT, ...]: ...
    def __getitem__(self, index: int | slice) -> RecordT | tuple[RecordT, ...]:
        if isinstance(index, slice):
            return tuple(self._row(number) for number in range(*index.indices(len(self))))
        return self._row(index)

    def __iter__(self) -> Iterator[RecordT]:
        for number in range(len(self)):
            yield self._row(number)

    @abstractmethod
    def _row(self, number: int) -> RecordT:
        """The record of a row."""

    def _values(self, number: int) -> list[Any]:
        """The fields of a row.

        Raises:
            IndexError: there is no such row.
        """
        count = len(self)
        if not -count <= number < count:
            raise IndexError(f"row {number} of a table of {count}")
        number %= count
        line = self._data[self._ends[number] : self._ends[number + 1]]
        values: list[Any] = json.loads(line.decode("utf-8", "surrogatepass"))
        return values


class ProductStore(_Table[Product]):
    """The products that `write_products` left in a folder.

    Raises:
        OSError: the folder holds no such table.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "products")
        self._listing = lru_cache(_ROWS_KEPT)(self._read_listing)

    def listing(self, number: int, /) -> tuple[str, str, str]:
        """ASIN, title and price tag of a product."""
        return self._listing(number)

    def _row(self, number: int) -> Product:
        row = dict(zip(_PRODUCT_FIELDS, self._values(number), strict=True))
        for name in _PRODUCT_TUPLES:
            row[name] = tuple(row[name])
        row["options"] = tuple((name, tuple(choices)) for name, choices in row["options"])
        return Product(**row)

    def _read_listing(self, number: int) -> tuple[str, str, str]:
        product = self._row(number)
        return product.asin, product.title, product.price_tag


class GoalStore(_Table[Goal]):
    """The goals that `write_goals` left in a folder.

    Raises:
        OSError: the folder holds no such table.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "goals")

    def _row(self, number: int) -> Goal:
        row = dict(zip(_GOAL_FIELDS, self._values(number), strict=True))
        for name in _GOAL_TUPLES:
            row[name] = tuple(row[name])
        return Goal(**row)


_PRODUCT_FIELDS = tuple(field.name for field in fields(Product))
_PRODUCT_TUPLES = ("bullets", "prices", "attributes", "images")
_GOAL_FIELDS = tuple(field.name for field in fields(Goal))
_GOAL_TUPLES = ("attributes", "options", "option_names")
