"""Which documents hold a term, and how much of its weight each one earns."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamer_envs.webshop.search.lengths import LENGTHS, encode_lengths

_CHUNK = 1 << 22
_FILES = ("bounds", "documents", "saturations", "ranks")


class Postings:
    """The documents of every term.

    Args:
        bounds: (terms + 1,) where the documents of each term begin and end.
        documents: (postings,) document numbers, ascending within a term.
        saturations: (postings,) 1 + tf / (k1 · (1 − b + b · length / mean length)): a term of
            weight w adds w − w / saturation to the score.
        ranks: (documents,) the place of each document among hits of equal score.
    """

    def __init__(
        self,
        bounds: NDArray[np.int64],
        documents: NDArray[np.int32],
        saturations: NDArray[np.float32],
        ranks: NDArray[np.int32],
    ) -> None:
        self.bounds = bounds
        self.documents = documents
        self.saturations = saturations
        self.ranks = ranks

    @classmethod
    def open(cls, folder: Path) -> Postings:
        """What `write` left, memory-mapped."""
        # Plain arrays over the mapped files: subclass views cost more than the arithmetic.
        return cls(*(_mapped(folder / f"{name}.npy") for name in _FILES))

    def write(self, folder: Path) -> None:
        """Write the arrays into a folder."""
        for name in _FILES:
            np.save(folder / f"{name}.npy", getattr(self, name))

    def __len__(self) -> int:
        """The number of documents."""
        return len(self.ranks)

    def of(self, term: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Documents and saturations of a term."""
        start, end = self.bounds[term], self.bounds[term + 1]
        return self.documents[start:end], self.saturations[start:end]


def _mapped(path: Path) -> NDArray[Any]:
    return np.asarray(np.load(path, mmap_mode="r"))


class PostingsWriter:
    """Takes documents one after another."""

    def __init__(self) -> None:
        self._terms = array("i")
        self._counts = array("i")
        self._sizes = array("i")
        self._lengths = array("i")

    def add(self, terms: Sequence[int], counts: Sequence[int], length: int) -> None:
        """Add the next document: its distinct terms, how often it has each, and its length."""
        self._terms.extend(terms)
        self._counts.extend(counts)
        self._sizes.append(len(terms))
        self._lengths.append(length)

    def finish(
        self, ids: Sequence[str] | None, k1: np.float32, b: np.float32, num_terms: int
    ) -> Postings:
        """Sort everything by term.

        Args:
            ids: see `SearchIndex.build`.
            k1: BM25's saturation.
            b: BM25's share of the length.
            num_terms: terms there are, numbered from 0.

        Raises:
            ValueError: not one id per document.
        """
        terms = np.frombuffer(self._terms, dtype=np.int32)
        counts = np.frombuffer(self._counts, dtype=np.int32)
        sizes = np.frombuffer(self._sizes, dtype=np.int32)
        lengths = np.frombuffer(self._lengths, dtype=np.int32).astype(np.int64)
        if ids is not None and len(ids) != len(lengths):
            raise ValueError(f"expected one id per text, got {len(ids)} and {len(lengths)}")
        scale = _scale(lengths, k1, b)
        bounds = np.zeros(num_terms + 1, dtype=np.int64)
        np.cumsum(np.bincount(terms, minlength=num_terms), out=bounds[1:])
        documents = np.empty(len(terms), dtype=np.int32)
        saturations = np.empty(len(terms), dtype=np.float32)
        free = bounds[:-1].copy()
        ends = np.cumsum(sizes, dtype=np.int64)
        # A part at a time, so that sorting takes little memory beside the arrays.
        for start in range(0, len(terms), _CHUNK):
            part = terms[start : start + _CHUNK]
            order = np.argsort(part, kind="stable")
            ordered = part[order]
            fresh = np.flatnonzero(np.diff(ordered, prepend=-1))
            runs = np.diff(fresh, append=len(ordered))
            place = np.arange(len(ordered)) - np.repeat(fresh, runs) + free[ordered]
            free[ordered[fresh]] += runs
            holders = np.searchsorted(ends, order + start, side="right")
            documents[place] = holders
            saturations[place] = 1 + counts[order + start].astype(np.float32) * scale[holders]
        return Postings(bounds, documents, saturations, _ranks(ids, len(lengths)))


def _scale(lengths: NDArray[np.int64], k1: np.float32, b: np.float32) -> NDArray[np.float32]:
    """(documents,) 1 / (k1 · (1 − b + b · length / mean length)), in float32 throughout."""
    one = np.float32(1)
    mean = np.float32(lengths.sum() / max(1, np.count_nonzero(lengths)))
    kept = LENGTHS.astype(np.float32)
    by_byte: NDArray[np.float32] = one / (k1 * ((one - b) + b * kept / (mean or one)))
    scale: NDArray[np.float32] = by_byte[encode_lengths(lengths)]
    return scale


def _ranks(ids: Sequence[str] | None, count: int) -> NDArray[np.int32]:
    if ids is None:
        return np.arange(count, dtype=np.int32)
    ranks = np.empty(count, dtype=np.int32)
    ranks[sorted(range(count), key=ids.__getitem__)] = np.arange(count, dtype=np.int32)
    return ranks
