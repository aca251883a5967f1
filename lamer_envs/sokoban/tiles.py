"""Pictures of boards: seven kinds of tiles, drawn with numpy."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lamer_envs.sokoban.engine import Room, State, cells_of

TILE = 32
"""Side of a tile, in pixels."""

_FLOOR, _TARGET, _WALL, _BOX, _BOX_ON_TARGET, _PLAYER, _PLAYER_ON_TARGET = range(7)

_Picture = NDArray[np.uint8]


def draw_board(room: Room, state: State) -> _Picture:
    """A picture of shape (height * TILE, width * TILE, 3)."""
    kinds = np.full(room.height * room.width, _FLOOR)
    kinds[list(cells_of(room.walls))] = _WALL
    kinds[list(cells_of(room.targets))] = _TARGET
    kinds[list(cells_of(state.boxes & ~room.targets))] = _BOX
    kinds[list(cells_of(state.boxes & room.targets))] = _BOX_ON_TARGET
    on_target = room.targets >> state.player & 1
    kinds[state.player] = _PLAYER_ON_TARGET if on_target else _PLAYER
    tiles = _tiles()[kinds].reshape(room.height, room.width, TILE, TILE, 3)
    return np.ascontiguousarray(tiles.swapaxes(1, 2)).reshape(
        room.height * TILE, room.width * TILE, 3
    )


@lru_cache(maxsize=1)
def _tiles() -> _Picture:
    floor = _floor()
    target = _with_target(floor)
    return np.stack(
        [
            floor,
            target,
            _wall(),
            _with_box(floor, face=(205, 133, 63), edge=(110, 62, 20)),
            _with_box(target, face=(86, 174, 87), edge=(24, 92, 38)),
            _with_player(floor),
            _with_player(target),
        ]
    )


def _grid() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distances of the pixel centres from the middle of a tile: down, and to the right."""
    line = np.arange(TILE) - (TILE - 1) / 2
    down, right = np.meshgrid(line, line, indexing="ij")
    return down, right


def _floor() -> _Picture:
    tile = np.full((TILE, TILE, 3), (236, 229, 214), dtype=np.uint8)
    tile[-1, :] = tile[:, -1] = (217, 208, 190)
    return tile


def _wall() -> _Picture:
    tile = np.full((TILE, TILE, 3), (122, 72, 62), dtype=np.uint8)
    mortar = (72, 42, 38)
    for course in range(4):
        top = course * TILE // 4
        tile[top : top + 2, :] = mortar
        for left in (0, TILE // 2):
            left = (left + course % 2 * TILE // 4) % TILE
            tile[top : top + TILE // 4, left : left + 2] = mortar
    return tile


def _with_target(ground: _Picture) -> _Picture:
    tile: _Picture = ground.copy()
    down, right = _grid()
    distance = np.abs(down) + np.abs(right)
    tile[distance <= 11] = (200, 45, 45)
    tile[distance <= 7] = (250, 214, 206)
    tile[distance <= 3] = (200, 45, 45)
    return tile


def _with_box(
    ground: _Picture, *, face: tuple[int, int, int], edge: tuple[int, int, int]
) -> _Picture:
    tile: _Picture = ground.copy()
    down, right = _grid()
    reach = np.maximum(np.abs(down), np.abs(right))
    tile[reach <= 13] = edge
    inside = reach <= 10
    tile[inside] = face
    tile[inside & (np.abs(np.abs(down) - np.abs(right)) <= 1.5)] = edge
    return tile


def _with_player(ground: _Picture) -> _Picture:
    tile: _Picture = ground.copy()
    down, right = _grid()
    body = (down >= 1) & (down <= 13) & (np.abs(right) <= 4 + down / 3)
    head = (down + 6) ** 2 + right**2
    tile[body] = (38, 92, 170)
    tile[head <= 42] = (24, 45, 92)
    tile[head <= 30] = (250, 205, 165)
    tile[(np.abs(down + 7) <= 1) & (np.abs(np.abs(right) - 2) <= 0.6)] = (24, 45, 92)
    return tile
