"""The rows of the catalogue's tables: what a department sells, and how shoppers speak of it."""

from __future__ import annotations

from typing import NamedTuple


class Feature(NamedTuple):
    """Something that may be true of a product.

    Attributes:
        words: the shop's words, lower case; a product has the feature when a text of it holds them.
        link: what joins the words to the noun: `""` (they stand before it), `"with"` or `"for"`.
        article: `"a "`, `"an "` or `""`, for words behind `with` or `for`.
        note: how the shop explains it, in the clause of a sentence.
        said: what shoppers may say instead; each can follow the noun. Words of the note come back
            in them, so that a reader of the pages can tell what is meant.
        rival: products have at most one feature of those that name the same rival.
    """

    words: str
    link: str
    article: str
    note: str
    said: tuple[str, ...]
    rival: str


def before(words: str, note: str, *said: str, rival: str = "") -> Feature:
    """A feature whose words stand before the noun, such as `waterproof`."""
    return Feature(words, "", "", note, said, rival)


def with_(phrase: str, note: str, *said: str, rival: str = "") -> Feature:
    """A feature that a product comes with; `phrase` may begin with an article."""
    return _behind("with", phrase, note, said, rival)


def for_(phrase: str, note: str, *said: str, rival: str = "") -> Feature:
    """A use that a product is for; `phrase` may begin with an article."""
    return _behind("for", phrase, note, said, rival)


def _behind(link: str, phrase: str, note: str, said: tuple[str, ...], rival: str) -> Feature:
    for article in ("a ", "an "):
        if phrase.startswith(article):
            return Feature(phrase[len(article) :], link, article, note, said, rival)
    return Feature(phrase, link, "", note, said, rival)


class Choice(NamedTuple):
    """An option that buyers choose, with the values that products draw from.

    Attributes:
        name: as the shop shows it.
        values: in the shop's order, lower case.
        fewest, most: how many of them a product offers.
        phrase: how a shopper asks for a value, with `{}` for it.
        ordered: whether the values that are offered are neighbours, as sizes are.
    """

    name: str
    values: tuple[str, ...]
    fewest: int
    most: int
    phrase: str
    ordered: bool = False


class ProductType(NamedTuple):
    """A kind of thing that a department sells.

    Attributes:
        query: the shop's search phrase for it, which no other type has.
        category: levels below the department's own, the general ones first.
        nouns: what titles call it; all share a word, so that the judge knows them for one type.
        said: what shoppers call it, determiner included: `a sofa`, `some tea`, `a pair of boots`.
        kinds: words of which each product has one before its noun; no other feature holds them.
        features: what may be true of it.
        choices: its options; most products have all of them.
        dollars: the middle nine tenths of the prices lie between these.
    """

    query: str
    category: tuple[str, ...]
    nouns: tuple[str, ...]
    said: tuple[str, ...]
    kinds: tuple[str, ...]
    features: tuple[Feature, ...]
    choices: tuple[Choice, ...]
    dollars: tuple[float, float]


_DETERMINERS = ("a pair of ", "a set of ", "some ", "an ", "a ")


def split_determiner(said: str) -> tuple[str, str]:
    """What a shopper calls a thing, as determiner (empty, or with its space) and the rest."""
    for start in _DETERMINERS:
        if said.startswith(start):
            return start, said[len(start) :]
    return "", said


class Domain(NamedTuple):
    """A department.

    Attributes:
        name: as in `Product.domain`.
        category: the first level of its categories.
        types: what it sells.
    """

    name: str
    category: str
    types: tuple[ProductType, ...]


def only(features: tuple[Feature, ...], *words: str) -> tuple[Feature, ...]:
    """The features with these words, in the order of the words.

    Raises:
        KeyError: no feature has the words.
    """
    named = {feature.words: feature for feature in features}
    return tuple(named[word] for word in words)


def without(features: tuple[Feature, ...], *words: str) -> tuple[Feature, ...]:
    """The features but those with these words.

    Raises:
        KeyError: no feature has the words.
    """
    left_out = only(features, *words)
    return tuple(feature for feature in features if feature not in left_out)
