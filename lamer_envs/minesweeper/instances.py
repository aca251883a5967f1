"""Boards from seeds, with the split decided by the mine layout."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass

from lamer_envs.minesweeper.engine import Board, geometry
from lamer_envs.minesweeper.logic import wins_without_guessing
from lamer_envs.splits import split_of

_ATTEMPTS = 10_000


@dataclass(frozen=True)
class BoardSpec:
    """What boards are wanted.

    Attributes:
        rows, cols: the shape.
        num_mines: mines on the board.
        max_clicks: the most clicks that a player who knows the mines may need.
        split: the split whose layouts are wanted; it does not depend on the opening.
        no_guess: only boards that the expert wins within `max_clicks` by certain moves alone.
    """

    rows: int
    cols: int
    num_mines: int
    max_clicks: int
    split: str
    no_guess: bool = False


def layout_digest(rows: int, cols: int, mines: int) -> bytes:
    """Eight bytes that name a mine layout, equal in every process."""
    return hashlib.blake2b(b"%d,%d,%x" % (rows, cols, mines), digest_size=8).digest()


def generate(spec: BoardSpec, seed: int) -> Board:
    """The board of a seed: a uniform draw of mines and opening among those that fit `spec`.

    The opening never wins, and what it leaves takes between 1 and `max_clicks` clicks.

    Raises:
        RuntimeError: no board in 10,000 draws fits.
    """
    # Only `random()` is used: its stream is the one that Python promises to keep between versions.
    draw = random.Random(seed).random
    shape = geometry(spec.rows, spec.cols)
    size = shape.size
    for _ in range(_ATTEMPTS):
        mines = 0
        missing = spec.num_mines
        while missing:
            bit = 1 << int(draw() * size)
            if not mines & bit:
                mines |= bit
                missing -= 1
        opening = int(draw() * size)
        while mines >> opening & 1:
            opening = int(draw() * size)
        digest = layout_digest(spec.rows, spec.cols, mines)
        if split_of(digest) != spec.split:
            continue
        zeros = shape.zeros(mines)
        start = shape.opened_by(opening, zeros)
        clicks = shape.clicks_left(mines, zeros, start)
        if not 1 <= clicks <= spec.max_clicks:
            continue
        board = Board(shape, mines, zeros, start, opening, clicks, digest.hex())
        if not spec.no_guess or wins_without_guessing(board, spec.max_clicks):
            return board
    raise RuntimeError(
        f"no {spec.rows}x{spec.cols} board with {spec.num_mines} mines in {_ATTEMPTS} draws can be "
        f"won in {spec.max_clicks} clicks after its opening (split {spec.split!r}, "
        f"no_guess={spec.no_guess}); expected another number of mines or more turns"
    )
