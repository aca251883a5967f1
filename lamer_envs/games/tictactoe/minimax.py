"""Perfect play on the 3×3 board."""

from __future__ import annotations

from functools import lru_cache

from lamer_envs.games.tictactoe.engine import Seen

EXACT_SIZE = 3
"""The largest board whose game tree is walked through."""


@lru_cache(maxsize=1 << 13)
def game_value(seen: Seen) -> int:
    """What perfect play of both gives the player to move: 1, 0 or -1.

    The position must not be decided; a full board is a draw.
    """
    if not seen.free:
        return 0
    return max(move_value(seen, cell) for cell in seen.free)


def move_value(seen: Seen, cell: int) -> int:
    """What a move is worth to the player to move, under perfect play of both afterwards."""
    if seen.wins_at(cell):
        return 1
    return -game_value(Seen(seen.size, seen.other, seen.own | 1 << cell))


@lru_cache(maxsize=1 << 13)
def optimal_moves(seen: Seen) -> tuple[int, ...]:
    """The moves that keep the value of the game, in reading order.

    Raises:
        ValueError: the board is larger than 3×3.
    """
    if seen.size > EXACT_SIZE:
        raise ValueError(f"perfect play is for 3×3 boards, not {seen.size}×{seen.size}")
    best = game_value(seen)
    return tuple(cell for cell in seen.free if move_value(seen, cell) == best)
