"""Goals of the real data: synthetic ones and people's, shuffled and split as the original does.

The order is the original's: goals product by product, shuffled with the seed 233, and the first
500 are test. What else differs is decided so that no split teaches another, and every goal can be
won; `compat=True` keeps the original's splits and goals.
"""

from __future__ import annotations

import hashlib
import random
from array import array
from collections import Counter
from collections.abc import Iterator, MutableSequence, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import prod
from typing import Any, Literal

import numpy as np

from lamer_envs.splits import split_of
from lamer_envs.webshop.data import DataMissingError, WebShopData
from lamer_envs.webshop.judge import winnable
from lamer_envs.webshop.nouns import NounReader
from lamer_envs.webshop.prices import hidden_price
from lamer_envs.webshop.real_records import clean_value
from lamer_envs.webshop.records import NO_LIMIT, Goal, Product

GoalKind = Literal["synthetic", "human"]

SHUFFLE_SEED = 233
TEST_GOALS = 500
VALIDATION_GOALS = 1000
"""Of the original's order, after the test goals; used with `compat=True` only."""

_LIMITS = tuple(10.0 * step for step in range(1, 100))
_LIMITS_ABOVE = 4


@dataclass
class GoalSummary:
    """What became of the goals that the data hold.

    Attributes:
        kept: goals by split.
        without_attributes: people's instructions that ask for no attribute, which no one can judge.
        unreachable: goals dropped because their own product cannot score 1.0.
        shared: goals dropped because a test goal is on the same product.
    """

    kept: Counter[str] = field(default_factory=Counter)
    without_attributes: int = 0
    unreachable: int = 0
    shared: int = 0

    def __str__(self) -> str:
        kept = ", ".join(f"{count:,} {split}" for split, count in self.kept.items()) or "none"
        return (
            f"goals kept: {kept}; dropped: {self.unreachable:,} that their own product cannot "
            f"serve, {self.shared:,} on a product of a test goal, {self.without_attributes:,} "
            "that ask for no attribute"
        )


class RealGoals:
    """The goals of a data set, made one at a time: of a million products there are millions.

    Attributes:
        summary: complete when an iteration has come to its end.

    Args:
        data: the instructions.
        products: all of them, in the order of the data; may be read lazily.
        kind: `"synthetic"` for the instruction of each product that has one, with every
            combination of its options, or `"human"` for people's instructions.
        seed: decides hidden prices and price limits.
        nouns: for the judge.
        compat: keep goals that cannot be won, let products have goals in several splits, and
            let validation be the 1,000 goals after the test goals.

    Raises:
        DataMissingError: people's goals are asked for, and there is no file of them.
        ValueError: `kind` is neither.
    """

    def __init__(
        self,
        data: WebShopData,
        products: Sequence[Product],
        *,
        kind: GoalKind,
        seed: int,
        nouns: NounReader,
        compat: bool = False,
    ) -> None:
        if kind not in ("synthetic", "human"):
            raise ValueError(f"goals must be 'synthetic' or 'human', not {kind!r}")
        if kind == "human" and not data.has_human:
            raise DataMissingError(
                "people's goals need items_human_ins.json beside the items: put it there, name it "
                "with human=, or take the synthetic goals"
            )
        self._data = data
        self._products = products
        self._kind = kind
        self._seed = seed
        self._nouns = nouns
        self._compat = compat
        self.summary = GoalSummary()

    def __iter__(self) -> Iterator[tuple[str, Goal]]:
        """Each goal with its split, in the shuffled order."""
        summary = self.summary = GoalSummary()
        counts = np.fromiter(map(self._count, self._products), np.int64, len(self._products))
        if self._kind == "human":
            asked = sum(len(self._data.human.get(p.asin, ())) for p in self._products)
            summary.without_attributes = asked - int(counts.sum())
        ends = np.cumsum(counts)
        order = array("q", range(int(counts.sum())))
        shuffle(order, SHUFFLE_SEED)
        test_asins: set[str] = set()
        for place, position in enumerate(order):
            number = int(np.searchsorted(ends, position, side="right"))
            product = self._products[number]
            goal = self._goal(product, position - int(ends[number] - counts[number]))
            split = self._split(place, len(order), product)
            if not self._compat:
                if split != "test" and product.asin in test_asins:
                    summary.shared += 1
                    continue
                if not self._reachable(goal, product):
                    summary.unreachable += 1
                    continue
                if split == "test":
                    test_asins.add(product.asin)
            summary.kept[split] += 1
            yield split, goal

    def _count(self, product: Product) -> int:
        if self._kind == "human":
            return len(self._askers(product))
        notes = self._data.notes.get(product.asin)
        if notes is None or not notes.instruction:
            return 0
        return prod(len(values) for _, values in product.options)

    def _askers(self, product: Product) -> list[Any]:
        return [asked for asked in self._data.human.get(product.asin, ()) if asked.attributes]

    def _split(self, place: int, total: int, product: Product) -> str:
        if self._compat:
            if place < TEST_GOALS:
                return "test"
            return "validation" if place < TEST_GOALS + VALIDATION_GOALS else "train"
        # A small data set must not be all test.
        if place < min(TEST_GOALS, (total + 4) // 5):
            return "test"
        digest = hashlib.blake2b(product.asin.encode(), digest_size=8).digest()
        # Of the rest, a product in nine.
        return "validation" if split_of(digest) == "validation" else "train"

    def _goal(self, product: Product, part: int) -> Goal:
        """The goal number `part` of a product."""
        if self._kind == "human":
            asked = self._askers(product)[part]
            limit = self._price_limit(product, part)
            return Goal(
                goal_id=f"human-{product.asin}-{part}",
                asin=product.asin,
                instruction=asked.instruction.strip(".") + _limit_text(limit),
                attributes=asked.attributes,
                options=asked.options if self._compat else tuple(map(clean_value, asked.options)),
                option_names=() if self._compat else asked.option_names,
                price_limit=limit,
                query=product.query,
                category=product.category,
                title=product.title,
            )
        notes = self._data.notes[product.asin]
        limit = self._price_limit(product, 0)
        names, values = _combination(product, part)
        chosen = ", and ".join(f"{n}: {v}" for n, v in zip(names, values, strict=True))
        return Goal(
            goal_id=f"synthetic-{product.asin}-{part}",
            asin=product.asin,
            instruction=notes.instruction
            + (f" with {chosen}" if chosen else "")
            + _limit_text(limit),
            attributes=notes.wanted,
            options=values,
            option_names=names,
            price_limit=limit,
            query=product.query,
            category=product.category,
            title=product.title,
        )

    def _price_limit(self, product: Product, part: int) -> float:
        """The higher of two of the next four tens above the hidden price, drawn by its digest."""
        price = hidden_price(product, self._seed)
        pairs = list(combinations([x for x in _LIMITS if x > price][:_LIMITS_ABOVE], 2))
        if not pairs:
            return NO_LIMIT
        text = f"limit {self._seed} {product.asin} {part}"
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return pairs[int.from_bytes(digest, "big") % len(pairs)][1]

    def _reachable(self, goal: Goal, product: Product) -> bool:
        return winnable(goal, product, hidden_price(product, self._seed), self._nouns)


def shuffle(items: MutableSequence[Any], seed: int) -> None:
    """Shuffle in place, as `random.seed(seed)` and `random.shuffle(items)` do in every Python yet.

    Spelled out, because `random.shuffle` promises no order across versions.
    """
    bits = random.Random(seed).getrandbits
    for last in range(len(items) - 1, 0, -1):
        width = (last + 1).bit_length()
        other = bits(width)
        while other > last:
            other = bits(width)
        items[last], items[other] = items[other], items[last]


def _combination(product: Product, part: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and values of a combination of options: names sorted, the last turning fastest."""
    options = sorted(product.options)
    values = []
    for _, choices in reversed(options):
        part, place = divmod(part, len(choices))
        values.append(choices[place])
    return tuple(name for name, _ in options), tuple(reversed(values))


def _limit_text(limit: float) -> str:
    return "" if limit == NO_LIMIT else f", and price lower than {limit:.2f} dollars"
