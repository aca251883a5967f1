"""From the rows and trials of a generation to what TRL takes in, over all processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from statistics import fmean
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import gather_object

from lamer_envs.evaluation.metrics import Estimate, summarize
from lamer_envs.meta.trial import Trial
from lamer_train.rows import Row


def top_up(rows: list[Row], multiple: int, accelerator: Accelerator) -> list[Row]:
    """Repeat the shortest row until the count divides by `multiple` and is that of every process.

    The copies are fillers: `rollout_output` masks them out of the loss.
    """
    count = torch.tensor([len(rows)], device=accelerator.device)
    most = int(accelerator.gather(count).max())
    wanted = -(-most // multiple) * multiple
    shortest = min(rows, key=lambda row: len(row.prompt_ids) + len(row.completion_ids))
    return rows + [shortest] * (wanted - len(rows))


def rollout_output(rows: Sequence[Row], real: int) -> dict[str, Any]:
    """Rows in the form of a TRL rollout function's output; those from `real` on have no weight."""
    known = all(row.logprobs is not None for row in rows)
    return {
        "prompt_ids": [list(row.prompt_ids) for row in rows],
        "completion_ids": [list(row.completion_ids) for row in rows],
        "logprobs": [list(row.logprobs or ()) for row in rows] if known else None,
        "env_mask": [
            [int(index < real)] * len(row.completion_ids) for index, row in enumerate(rows)
        ],
    }


def trial_statistics(trials: Sequence[Trial], groups: Sequence[int]) -> dict[str, float]:
    """Training metrics of the trials of all processes, under TRL's names where it has one.

    `reward` is the trial objective G_0^(0) as played, penalties left out.
    """
    own = [
        (
            group,
            trial.returns[0],
            trial.success,
            trial.first_success == 0,
            len(trial.episodes),
            len(trial.turns),
            sum(not turn.action_valid for turn in trial.turns),
        )
        for group, trial in zip(groups, trials, strict=True)
    ]
    columns = torch.tensor(gather_object(own), dtype=torch.float64).unbind(1)
    group, returns, success, first, episodes, turns, invalid = columns
    still = [bool(returns[group == one].std() < 1e-9) for one in group.unique()]
    return {
        "reward": returns.mean().item(),
        "reward_std": returns.std().item(),
        "frac_reward_zero_std": sum(still) / len(still),
        "rollout/success": success.mean().item(),
        "rollout/success_first": first.mean().item(),
        "rollout/episodes": episodes.mean().item(),
        "rollout/turns": (turns.sum() / episodes.sum()).item(),
        "rollout/invalid": (invalid.sum() / turns.sum()).item(),
        "rollout/rows": turns.sum().item(),
    }


_MOST_KINDS = 16
"""So many kinds of task, such as opponents, get metrics of their own; the first ones by name."""


def score_statistics(trials: Sequence[Trial]) -> dict[str, float]:
    """Mean sum of rewards in episode k, over the trials of all processes and by kind of task.

    `rollout/score_in_<k>` and `rollout/score_in_<k>/<kind>`; none where a success ends a trial, as
    only failures play later episodes then.
    """
    own = [
        (trial.task_type, [episode.reward for episode in trial.episodes])
        for trial in trials
        if not trial.settings.stop_on_success
    ]
    everywhere = gather_object(own)
    kinds = sorted({kind for kind, _ in everywhere if kind})[:_MOST_KINDS]
    found = {}
    for kind in (None, *kinds):
        scores = [score for each, score in everywhere if kind in (None, each)]
        for k, values in enumerate(zip(*scores, strict=True), start=1):
            found[_score_name("rollout/score_in", k, kind)] = fmean(values)
    return found


def _score_name(name: str, k: int, kind: str | None) -> str:
    return f"{name}_{k}" if kind is None else f"{name}_{k}/{kind}"


def flat_summary(trials: Sequence[Trial]) -> dict[str, float]:
    """`lamer_envs.evaluation.metrics.summarize` as flat numbers.

    `pass@k`, `score_in_k`, `adaptation_gain`, `diversity_first`, ..., each with its standard error
    under `<name>_se` where there is one; `score_in_k/<kind>` without.
    """
    summary = summarize(trials)
    estimates = {f"pass@{k}": value for k, value in enumerate(summary.pass_at, start=1)}
    for k, value in enumerate(summary.score_in, start=1):
        estimates[_score_name("score_in", k, None)] = value
    for field in fields(summary):
        value = getattr(summary, field.name)
        if isinstance(value, Estimate):
            estimates[field.name] = value
    flat: dict[str, float] = {}
    for name, value in estimates.items():
        flat[name] = value.mean
        if value.se is not None:
            flat[f"{name}_se"] = value.se
    for kind in sorted(summary.score_by_type)[:_MOST_KINDS]:
        for k, value in enumerate(summary.score_by_type[kind], start=1):
            flat[_score_name("score_in", k, kind)] = value.mean
    return flat
