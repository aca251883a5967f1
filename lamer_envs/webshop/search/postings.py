"""Which documents hold a term, and what it adds to the score of each."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamer_envs.webshop.search.lengths import LENGTHS, encode_lengths

K1, B = np.float32(0.9), np.float32(0.4)
"""How fast a repeated term saturates, and how much a long document counts less."""

_CHUNK = 1 << 20
_FILES = ("bounds", "documents", "counts", "impacts", "scales", "ranks", "weights")


class Postings:
    """The documents of every term.

    A term of weight w = idf · (times that it stands in the query) adds w − w / (1 + count · scale)
    to the score of a document.

    Args:
        bounds: (terms + 1,) where the postings of each term begin and end.
        documents: (postings,) document numbers, ascending within a term.
        counts: (postings,) how often the document has the term, unsigned.
        impacts: (postings,) what a term that stands once in the query adds.
        scales: (documents,) 1 / (k1 · (1 − b + b · length / mean length)).
        ranks: (documents,) the place of each document among hits of equal score.
        weights: (terms,) idf.
    """

    def __init__(
        self,
        bounds: NDArray[np.int64],
        documents: NDArray[np.int32],
        counts: NDArray[np.unsignedinteger[Any]],
        impacts: NDArray[np.float32],
        scales: NDArray[np.float32],
        ranks: NDArray[np.int32],
        weights: NDArray[np.float32],
    ) -> None:
        self.bounds = bounds
        self.documents = documents
        self.counts = counts
        self.impacts = impacts
        self.scales = scales
        self.ranks = ranks
        self.weights = weights

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

    def of(self, term: int, times: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The documents of a term, and what it adds to each when it stands `times` in a query."""
        span = slice(int(self.bounds[term]), int(self.bounds[term + 1]))
        documents = self.documents[span]
        if times == 1:
            return documents, self.impacts[span]
        weight = np.float32(times) * self.weights[term]
        return documents, _impacts(weight, self.counts[span], self.scales[documents])


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

    def finish(self, ids: Sequence[str] | None, num_terms: int) -> Postings:
        """Sort everything by term.

        Args:
            ids: see `SearchIndex.build`.
            num_terms: terms there are, numbered from 0.

        Raises:
            ValueError: not one id per document.
        """
        terms = np.frombuffer(self._terms, dtype=np.int32)
        found = np.frombuffer(self._counts, dtype=np.int32)
        sizes = np.frombuffer(self._sizes, dtype=np.int32)
        lengths = np.frombuffer(self._lengths, dtype=np.int32).astype(np.int64)
        if ids is not None and len(ids) != len(lengths):
            raise ValueError(f"expected one id per text, got {len(ids)} and {len(lengths)}")
        frequencies = np.bincount(terms, minlength=num_terms)
        bounds = np.zeros(num_terms + 1, dtype=np.int64)
        np.cumsum(frequencies, out=bounds[1:])
        weights = _idf(frequencies, int(np.count_nonzero(lengths)))
        scales = _scales(lengths)
        documents = np.empty(len(terms), dtype=np.int32)
        counts = np.empty(len(terms), dtype=np.min_scalar_type(found.max(initial=0)))
        impacts = np.empty(len(terms), dtype=np.float32)
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
            counts[place] = found[order + start]
            impacts[place] = _impacts(weights[ordered], found[order + start], scales[holders])
        ranks = _ranks(ids, len(lengths))
        return Postings(bounds, documents, counts, impacts, scales, ranks, weights)


def _impacts(
    weights: NDArray[np.float32] | np.float32,
    counts: NDArray[np.integer[Any]],
    scales: NDArray[np.float32],
) -> NDArray[np.float32]:
    """(postings,) what terms add to scores, in Lucene's order of operations in float32."""
    impacts = weights - weights / (1 + counts.astype(np.float32) * scales)
    return np.asarray(impacts, dtype=np.float32)


def _idf(frequencies: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    """(terms,) ln(1 + (N − df + ½) / (df + ½)), where documents without terms are not counted."""
    idf: NDArray[np.float64] = np.log(1 + (count - frequencies + 0.5) / (frequencies + 0.5))
    return idf.astype(np.float32)


def _scales(lengths: NDArray[np.int64]) -> NDArray[np.float32]:
    """(documents,) 1 / (k1 · (1 − b + b · length / mean length)), in float32 throughout."""
    one = np.float32(1)
    mean = np.float32(lengths.sum() / max(1, np.count_nonzero(lengths)))
    kept = LENGTHS.astype(np.float32)
    by_byte = one / (K1 * ((one - B) + B * kept / (mean or one)))
    return np.asarray(by_byte[encode_lengths(lengths)], dtype=np.float32)


def _ranks(ids: Sequence[str] | None, count: int) -> NDArray[np.int32]:
    if ids is None:
        return np.arange(count, dtype=np.int32)
    ranks = np.empty(count, dtype=np.int32)
    ranks[sorted(range(count), key=ids.__getitem__)] = np.arange(count, dtype=np.int32)
    return ranks
