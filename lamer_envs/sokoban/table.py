"""The solvable states of a room with their exact distances, found backwards from the solved ones.

States are grouped by the arrangement of the boxes: with each arrangement goes one bit mask of
player cells. A layer of the breadth-first search then spreads a whole mask by one step with four
shifts, and looks one by one only at the cells from which a push can be undone.
"""

from __future__ import annotations

from lamer_envs.sokoban.engine import Room, State, move

Layer = dict[int, int]
"""Sets of states: arrangement of the boxes -> set of player cells."""

_Pulls = tuple[tuple[int, int], ...]


class SolutionTable:
    """All states at most `depth` moves away from a solved one.

    Attributes:
        depth: distance of the last layer. Every solvable state that is missing is farther away.
        complete: whether no solvable state is missing.
        visits: work done so far, in pairs of an arrangement and a layer (about a microsecond each).
    """

    def __init__(self, room: Room) -> None:
        self.room = room
        self.depth = 0
        self.complete = False
        self.visits = 0
        solved = {room.targets: room.floor & ~room.targets}
        self._layers: list[Layer] = [solved]
        self._seen: Layer = dict(solved)
        self._pulls: dict[int, tuple[int, int, _Pulls]] = {}

    def extend(self) -> Layer:
        """Add the next layer and return it; empty exactly if the table was complete."""
        width = self.room.width
        seen, pulls = self._seen, self._pulls
        layer: Layer = {}
        last = self._layers[-1]
        for boxes, players in last.items():
            known = pulls.get(boxes)
            if known is None:
                known = pulls[boxes] = self._pulls_of(boxes)
            free, pulling, by_offset = known
            walked = (
                (players << 1 | players >> 1 | players << width | players >> width)
                & free
                & ~seen[boxes]
            )
            if walked:
                layer[boxes] = layer.get(boxes, 0) | walked
            if players & pulling:
                for sources, offset in by_offset:
                    hits = sources & players
                    while hits:
                        player = hits & -hits
                        hits ^= player
                        if offset > 0:
                            pulled = boxes ^ (player << offset | player)
                            back = player >> offset
                        else:
                            pulled = boxes ^ (player >> -offset | player)
                            back = player << -offset
                        if not seen.get(pulled, 0) & back:
                            layer[pulled] = layer.get(pulled, 0) | back
        self.visits += len(last)
        if not layer:
            self.complete = True
            pulls.clear()
            return layer
        for boxes, players in layer.items():
            seen[boxes] = seen.get(boxes, 0) | players
        self._layers.append(layer)
        self.depth += 1
        return layer

    def close(self) -> None:
        """Extend until the table is complete."""
        while not self.complete:
            self.extend()

    def layer(self, distance: int) -> Layer:
        """The states at a distance of at most `depth`."""
        return self._layers[distance]

    def __contains__(self, state: State) -> bool:
        return bool(self._seen.get(state.boxes, 0) >> state.player & 1)

    def distance(self, state: State) -> int | None:
        """The least number of moves that solves a state, or `None` where it is not in the table."""
        if state not in self:
            return None
        boxes, player = state
        return next(d for d, layer in enumerate(self._layers) if layer.get(boxes, 0) >> player & 1)

    def plan(self, state: State) -> list[int]:
        """A shortest solution; among equals the first in the order of `MOVES`.

        Raises:
            KeyError: the state is not in the table.
        """
        distance = self.distance(state)
        if distance is None:
            raise KeyError(state)
        moves = []
        while distance:
            distance -= 1
            nearer = self._layers[distance]
            for direction in range(4):
                after = move(self.room, state, direction)
                if nearer.get(after.boxes, 0) >> after.player & 1:
                    moves.append(direction)
                    state = after
                    break
        return moves

    def _pulls_of(self, boxes: int) -> tuple[int, int, _Pulls]:
        """For an arrangement: free cells, cells to pull from, and these by offset of the box."""
        free = self.room.floor & ~boxes
        pulling = 0
        by_offset = []
        for offset in (1, self.room.width):
            after = boxes >> offset & free & free << offset
            before = boxes << offset & free & free >> offset
            if after:
                by_offset.append((after, offset))
            if before:
                by_offset.append((before, -offset))
            pulling |= after | before
        return free, pulling, tuple(by_offset)
