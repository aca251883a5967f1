"""Exact inference: in how many of the mine layouts that fit what is visible is each cell a mine.

Closed cells that the same numbers see are interchangeable and form a *group*. Groups linked by
numbers form a component; a component is solved by dynamic programming over its groups, where the
state is what each number still misses. How often each mine count occurs is a polynomial (the
coefficient of x^m counts the ways with m mines), kept as one integer: x is 2^b with b large
enough that coefficients never touch. Components and the cells that no number sees are combined
under the known total of mines by multiplying polynomials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import comb

from lamer_envs.minesweeper.engine import Game, Geometry, bits

_State = tuple[int, ...]


@dataclass(frozen=True)
class View:
    """What a fair player knows.

    Attributes:
        shape: the board's shape.
        numbers: per open cell, the number of mines beside it; sorted pairs.
        num_mines: mines on the whole board.
    """

    shape: Geometry
    numbers: tuple[tuple[int, int], ...]
    num_mines: int

    @classmethod
    def of(cls, game: Game) -> View:
        """The visible part of a game."""
        board = game.board
        numbers = tuple((cell, board.count(cell)) for cell in bits(game.opened))
        return cls(board.geometry, numbers, board.num_mines)

    @classmethod
    def read(cls, shape: Geometry, numbers: Mapping[int, int], num_mines: int) -> View:
        """A view from the numbers of the open cells, as `text.read_board` returns them."""
        return cls(shape, tuple(sorted(numbers.items())), num_mines)

    @property
    def closed(self) -> int:
        """Mask of the closed cells."""
        return self.shape.full & ~sum(1 << cell for cell, _ in self.numbers)


@dataclass(frozen=True)
class Analysis:
    """What follows from a view.

    Attributes:
        closed: mask of the closed cells.
        layouts: how many mine layouts fit; at least 1.
        mine_layouts: per cell, in how many of them it is a mine; 0 for an open cell.
        safe: mask of the closed cells that are never a mine.
        mined: mask of the cells that always are.
    """

    closed: int
    layouts: int
    mine_layouts: tuple[int, ...]
    safe: int
    mined: int

    def risk(self, cell: int) -> float:
        """The probability that a cell is a mine, all layouts being equally likely."""
        return self.mine_layouts[cell] / self.layouts


@lru_cache(maxsize=512)
def analyse(view: View) -> Analysis:
    """Count the layouts that fit a view, in all and per cell.

    Raises:
        ValueError: no layout fits.
    """
    closed = view.closed
    problem = _split(view, closed)
    width = view.shape.size + 1
    parts = [] if problem is None else [_Component(part, width) for part in problem.parts]
    layouts = 0 if problem is None else _total(view, problem, [part.ways for part in parts])
    if not layouts:
        raise ValueError("no mine layout fits this view")
    assert problem is not None
    per_cell = [0] * view.shape.size
    for part in parts:
        others = [other.ways for other in parts if other is not part]
        for group, ways in zip(part.groups, part.ways_with_a_mine(), strict=True):
            count = _total(view, problem, [*others, ways])
            for cell in bits(group):
                per_cell[cell] = count
    if problem.unseen:
        count = _total(view, problem, [part.ways for part in parts], mine_in_unseen=True)
        for cell in bits(problem.unseen):
            per_cell[cell] = count
    safe = sum(1 << cell for cell in bits(closed) if per_cell[cell] == 0)
    mined = sum(1 << cell for cell in bits(closed) if per_cell[cell] == layouts)
    return Analysis(closed, layouts, tuple(per_cell), safe, mined)


def count_layouts(view: View, free: int = 0) -> int:
    """How many mine layouts fit a view and have no mine in the cells of the mask `free`."""
    problem = _split(view, view.closed & ~free)
    if problem is None:
        return 0
    width = view.shape.size + 1
    return _total(view, problem, [_Component(part, width).ways for part in problem.parts])


@dataclass(frozen=True)
class _Problem:
    """The numbers of a view by component, and the closed cells that no number sees."""

    parts: list[dict[int, int]]
    unseen: int


def _split(view: View, closed: int) -> _Problem | None:
    """Group the numbers (mask of closed neighbours: mines in it); `None` if two contradict."""
    needs: dict[int, int] = {}
    for cell, number in view.numbers:
        mask = view.shape.neighbours[cell] & closed
        if needs.setdefault(mask, number) != number:
            return None
    if needs.pop(0, 0):
        return None
    parts: list[tuple[int, dict[int, int]]] = []
    seen = 0
    for mask, number in needs.items():
        seen |= mask
        cells, merged = mask, {mask: number}
        apart = []
        for part in parts:
            if part[0] & cells:
                cells |= part[0]
                merged.update(part[1])
            else:
                apart.append(part)
        parts = [*apart, (cells, merged)]
    return _Problem([part[1] for part in parts], closed & ~seen)


def _total(view: View, problem: _Problem, ways: list[int], mine_in_unseen: bool = False) -> int:
    """Layouts with the right number of mines, from the polynomials of all components.

    With `mine_in_unseen`, those in which one given cell that no number sees is a mine.
    """
    width = view.shape.size + 1
    kept = (1 << width * (view.num_mines + 1)) - 1
    free_cells = problem.unseen.bit_count() - mine_in_unseen
    product = (1 + (1 << width)) ** free_cells & kept
    for factor in ways:
        product = product * factor & kept
    wanted = view.num_mines - mine_in_unseen
    return product >> width * wanted & (1 << width) - 1 if wanted >= 0 else 0


class _Component:
    """Numbers that hang together, solved.

    Attributes:
        groups: masks of interchangeable cells.
        ways: polynomial of the placements that satisfy all numbers.
    """

    def __init__(self, needs: dict[int, int], width: int) -> None:
        self._width = width
        masks, self.groups = _ordered(needs)
        touched = [[c for c, mask in enumerate(masks) if group & mask] for group in self.groups]
        room = [mask.bit_count() for mask in masks]
        layer: dict[_State, int] = {tuple(needs[mask] for mask in masks): 1}
        self._forward = [layer]
        self._edges: list[list[tuple[_State, int, _State]]] = []
        for group, numbers in zip(self.groups, touched, strict=True):
            size = group.bit_count()
            for c in numbers:
                room[c] -= size
            edges: list[tuple[_State, int, _State]] = []
            following: dict[_State, int] = {}
            for state, count in layer.items():
                fewest = max(0, max(state[c] - room[c] for c in numbers))
                most = min(size, min(state[c] for c in numbers))
                for k in range(fewest, most + 1):
                    missing = list(state)
                    for c in numbers:
                        missing[c] -= k
                    after = tuple(missing)
                    edges.append((state, k, after))
                    more = count * comb(size, k) << width * k
                    following[after] = following.get(after, 0) + more
            self._edges.append(edges)
            self._forward.append(following)
            layer = following
        self.ways = sum(layer.values())

    def ways_with_a_mine(self) -> list[int]:
        """Per group, the polynomial of the placements in which one given cell of it is a mine."""
        width = self._width
        backward = dict.fromkeys(self._forward[-1], 1)
        result: list[int] = []
        for group, edges, forward in zip(
            reversed(self.groups), reversed(self._edges), reversed(self._forward[:-1]), strict=True
        ):
            size = group.bit_count()
            before: dict[_State, int] = {}
            with_mine = 0
            for state, k, after in edges:
                rest = backward.get(after, 0) << width * k
                before[state] = before.get(state, 0) + comb(size, k) * rest
                if k:
                    with_mine += forward[state] * comb(size - 1, k - 1) * rest
            result.append(with_mine)
            backward = before
        return result[::-1]


def _ordered(needs: dict[int, int]) -> tuple[list[int], list[int]]:
    """The numbers' masks, and the groups in an order that keeps few numbers open at a time."""
    groups = [0]
    for mask in needs:
        groups[0] |= mask
    for mask in needs:
        groups = [part for group in groups for part in (group & mask, group & ~mask) if part]
    waiting = list(needs)
    masks: list[int] = []
    ordered: list[int] = []
    placed = 0
    while waiting:
        mask = min(
            waiting, key=lambda m: ((not m & placed) and bool(placed), (m & ~placed).bit_count())
        )
        waiting.remove(mask)
        masks.append(mask)
        ordered.extend(group for group in groups if group & mask and not group & placed)
        placed |= mask
    return masks, ordered
