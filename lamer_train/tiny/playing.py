"""The languages of the games' `compact` prompts: cards and moves, boards and marks."""

from __future__ import annotations

from lamer_train.tiny.words import ANSWER_WORDS, CellWord, Phrase, Vocabulary, phrases

_CARDS = ("jack", "queen", "king")
_MOVES = ("check", "bet", "fold", "call")
_HAND_WORDS = (*_CARDS, *_MOVES, "first", "second", ":", "win", "lose", "1", "2")
_HAND_RULE = (
    rf"<[^<>\s]*>|you (?:{'|'.join(_MOVES)})|they (?:{'|'.join((*_CARDS, *_MOVES))})|[^\s<>]+"
)

_BOARD_RULE = r"<[^<>\s]*>|\([^()]*\)|(?:you|they) [0-9]+,[0-9]+|[^\s<>()]+"


def kuhn_vocabulary() -> Vocabulary:
    """The words of Kuhn poker; who does what is one token, `they bet`."""
    said = [("you", move) for move in _MOVES]
    said += [("they", what) for what in (*_CARDS, *_MOVES)]
    return Vocabulary(
        plain=(),
        phrases=(
            *phrases((*ANSWER_WORDS, *_HAND_WORDS)),
            *(Phrase(" ".join(parts), parts) for parts in said),
        ),
        rule=_HAND_RULE,
    )


def tictactoe_vocabulary(size: int) -> Vocabulary:
    """The words of Tic-Tac-Toe on a size × size board; a move of the past is one token."""
    cells: list[CellWord] = []
    for row in range(size):
        for col in range(size):
            name = f"{row + 1},{col + 1}"
            cells += [CellWord(f"{name}={mark}", (row, col), f"={mark}") for mark in ".XO"]
            cells += [CellWord(f"{who} {name}", (row, col), who) for who in ("you", "they")]
            cells.append(CellWord(f"({row + 1}, {col + 1})", (row, col), "mark"))
    return Vocabulary(
        plain=(*ANSWER_WORDS, "you=X", "you=O", "win", "lose", "draw"),
        cells=tuple(cells),
        actions=frozenset({"mark"}),
        shape=(size, size),
        rule=_BOARD_RULE,
    )
