"""The words of a text, cut where Lucene's standard tokenizer cuts it.

Unicode Standard Annex #29, "Unicode Text Segmentation", section 4, in the reading of Lucene 8's
`StandardTokenizer`: a word is a run of letters and digits, or one of Katakana, and marks inside of
it (`3.5`, `o'neill`, `foo_bar`) hold it together; a Han or Hiragana character is a word of its own;
Thai, Lao, Khmer and Burmese come in whole runs; emoji are words. `regex` and `uniseg` find the
boundaries of a newer Unicode, do not tell words from what lies between them, and are slower.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

from lamer_envs.webshop.search import word_breaks

LONGEST = 255
"""The length of a word, in 16-bit units as Java counts; a longer one is cut into pieces."""

# One letter for what the rules make of a character, so that they are one short pattern. A later
# line overrides an earlier one; the letters without a line of their own are for characters of two
# classes, and for the few that the rules name.
_KINDS = (
    ("J", word_breaks.HAN),
    ("J", word_breaks.HIRAGANA),
    ("S", word_breaks.COMPLEX),
    ("L", word_breaks.LETTER),
    ("H", word_breaks.HEBREW),
    ("K", word_breaks.KATAKANA),
    ("N", word_breaks.DIGIT),
    ("9", "30-39"),
    ("_", word_breaks.JOINER),
    (":", word_breaks.MID_LETTER),
    (",", word_breaks.MID_NUMBER),
    (".", word_breaks.MID_BOTH),
    ("'", "27"),
    ('"', "22"),
    ("#", "23 2A"),
    ("X", word_breaks.IGNORED),
    ("Z", "200D"),
    ("T", "FE0E"),
    ("E", "FE0F"),
    ("C", "20E3"),
    ("F", word_breaks.FLAG_LETTER),
    ("P", word_breaks.PICTURE),
    ("B", word_breaks.PICTURE_BASE),
    ("M", word_breaks.SKIN_TONE),
)
_BOTH = {("L", "P"): "Q", ("S", "X"): "Y"}
_OTHER = "-"

_X = "[XYZTEC]*"
_EXTENDED = "[XYZC]*"
_RUN = (
    f"(?:(?:[LQ]{_X}(?:[:.']{_X}(?=[LQH]))?"
    f"|[N9]{_X}(?:[,.']{_X}(?=[N9]))?"
    f"|H{_X}(?:[:.]{_X}(?=[LQH])|'{_X}|\"{_X}(?=H))?)+"
    f"|(?:K{_X})+)"
)
_JOINERS = f"(?:_{_X})+"
_PICTURE = f"(?:(?:B{_EXTENDED})?M{_EXTENDED}|[PBQ]{_EXTENDED}E?)"
_WORD = re.compile(
    f"(?:{_JOINERS})?{_RUN}(?:{_JOINERS}{_RUN})*(?:{_JOINERS})?"
    # No word, but passed over in one step.
    f"|(?P<gap>{_JOINERS})"
    f"|(?:Z*(?=[PBQ]))?{_PICTURE}(?:(?:Z+|(?<=Z)){_PICTURE})*"
    f"|[#9]{_EXTENDED}E?C{_EXTENDED}"
    f"|(?:F{_X}){{2}}"
    f"|(?:[SY]{_X})+"
    f"|J{_X}"
)
_PLAIN_WORD = re.compile(
    r"\w+(?:(?:(?<=[a-zA-Z])[:.'](?=[a-zA-Z])|(?<=[0-9])[,;.'](?=[0-9]))\w+)*", re.ASCII
)
"""The same for text of ASCII characters only, and for joiners alone."""


class _Kinds(dict[int, str]):
    """From code points to their letter, filled as they come; `str.translate` asks it."""

    def __missing__(self, code: int) -> str:
        kind = ""
        for latest, (firsts, lasts) in _ranges():
            place = bisect_right(firsts, code) - 1
            if place >= 0 and code <= lasts[place]:
                kind = _BOTH.get((kind, latest), latest)
        kind = self[code] = kind or _OTHER
        return kind


@cache
def _ranges() -> list[tuple[str, tuple[list[int], list[int]]]]:
    """`_KINDS` with the first and the last code points of the ranges."""
    found = []
    for kind, ranges in _KINDS:
        ends = [part.partition("-")[::2] for part in ranges.split()]
        firsts = [int(first, 16) for first, _ in ends]
        found.append((kind, (firsts, [int(last or first, 16) for first, last in ends])))
    return found


_kinds = _Kinds()


def words(text: str) -> list[str]:
    """The words of a text, in order, as they stand there; in linear time."""
    if text.isascii():
        found = _PLAIN_WORD.findall(text)
        if max(map(len, found), default=0) <= LONGEST:
            return [word for word in found if word.strip("_")] if "_" in text else found
    kinds = text.translate(_kinds)
    return [text[start:end] for start, end in _spans(text, kinds)]


def _spans(text: str, kinds: str) -> Iterator[tuple[int, int]]:
    """Where the words begin and end."""
    for match in _WORD.finditer(kinds):
        if match.lastgroup == "gap":
            continue
        start, end = match.span()
        if end - start <= LONGEST // 2 or _limit(text, start) >= end:
            yield start, end
        else:
            yield from _pieces(text, kinds, start, end)


def _pieces(text: str, kinds: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The pieces of a word that is too long.

    Lucene does not look beyond the limit, so a piece may end before it, and what follows need not
    be a word.
    """
    while start < end:
        match = _WORD.match(kinds, start, min(end, _limit(text, start)))
        if match is None:
            start += 1
            continue
        if match.lastgroup != "gap":
            yield match.span()
        start = match.end()


def _limit(text: str, start: int) -> int:
    """Where a word that begins at `start` has to end at the latest."""
    units = 0
    for place in range(start, min(len(text), start + LONGEST)):
        units += 2 if text[place] > "\uffff" else 1
        if units > LONGEST:
            return place
    return min(len(text), start + LONGEST)
