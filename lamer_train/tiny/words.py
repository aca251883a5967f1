"""The words of a small language, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WORD = r"<[^<>\s]*>|\([^()]*\)|[^\s<>()]+"
"""What is one token: a tag, a bracketed cell, or a run of neither white space nor brackets."""

ANSWER_WORDS = (
    "<action>",
    "</action>",
    "<remark>",
    "</remark>",
    "try",
    "bad",
    "note",
    "act",
    "reflect",
)
"""What the `compact` prompts of all environments say."""


@dataclass(frozen=True)
class CellWord:
    """A word that says something about a cell of a board.

    Attributes:
        word: the token's text.
        cell: (row, column), from 0.
        kind: what is said; words of one kind share a vector.
    """

    word: str
    cell: tuple[int, int]
    kind: str


@dataclass(frozen=True)
class Phrase:
    """A token of several words, such as `go to desk 1`.

    Attributes:
        text: the token's text.
        parts: what it is made of; its embedding and its output row start as the sum of theirs, so
            that phrases with a part in common are alike.
    """

    text: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """All tokens of a small language.

    Attributes:
        plain: words without structure.
        cells: words about cells, whose embeddings start as cell vector plus kind vector.
        actions: the kinds of `cells` that are answers; their output rows start as cell vectors.
        shape: (rows, columns) of the board.
        phrases: tokens made of parts.
        rule: regular expression of one token.
    """

    plain: tuple[str, ...]
    cells: tuple[CellWord, ...] = ()
    actions: frozenset[str] = frozenset()
    shape: tuple[int, int] = (0, 0)
    phrases: tuple[Phrase, ...] = ()
    rule: str = WORD

    @property
    def words(self) -> tuple[str, ...]:
        """Every token once, in a fixed order."""
        return (
            *self.plain,
            *(cell.word for cell in self.cells),
            *(phrase.text for phrase in self.phrases),
        )


def phrases(words: Iterable[str]) -> tuple[Phrase, ...]:
    """Single words as phrases of themselves."""
    return tuple(Phrase(word, (word,)) for word in words)
