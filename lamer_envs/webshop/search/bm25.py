"""BM25 with Lucene's arithmetic, over arrays that processes can share.

Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009), as Lucene 8 computes it: the
factor k1 + 1 is left out, document lengths are kept in one byte, terms are scored in float32 and
added in float64, and hits of equal score come in the order of their ids. `bm25s` and `rank-bm25`
keep exact lengths and other sums, so that they rank differently.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lamer_envs.webshop.search.analyzer import analyze
from lamer_envs.webshop.search.postings import Postings, PostingsWriter
from lamer_envs.webshop.search.vocabulary import Vocabulary

_BLOCK = 64
_AT_ONCE = 1 << 14
_TERMS_KEPT = 1 << 16


class SearchIndex:
    """A search engine over numbered documents.

    Args:
        vocabulary: the terms.
        postings: which documents hold them.
    """

    def __init__(self, vocabulary: Vocabulary, postings: Postings) -> None:
        self._vocabulary = vocabulary
        self._postings = postings
        self._find = lru_cache(_TERMS_KEPT)(vocabulary.find)

    @classmethod
    def build(
        cls,
        texts: Iterable[str],
        ids: Sequence[str] | None = None,
        *,
        on_document: Callable[[], None] | None = None,
    ) -> SearchIndex:
        """Index some texts in memory.

        Texts are read one at a time. It takes about 17 bytes for each distinct term of each
        document while it builds, 9 of which stay, for a common product some 0.9 kB and 0.5 kB;
        beside that the distinct terms themselves, and 50 MB.

        Args:
            texts: of the documents, in the order of their numbers; read once.
            ids: of the documents; hits of equal score come in the ascending order of their ids,
                or of their numbers where none are given.
            on_document: called after each document, for a progress bar.

        Raises:
            ValueError: not one id per text.
        """
        numbers: dict[str, int] = {}
        writer = PostingsWriter()
        for text in texts:
            terms = analyze(text)
            counts = Counter(terms)
            writer.add(
                [numbers.setdefault(term, len(numbers)) for term in counts],
                list(counts.values()),
                len(terms),
            )
            if on_document is not None:
                on_document()
        return cls(Vocabulary.of(numbers), writer.finish(ids, len(numbers)))

    @classmethod
    def open(cls, folder: Path) -> SearchIndex:
        """An index that `write` left; it stays on disk and is shared by all that open it."""
        return cls(Vocabulary.open(folder), Postings.open(folder))

    def write(self, folder: Path) -> None:
        """Write the index into a folder, which is made where it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        self._vocabulary.write(folder)
        self._postings.write(folder)

    def __len__(self) -> int:
        """The number of documents."""
        return len(self._postings)

    def search(self, query: str, k: int = 50) -> list[int]:
        """The numbers of the `k` documents that fit best, best first; fewer where fewer fit."""
        return [number for number, _ in self.scores(query, k)]

    def scores(self, query: str, k: int = 50) -> list[tuple[int, float]]:
        """(document number, score) of the `k` documents that fit best, best first."""
        totals = self._totals(Counter(analyze(query)))
        if totals is None or k < 1:
            return []
        candidates = _candidates(totals, k)
        scores = totals[candidates]
        best = np.lexsort((self._postings.ranks[candidates], -scores))[:k]
        return list(zip(candidates[best].tolist(), scores[best].tolist(), strict=True))

    def _totals(self, terms: Counter[str]) -> NDArray[np.float32] | None:
        """(documents,) scores, or `None` where no term is known."""
        parts = [
            self._postings.of(number, times)
            for term, times in terms.items()
            if (number := self._find(term)) is not None
        ]
        if not parts:
            return None
        if sum(len(documents) for documents, _ in parts) <= _AT_ONCE:
            documents, impacts = map(np.concatenate, zip(*parts, strict=True))
            return np.bincount(documents, impacts, len(self)).astype(np.float32)
        # Copies of many postings cost more, in pages that the system has to find, than they save.
        total = np.zeros(len(self))
        for documents, impacts in parts:
            total[documents] += impacts
        return total.astype(np.float32)


def _candidates(totals: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Documents among which the `k` best are, those without any score left out."""
    blocks = len(totals) // _BLOCK
    bound = np.float32(0.0)
    if blocks > k:
        # The k-th best of the blocks' best is not above the k-th best of all.
        tops = totals[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        bound = np.partition(tops, blocks - k)[blocks - k]
    fits = totals >= bound if bound > 0 else totals > 0
    return np.flatnonzero(fits)
