"""Boards from seeds: constraints, splits, determinism."""

import os
import random
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest

from lamer_envs.minesweeper.engine import Board, Game, bits
from lamer_envs.minesweeper.env import MineSweeperEnv
from lamer_envs.minesweeper.instances import BoardSpec, generate, layout_digest
from lamer_envs.minesweeper.logic import best_cell
from lamer_envs.minesweeper.solver import View, analyse
from lamer_envs.splits import SPLITS, split_of

FROZEN = {
    "train": "205bf75f0cdb22397167b20f991faea3cb1a1334561a5577edffca363d25f388",
    "validation": "e6ac97f8129e4d6a2e80b21a876815f283b48ef89ca1ef84d65cba82c2641e23",
    "test": "1adff42ae05a373dda4cae1e594f1cdd98074acf9ccfb2bd93810cb663d2f8ab",
}
_PRINT_HASHES = """
import hashlib, sys
from lamer_envs.minesweeper.env import MineSweeperEnv
for split in ("train", "validation", "test"):
    env = MineSweeperEnv(split=split)
    digest = hashlib.sha256()
    for seed in range(300):
        observation, info = env.reset(seed=seed)
        digest.update((observation + info["task_id"] + info["state_key"]).encode())
    print(digest.hexdigest())
"""


def spec(split: str = "train", **changes: int) -> BoardSpec:
    wanted = {"rows": 6, "cols": 6, "num_mines": 3, "max_clicks": 7, **changes}
    return BoardSpec(split=split, **wanted)  # type: ignore[arg-type]


def assert_fits(board: Board, wanted: BoardSpec) -> None:
    shape = board.geometry
    assert (shape.rows, shape.cols) == (wanted.rows, wanted.cols)
    assert board.num_mines == wanted.num_mines
    assert board.start >> board.opening & 1
    game = Game(board)
    assert not game.over
    assert board.start & board.mines == 0
    assert 1 <= board.min_clicks <= wanted.max_clicks
    # Blank regions first: the clicks of a player who knows the mines.
    for clicks in range(1, board.min_clicks + 1):
        closed = shape.full & ~(game.opened | board.mines)
        assert game.open(next(bits(closed & board.zeros or closed)))
        assert game.won == (clicks == board.min_clicks)


def test_ten_thousand_seeds_are_winnable_and_alive_and_splits_are_disjoint() -> None:
    layouts: dict[str, set[str]] = {}
    for split in SPLITS:
        wanted = spec(split)
        layouts[split] = set()
        for seed in range(10_000):
            board = generate(wanted, seed)
            assert_fits(board, wanted)
            layouts[split].add(board.layout_id)
    for one, other in combinations(SPLITS, 2):
        assert layouts[one].isdisjoint(layouts[other])
    # 7,140 layouts in all, some of them always won by the opening or too long.
    assert len(layouts["train"]) > 4_000
    assert len(layouts["validation"]) > 500
    assert len(layouts["test"]) > 1_000


@pytest.mark.parametrize(
    ("rows", "cols", "num_mines", "max_clicks"),
    [(4, 4, 3, 7), (2, 2, 2, 1), (3, 7, 5, 9), (8, 8, 10, 40), (16, 16, 40, 150), (5, 5, 22, 7)],
)
def test_other_shapes_fit_too(rows: int, cols: int, num_mines: int, max_clicks: int) -> None:
    for split in SPLITS:
        wanted = spec(split, rows=rows, cols=cols, num_mines=num_mines, max_clicks=max_clicks)
        found = set()
        for seed in range(30):
            try:
                board = generate(wanted, seed)
            except RuntimeError:
                # 2x2 has six layouts, so a split may be empty.
                assert (rows, cols) == (2, 2)
                continue
            assert_fits(board, wanted)
            found.add(board.task_id)
        assert found or (rows, cols) == (2, 2)


def test_the_layout_alone_decides_the_split() -> None:
    mines = [sum(1 << cell for cell in cells) for cells in combinations(range(16), 3)]
    splits = [split_of(layout_digest(4, 4, mask)) for mask in mines]
    assert len(splits) == 560
    assert 0.15 < splits.count("test") / 560 < 0.25
    assert 0.06 < splits.count("validation") / 560 < 0.14
    for split in SPLITS:
        wanted = spec(split, rows=4, cols=4)
        boards = [generate(wanted, seed) for seed in range(2_000)]
        assert all(split_of(layout_digest(4, 4, board.mines)) == split for board in boards)
        # Many openings of one layout come up, all in one split.
        assert len({board.task_id for board in boards}) > len({b.layout_id for b in boards})


def test_equal_mines_on_other_shapes_have_other_names() -> None:
    assert layout_digest(2, 8, 7) != layout_digest(4, 4, 7) != layout_digest(8, 2, 7)


def test_all_cells_are_mined_and_opened_about_equally_often() -> None:
    boards = [generate(spec(max_clicks=40), seed) for seed in range(4_000)]
    mined = np.bincount([cell for board in boards for cell in bits(board.mines)], minlength=36)
    opened = np.bincount([board.opening for board in boards], minlength=36)
    assert mined.min() > 0.7 * mined.mean()
    assert mined.max() < 1.4 * mined.mean()
    assert opened.min() > 0.5 * opened.mean()


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_the_first_boards_are_frozen_in_every_process(hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    printed = subprocess.run(
        [sys.executable, "-c", _PRINT_HASHES],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    ).stdout.split()
    assert printed == list(FROZEN.values())


def test_global_random_state_is_left_alone() -> None:
    random.seed(1)
    np.random.seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist()
    env = MineSweeperEnv()
    texts = []
    for seed in range(20):
        texts.append(env.reset(seed=seed)[0])
        env.step("(1, 1)")
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
    random.seed(2)
    np.random.seed(2)
    assert [env.reset(seed=seed)[0] for seed in range(20)] == texts


def test_impossible_wishes_are_refused_in_time() -> None:
    env = MineSweeperEnv(16, num_mines=40, max_turns=7)
    with pytest.raises(RuntimeError, match="no 16x16 board with 40 mines"):
        env.reset(seed=0)


@pytest.mark.parametrize(("size", "num_mines"), [(6, 3), (4, 3), (8, 10)])
def test_no_guess_boards_are_won_by_certain_moves_only(size: int, num_mines: int) -> None:
    max_turns = 7 if size < 8 else 40
    for split in SPLITS:
        env = MineSweeperEnv(size, num_mines, max_turns, no_guess=True, split=split)
        for seed in range(40 if size < 8 else 6):
            env.reset(seed=seed)
            over = False
            while not over:
                view = View.of(env.game)
                cell = best_cell(view)
                assert analyse(view).safe >> cell & 1
                _, _, terminated, truncated, info = env.step(view.shape.names[cell])
                over = terminated or truncated
            assert info["success"]


def test_some_default_boards_do_need_a_guess() -> None:
    free = [generate(spec(), seed).task_id for seed in range(60)]
    sure = MineSweeperEnv(no_guess=True)
    assert [sure.reset(seed=seed)[1]["task_id"] for seed in range(60)] != free
