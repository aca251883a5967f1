"""Boards as text, and action strings as moves.

| symbol | cell | | symbol | cell |
|---|---|---|---|---|
| `#` | wall | | `P` | player |
| `_` | floor | | `S` | player on a target |
| `O` | target | | `X` | box |
| | | | `√` | box on a target |
"""

from __future__ import annotations

from functools import lru_cache

from lamer_envs.parsing import ParseCode
from lamer_envs.sokoban.engine import MOVES, Room, State, cells_of

WALL, FLOOR, TARGET, BOX, BOX_ON_TARGET, PLAYER, PLAYER_ON_TARGET = "#_OX√PS"

_DIRECTIONS = {name: direction for direction, name in enumerate(MOVES)}


class BoardText:
    """Writes the states of one room: a line a row, `0: # # _ …`, cells separated by spaces."""

    def __init__(self, room: Room) -> None:
        lines = []
        for row in range(room.height):
            line = f"{row}:"
            for cell in range(row * room.width, (row + 1) * room.width):
                if room.walls >> cell & 1:
                    line += f" {WALL}"
                else:
                    line += f" {TARGET if room.targets >> cell & 1 else FLOOR}"
            lines.append(line)
        self._empty = list("\n".join(lines))
        self.room = room
        self._targets = room.targets
        self._place = _places(room.height, room.width)

    def write(self, state: State) -> str:
        """The board in a state."""
        characters = self._empty.copy()
        place, targets = self._place, self._targets
        boxes = state.boxes
        while boxes:
            lowest = boxes & -boxes
            boxes ^= lowest
            characters[place[lowest.bit_length() - 1]] = BOX_ON_TARGET if lowest & targets else BOX
        on_target = targets >> state.player & 1
        characters[place[state.player]] = PLAYER_ON_TARGET if on_target else PLAYER
        return "".join(characters)


@lru_cache(maxsize=64)
def _places(height: int, width: int) -> tuple[int, ...]:
    """Where each cell's character stands in the text."""
    places, position = [], 0
    for row in range(height):
        position += len(f"{row}:")
        for _ in range(width):
            places.append(position + 1)
            position += 2
        position += 1
    return tuple(places)


def read_board(text: str) -> tuple[Room, State]:
    """The room and the state that a text shows: the inverse of `BoardText.write`.

    Raises:
        ValueError: the text is no board.
    """
    rows = [line.partition(":")[2].split() for line in text.splitlines()]
    width = len(rows[0]) if rows else 0
    cells = [symbol for row in rows for symbol in row]
    known = {WALL, FLOOR, TARGET, BOX, BOX_ON_TARGET, PLAYER, PLAYER_ON_TARGET}
    if not width or any(len(row) != width for row in rows) or not known.issuperset(cells):
        raise ValueError(f"not a Sokoban board: {text[:200]!r}")

    def where(*symbols: str) -> int:
        return sum(1 << i for i, symbol in enumerate(cells) if symbol in symbols)

    players = list(cells_of(where(PLAYER, PLAYER_ON_TARGET)))
    if len(players) != 1:
        raise ValueError(f"a board has one player, not {len(players)}")
    targets = where(TARGET, BOX_ON_TARGET, PLAYER_ON_TARGET)
    room = Room(height=len(rows), width=width, walls=where(WALL), targets=targets)
    return room, State(where(BOX, BOX_ON_TARGET), players[0])


def parse_moves(action: str, most: int) -> tuple[list[int], ParseCode]:
    """The moves that an action string names, and what is wrong with it otherwise.

    One to `most` of `up`, `down`, `left`, `right`, separated by commas; case and the spaces around
    a name do not matter. Nothing is picked out of other text, and no name is optional: `up left`,
    `up,`, `go up` and `u` are no actions.
    """
    moves = []
    for name in action.lower().split(","):
        direction = _DIRECTIONS.get(name.strip())
        if direction is None:
            return [], ParseCode.NOT_AN_ACTION if action.strip() else ParseCode.EMPTY
        moves.append(direction)
    return (moves, ParseCode.OK) if len(moves) <= most else ([], ParseCode.TOO_MANY)


def write_moves(moves: list[int]) -> str:
    """The action string for some moves: `up,left`."""
    return ",".join(MOVES[direction] for direction in moves)
