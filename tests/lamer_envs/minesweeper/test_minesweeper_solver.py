"""Exact inference against the enumeration of all layouts."""

import random

import naive_minesweeper as naive
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamer_envs.minesweeper.engine import bits, geometry
from lamer_envs.minesweeper.logic import best_cell, single_point
from lamer_envs.minesweeper.solver import View, analyse, count_layouts
from lamer_envs.minesweeper.text import read_board


@st.composite
def positions(draw: st.DrawFn) -> tuple[int, int, int, dict[naive.Cell, int]]:
    """Any set of open safe cells, reachable by play or not, with its numbers."""
    rows, cols = draw(st.sampled_from([(3, 3), (3, 5), (4, 4), (2, 7), (1, 8), (4, 5)]))
    cells = draw(st.permutations(naive.cells_of(rows, cols)))
    num_mines = draw(st.integers(1, 4))
    mines = set(cells[:num_mines])
    opened = cells[num_mines : num_mines + draw(st.integers(0, len(cells) - num_mines))]
    numbers = {cell: naive.number(rows, cols, mines, cell) for cell in opened}
    return rows, cols, num_mines, numbers


def view_of(rows: int, cols: int, num_mines: int, numbers: dict[naive.Cell, int]) -> View:
    by_index = {row * cols + col: number for (row, col), number in numbers.items()}
    return View.read(geometry(rows, cols), by_index, num_mines)


@settings(max_examples=150, deadline=None)
@given(positions())
def test_counts_equal_the_enumeration(
    position: tuple[int, int, int, dict[naive.Cell, int]],
) -> None:
    rows, cols, _, numbers = position
    layouts = naive.consistent_layouts(*position)
    known = analyse(view_of(*position))
    assert known.layouts == len(layouts)
    for i, cell in enumerate(naive.cells_of(rows, cols)):
        with_mine = sum(cell in layout for layout in layouts)
        assert known.mine_layouts[i] == with_mine
        closed = cell not in numbers
        assert known.closed >> i & 1 == closed
        assert bool(known.safe >> i & 1) == (closed and with_mine == 0)
        assert bool(known.mined >> i & 1) == (with_mine == len(layouts))
        assert known.risk(i) == pytest.approx(with_mine / len(layouts))


@settings(max_examples=80, deadline=None)
@given(positions(), st.data())
def test_layouts_without_mines_in_given_cells(
    position: tuple[int, int, int, dict[naive.Cell, int]], data: st.DataObject
) -> None:
    rows, cols = position[:2]
    free = data.draw(st.sets(st.sampled_from(naive.cells_of(rows, cols)), max_size=5))
    mask = sum(1 << row * cols + col for row, col in free)
    layouts = naive.consistent_layouts(*position)
    expected = sum(not layout & free for layout in layouts)
    assert count_layouts(view_of(*position), mask) == expected


@settings(max_examples=80, deadline=None)
@given(positions())
def test_single_point_logic_never_errs(
    position: tuple[int, int, int, dict[naive.Cell, int]],
) -> None:
    view = view_of(*position)
    known = analyse(view)
    safe, mined = single_point(view)
    assert safe & ~known.safe == 0
    assert mined & ~known.mined == 0


def test_single_point_logic_misses_what_takes_two_numbers() -> None:
    # 1 2 1 under three closed cells: mines on both sides, safe in the middle.
    shape, numbers, _ = read_board("Row 1: ? ? ?\nRow 2: 1 2 1")
    view = View.read(shape, numbers, 2)
    assert single_point(view) == (0, 0)
    known = analyse(view)
    assert known.safe == 1 << 1
    assert known.mined == 0b101
    assert best_cell(view) == 1


def test_the_mine_total_decides_when_numbers_do_not() -> None:
    shape, numbers, _ = read_board("Row 1: ? 1 ? ?\nRow 2: ? 1 ? ?\nRow 3: ? 1 ? ?")
    one = analyse(View.read(shape, numbers, 1))
    assert one.safe == sum(1 << cell for cell in (0, 2, 3, 7, 8, 10, 11))
    assert one.layouts == 2
    assert one.risk(4) == 0.5


@pytest.mark.parametrize(
    ("text", "num_mines"),
    [("Row 1: 2 ?", 1), ("Row 1: . ?", 1), ("Row 1: ? 1 ?", 2), ("Row 1: 1 .", 1)],
)
def test_a_view_that_no_layout_explains_is_refused(text: str, num_mines: int) -> None:
    shape, numbers, _ = read_board(text)
    with pytest.raises(ValueError, match="no mine layout"):
        analyse(View.read(shape, numbers, num_mines))


def test_a_large_board_is_solved_exactly_and_soon() -> None:
    rng = random.Random(5)
    shape = geometry(16, 16)
    mines = sum(1 << cell for cell in rng.sample(range(256), 40))
    opened = rng.sample(list(bits(shape.full & ~mines)), 90)
    numbers = {cell: (mines & shape.neighbours[cell]).bit_count() for cell in opened}
    known = analyse(View.read(shape, numbers, 40))
    # The mines of all layouts, counted by cell and by layout.
    assert sum(known.mine_layouts) == 40 * known.layouts
    assert known.safe & mines == 0
    assert known.mined & ~mines == 0
