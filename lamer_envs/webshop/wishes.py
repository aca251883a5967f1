"""What an instruction asks for, as a reader of English takes it: phrases, and a price limit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from lamer_envs.webshop.records import NO_LIMIT
from lamer_envs.webshop.search.analyzer import analyze

_BUDGET = re.compile(
    r",?\s*(?:and\s+)?(?:with a\s+)?price\s+(?:lower|less) than\s+\$?(\d+(?:\.\d+)?)(?: dollars?)?",
    re.IGNORECASE,
)
_BEGINNING = re.compile(
    r"^\W*(?:please\s+)?(?:find(?: me)?|help me find|i(?:'m| am) (?:looking|shopping) for|"
    r"looking for|i (?:need|want|would like)(?: to (?:buy|find))?)\s+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w.'-]+")
_JOINT = re.compile(r"[,;]|\b(?:and|with|for|that|where|which)\b")
_FILLER_WORDS = (
    "i i'm i'd my me you it it's its some any can do does from of at up so also only has have come "
    "made pair set buy want need look find please would like must should than which where"
)
_FILLER = frozenset(_FILLER_WORDS.split())
_SPOKEN = (
    (re.compile(r"\bdouble extra[ -]large\b"), "xx-large"),
    (re.compile(r"\bextra[ -](large|small)\b"), r"x-\1"),
    (re.compile(r"\bgray\b"), "grey"),
)
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
}
_NUMBER = re.compile(rf"\b(?:{'|'.join(_NUMBERS)})\b")


class Wishes(NamedTuple):
    """What an instruction asks for.

    Attributes:
        phrases: its parts, each the terms of a few words that belong together.
        terms: all terms in order, for options: a value is asked for where its terms stand.
        budget: the price limit in dollars, `NO_LIMIT` where none is named.
        query: the words to search: the instruction without greeting, price and empty words.
    """

    phrases: tuple[frozenset[str], ...]
    terms: tuple[str, ...]
    budget: float
    query: str


def read_instruction(instruction: str) -> Wishes:
    """Take an instruction apart; any text will do."""
    named = _BUDGET.search(instruction)
    text = _BEGINNING.sub("", _BUDGET.sub(" ", instruction)).strip()
    phrases = (frozenset(terms(part)) for part in _JOINT.split(text.lower()))
    return Wishes(
        tuple(dict.fromkeys(phrase for phrase in phrases if phrase)),
        terms(text),
        float(named[1]) if named is not None else NO_LIMIT,
        " ".join(w for w in _WORD.findall(text.lower()) if w not in _FILLER) or instruction,
    )


@lru_cache(maxsize=1 << 14)
def terms(text: str) -> tuple[str, ...]:
    """The terms of a text that say something, spoken sizes and numbers as a shop writes them."""
    text = text.lower()
    for spoken, written in _SPOKEN:
        text = spoken.sub(written, text)
    text = _NUMBER.sub(lambda match: _NUMBERS[match[0]], text)
    return tuple(term for term in analyze(text) if term not in _FILLER)


def asked_value(asked: Sequence[str], name: str, values: Iterable[str]) -> str | None:
    """The value of an option that an instruction asks for, as far as its words tell.

    The one whose terms stand side by side in it, in any order: best behind the option's name, then
    the one of most terms, then the one said last. Where there is none, a value of which some terms
    are there.

    Args:
        asked: `Wishes.terms`.
        name: of the option.
        values: of the option.
    """
    label = terms(name)
    best: tuple[tuple[bool, bool, int, int], str] | None = None
    for value in values:
        wanted = terms(value)
        if not wanted:
            continue
        whole = True
        places = _windows(asked, wanted)
        if not places:
            whole = False
            wanted = tuple(term for term in wanted if term in asked)
            places = [_last(asked, term) for term in wanted[:1]]
        for place in places:
            named = bool(label) and tuple(asked[max(place - len(label), 0) : place]) == label
            rank = (whole, named, len(wanted), place)
            if best is None or rank > best[0]:
                best = (rank, value)
    return None if best is None else best[1]


def stands_in(value: str, asked: Sequence[str]) -> bool:
    """Whether all terms of a value stand side by side in what is asked for, in any order."""
    return bool(_windows(asked, terms(value)))


def _windows(asked: Sequence[str], wanted: Sequence[str]) -> list[int]:
    size, bag = len(wanted), sorted(wanted)
    return [
        place
        for place in range(len(asked) - size + 1)
        if sorted(asked[place : place + size]) == bag
    ]


def _last(asked: Sequence[str], term: str) -> int:
    return max(place for place, each in enumerate(asked) if each == term)
