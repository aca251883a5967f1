"""Porter's stemmer for English, as Lucene applies it.

M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the two departures
that its author published later and Lucene has: step 2 turns `bli` into `ble` and `logi` into `log`.
Snowball's `porter` (PyStemmer) has neither; NLTK's `MARTIN_EXTENSIONS` has both and agrees on
263,170 words, but is slower, and more than a dependency should be for one function.
"""

from __future__ import annotations

from itertools import pairwise

_VOWELS = frozenset("aeiou")

_STEP_2 = {
    "a": (("ational", "ate"), ("tional", "tion")),
    "c": (("enci", "ence"), ("anci", "ance")),
    "e": (("izer", "ize"),),
    "l": (("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous")),
    "o": (("ization", "ize"), ("ation", "ate"), ("ator", "ate")),
    "s": (("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous")),
    "t": (("aliti", "al"), ("iviti", "ive"), ("biliti", "ble")),
    "g": (("logi", "log"),),
}
"""By the last letter but one; within a group no ending is looked at after the first that fits."""

_STEP_3 = {
    "e": (("icate", "ic"), ("ative", ""), ("alize", "al")),
    "i": (("iciti", "ic"),),
    "l": (("ical", "ic"), ("ful", "")),
    "s": (("ness", ""),),
}
"""By the last letter."""

_STEP_4 = {
    "a": ("al",),
    "c": ("ance", "ence"),
    "e": ("er",),
    "i": ("ic",),
    "l": ("able", "ible"),
    "n": ("ant", "ement", "ment", "ent"),
    "o": ("ion", "ou"),
    "s": ("ism",),
    "t": ("ate", "iti"),
    "u": ("ous",),
    "v": ("ive",),
    "z": ("ize",),
}
"""By the last letter but one."""


def stem(word: str) -> str:
    """The stem of a lower-case word; what is no letter counts as a consonant."""
    if len(word) <= 2:
        return word
    word = _step_1(word)
    if len(word) > 2:
        word = _step_4(_step_3(_step_2(word)))
    return _step_5(word)


def _consonants(word: str) -> list[bool]:
    """Which letters are consonants: `y` is one at the start and after a vowel."""
    kinds: list[bool] = []
    for letter in word:
        if letter == "y":
            kinds.append(not kinds or not kinds[-1])
        else:
            kinds.append(letter not in _VOWELS)
    return kinds


def _measure(part: str) -> int:
    """How many times a vowel is followed by a consonant."""
    kinds = _consonants(part)
    return sum(after and not before for before, after in pairwise(kinds))


def _has_vowel(part: str) -> bool:
    return not all(_consonants(part))


def _doubled(word: str) -> bool:
    """Whether it ends in two equal consonants."""
    return len(word) > 1 and word[-1] == word[-2] and _consonants(word)[-1]


def _short(word: str) -> bool:
    """Whether it ends in consonant, vowel, consonant, the last of them not w, x or y."""
    if len(word) < 3 or word[-1] in "wxy":
        return False
    first, second, third = _consonants(word)[-3:]
    return first and not second and third


def _step_1(word: str) -> str:
    if word.endswith("s"):
        if word.endswith(("sses", "ies")):
            word = word[:-2]
        elif not word.endswith("ss"):
            word = word[:-1]
    if word.endswith("eed"):
        if _measure(word[:-3]) > 0:
            word = word[:-1]
    elif word.endswith("ed") and _has_vowel(word[:-2]):
        word = _mended(word[:-2])
    elif word.endswith("ing") and _has_vowel(word[:-3]):
        word = _mended(word[:-3])
    if word.endswith("y") and _has_vowel(word[:-1]):
        word = word[:-1] + "i"
    return word


def _mended(word: str) -> str:
    """What is left when `ed` or `ing` is gone, as a word again."""
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if _doubled(word):
        return word if word[-1] in "lsz" else word[:-1]
    if _measure(word) == 1 and _short(word):
        return word + "e"
    return word


def _step_2(word: str) -> str:
    return _replaced(word, _STEP_2.get(word[-2], ()))


def _step_3(word: str) -> str:
    return _replaced(word, _STEP_3.get(word[-1], ()))


def _replaced(word: str, endings: tuple[tuple[str, str], ...]) -> str:
    for ending, better in endings:
        if word.endswith(ending):
            rest = word[: -len(ending)]
            return rest + better if _measure(rest) > 0 else word
    return word


def _step_4(word: str) -> str:
    if len(word) < 2:
        return word
    for ending in _STEP_4.get(word[-2], ()):
        if word.endswith(ending):
            rest = word[: -len(ending)]
            if ending == "ion" and not rest.endswith(("s", "t")):
                continue
            return rest if _measure(rest) > 1 else word
    return word


def _step_5(word: str) -> str:
    if word.endswith("e"):
        rest = word[:-1]
        measure = _measure(rest)
        if measure > 1 or (measure == 1 and not _short(rest)):
            word = rest
    if word.endswith("ll") and _measure(word[:-1]) > 1:
        word = word[:-1]
    return word
