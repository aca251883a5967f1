"""From trials to rows: what one turn of a trial contributes to a policy-gradient update."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lamer_envs.meta.returns import cross_episode_returns, final_episode_rewards
from lamer_envs.meta.trial import Trial, Turn

REFLECTION_ANCHOR = "\0reflection"
"""The anchor that all reflections of a group share; no environment's state key starts like it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One turn, reflections included, with what an advantage needs to know about it.

    Attributes:
        prompt_ids: token ids of the prompt.
        completion_ids: sampled token ids, the end-of-turn token included; at least one.
        logprobs: log-probability of each sampled token, or `None` where the policy knows none.
        reward: the turn's own reward, less its penalties.
        ret: the cross-episode return G_t^(n), penalties taken off.
        trial_return: G_0^(0) of the trial.
        episode_return: G_0^(n) of the credited episode.
        episode_reward: reward of the credited episode.
        group: index of the task's group.
        trial: index of the trial in its group.
        episode: index of the turn's episode.
        credited_episode: the episode that this turn serves: its own, or for a reflection the one
            that it prepares.
        phase: `"play"` or `"reflect"`.
        anchor: the anchor state, `REFLECTION_ANCHOR` for reflections.
        opponent: whom the trial is played against, its task type; empty where there are none.
        valid: whether the answer was a possible action, or held a remark.
    """

    prompt_ids: tuple[int, ...]
    completion_ids: tuple[int, ...]
    logprobs: tuple[float, ...] | None
    reward: float
    ret: float
    trial_return: float
    episode_return: float
    episode_reward: float
    group: int
    trial: int
    episode: int
    credited_episode: int
    phase: Literal["play", "reflect"]
    anchor: str
    opponent: str
    valid: bool


def trial_rows(
    trial: Trial, *, group: int, invalid_penalty: float = 0.5, token_penalty: float = 0.0
) -> list[Row]:
    """The rows of one trial, in the order of play.

    Returns follow Eq. 4 with the trial's own settings, computed anew from its rewards after each
    turn has lost its penalties: `invalid_penalty` where it is invalid, and `token_penalty` for
    every token that was sampled. Penalties are a cost on top of the objective: with
    `objective="final_episode"` they are taken off after the rewards were replaced by differences.
    Those of a reflection come between two episodes: the reflection itself and every turn before it
    feel them, the turns of the episode that it prepares do not. Only `episode_return`, which an
    episode shares with the reflection that prepares it, has them for both. With penalties of 0 the
    rows carry `trial.returns`.

    Args:
        trial: played by a policy that records token ids.
        group: index of its group.
        invalid_penalty: reward lost by an invalid turn, at least 0.
        token_penalty: reward lost with each sampled token, at least 0.

    Raises:
        ValueError: a turn without token ids, or a negative penalty.
    """
    for name, penalty in (("invalid_penalty", invalid_penalty), ("token_penalty", token_penalty)):
        if not penalty >= 0:
            raise ValueError(f"{name} must be at least 0, not {penalty!r}")

    def cost_of(turn: Turn) -> float:
        length = len(turn.completion_ids or ())
        return token_penalty * length + (0.0 if turn.action_valid else invalid_penalty)

    settings = trial.settings
    rewards = [[turn.reward for turn in episode.turns] for episode in trial.episodes]
    if settings.objective == "final_episode":
        rewards = final_episode_rewards(rewards)
    for own, episode in zip(rewards, trial.episodes, strict=True):
        for t, turn in enumerate(episode.turns):
            own[t] -= cost_of(turn)
    earnings = [[*own] for own in rewards]
    plain_totals = [sum(own) for own in rewards]

    # Standing in for the first reward of the next episode gives the cost of a reflection its place
    # in every earlier return; the turn that it stands at gets it back below.
    costs = [0.0] * len(rewards)
    for n, episode in enumerate(trial.episodes[:-1]):
        if episode.reflection is not None:
            costs[n + 1] = cost_of(episode.reflection)
            rewards[n + 1][0] -= costs[n + 1]
    returns = cross_episode_returns(
        rewards, settings.gamma_step, settings.gamma_traj, settings.credit, "cumulative"
    )
    starts = [own[0] for own in returns]

    def row(
        turn: Turn, earned: float, ret: float, credited: int, episode_reward: float, anchor: str
    ) -> Row:
        if not turn.prompt_ids or not turn.completion_ids:
            raise ValueError(
                f"episode {turn.episode}, turn {turn.turn} of task seed {trial.task_seed} has no "
                "token ids; training needs a policy that records them"
            )
        known = credited < len(starts)
        return Row(
            prompt_ids=turn.prompt_ids,
            completion_ids=turn.completion_ids,
            logprobs=turn.logprobs,
            reward=earned,
            ret=ret,
            trial_return=starts[0],
            episode_return=starts[credited] if known else 0.0,
            episode_reward=episode_reward,
            group=group,
            trial=trial.trial,
            episode=turn.episode,
            credited_episode=credited,
            phase=turn.phase,
            anchor=anchor,
            opponent=trial.task_type,
            valid=turn.action_valid,
        )

    rows: list[Row] = []
    for n, episode in enumerate(trial.episodes):
        for t, turn in enumerate(episode.turns):
            ret = returns[n][t] + (costs[n] if t == 0 else 0.0)
            earned = earnings[n][t]
            rows.append(row(turn, earned, ret, n, plain_totals[n], turn.state_key))
        if episode.reflection is not None:
            last = n + 1 == len(starts)
            ret = 0.0 if last else starts[n + 1]
            reward = 0.0 if last else plain_totals[n + 1] - costs[n + 1]
            earned = 0.0 if last else -costs[n + 1]
            rows.append(row(episode.reflection, earned, ret, n + 1, reward, REFLECTION_ANCHOR))
    return rows


def rows_of(
    trials: Iterable[Trial],
    groups: Iterable[int],
    *,
    invalid_penalty: float = 0.5,
    token_penalty: float = 0.0,
) -> list[Row]:
    """`trial_rows` of many trials, one after the other.

    Args:
        trials: the trials.
        groups: the group of each.
        invalid_penalty, token_penalty: see `trial_rows`.
    """
    return [
        row
        for trial, group in zip(trials, groups, strict=True)
        for row in trial_rows(
            trial, group=group, invalid_penalty=invalid_penalty, token_penalty=token_penalty
        )
    ]
