"""The nouns of a title, by which the judge tells whether two products are of one type."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_WORDS = """
a an and are as at be best by each for free from in into is it its new no non not of off on only
or our out over per plus set so than that the their this to too up us use used we will with
without you your very more most all any both easy great high low good long short small large
"""
_STOP_WORDS = frozenset(_WORDS.split())


class NounReader(Protocol):
    """Reads the nouns of a title."""

    def __call__(self, title: str) -> tuple[str, ...]:
        """The nouns in lower case, in order, repetitions kept: the judge counts them."""


@lru_cache(maxsize=1 << 14)
def rule_nouns(title: str) -> tuple[str, ...]:
    """The words of the title without digits that are no stop-words."""
    return tuple(word for word in _WORD.findall(title.lower()) if word not in _STOP_WORDS)
