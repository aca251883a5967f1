"""The judge: how well a purchase serves the shopper, between 0 and 1.

    score = type * (attribute hits + option hits + price ok) / (attributes + options + 1)

where attributes and options are counted over the goal (WebShop, Yao et al., 2022, and its released
code, which fixes what counts as a hit). Success is a score of 1.

- Type. 1 if the product has the goal's query, or shares at least two category levels with it, or
  more than 0.2 of the nouns of the goal's title are in the product's title; else 0.5. Then, in any
  case: below a tenth of the nouns 0.1, and none of them 0. A goal whose title has no noun counts
  as an overlap of 0.2.
- Attribute. A hit if one of the product's attributes matches it (fuzzy token-set score above 85),
  or if it stands in the lower-cased title, bullets or description.
- Option. A hit if the chosen value matches it (the same fuzzy score, after both have been through
  `normalise_colour`). Token sets ignore order and allow additions: `x-large` serves who wanted
  `large`, and the published judge says so too.
- Price. The hidden price is at most the limit.

The released code departs from the formula for options, and `compat=True` follows it there:

- It ignores names: a value chosen for the size serves as the colour, and one value may serve as
  several. Here a value serves only the option that it was chosen for, where the goal names one.
- It compares with `('color', '1877blue')` instead of `1877blue` where the goal names the option
  (synthetic goals). The colour is then looked for in the chosen value only, so that the very value
  that was asked for can miss: those goals cannot be won there, about 6% of the real ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.utils import default_process

from lamer_envs.webshop.colours import COLOURS, normalise_colour
from lamer_envs.webshop.nouns import NounReader
from lamer_envs.webshop.records import Goal, Product
from lamer_envs.webshop.shop import BACK_TO_SEARCH, BUY, PREVIOUS, SUB_PAGES, offered_values

# The published threshold is a score above 85 after rounding to a whole number, half to even.
_THRESHOLD = 85.5
_LATIN_1_REMOVED = dict.fromkeys(range(0x80, 0x100))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of a purchase.

    Attributes:
        score: in [0, 1].
        type_score: 1, 0.5, 0.1 or 0; the factor before the rest.
        query_match: the product is of the goal's query.
        category_match: they share at least two category levels.
        title_overlap: the share of the nouns of the goal's title that are in the product's.
        attribute_hits: which of the goal's attributes are hit, in their order.
        option_hits: which of the goal's options are hit, in their order.
        price_ok: the price is at most the limit.
    """

    score: float
    type_score: float
    query_match: bool
    category_match: bool
    title_overlap: float
    attribute_hits: tuple[bool, ...]
    option_hits: tuple[bool, ...]
    price_ok: bool

    @property
    def success(self) -> bool:
        """The score is 1."""
        return self.score == 1.0

    @property
    def weights(self) -> tuple[float, float, float]:
        """The shares of attributes, options and price in the score of a product of the type."""
        attributes, options = len(self.attribute_hits), len(self.option_hits)
        total = attributes + options + 1
        return attributes / total, options / total, 1 / total


def judge(
    goal: Goal,
    product: Product,
    price: float,
    chosen: Mapping[str, str],
    nouns: NounReader,
    *,
    compat: bool = False,
) -> Verdict:
    """Judge the purchase of `product` for `goal`.

    Args:
        goal: what the shopper wants.
        product: what was bought.
        price: its hidden price, in dollars.
        chosen: values by option name, lower case; options that were left open are not in it.
        nouns: reads the nouns of both titles.
        compat: match options as the released code does, see above.
    """
    query_match = product.query == goal.query
    category_match = len(_levels(product.category) & _levels(goal.category)) >= 2
    overlap = _title_overlap(goal.title, product.title, nouns)
    type_score = 1.0 if query_match or category_match or overlap > 0.2 else 0.5
    if overlap < 0.1:
        type_score = 0.1 if overlap > 0.0 else 0.0

    attribute_hits = _attribute_hits(goal.attributes, product)
    option_hits = tuple(
        any(_matches(value, wanted) for value in _candidates(name, chosen, compat))
        for name, wanted in _wanted(goal, compat)
    )
    price_ok = price <= goal.price_limit
    hits = sum(attribute_hits) + sum(option_hits) + price_ok
    score = type_score * hits / (len(attribute_hits) + len(option_hits) + 1)
    return Verdict(
        score,
        type_score,
        query_match,
        category_match,
        overlap,
        attribute_hits,
        option_hits,
        price_ok,
    )


def best_choice(goal: Goal, product: Product, *, compat: bool = False) -> dict[str, str]:
    """Values of the product's options that hit the goal's, for an expert and to check a goal.

    In the goal's order, each takes an option of the product that is still open: one with the very
    value that was asked for before others that hit, and the option that the goal names before
    others. Options of which the goal asks nothing stay open, and only values that a click reaches
    are taken: of two options that share a value, the shop gives it to the later one.
    """
    offers = offered_values(product)
    for button in ("", BACK_TO_SEARCH, PREVIOUS, *SUB_PAGES, BUY):
        offers.pop(button, None)
    best: dict[str, str] = {}
    for (name, wanted), exact in zip(_wanted(goal, compat), goal.options, strict=True):
        fitting = [
            (value != exact, option != name, number)
            for number, (option, value) in enumerate(offers.values())
            if option not in best
            and (compat or not name or option == name)
            and _matches(normalise_colour(value), wanted)
        ]
        if fitting:
            option, value = tuple(offers.values())[min(fitting)[-1]]
            best[option] = value
    return best


def winnable(
    goal: Goal, product: Product, price: float, nouns: NounReader, *, compat: bool = False
) -> bool:
    """Whether a purchase of the product, with the best options, scores 1."""
    chosen = best_choice(goal, product, compat=compat)
    return judge(goal, product, price, chosen, nouns, compat=compat).success


def _option_names(goal: Goal) -> Iterable[str]:
    return goal.option_names or ("",) * len(goal.options)


def _wanted(goal: Goal, compat: bool) -> Iterator[tuple[str, str]]:
    """The name of each option that the goal asks for, `""` if unknown, and the text to match."""
    for name, value in zip(_option_names(goal), goal.options, strict=True):
        yield name, _released_text(name, value) if compat and name else normalise_colour(value)


@lru_cache(maxsize=1 << 14)
def _released_text(name: str, value: str) -> str:
    pair = (name, value)
    return next((colour for colour in COLOURS if colour in pair), str(pair))


def _candidates(name: str, chosen: Mapping[str, str], compat: bool) -> Iterator[str]:
    """The chosen values, colours normalised, that may serve as the option of this name."""
    for option, value in chosen.items():
        if compat or not name or option == name:
            yield normalise_colour(value)


def _attribute_hits(wanted: tuple[str, ...], product: Product) -> tuple[bool, ...]:
    hits = tuple(_any_matches(product.attributes, attribute) for attribute in wanted)
    if all(hits):
        return hits
    texts = (product.title.lower(), " ".join(product.bullets).lower(), product.description.lower())
    return tuple(
        hit or any(attribute in text for text in texts)
        for hit, attribute in zip(hits, wanted, strict=True)
    )


@lru_cache(maxsize=1 << 15)
def _any_matches(texts: tuple[str, ...], wanted: str) -> bool:
    return any(_matches(text, wanted) for text in texts)


@lru_cache(maxsize=1 << 15)
def _matches(text: str, wanted: str) -> bool:
    return token_set_ratio(_cleaned(text), _cleaned(wanted), score_cutoff=_THRESHOLD) > 0.0


@lru_cache(maxsize=1 << 15)
def _cleaned(text: str) -> str:
    """Lower case, other characters than letters and digits as spaces, those of Latin-1 dropped."""
    return default_process(text.translate(_LATIN_1_REMOVED))


@lru_cache(maxsize=1 << 14)
def _levels(category: str) -> frozenset[str]:
    return frozenset(level.strip() for level in category.split("›"))


def _title_overlap(wanted: str, title: str, nouns: NounReader) -> float:
    goal_nouns = nouns(wanted)
    if not goal_nouns:
        return 0.2
    return len(set(goal_nouns).intersection(nouns(title))) / len(goal_nouns)
