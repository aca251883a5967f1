"""Generated errands: a layout from a layout seed, and what lies where from a placement seed.

A layout is a room with its receptacles, furniture and fixtures. `valid_unseen` has layouts of its
own: which side a layout is on is decided by a hash of its structure, so that no structure is on
both. `train` and `valid_seen` share layouts and have placement seeds of their own.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from lamer_envs.alfworld import affordances as can
from lamer_envs.alfworld.catalogue import PORTABLE, ROOM_NAMES, USUAL
from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.layouts import Homes, Layout, Pool, Thing, draw_layout, new_id
from lamer_envs.alfworld.planner import shortest_plan
from lamer_envs.alfworld.scene import TASK_TYPES, Goal, Scene

SPLITS = ("train", "valid_seen", "valid_unseen")

_LOOK, _TWO = TASK_TYPES[1], TASK_TYPES[5]
_LAMP = "DeskLamp"
_ATTEMPTS = 1000
_PATIENCE = 50
_SEED_BITS = 48
_SEEN_SHARE = 5
"""One placement seed in so many is `valid_seen`'s."""

_ABLE = {
    TASK_TYPES[2]: (can.CLEANABLE, can.CLEANERS),
    TASK_TYPES[3]: (can.HEATABLE, can.HEATERS),
    TASK_TYPES[4]: (can.COOLABLE, can.COOLERS),
}
_SENTENCES = {
    TASK_TYPES[0]: ("put a {} in {}", "put some {} on {}"),
    _LOOK: ("look at {} under the {}", "examine the {} with the {}"),
    TASK_TYPES[2]: ("put a clean {} in {}", "clean some {} and put it in {}"),
    TASK_TYPES[3]: ("put a hot {} in {}", "heat some {} and put it in {}"),
    TASK_TYPES[4]: ("put a cool {} in {}", "cool some {} and put it in {}"),
    _TWO: ("put two {} in {}", "find two {} and put them in {}"),
}


@dataclass(frozen=True)
class HouseholdSpec:
    """What games are wanted.

    Attributes:
        split: one of `SPLITS`.
        task_types: names out of `TASK_TYPES`, drawn with equal odds.
        max_turns: the most commands that a player who knows everything may need.
        rooms: names out of `ROOM_NAMES`, drawn with equal odds.
    """

    split: str
    task_types: tuple[str, ...]
    max_turns: int
    rooms: tuple[str, ...] = ROOM_NAMES


def generate(spec: HouseholdSpec, seed: int) -> Scene:
    """The errand of a seed: not done at the start, and done by at most `max_turns` commands.

    No object of the class that is asked for starts in a receptacle of the class where it must go.

    Raises:
        RuntimeError: no errand in 1,000 draws can be done in `max_turns` commands.
    """
    # Only `random()` is used: its stream is the one that Python promises to keep between versions.
    draw = random.Random(seed).random
    pool: Pool = "unseen" if spec.split == "valid_unseen" else "train"
    task_type = ""
    for attempt in range(_ATTEMPTS):
        # Kept over a few draws: not all rooms offer all types, and the types shall be even.
        if attempt % _PATIENCE == 0:
            task_type = spec.task_types[int(draw() * len(spec.task_types))]
        layout = draw_layout(pool, draw, spec.rooms)
        placement_seed = int(draw() * (1 << _SEED_BITS)) // _SEEN_SHARE * _SEEN_SHARE
        if spec.split == "train":
            placement_seed += 1 + int(draw() * (_SEEN_SHARE - 1))
        if not _errands(layout, task_type):
            continue
        scene = place(layout, placement_seed, task_type)
        plan = shortest_plan(Game(scene))
        if plan and len(plan) <= spec.max_turns:
            return scene
    raise RuntimeError(
        f"no household in {_ATTEMPTS} draws has an errand of {', '.join(spec.task_types)} that "
        f"takes at most {spec.max_turns} turns (split {spec.split!r}); expected more turns"
    )


@lru_cache(maxsize=1 << 14)
def _errands(layout: Layout, task_type: str) -> tuple[tuple[str, str], ...]:
    """The (object class, target class) pairs that a layout offers to a task type, sorted."""
    present = set(layout.receptacle_kinds)
    able, appliances = _ABLE.get(task_type, (frozenset(layout.room.objects), frozenset()))
    if appliances and not appliances & present:
        return ()
    if task_type == _LOOK:
        lit = any(thing.kind == _LAMP for thing in layout.things)
        kinds = [kind for kind in sorted(layout.room.objects) if lit and layout.homes(kind)]
        return tuple((kind, _LAMP) for kind in kinds)
    targets = [
        (target, can.HOLDS.get(target, frozenset())) for target in sorted(present - appliances)
    ]
    pairs: list[tuple[str, str]] = []
    for kind, (_, _, most) in sorted(layout.room.objects.items()):
        if kind not in able or (task_type == _TWO and most < 2):
            continue
        homes = present & USUAL.get(kind, {}).keys()
        # There must be somewhere else for the object to be.
        pairs += [
            (kind, target)
            for target, holds in targets
            if kind in holds and len(homes) > (target in homes)
        ]
    return tuple(pairs)


def place(layout: Layout, placement_seed: int, task_type: str) -> Scene:
    """The scene of a layout, a placement seed and a task type: a pure function.

    Raises:
        ValueError: the layout offers nothing to the task type.
    """
    errands = _errands(layout, task_type)
    if not errands:
        raise ValueError(f"expected a layout with {task_type} errands, not {layout.layout_id}")
    draw = random.Random(placement_seed).random
    object_kind, target_kind = errands[int(draw() * len(errands))]
    sentences = _SENTENCES[task_type]
    sentence = sentences[int(draw() * len(sentences))]
    things = _scatter(layout, task_type, object_kind, target_kind, draw)
    things.sort()
    kinds = tuple([thing.kind for thing in things])
    masks: dict[str, int] = {}
    contents = [0] * len(layout.receptacle_ids)
    at = [0] * len(layout.place_ids)
    for i, thing in enumerate(things):
        bit = 1 << i
        masks[thing.kind] = masks.get(thing.kind, 0) | bit
        if thing.receptacle >= 0:
            contents[thing.receptacle] |= bit
        at[thing.place] |= bit
    counts: dict[str, int] = {}
    names = []
    for kind in reversed(kinds):
        counts[kind] = number = counts.get(kind, 0) + 1
        names.append(f"{kind.lower()} {number}")
    names.reverse()

    def of(group: frozenset[str]) -> int:
        return sum([masks[kind] for kind in masks.keys() & group])

    fits = {kind: of(can.HOLDS.get(kind, frozenset())) for kind in layout.distinct_kinds}
    lamps = masks.get(_LAMP, 0)
    targets = lamps if task_type == _LOOK else layout.mask_of(frozenset((target_kind,)))
    return Scene(
        scene_id=f"{layout.layout_id}-{placement_seed:x}-{TASK_TYPES.index(task_type) + 1}",
        task=sentence.format(object_kind.lower(), target_kind.lower()),
        goal=Goal(task_type, object_kind, target_kind, masks[object_kind], targets),
        grammar="new",
        place_ids=layout.place_ids,
        place_names=layout.place_names,
        start=layout.start,
        receptacle_ids=layout.receptacle_ids,
        receptacle_kinds=layout.receptacle_kinds,
        receptacle_names=layout.receptacle_names,
        receptacle_places=layout.receptacle_places,
        openable=layout.openable,
        opened=0,
        cleaners=layout.mask_of(can.CLEANERS),
        heaters=layout.mask_of(can.HEATERS),
        coolers=layout.mask_of(can.COOLERS),
        fits=tuple([fits[kind] for kind in layout.receptacle_kinds]),
        object_ids=tuple([thing.id for thing in things]),
        object_kinds=kinds,
        object_names=tuple(names),
        contents=tuple(contents),
        at=tuple(at),
        pickupable=of(PORTABLE),
        cleanable=of(can.CLEANABLE),
        heatable=of(can.HEATABLE),
        coolable=of(can.COOLABLE),
        sliceable=of(can.SLICEABLE),
        toggleable=of(can.TOGGLEABLE),
        slicers=of(can.SLICERS),
        vessels=of(can.VESSELS),
    )


def _scatter(
    layout: Layout, task_type: str, goal_kind: str, target_kind: str, draw: Callable[[], float]
) -> list[Thing]:
    """The layout's own things and the game's objects, each in a receptacle that is usual for it."""
    things = list(layout.things)
    taken = {thing.id for thing in things}
    for kind, (share, fewest, most) in layout.room.objects.items():
        wanted = kind == goal_kind
        if not wanted and share < 1.0 and draw() >= share:
            continue
        count = fewest + int(draw() * (most - fewest + 1))
        homes = layout.homes(kind)
        if wanted:
            count = max(count, 2) if task_type == _TWO else count
            homes = tuple([home for home in homes if home[0] != target_kind])
        if not homes:
            continue
        total = sum([weight for _, weight, _ in homes])
        for _ in range(count):
            members = _weighted(homes, draw() * total)
            receptacle = members[int(draw() * len(members))]
            identifier = new_id(kind, layout.corners[receptacle], draw, taken)
            spot = layout.receptacle_places[receptacle]
            things.append(Thing(identifier, kind, receptacle, spot))
    return things


def _weighted(homes: Homes, rest: float) -> tuple[int, ...]:
    """The receptacles of the home at which the running sum of the weights passes `rest`."""
    for _, weight, members in homes:
        rest -= weight
        if rest < 0:
            return members
    raise AssertionError("expected less than the sum of the weights")
