"""What shoppers want of the embedded catalogue, in their own words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import groupby

from lamer_envs.splits import split_of
from lamer_envs.webshop.embedded.draws import Draws, Quota
from lamer_envs.webshop.embedded.instructions import Wish, instruction
from lamer_envs.webshop.embedded.products import TYPES
from lamer_envs.webshop.embedded.records import Feature, ProductType
from lamer_envs.webshop.prices import hidden_price
from lamer_envs.webshop.records import NO_LIMIT, Goal, Product

_COUNTS = (0.43, 0.27, 0.17, 0.09, 0.04)
"""Share of goals with 2, 3, 4, 5 and 6 attributes: WebShop's goals on its first 1,000 products."""

_KIND_SHARE = 0.35
_SECOND_GOAL_SHARE = 0.45
_OPTION_SHARE = 0.95
_PRICE_STEP = 10
_DEAREST_LIMIT = 990

_BY_TYPE = {kind.query: kind for _, kind in TYPES}


def generate_goals(products: Iterable[Product], seed: int) -> Iterator[Goal]:
    """Yield one goal or two for each product that lists an attribute.

    A goal asks for two to six things that the product's own texts say, for values of most of its
    options, and for a price. `Goal.attributes` are the shop's words; the instruction may say some
    of them, the noun and the options in a shopper's.

    Args:
        products: of `generate_products`, in its order: a goal prefers what siblings lack.
        seed: of their catalogue.
    """
    counts = Quota(Draws("counts", seed).share(), _COUNTS)
    for _, family in groupby(products, key=_maker_and_type):
        siblings = list(family)
        features = [features_of(sibling) for sibling in siblings]
        shared = [feature for feature in features[0] if all(feature in had for had in features)]
        for product, had in zip(siblings, features, strict=True):
            if product.attributes:
                yield from _goals(product, had, shared, counts, seed)


def _maker_and_type(product: Product | Goal) -> str:
    return f"{product.title.split(' ', 1)[0]} {product.query}"


def _goals(
    product: Product, features: list[Feature], shared: list[Feature], counts: Quota, seed: int
) -> Iterator[Goal]:
    draws = Draws("goals", seed, product.asin)
    kind = _BY_TYPE[product.query]
    special = [feature for feature in features if feature not in shared]
    limit = _price_limit(draws, hidden_price(product, seed))
    for number in range(1 + draws.chance(_SECOND_GOAL_SHARE)):
        wish = _wish(draws, kind, product, 2 + counts.next(), features, special)
        words = tuple(feature.words for feature in wish.features)
        yield Goal(
            goal_id=f"{product.asin}-{number}",
            asin=product.asin,
            instruction=instruction(draws, kind, wish, limit),
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
    return split_of(hashlib.blake2b(_maker_and_type(goal).encode(), digest_size=8).digest())


def features_of(product: Product) -> list[Feature]:
    """The features of its type that a product's title, bullets or description state."""
    texts = (product.title, " ".join(product.bullets), product.description)
    text = "\n".join(texts).lower()
    return [feature for feature in _BY_TYPE[product.query].features if feature.words in text]


def _wish(
    draws: Draws,
    kind: ProductType,
    product: Product,
    count: int,
    features: list[Feature],
    special: list[Feature],
) -> Wish:
    word = ""
    if draws.chance(_KIND_SHARE):
        title = product.title.lower()
        # The longest of those that the title holds: one may be a part of another.
        word = max((word for word in kind.kinds if word in title), key=len)
        count -= 1
    wanted = draws.some(features, count)
    if special and not any(feature in special for feature in wanted):
        wanted[-1] = draws.one(special)
    options = [
        (name, draws.one(values)) for name, values in product.options if draws.chance(_OPTION_SHARE)
    ]
    if product.options and not options:
        name, values = draws.one(product.options)
        options = [(name, draws.one(values))]
    return Wish(word, wanted, options)


def _price_limit(draws: Draws, price: float) -> float:
    """The larger of two of the four multiples of ten next above the price, as the original draws.

    Source: `get_synthetic_goals` in WebShop's `web_agent_site/engine/goal.py`.
    """
    lowest = (int(price) // _PRICE_STEP + 1) * _PRICE_STEP
    limits = range(lowest, min(lowest + 4 * _PRICE_STEP, _DEAREST_LIMIT + 1), _PRICE_STEP)
    return float(max(draws.some(limits, 2))) if len(limits) > 1 else NO_LIMIT
