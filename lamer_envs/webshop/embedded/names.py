"""Names that nobody bears: makers, and the identifiers of products."""

from __future__ import annotations

import hashlib
import string

_FIRST = """
Ar Bel Cor Dun Els Fen Gar Hol Ist Jor Kel Lor Mar Nev Orv Pel Quin Ros Sel Tor Ul Ven Wex Yar Zan
Bram Crel Drav Thal Voss
"""
_LAST = """
abry anta bury chard dalen edge enna field gard hollow ique kirk lind mere nook owen park quist
rova stead thorpe umbra vale wick
"""

BRANDS = tuple(first + last for first in _FIRST.split() for last in _LAST.split())
"""Makers' names, one word each."""

_DIGITS = string.digits + string.ascii_uppercase
_SPACE = len(_DIGITS) ** 8
_STRIDE = 1_715_063_208_011  # odd and no multiple of three: prime to the space, so no two collide


def asin(seed: int, number: int) -> str:
    """The identifier of product `number` of the catalogue of `seed`: `B0` and eight characters.

    Identifiers of one catalogue differ for all numbers below 36 to the eighth.
    """
    start = int.from_bytes(hashlib.blake2b(b"asin %d" % seed, digest_size=8).digest(), "big")
    rest = (start + number * _STRIDE) % _SPACE
    characters = []
    for _ in range(8):
        rest, digit = divmod(rest, len(_DIGITS))
        characters.append(_DIGITS[digit])
    return "B0" + "".join(reversed(characters))
