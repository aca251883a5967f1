"""What an observer who knows the population can conclude in Tic-Tac-Toe, by Bayes' rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lamer_envs.games.opponents import Opponent
from lamer_envs.games.tictactoe.engine import Board
from lamer_envs.games.tictactoe.opponents import known_odds


def posterior(
    candidates: Sequence[Opponent], games: Iterable[Board], seat: int
) -> dict[Opponent, float]:
    """The probability of each opponent, given the games of a trial.

    Args:
        candidates: the opponents that are possible, equally likely at first.
        games: those played, and the one in play.
        seat: the observer's, 0 or 1.

    Returns:
        Those that are still possible; the values sum to 1. Empty if nothing is.
    """
    weights = dict.fromkeys(candidates, 1.0)
    for game in games:
        board = Board(game.size)
        for cell in game.moves:
            if board.to_move != seat:
                seen = board.seen_by(1 - seat)
                weights = {
                    opponent: weight * share
                    for opponent, weight in weights.items()
                    if (share := known_odds(opponent, seen).get(cell, 0.0))
                }
            board = board.played(cell)
    total = sum(weights.values())
    return {opponent: weight / total for opponent, weight in weights.items()}
