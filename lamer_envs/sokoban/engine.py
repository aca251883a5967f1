"""Sokoban's rules on bit masks: no text, no Gymnasium, no randomness.

A cell is numbered `row * width + column`; a set of cells is an integer with one bit a cell. A
room's outermost rows and columns are walls, so a step from a floor cell never leaves the board.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

MOVES: tuple[str, ...] = ("up", "down", "left", "right")
"""The names of the moves; a move is an index into this tuple."""


class State(NamedTuple):
    """What changes during play.

    Attributes:
        boxes: the set of cells with a box.
        player: the cell of the player.
    """

    boxes: int
    player: int


@dataclass(frozen=True)
class Room:
    """What stays the same during play.

    Attributes:
        height, width: rows and columns of the board, the border walls included.
        walls: the set of wall cells; holds the whole border.
        targets: the set of target cells, none of them a wall.
    """

    height: int
    width: int
    walls: int
    targets: int

    def __post_init__(self) -> None:
        border = border_of(self.height, self.width)
        if self.walls & border != border:
            raise ValueError("the border of a room must be walls")
        if self.targets & self.walls:
            raise ValueError("a target cannot lie in a wall")

    @cached_property
    def floor(self) -> int:
        """The set of cells without a wall."""
        return ((1 << self.height * self.width) - 1) & ~self.walls

    @cached_property
    def offsets(self) -> tuple[int, int, int, int]:
        """What each move adds to the number of the player's cell, in the order of `MOVES`."""
        return (-self.width, self.width, -1, 1)


def move(room: Room, state: State, direction: int) -> State:
    """The state after one move; the same state where a wall or a blocked box is in the way."""
    offset = room.offsets[direction]
    boxes, player = state
    ahead = player + offset
    if room.walls >> ahead & 1:
        return state
    if boxes >> ahead & 1:
        behind = ahead + offset
        if (room.walls | boxes) >> behind & 1:
            return state
        boxes ^= 1 << ahead | 1 << behind
    return State(boxes, ahead)


def cells_of(mask: int) -> Iterator[int]:
    """The cells of a set, in ascending order."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def border_of(height: int, width: int) -> int:
    """The set of the outermost cells."""
    row = (1 << width) - 1
    border = row | row << (height - 1) * width
    for i in range(1, height - 1):
        border |= (1 | 1 << width - 1) << i * width
    return border


def connected_to(cell_mask: int, free: int, width: int) -> int:
    """The cells of `free` that a walk inside of `free` reaches from the cells of `cell_mask`."""
    reached = cell_mask
    while True:
        wider = (reached | reached << 1 | reached >> 1 | reached << width | reached >> width) & free
        if wider == reached:
            return reached
        reached = wider
