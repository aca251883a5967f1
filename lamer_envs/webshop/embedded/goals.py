"""What shoppers want of the embedded catalogue, in their own words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from lamer_envs.splits import split_of
from lamer_envs.webshop.embedded.draws import Draws
from lamer_envs.webshop.embedded.pools import SPOKEN
from lamer_envs.webshop.embedded.products import TYPES
from lamer_envs.webshop.embedded.records import Feature, ProductType
from lamer_envs.webshop.prices import hidden_price
from lamer_envs.webshop.records import NO_LIMIT, Goal, Product

_COUNTS = (0.43, 0.27, 0.17, 0.09, 0.04)
"""Share of goals with 2, 3, 4, 5 and 6 attributes: WebShop's goals on its first 1,000 products."""

_KIND_SHARE = 0.35
_SECOND_GOAL_SHARE = 0.45
_SPECIAL_SHARE = 1.0
_OPTION_SHARE = 0.95
_OWN_WORDS_SHARE = 0.65
_PRICE_STEP = 10
_DEAREST_LIMIT = 990

_BEGINNINGS = (
    "Find me ",
    "I am looking for ",
    "I need ",
    "I want to buy ",
    "i'm looking for ",
    "i would like ",
    "Please find ",
    "Help me find ",
    "i am shopping for ",
    "Looking for ",
)
_BY_TYPE = {kind.query: kind for _, kind in TYPES}


class _Wish(NamedTuple):
    kind: str
    features: list[Feature]
    options: list[tuple[str, str]]


def generate_goals(products: Iterable[Product], seed: int) -> Iterator[Goal]:
    """Yield one goal or two for each product that lists an attribute.

    A goal asks for two to six things that the product's own texts say, for values of most of its
    options, and for a price. `Goal.attributes` are the shop's words; the instruction may say some
    of them, the noun and the options in a shopper's.

    Args:
        products: of `generate_products`.
        seed: of their catalogue.
    """
    for _, family in groupby(products, key=_maker_and_type):
        siblings = list(family)
        for product in siblings:
            if product.attributes:
                yield from _goals(product, siblings, seed)


def _maker_and_type(product: Product) -> str:
    return f"{product.title.split(' ', 1)[0]} {product.query}"


def _goals(product: Product, siblings: list[Product], seed: int) -> Iterator[Goal]:
    draws = Draws("goals", seed, product.asin)
    kind = _BY_TYPE[product.query]
    special = _special(product, siblings)
    limit = _price_limit(draws, hidden_price(product, seed))
    for number in range(1 + draws.chance(_SECOND_GOAL_SHARE)):
        wish = _wish(draws, kind, product, special)
        words = tuple(feature.words for feature in wish.features)
        yield Goal(
            goal_id=f"{product.asin}-{number}",
            asin=product.asin,
            instruction=_instruction(draws, kind, wish, limit),
            attributes=(wish.kind, *words) if wish.kind else words,
            options=tuple(value for _, value in wish.options),
            option_names=tuple(name for name, _ in wish.options),
            price_limit=limit,
            query=product.query,
            category=product.category,
            title=product.title,
        )


def split_of_goal(goal: Goal) -> str:
    """The split of a goal of the embedded catalogue: `"train"`, `"validation"` or `"test"`.

    All that one maker sells of one type, siblings included, is in one split, whatever the seed.
    """
    brand = goal.title.split(" ", 1)[0]
    return split_of(hashlib.blake2b(f"{brand} {goal.query}".encode(), digest_size=8).digest())


def features_of(product: Product) -> list[Feature]:
    """The features of its type that a product's title, bullets or description state."""
    texts = (product.title, " ".join(product.bullets), product.description)
    text = "\n".join(texts).lower()
    return [feature for feature in _BY_TYPE[product.query].features if feature.words in text]


def _special(product: Product, siblings: list[Product]) -> list[Feature]:
    """The features that some sibling lacks."""
    others = [features_of(sibling) for sibling in siblings if sibling is not product]
    return [f for f in features_of(product) if not all(f in other for other in others)]


def _wish(draws: Draws, kind: ProductType, product: Product, special: list[Feature]) -> _Wish:
    count = 2 + draws.rank(_COUNTS)
    word = ""
    if draws.chance(_KIND_SHARE):
        title = product.title.lower()
        # The longest of those that the title holds: one may be a part of another.
        word = max((word for word in kind.kinds if word in title), key=len)
        count -= 1
    features = draws.some(features_of(product), count)
    if special and draws.chance(_SPECIAL_SHARE) and not any(f in special for f in features):
        features[-1] = draws.one(special)
    options = [
        (name, draws.one(values)) for name, values in product.options if draws.chance(_OPTION_SHARE)
    ]
    if product.options and not options:
        name, values = draws.one(product.options)
        options = [(name, draws.one(values))]
    return _Wish(word, features, options)


def _price_limit(draws: Draws, price: float) -> float:
    """The larger of two of the four multiples of ten next above the price, as the original draws.

    Source: `get_synthetic_goals` in WebShop's `web_agent_site/engine/goal.py`.
    """
    lowest = (int(price) // _PRICE_STEP + 1) * _PRICE_STEP
    limits = range(lowest, min(lowest + 4 * _PRICE_STEP, _DEAREST_LIMIT + 1), _PRICE_STEP)
    return float(max(draws.some(limits, 2))) if len(limits) > 1 else NO_LIMIT


def _instruction(draws: Draws, kind: ProductType, wish: _Wish, limit: float) -> str:
    leading: list[str] = []
    behind: dict[str, list[str]] = {"with": [], "for": []}
    clauses: list[str] = []
    for feature in wish.features:
        if draws.chance(_OWN_WORDS_SHARE):
            clauses.append(draws.one(feature.said))
        elif feature.link:
            behind[feature.link].append(feature.article + feature.words)
        else:
            leading.append(feature.words)
    text = _with_words(draws.one(kind.said), leading, wish.kind)
    for link, phrases in behind.items():
        if phrases:
            text = f"{text} {link} {_and(phrases)}"
    if clauses:
        text = f"{text}, {_and(clauses)}"
    text = draws.one(_BEGINNINGS) + text + _asked(draws, kind, wish.options)
    if limit == NO_LIMIT:
        return text
    return f"{text}, and price lower than {limit:.2f} dollars"


def _with_words(said: str, leading: list[str], kind: str) -> str:
    """The shopper's noun with the words put before it, and the article that then fits."""
    words = ", ".join(leading)
    words = f"{words} {kind}".strip()
    if not words:
        return said
    for start in ("a pair of ", "a set of ", "some ", "an ", "a "):
        if said.startswith(start):
            noun = said[len(start) :]
            if start in ("an ", "a "):
                start = "an " if _sounds_open(words) else "a "
            return f"{start}{words} {noun}"
    return f"{words} {said}"


def _sounds_open(words: str) -> bool:
    return words[0] in "aeio" or (words.startswith(("u", "hour")) and not words.startswith("us"))


def _asked(draws: Draws, kind: ProductType, options: list[tuple[str, str]]) -> str:
    if not options:
        return ""
    style = draws.below(3)
    if style == 0:
        return " with " + ", and ".join(f"{name}: {value}" for name, value in options)
    if style == 1:
        return ", " + ", ".join(f"{name} {value}" for name, value in options)
    phrases = {choice.name: choice.phrase for choice in kind.choices}
    return ", " + _and(
        [
            phrases[name].format(SPOKEN.get(value, value) if draws.chance(0.5) else value)
            for name, value in options
        ]
    )


def _and(phrases: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(phrases[:-1]), phrases[-1])))
