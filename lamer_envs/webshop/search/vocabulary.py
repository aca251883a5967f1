"""The terms of an index, found without a dictionary of strings in memory."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class Vocabulary:
    """Terms and their numbers.

    Args:
        keys: (terms,) 64-bit digests of the terms, ascending.
        numbers: (terms,) the number of the term that has the digest.
    """

    def __init__(self, keys: NDArray[np.uint64], numbers: NDArray[np.int32]) -> None:
        self._keys = keys
        self._numbers = numbers

    @classmethod
    def of(cls, numbers: Mapping[str, int]) -> Vocabulary:
        """The vocabulary of some numbered terms.

        Raises:
            ValueError: two terms have one digest; at a million terms that has three chances in
                a hundred million.
        """
        keys = np.fromiter(map(_key, numbers), dtype=np.uint64, count=len(numbers))
        order = np.argsort(keys)
        ordered = keys[order]
        if (ordered[1:] == ordered[:-1]).any():
            raise ValueError(
                "two terms share a digest of 64 bits, so that they cannot be told apart"
            )
        values = np.fromiter(numbers.values(), dtype=np.int32, count=len(numbers))
        return cls(ordered, values[order])

    @classmethod
    def open(cls, folder: Path) -> Vocabulary:
        """What `write` left, memory-mapped."""
        keys = np.load(folder / "term_keys.npy", mmap_mode="r")
        numbers = np.load(folder / "term_numbers.npy", mmap_mode="r")
        return cls(np.asarray(keys), np.asarray(numbers))

    def write(self, folder: Path) -> None:
        """Write the arrays into a folder."""
        np.save(folder / "term_keys.npy", self._keys)
        np.save(folder / "term_numbers.npy", self._numbers)

    def find(self, term: str) -> int | None:
        """The number of a term, or `None` where no document has it."""
        key = _key(term)
        place = bisect_left(self._keys, key)
        if place < len(self._keys) and self._keys[place] == key:
            return int(self._numbers[place])
        return None


def _key(term: str) -> int:
    return int.from_bytes(
        hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"
    )
