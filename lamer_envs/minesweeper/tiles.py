"""Pictures of the visible board, drawn with numpy."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lamer_envs.minesweeper.text import BLANK, CLOSED, MINE

TILE = 32
"""Pixels a cell, in both directions."""

_SYMBOLS = CLOSED + BLANK + "12345678" + MINE
_SCALE = 3
_FACE = (192, 192, 192)
_LIGHT = (245, 245, 245)
_SHADE = (120, 120, 120)
_RED = (230, 60, 50)
_BLACK = (20, 20, 20)
_GLYPHS = {
    "1": ("..#..", ".##..", "..#..", "..#..", "..#..", "..#..", ".###."),
    "2": (".###.", "#...#", "....#", "...#.", "..#..", ".#...", "#####"),
    "3": (".###.", "#...#", "....#", "..##.", "....#", "#...#", ".###."),
    "4": ("...#.", "..##.", ".#.#.", "#..#.", "#####", "...#.", "...#."),
    "5": ("#####", "#....", "####.", "....#", "....#", "#...#", ".###."),
    "6": (".###.", "#....", "#....", "####.", "#...#", "#...#", ".###."),
    "7": ("#####", "....#", "...#.", "..#..", "..#..", ".#...", ".#..."),
    "8": (".###.", "#...#", "#...#", ".###.", "#...#", "#...#", ".###."),
}
_COLOURS = {
    "1": (25, 60, 220),
    "2": (10, 125, 30),
    "3": (220, 30, 30),
    "4": (10, 10, 120),
    "5": (125, 15, 15),
    "6": (0, 125, 125),
    "7": (20, 20, 20),
    "8": (110, 110, 110),
}


def draw_board(text: str) -> NDArray[np.uint8]:
    """A picture of a visible board, shape (rows * 32, cols * 32, 3)."""
    codes = np.array(
        [
            [_SYMBOLS.index(symbol) for symbol in line.partition(": ")[2][::2]]
            for line in text.split("\n")
        ]
    )
    rows, cols = codes.shape
    picture = _tiles()[codes].swapaxes(1, 2)
    return np.ascontiguousarray(picture.reshape(rows * TILE, cols * TILE, 3))


@lru_cache(maxsize=1)
def _tiles() -> NDArray[np.uint8]:
    return np.stack([_tile(symbol) for symbol in _SYMBOLS])


def _tile(symbol: str) -> NDArray[np.uint8]:
    tile = np.full((TILE, TILE, 3), _FACE, np.uint8)
    if symbol == CLOSED:
        tile[:3], tile[:, :3] = _LIGHT, _LIGHT
        tile[-3:], tile[:, -3:] = _SHADE, _SHADE
        return tile
    if symbol == MINE:
        tile[:] = _RED
        y, x = np.mgrid[:TILE, :TILE] - (TILE - 1) / 2
        spikes = (np.minimum(abs(x), abs(y)) < 1.5) & (np.maximum(abs(x), abs(y)) < 13)
        tile[(x * x + y * y < 81) | spikes] = _BLACK
        tile[11:14, 11:14] = _LIGHT
    elif symbol in _GLYPHS:
        glyph = np.array([[pixel == "#" for pixel in line] for line in _GLYPHS[symbol]])
        glyph = glyph.repeat(_SCALE, 0).repeat(_SCALE, 1)
        top, left = (TILE - glyph.shape[0]) // 2, (TILE - glyph.shape[1]) // 2
        tile[top : top + glyph.shape[0], left : left + glyph.shape[1]][glyph] = _COLOURS[symbol]
    tile[0], tile[:, 0] = _SHADE, _SHADE
    return tile
