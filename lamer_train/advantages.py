"""Advantages of turn rows: pure functions on arrays.

Every function takes one value per row and returns one advantage per row, in float64, independent of
the order of the rows. A *group* is the set of trials of one task; all statistics stay inside it.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

NORMS = ("mean", "mean_std")
LEVELS = ("trial", "episode")
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Number = TypeVar("Number", np.int64, np.float64)

EPSILON = 1e-6
"""Added to a standard deviation before dividing by it."""


def grpo(
    trial_return: ArrayLike,
    episode_return: ArrayLike,
    group: ArrayLike,
    trial: ArrayLike,
    episode: ArrayLike,
    *,
    level: str = "trial",
    norm: str = "mean_std",
) -> Floats:
    """Group-relative advantage of whole trials, or of their episodes.

    With level `"trial"` (the paper's Eq. 5 inside GRPO) every row of trial i in group k carries

        A_i = (R_i - mean_{j in k} R_j) / (std_{j in k} R_j + EPSILON),    R_i = G_0^(0) of trial i.

    With level `"episode"` every row carries the value of its own episode, and all episodes of all
    trials of the group share one baseline:

        A_i^(n) = (R_i^(n) - mean_{(j,m) in k} R_j^(m)) / (std_{(j,m) in k} R_j^(m) + EPSILON),
        R_i^(n) = G_0^(n) of trial i.

    Each trial (or episode) counts once in mean and std, however many rows it has. A group of one is
    zero throughout.

    Args:
        trial_return: (rows,) G_0^(0) of the row's trial.
        episode_return: (rows,) G_0^(n) of the row's episode; for a reflection, of the episode that
            it prepares.
        group: (rows,) integer group of each row.
        trial: (rows,) integer trial of each row, unique inside its group.
        episode: (rows,) integer episode whose return the row carries.
        level: what is compared, whole trials or episodes.
        norm: `"mean"` subtracts the mean; `"mean_std"` also divides by the sample standard
            deviation (n - 1).

    Raises:
        ValueError: an unknown `level` or `norm`, or arrays of different lengths.
    """
    _require("level", level, LEVELS)
    groups, trials, episodes = _columns(group, trial, episode, dtype=np.int64)
    whole, own = _columns(trial_return, episode_return, dtype=np.float64)
    _require_equal_lengths(groups, trials, episodes, whole, own)
    values = whole if level == "trial" else own
    keys = [groups, trials] if level == "trial" else [groups, trials, episodes]
    _, first, unit = np.unique(
        np.stack(keys, axis=1), axis=0, return_index=True, return_inverse=True
    )
    per_unit = _normalise(values[first], groups[first], norm)
    result: Floats = per_unit[unit.reshape(-1)]
    return result


def gigpo(
    returns: ArrayLike,
    episode_reward: ArrayLike,
    group: ArrayLike,
    anchor: ArrayLike,
    *,
    step_weight: float = 1.0,
    norm: str = "mean",
) -> Floats:
    """Group-in-group advantage: an episode term and an anchor-state term.

    Row i of group k, with anchor state s, carries

        A_i = A_E + step_weight · A_S,
        A_E = (E_i - mean_{j in k} E_j) [/ (std_{j in k} E_j + EPSILON)],
        A_S = (G_i - mean_{j in (k,s)} G_j) [/ (std_{j in (k,s)} G_j + EPSILON)],

    with all means and stds over rows, G the cross-episode return (Eq. 4) and the division only with
    `norm="mean_std"`. A row that is alone with its anchor has A_S = 0.

    Args:
        returns: (rows,) cross-episode return G_t^(n).
        episode_reward: (rows,) reward of the row's episode; for a reflection, of the episode that
            it prepares.
        group: (rows,) integer group of each row.
        anchor: (rows,) anchor state, strings or integers, compared only inside a group; all
            reflections share one.
        step_weight: ω, the weight of the anchor-state term.
        norm: `"mean"` or `"mean_std"`.

    Raises:
        ValueError: an unknown `norm`, or arrays of different lengths.
    """
    (groups,) = _columns(group, dtype=np.int64)
    values, rewards = _columns(returns, episode_reward, dtype=np.float64)
    _, states = np.unique(np.asarray(anchor), return_inverse=True)
    states = states.reshape(-1).astype(np.int64)
    _require_equal_lengths(groups, values, rewards, states)
    _, pairs = np.unique(np.stack([groups, states], axis=1), axis=0, return_inverse=True)
    pairs = pairs.reshape(-1).astype(np.int64)
    episode_term = _normalise(rewards, groups, norm)
    step_term = _normalise(values, pairs, norm)
    return episode_term + step_weight * step_term


def _normalise(values: Floats, group: Integers, norm: str) -> Floats:
    """`values` minus their group's mean, over its sample std with `"mean_std"`."""
    _require("norm", norm, NORMS)
    _, index, counts = np.unique(group, return_inverse=True, return_counts=True)
    index = index.reshape(-1)
    mean = np.bincount(index, weights=values, minlength=len(counts)) / counts
    centred = np.where(counts[index] > 1, values - mean[index], 0.0)
    if norm == "mean":
        return centred
    squares = np.bincount(index, weights=centred**2, minlength=len(counts))
    std = np.sqrt(squares / np.maximum(counts - 1, 1))
    return centred / (std[index] + EPSILON)


def _columns(*arrays: ArrayLike, dtype: type[Number]) -> list[NDArray[Number]]:
    return [np.asarray(array, dtype=dtype).reshape(-1) for array in arrays]


def _require_equal_lengths(*arrays: NDArray[Any]) -> None:
    if len({len(array) for array in arrays}) > 1:
        raise ValueError(f"one value per row expected, got lengths {[len(a) for a in arrays]}")


def _require(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, not {value!r}")
