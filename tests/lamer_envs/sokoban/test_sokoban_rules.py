"""The engine, the table and the search against a naive second implementation."""

from __future__ import annotations

import random

import naive_sokoban as naive
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamer_envs.sokoban.engine import MOVES, Room, State, border_of, cells_of, move
from lamer_envs.sokoban.instances import LevelGenerator
from lamer_envs.sokoban.search import Solver
from lamer_envs.sokoban.table import SolutionTable


@st.composite
def rooms(draw: st.DrawFn, most_boxes: int = 2, shapes: tuple[tuple[int, int], ...] = ()) -> Room:
    """Rooms of every kind, with closed-off parts and targets in corners."""
    height, width = draw(st.sampled_from(shapes or ((5, 5), (6, 6), (5, 7), (6, 4))))
    border = border_of(height, width)
    inner = [cell for cell in range(height * width) if not border >> cell & 1]
    walls = draw(st.sets(st.sampled_from(inner), max_size=len(inner) - most_boxes - 1))
    floor = [cell for cell in inner if cell not in walls]
    boxes = draw(st.integers(1, most_boxes))
    targets = draw(st.sets(st.sampled_from(floor), min_size=boxes, max_size=boxes))
    return Room(height, width, border | mask(walls), mask(targets))


def mask(cells: object) -> int:
    return sum(1 << cell for cell in cells)


def to_naive(room: Room) -> naive.NaiveRoom:
    return naive.NaiveRoom(cells(room, room.floor), cells(room, room.targets))


def cells(room: Room, mask: int) -> frozenset[naive.Cell]:
    return frozenset(divmod(cell, room.width) for cell in cells_of(mask))


def from_naive(room: Room, state: naive.NaiveState) -> State:
    boxes = mask(r * room.width + c for r, c in state.boxes)
    return State(boxes, state.player[0] * room.width + state.player[1])


@settings(deadline=None, max_examples=150)
@given(rooms())
def test_every_move_from_every_state_equals_the_reference(room: Room) -> None:
    reference = to_naive(room)
    for state in naive.all_distances(reference):
        for direction, name in enumerate(MOVES):
            after = move(room, from_naive(room, state), direction)
            assert after == from_naive(room, naive.step(reference, state, name))


@settings(deadline=None, max_examples=150)
@given(rooms())
def test_table_has_the_distance_of_every_state(room: Room) -> None:
    table = SolutionTable(room)
    table.close()
    for state, distance in naive.all_distances(to_naive(room)).items():
        assert table.distance(from_naive(room, state)) == distance


@settings(deadline=None, max_examples=15)
@given(rooms(most_boxes=3, shapes=((5, 6),)))
def test_table_with_three_boxes(room: Room) -> None:
    table = SolutionTable(room)
    table.close()
    for state, distance in naive.all_distances(to_naive(room)).items():
        assert table.distance(from_naive(room, state)) == distance


@settings(deadline=None, max_examples=150)
@given(rooms(), st.integers(0, 4), st.randoms(use_true_random=False))
def test_search_beyond_the_table_equals_the_reference(
    room: Room, depth: int, rng: random.Random
) -> None:
    table = SolutionTable(room)
    for _ in range(depth):
        table.extend()
    solver = Solver(table, search_budget=10**6)
    distances = naive.all_distances(to_naive(room))
    for state in rng.sample(list(distances), min(60, len(distances))):
        fast = from_naive(room, state)
        assert solver.is_dead(fast) == (distances[state] is None)
        plan = solver.plan(fast)
        assert (None if plan is None else len(plan)) == distances[state]
        for direction in plan or []:
            fast = move(room, fast, direction)
        assert plan is None or fast.boxes == room.targets


@pytest.mark.parametrize("seed", range(8))
def test_search_with_many_boxes_equals_the_complete_table(seed: int) -> None:
    level = LevelGenerator(6, 7, 4, 4, 40, "train", 10**6, 10**6).level(seed)
    complete = level.solver.table
    complete.close()
    shallow = SolutionTable(level.room)
    shallow.extend()
    solver = Solver(shallow, search_budget=10**6)
    rng = random.Random(seed)
    state = level.start
    for _ in range(80):
        state = move(level.room, state, rng.randrange(4))
        distance = complete.distance(state)
        assert solver.is_dead(state) == (distance is None)
        if distance is None:
            state = level.start
        else:
            assert len(solver.plan(state) or []) == distance


def test_a_search_out_of_budget_proves_nothing() -> None:
    level = LevelGenerator(10, 10, 3, 8, 30, "train", 10**6, 1).level(0)
    shallow = SolutionTable(level.room)
    solver = Solver(shallow, search_budget=1)
    assert not solver.is_dead(level.start)
    assert not solver.is_dead(level.start)
    assert solver.plan(level.start) is None


def test_a_room_has_walls_around_it_and_targets_inside() -> None:
    with pytest.raises(ValueError, match="border"):
        Room(5, 5, 0, 0)
    with pytest.raises(ValueError, match="target"):
        Room(5, 5, border_of(5, 5), 1)
