"""Products from a seed: families of siblings that differ in one feature, option or price."""

from __future__ import annotations

from collections.abc import Iterator

from lamer_envs.webshop.embedded.beauty import BEAUTY
from lamer_envs.webshop.embedded.draws import Draws, Quota
from lamer_envs.webshop.embedded.electronics import ELECTRONICS
from lamer_envs.webshop.embedded.fashion import FASHION
from lamer_envs.webshop.embedded.grocery import GROCERY
from lamer_envs.webshop.embedded.home import HOME
from lamer_envs.webshop.embedded.names import BRANDS, asin
from lamer_envs.webshop.embedded.records import Choice, Domain, Feature, ProductType
from lamer_envs.webshop.embedded.wording import Wording
from lamer_envs.webshop.records import MISSING_PRICE, Option, Product

DOMAINS = (BEAUTY, ELECTRONICS, FASHION, HOME, GROCERY)
"""The departments of the embedded shop."""

TYPES = tuple((domain, kind) for domain in DOMAINS for kind in domain.types)
"""What is sold, each with its department."""

_LISTED = (0.185, 0.19, 0.19, 0.13, 0.305)
"""Share of products with 0, 1, 2, 3, and 4 or more listed attributes: WebShop's first 1,000."""

_MOST_LISTED = 6
_SIBLINGS = (2, 4)
_FEATURES = (5, 6)
_NO_OPTION_SHARE = 0.01
_CHOICE_SHARE = 0.97
_RANGE_SHARE = 0.14
_MISSING_SHARE = 0.03
_DEAREST = 899.99
_CHEAPEST = 3.99


def generate_products(count: int, seed: int) -> Iterator[Product]:
    """Yield the products of the embedded catalogue, a pure function of `count` and `seed`.

    Products come in families of two to four siblings: one maker's things of one type, with most
    words, features, options and prices in common. Each sibling differs from its family's first
    draft in one feature, in the values of one option, or in the price. A smaller catalogue is the
    beginning of a larger one.

    Args:
        count: number of products, at least 1.
        seed: any integer.

    Raises:
        ValueError: `count` is below 1.
    """
    if count < 1:
        raise ValueError(f"count must be an integer of at least 1, not {count}")
    draws = Draws("catalogue", seed)
    order = draws.some(range(len(TYPES)), len(TYPES))
    listed = Quota(draws.share(), _LISTED)
    number = 0
    family = 0
    while True:
        domain, kind = TYPES[order[family % len(order)]]
        for product in _family(domain, kind, listed, seed, family, number):
            yield product
            number += 1
            if number == count:
                return
        family += 1


class _Draft:
    """What the siblings of a family begin with."""

    def __init__(self, draws: Draws, kind: ProductType) -> None:
        self.features = compatible(draws.some(kind.features, len(kind.features)))
        del self.features[draws.between(*_FEATURES) :]
        self.options = _options(draws, kind)
        self.price = _price(draws, kind)


def compatible(features: list[Feature]) -> list[Feature]:
    """The features in order, without those whose rival came before them."""
    taken: set[str] = set()
    kept = []
    for feature in features:
        if feature.rival not in taken:
            kept.append(feature)
            if feature.rival:
                taken.add(feature.rival)
    return kept


def _family(
    domain: Domain, kind: ProductType, quota: Quota, seed: int, family: int, first: int
) -> Iterator[Product]:
    draws = Draws("family", seed, family)
    draft = _Draft(draws, kind)
    word = draws.one(kind.kinds)
    wording = Wording(draws, draws.one(BRANDS), word, draws.one(kind.nouns), kind.said)
    changes = draws.some(("price", "feature", "option", "price", "feature"), 5)
    category = " › ".join((domain.category, *kind.category))
    siblings = []
    for change in changes[: draws.between(*_SIBLINGS)]:
        features, options, price = draft.features, draft.options, draft.price
        if change == "feature":
            features = _other_feature(draws, kind, features)
        elif change == "option":
            options = _other_option(draws, kind, options)
        elif change == "price":
            price = _other_price(draws, kind, price)
        siblings.append((_tags(draws, price), features, options))
    # Siblings of equal words are equal to the search engine, which then keeps this order.
    siblings.sort(key=lambda sibling: sibling[0], reverse=True)
    for member, (tags, features, options) in enumerate(siblings):
        listed = quota.next()
        if listed == len(_LISTED) - 1:
            listed = draws.between(listed, min(_MOST_LISTED, len(features)))
        yield Product(
            asin=asin(seed, first + member),
            title=wording.title(features),
            description=wording.description(features),
            bullets=wording.bullets(features),
            prices=tags,
            category=category,
            query=kind.query,
            attributes=tuple(feature.words for feature in draws.some(features, listed)),
            options=tuple(options),
            domain=domain.name,
        )


def _other_feature(draws: Draws, kind: ProductType, features: list[Feature]) -> list[Feature]:
    place = draws.below(len(features))
    others = [*features[:place], *features[place + 1 :]]
    rivals = {feature.rival for feature in others if feature.rival}
    new = [f for f in kind.features if f not in features and f.rival not in rivals]
    return [*features[:place], draws.one(new), *features[place + 1 :]]


def _options(draws: Draws, kind: ProductType) -> list[Option]:
    if draws.chance(_NO_OPTION_SHARE):
        return []
    chosen = [choice for choice in kind.choices if draws.chance(_CHOICE_SHARE)] or [kind.choices[0]]
    return [(choice.name, _values(draws, choice)) for choice in chosen]


def _values(draws: Draws, choice: Choice) -> tuple[str, ...]:
    count = draws.between(choice.fewest, choice.most)
    if choice.ordered:
        start = draws.below(len(choice.values) - count + 1)
        return choice.values[start : start + count]
    return _in_order(choice, draws.some(choice.values, count))


def _other_option(draws: Draws, kind: ProductType, options: list[Option]) -> list[Option]:
    if not options:
        return options
    place = draws.below(len(options))
    name, values = options[place]
    choice = next(choice for choice in kind.choices if choice.name == name)
    new = [value for value in choice.values if value not in values]
    kept = draws.some(values, len(values) // 2)
    mixed = _in_order(choice, [*kept, *draws.some(new, len(values) - len(kept))])
    return [*options[:place], (name, mixed), *options[place + 1 :]]


def _in_order(choice: Choice, values: list[str]) -> tuple[str, ...]:
    return tuple(value for value in choice.values if value in values)


def _price(draws: Draws, kind: ProductType) -> float:
    low, high = kind.dollars
    # The middle nine tenths of a uniform draw are 0.05 to 0.95 of it; prices spread by factors.
    return float(low * (high / low) ** ((draws.share() - 0.05) / 0.9))


def _other_price(draws: Draws, kind: ProductType, price: float) -> float:
    factor = 2.0 + 2.0 * draws.share()
    return min(price * factor, 2.0 * kind.dollars[1])


def _tags(draws: Draws, price: float) -> tuple[float, ...]:
    share = draws.share()
    if share < _MISSING_SHARE:
        return (MISSING_PRICE,)
    low = _tag(draws, price)
    if share < _MISSING_SHARE + _RANGE_SHARE:
        high = _tag(draws, price * (1.1 + 0.6 * draws.share()))
        if high > low:
            return (low, high)
    return (low,)


def _tag(draws: Draws, price: float) -> float:
    cents = draws.one((0.99, 0.99, 0.99, 0.95, 0.49, 0.0))
    return round(min(max(int(price) + cents, _CHEAPEST), _DEAREST), 2)
