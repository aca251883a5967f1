"""Bootstrap intervals of a mean: what could have come out with other tasks of the same kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LEVEL = 0.95
"""The share of intervals that hold the true mean, nominally."""

RESAMPLES = 2000
_CELLS = 1 << 20


def bootstrap_interval(values: Sequence[float]) -> tuple[float, float]:
    """The percentile bootstrap interval of the mean of independent values (Efron, 1979).

    `RESAMPLES` times as many values are drawn with replacement as there are; the ends are the
    percentiles 2.5 and 97.5 of their means. The draws are seeded by their number alone, so equal
    values in equal order give equal ends.

    Where all values are equal the interval is that one point: no resample can show what was never
    seen. After n successes in n tasks, rates of failure up to about 3/n remain plausible.

    Args:
        values: one value a task.

    Raises:
        ValueError: there are none.
    """
    if not values:
        raise ValueError("a bootstrap interval needs at least one value")
    sample = np.asarray(values, dtype=np.float64)
    n = len(sample)
    rng = np.random.default_rng(n)
    rows = max(1, _CELLS // n)
    means = np.concatenate(
        [
            sample[rng.integers(n, size=(min(rows, RESAMPLES - start), n))].mean(axis=1)
            for start in range(0, RESAMPLES, rows)
        ]
    )
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(means, (tail, 1 - tail))
    return float(low), float(high)
