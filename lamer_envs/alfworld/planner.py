"""Shortest plans with full knowledge of a household.

Only four kinds of act change what a goal asks for: taking an object of the goal's class, putting
the object in hand down, using an appliance on it, and switching a lamp on. Going and opening only
serve the next such act, closing and slicing serve none. So a plan is a sequence of acts, each at a
price of the walk, the opening and the act itself, and A* over acts finds a shortest plan in
commands. `tests/lamer_envs/alfworld` compares it with a search over all commands.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import NamedTuple

from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.text import bits

_LOOK = "look_at_obj_in_light"
_TWO = "pick_two_obj_and_place"
_APPLIANCES = {
    "pick_clean_then_place_in_recep": ("clean", "cleaners"),
    "pick_heat_then_place_in_recep": ("heat", "heaters"),
    "pick_cool_then_place_in_recep": ("cool", "coolers"),
}
_READY = {"clean": "clean", "heat": "hot", "cool": "cool"}
_NOTHING = -1


class _State(NamedTuple):
    """What matters to the goal.

    Attributes:
        place, held, opened: as in `Game`.
        contents: per receptacle, the objects of the goal's class in it.
        ready: objects in the condition that the task asks for (all, where it asks for none).
        toggled: lamps that are on.
    """

    place: int
    held: int
    opened: int
    contents: tuple[int, ...]
    ready: int
    toggled: int


class _Act(NamedTuple):
    """An act at a receptacle: `""` is only going there. `thing` is -1 where it needs none."""

    verb: str
    receptacle: int
    thing: int


def shortest_plan(game: Game) -> list[str] | None:
    """A shortest sequence of commands that wins from the game's state; the game is not changed.

    Returns:
        The commands, none where the game is won already; `None` where nothing wins.
    """
    if game.won:
        return []
    problem = _Problem(game)
    acts = problem.solve()
    return None if acts is None else problem.commands(acts)


class _Problem:
    """The search for one game."""

    def __init__(self, game: Game) -> None:
        scene = self._scene = game.scene
        goal = scene.goal
        self._look = goal.task_type == _LOOK
        self._two = goal.task_type == _TWO
        self._verb, appliances = _APPLIANCES.get(goal.task_type, ("", ""))
        ready = -1
        lamps = goal.targets if self._look else 0
        everywhere = range(len(scene.receptacle_ids))
        self._lamps = {r: game.contents[r] & lamps for r in everywhere if game.contents[r] & lamps}
        self._appliances: list[int] = []
        if self._verb:
            ready = getattr(game, _READY[self._verb])
            self._appliances = list(bits(getattr(scene, appliances)))
        self._start = _State(
            game.place,
            game.held,
            game.opened,
            tuple([mask & goal.objects for mask in game.contents]),
            ready & goal.objects,
            game.toggled & lamps,
        )
        self._targets = goal.targets if not self._look else 0
        # Places where nothing of interest happens are all alike: one of them stands for the rest.
        interesting = {game.place, *(scene.receptacle_places[r] for r in self._lamps)}
        interesting |= {scene.receptacle_places[r] for r in self._appliances}
        interesting |= {scene.receptacle_places[r] for r in everywhere if self._start.contents[r]}
        self._goal_spots = self._distinct(list(bits(self._targets)), interesting)
        interesting |= {scene.receptacle_places[r] for r in self._goal_spots}
        self._drop_spots = self._distinct(list(everywhere), interesting)

    def solve(self) -> list[_Act] | None:
        """The acts of a shortest plan."""
        start = self._start
        best = {start: 0}
        origin: dict[_State, tuple[_State, _Act]] = {}
        queue = [(self._least(start), 0, 0, start)]
        ticket = 0
        while queue:
            _, _, cost, state = heapq.heappop(queue)
            if cost > best[state]:
                continue
            if self._won(state):
                acts: list[_Act] = []
                while state in origin:
                    state, act = origin[state]
                    acts.append(act)
                return acts[::-1]
            for act in self._acts(state):
                after, price = self._do(state, act)
                total = cost + price
                if total < best.get(after, 1 << 30):
                    best[after] = total
                    origin[after] = (state, act)
                    ticket -= 1
                    heapq.heappush(queue, (total + self._least(after), ticket, total, after))
        return None

    def commands(self, acts: list[_Act]) -> list[str]:
        """The commands that carry the acts out."""
        scene, state = self._scene, self._start
        wording, things = scene.wording, scene.object_names
        commands: list[str] = []
        for act in acts:
            where = scene.receptacle_names[act.receptacle]
            if scene.receptacle_places[act.receptacle] != state.place:
                commands.append(f"go to {where}")
            if act.verb in ("take", "put") and self._closed(state, act.receptacle):
                commands.append(f"open {where}")
            if act.verb == "take":
                commands.append(f"take {things[act.thing]} from {where}")
            elif act.verb == "put":
                joint = wording.put_joint
                commands.append(f"{wording.put_verb} {things[state.held]}{joint}{where}")
            elif act.verb == "use":
                commands.append(f"use {things[act.thing]}")
            elif act.verb:
                commands.append(f"{act.verb} {things[state.held]} with {where}")
            state, _ = self._do(state, act)
        return commands

    def _distinct(self, receptacles: list[int], interesting: set[int]) -> list[int]:
        """The receptacles at interesting places, and the others without those like another."""
        scene = self._scene
        chosen: list[int] = []
        seen: set[tuple[int, bool]] = set()
        for r in receptacles:
            if scene.receptacle_places[r] not in interesting:
                # What a receptacle takes, and whether it is closed, is all that is left of it.
                likeness = (scene.fits[r], self._closed(self._start, r))
                if likeness in seen:
                    continue
                seen.add(likeness)
            chosen.append(r)
        return chosen

    def _closed(self, state: _State, receptacle: int) -> bool:
        return bool(self._scene.openable & ~state.opened & 1 << receptacle)

    def _acts(self, state: _State) -> Iterator[_Act]:
        scene = self._scene
        held = state.held
        for r, lamps in self._lamps.items():
            for lamp in bits(lamps & ~state.toggled):
                yield _Act("use", r, lamp)
            if lamps & state.toggled and scene.receptacle_places[r] != state.place:
                yield _Act("", r, _NOTHING)
        if held < 0:
            for r, objects in enumerate(state.contents):
                for thing in bits(objects & scene.pickupable):
                    yield _Act("take", r, thing)
            return
        bit = 1 << held
        wanted = bit & scene.goal.objects
        if wanted:
            for r in self._goal_spots:
                if scene.fits[r] & bit:
                    yield _Act("put", r, _NOTHING)
            if not state.ready & bit:
                for r in self._appliances:
                    yield _Act(self._verb, r, _NOTHING)
        # Swapping a wanted object pays only where another one is ready and this one is not.
        if not wanted or (not state.ready & bit and state.ready):
            for r in self._drop_spots:
                if scene.fits[r] & bit:
                    yield _Act("put", r, _NOTHING)

    def _do(self, state: _State, act: _Act) -> tuple[_State, int]:
        """The state after an act, and its price in commands."""
        place = self._scene.receptacle_places[act.receptacle]
        price = (place != state.place) + (act.verb != "")
        held, opened, ready, toggled = state.held, state.opened, state.ready, state.toggled
        contents = state.contents
        if act.verb in ("take", "put"):
            r = act.receptacle
            if self._closed(state, r):
                price += 1
                opened |= 1 << r
            if act.verb == "take":
                held = act.thing
                inside = contents[r] & ~(1 << held)
            else:
                inside = contents[r] | 1 << held & self._scene.goal.objects
                held = _NOTHING
            contents = (*contents[:r], inside, *contents[r + 1 :])
        elif act.verb == "use":
            toggled |= 1 << act.thing
        elif act.verb:
            ready |= 1 << held
        return _State(place, held, opened, contents, ready, toggled), price

    def _won(self, state: _State) -> bool:
        if self._look:
            if state.held < 0 or not self._scene.goal.objects >> state.held & 1:
                return False
            places = self._scene.receptacle_places
            return any(
                lamps & state.toggled and places[r] == state.place
                for r, lamps in self._lamps.items()
            )
        return self._missing(state) == 0

    def _missing(self, state: _State) -> int:
        """How many objects a target still lacks."""
        most = max(
            [(state.contents[r] & state.ready).bit_count() for r in bits(self._targets)] + [0]
        )
        return max(0, (2 if self._two else 1) - most)

    def _least(self, state: _State) -> int:
        """A lower bound of the commands that are left."""
        wanted = state.held >= 0 and bool(self._scene.goal.objects >> state.held & 1)
        if self._look:
            return (not wanted) + (not state.toggled)
        missing = self._missing(state)
        if not missing:
            return 0
        if self._verb and not state.ready:
            # An object that lies in a target already may become ready there, in hand elsewhere.
            return 1 + (not wanted)
        return 2 * missing - wanted
