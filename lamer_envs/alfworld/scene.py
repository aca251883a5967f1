"""`Scene`: one household errand, immutable and shareable between any number of games.

Both the procedural generator and the reader of real game files make scenes; the engine, the
planner and the exporter read them. A scene knows sets: receptacle, object and place are indices
into tuples, and a set of them is an `int` with bit `i` set for index `i`.

Indices follow the ids in sorted order (lower case, as the original engine keeps them), because the
original lists things in that order and numbers names by it.

The world model (predicates, task types, names) is that of ALFWorld (MIT), Shridhar et al. 2021.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from lamer_envs.alfworld.text import Wording

Grammar = Literal["old", "new"]
"""`"old"`: `put X in/on Y`, as in the data that can be downloaded; `"new"`: `move X to Y`."""

TASK_TYPES = (
    "pick_and_place_simple",
    "look_at_obj_in_light",
    "pick_clean_then_place_in_recep",
    "pick_heat_then_place_in_recep",
    "pick_cool_then_place_in_recep",
    "pick_two_obj_and_place",
)
"""The six task types, in the original's numbering (1 to 6)."""

ID_TASK_TYPES = TASK_TYPES[:4]
"""Trained on in the paper's generalisation study (Table 2): Pick, Look, Clean, Heat."""

OOD_TASK_TYPES = TASK_TYPES[4:]
"""Only tested on there: Cool, Pick2."""


class Goal(NamedTuple):
    """What wins.

    Attributes:
        task_type: one of `TASK_TYPES`.
        object_kind: class of the object to handle, such as `"Apple"`.
        target_kind: class of the receptacle to put it in or on, or of the lamp to look under.
        objects: mask of the objects of that class (that can be cleaned, heated or cooled, where
            the task type asks for it).
        targets: mask of the receptacles of the target class; in look tasks mask of the *objects*
            of the target class that can be switched on.

    Place, clean, heat, cool: an object of `objects` (clean, hot, cool) is in a receptacle of
    `targets`. Two: two objects of `objects` are in one receptacle of `targets`. Look: an object of
    `objects` is held, and a toggled lamp of `targets` is in a receptacle of the agent's place.
    """

    task_type: str
    object_kind: str
    target_kind: str
    objects: int
    targets: int


@dataclass(frozen=True, eq=False)
class Scene:
    """A household, where everything is at the start, and the goal.

    Attributes:
        scene_id: a short name, equal for equal scenes in every process.
        task: the task sentence, as shown after `Your task is to: `, without a final full stop.
        goal: what wins.
        grammar: which wording the game speaks.
        place_ids: per place, its id (`loc_bar_...`); every place that anything is at.
        place_names: per place, its shown name (`loc 12`; shown by the old grammar only).
        start: index of the place where the agent starts.
        receptacle_ids: per receptacle, its id, sorted.
        receptacle_kinds: per receptacle, its class, such as `"CounterTop"`.
        receptacle_names: per receptacle, its shown name, such as `"countertop 2"`.
        receptacle_places: per receptacle, the index of its place; receptacles may share one.
        openable: mask of the receptacles that open.
        opened: mask of those that are open at the start.
        cleaners: mask of the receptacles that clean (sink basins).
        heaters: mask of the receptacles that heat (microwaves).
        coolers: mask of the receptacles that cool (fridges).
        fits: per receptacle, mask of the objects that may be put there.
        object_ids: per object, its id, sorted.
        object_kinds: per object, its class, such as `"ButterKnife"`.
        object_names: per object, its shown name, such as `"butterknife 1"`.
        contents: per receptacle, mask of the objects in it at the start. Real games hold a few
            objects that are in two receptacles at once.
        at: per place, mask of the objects at it at the start. Real games hold objects that are at
            a place in no receptacle (mirrors, chairs), or at another place than their receptacle.
        pickupable, cleanable, heatable, coolable, sliceable, toggleable: masks of objects.
        slicers: mask of the objects that slice (knives, butter knives).
        vessels: mask of the objects that can hold others (`isReceptacleObject`).
        inside: pairs (inner object, vessel), in id order; never changes in play.
        clean, hot, cool, sliced, toggled: masks of objects that are so at the start.
    """

    scene_id: str
    task: str
    goal: Goal
    grammar: Grammar
    place_ids: tuple[str, ...]
    place_names: tuple[str, ...]
    start: int
    receptacle_ids: tuple[str, ...]
    receptacle_kinds: tuple[str, ...]
    receptacle_names: tuple[str, ...]
    receptacle_places: tuple[int, ...]
    openable: int
    opened: int
    cleaners: int
    heaters: int
    coolers: int
    fits: tuple[int, ...]
    object_ids: tuple[str, ...]
    object_kinds: tuple[str, ...]
    object_names: tuple[str, ...]
    contents: tuple[int, ...]
    at: tuple[int, ...]
    pickupable: int
    cleanable: int
    heatable: int
    coolable: int
    sliceable: int
    toggleable: int
    slicers: int
    vessels: int = 0
    inside: tuple[tuple[int, int], ...] = ()
    clean: int = 0
    hot: int = 0
    cool: int = 0
    sliced: int = 0
    toggled: int = 0

    @property
    def task_type(self) -> str:
        """One of `TASK_TYPES`."""
        return self.goal.task_type

    @property
    def task_id(self) -> str:
        """The scene's name; a scene is a task."""
        return self.scene_id

    @cached_property
    def wording(self) -> Wording:
        """The scene's names and sentences; made when first asked for and shared by its games."""
        return Wording(self)

    @cached_property
    def receptacles_at(self) -> tuple[tuple[int, ...], ...]:
        """Per place, the receptacles there, in id order."""
        there: list[list[int]] = [[] for _ in self.place_ids]
        for receptacle, place in enumerate(self.receptacle_places):
            there[place].append(receptacle)
        return tuple(map(tuple, there))


def number_names(ids: Iterable[str]) -> dict[str, str]:
    """The shown name of every id of a game: receptacles, objects and places *together*.

    An id is a class and coordinates joined by `_bar_`, in any case; the name is the class in
    lower case and a number. Within a class the first id in sorted order gets the highest number.
    A sink and its basin are different classes although their ids begin alike.
    """
    kinds: dict[str, list[str]] = {}
    for identifier in sorted({identifier.lower() for identifier in ids}):
        kind = identifier.partition("_bar_")[0]
        if "basin" in identifier:
            kind += "basin"
        kinds.setdefault(kind, []).append(identifier)
    return {
        identifier: f"{kind} {len(members) - rank}"
        for kind, members in kinds.items()
        for rank, identifier in enumerate(members)
    }
