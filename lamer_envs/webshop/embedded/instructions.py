"""How shoppers word what they want."""

from __future__ import annotations

import re
from typing import NamedTuple

from lamer_envs.webshop.embedded.draws import Draws
from lamer_envs.webshop.embedded.pools import SPOKEN
from lamer_envs.webshop.embedded.records import Feature, ProductType, split_determiner
from lamer_envs.webshop.records import NO_LIMIT

_OWN_WORDS_SHARE = 0.5
_SPOKEN_SHARE = 0.5
_OPTION_STYLES = 3

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

_VERB = re.compile(r"that (\w+s)\b")
_IRREGULAR = {"is": "are", "has": "have", "goes": "go", "does": "do"}
_NO_VERBS = frozenset(("airlines", "consoles", "doors", "drivers", "nurses"))


class Wish(NamedTuple):
    """What a shopper wants of a product.

    Attributes:
        kind: the word before the noun, or `""` if any will do.
        features: what must be true of it.
        options: (name, value) pairs.
    """

    kind: str
    features: list[Feature]
    options: list[tuple[str, str]]


def instruction(draws: Draws, product_type: ProductType, wish: Wish, limit: float) -> str:
    """The sentence in which a shopper asks for `wish`, at a price below `limit` dollars."""
    said = draws.one(product_type.said)
    plain: list[str] = []
    linked: dict[str, list[str]] = {"with": [], "for": []}
    clauses: list[str] = []
    for feature in wish.features:
        if draws.chance(_OWN_WORDS_SHARE):
            clauses.append(_agreeing(draws.one(feature.said), said))
        elif feature.link:
            linked[feature.link].append(feature.article + feature.words)
        else:
            plain.append(feature.words)
    text = draws.one(_BEGINNINGS) + _thing(said, plain, wish.kind)
    for link, phrases in linked.items():
        if phrases:
            text = f"{text} {link} {_and(phrases)}"
    if clauses:
        close = clauses[0].startswith("that ") and not any(linked.values())
        text = f"{text}{' ' if close else ', '}{_and(clauses)}"
    if wish.options:
        text = f"{text}, {_options(draws, product_type, wish.options)}"
    return text if limit == NO_LIMIT else f"{text}, and price lower than {limit:.2f} dollars"


def _thing(said: str, plain: list[str], kind: str) -> str:
    """The shopper's noun with the words put before it, and the article that then fits."""
    determiner, noun = split_determiner(said)
    words = f"{', '.join(plain)} {kind}".strip()
    if not words:
        return said
    if determiner in ("a ", "an "):
        determiner = "an " if words[0] in "aeiou" and not words.startswith("us") else "a "
    return f"{determiner}{words} {noun}"


def _agreeing(clause: str, said: str) -> str:
    """The clause with its verb in the plural where the shopper speaks of several things."""
    determiner, noun = split_determiner(said)
    verb = _VERB.match(clause)
    head = re.split(" (?:for|to) ", noun)[0]
    if determiner not in ("", "some ") or not head.endswith("s"):
        return clause
    if verb is None or verb[1] in _NO_VERBS:
        return clause
    singular = verb[1]
    if singular in _IRREGULAR:
        plural = _IRREGULAR[singular]
    elif singular.endswith("ies"):
        plural = singular[:-3] + "y"
    elif singular.endswith(("ches", "shes", "zzes")):
        plural = singular[:-2]
    else:
        plural = singular[:-1]
    return f"that {plural}{clause[verb.end() :]}"


def _options(draws: Draws, product_type: ProductType, options: list[tuple[str, str]]) -> str:
    style = draws.below(_OPTION_STYLES)
    if style == 0:
        return "with " + ", and ".join(f"{name}: {value}" for name, value in options)
    if style == 1:
        return ", ".join(f"{name} {value}" for name, value in options)
    phrases = {choice.name: choice.phrase for choice in product_type.choices}
    spoken = [
        SPOKEN.get(value, value) if draws.chance(_SPOKEN_SHARE) else value for _, value in options
    ]
    return _and(
        [phrases[name].format(value) for (name, _), value in zip(options, spoken, strict=True)]
    )


def _and(phrases: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(phrases[:-1]), phrases[-1])))
