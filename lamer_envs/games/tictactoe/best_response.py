"""Exact values on the 3×3 board: of the best response to an opponent, and of any two players.

Expectimax over the opponent's odds. Values are of the agent: 1 for a win, 0 for a draw, -1 for a
loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from lamer_envs.games.opponents import Opponent
from lamer_envs.games.tictactoe.engine import Seen
from lamer_envs.games.tictactoe.minimax import EXACT_SIZE
from lamer_envs.games.tictactoe.opponents import known_odds


class BestResponse:
    """The best response to an opponent, worked out as far as it is asked for.

    Args:
        opponent: whom to beat.
    """

    def __init__(self, opponent: Opponent) -> None:
        self._opponent = opponent
        self._values: dict[Seen, dict[int, float]] = {}

    def move_values(self, seen: Seen) -> Mapping[int, float]:
        """What each free cell is worth to the agent, whose turn it is, if it plays on in this way.

        Raises:
            ValueError: the board is larger than 3×3.
        """
        if seen not in self._values:
            _require_small(seen.size)
            self._values[seen] = {cell: self._after(seen, cell) for cell in seen.free}
        return self._values[seen]

    def odds(self, seen: Seen) -> Mapping[int, float]:
        """The first of the best moves, with certainty: a best response as a policy."""
        values = self.move_values(seen)
        return {max(values, key=values.__getitem__): 1.0}

    def _after(self, seen: Seen, cell: int) -> float:
        if seen.wins_at(cell):
            return 1.0
        theirs = Seen(seen.size, seen.other, seen.own | 1 << cell)
        if not theirs.free:
            return 0.0
        return self.waiting(theirs)

    def waiting(self, theirs: Seen) -> float:
        """The agent's value where it is the opponent's turn.

        Args:
            theirs: the undecided position, as the opponent sees it.
        """
        value = 0.0
        for reply, share in known_odds(self._opponent, theirs).items():
            if theirs.wins_at(reply):
                value -= share
                continue
            mine = Seen(theirs.size, theirs.other, theirs.own | 1 << reply)
            if mine.free:
                value += share * max(self.move_values(mine).values())
        return value


@lru_cache(maxsize=256)
def best_response(opponent: Opponent) -> BestResponse:
    """The best response to an opponent, in both seats."""
    return BestResponse(opponent)


@lru_cache(maxsize=1024)
def best_value(opponent: Opponent, seat: int) -> float:
    """What the best response wins from the empty 3×3 board, seated first (0) or second (1)."""
    response, empty = best_response(opponent), Seen(EXACT_SIZE, 0, 0)
    return response.waiting(empty) if seat else max(response.move_values(empty).values())


@lru_cache(maxsize=1024)
def value(player: Opponent, opponent: Opponent, seat: int) -> float:
    """What a player wins on average from the empty 3×3 board, seated first (0) or second (1)."""
    known: dict[Seen, float] = {}

    def mine(seen: Seen) -> float:
        if seen not in known:
            known[seen] = sum(
                share * after(seen, cell) for cell, share in player.odds(seen).items()
            )
        return known[seen]

    def after(seen: Seen, cell: int) -> float:
        if seen.wins_at(cell):
            return 1.0
        theirs = Seen(seen.size, seen.other, seen.own | 1 << cell)
        return waiting(theirs) if theirs.free else 0.0

    def waiting(theirs: Seen) -> float:
        total = 0.0
        for reply, share in known_odds(opponent, theirs).items():
            if theirs.wins_at(reply):
                total -= share
                continue
            seen = Seen(theirs.size, theirs.other, theirs.own | 1 << reply)
            total += share * mine(seen) if seen.free else 0.0
        return total

    empty = Seen(EXACT_SIZE, 0, 0)
    return waiting(empty) if seat else mine(empty)


def exploitability(player: Opponent) -> float:
    """How much best responses gain over perfect play against a player, mean over both seats."""
    return (best_value(player, 0) + best_value(player, 1)) / 2


def _require_small(size: int) -> None:
    if size > EXACT_SIZE:
        raise ValueError(f"exact values are for 3×3 boards, not {size}×{size}")
