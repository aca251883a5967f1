from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.evaluation.bootstrap import bootstrap_interval
from lamer_envs.evaluation.metrics import estimate


def test_intervals_of_a_known_bernoulli_cover_it_as_often_as_they_say() -> None:
    """95% nominal; 400 samples of 100 tasks. The percentile interval falls a little short of it."""
    rng = np.random.default_rng(7)
    truth, covered = 0.3, 0
    for _ in range(400):
        low, high = bootstrap_interval((rng.random(100) < truth).astype(float).tolist())
        covered += low <= truth <= high
    # The binomial error of the share itself is 1.1 points.
    assert 0.92 <= covered / 400 <= 0.97


def test_the_interval_of_a_large_sample_is_the_normal_one() -> None:
    values = np.random.default_rng(1).normal(2.0, 3.0, size=3000).tolist()
    found = estimate(values, bootstrap=True)
    assert found.interval is not None
    assert found.se is not None
    assert found.interval[0] == pytest.approx(found.mean - 1.96 * found.se, abs=0.2 * found.se)
    assert found.interval[1] == pytest.approx(found.mean + 1.96 * found.se, abs=0.2 * found.se)


def test_what_never_varies_has_no_width() -> None:
    assert bootstrap_interval([1.0] * 20) == (1.0, 1.0)


def test_nothing_has_no_interval() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        bootstrap_interval([])
    assert estimate([1.0], bootstrap=True).interval is None


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=40))
def test_the_interval_lies_within_the_values_and_repeats(values: list[float]) -> None:
    low, high = bootstrap_interval(values)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9
    assert bootstrap_interval(values) == (low, high)
    assert all(math.isfinite(end) for end in (low, high))
