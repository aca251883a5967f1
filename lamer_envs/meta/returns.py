"""Returns of a trial: Equations 3, 4 and 5 of LaMer (arXiv 2512.16848) and their variants.

Rewards come as one sequence per episode, `rewards[n][t]` being r_t^(n); returns have the same
shape. Everything here is a pure function of numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

Credit = Literal["paper", "compounded"]
Objective = Literal["cumulative", "final_episode"]

CREDITS: tuple[str, ...] = get_args(Credit)
OBJECTIVES: tuple[str, ...] = get_args(Objective)


def episode_returns(rewards: Sequence[float], gamma_step: float) -> list[float]:
    """Discounted returns inside one episode (Equation 3): g_t = Σ_{l≥t} γ_step^(l−t) r_l."""
    returns = [0.0] * len(rewards)
    following = 0.0
    for t in range(len(rewards) - 1, -1, -1):
        following = rewards[t] + gamma_step * following
        returns[t] = following
    return returns


def cross_episode_returns(
    rewards: Sequence[Sequence[float]],
    gamma_step: float = 0.95,
    gamma_traj: float = 0.6,
    credit: str = "paper",
    objective: str = "cumulative",
) -> list[list[float]]:
    """Returns across the episodes of a trial, G_t^(n), in the shape of `rewards`.

    Args:
        rewards: one non-empty sequence per episode.
        gamma_step: discount per turn inside an episode, in [0, 1].
        gamma_traj: discount per episode, in [0, 1].
        credit: `"paper"` is Equation 4, G_t^(n) = g_t^(n) + Σ_{m>n} γ_traj^(m−n) g_0^(m).
            `"compounded"` is the recursion R = r + γR over the whole trial, γ being γ_traj where
            an episode ends and γ_step elsewhere; it discounts later episodes also by the turns
            that are left in this one.
        objective: `"cumulative"` takes the rewards as they are; `"final_episode"` takes
            `final_episode_rewards(rewards)`.

    Raises:
        ValueError: a discount, `credit` or `objective` out of range, or an empty episode.
    """
    check_return_arguments(gamma_step, gamma_traj, credit, objective)
    if not all(len(episode) for episode in rewards):
        raise ValueError("every episode needs at least one reward")
    if objective == "final_episode":
        rewards = final_episode_rewards(rewards)
    across: list[list[float]] = [[] for _ in rewards]
    later = 0.0
    for n in range(len(rewards) - 1, -1, -1):
        across[n] = episode_returns(rewards[n], gamma_step)
        last = len(across[n]) - 1
        for t in range(last + 1):
            weight = 1.0 if credit == "paper" else gamma_step ** (last - t)
            across[n][t] += weight * later
        later = gamma_traj * across[n][0]
    return across


def final_episode_rewards(rewards: Sequence[Sequence[float]]) -> list[list[float]]:
    """Rewards that credit progress from one episode to the next (MAGE, arXiv 2603.03680).

    The last turn of each episode gets the episode's total reward minus that of the episode before
    it (minus 0 for the first), and every other turn 0: their plain sum over the trial telescopes
    to the total reward of the last episode.
    """
    changed: list[list[float]] = []
    before = 0.0
    for episode in rewards:
        total = float(sum(episode))
        changed.append([0.0] * (len(episode) - 1) + [total - before])
        before = total
    return changed


def trial_returns(
    rewards: Sequence[Sequence[float]],
    reflected: Sequence[bool],
    gamma_step: float = 0.95,
    gamma_traj: float = 0.6,
    credit: str = "paper",
    objective: str = "cumulative",
) -> list[float]:
    """The return of every turn of a trial in the order of play, reflections included.

    A reflection after episode n has the return of the start of the episode that it prepares,
    G_0^(n+1), undiscounted; a reflection that no episode follows has 0.

    Args:
        rewards: as in `cross_episode_returns`.
        reflected: for each episode, whether a reflection follows it.

    Raises:
        ValueError: as `cross_episode_returns`, or the two lengths differ.
    """
    if len(rewards) != len(reflected):
        raise ValueError(
            f"expected one reflection flag per episode, got {len(reflected)} for {len(rewards)}"
        )
    across = cross_episode_returns(rewards, gamma_step, gamma_traj, credit, objective)
    ordered: list[float] = []
    for n, returns in enumerate(across):
        ordered.extend(returns)
        if reflected[n]:
            ordered.append(across[n + 1][0] if n + 1 < len(across) else 0.0)
    return ordered


def trial_objective(
    rewards: Sequence[Sequence[float]],
    gamma_step: float = 0.95,
    gamma_traj: float = 0.6,
    objective: str = "cumulative",
) -> float:
    """One trial's sample of the meta-RL objective, G_0^(0) (Equation 5); 0 without episodes."""
    across = cross_episode_returns(rewards, gamma_step, gamma_traj, "paper", objective)
    return across[0][0] if across else 0.0


def check_return_arguments(
    gamma_step: float, gamma_traj: float, credit: str, objective: str
) -> None:
    """Raise `ValueError`, naming what was expected, unless all four are in range."""
    for name, gamma in (("gamma_step", gamma_step), ("gamma_traj", gamma_traj)):
        if isinstance(gamma, bool) or not isinstance(gamma, (int, float)) or not 0 <= gamma <= 1:
            raise ValueError(f"{name} must be a number in [0, 1], not {gamma!r}")
    for name, value, choices in (
        ("credit", credit, CREDITS),
        ("objective", objective, OBJECTIVES),
    ):
        if value not in choices:
            raise ValueError(
                f"{name} must be one of {', '.join(map(repr, choices))}, not {value!r}"
            )
