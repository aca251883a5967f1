"""The rules of Kuhn poker (Kuhn, 1950).

Three cards, two players, one chip each as ante. The first player checks or bets one chip; whoever
faces a bet folds or calls it. Without a fold the higher card takes the pot.

Moves are `"p"` (pass: check or fold) and `"b"` (bet or call); a history is the string of them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

CARDS = "JQK"
"""From low to high."""

PASS, BET = "p", "b"
MOVES = (PASS, BET)

DEALS = tuple(itertools.permutations(CARDS, 2))
"""The six equally likely deals: the card of the first player and of the second."""

ENDINGS = {"pp": 1, "bb": 2, "pbb": 2, "bp": 1, "pbp": 1}
"""Histories that end the hand, and the chips that change hands."""

FOLDS = {"bp": 1, "pbp": 0}
"""The endings with a fold, and the player who folded."""

HISTORIES = ("", "pb", "p", "b")
"""Histories after which somebody moves: the first player after the first two of them."""

INFORMATION_SETS = tuple(card + history for history in HISTORIES for card in CARDS)
"""What a player knows when it moves: its card and the history."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A hand as one player saw it.

    Attributes:
        seat: the player, 0 or 1.
        card: its own card.
        history: the moves.
        other: the other player's card where a showdown revealed it, else `None`.
    """

    seat: int
    card: str
    history: str
    other: str | None


@dataclass(frozen=True, slots=True)
class Hand:
    """A position.

    Attributes:
        cards: of the first and the second player.
        history: the moves so far.
    """

    cards: tuple[str, str]
    history: str = ""

    @property
    def to_move(self) -> int | None:
        """The player whose turn it is, 0 or 1; `None` when the hand is over."""
        return mover(self.history)

    @property
    def ply(self) -> int:
        """Moves made so far."""
        return len(self.history)

    def played(self, move: str) -> Hand:
        """The hand after a move.

        Raises:
            ValueError: the hand is over, or there is no such move.
        """
        if self.to_move is None or move not in MOVES:
            raise ValueError(
                f"no move {move!r} after {self.history!r}; expected one of {MOVES} before the end"
            )
        return Hand(self.cards, self.history + move)

    def payoff(self, seat: int) -> int:
        """Chips that a player wins (negative: loses).

        Raises:
            ValueError: the hand is not over.
        """
        return payoff(seat, self.cards[seat], self.cards[1 - seat], self.history)

    def seen_by(self, seat: int) -> str:
        """The information set of a player: its card and the history."""
        return self.cards[seat] + self.history

    def sight(self, seat: int) -> Sight:
        """What a player knows of the hand, revealed cards included."""
        shown = self.history in ENDINGS and self.history not in FOLDS
        return Sight(seat, self.cards[seat], self.history, self.cards[1 - seat] if shown else None)


def mover(history: str) -> int | None:
    """The player to move after a history, or `None` at its end."""
    return None if history in ENDINGS else len(history) % 2


def payoff(seat: int, card: str, other: str, history: str) -> int:
    """Chips that the player of a seat wins with its card against the other's.

    Raises:
        ValueError: the history does not end a hand.
    """
    if history not in ENDINGS:
        raise ValueError(f"the hand is not over after {history!r}")
    folder = FOLDS.get(history)
    won = CARDS.index(card) > CARDS.index(other) if folder is None else folder != seat
    return ENDINGS[history] if won else -ENDINGS[history]
