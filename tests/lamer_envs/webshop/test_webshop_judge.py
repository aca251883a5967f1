from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz, utils

from lamer_envs.webshop.colours import COLOURS, normalise_colour
from lamer_envs.webshop.judge import Verdict, best_choice, judge
from lamer_envs.webshop.prices import hidden_price
from lamer_envs.webshop.records import NO_LIMIT, Goal, Product


def read_words(title: str) -> tuple[str, ...]:
    """Every word is a noun: the judge is tested apart from any reader."""
    return tuple(title.lower().split())


PRODUCT = Product(
    asin="B000000001",
    title="Acme Walking Shoes Women",
    description="Light shoes with a Rubber Sole.",
    bullets=("Machine wash", "breathable mesh"),
    prices=(20.0, 60.0),
    category="Clothing › Women › Shoes",
    query="women's walking shoes",
    attributes=("arch support", "non slip"),
    options=(("color", ("1877blue", "dark red")), ("size", ("large", "x-large"))),
)
GOAL = Goal(
    goal_id="g",
    asin=PRODUCT.asin,
    instruction="i want shoes",
    attributes=("arch support", "rubber sole"),
    options=("1877blue", "large"),
    option_names=("color", "size"),
    price_limit=50.0,
    query=PRODUCT.query,
    category=PRODUCT.category,
    title=PRODUCT.title,
)
ASKED = {"color": "1877blue", "size": "large"}


def bought(product=PRODUCT, goal=GOAL, price=40.0, chosen=ASKED, **kwargs) -> Verdict:
    return judge(goal, product, price, chosen, read_words, **kwargs)


# The published formula, and what the released code says a hit is, as plainly as can be.


def plain_fuzzy(one: str, other: str) -> bool:
    def clean(text: str) -> str:
        return utils.default_process("".join(c for c in text if not 128 <= ord(c) < 256))

    return round(fuzz.token_set_ratio(clean(one), clean(other))) > 85


def plain_colour(value: str) -> str:
    for colour in COLOURS:
        if colour in value:
            return colour
    return value


def plain_score(goal: Goal, product: Product, price: float, chosen: dict, compat: bool) -> float:
    texts = [product.title, " ".join(product.bullets), product.description]
    hits = 0
    for wanted in goal.attributes:
        fuzzy = any(plain_fuzzy(attribute, wanted) for attribute in product.attributes)
        hits += fuzzy or any(wanted in text.lower() for text in texts)
    for number, wanted in enumerate(goal.options):
        name = goal.option_names[number] if goal.option_names else ""
        target = plain_colour(wanted)
        values = [v for n, v in chosen.items() if n == name or not name or compat]
        if compat and name:
            pair = (name, wanted)
            target = next((colour for colour in COLOURS if colour in pair), str(pair))
        hits += any(plain_fuzzy(plain_colour(value), target) for value in values)
    hits += price <= goal.price_limit
    total = len(goal.attributes) + len(goal.options) + 1

    wanted_nouns, nouns = read_words(goal.title), set(read_words(product.title))
    overlap = len(set(wanted_nouns) & nouns) / len(wanted_nouns) if wanted_nouns else 0.2
    levels = [{level.strip() for level in c.category.split("›")} for c in (goal, product)]
    factor = 1.0
    if not (goal.query == product.query or len(levels[0] & levels[1]) >= 2 or overlap > 0.2):
        factor = 0.5
    if overlap < 0.1:
        factor = 0.1
    if overlap == 0:
        factor = 0.0
    return factor * hits / total


def test_matches_are_told_by_the_rounded_score() -> None:
    for known, wanted, score in (
        ("a" * 23, "a" * 20 + "b" * 4, 85.1),
        ("a" * 23, "a" * 17, 85.0),
        ("a" * 20, "a" * 15, 85.7),
    ):
        assert round(fuzz.token_set_ratio(known, wanted), 1) == score
        product = replace(PRODUCT, attributes=(known,))
        goal = replace(GOAL, attributes=(wanted,), options=(), option_names=())
        assert bought(product, goal).attribute_hits == (score > 85.5,)


WORDS = "red navy titan standard large x-large 11 11.5 wash easy machine rubber café sole d'or"
text = st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=4).map(" ".join)
title = st.lists(st.sampled_from("abcdefghijklmnopqrst"), max_size=14).map(" ".join)
texts = st.lists(text, max_size=3).map(tuple)
category = st.lists(st.sampled_from(["Home", "Bath", " Rugs", "Shoes"]), max_size=3).map("›".join)
query = st.sampled_from(["rugs", "shoes"])
names = st.sampled_from(["color", "size", "style"])
option = st.tuples(names, text)
products = st.builds(
    Product,
    asin=st.just("B1"),
    title=st.one_of(title, text),
    description=text,
    bullets=texts,
    prices=st.just((10.0,)),
    category=category,
    query=query,
    attributes=texts,
    options=st.just(()),
)


@st.composite
def goals(draw):
    wanted = draw(st.lists(option, max_size=3))
    named = draw(st.booleans())
    return Goal(
        goal_id="g",
        asin="B1",
        instruction="",
        attributes=draw(st.lists(text, min_size=1, max_size=3).map(tuple)),
        options=tuple(value for _, value in wanted),
        option_names=tuple(name for name, _ in wanted) if named else (),
        price_limit=draw(st.sampled_from([10.0, 20.0, NO_LIMIT])),
        query=draw(query),
        category=draw(category),
        title=draw(st.one_of(title, text)),
    )


@settings(max_examples=500, deadline=None)
@given(goals(), products, st.sampled_from([5.0, 10.0, 10.01, 30.0]), st.dictionaries(names, text))
def test_the_score_is_the_published_formula(goal, product, price, chosen):
    for compat in (False, True):
        verdict = judge(goal, product, price, chosen, read_words, compat=compat)
        assert verdict.score == plain_score(goal, product, price, chosen, compat)
        assert 0.0 <= verdict.score <= 1.0
        assert verdict.success == (verdict.score == 1.0)
        attributes, options, price_weight = verdict.weights
        share = (
            sum(verdict.attribute_hits) / len(goal.attributes) * attributes
            + (sum(verdict.option_hits) / len(goal.options) * options if goal.options else 0.0)
            + verdict.price_ok * price_weight
        )
        assert verdict.score == pytest.approx(verdict.type_score * share)


@settings(max_examples=200, deadline=None)
@given(goals(), products, st.dictionaries(names, text))
def test_names_only_take_hits_away(goal, product, chosen):
    unnamed = replace(goal, option_names=())
    with_names = judge(goal, product, 10.0, chosen, read_words)
    without = judge(unnamed, product, 10.0, chosen, read_words)
    assert with_names.score <= without.score
    assert judge(unnamed, product, 10.0, chosen, read_words, compat=True) == without


def test_the_asked_for_purchase_scores_one():
    verdict = bought()
    assert verdict == Verdict(1.0, 1.0, True, True, 1.0, (True, True), (True, True), True)
    assert verdict.weights == (2 / 5, 2 / 5, 1 / 5)


@pytest.mark.parametrize(
    ("change", "score"),
    [
        ({"price": 50.0}, 1.0),
        ({"price": 50.01}, 4 / 5),
        ({"chosen": {}}, 3 / 5),
        ({"chosen": {"color": "1877blue"}}, 4 / 5),
        ({"chosen": {"color": "light blue", "size": "large"}}, 1.0),  # both are blue
        ({"chosen": {"color": "dark red", "size": "large"}}, 4 / 5),
        ({"chosen": {"color": "1877blue", "size": "x-large"}}, 1.0),  # a token set with `large`
        ({"chosen": {"color": "1877blue", "size": "medium"}}, 4 / 5),
        ({"product": replace(PRODUCT, attributes=())}, 4 / 5),
        ({"product": replace(PRODUCT, attributes=("support arch", "x"))}, 1.0),
        ({"product": replace(PRODUCT, description="rubber", bullets=("sole",))}, 4 / 5),
        ({"product": replace(PRODUCT, description="", bullets=("a RUBBER", "SOLE b"))}, 1.0),
    ],
)
def test_worked_cases(change, score):
    assert bought(**change).score == pytest.approx(score)


@pytest.mark.parametrize(
    ("title", "query", "category", "type_score"),
    [
        ("a b c d e f g h i j", "q", "x", 1.0),
        ("a b c", "q", "x", 1.0),  # 0.3
        ("a b", "q", "x", 0.5),  # 0.2 is not above 0.2
        ("a b", "wanted", "x", 1.0),
        ("a b", "q", "Home›Rugs", 1.0),
        ("a b", "q", "Rugs › Home", 1.0),
        ("a b", "q", "Home", 0.5),
        ("a", "q", "x", 0.5),  # 0.1 is not below 0.1
        ("z", "q", "x", 0.0),
        ("z", "wanted", "Home›Rugs", 0.0),
    ],
)
def test_the_ladder_of_types(title, query, category, type_score):
    goal = replace(GOAL, title="a b c d e f g h i j", query="wanted", category="Home › Rugs")
    product = replace(PRODUCT, title=title, query=query, category=category)
    verdict = bought(product, goal)
    assert verdict.type_score == type_score
    assert verdict.score == type_score


def test_repeated_nouns_of_the_goal_count():
    goal = replace(GOAL, title="sofa " * 10 + "couch", query="q", category="x")
    verdict = bought(replace(PRODUCT, title="couch"), goal)
    assert (verdict.title_overlap, verdict.type_score) == (1 / 11, 0.1)


def test_a_goal_whose_title_has_no_noun():
    goal = replace(GOAL, title="", query="q", category="x")
    assert (bought(goal=goal).title_overlap, bought(goal=goal).type_score) == (0.2, 0.5)


def test_a_value_serves_only_the_option_it_was_chosen_for():
    chosen = {"style": "1877blue", "size": "large"}
    assert bought(chosen=chosen).option_hits == (False, True)
    unnamed = replace(GOAL, option_names=())
    assert bought(goal=unnamed, chosen=chosen).option_hits == (True, True)
    one_for_all = replace(GOAL, options=("red", "dark red"), option_names=("color", "trim"))
    assert bought(goal=one_for_all, chosen={"color": "red"}).option_hits == (True, False)
    assert bought(goal=one_for_all, chosen={"color": "red"}, compat=True).option_hits == (
        True,
        True,
    )


def test_compat_misses_colours_inside_words_as_the_released_code_does():
    assert bought(compat=True).option_hits == (False, True)
    assert best_choice(GOAL, PRODUCT, compat=True) == {"size": "large"}
    unnamed = replace(GOAL, option_names=())
    assert bought(goal=unnamed, compat=True).option_hits == (True, True)


@pytest.mark.parametrize(
    ("value", "colour"),
    [
        ("titan", "tan"),
        ("standard queen", "tan"),
        ("light navy blue", "blue"),
        ("123alabaster", "alabaster"),
        ("12 inch", "12 inch"),
        ("", ""),
    ],
)
def test_colours(value, colour):
    assert normalise_colour(value) == colour


def test_the_best_choice_takes_what_was_asked_for():
    assert best_choice(GOAL, PRODUCT) == ASKED
    asked = replace(GOAL, options=("x-large",), option_names=("size",))
    assert best_choice(asked, PRODUCT) == {"size": "x-large"}
    nothing = replace(GOAL, options=("paisley",), option_names=("color",))
    assert best_choice(nothing, PRODUCT) == {}


def test_the_best_choice_is_one_that_clicks_can_make():
    twice = replace(PRODUCT, options=(("inner", ("red", "oak")), ("outer", ("red", "elm"))))
    inner = replace(GOAL, options=("red",), option_names=("inner",))
    assert best_choice(inner, twice) == {}
    assert best_choice(replace(inner, option_names=("outer",)), twice) == {"outer": "red"}
    button = replace(PRODUCT, options=(("style", ("Buy  Now",)),))
    wanted = replace(GOAL, options=("buy now",), option_names=("style",))
    assert best_choice(wanted, button) == {}


def test_two_unnamed_options_take_two_of_the_product():
    goal = replace(GOAL, options=("large", "dark red"), option_names=())
    assert best_choice(goal, PRODUCT) == {"size": "large", "color": "dark red"}


def test_hidden_prices_lie_in_the_range_and_fill_it():
    prices = [hidden_price(replace(PRODUCT, asin=f"B{n}"), 7) for n in range(2000)]
    assert all(20.0 <= price < 60.0 for price in prices)
    counts = [sum(20 + 10 * k <= price < 30 + 10 * k for price in prices) for k in range(4)]
    assert min(counts) > 430
    assert hidden_price(replace(PRODUCT, prices=(12.5,)), 0) == 12.5
    assert hidden_price(PRODUCT, 0) != hidden_price(PRODUCT, 1)


def test_hidden_prices_are_the_same_in_every_process():
    code = (
        "from lamer_envs.webshop.prices import hidden_price\n"
        "from lamer_envs.webshop.records import Product\n"
        "import json\n"
        "p = Product('B7', '', '', (), (5.0, 50.0), '', '', (), ())\n"
        "print(json.dumps([hidden_price(p, s) for s in range(5)]))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert len(set(json.loads(runs.pop()))) == 5
