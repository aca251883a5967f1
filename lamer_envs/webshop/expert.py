"""Scripted shoppers: one that reads what the shop shows, one that knows the product, one random.

They keep nothing between calls: what a shopper has seen is read from the episode's pages again.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import gymnasium as gym

from lamer_envs.webshop.env import WebShopEnv
from lamer_envs.webshop.judge import best_choice
from lamer_envs.webshop.pages import SEPARATOR, render
from lamer_envs.webshop.records import NO_LIMIT
from lamer_envs.webshop.shop import BACK_TO_SEARCH, BUY, NEXT, PAGE_SIZE, PREVIOUS, plain
from lamer_envs.webshop.wishes import asked_value, read_instruction, terms

_HEAD = f"{SEPARATOR}Back to Search{SEPARATOR}"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SENTENCE_END = re.compile(r"[.!?] ")
_READABLE = ("features", "description")

# Fitted to goals of the train split. The first is how likely a wish, not found yet, comes true on
# pages that are still to be read: all of them, all but the product's page, and so on to none.
_HOPES = (0.5, 0.6, 0.3, 0.02)
_TOO_DEAR = 0.02
_RANK_WEIGHT = 0.3
_FAR_BELOW_BUDGET = 3.5
# Shoppers name a limit at most this much above the price (the original's way of drawing it).
_USUAL_MARGIN = 40.0
_USUAL_OPTIONS = 3


def next_action(env: gym.Env[Any, Any]) -> str:
    """The action of a fair shopper, who knows what an agent sees in the episode and no more.

    It searches the words of the instruction and goes to the product that promises most by place,
    title, price and what it has read. There it reads features and description while a wish is open
    and turns are left, chooses options and buys; or it goes back where another promises more.

    Raises:
        ValueError: `env` is not a `WebShopEnv`.
    """
    return _Shopper(_inner(env)).choose()


def privileged_action(env: gym.Env[Any, Any]) -> str:
    """The action of one who knows the product that the goal was written from: the ceiling.

    Raises:
        ValueError: `env` is not a `WebShopEnv`.
    """
    inner = _inner(env)
    goal, view, catalogue = inner.task, inner.view, inner.shop.catalogue

    def place(query: str) -> int | None:
        hits = catalogue.search(plain(query)).hits
        asins = (catalogue.products.listing(number)[0] for number in hits)
        return next((rank for rank, asin in enumerate(asins) if asin == goal.asin), None)

    if view.kind == "search":
        queries = (goal.title, f"{goal.title} {' '.join(goal.attributes)}", goal.instruction)
        found = [(rank, query) for query in queries if (rank := place(query)) is not None]
        return f"search[{min(found)[1] if found else goal.title}]"
    if view.product >= 0:
        product = catalogue.item(view.product).product
        if product.asin == goal.asin:
            if view.kind != "item":
                return f"click[{PREVIOUS}]"
            chosen = dict(view.chosen)
            best = best_choice(goal, product, compat=catalogue.compat)
            missing = [value for name, value in best.items() if chosen.get(name) != value]
            return f"click[{plain(missing[0]) if missing else BUY}]"
    rank = place(view.query)
    if rank is None:
        return f"click[{BACK_TO_SEARCH}]"
    ahead = rank // PAGE_SIZE + 1 - view.page
    if view.product >= 0 or ahead < 0:
        return f"click[{PREVIOUS}]"
    return f"click[{NEXT if ahead else goal.asin.lower()}]"


def random_action(env: gym.Env[Any, Any], rng: random.Random) -> str:
    """Searches about half of the instruction's words; elsewhere any click that is possible."""
    inner = _inner(env)
    if inner.view.kind == "search":
        words = read_instruction(inner.task.instruction).query.split()
        drawn = [word for word in words if rng.random() < 0.5]
        return f"search[{' '.join(drawn or words)}]"
    names = inner.shop.clickables(inner.view)
    return f"click[{names[int(rng.random() * len(names))]}]"


@dataclass
class _Offer:
    """What a shopper has learnt of a product.

    Attributes:
        asin: lower case.
        rank: place among the results that have been seen, from 0.
        page: of the results on which it is listed.
        title: as listed, in terms.
        prices: the ends of the price tag, in dollars.
        options: values by option, once its page has been seen.
        lines: of the sub-pages that have been read, by their kind, in terms.
        found: how much of each wish has been found, in [0, 1].
    """

    asin: str
    rank: int
    page: int
    title: frozenset[str]
    prices: tuple[float, float]
    options: dict[str, list[str]] | None = None
    lines: dict[str, list[frozenset[str]]] = field(default_factory=dict)
    found: list[float] = field(default_factory=list)

    def known(self) -> Iterator[frozenset[str]]:
        """What is known to be true of it, each time with the title."""
        yield self.title
        for name, values in (self.options or {}).items():
            for value in values:
                yield self.title.union(terms(name), terms(value))
        for lines in self.lines.values():
            for line in lines:
                yield self.title | line

    @property
    def hope(self) -> float:
        """How likely a wish, not found yet, comes true on the pages not read yet."""
        return _HOPES[0 if self.options is None else 1 + len(self.lines)]


class _Shopper:
    """A fair shopper in the middle of an episode."""

    def __init__(self, env: WebShopEnv) -> None:
        instruction = env.task.instruction
        self._wishes = read_instruction(instruction)
        self._left = env.max_turns - env._turn
        self._view = env.view
        self._here = ""
        self._offers: dict[str, _Offer] = {}
        query = ""
        for view in env.trail:
            if view.query != query:
                query = view.query
                self._offers = {}
            page = render(env.shop, view, instruction).partition(_HEAD)[2].split(SEPARATOR)
            buttons = frozenset(env.shop.clickables(view))
            if view.kind == "results":
                self._here = ""
                self._read_results(page, buttons, view.page)
            elif view.kind != "search":
                self._here = env.shop.catalogue.item(view.product).product.asin.lower()
                self._read_product(page, buttons, view.kind)
        self._compare()

    def choose(self) -> str:
        """The action to play."""
        if self._view.kind == "search":
            return f"search[{self._wishes.query}]"
        if not self._offers:
            return f"click[{BACK_TO_SEARCH}]"
        ranked = sorted(self._offers.values(), key=self._promise, reverse=True)
        ways = [(self._way(offer), offer) for offer in ranked]
        affordable = [offer for way, offer in ways if way + self._to_buy(offer) <= self._left]
        in_a_hurry = [offer for way, offer in ways if way < self._left]
        return f"click[{self._towards((affordable or in_a_hurry or ranked)[0])}]"

    def _read_results(self, page: Sequence[str], buttons: frozenset[str], number: int) -> None:
        # A page that was cut off may end in the middle of a product.
        for asin, title, tag in zip(page, page[1:], page[2:], strict=False):
            name = asin.lower()
            if name not in buttons or name in (BACK_TO_SEARCH, PREVIOUS, NEXT):
                continue
            prices = [float(price) for price in _NUMBER.findall(tag)] or [0.0]
            self._offers.setdefault(
                name,
                _Offer(
                    name,
                    len(self._offers),
                    number,
                    frozenset(terms(title)),
                    (prices[0], prices[-1]),
                ),
            )

    def _read_product(self, page: Sequence[str], buttons: frozenset[str], kind: str) -> None:
        offer = self._offers[self._here]
        if kind == "item":
            offer.options = {}
            prices = (place for place, text in enumerate(page) if text.startswith("Price: $"))
            # The title stands before the price.
            end = next(prices, len(page)) - 1
            values: list[str] = []
            for text in page[1:end]:
                if plain(text) in buttons:
                    values.append(plain(text))
                else:
                    values = offer.options.setdefault(text, [])
        elif kind in _READABLE:
            lines = page[1:] if kind == "features" else _SENTENCE_END.split(" ".join(page[1:]))
            offer.lines[kind] = [frozenset(terms(line)) for line in lines]

    def _compare(self) -> None:
        """Find the wishes in what is known of each offer; rare words say more than common ones."""
        wishes = self._wishes.phrases
        known = {asin: set(offer.known()) for asin, offer in self._offers.items()}
        lines = set().union(*known.values())
        weights = {
            term: math.log(1 + len(lines) / (1 + sum(term in line for line in lines)))
            for term in frozenset().union(*wishes)
        }
        # The first phrase names the kind of product. A word of it that the shop has not used is
        # the shopper's own word for that, and no wish. Nor is the name of an option.
        own = wishes[0].difference(*wishes[1:], *lines) if wishes else frozenset()
        options = (name for offer in self._offers.values() for name in offer.options or {})
        names = frozenset(term for name in options for term in terms(name))
        weights.update(dict.fromkeys(own | (names & weights.keys()), 0.0))
        for asin, offer in self._offers.items():
            for wish in wishes:
                total = sum(weights[term] for term in wish)
                most = max(sum(weights[term] for term in wish & line) for line in known[asin])
                # Half of a wish is worth less than half.
                offer.found.append((most / total) ** 2 if total else 1.0)

    def _promise(self, offer: _Offer) -> float:
        """The logarithm of the odds that it is what the shopper wants, up to a constant."""
        low, high = offer.prices
        budget = self._wishes.budget
        value = -_RANK_WEIGHT * offer.rank
        if high > budget:
            within = (budget - low) / (high - low) if low < budget else 0.0
            value += math.log(max(within, _TOO_DEAR))
        elif budget != NO_LIMIT and high < budget - _USUAL_MARGIN:
            value -= _FAR_BELOW_BUDGET
        return value + sum(math.log(part + (1 - part) * offer.hope) for part in offer.found)

    def _way(self, offer: _Offer) -> int:
        """Turns until the page of the product is open."""
        kind = self._view.kind
        if self._here == offer.asin:
            return int(kind != "item")
        back = 0 if kind == "results" else 1 if kind == "item" else 2
        return back + abs(self._view.page - offer.page) + 1

    def _missing(self, offer: _Offer) -> list[str]:
        """The values that are wanted and not chosen yet."""
        chosen = dict(self._view.chosen) if self._here == offer.asin else {}
        asked = {
            name: asked_value(self._wishes.terms, name, values)
            for name, values in (offer.options or {}).items()
        }
        return [
            value
            for name, value in asked.items()
            if value is not None and plain(chosen.get(name, "")) != value
        ]

    def _to_buy(self, offer: _Offer) -> int:
        """Turns on its page until it is bought."""
        return 1 + (_USUAL_OPTIONS if offer.options is None else len(self._missing(offer)))

    def _towards(self, offer: _Offer) -> str:
        """The click that brings its purchase nearer."""
        view = self._view
        if self._here != offer.asin:
            if view.kind != "results" or offer.page < view.page:
                return PREVIOUS
            return offer.asin if offer.page == view.page else NEXT
        if view.kind != "item":
            return PREVIOUS
        if self._left == 1:
            return BUY
        unread = [kind for kind in _READABLE if kind not in offer.lines]
        time_to_read = self._left >= self._to_buy(offer) + 2
        if unread and time_to_read and min(offer.found, default=1.0) < 1.0:
            return unread[0]
        missing = self._missing(offer)
        return missing[0] if missing else BUY


def _inner(env: gym.Env[Any, Any]) -> WebShopEnv:
    inner = env.unwrapped
    if not isinstance(inner, WebShopEnv):
        raise ValueError(f"expected a WebShopEnv, not {type(inner).__name__}")
    return inner
