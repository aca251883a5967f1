"""The planner against a search over all commands, in houses cut down to a few receptacles."""

import random
from collections import deque
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.households import SPLITS, HouseholdSpec, generate
from lamer_envs.alfworld.planner import shortest_plan
from lamer_envs.alfworld.scene import TASK_TYPES, Scene
from lamer_envs.alfworld.text import bits

IDLE = ("close", "examine", "help", "inventory", "look", "slice")
"""Commands that lead to no win sooner; leaving them out is what makes the search affordable."""


def naive_length(game: Game, most: int) -> int | None:
    """The length of a shortest win by breadth first search over commands, up to `most`."""
    start = game.copy()
    seen = {start.key()}
    queue = deque([(start, 0)])
    while queue:
        state, length = queue.popleft()
        if state.won:
            return length
        if length == most:
            continue
        for command in state.admissible():
            if command.startswith(IDLE):
                continue
            after = state.copy()
            after.step(command)
            if after.key() not in seen:
                seen.add(after.key())
                queue.append((after, length + 1))
    return None


def small(scene: Scene, draw: random.Random) -> Scene:
    """The scene with a few receptacles in which anything may be taken, the others out of play.

    Receptacles out of play stay where they are, empty, at one place without a use: they cannot be
    told apart and so add little to a search. Objects that the errand does not ask for, but one,
    cannot be picked up.
    """
    goal = scene.goal
    # More candidates, some of them nearer: a choice is where a planner can go wrong.
    objects = goal.objects
    usable = scene.pickupable & ~objects
    if goal.task_type != TASK_TYPES[1]:
        for r in bits(goal.targets):
            usable &= scene.fits[r] & ~scene.contents[r]
    extra = sum(1 << o for o in draw.sample(list(bits(usable)), k=min(2, usable.bit_count())))
    objects |= extra
    keep = {r for r, mask in enumerate(scene.contents) if mask & objects}
    if goal.task_type == TASK_TYPES[1]:
        keep |= {r for r, mask in enumerate(scene.contents) if mask & goal.targets}
    else:
        keep |= set(draw.sample(list(bits(goal.targets)), k=min(2, goal.targets.bit_count())))
    for appliances in (scene.cleaners, scene.heaters, scene.coolers):
        keep |= set(bits(appliances))
    others = list(bits(scene.pickupable & ~objects))
    stray = 1 << draw.choice(others) if others else 0
    place_of = list(scene.receptacle_places)
    attic = next(p for p in range(len(scene.place_ids)) if p not in place_of and p != scene.start)
    targets = goal.targets
    fits = list(scene.fits)
    contents = list(scene.contents)
    for r in range(len(place_of)):
        if r not in keep:
            place_of[r] = attic
            contents[r] = 0
            fits[r] = 0
    at = [0] * len(scene.place_ids)
    for r, mask in enumerate(contents):
        at[place_of[r]] |= mask
    # Sharing is rare in rooms and hard on planners, so it is made common here.
    kept = sorted(keep)
    if len(kept) > 2 and draw.random() < 0.5:
        first, second = draw.sample(kept, 2)
        at[place_of[first]] |= contents[second]
        place_of[second] = place_of[first]
    opened = scene.openable & draw.getrandbits(len(place_of))
    return replace(
        scene,
        goal=goal._replace(objects=objects, targets=targets),
        receptacle_places=tuple(place_of),
        contents=tuple(contents),
        at=tuple(at),
        fits=tuple(fits),
        opened=opened,
        pickupable=scene.pickupable & (objects | stray),
        cleanable=scene.cleanable | extra,
        heatable=scene.heatable | extra,
        coolable=scene.coolable | extra,
    )


def walk(game: Game, draw: random.Random, steps: int) -> None:
    """Leave the start by random commands, most of them at things, not winning on the way."""
    for _ in range(steps):
        commands = [c for c in game.admissible() if not c.startswith(("examine", "help", "look"))]
        handy = [c for c in commands if not c.startswith("go to")]
        command = draw.choice(handy if handy and draw.random() < 0.6 else commands)
        after = game.copy()
        after.step(command)
        if not after.won:
            game.step(command)


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    task_type=st.sampled_from(TASK_TYPES),
    steps=st.integers(0, 8),
)
def test_plans_are_as_short_as_a_search_over_all_commands_finds(
    seed: int, task_type: str, steps: int
) -> None:
    draw = random.Random(seed)
    scene = small(generate(HouseholdSpec(SPLITS[seed % 3], (task_type,), 10), seed), draw)
    game = Game(scene)
    if game.won:
        return
    walk(game, draw, steps)
    before = game.key()
    plan = shortest_plan(game)
    assert game.key() == before
    if plan is None:
        assert naive_length(game, 3) is None
        return
    for command in plan:
        assert command in game.admissible()
        game.step(command)
    assert game.won
    # One command less must not do.
    fresh = Game(scene)
    draw = random.Random(seed)
    small(generate(HouseholdSpec(SPLITS[seed % 3], (task_type,), 10), seed), draw)
    walk(fresh, draw, steps)
    assert fresh.key() == before
    assert naive_length(fresh, min(len(plan) - 1, 7)) is None


def test_a_won_game_needs_nothing() -> None:
    game = Game(generate(HouseholdSpec("train", TASK_TYPES, 10), 0))
    for command in shortest_plan(game) or []:
        game.step(command)
    assert shortest_plan(game) == []


def test_an_errand_that_nothing_can_do_has_no_plan() -> None:
    scene = generate(HouseholdSpec("train", ("pick_heat_then_place_in_recep",), 10), 0)
    assert shortest_plan(Game(replace(scene, heaters=0))) is None
    assert shortest_plan(Game(replace(scene, pickupable=0))) is None
