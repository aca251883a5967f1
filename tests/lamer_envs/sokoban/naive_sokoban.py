"""A second Sokoban, as plain as can be: sets of (row, column), no bit masks, forwards only.

It shares no code with the package and serves as the reference that the fast engine must equal.
"""

from __future__ import annotations

from collections import deque
from itertools import combinations
from typing import NamedTuple

Cell = tuple[int, int]
STEPS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


class NaiveState(NamedTuple):
    boxes: frozenset[Cell]
    player: Cell


class NaiveRoom(NamedTuple):
    floor: frozenset[Cell]
    targets: frozenset[Cell]


def read(text: str) -> tuple[NaiveRoom, NaiveState]:
    floor, targets, boxes, players = set(), set(), set(), []
    for r, line in enumerate(text.split("\n")):
        number, symbols = line.split(": ")
        assert number == str(r)
        for c, symbol in enumerate(symbols.split(" ")):
            if symbol != "#":
                floor.add((r, c))
            if symbol in "O√S":
                targets.add((r, c))
            if symbol in "X√":
                boxes.add((r, c))
            if symbol in "PS":
                players.append((r, c))
    (player,) = players
    return NaiveRoom(frozenset(floor), frozenset(targets)), NaiveState(frozenset(boxes), player)


def step(room: NaiveRoom, state: NaiveState, name: str) -> NaiveState:
    dr, dc = STEPS[name]
    ahead = (state.player[0] + dr, state.player[1] + dc)
    if ahead not in room.floor:
        return state
    if ahead not in state.boxes:
        return NaiveState(state.boxes, ahead)
    behind = (ahead[0] + dr, ahead[1] + dc)
    if behind not in room.floor or behind in state.boxes:
        return state
    return NaiveState(state.boxes - {ahead} | {behind}, ahead)


def optimal_length(room: NaiveRoom, start: NaiveState) -> int | None:
    distance = {start: 0}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if state.boxes == room.targets:
            return distance[state]
        for name in STEPS:
            after = step(room, state, name)
            if after not in distance:
                distance[after] = distance[state] + 1
                queue.append(after)
    return None


def all_distances(room: NaiveRoom) -> dict[NaiveState, int | None]:
    """For every conceivable state of the room: the least number of moves, `None` if dead."""
    states = [
        NaiveState(frozenset(boxes), player)
        for boxes in combinations(sorted(room.floor), len(room.targets))
        for player in sorted(room.floor - set(boxes))
    ]
    before: dict[NaiveState, list[NaiveState]] = {state: [] for state in states}
    for state in states:
        for name in STEPS:
            before[step(room, state, name)].append(state)
    distance: dict[NaiveState, int | None] = dict.fromkeys(states)
    queue = deque(state for state in states if state.boxes == room.targets)
    for state in queue:
        distance[state] = 0
    while queue:
        state = queue.popleft()
        for earlier in before[state]:
            if distance[earlier] is None:
                distance[earlier] = distance[state] + 1
                queue.append(earlier)
    return distance
