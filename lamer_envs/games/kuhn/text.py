"""What the agent reads and writes in Kuhn poker."""

from __future__ import annotations

from lamer_envs.games.kuhn.engine import BET, ENDINGS, FOLDS, MOVES, PASS, Hand, mover
from lamer_envs.parsing import ParseCode

CARD_NAMES = {"J": "Jack", "Q": "Queen", "K": "King"}

_WORDS = {
    (False, PASS): "check",
    (False, BET): "bet",
    (True, PASS): "fold",
    (True, BET): "call",
}
_ALL_WORDS = frozenset(_WORDS.values())


def word(history: str, move: str) -> str:
    """The name of a move after a history: check or bet, and fold or call when facing a bet."""
    return _WORDS[BET in history, move]


def words(history: str) -> list[str]:
    """The moves that are possible after a history; none at its end."""
    return [] if mover(history) is None else [word(history, move) for move in MOVES]


def parse_move(history: str, action: str) -> str | ParseCode:
    """The move that an action names: exactly one of the four words, in any case.

    `OUTSIDE` is a word that does not fit, such as `call` where nobody has bet.
    """
    text = action.strip().casefold()
    for move in MOVES:
        if text == word(history, move):
            return move
    if text in _ALL_WORDS:
        return ParseCode.OUTSIDE
    return ParseCode.NOT_AN_ACTION if text else ParseCode.EMPTY


def render(hand: Hand, seat: int, *, out_of_turns: bool = False) -> str:
    """A hand as the player of a seat sees it, in three lines.

    Args:
        hand: the position.
        seat: whose view.
        out_of_turns: whether the player has no turns left and so folds.
    """
    history = hand.history
    order = ("first", "second")[seat]
    moves = [
        f"{'you' if index % 2 == seat else 'the opponent'} "
        f"{word(history[:index], move)}{'' if index % 2 == seat else 's'}"
        for index, move in enumerate(history)
    ]
    return "\n".join(
        (
            f"Your card: {CARD_NAMES[hand.cards[seat]]}. You act {order}.",
            f"Moves so far: {', '.join(moves) or 'none'}.",
            _status(hand, seat, out_of_turns),
        )
    )


def _status(hand: Hand, seat: int, out_of_turns: bool) -> str:
    history = hand.history
    if history in ENDINGS:
        won = hand.payoff(seat)
        result = f"You {'win' if won > 0 else 'lose'} {_chips(abs(won))}."
        if history in FOLDS:
            return f"The opponent's card stays hidden. {result}"
        return f"Showdown: the opponent holds the {CARD_NAMES[hand.cards[1 - seat]]}. {result}"
    if out_of_turns:
        return (
            "You are out of turns, which folds your hand. The opponent's card stays hidden. "
            "You lose 1 chip."
        )
    first, second = words(history)
    pot = 2 + history.count(BET)
    return f"There are {_chips(pot)} in the pot. You can {first} or {second}."


def _chips(number: int) -> str:
    return f"{number} chip{'' if number == 1 else 's'}"
