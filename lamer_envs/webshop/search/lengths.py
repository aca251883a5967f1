"""Document lengths in one byte, with the loss that Lucene's ranking has (`SmallFloat`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_EXACT = 24
"""Lengths below it are kept as they are; longer ones by three bits after the leading one."""


def _decode(byte: int) -> int:
    if byte < _EXACT:
        return byte
    bits, shift = (byte - _EXACT) & 7, ((byte - _EXACT) >> 3) - 1
    return _EXACT + (bits if shift < 0 else (bits | 8) << shift)


LENGTHS: NDArray[np.int64] = np.array([_decode(byte) for byte in range(256)], dtype=np.int64)
"""(256,) the length that a byte stands for, ascending."""


def encode_lengths(lengths: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The bytes of some lengths: each the greatest that does not stand for more."""
    return (np.searchsorted(LENGTHS, lengths, side="right") - 1).astype(np.uint8)
