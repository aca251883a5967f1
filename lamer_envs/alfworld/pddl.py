"""Reads a real game: the `game.tw-pddl` file of ALFWorld's data, into a `Scene`.

Such a file is a JSON object with `pddl_domain`, `grammar`, `pddl_problem` and `solvable`. The
problem lists facts; the task sentence stands in the grammar. Format: ALFWorld (MIT), Shridhar et
al. 2021, on top of TextWorld's PDDL games.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from lamer_envs.alfworld.scene import Goal, Grammar, Scene, number_names

_FACT = re.compile(r"\(([^():]+)\)")
_TASK = re.compile(r"Your task is to: (.*?)\.?\"")
_PUT = re.compile(r"action\s+PutObject\s*\{\s*template\s*::\s*\"(move|put)\b")
_TYPE_SUFFIX = "Type"
_CLEANERS = ("Sink", "SinkBasin")
_HEATERS = ("Microwave",)
_COOLERS = ("Fridge",)
_SLICERS = ("Knife", "ButterKnife")
_ABLE = {
    "pick_clean_then_place_in_recep": "cleanable",
    "pick_heat_then_place_in_recep": "heatable",
    "pick_cool_then_place_in_recep": "coolable",
}
_CONDITIONS = {
    "isClean": "pick_clean_then_place_in_recep",
    "isHot": "pick_heat_then_place_in_recep",
    "isCool": "pick_cool_then_place_in_recep",
}


class GameFileError(ValueError):
    """A game file that cannot be read, and why."""


def scene_from_game(data: Mapping[str, Any], *, grammar: Grammar | None = None) -> Scene:
    """The scene of a game file's content.

    Args:
        data: the parsed JSON object.
        grammar: the wording to speak; `None` follows the file's own.

    Raises:
        GameFileError: a part is missing, or says something that ALFWorld's games do not.
    """
    try:
        problem, text = str(data["pddl_problem"]), str(data["grammar"])
    except (KeyError, TypeError):
        raise GameFileError("expected an object with pddl_problem and grammar") from None
    start, end = problem.find("(:init"), problem.find("(:goal")
    if not 0 <= start < end:
        raise GameFileError("pddl_problem has no (:init ...) followed by (:goal ...)")
    if grammar is None:
        grammar = grammar_of(text)
    digest = hashlib.blake2b(problem.encode(), digest_size=8)
    digest.update(f"{task_sentence(text)}\n{grammar}".encode())
    try:
        return _scene(
            _Facts(problem[start:end]),
            _goal_facts(problem[end:]),
            task=task_sentence(text),
            grammar=grammar,
            scene_id=digest.hexdigest(),
        )
    except (KeyError, IndexError) as error:
        raise GameFileError(f"pddl_problem is incomplete: nothing on {error}") from error


def read_scene(text: str, *, grammar: Grammar | None = None) -> Scene:
    """The scene of a game file's text; arguments and errors as `scene_from_game`."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise GameFileError(f"not JSON: {error}") from error
    return scene_from_game(data, grammar=grammar)


def task_sentence(grammar: str) -> str:
    """The task sentence of a file's grammar, without its final full stop.

    Raises:
        GameFileError: there is none.
    """
    match = _TASK.search(grammar)
    if match is None:
        raise GameFileError("the grammar holds no 'Your task is to: ...'")
    return match.group(1)


def grammar_of(grammar: str) -> Grammar:
    """Which wording a file's grammar speaks.

    Raises:
        GameFileError: putting down is asked for by neither `put ...` nor `move ...`.
    """
    match = _PUT.search(grammar)
    if match is None:
        raise GameFileError("the grammar's PutObject speaks neither 'put ...' nor 'move ...'")
    return "new" if match.group(1) == "move" else "old"


class _Facts:
    """The facts of a problem: per predicate, its argument tuples in the file's order."""

    def __init__(self, text: str) -> None:
        self._facts: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        for fact in dict.fromkeys(_FACT.findall(text)):
            predicate, *arguments = fact.split()
            self._facts[predicate].append(tuple(arguments))

    def pairs(self, predicate: str) -> list[tuple[str, str]]:
        """The facts of a predicate of two arguments."""
        return [(fact[0], fact[1]) for fact in self._facts.get(predicate, ())]

    def mask(self, predicate: str, index: Mapping[str, int]) -> int:
        """The set of things that a predicate of one argument holds for."""
        return _mask(index[fact[0].lower()] for fact in self._facts.get(predicate, ()))

    def arguments(self) -> Iterable[str]:
        """Everything that a fact names, repeated as often as it is named."""
        return (name for facts in self._facts.values() for fact in facts for name in fact)


def _mask(indices: Iterable[int]) -> int:
    mask = 0
    for index in indices:
        mask |= 1 << index
    return mask


def _kind(name: str) -> str:
    return name.removesuffix(_TYPE_SUFFIX)


def _scene(
    facts: _Facts, goal_facts: list[tuple[str, ...]], *, task: str, grammar: Grammar, scene_id: str
) -> Scene:
    receptacle_kinds = {r.lower(): _kind(kind) for r, kind in facts.pairs("receptacleType")}
    object_kinds = {o.lower(): _kind(kind) for o, kind in facts.pairs("objectType")}
    located = {o.lower() for o, _ in facts.pairs("objectAtLocation")}
    for thing in sorted(located - set(object_kinds)):
        raise GameFileError(f"{thing} has no objectType")
    receptacle_ids = tuple(sorted(receptacle_kinds))
    object_ids = tuple(sorted(object_kinds))
    receptacles = {identifier: i for i, identifier in enumerate(receptacle_ids)}
    objects = {identifier: i for i, identifier in enumerate(object_ids)}
    names = number_names(facts.arguments())

    # A receptacle is at one place; the dictionary would silently keep the last of several.
    standing = [(r.lower(), place.lower()) for r, place in facts.pairs("receptacleAtLocation")]
    if len(dict(standing)) != len(standing):
        raise GameFileError("a receptacle is at two places")
    lying = [(o.lower(), place.lower()) for o, place in facts.pairs("objectAtLocation")]
    starts = [place.lower() for _, place in facts.pairs("atLocation")]
    if len(starts) != 1:
        raise GameFileError(f"expected one start place, found {len(starts)}")
    start = starts[0]
    place_ids = tuple(sorted({start, *(p for _, p in standing), *(p for _, p in lying)}))
    places = {identifier: i for i, identifier in enumerate(place_ids)}
    place_of = dict(standing)

    contents = [0] * len(receptacle_ids)
    for thing, receptacle in facts.pairs("inReceptacle"):
        contents[receptacles[receptacle.lower()]] |= 1 << objects[thing.lower()]
    at = [0] * len(place_ids)
    for thing, place in lying:
        at[places[place]] |= 1 << objects[thing]
    by_kind: defaultdict[str, int] = defaultdict(int)
    for i, identifier in enumerate(object_ids):
        by_kind[object_kinds[identifier]] |= 1 << i
    fits_kind: defaultdict[str, int] = defaultdict(int)
    for receptacle, thing in facts.pairs("canContain"):
        fits_kind[_kind(receptacle)] |= by_kind.get(_kind(thing), 0)
    inside = sorted(
        (objects[inner.lower()], objects[outer.lower()])
        for inner, outer in facts.pairs("inReceptacleObject")
    )

    def of_kinds(kinds: tuple[str, ...]) -> int:
        return _mask(i for i, r in enumerate(receptacle_ids) if receptacle_kinds[r] in kinds)

    able = {
        predicate: facts.mask(predicate, objects)
        for predicate in ("cleanable", "heatable", "coolable", "toggleable")
    }
    return Scene(
        scene_id=scene_id,
        task=task,
        goal=_goal(goal_facts, by_kind, of_kinds, able),
        grammar=grammar,
        place_ids=place_ids,
        place_names=tuple(names[place] for place in place_ids),
        start=places[start],
        receptacle_ids=receptacle_ids,
        receptacle_kinds=tuple(receptacle_kinds[r] for r in receptacle_ids),
        receptacle_names=tuple(names[r] for r in receptacle_ids),
        receptacle_places=tuple(places[place_of[r]] for r in receptacle_ids),
        openable=facts.mask("openable", receptacles),
        opened=facts.mask("opened", receptacles),
        cleaners=of_kinds(_CLEANERS if grammar == "old" else _CLEANERS[1:]),
        heaters=of_kinds(_HEATERS),
        coolers=of_kinds(_COOLERS),
        fits=tuple(fits_kind[receptacle_kinds[r]] for r in receptacle_ids),
        object_ids=object_ids,
        object_kinds=tuple(object_kinds[o] for o in object_ids),
        object_names=tuple(names[o] for o in object_ids),
        contents=tuple(contents),
        at=tuple(at),
        pickupable=facts.mask("pickupable", objects),
        sliceable=facts.mask("sliceable", objects),
        slicers=_mask(i for i, o in enumerate(object_ids) if object_kinds[o] in _SLICERS),
        vessels=facts.mask("isReceptacleObject", objects),
        inside=tuple(inside),
        clean=facts.mask("isClean", objects),
        hot=facts.mask("isHot", objects),
        cool=facts.mask("isCool", objects),
        sliced=facts.mask("isSliced", objects),
        toggled=facts.mask("isToggled", objects),
        **able,
    )


def _goal_facts(text: str) -> list[tuple[str, ...]]:
    return [tuple(fact.split()) for fact in _FACT.findall(text)]


def _goal(
    facts: list[tuple[str, ...]],
    objects_by_kind: Mapping[str, int],
    receptacles_of: Any,
    able: Mapping[str, int],
) -> Goal:
    """The goal, recognised by the predicates that ALFWorld's six task types use."""
    object_types = [(fact[1], _kind(fact[2])) for fact in facts if fact[0] == "objectType"]
    receptacle_types = [_kind(fact[2]) for fact in facts if fact[0] == "receptacleType"]
    predicates = {fact[0] for fact in facts}
    if "holds" in predicates and "isToggled" in predicates and len(object_types) == 2:
        (lit,) = (fact[1] for fact in facts if fact[0] == "isToggled")
        kinds = dict(object_types)
        lamp = kinds.pop(lit)
        (kind,) = kinds.values()
        lamps = objects_by_kind.get(lamp, 0) & able["toggleable"]
        return Goal("look_at_obj_in_light", kind, lamp, objects_by_kind.get(kind, 0), lamps)
    kinds_named = {kind for _, kind in object_types}
    if len(kinds_named) != 1 or len(set(receptacle_types)) != 1 or "isSliced" in predicates:
        raise GameFileError("the goal is not one of ALFWorld's six task types")
    (kind,) = kinds_named
    objects = objects_by_kind.get(kind, 0)
    task_type = "pick_and_place_simple"
    if len(object_types) == 2:
        task_type = "pick_two_obj_and_place"
    for predicate, conditioned in _CONDITIONS.items():
        if predicate in predicates:
            task_type = conditioned
            objects &= able[_ABLE[conditioned]]
    target = receptacle_types[0]
    return Goal(task_type, kind, target, objects, receptacles_of((target,)))
