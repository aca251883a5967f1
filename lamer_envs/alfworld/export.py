"""Writes a scene as ALFWorld's `game.tw-pddl`, which the real TextWorld loads.

Format: ALFWorld (MIT), Shridhar et al. 2021. The domain and the grammar of such a file are
alfworld's own texts and are taken from the installed package (`textworld_worker.complete`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.planner import shortest_plan
from lamer_envs.alfworld.scene import TASK_TYPES, Scene
from lamer_envs.alfworld.text import bits

_UNARY = {
    "pickupable": "pickupable",
    "cleanable": "cleanable",
    "heatable": "heatable",
    "coolable": "coolable",
    "sliceable": "sliceable",
    "toggleable": "toggleable",
    "isReceptacleObject": "vessels",
    "isClean": "clean",
    "isHot": "hot",
    "isCool": "cool",
    "isSliced": "sliced",
    "isToggled": "toggled",
}
_CONDITIONS = {
    TASK_TYPES[2]: ("cleanable", "isClean"),
    TASK_TYPES[3]: ("heatable", "isHot"),
    TASK_TYPES[4]: ("coolable", "isCool"),
}


def game_file(scene: Scene) -> dict[str, Any]:
    """The scene's own part of a game file: all keys but `pddl_domain` and `grammar`.

    Returns:
        `pddl_problem`, `solvable`, `walkthrough` (a shortest plan), and `task`, the sentence that
        belongs into the grammar.
    """
    plan = shortest_plan(Game(scene))
    return {
        "pddl_problem": problem(scene),
        "solvable": plan is not None,
        "walkthrough": plan or [],
        "task": scene.task,
    }


def problem(scene: Scene) -> str:
    """The scene as a PDDL problem of ALFWorld's domain `alfred`."""
    objects = [
        "agent1 - agent",
        *(f"{kind}Type - rtype" for kind in sorted(set(scene.receptacle_kinds))),
        *(f"{kind}Type - otype" for kind in _object_kinds(scene)),
        *(f"{identifier} - object" for identifier in scene.object_ids),
        *(f"{identifier} - receptacle" for identifier in scene.receptacle_ids),
        *(f"{identifier} - location" for identifier in scene.place_ids),
    ]
    return (
        f"(define (problem plan_{scene.scene_id.replace('-', '_')})\n(:domain alfred)\n"
        f"(:objects\n{_lines(objects)})\n(:init\n{_lines(_facts(scene))})\n"
        f"(:goal\n{_goal(scene)})\n)\n"
    )


def _lines(items: Iterable[str]) -> str:
    return "".join(f"    {item}\n" for item in items)


def _object_kinds(scene: Scene) -> list[str]:
    # The goal's class is declared even where the scene has no object of it.
    kinds = {*scene.object_kinds, scene.goal.object_kind}
    if scene.task_type == TASK_TYPES[1]:
        kinds.add(scene.goal.target_kind)
    return sorted(kinds)


def _facts(scene: Scene) -> Iterator[str]:
    receptacles, things = scene.receptacle_ids, scene.object_ids
    for r, kind in enumerate(scene.receptacle_kinds):
        yield f"(receptacleType {receptacles[r]} {kind}Type)"
    for o, kind in enumerate(scene.object_kinds):
        yield f"(objectType {things[o]} {kind}Type)"
    able = {
        (kind, scene.object_kinds[o])
        for r, kind in enumerate(scene.receptacle_kinds)
        for o in bits(scene.fits[r])
    }
    for receptacle_kind, object_kind in sorted(able):
        yield f"(canContain {receptacle_kind}Type {object_kind}Type)"
    for predicate, field in _UNARY.items():
        for o in bits(getattr(scene, field)):
            yield f"({predicate} {things[o]})"
    for r in bits(scene.openable):
        yield f"(openable {receptacles[r]})"
    for r in bits(scene.opened):
        yield f"(opened {receptacles[r]})"
    yield f"(atLocation agent1 {scene.place_ids[scene.start]})"
    for r, contents in enumerate(scene.contents):
        for o in bits(contents):
            yield f"(inReceptacle {things[o]} {receptacles[r]})"
    for inner, outer in scene.inside:
        yield f"(inReceptacleObject {things[inner]} {things[outer]})"
    for r, place in enumerate(scene.receptacle_places):
        yield f"(receptacleAtLocation {receptacles[r]} {scene.place_ids[place]})"
    for place, present in enumerate(scene.at):
        for o in bits(present):
            yield f"(objectAtLocation {things[o]} {scene.place_ids[place]})"


def _goal(scene: Scene) -> str:
    goal = scene.goal
    kind, target = f"{goal.object_kind}Type", f"{goal.target_kind}Type"
    if goal.task_type == TASK_TYPES[1]:
        return (
            "    (and (exists (?ot - object ?r - receptacle ?a - agent ?l - location)\n"
            f"        (and (objectType ?ot {target}) (toggleable ?ot) (isToggled ?ot)\n"
            "            (receptacleAtLocation ?r ?l) (atLocation ?a ?l) (inReceptacle ?ot ?r)))\n"
            "    (exists (?o - object ?a - agent)\n"
            f"        (and (objectType ?o {kind}) (holds ?a ?o))))\n"
        )
    if goal.task_type == TASK_TYPES[5]:
        return (
            "    (and (exists (?r - receptacle) (exists (?o1 - object)\n"
            f"        (and (objectType ?o1 {kind}) (receptacleType ?r {target})\n"
            "            (inReceptacle ?o1 ?r)\n"
            "            (exists (?o2 - object)\n"
            f"                (and (not (= ?o1 ?o2)) (objectType ?o2 {kind})\n"
            f"                    (receptacleType ?r {target}) (inReceptacle ?o2 ?r)))))))\n"
        )
    conditions = _CONDITIONS.get(goal.task_type, ())
    extra = "".join(f" ({predicate} ?o)" for predicate in conditions)
    return (
        "    (and (exists (?r - receptacle) (exists (?o - object)\n"
        f"        (and (inReceptacle ?o ?r) (objectType ?o {kind})\n"
        f"            (receptacleType ?r {target}){extra}))))\n"
    )
