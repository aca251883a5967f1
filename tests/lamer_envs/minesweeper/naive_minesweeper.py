"""MineSweeper written the slow and obvious way, on sets of (row, column), to compare against."""

from __future__ import annotations

from itertools import combinations, product

Cell = tuple[int, int]


def cells_of(rows: int, cols: int) -> list[Cell]:
    return list(product(range(rows), range(cols)))


def neighbours(rows: int, cols: int, cell: Cell) -> set[Cell]:
    return {
        (cell[0] + down, cell[1] + right)
        for down, right in product((-1, 0, 1), repeat=2)
        if (down, right) != (0, 0) and 0 <= cell[0] + down < rows and 0 <= cell[1] + right < cols
    }


def number(rows: int, cols: int, mines: set[Cell], cell: Cell) -> int:
    return len(neighbours(rows, cols, cell) & mines)


def flood(rows: int, cols: int, mines: set[Cell], cell: Cell) -> set[Cell]:
    """The cells that a click on a safe cell opens on an unopened board."""
    opened: set[Cell] = set()
    stack = [cell]
    while stack:
        at = stack.pop()
        if at in opened:
            continue
        opened.add(at)
        if number(rows, cols, mines, at) == 0:
            stack.extend(neighbours(rows, cols, at))
    return opened


def fewest_clicks(rows: int, cols: int, mines: set[Cell], opened: set[Cell]) -> int:
    """The length of a shortest win, by trying all sets of clicks in order of size."""
    closed = set(cells_of(rows, cols)) - mines - opened
    floods = {frozenset(flood(rows, cols, mines, cell) - opened) for cell in closed}
    for clicks in range(len(floods) + 1):
        for chosen in combinations(floods, clicks):
            if set().union(*chosen) == closed:
                return clicks
    raise AssertionError("every safe cell can be clicked")


def consistent_layouts(
    rows: int, cols: int, num_mines: int, numbers: dict[Cell, int]
) -> list[set[Cell]]:
    """Every mine layout that explains the numbers of the open cells."""
    closed = [cell for cell in cells_of(rows, cols) if cell not in numbers]
    return [
        set(mines)
        for mines in combinations(closed, num_mines)
        if all(number(rows, cols, set(mines), cell) == shown for cell, shown in numbers.items())
    ]


def draw(rows: int, cols: int, mines: set[Cell], opened: set[Cell], exploded: Cell | None) -> str:
    """The visible text."""
    lines = []
    for row in range(rows):
        symbols = []
        for col in range(cols):
            cell = (row, col)
            if cell == exploded:
                symbols.append("*")
            elif cell in opened:
                symbols.append(str(number(rows, cols, mines, cell) or "."))
            else:
                symbols.append("?")
        lines.append(f"Row {row + 1}: {' '.join(symbols)}")
    return "\n".join(lines)
