"""Words of a text, after Unicode's rules of word boundaries, as Lucene's standard tokenizer.

Unicode Standard Annex #29, "Unicode Text Segmentation", section 4. A word is a run of letters,
digits, or Katakana; marks inside of it (`3.5`, `o'neill`) hold it together. Ideographs and Hiragana
are words of one character. Symbols, emoji among them, are not words here. What `regex` and others
offer finds boundaries but does not tell words from what lies between them, and is slower.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 255
"""Characters of a word; a longer one is cut into pieces."""

# One letter for what the rules make of a character, so that they are one pattern.
_LETTER, _DIGIT, _JOINER, _KATAKANA, _SINGLE, _COMPLEX, _EXTEND, _OTHER = "LNEKISXO"
_QUOTE, _MID_LETTER, _MID_DIGIT, _MID_BOTH = "QMDB"

_MARKS = {
    "'": _QUOTE,
    **dict.fromkeys(":··՟״‧︓﹕：", _MID_LETTER),
    **dict.fromkeys(".‘’․﹒＇．", _MID_BOTH),
    **dict.fromkeys(",;;։،؍٬߸⁄︐︔﹐﹔，；", _MID_DIGIT),
    "\u202f": _JOINER,
}

_LETTERS = "(?:LX*(?:[MBQ]X*(?=L))?)+"
_DIGITS = "(?:NX*(?:[DBQ]X*(?=N))?)+"
_RUN = f"(?:(?:{_LETTERS}|{_DIGITS})+|(?:KX*)+)"
_WORD = re.compile(f"(?:EX*)*{_RUN}(?:(?:EX*)+{_RUN}?)*|(?:SX*)+|IX*")
_PLAIN_WORD = re.compile(
    r"_*(?:(?:[a-zA-Z]+(?:[:.'](?=[a-zA-Z]))?|[0-9]+(?:[,;.'](?=[0-9]))?)+_*)+"
)
"""The same for text of ASCII characters only."""


class _Classes(dict[int, str]):
    """From code points to their class, filled as they come; `str.translate` asks it."""

    def __missing__(self, code: int) -> str:
        kind = self[code] = _class_of(chr(code))
        return kind


def _class_of(character: str) -> str:
    if character in _MARKS:
        return _MARKS[character]
    category = unicodedata.category(character)
    if category in ("Mn", "Mc", "Me", "Cf"):
        return _EXTEND
    if category == "Nd":
        return _DIGIT
    if category == "Pc":
        return _JOINER
    if category not in ("Lu", "Ll", "Lt", "Lm", "Lo", "Nl"):
        return _OTHER
    name = unicodedata.name(character, "")
    if name.startswith(("CJK UNIFIED", "CJK COMPATIBILITY", "HIRAGANA LETTER")):
        return _SINGLE
    if name.startswith(("KATAKANA", "HALFWIDTH KATAKANA")):
        return _KATAKANA
    if name.startswith(("THAI", "LAO", "MYANMAR", "KHMER")):
        return _COMPLEX
    return _LETTER


_CLASSES = _Classes()


def words(text: str) -> list[str]:
    """The words of a text, in order, as they stand there."""
    if text.isascii():
        found = _PLAIN_WORD.findall(text)
    else:
        classes = text.translate(_CLASSES)
        found = [text[slice(*match.span())] for match in _WORD.finditer(classes)]
    if any(len(word) > LONGEST for word in found):
        found = [
            word[start : start + LONGEST]
            for word in found
            for start in range(0, len(word), LONGEST)
        ]
    return found
