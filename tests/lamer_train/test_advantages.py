from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows_kit import RETURNS, Rows, group_rows

from lamer_train.advantages import EPSILON, gigpo, grpo, reinforce, rloo, whiten


@st.composite
def trials(draw: st.DrawFn) -> Rows:
    """Rows of up to four groups."""
    rows: Rows = []
    for group in range(draw(st.integers(1, 4))):
        anchors = ["s", "t", "\0reflection"]
        rows += group_rows(draw, group=group, episodes=3, rows=3, anchors=anchors)
    return draw(st.permutations(rows))


def column(rows: list[dict[str, float | int | str]], name: str) -> list[float | int | str]:
    return [row[name] for row in rows]


def run_grpo(rows: list[dict[str, float | int | str]], level: str, norm: str) -> np.ndarray:
    names = ("whole", "part", "group", "trial", "episode")
    return grpo(*(column(rows, name) for name in names), level=level, norm=norm)


def run_gigpo(rows: list[dict[str, float | int | str]], weight: float, norm: str) -> np.ndarray:
    names = ("ret", "reward", "group", "anchor")
    return gigpo(*(column(rows, name) for name in names), step_weight=weight, norm=norm)


def run_rloo(rows: list[dict[str, float | int | str]], level: str) -> np.ndarray:
    names = ("whole", "part", "group", "trial", "episode")
    return rloo(*(column(rows, name) for name in names), level=level)


def naive_score(value: float, others: list[float], norm: str) -> float:
    if len(others) < 2:
        return 0.0
    centred = value - sum(others) / len(others)
    return centred if norm == "mean" else centred / (float(np.std(others, ddof=1)) + EPSILON)


@given(trials(), st.sampled_from(["trial", "episode"]), st.sampled_from(["mean", "mean_std"]))
def test_grpo_is_its_definition(rows: list, level: str, norm: str) -> None:
    expected = []
    for row in rows:
        units = {
            (other["trial"], other["episode"] if level == "episode" else 0): other[
                "part" if level == "episode" else "whole"
            ]
            for other in rows
            if other["group"] == row["group"]
        }
        own = row["part" if level == "episode" else "whole"]
        expected.append(naive_score(own, [*units.values()], norm))
    np.testing.assert_allclose(run_grpo(rows, level, norm), expected, rtol=1e-6, atol=1e-7)


@given(trials(), st.floats(0, 3), st.sampled_from(["mean", "mean_std"]))
def test_gigpo_is_its_definition(rows: list, weight: float, norm: str) -> None:
    expected = []
    for row in rows:
        group = [other for other in rows if other["group"] == row["group"]]
        alike = [other["ret"] for other in group if other["anchor"] == row["anchor"]]
        episode = naive_score(row["reward"], [other["reward"] for other in group], norm)
        expected.append(episode + weight * naive_score(row["ret"], alike, norm))
    np.testing.assert_allclose(run_gigpo(rows, weight, norm), expected, rtol=1e-6, atol=1e-7)


@given(trials(), st.sampled_from(["trial", "episode"]))
def test_rloo_is_its_definition(rows: list, level: str) -> None:
    expected = []
    name = "part" if level == "episode" else "whole"
    for row in rows:
        others = {
            (other["trial"], other["episode"] if level == "episode" else 0): other[name]
            for other in rows
            if other["group"] == row["group"] and other["trial"] != row["trial"]
        }
        expected.append(row[name] - np.mean([*others.values()]) if others else 0.0)
    np.testing.assert_allclose(run_rloo(rows, level), expected, rtol=1e-9, atol=1e-9)


@given(trials())
def test_rloo_sums_to_zero_over_the_trials_of_a_group(rows: list) -> None:
    values = {
        (row["group"], row["trial"]): value
        for row, value in zip(rows, run_rloo(rows, "trial"), strict=True)
    }
    for group in {row["group"] for row in rows}:
        assert sum(v for key, v in values.items() if key[0] == group) == pytest.approx(0, abs=1e-8)


@given(trials())
def test_rloo_is_grpo_without_std_but_for_the_size_of_the_group(rows: list) -> None:
    size = [
        len({other["trial"] for other in rows if other["group"] == row["group"]}) for row in rows
    ]
    scale = [count / max(count - 1, 1) for count in size]
    np.testing.assert_allclose(
        run_rloo(rows, "trial"), run_grpo(rows, "trial", "mean") * scale, atol=1e-9
    )


@given(st.lists(RETURNS, min_size=1, max_size=30))
def test_reinforce_is_its_definition(returns: list[float]) -> None:
    expected = [naive_score(value, returns, "mean_std") for value in returns]
    np.testing.assert_allclose(reinforce(returns), expected, rtol=1e-6, atol=1e-7)


@given(st.lists(RETURNS, min_size=2, max_size=30, unique=True))
def test_whitened_values_have_mean_zero_and_std_one(values: list[float]) -> None:
    found = whiten(values)
    assert found.mean() == pytest.approx(0, abs=1e-6)
    assert found.std(ddof=1) == pytest.approx(1, abs=1e-2)


@given(trials(), st.sampled_from(["trial", "episode"]), st.sampled_from(["mean", "mean_std"]))
def test_grpo_sums_to_zero_over_the_units_of_a_group(rows: list, level: str, norm: str) -> None:
    values = run_grpo(rows, level, norm)
    units = {
        (row["group"], row["trial"], row["episode"] if level == "episode" else 0): value
        for row, value in zip(rows, values, strict=True)
    }
    for group in {row["group"] for row in rows}:
        assert sum(v for key, v in units.items() if key[0] == group) == pytest.approx(0, abs=1e-6)


@given(trials())
def test_gigpo_sums_to_zero_over_the_rows_of_a_group(rows: list) -> None:
    values = run_gigpo(rows, 1.0, "mean")
    for group in {row["group"] for row in rows}:
        own = [v for row, v in zip(rows, values, strict=True) if row["group"] == group]
        assert sum(own) == pytest.approx(0, abs=1e-8)


@given(trials(), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: list, random: object) -> None:
    order = [*range(len(rows))]
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = [rows[index] for index in order]
    for run in (
        lambda rows: run_grpo(rows, "trial", "mean_std"),
        lambda rows: run_grpo(rows, "episode", "mean"),
        lambda rows: run_gigpo(rows, 1.0, "mean_std"),
        lambda rows: run_rloo(rows, "trial"),
        lambda rows: run_rloo(rows, "episode"),
        lambda rows: reinforce(column(rows, "ret")),
    ):
        np.testing.assert_allclose(run(shuffled), run(rows)[order], atol=1e-6)


@given(trials(), st.sampled_from(["mean", "mean_std"]), RETURNS)
def test_equal_rewards_teach_nothing(rows: list, norm: str, value: float) -> None:
    equal = [{**row, "whole": value, "part": value, "ret": value, "reward": value} for row in rows]
    for values in (
        run_grpo(equal, "trial", norm),
        run_grpo(equal, "episode", norm),
        run_gigpo(equal, 1.0, norm),
        run_rloo(equal, "trial"),
        run_rloo(equal, "episode"),
        reinforce(column(equal, "ret")),
    ):
        np.testing.assert_allclose(values, 0, atol=1e-6)


def test_levels_worked_by_hand() -> None:
    # One group: trial 0 fails its first episode (two turns) and solves the second; trial 1 solves.
    columns = {
        "trial_return": [0.6, 0.6, 0.6, 1.0],
        "episode_return": [0.6, 0.6, 1.0, 1.0],
        "group": [0, 0, 0, 0],
        "trial": [0, 0, 0, 1],
        "episode": [0, 0, 1, 0],
    }
    by_trial = grpo(**columns, level="trial", norm="mean")
    np.testing.assert_allclose(by_trial, [-0.2, -0.2, -0.2, 0.2])
    by_episode = grpo(**columns, level="episode", norm="mean")
    third = 0.8 / 3
    np.testing.assert_allclose(by_episode, [-third, -third, third / 2, third / 2])
    by_trial = rloo(**columns, level="trial")
    np.testing.assert_allclose(by_trial, [-0.4, -0.4, -0.4, 0.4])
    by_episode = rloo(**columns, level="episode")
    np.testing.assert_allclose(by_episode, [-0.4, -0.4, 0.0, 0.2])


def test_a_lone_anchor_gets_the_episode_term_only() -> None:
    values = gigpo([5.0, 1.0, 3.0], [0.0, 0.0, 3.0], [0, 0, 0], ["a", "b", "b"])
    np.testing.assert_allclose(values, [-1.0, -1.0 - 1.0, 2.0 + 1.0])


@pytest.mark.parametrize(
    "call",
    [
        lambda: grpo([1], [1], [0], [0], [0], level="turn"),
        lambda: grpo([1], [1], [0], [0], [0], norm="std"),
        lambda: grpo([1, 2], [1], [0], [0], [0]),
        lambda: rloo([1], [1], [0], [0], [0], level="turn"),
        lambda: rloo([1, 2], [1], [0], [0], [0]),
        lambda: gigpo([1], [1], [0], ["a"], norm="max"),
        lambda: gigpo([1], [1], [0], ["a", "b"]),
    ],
)
def test_bad_arguments_say_what_was_expected(call: object) -> None:
    with pytest.raises(ValueError, match=r"must be one of|one value per row"):
        call()  # type: ignore[operator]
