"""Layouts: rooms with receptacles, furniture and fixtures, from a layout seed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from lamer_envs.alfworld.affordances import OPENABLE
from lamer_envs.alfworld.catalogue import BESIDE, ROOM_NAMES, ROOMS, SHARING, USUAL, Room
from lamer_envs.alfworld.scene import number_names
from lamer_envs.splits import split_of

Pool = Literal["train", "unseen"]

_POOL_SIZES: dict[Pool, int] = {"train": 108, "unseen": 36}
"""Layouts of each kind of room; the real data have 108 training rooms in all."""

_BASINS = {"SinkBasin": "sink", "BathtubBasin": "bathtub"}
_NOWHERE = -1
_ATTEMPTS = 1000
_REACH = 400
"""Coordinates lie within so many hundredths of a metre of the middle of the room."""

_SPREAD = 30
"""How far from its receptacle's corner a thing may lie, in hundredths of a metre."""

Corner = tuple[int, int, int]
Draw = Callable[[], float]
Homes = tuple[tuple[str, int, tuple[int, ...]], ...]


class Thing(NamedTuple):
    """An object and where it is: `receptacle` is -1 for what is in none. Sorts by id."""

    id: str
    kind: str
    receptacle: int
    place: int


@dataclass(frozen=True, eq=False)
class Layout:
    """A room before anything is placed in it. Indices are those of the scenes made from it.

    Attributes:
        layout_id: 16 hexadecimal digits that name the structure, then the room's index.
        room: the kind of room.
        things: furniture and fixtures.
        corners: per receptacle, its coordinates in hundredths of a metre.
        receptacle_ids, receptacle_kinds, receptacle_names, receptacle_places, openable,
        place_ids, place_names, start: as in `Scene`.
    """

    layout_id: str
    room: Room
    things: tuple[Thing, ...]
    corners: tuple[Corner, ...]
    receptacle_ids: tuple[str, ...]
    receptacle_kinds: tuple[str, ...]
    receptacle_names: tuple[str, ...]
    receptacle_places: tuple[int, ...]
    openable: int
    place_ids: tuple[str, ...]
    place_names: tuple[str, ...]
    start: int

    @cached_property
    def distinct_kinds(self) -> tuple[str, ...]:
        """The receptacle classes, each once, sorted."""
        return tuple(sorted(self._members))

    @cached_property
    def _members(self) -> dict[str, tuple[int, ...]]:
        members: dict[str, list[int]] = {}
        for r, kind in enumerate(self.receptacle_kinds):
            members.setdefault(kind, []).append(r)
        return {kind: tuple(those) for kind, those in members.items()}

    @cached_property
    def _homes(self) -> dict[str, Homes]:
        return {}

    def homes(self, kind: str) -> Homes:
        """Where objects of a class usually lie: receptacle class, weight, receptacles."""
        known = self._homes.get(kind)
        if known is None:
            members = self._members
            known = tuple(
                [
                    (home, weight, members[home])
                    for home, weight in USUAL.get(kind, {}).items()
                    if home in members
                ]
            )
            self._homes[kind] = known
        return known

    def mask_of(self, kinds: Iterable[str]) -> int:
        """The receptacles of some classes, as a set."""
        return sum([1 << r for kind in kinds for r in self._members.get(kind, ())])


def draw_layout(pool: Pool, draw: Draw, rooms: tuple[str, ...] = ROOM_NAMES) -> Layout:
    """A layout of a pool, the kinds of rooms that are named with equal odds."""
    room = ROOM_NAMES.index(rooms[int(draw() * len(rooms))])
    return layout(pool, room, int(draw() * _POOL_SIZES[pool]))


@lru_cache(maxsize=1 << 10)
def layout(pool: Pool, room: int, layout_seed: int) -> Layout:
    """The layout of a seed; a structure is in one pool only.

    Args:
        room: index into `ROOMS`.

    Raises:
        RuntimeError: no structure in 1,000 draws belongs to the pool.
    """
    draw = random.Random(layout_seed * len(ROOMS) + room).random
    for _ in range(_ATTEMPTS):
        groups = _draw_groups(ROOMS[room], draw)
        digest = structure_digest(ROOMS[room].name, groups)
        # One structure in five is held out, as one task in five is in the other environments.
        if (split_of(digest) == "test") == (pool == "unseen"):
            return _furnish(ROOMS[room], groups, f"{digest.hex()}{room}", draw)
    raise RuntimeError(f"no {ROOMS[room].name} in {_ATTEMPTS} draws belongs to {pool!r}")


def structure_digest(room: str, groups: list[list[tuple[str, bool]]]) -> bytes:
    """Eight bytes that name a structure, equal in every process.

    Args:
        room: the kind of room.
        groups: per place, the (class, whether it opens) of each receptacle; in any order.
    """
    structure = (room, sorted(sorted(group) for group in groups))
    return hashlib.blake2b(repr(structure).encode(), digest_size=8).digest()


def new_id(kind: str, corner: Corner, draw: Draw, taken: set[str]) -> str:
    """An id that is not taken (and now is), near a corner: class and coordinates, lower case."""
    x, y, z = corner
    spread = 2 * _SPREAD + 1
    while True:
        east = x + int(draw() * spread) - _SPREAD
        north = z + int(draw() * spread) - _SPREAD
        identifier = f"{kind.lower()}{_number(east)}{_number(y)}{_number(north)}"
        if identifier not in taken:
            taken.add(identifier)
            return identifier


@lru_cache(maxsize=1 << 11)
def _number(hundredths: int) -> str:
    sign = "minus" if hundredths < 0 else "plus"
    return f"_bar__{sign}_{abs(hundredths) // 100:02d}_dot_{abs(hundredths) % 100:02d}"


def _draw_groups(room: Room, draw: Draw) -> list[list[tuple[str, bool]]]:
    """Which receptacles there are, and which of them share a place."""
    groups: list[list[tuple[str, bool]]] = []
    counters: list[list[tuple[str, bool]]] = []
    for kind, counts in room.receptacles.items():
        for number in range(counts[int(draw() * len(counts))]):
            each = (kind, draw() < OPENABLE.get(kind, 0.0))
            if number and draw() < SHARING.get(kind, 0.0):
                groups[-1].append(each)
            elif counters and draw() < BESIDE.get(kind, 0.0):
                counters[int(draw() * len(counters))].append(each)
            else:
                groups.append([each])
                if kind == "CounterTop":
                    counters.append(groups[-1])
    return groups


def _furnish(
    room: Room, groups: list[list[tuple[str, bool]]], layout_id: str, draw: Draw
) -> Layout:
    """Give a structure its ids, furniture and fixtures."""
    taken: set[str] = set()
    receptacles: list[tuple[str, str, bool, str, Corner]] = []
    for group in groups:
        place = _new_place(draw, taken)
        x, _, z = _new_corner(draw)
        for kind, opens in group:
            corner = (x, int(draw() * 150), z)
            basin = _BASINS.get(kind)
            identifier = new_id(basin or kind, corner, draw, taken)
            if basin:
                identifier += f"_bar_{kind.lower()}"
            receptacles.append((identifier, kind, opens, place, corner))
    receptacles.sort()
    fixtures: list[tuple[str, str, str]] = []
    for kind, (fewest, most) in room.fixtures.items():
        for _ in range(fewest + int(draw() * (most - fewest + 1))):
            identifier = new_id(kind, _new_corner(draw), draw, taken)
            fixtures.append((identifier, kind, _new_place(draw, taken)))
    start = _new_place(draw, taken)
    place_ids = sorted({start, *(row[3] for row in receptacles), *(row[2] for row in fixtures)})
    places = {identifier: i for i, identifier in enumerate(place_ids)}
    things = [Thing(name, kind, _NOWHERE, places[place]) for name, kind, place in fixtures]
    for kind, (share, most) in room.furniture.items():
        stands = [r for r, row in enumerate(receptacles) if row[1] in USUAL[kind]]
        if stands and draw() < share:
            for _ in range(1 + int(draw() * most)):
                r = stands[int(draw() * len(stands))]
                identifier = new_id(kind, receptacles[r][4], draw, taken)
                things.append(Thing(identifier, kind, r, places[receptacles[r][3]]))
    names = number_names([*place_ids, *(row[0] for row in receptacles)])
    return Layout(
        layout_id=layout_id,
        room=room,
        things=tuple(things),
        corners=tuple(row[4] for row in receptacles),
        receptacle_ids=tuple(row[0] for row in receptacles),
        receptacle_kinds=tuple(row[1] for row in receptacles),
        receptacle_names=tuple(names[row[0]] for row in receptacles),
        receptacle_places=tuple(places[row[3]] for row in receptacles),
        openable=sum(1 << r for r, row in enumerate(receptacles) if row[2]),
        place_ids=tuple(place_ids),
        place_names=tuple(names[place] for place in place_ids),
        start=places[start],
    )


def _new_corner(draw: Draw) -> Corner:
    side = 2 * _REACH + 1
    return int(draw() * side) - _REACH, int(draw() * 150), int(draw() * side) - _REACH


def _new_place(draw: Draw, taken: set[str]) -> str:
    """A place's id: quarter metres, a quarter turn, and an angle of view, as the data's are."""
    while True:
        words = ["loc"]
        for _ in range(2):
            quarter = int(draw() * 33) - 16
            words.append(f"_minus_{-quarter}" if quarter < 0 else str(quarter))
        words += [str(int(draw() * 4)), ("15", "30", "45", "60")[int(draw() * 4)]]
        identifier = "_bar_".join(words)
        if identifier not in taken:
            taken.add(identifier)
            return identifier
