"""Ten thousand levels of each kind: winnable, fresh, in their split, the same everywhere."""

from __future__ import annotations

import hashlib
import os
import random
import statistics
import subprocess
import sys

import naive_sokoban as naive
import numpy as np
import pytest

from lamer_envs.sokoban.engine import connected_to
from lamer_envs.sokoban.env import SokobanEnv
from lamer_envs.sokoban.instances import (
    EXHAUSTIVE_STATES,
    GenerationError,
    Level,
    LevelGenerator,
    split_of_board,
)
from lamer_envs.sokoban.text import BoardText
from lamer_envs.splits import SPLITS

TEST_LEVELS_SHA256 = "67ecfe6c717822d180627739a50558f1b70d38c6c12d6b227e20e568f48b4da9"

DIGEST_SCRIPT = """
import hashlib, gymnasium, lamer_envs
digest = hashlib.sha256()
large = {"size": 10, "num_boxes": 3}
for kwargs in ({}, {"split": "test"}, {"size": (7, 9), "num_boxes": 3}, large):
    env = gymnasium.make("LaMer/Sokoban-v0", **kwargs)
    for seed in range(15):
        digest.update(repr(env.reset(seed=seed)).encode())
        for action in ("up,left", "right,right,down", "nonsense"):
            result = env.step(action)
            digest.update(repr(result).encode())
            if result[2] or result[3]:
                break
print(digest.hexdigest())
"""


def default_generator(split: str) -> LevelGenerator:
    return LevelGenerator(6, 6, 2, 5, 21, split, 500_000, 20_000)


def text_of(level: Level) -> str:
    return BoardText(level.room).write(level.start)


def board_of(level: Level) -> tuple[object, int]:
    return level.room, level.start.boxes


@pytest.fixture(scope="module")
def levels() -> dict[str, list[Level]]:
    return {
        split: [default_generator(split).level(seed) for seed in range(count)]
        for split, count in (("train", 10_000), ("test", 10_000), ("validation", 2_000))
    }


def test_ten_thousand_levels_keep_every_promise(levels: dict[str, list[Level]]) -> None:
    for split in SPLITS:
        for level in levels[split]:
            room, (boxes, player) = level.room, level.start
            assert boxes.bit_count() == room.targets.bit_count() == 2
            assert not boxes & room.targets
            assert not (boxes | room.targets) & room.walls
            assert (room.floor & ~boxes) >> player & 1
            assert connected_to(1 << player, room.floor, room.width) == room.floor
            assert 2 <= room.walls.bit_count() - 20 <= 8
            assert 5 <= level.optimal_length <= 21
            assert level.solver.table.complete
            assert level.solver.table.distance(level.start) == level.optimal_length
            assert not level.solver.is_dead(level.start)
            assert split_of_board(room, boxes) == split


def test_boards_of_the_splits_are_disjoint(levels: dict[str, list[Level]]) -> None:
    boards = {split: {board_of(level) for level in levels[split]} for split in SPLITS}
    assert not boards["train"] & boards["test"]
    assert not boards["train"] & boards["validation"]
    assert not boards["test"] & boards["validation"]


def test_levels_hardly_repeat(levels: dict[str, list[Level]]) -> None:
    for split in SPLITS:
        names = {level.task_id for level in levels[split]}
        texts = {text_of(level) for level in levels[split]}
        assert len(names) == len(texts) > 0.9 * len(levels[split])


def test_lengths_are_those_of_the_original_levels(levels: dict[str, list[Level]]) -> None:
    for split in SPLITS:
        lengths = sorted(level.optimal_length for level in levels[split])
        assert 8.3 <= statistics.mean(lengths) <= 9.7
        assert 7 <= statistics.median(lengths) <= 9
        assert 14 <= lengths[int(0.95 * len(lengths))] <= 17
        assert {lengths[0], lengths[-1]} == {5, 21}


def test_optimal_length_equals_a_naive_search(levels: dict[str, list[Level]]) -> None:
    for split in SPLITS:
        for level in levels[split][:60]:
            assert naive.optimal_length(*naive.read(text_of(level))) == level.optimal_length


def test_the_test_levels_are_frozen(levels: dict[str, list[Level]]) -> None:
    digest = hashlib.sha256()
    for level in levels["test"][:1000]:
        digest.update(text_of(level).encode())
    assert digest.hexdigest() == TEST_LEVELS_SHA256


def test_same_levels_in_every_process() -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-c", DIGEST_SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "4242")
    ]
    assert len(outputs[0].strip()) == 64
    assert outputs[0] == outputs[1]


def test_global_random_state_is_left_alone() -> None:
    random.seed(7)
    np.random.seed(7)
    before = random.getstate(), str(np.random.get_state())
    env = SokobanEnv()
    env.reset(seed=3)
    env.step("up,left")
    env.reset()
    first = text_of(default_generator("train").level(11))
    assert (random.getstate(), str(np.random.get_state())) == before
    random.seed(8)
    assert text_of(default_generator("train").level(11)) == first


@pytest.mark.parametrize("boxes", [1, 2, 3, 4, 5])
def test_every_six_by_six_room_has_a_complete_table(boxes: int) -> None:
    generator = LevelGenerator(6, 6, boxes, 5, 21, "train", 10**6, 1)
    for seed in range(5):
        level = generator.level(seed)
        assert level.solver.table.complete
        assert 5 <= level.optimal_length <= 21
        assert level.start.boxes.bit_count() == level.room.targets.bit_count() == boxes


@pytest.mark.parametrize(
    ("height", "width", "boxes", "low", "high", "count"),
    [
        (5, 5, 1, 3, 21, 20),
        (5, 8, 2, 5, 21, 20),
        (7, 7, 2, 15, 21, 10),
        (8, 8, 3, 8, 30, 10),
        (10, 10, 3, 5, 21, 10),
        (12, 12, 5, 20, 60, 1),
    ],
)
def test_other_sizes(height: int, width: int, boxes: int, low: int, high: int, count: int) -> None:
    generator = LevelGenerator(height, width, boxes, low, high, "train", 500_000, 20_000)
    for seed in range(count):
        level = generator.level(seed)
        room = level.room
        assert (room.height, room.width) == (height, width)
        assert level.start.boxes.bit_count() == room.targets.bit_count() == boxes
        assert not level.start.boxes & room.targets
        assert low <= level.optimal_length <= high
        assert len(level.solver.plan(level.start) or []) == level.optimal_length


def test_a_table_is_left_incomplete_only_where_the_room_is_large() -> None:
    level = LevelGenerator(10, 10, 3, 8, 10, "train", 500_000, 20_000).level(1)
    assert not level.solver.table.complete
    floor = level.room.floor.bit_count()
    assert floor * (floor - 1) * (floor - 2) // 6 * (floor - 3) > EXHAUSTIVE_STATES


@pytest.mark.parametrize(
    ("generator", "named"),
    [
        (LevelGenerator(6, 6, 1, 60, 63, "train", 500_000, 1), "60 to 63 moves"),
        (LevelGenerator(12, 12, 5, 5, 21, "test", 50, 1), "50 nodes"),
    ],
)
def test_what_cannot_be_generated_is_said(generator: LevelGenerator, named: str) -> None:
    with pytest.raises(GenerationError, match=named) as error:
        generator.level(0)
    for part in (f"{generator.height}x{generator.width}", "boxes", generator.split, "node_budget"):
        assert part in str(error.value)
