"""Levels from seeds: rooms, starts of a wanted length, and the splits.

A level is made backwards. A room is drawn (connected, with walls of varied shape inside) and its
targets; then the solution table is grown layer by layer, and the start is drawn among the states
at the wanted distance that have no box on a target. The table proves that the start can be solved
and in how many moves at best.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from math import comb

from lamer_envs.sokoban.engine import Room, State, border_of, cells_of, connected_to
from lamer_envs.sokoban.search import Solver
from lamer_envs.sokoban.table import Layer, SolutionTable
from lamer_envs.splits import split_of

EXHAUSTIVE_STATES = 1 << 16
"""Rooms with at most so many states get a complete table at once. Every 6×6 room does."""

LENGTH_DECAY = 0.9
"""Each further move of solution length is wanted this much less often. With the lengths that rooms
have to offer it gives 6×6 levels with 2 boxes a mean of 9 moves and a median of 8."""

_MAX_ROOMS = 5_000
_ROOMS_FOR_BUDGET = 5
_FLOOR_SHARES = (0.5, 0.9)
_PIECES: tuple[tuple[tuple[int, int], ...], ...] = (
    # With fewer single cells the few ways to fit larger pieces in a small room repeat too often.
    *[((0, 0),)] * 20,
    ((0, 0), (0, 1)),
    ((0, 0), (1, 0)),
    ((0, 0), (0, 1), (0, 2)),
    ((0, 0), (1, 0), (2, 0)),
    ((0, 0), (0, 1), (1, 0)),
    ((0, 0), (0, 1), (1, 1)),
    ((0, 0), (1, 0), (1, 1)),
    ((0, 1), (1, 0), (1, 1)),
    ((0, 0), (0, 1), (1, 0), (1, 1)),
)


class GenerationError(RuntimeError):
    """No level met the constraints within the budget; the message names them."""


@dataclass(frozen=True)
class Level:
    """A task: everything that the initial state depends on, and what solves it.

    Attributes:
        room: walls and targets.
        start: boxes and player at the start.
        optimal_length: the least number of moves from the start to the solved room.
        solver: tells dead ends and shortest solutions.
        task_id: short name, equal for equal levels.
    """

    room: Room
    start: State
    optimal_length: int
    solver: Solver
    task_id: str


@dataclass(frozen=True)
class LevelGenerator:
    """Makes the level of a seed: a pure function of these attributes and the seed.

    Attributes:
        height, width: rows and columns of the board, the border walls included.
        num_boxes: boxes, and targets.
        min_solution, max_solution: bounds of the optimal length, in moves.
        split: whose boards are wanted; see `split_of_board`.
        node_budget: table work that the making of one level may take, a single room a fifth of it;
            see `SolutionTable.visits`.
        search_budget: nodes that one search of the level's solver may expand.
    """

    height: int
    width: int
    num_boxes: int
    min_solution: int
    max_solution: int
    split: str
    node_budget: int
    search_budget: int

    def level(self, seed: int) -> Level:
        """The level of a seed.

        Raises:
            GenerationError: none was found within the budget.
        """
        rng = self._rng(seed)
        length = self._draw_length(rng)
        visits = longest = rooms = 0
        while rooms < _MAX_ROOMS and visits < self.node_budget:
            rooms += 1
            room = self._draw_room(rng)
            if room is None:
                continue
            table = SolutionTable(room)
            start = self._draw_start(rng, table, length)
            visits += table.visits
            longest = max(longest, table.depth)
            if start is not None:
                return self._finish(table, start)
        raise GenerationError(
            f"found no {self.height}x{self.width} room with {self.num_boxes} boxes whose optimal "
            f"solution has {self.min_solution} to {self.max_solution} moves, no box on a target at "
            f"the start and a board of the {self.split} split: {rooms} rooms tried, the longest "
            f"solution seen has {longest} moves, {visits} of {self.node_budget} nodes used. Widen "
            "[min_solution, max_solution], use fewer boxes or another size, or raise node_budget."
        )

    def _rng(self, seed: int) -> random.Random:
        name = (
            f"{self.height}x{self.width}/{self.num_boxes}/{self.min_solution}-{self.max_solution}"
            f"/{self.split}/{seed}"
        )
        return random.Random(int.from_bytes(blake2b(name.encode(), digest_size=16).digest(), "big"))

    def _draw_length(self, rng: random.Random) -> int:
        weights = _length_weights(self.max_solution - self.min_solution + 1)
        drawn = rng.random() * weights[-1]
        return self.min_solution + sum(1 for weight in weights if weight <= drawn)

    def _draw_room(self, rng: random.Random) -> Room | None:
        """A room with targets, or `None` where the drawn walls leave too little space."""
        height, width = self.height, self.width
        border = border_of(height, width)
        inner = (height - 2) * (width - 2)
        low, high = _FLOOR_SHARES
        least = max(2 * self.num_boxes + 1, round(inner * low))
        floor_size = max(least, round(inner * (low + (high - low) * rng.random())))
        pieces = _placements(height, width)
        everything = (1 << height * width) - 1
        floor = everything & ~border
        while floor.bit_count() > floor_size:
            floor &= ~pieces[int(rng.random() * len(pieces))]
        cells = list(cells_of(floor))
        if not cells:
            return None
        first = 1 << cells[int(rng.random() * len(cells))]
        floor = connected_to(first, floor, width)
        reachable = _ends_of_pushes(floor, width)
        if floor.bit_count() < least or reachable.bit_count() < self.num_boxes:
            return None
        candidates = list(cells_of(reachable))
        targets = 0
        for _ in range(self.num_boxes):
            targets |= 1 << candidates.pop(int(rng.random() * len(candidates)))
        return Room(height, width, everything & ~floor, targets)

    def _draw_start(self, rng: random.Random, table: SolutionTable, length: int) -> State | None:
        """A start at the wanted distance, else at the next longer one, else at the next shorter."""
        budget = self.node_budget // _ROOMS_FOR_BUDGET

        def at(distance: int) -> State | None:
            while table.depth < distance:
                if table.visits >= budget or not table.extend():
                    return None
            return self._draw_state(rng, table.room, table.layer(distance))

        for distance in range(length, self.max_solution + 1):
            if (start := at(distance)) is not None:
                return start
            if table.depth < distance:
                break
        for distance in range(min(length - 1, table.depth), self.min_solution - 1, -1):
            if (start := at(distance)) is not None:
                return start
        return None

    def _draw_state(self, rng: random.Random, room: Room, layer: Layer) -> State | None:
        boards = [boxes for boxes in layer if not boxes & room.targets]
        offset = int(rng.random() * len(boards))
        for boxes in boards[offset:] + boards[:offset]:
            if split_of_board(room, boxes) == self.split:
                players = list(cells_of(layer[boxes]))
                return State(boxes, players[int(rng.random() * len(players))])
        return None

    def _finish(self, table: SolutionTable, start: State) -> Level:
        room = table.room
        optimal_length = table.distance(start)
        assert optimal_length is not None
        floor_size = room.floor.bit_count()
        if comb(floor_size, self.num_boxes) * (floor_size - self.num_boxes) <= EXHAUSTIVE_STATES:
            table.close()
        name = _digest(room, start.boxes, start.player).hex()
        return Level(
            room=room,
            start=start,
            optimal_length=optimal_length,
            solver=Solver(table, self.search_budget),
            task_id=f"sokoban-{self.height}x{self.width}-{self.num_boxes}-{name}",
        )


def split_of_board(room: Room, boxes: int) -> str:
    """The split of a board.

    A hash of walls, targets and boxes decides. The player's place does not matter, so two levels
    of different splits always differ in their board.
    """
    return split_of(_digest(room, boxes))


def _digest(room: Room, boxes: int, player: int | None = None) -> bytes:
    text = f"{room.height}x{room.width}/{room.walls:x}/{room.targets:x}/{boxes:x}/{player}"
    return blake2b(text.encode(), digest_size=6).digest()


@lru_cache(maxsize=64)
def _length_weights(count: int) -> tuple[float, ...]:
    """Running sums of the weights of `count` lengths, shortest first."""
    weights = [1.0]
    for _ in range(count - 1):
        weights.append(weights[-1] * LENGTH_DECAY)
    return tuple(accumulate(weights))


@lru_cache(maxsize=64)
def _placements(height: int, width: int) -> tuple[int, ...]:
    """Every wall piece at every place inside the border, as sets of cells."""
    return tuple(
        sum(1 << (row + r) * width + column + c for r, c in piece)
        for piece in _PIECES
        for row in range(1, height - 1 - max(r for r, _ in piece))
        for column in range(1, width - 1 - max(c for _, c in piece))
    )


def _ends_of_pushes(floor: int, width: int) -> int:
    """The cells onto which a box can be pushed: a target elsewhere would stay empty for ever."""
    return floor & (
        (floor >> 1 & floor >> 2)
        | (floor << 1 & floor << 2)
        | (floor >> width & floor >> 2 * width)
        | (floor << width & floor << 2 * width)
    )
