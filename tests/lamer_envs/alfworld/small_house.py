"""A kitchen small enough to know by heart, as the content of a `game.tw-pddl` file.

Cabinet 1 and the shelf share a place; the lamp is on the shelf, the apple in the fridge.
"""

from __future__ import annotations

from typing import Any

OLD, NEW = (
    'action PutObject {\n    template :: "put {o} in/on {r}";',
    'action PutObject {\n    template :: "move {o} to {r}";',
)

RECEPTACLES = {
    "CounterTop_bar_1": ("CounterTop", "loc_bar_1"),
    "Cabinet_bar_2": ("Cabinet", "loc_bar_2"),
    "Shelf_bar_3": ("Shelf", "loc_bar_2"),
    "Cabinet_bar_4": ("Cabinet", "loc_bar_4"),
    "Fridge_bar_5": ("Fridge", "loc_bar_5"),
    "Microwave_bar_6": ("Microwave", "loc_bar_6"),
    "Sink_bar_7_SinkBasin": ("SinkBasin", "loc_bar_7"),
}
OBJECTS = {
    "Apple_bar_1": ("Apple", "Fridge_bar_5"),
    "Apple_bar_2": ("Apple", "CounterTop_bar_1"),
    "Knife_bar_1": ("Knife", "CounterTop_bar_1"),
    "Mug_bar_1": ("Mug", "Cabinet_bar_2"),
    "DeskLamp_bar_1": ("DeskLamp", "Shelf_bar_3"),
    "Book_bar_1": ("Book", "Shelf_bar_3"),
}
_ABLE = {
    "pickupable": ("Apple_bar_1", "Apple_bar_2", "Knife_bar_1", "Mug_bar_1", "Book_bar_1"),
    "cleanable": ("Apple_bar_1", "Apple_bar_2", "Knife_bar_1", "Mug_bar_1"),
    "heatable": ("Apple_bar_1", "Apple_bar_2", "Mug_bar_1"),
    "coolable": ("Apple_bar_1", "Apple_bar_2", "Mug_bar_1"),
    "sliceable": ("Apple_bar_1", "Apple_bar_2"),
    "toggleable": ("DeskLamp_bar_1",),
    "isReceptacleObject": ("Mug_bar_1",),
    "openable": ("Cabinet_bar_2", "Cabinet_bar_4", "Fridge_bar_5", "Microwave_bar_6"),
}
PLACE = (
    "(exists (?r - receptacle) (exists (?o - object) (and {more} (objectType ?o {kind}Type)"
    " (receptacleType ?r {target}Type) (inReceptacle ?o ?r))))"
)
GOALS = {
    "pick_and_place_simple": PLACE.format(more="", kind="Mug", target="CounterTop"),
    "pick_clean_then_place_in_recep": PLACE.format(
        more="(cleanable ?o) (isClean ?o)", kind="Apple", target="Cabinet"
    ),
    "pick_heat_then_place_in_recep": PLACE.format(
        more="(heatable ?o) (isHot ?o)", kind="Apple", target="Fridge"
    ),
    "pick_cool_then_place_in_recep": PLACE.format(
        more="(coolable ?o) (isCool ?o)", kind="Apple", target="CounterTop"
    ),
    "pick_two_obj_and_place": (
        "(exists (?r - receptacle) (exists (?o1 - object) (and (objectType ?o1 AppleType)"
        " (receptacleType ?r CabinetType) (inReceptacle ?o1 ?r) (exists (?o2 - object)"
        " (and (not (= ?o1 ?o2)) (objectType ?o2 AppleType) (receptacleType ?r CabinetType)"
        " (inReceptacle ?o2 ?r))))))"
    ),
    "look_at_obj_in_light": (
        "(and (exists (?ot - object ?r - receptacle ?a - agent ?l - location)"
        " (and (objectType ?ot DeskLampType) (toggleable ?ot) (isToggled ?ot)"
        " (receptacleAtLocation ?r ?l) (atLocation ?a ?l) (inReceptacle ?ot ?r)))"
        " (exists (?o - object ?a - agent) (and (objectType ?o BookType) (holds ?a ?o))))"
    ),
}


def small_house(
    task_type: str = "pick_and_place_simple", *, grammar: str = NEW, extra: str = ""
) -> dict[str, Any]:
    """The house with a goal of a task type; `extra` holds more facts, as PDDL."""
    places = sorted({"loc_bar_0", *(place for _, place in RECEPTACLES.values())})
    kinds = sorted({kind for kind, _ in OBJECTS.values()})
    receptacle_kinds = sorted({kind for kind, _ in RECEPTACLES.values()})
    declared = [
        "agent1 - agent",
        *(f"{place} - location" for place in places),
        *(f"{r} - receptacle" for r in RECEPTACLES),
        *(f"{o} - object" for o in OBJECTS),
        *(f"{kind}Type - otype" for kind in [*kinds, "ButterKnife"]),
        *(f"{kind}Type - rtype" for kind in [*receptacle_kinds, "Sink"]),
    ]
    facts = [
        "(atLocation agent1 loc_bar_0)",
        *(f"(receptacleType {r} {kind}Type)" for r, (kind, _) in RECEPTACLES.items()),
        *(f"(receptacleAtLocation {r} {place})" for r, (_, place) in RECEPTACLES.items()),
        *(f"(objectType {o} {kind}Type)" for o, (kind, _) in OBJECTS.items()),
        *(f"(inReceptacle {o} {r})" for o, (_, r) in OBJECTS.items()),
        *(f"(objectAtLocation {o} {RECEPTACLES[r][1]})" for o, (_, r) in OBJECTS.items()),
        *(f"(canContain {r}Type {o}Type)" for r in receptacle_kinds for o in kinds),
        *(f"({predicate} {name})" for predicate, names in _ABLE.items() for name in names),
        extra,
    ]
    newline = "\n  "
    problem = (
        f"(define (problem small)\n(:domain alfred)\n(:objects\n  {newline.join(declared)})\n"
        f"(:init\n  {newline.join(facts)})\n(:goal {GOALS[task_type]}))\n"
    )
    return {
        "pddl_problem": problem,
        "grammar": f'"Your task is to: do the errand."\n{grammar}',
        "solvable": True,
    }


def for_textworld(game: dict[str, Any]) -> dict[str, Any]:
    """The game with alfworld's own domain and grammar (new wording) in place of the stub."""
    return {"pddl_problem": game["pddl_problem"], "task": "do the errand", "solvable": True}
