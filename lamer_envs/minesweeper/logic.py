"""Choosing a cell from what is visible: exact for the expert, one number at a time for the weak."""

from __future__ import annotations

from lamer_envs.minesweeper.engine import Board, Game, bits
from lamer_envs.minesweeper.solver import Analysis, View, analyse, count_layouts


def best_cell(view: View) -> int:
    """Minimum risk; among equals the cell most likely to open its surroundings, then the first.

    Raises:
        ValueError: no mine layout fits the view.
    """
    known = analyse(view)
    least = min(known.mine_layouts[cell] for cell in bits(known.closed))
    best, most = -1, -1
    for cell in bits(known.closed):
        if known.mine_layouts[cell] == least:
            blank = blank_layouts(view, known, cell)
            if blank > most:
                best, most = cell, blank
    return best


def blank_layouts(view: View, known: Analysis, cell: int) -> int:
    """In how many of the layouts that fit the view a closed cell has no mine in or beside it."""
    around = view.shape.neighbours[cell] | 1 << cell
    if around & known.mined:
        return 0
    if not around & known.closed & ~known.safe:
        return known.layouts
    return count_layouts(view, around)


def wins_without_guessing(board: Board, max_clicks: int) -> bool:
    """Whether the expert wins in at most `max_clicks` clicks, each of them certainly safe."""
    game = Game(board)
    for _ in range(max_clicks):
        view = View.of(game)
        cell = best_cell(view)
        if not analyse(view).safe >> cell & 1:
            return False
        game.open(cell)
        if game.won:
            return True
    return False


def single_point(view: View) -> tuple[int, int]:
    """Masks of the closed cells that one number at a time proves safe, and mined.

    A number that already has all its mines frees its other neighbours; one that needs all its
    closed neighbours makes them mines; repeated until nothing follows.
    """
    closed = view.closed
    safe = mined = 0
    changed = True
    while changed:
        changed = False
        for cell, number in view.numbers:
            around = view.shape.neighbours[cell] & closed
            unknown = around & ~(safe | mined)
            if not unknown:
                continue
            missing = number - (around & mined).bit_count()
            if missing == 0:
                safe |= unknown
                changed = True
            elif missing == unknown.bit_count():
                mined |= unknown
                changed = True
    return safe, mined
