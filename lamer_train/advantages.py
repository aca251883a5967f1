"""Advantages of turn rows: pure functions on arrays.

Every function takes one value per row and returns one advantage per row, in float64, independent of
the order of the rows. A *group* is the set of trials of one task. The statistics of `grpo`, `rloo`
and `gigpo` stay inside of it; `reinforce` and `whiten` take theirs over all rows that they get,
which in training are those of one generation in all processes.

Against opponents (MAGE, arXiv 2603.03680) the scale may be that of the opponent in place of the
group's. With g(i) the group and o(i) the opponent of i,

    A_i = (R_i - mean_{j in g(i)} R_j) / (S_{o(i)} + EPSILON),
    S_o² = sum_{j in o} (R_j - mean_{k in g(j)} R_k)² / (n_o - 1),

where j runs over the n_o members of all groups against o that have more than one member. The mean
stays the group's, because a task differs from others against the same opponent by seat and cards;
over all trials against an opponent the advantages add up to 0. So what is learned from an opponent
does not depend on how far apart its rewards lie, and a group whose trials ended almost alike is not
blown up to the size of the others, as a group's own scale would. Where every group has an opponent
of its own it is the group's scale.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lamer_envs.meta.returns import check_return_arguments

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
    opponent: ArrayLike | None = None,
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
        opponent: (rows,) the opponent of each row's group, strings or integers, to take the
            standard deviation over all units against it (see the top of this file).

    Raises:
        ValueError: an unknown `level` or `norm`, or arrays of different lengths.
    """
    values, keys, first, unit = _units(trial_return, episode_return, group, trial, episode, level)
    against = _opponents(opponent, values)
    per_unit = _normalise(
        values[first], keys[first, 0], norm, None if against is None else against[first]
    )
    result: Floats = per_unit[unit]
    return result


def gigpo(
    returns: ArrayLike,
    episode_reward: ArrayLike,
    group: ArrayLike,
    anchor: ArrayLike,
    *,
    step_weight: float = 1.0,
    norm: str = "mean",
    opponent: ArrayLike | None = None,
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
        opponent: (rows,) as in `grpo`; the standard deviations of both terms are then over all rows
            against it.

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
    against = _opponents(opponent, values)
    episode_term = _normalise(rewards, groups, norm, against)
    step_term = _normalise(values, pairs, norm, against)
    return episode_term + step_weight * step_term


def rloo(
    trial_return: ArrayLike,
    episode_return: ArrayLike,
    group: ArrayLike,
    trial: ArrayLike,
    episode: ArrayLike,
    *,
    level: str = "trial",
) -> Floats:
    """REINFORCE with a leave-one-out baseline (RLOO, arXiv 2402.14740).

    With level `"trial"` every row of trial i in group k carries

        A_i = R_i - mean_{j in k, j != i} R_j,    R_i = G_0^(0) of trial i.

    With level `"episode"` every row carries the value of its own episode; the baseline is the mean
    over all episodes of the other trials, so that it does not depend on the row's own trial:

        A_i^(n) = R_i^(n) - mean_{(j,m) in k, j != i} R_j^(m),    R_i^(n) = G_0^(n) of trial i.

    Each trial (or episode) counts once, however many rows it has. A group of one trial is zero
    throughout.

    Args:
        trial_return, episode_return, group, trial, episode, level: as in `grpo`.

    Raises:
        ValueError: an unknown `level`, or arrays of different lengths.
    """
    values, keys, first, unit = _units(trial_return, episode_return, group, trial, episode, level)
    own = values[first]
    _, groups = np.unique(keys[first, 0], return_inverse=True)
    _, trials = np.unique(keys[first, :2], axis=0, return_inverse=True)
    groups, trials = groups.reshape(-1), trials.reshape(-1)
    total = np.bincount(groups, weights=own)[groups] - np.bincount(trials, weights=own)[trials]
    count = np.bincount(groups)[groups] - np.bincount(trials)[trials]
    per_unit = np.where(count > 0, own - total / np.maximum(count, 1), 0.0)
    result: Floats = per_unit[unit]
    return result


def reinforce(returns: ArrayLike, opponent: ArrayLike | None = None) -> Floats:
    """The cross-episode return, normalised over the batch.

        A_i = (G_i - mean_j G_j) / (std_j G_j + EPSILON)

    with mean and sample std (n - 1) over all rows given, whatever their group.

    Args:
        returns: (rows,) cross-episode return G_t^(n).
        opponent: see `whiten`.
    """
    return whiten(returns, opponent)


def gae(
    reward: ArrayLike,
    value: ArrayLike,
    group: ArrayLike,
    trial: ArrayLike,
    position: ArrayLike,
    episode: ArrayLike,
    reflects: ArrayLike,
    *,
    gamma_step: float,
    gamma_traj: float,
    lam: float,
    credit: str = "paper",
) -> tuple[Floats, Floats]:
    """Generalised advantage estimation (arXiv 1506.02438) over the turns of a trial.

    The turns of a trial form one sequence, reflections in their place. From the end of the trial,
    which is worth 0, backwards, the λ-target of turn k is

        T_k = r_k + γ_k · M_{k+1},    M_k = (1 - λ) · V_k + λ · T_k,
        γ_k = γ_traj where episode n ends, 1 from a reflection to the episode that it prepares,
              γ_step elsewhere,

    and its advantage A_k = T_k - V_k, which is GAE with the discounts γ_k. That is `credit`
    `"compounded"`. With `"paper"` later episodes count for every turn of an episode alike, as in
    Eq. 4:

        T_k = r_k + L_n + γ_step · (M_{k+1} - L_n),    L_n = γ_traj · M at what follows episode n,

    and T_k = r_k + L_n at the last turn of the episode. With λ = 1, T_k is the cross-episode return
    of turn k whatever the values are; with λ = 0 it looks one turn ahead.

    Args:
        reward: (rows,) reward of the turn itself.
        value: (rows,) value V_k predicted for the turn.
        group: (rows,) integer group of each row.
        trial: (rows,) integer trial of each row, unique inside its group.
        position: (rows,) numbers that grow in the order of play inside a trial.
        episode: (rows,) integer episode of the row; for a reflection, the one that it prepares.
        reflects: (rows,) whether the row is a reflection.
        gamma_step: discount per turn, in [0, 1].
        gamma_traj: discount per episode, in [0, 1].
        lam: λ, in [0, 1].
        credit: `"paper"` or `"compounded"`.

    Returns:
        (rows,) advantages A, not normalised, and (rows,) targets T of the value function.

    Raises:
        ValueError: a discount, `lam` or `credit` out of range, or arrays of different lengths.
    """
    check_return_arguments(gamma_step, gamma_traj, credit, "cumulative")
    if not 0 <= lam <= 1:
        raise ValueError(f"lam must be in [0, 1], not {lam!r}")
    rewards, values = _columns(reward, value, dtype=np.float64)
    places = _columns(group, trial, position, episode, reflects, dtype=np.int64)
    groups, trials, positions, episodes, notes = places
    _require_equal_lengths(rewards, values, *places)
    targets = np.zeros_like(rewards)
    after = -1
    mixed = later = 0.0
    for k in np.lexsort((positions, trials, groups))[::-1]:
        if after < 0 or groups[k] != groups[after] or trials[k] != trials[after]:
            later = 0.0
            targets[k] = rewards[k]
        elif notes[k]:
            targets[k] = rewards[k] + mixed
        elif episodes[k] != episodes[after]:
            later = gamma_traj * mixed
            targets[k] = rewards[k] + later
        else:
            targets[k] = rewards[k] + later + gamma_step * (mixed - later)
        if credit == "compounded":
            later = 0.0
        mixed = (1 - lam) * values[k] + lam * targets[k]
        after = k
    return targets - values, targets


def whiten(values: ArrayLike, opponent: ArrayLike | None = None) -> Floats:
    """`values` minus their mean, over their sample standard deviation (n - 1) + EPSILON.

    Args:
        values: (rows,); fewer than two rows come out as zero.
        opponent: (rows,) the opponent of each row, strings or integers, to take both over the rows
            against the same one.

    Raises:
        ValueError: arrays of different lengths.
    """
    (array,) = _columns(values, dtype=np.float64)
    against = _opponents(opponent, array)
    whole = np.zeros(len(array), dtype=np.int64) if against is None else against
    return _normalise(array, whole, "mean_std")


def _opponents(opponent: ArrayLike | None, values: Floats) -> Integers | None:
    """A number for each row's opponent."""
    if opponent is None:
        return None
    _, numbers = np.unique(np.asarray(opponent), return_inverse=True)
    (result,) = _columns(numbers, dtype=np.int64)
    _require_equal_lengths(values, result)
    return result


def _units(
    trial_return: ArrayLike,
    episode_return: ArrayLike,
    group: ArrayLike,
    trial: ArrayLike,
    episode: ArrayLike,
    level: str,
) -> tuple[Floats, Integers, Integers, Integers]:
    """What is compared in a group, whole trials or episodes.

    Returns:
        (rows,) values; (rows, 2 or 3) keys: group, trial and, at level `"episode"`, episode;
        (units,) the first row of each unit; (rows,) the unit of each row.
    """
    _require("level", level, LEVELS)
    groups, trials, episodes = _columns(group, trial, episode, dtype=np.int64)
    whole, own = _columns(trial_return, episode_return, dtype=np.float64)
    _require_equal_lengths(groups, trials, episodes, whole, own)
    columns = [groups, trials] if level == "trial" else [groups, trials, episodes]
    keys = np.stack(columns, axis=1)
    _, first, unit = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return whole if level == "trial" else own, keys, first, unit.reshape(-1)


def _normalise(
    values: Floats, group: Integers, norm: str, opponent: Integers | None = None
) -> Floats:
    """`values` minus their group's mean, over its sample std with `"mean_std"`.

    With `opponent`, over that of all groups of more than one against the same opponent.
    """
    _require("norm", norm, NORMS)
    _, index, counts = np.unique(group, return_inverse=True, return_counts=True)
    index = index.reshape(-1)
    mean = np.bincount(index, weights=values, minlength=len(counts)) / counts
    centred = np.where(counts[index] > 1, values - mean[index], 0.0)
    if norm == "mean":
        return centred
    if opponent is not None:
        _, against = np.unique(opponent, return_inverse=True)
        counted = counts[index] > 1
        index = against.reshape(-1)
        counts = np.bincount(index, weights=counted)
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
