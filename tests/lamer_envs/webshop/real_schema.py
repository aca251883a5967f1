"""A small data set in the schema of WebShop's real files, sound unless a test breaks it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

KINDS = ("walking shoes", "table lamp", "face cream")


def item(number: int, **changes: Any) -> dict[str, Any]:
    """An item of the items file."""
    kind = KINDS[number % len(KINDS)]
    record = {
        "asin": f"B{number:09d}",
        "name": f"Acme {kind.title()} Model",
        "full_description": f"A {kind} for every day.",
        "small_description": ["Machine wash", f"good {kind}"],
        "pricing": ("$19.99", "$5.00 - $1,250.50", "")[number % 3],
        "images": ["https://example.com/a.jpg"],
        "product_category": f"Shop › {kind.title()} › All",
        "category": "fashion",
        "query": f" {kind.title()} ",
        "customization_options": {
            "Color": [{"value": " Dark/Red ", "image": None}, {"value": "1877blue"}],
            "size": [{"value": "8"}, {"value": "9"}, {"value": "10"}],
            "Fit": None,
        },
        "average_rating": 4.5,
    }
    return record | changes


def notes(number: int, **changes: Any) -> dict[str, Any]:
    """An entry of the attributes file."""
    record = {
        "attributes": ["arch support", "easy clean"],
        "instruction": f"Find me easy clean {KINDS[number % len(KINDS)]}",
        "instruction_attributes": ["easy clean"],
    }
    return record | changes


def asked(number: int, **changes: Any) -> dict[str, Any]:
    """An instruction of the human file."""
    record = {
        "asin": f"B{number:09d}",
        "instruction": f"i need {KINDS[number % len(KINDS)]} in size 9.",
        "attributes": ["arch support"],
        "options": ["color: dark | red", "size: 9"],
        "instruction_attributes": ["arch support"],
        "instruction_options": ["9"],
        "assignment_id": "x",
        "worker_id": "y",
    }
    return record | changes


def write(
    folder: Path,
    items: list[Any],
    attributes: dict[str, Any] | None = None,
    human: dict[str, Any] | None = None,
    ending: str = "",
) -> Path:
    """Write the files of a data set and return their folder; by default all items have notes."""
    if attributes is None:
        attributes = {f"B{n:09d}": notes(n) for n in range(max(len(items), 3))}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"items_shuffle{ending}.json").write_text(json.dumps(items), encoding="utf-8")
    (folder / f"items_ins_v2{ending}.json").write_text(json.dumps(attributes), encoding="utf-8")
    if human is not None:
        (folder / "items_human_ins.json").write_text(json.dumps(human), encoding="utf-8")
    return folder
