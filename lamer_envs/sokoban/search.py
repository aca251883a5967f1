"""Search forwards from a state that an incomplete table does not hold.

A node is a state right after a push; its children are the pushes that the player can walk to. The
table serves as a goal region with exact distances, so a search needs to reach it only.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from heapq import heappop, heappush

from lamer_envs.sokoban.engine import Room, State, cells_of, connected_to
from lamer_envs.sokoban.table import SolutionTable

_Push = tuple[int, State, int]


class Solver:
    """What is known about the states of one room: dead ends and shortest solutions.

    Both are exact and immediate where the table is complete. Otherwise a search of at most
    `search_budget` nodes looks for a way into the table.

    Args:
        table: the room's table, at any depth.
        search_budget: nodes that one search may expand.
    """

    def __init__(self, table: SolutionTable, search_budget: int) -> None:
        self.table = table
        self.room = table.room
        self._search_budget = search_budget
        self._alive: set[State] = set()
        self._undecided: set[State] = set()
        self._bounds: dict[int, int | None] = {}

    def is_dead(self, state: State) -> bool:
        """Whether it is proven that no solution exists any more.

        The proof is complete where the table is. Otherwise a state is dead if the search runs out
        of nodes that are not dead ends by themselves (a box that can reach no target even alone,
        two boxes that only one target could take, or boxes that block each other for ever); a
        search that runs out of budget proves nothing, and the state counts as alive.
        """
        if state in self.table:
            return False
        return self.table.complete or self._search_proves_dead(state)

    def plan(self, state: State) -> list[int] | None:
        """A shortest solution, or `None` where there is none or the budget was too small."""
        if state in self.table:
            return self.table.plan(state)
        return None if self.table.complete else self._shortest(state)

    def _search_proves_dead(self, state: State) -> bool:
        if self._bound(state.boxes) is None:
            return True
        counter = 0
        heap: list[tuple[int, int, State]] = [(0, 0, state)]
        parents: dict[State, State | None] = {state: None}
        expanded: set[State] = set()
        while heap:
            _, _, node = heappop(heap)
            normal = self._normal(node)
            if node in self.table or normal in self._alive:
                step: State | None = node
                while step is not None:
                    self._alive.add(self._normal(step))
                    step = parents[step]
                return False
            if normal in expanded:
                continue
            if len(expanded) >= self._search_budget or normal in self._undecided:
                self._undecided.add(self._normal(state))
                return False
            expanded.add(normal)
            for _, after, _ in self._pushes(node):
                if after not in parents and (bound := self._bound(after.boxes)) is not None:
                    parents[after] = node
                    counter += 1
                    heappush(heap, (bound, counter, after))
        return True

    def _shortest(self, state: State) -> list[int] | None:
        """A* over pushes, with moves as cost."""
        counter = expanded = 0
        best = {state: 0}
        origin: dict[State, tuple[State, int]] = {}
        heap: list[tuple[int, int, int, State]] = [(0, 0, 0, state)]
        while heap:
            _, _, cost, node = heappop(heap)
            if cost > best[node]:
                continue
            if node in self.table:
                return self._walk_along(origin, node) + self.table.plan(node)
            if expanded >= self._search_budget:
                return None
            expanded += 1
            for moves, after, direction in self._pushes(node):
                total = cost + moves
                if total >= best.get(after, total + 1):
                    continue
                left = self.table.distance(after)
                if left is None:
                    bound = self._bound(after.boxes)
                    if bound is None:
                        continue
                    left = max(bound, self.table.depth + 1)
                best[after] = total
                origin[after] = node, direction
                counter += 1
                heappush(heap, (total + left, counter, total, after))
        return None

    def _walk_along(self, origin: dict[State, tuple[State, int]], end: State) -> list[int]:
        legs = []
        while end in origin:
            start, direction = origin[end]
            offset = self.room.offsets[direction]
            free = self.room.floor & ~start.boxes
            legs.append([*_walk(self.room, free, start.player, end.player - offset), direction])
            end = start
        return [direction for leg in reversed(legs) for direction in leg]

    def _normal(self, state: State) -> State:
        """The same for all player cells between which the player can walk freely."""
        free = self.room.floor & ~state.boxes
        region = connected_to(1 << state.player, free, self.room.width)
        return State(state.boxes, (region & -region).bit_length() - 1)

    def _pushes(self, state: State) -> Iterator[_Push]:
        """The pushes within reach: moves spent, state after, direction; nearest first."""
        boxes, player = state
        width = self.room.width
        free = self.room.floor & ~boxes
        landing = free & self._live
        spots = []
        for direction, offset in enumerate(self.room.offsets):
            if offset > 0:
                cells = boxes >> offset & landing >> 2 * offset & free
            else:
                cells = boxes << -offset & landing << -2 * offset & free
            spots.append((direction, offset, cells))
        wave = reached = 1 << player
        moves = 1
        while wave:
            for direction, offset, cells in spots:
                for cell in cells_of(wave & cells):
                    box = cell + offset
                    yield moves, State(boxes ^ (1 << box | 1 << box + offset), box), direction
            wave = (wave << 1 | wave >> 1 | wave << width | wave >> width) & free & ~reached
            reached |= wave
            moves += 1

    @cached_property
    def _distances(self) -> tuple[dict[int, int], ...]:
        """Per target: the pushes that bring a box there from each cell, were it the only box."""
        return tuple(_push_distances(self.room, target) for target in cells_of(self.room.targets))

    @cached_property
    def _live(self) -> int:
        """The cells from which a box can reach some target."""
        live = 0
        for distances in self._distances:
            for cell in distances:
                live |= 1 << cell
        return live

    def _bound(self, boxes: int) -> int | None:
        """A lower bound on the pushes that are left, or `None` at a dead end."""
        if boxes not in self._bounds:
            dead = any(self._is_stuck(boxes, box) for box in cells_of(boxes))
            self._bounds[boxes] = None if dead else self._cheapest_matching(boxes)
        return self._bounds[boxes]

    def _cheapest_matching(self, boxes: int) -> int | None:
        """The least sum of push distances over all ways to give each box a target of its own."""
        costs = {0: 0}
        for box in cells_of(boxes):
            extended: dict[int, int] = {}
            for taken, cost in costs.items():
                for number, distances in enumerate(self._distances):
                    if not taken >> number & 1 and box in distances:
                        key, total = taken | 1 << number, cost + distances[box]
                        if total < extended.get(key, total + 1):
                            extended[key] = total
            costs = extended
        return min(costs.values(), default=None)

    def _is_stuck(self, boxes: int, box: int) -> bool:
        """Whether a box is frozen together with others, and one of these is off its target."""
        return bool(self._frozen_with(boxes, self.room.walls, box) & ~self.room.targets)

    def _frozen_with(self, boxes: int, walls: int, box: int) -> int:
        """The boxes that a box is frozen with, itself included; none if it may move again.

        A box is frozen if on both axes it stands beside a wall or a frozen box, or between two
        cells from which no box reaches a target. While its neighbours are looked at it counts as
        a wall, for else two boxes would wait for each other.
        """
        frozen = 1 << box
        walls |= frozen
        for offset in (1, self.room.width):
            sides = 1 << box - offset | 1 << box + offset
            if sides & walls or not sides & self._live:
                continue
            for side in cells_of(sides & boxes):
                if group := self._frozen_with(boxes, walls, side):
                    frozen |= group
                    break
            else:
                return 0
        return frozen


def _push_distances(room: Room, target: int) -> dict[int, int]:
    distances = {target: 0}
    queue = [target]
    for cell in queue:
        for offset in room.offsets:
            before, player = cell - offset, cell - 2 * offset
            if before in distances or room.walls >> before & 1 or room.walls >> player & 1:
                continue
            distances[before] = distances[cell] + 1
            queue.append(before)
    return distances


def _walk(room: Room, free: int, start: int, goal: int) -> list[int]:
    """The shortest walk between two connected cells of `free`, as moves."""
    width = room.width
    waves = [1 << goal]
    while not waves[-1] >> start & 1:
        wave = waves[-1]
        waves.append(wave | (wave << 1 | wave >> 1 | wave << width | wave >> width) & free)
    moves = []
    for wave in reversed(waves[:-1]):
        direction = next(d for d in range(4) if wave >> start + room.offsets[d] & 1)
        moves.append(direction)
        start += room.offsets[direction]
    return moves
