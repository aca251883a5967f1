"""From a text to the terms that are indexed and searched: Lucene's EnglishAnalyzer."""

from __future__ import annotations

from lamer_envs.webshop.search.porter import stem
from lamer_envs.webshop.search.tokenizer import words

_STOP_WORDS = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then "
    "there these they this to was will with"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""The 33 words that Lucene's English analysis leaves out."""

_POSSESSIVES = ("'s", "’s", "＇s", "'S", "’S", "＇S")
_WORDS_KEPT = 1 << 18


class _Terms(dict[str, str]):
    """From words to their terms (empty for stop words), so that each is stemmed once."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _WORDS_KEPT:
            self.clear()
        bare = word[:-2] if word.endswith(_POSSESSIVES) else word
        # Character by character: Lucene lowers them one by one, and `İ` alone becomes two.
        lower = bare.lower() if bare.isascii() else "".join(c.lower()[:1] for c in bare)
        term = self[word] = "" if lower in STOP_WORDS else stem(lower)
        return term


_TERMS = _Terms()


def analyze(text: str) -> list[str]:
    """The terms of a text, in order: words without possessive, stop words and endings."""
    known = _TERMS
    return [term for word in words(text) if (term := known[word])]
