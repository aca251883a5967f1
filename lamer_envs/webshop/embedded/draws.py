"""Random draws whose stream is equal in every process and Python version."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draws:
    """A stream of draws that a few values name.

    Only `Random.random` is used: its stream is the one that Python promises to keep.
    """

    def __init__(self, *key: object) -> None:
        digest = hashlib.blake2b(" ".join(map(str, key)).encode(), digest_size=16).digest()
        self._random = random.Random(int.from_bytes(digest, "big")).random

    def share(self) -> float:
        """A number in [0, 1)."""
        return self._random()

    def below(self, count: int) -> int:
        """An integer in [0, count)."""
        return int(self._random() * count)

    def between(self, low: int, high: int) -> int:
        """An integer in [low, high]."""
        return low + int(self._random() * (high - low + 1))

    def chance(self, odds: float) -> bool:
        """True with these odds."""
        return self._random() < odds

    def one(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self._random() * len(items))]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items in random order; all of them if there are fewer."""
        pool = list(items)
        size = len(pool)
        count = min(count, size)
        for place in range(count):
            other = place + int(self._random() * (size - place))
            pool[place], pool[other] = pool[other], pool[place]
        return pool[:count]

    def rank(self, shares: Sequence[float]) -> int:
        """The index of one of the shares, which sum to 1, drawn by its size."""
        left = self._random()
        for index, share in enumerate(shares):
            left -= share
            if left < 0:
                return index
        return len(shares) - 1
