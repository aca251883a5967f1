"""Random numbers named by their place, so that no generator is carried from move to move."""

from __future__ import annotations

import hashlib

_BITS = 53


def uniform(purpose: str, *place: int) -> float:
    """A number in [0, 1) that depends on what it is for and on its place alone.

    Equal in every process and every order of asking; different purposes and places are
    independent of each other.

    Args:
        purpose: what is drawn, such as `"seat"`.
        place: for instance task seed, episode and move.
    """
    text = ",".join((purpose, *map(str, place)))
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 64 - _BITS) / (1 << _BITS)
