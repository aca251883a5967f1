from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.webshop.records import NO_LIMIT
from lamer_envs.webshop.wishes import asked_value, read_instruction, terms

TEXT = (
    "Help me find an easy to use sofa with oak legs, made for narrow flats, in navy blue, in the "
    "84 inch size and as a two pack, and price lower than 460.00 dollars"
)


def test_an_instruction_is_taken_apart() -> None:
    wishes = read_instruction(TEXT)
    assert wishes.budget == 460.0
    assert wishes.query == (
        "an easy to use sofa with oak legs for narrow flats in navy blue in the 84 inch size and "
        "as a two pack"
    )
    assert wishes.phrases[:3] == (
        frozenset(terms("easy use sofa")),
        frozenset(terms("oak legs")),
        frozenset(terms("narrow flats")),
    )
    assert {"2", "pack"} in wishes.phrases


@pytest.mark.parametrize("text", ["a lamp", "i need a lamp and price lower than many dollars", ""])
def test_without_a_limit(text: str) -> None:
    assert read_instruction(text).budget == NO_LIMIT


@pytest.mark.parametrize(
    "text", ["a mug, price lower than $20", "a mug with a price less than 20.00 dollars"]
)
def test_limits_in_other_words(text: str) -> None:
    assert read_instruction(text).budget == 20.0
    assert read_instruction(text).query.startswith("a mug")
    assert "20" not in read_instruction(text).query


@given(st.text())
def test_any_text_will_do(text: str) -> None:
    wishes = read_instruction(text)
    assert all(wishes.phrases)
    assert wishes.query or not text
    assert asked_value(wishes.terms, text, [text, "red"]) in (text, "red", None)


@pytest.mark.parametrize(
    ("said", "name", "values", "wanted"),
    [
        ("in size x-large", "size", ["large", "x-large", "xx-large"], "x-large"),
        ("in double extra large", "size", ["large", "x-large", "xx-large"], "xx-large"),
        ("as a two pack", "quantity", ["pack of 1", "pack of 2", "pack of 12"], "pack of 2"),
        ("in gray", "color", ["grey", "red"], "grey"),
        ("black and white sneakers in black", "color", ["black", "black-white"], "black-white"),
        ("white chocolate, flavor name dark", "flavor name", ["white", "dark"], "dark"),
        ("in white, no, in black", "color", ["black", "white"], "black"),
        ("in navy", "color", ["navy blue", "red"], "navy blue"),
        ("in the 4 ounce size", "size", ["4 ounce", "14 ounce"], "4 ounce"),
        ("in green", "color", ["red", "blue"], None),
        ("in green", "color", [], None),
        ("in green", "", ["of the", "!"], None),
    ],
)
def test_the_value_that_is_asked_for(
    said: str, name: str, values: list[str], wanted: str | None
) -> None:
    assert asked_value(read_instruction(said).terms, name, values) == wanted
    assert asked_value(read_instruction(said).terms, name, values[::-1]) == wanted
