from __future__ import annotations

import random
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_schema import asked, item, notes, write

from lamer_envs.webshop.data import DataMissingError, WebShopData
from lamer_envs.webshop.judge import best_choice, judge
from lamer_envs.webshop.nouns import rule_nouns
from lamer_envs.webshop.prices import hidden_price
from lamer_envs.webshop.real_goals import RealGoals, shuffle
from lamer_envs.webshop.records import NO_LIMIT

SEED = 3


def made(folder, items, attributes=None, human=None, kind="synthetic", **kwargs):
    """The goals with their splits, the products by ASIN, and the summary."""
    data = WebShopData.load(root=write(folder, items, attributes, human))
    products = list(data.products())
    goals = RealGoals(data, products, kind=kind, seed=SEED, nouns=rule_nouns, **kwargs)
    return list(goals), {product.asin: product for product in products}, goals.summary


def by_split(goals):
    splits = defaultdict(list)
    for split, goal in goals:
        splits[split].append(goal)
    return splits


@given(st.integers(0, 300), st.integers(0, 1000))
def test_the_shuffle_is_the_one_of_the_original(length, seed):
    ours, theirs = list(range(length)), list(range(length))
    shuffle(ours, seed)
    random.Random(seed).shuffle(theirs)
    assert ours == theirs


def test_the_shuffle_of_233():
    items = list(range(10))
    shuffle(items, 233)
    assert items == [5, 9, 0, 1, 4, 7, 6, 3, 8, 2]


def test_synthetic_goals_are_all_combinations_of_options(tmp_path):
    goals, products, summary = made(tmp_path, [item(1)], compat=True)
    assert [goal.goal_id for _, goal in sorted(goals, key=lambda pair: pair[1].goal_id)] == [
        f"synthetic-B000000001-{n}" for n in range(6)
    ]
    goals = {goal.goal_id: goal for _, goal in goals}
    assert [goals[f"synthetic-B000000001-{n}"].options for n in range(6)] == [
        (color, size) for color in ("dark | red", "1877blue") for size in ("8", "9", "10")
    ]
    goal = goals["synthetic-B000000001-4"]
    limit = goal.price_limit
    assert goal.instruction == (
        "Find me easy clean table lamp with color: 1877blue, and size: 9, "
        f"and price lower than {limit:.2f} dollars"
    )
    assert (goal.attributes, goal.option_names) == (("easy clean",), ("color", "size"))
    product = products[goal.asin]
    assert (goal.query, goal.category, goal.title) == (
        product.query,
        product.category,
        product.title,
    )
    assert summary.kept == {"test": 6}


def test_a_product_without_options_has_one_goal_and_one_without_instruction_none(tmp_path):
    items = [item(0, customization_options={}), item(1), item(2)]
    attributes = {"B000000000": notes(0), "B000000001": notes(1, instruction=None)}
    goals, *_ = made(tmp_path, items, attributes)
    limit = goals[0][1].price_limit
    assert [goal.instruction for _, goal in goals] == [
        f"Find me easy clean walking shoes, and price lower than {limit:.2f} dollars"
    ]


def test_price_limits_are_the_higher_of_two_of_the_next_four_tens(tmp_path):
    items = [item(n, pricing="$25.00", customization_options={}) for n in range(600)]
    goals, *_ = made(tmp_path, items)
    limits = Counter(goal.price_limit for _, goal in goals)
    assert set(limits) == {40.0, 50.0, 60.0}
    # One, two and three of the six pairs.
    for limit, share in ((40.0, 1 / 6), (50.0, 2 / 6), (60.0, 3 / 6)):
        assert limits[limit] / 600 == pytest.approx(share, abs=0.06)


@pytest.mark.parametrize(
    ("pricing", "limits"),
    [
        ("$965.00", {980.0, 990.0}),
        ("$975.00", {990.0}),
        ("$980.00", {NO_LIMIT}),
        ("$5,000.00", {NO_LIMIT}),
    ],
)
def test_price_limits_near_the_end_of_the_scale(tmp_path, pricing, limits):
    items = [item(n, pricing=pricing) for n in range(20)]
    goals, *_ = made(tmp_path, items)
    assert {goal.price_limit for _, goal in goals} == limits
    assert all(("price lower" in goal.instruction) == (NO_LIMIT not in limits) for _, goal in goals)


def test_human_goals_have_an_own_limit_each_and_names_for_their_options(tmp_path):
    human = {
        "B000000001": [
            asked(1),
            asked(1, instruction_options=["Dark/Red", "huge"], instruction="RED please"),
            asked(1, instruction_attributes=[]),
        ],
        "B999999999": [asked(1)],
    }
    goals, _, summary = made(tmp_path, [item(0), item(1)], human=human, kind="human", compat=True)
    goals = {goal.goal_id: goal for _, goal in goals}
    first = goals["human-B000000001-0"]
    assert first.instruction == (
        f"i need table lamp in size 9, and price lower than {first.price_limit:.2f} dollars"
    )
    assert (first.options, first.option_names) == (("9",), ())
    assert goals["human-B000000001-1"].options == ("Dark/Red", "huge")
    assert summary.without_attributes == 1

    goals, _, summary = made(tmp_path, [item(0), item(1)], human=human, kind="human")
    assert [(goal.options, goal.option_names) for _, goal in goals] == [(("9",), ("size",))]
    assert summary.unreachable == 1
    named = asked(1, instruction_options=["Dark/Red"])
    goals, *_ = made(tmp_path, [item(1)], human={"B000000001": [named]}, kind="human")
    assert [(goal.options, goal.option_names) for _, goal in goals] == [
        (("dark | red",), ("color",))
    ]


def test_every_goal_can_be_won(tmp_path):
    attributes = {f"B{n:09d}": notes(n) for n in range(9)}
    attributes["B000000004"] = notes(4, instruction_attributes=["never heard of"])
    goals, products, summary = made(tmp_path, [item(n) for n in range(9)], attributes)
    assert summary.unreachable == 6
    assert len(goals) + summary.unreachable + summary.shared == 54
    for _, goal in goals:
        product = products[goal.asin]
        chosen = best_choice(goal, product)
        assert judge(goal, product, hidden_price(product, SEED), chosen, rule_nouns).score == 1.0


def test_compat_keeps_goals_that_cannot_be_won_there(tmp_path):
    goals, products, summary = made(tmp_path, [item(0)], compat=True)
    scores = {}
    for _, goal in goals:
        product = products[goal.asin]
        chosen = dict(zip(goal.option_names, goal.options, strict=True))
        price = hidden_price(product, SEED)
        verdict = judge(goal, product, price, chosen, rule_nouns, compat=True)
        scores[goal.options] = verdict.score
    # The colour in 1877blue is seen on the side of the purchase only.
    assert all((score == 1.0) == ("1877blue" not in options) for options, score in scores.items())
    assert summary.unreachable == 0


def test_splits_share_no_product(tmp_path):
    human = {f"B{n:09d}": [asked(n), asked(n), asked(n)] for n in range(1200)}
    items = [item(n) for n in range(1200)]
    goals, _, summary = made(tmp_path, items, None, human, kind="human")
    splits = by_split(goals)
    asins = {split: {goal.asin for goal in goals} for split, goals in splits.items()}
    assert set(asins) == {"train", "validation", "test"}
    assert not asins["train"] & asins["test"]
    assert not asins["train"] & asins["validation"]
    assert not asins["validation"] & asins["test"]
    assert len(splits["test"]) == 500
    assert len(asins["validation"]) / len(asins["validation"] | asins["train"]) == pytest.approx(
        1 / 9, abs=0.04
    )
    assert summary.kept == {split: len(goals) for split, goals in splits.items()}
    assert summary.kept.total() + summary.shared == 3600
    assert str(summary).startswith("goals kept: 500 test, ")

    compat, *_ = made(tmp_path, items, None, human, kind="human", compat=True)
    assert Counter(split for split, _ in compat) == {
        "test": 500,
        "validation": 1000,
        "train": 2100,
    }
    assert [g.goal_id for g in splits["test"]] == [g.goal_id for _, g in compat[:500]]
    expected = [(asin, part) for asin in sorted(human) for part in range(3)]
    shuffle(expected, 233)
    assert [(goal.asin, int(goal.goal_id[-1])) for _, goal in compat] == expected


def test_a_small_data_set_is_not_all_test(tmp_path):
    *_, summary = made(tmp_path, [item(n, customization_options={}) for n in range(30)])
    assert summary.kept["test"] == 6
    assert summary.kept["train"] > 15


def test_the_goals_are_the_same_every_time_and_differ_by_seed(tmp_path):
    data = WebShopData.load(root=write(tmp_path, [item(n) for n in range(5)]))
    products = list(data.products())
    goals = RealGoals(data, products, kind="synthetic", seed=1, nouns=rule_nouns)
    first = list(goals)
    summary = goals.summary
    assert list(goals) == first
    assert goals.summary == summary
    other = list(RealGoals(data, products, kind="synthetic", seed=2, nouns=rule_nouns))
    assert [goal.goal_id for _, goal in other] == [goal.goal_id for _, goal in first]
    assert other != first


def test_what_is_asked_for_must_be_there(tmp_path):
    data = WebShopData.load(root=write(tmp_path, [item(0)]))
    with pytest.raises(DataMissingError, match=r"items_human_ins\.json"):
        RealGoals(data, [], kind="human", seed=0, nouns=rule_nouns)
    with pytest.raises(ValueError, match="'synthetic' or 'human', not 'both'"):
        RealGoals(data, [], kind="both", seed=0, nouns=rule_nouns)
    assert list(RealGoals(data, [], kind="synthetic", seed=0, nouns=rule_nouns)) == []
