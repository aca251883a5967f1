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


_GOLDEN = 0.6180339887498949


class Quota:
    """Numbers 0, 1, … in given shares, so evenly that any thousand of them meet the shares.

    Args:
        start: where to begin, in [0, 1).
        shares: of each number; they sum to 1.
    """

    def __init__(self, start: float, shares: Sequence[float]) -> None:
        self._place = start
        self._shares = shares

    def next(self) -> int:
        """The next number."""
        # Steps of the golden ratio around a circle fill it more evenly than random points do.
        self._place = (self._place + _GOLDEN) % 1.0
        left = self._place
        for number, share in enumerate(self._shares):
            left -= share
            if left < 0:
                return number
        return len(self._shares) - 1
