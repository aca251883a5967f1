"""Advantages over the standard deviation of an opponent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows_kit import RETURNS, Rows, group_rows

from lamer_train.advantages import EPSILON, gigpo, grpo, reinforce, whiten

OPPONENTS = ("rock", "thief", "maniac")


@st.composite
def games(draw: st.DrawFn) -> Rows:
    """Rows of up to five groups, each against one of three opponents."""
    rows: Rows = []
    for group in range(draw(st.integers(1, 5))):
        opponent = draw(st.sampled_from(OPPONENTS))
        rows += group_rows(
            draw, group=group, opponent=opponent, episodes=2, rows=2, anchors=["s", "t"]
        )
    return draw(st.permutations(rows))


def column(rows: Rows, name: str) -> list[Any]:
    return [row[name] for row in rows]


def run_grpo(rows: Rows, level: str, **kwargs: Any) -> np.ndarray:
    names = ("whole", "part", "group", "trial", "episode")
    return grpo(*(column(rows, name) for name in names), level=level, **kwargs)


def run_gigpo(rows: Rows, **kwargs: Any) -> np.ndarray:
    names = ("ret", "reward", "group", "anchor")
    return gigpo(*(column(rows, name) for name in names), norm="mean_std", **kwargs)


def naive(units: list[tuple[Any, Any, float]]) -> list[float]:
    """The equation at the top of `advantages.py`, for (group, opponent, value) of each unit."""
    centred: list[float | None] = []
    for group, _, value in units:
        own = [other for name, _, other in units if name == group]
        centred.append(value - sum(own) / len(own) if len(own) > 1 else None)
    found = []
    for (_, opponent, _), residual in zip(units, centred, strict=True):
        spread = [
            each
            for (_, name, _), each in zip(units, centred, strict=True)
            if name == opponent and each is not None
        ]
        if residual is None:
            found.append(0.0)
        else:
            std = (sum(each**2 for each in spread) / (len(spread) - 1)) ** 0.5
            found.append(residual / (std + EPSILON))
    return found


def unit_of(row: dict[str, Any], level: str) -> tuple[Any, ...]:
    return (row["group"], row["trial"], row["episode"] if level == "episode" else 0)


@given(games(), st.sampled_from(["trial", "episode"]))
def test_grpo_is_the_equation(rows: Rows, level: str) -> None:
    value = "part" if level == "episode" else "whole"
    units = {unit_of(row, level): (row["group"], row["opponent"], row[value]) for row in rows}
    expected = dict(zip(units, naive([*units.values()]), strict=True))
    np.testing.assert_allclose(
        run_grpo(rows, level, opponent=column(rows, "opponent")),
        [expected[unit_of(row, level)] for row in rows],
        rtol=1e-6,
        atol=1e-6,
    )


@given(games())
def test_gigpo_is_the_equation_for_both_of_its_terms(rows: Rows) -> None:
    episodes = naive([(row["group"], row["opponent"], row["reward"]) for row in rows])
    steps = naive([((row["group"], row["anchor"]), row["opponent"], row["ret"]) for row in rows])
    np.testing.assert_allclose(
        run_gigpo(rows, opponent=column(rows, "opponent"), step_weight=0.5),
        np.array(episodes) + 0.5 * np.array(steps),
        rtol=1e-6,
        atol=1e-6,
    )


@given(games(), st.sampled_from(["trial", "episode"]))
def test_the_units_against_an_opponent_add_up_to_zero_and_weigh_the_same(
    rows: Rows, level: str
) -> None:
    values = run_grpo(rows, level, opponent=column(rows, "opponent"))
    for opponent in set(column(rows, "opponent")):
        units = {
            unit_of(row, level): value
            for row, value in zip(rows, values, strict=True)
            if row["opponent"] == opponent
        }
        groups = [unit[0] for unit in units]
        compared = [v for unit, v in units.items() if groups.count(unit[0]) > 1]
        assert sum(units.values()) == pytest.approx(0, abs=1e-4)
        if max(map(abs, compared), default=0.0) > 0.1:
            assert np.std(compared, ddof=1) == pytest.approx(1, abs=0.01)


METHODS: tuple[Callable[[Rows, Any], np.ndarray], ...] = (
    lambda rows, opponent: run_grpo(rows, "trial", opponent=opponent),
    lambda rows, opponent: run_grpo(rows, "episode", opponent=opponent),
    lambda rows, opponent: run_gigpo(rows, opponent=opponent),
    lambda rows, opponent: reinforce(column(rows, "ret"), opponent),
)


@given(games(), st.randoms(use_true_random=False))
def test_order_and_names_do_not_matter(rows: Rows, random: Any) -> None:
    order = [*range(len(rows))]
    random.shuffle(order)
    shuffled = [rows[index] for index in order]
    renamed = [OPPONENTS.index(row["opponent"]) for row in shuffled]
    for method in METHODS:
        values = method(rows, column(rows, "opponent"))
        np.testing.assert_allclose(method(shuffled, renamed), values[order], atol=1e-6)


@given(games(), RETURNS)
def test_equal_rewards_and_single_trials_teach_nothing(rows: Rows, value: float) -> None:
    equal = [{**row, "whole": value, "part": value, "ret": value, "reward": value} for row in rows]
    for method in METHODS:
        np.testing.assert_allclose(method(equal, column(rows, "opponent")), 0, atol=1e-6)
    alone = [row for row in rows if row["trial"] == 0]
    values = run_grpo(alone, "trial", opponent=column(alone, "opponent"))
    np.testing.assert_array_equal(values, 0)


@given(games())
def test_an_opponent_of_its_own_for_every_group_is_the_groups_scale(rows: Rows) -> None:
    own = column(rows, "group")
    for level in ("trial", "episode"):
        found = run_grpo(rows, level, opponent=own)
        np.testing.assert_allclose(found, run_grpo(rows, level), atol=1e-9)


@given(games())
def test_one_opponent_is_the_scale_of_all_rows_for_reinforce(rows: Rows) -> None:
    returns = column(rows, "ret")
    whole = reinforce(returns, ["rock"] * len(rows))
    np.testing.assert_allclose(whole, reinforce(returns), atol=1e-12)
    apart = reinforce(returns, column(rows, "opponent"))
    for opponent in set(column(rows, "opponent")):
        mine = [index for index, row in enumerate(rows) if row["opponent"] == opponent]
        np.testing.assert_allclose(apart[mine], whiten([returns[i] for i in mine]), atol=1e-9)


def test_hard_and_easy_opponents_weigh_the_same_by_hand() -> None:
    """Two groups against each of two opponents; the rewards against the second are ten times."""
    returns = [1.0, -1.0, 3.0, -3.0, 10.0, -10.0, 30.0, -30.0]
    group = [0, 0, 1, 1, 2, 2, 3, 3]
    against = ["a"] * 4 + ["b"] * 4
    trial, episode = [0, 1] * 4, [0] * 8
    by_opponent = grpo(returns, returns, group, trial, episode, opponent=against)
    std = (20 / 3) ** 0.5
    expected = [1 / std, -1 / std, 3 / std, -3 / std]
    np.testing.assert_allclose(by_opponent, expected * 2, rtol=1e-5)
    by_group = grpo(returns, returns, group, trial, episode)
    np.testing.assert_allclose(np.abs(by_group), 2**-0.5, rtol=1e-5)


def test_an_opponent_is_needed_for_every_row() -> None:
    for call in (
        lambda: grpo([1, 2], [1, 2], [0, 0], [0, 1], [0, 0], opponent=["a"]),
        lambda: gigpo([1, 2], [1, 2], [0, 0], ["s", "s"], opponent=["a"]),
        lambda: reinforce([1, 2], ["a"]),
    ):
        with pytest.raises(ValueError, match="one value per row"):
            call()
