"""What WebShop's embedded catalogue is like: its make-up, and how hard its goals are.

    python benchmarks/webshop_catalogue.py

The two players of the difficulty check search for the whole instruction. One buys the first hit
as it is; the other knows the judge and buys the best of the first page with the best options.
Writes `webshop_catalogue.json` and `webshop_catalogue.md`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from machine import describe, load_average, sentence

from lamer_envs.splits import SPLITS
from lamer_envs.webshop.catalogue import Catalogue
from lamer_envs.webshop.judge import best_choice
from lamer_envs.webshop.opening import CatalogueSpec, open_catalogue
from lamer_envs.webshop.records import Goal
from lamer_envs.webshop.shop import PAGE_SIZE

RESULTS = Path(__file__).parent / "results"

REAL = {
    "products with 0, 1, 2, 3, 4+ attributes": (18.5, 19.0, 19.0, 13.0, 30.0),
    "goals with 2, 3, 4, 5+ attributes": (43.0, 27.0, 17.0, 12.0),
}
"""Per cent in the original's first 1,000 products."""


def score(catalogue: Catalogue, goal: Goal, number: int, *, choose: bool) -> float:
    """What buying a hit is worth, as it is or with the best options."""
    product = catalogue.item(number).product
    chosen = best_choice(goal, product) if choose else {}
    return catalogue.judge(goal, number, tuple(chosen.items())).score


def measure(products: int, seed: int) -> dict[str, Any]:
    """Shares in per cent, scores as means over all goals."""
    catalogue = open_catalogue(CatalogueSpec.of(num_products=products, seed=seed))
    goals = [goal for split in SPLITS for goal in catalogue.goals[split]]
    counts = Counter(min(len(catalogue.products[n].attributes), 4) for n in range(products))
    asked = Counter(min(len(goal.attributes), 5) for goal in goals)
    first: list[float] = []
    best: list[float] = []
    own: list[float] = []
    place = {catalogue.products[n].asin: n for n in range(products)}
    for goal in goals:
        hits = catalogue.index.search(goal.instruction, PAGE_SIZE)
        first.append(score(catalogue, goal, hits[0], choose=False) if hits else 0.0)
        best.append(max((score(catalogue, goal, hit, choose=True) for hit in hits), default=0.0))
        own.append(score(catalogue, goal, place[goal.asin], choose=True))
    return {
        "seed": seed,
        "products with 0, 1, 2, 3, 4+ attributes": [
            round(100 * counts[n] / products, 1) for n in range(5)
        ],
        "goals with 2, 3, 4, 5+ attributes": [
            round(100 * asked[n] / len(goals), 1) for n in range(2, 6)
        ],
        "goals": {split: len(catalogue.goals[split]) for split in SPLITS},
        "first hit, mean score": round(sum(first) / len(goals), 3),
        "first hit, success": percent(first),
        "best of the first page, success": percent(best),
        "own product, success": percent(own),
    }


def percent(scores: list[float]) -> float:
    """Scores of 1, in per cent."""
    return round(100 * sum(each == 1.0 for each in scores) / len(scores), 1)


def table(rows: list[dict[str, Any]], machine: dict[str, Any], products: int) -> str:
    """The readable form: a column a seed."""
    seeds = " | ".join(f"seed {row['seed']}" for row in rows)
    lines = [
        f"# The embedded catalogue, {products:,} products",
        "",
        f"`{machine['command']}`",
        "",
        f"{sentence(machine)} Shares in per cent.",
        "",
        f"| | real data | {seeds} |",
        "|---|---|" + "---|" * len(rows),
    ]
    for name in list(rows[0])[1:]:
        cells = [shown(REAL[name]) if name in REAL else "–"]
        cells += [shown(row[name]) for row in rows]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def shown(value: Any) -> str:
    """Numbers beside each other."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items())
    return " / ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description="The embedded catalogue's make-up and difficulty.")
    parser.add_argument("--products", type=int, default=1000, help="size of the catalogue")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="of the catalogues")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the result files")
    arguments = parser.parse_args()
    machine = describe("benchmarks/webshop_catalogue.py")
    rows = [measure(arguments.products, seed) for seed in arguments.seeds]
    machine["load_average_at_end"] = load_average()
    arguments.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine, "catalogues": rows}, indent=1) + "\n"
    (arguments.out / "webshop_catalogue.json").write_text(text, encoding="utf-8")
    written = table(rows, machine, arguments.products)
    (arguments.out / "webshop_catalogue.md").write_text(written, encoding="utf-8")
    print(written)


if __name__ == "__main__":
    main()
