"""What the report's first view shows of some runs, as JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lamer_envs.evaluation.metrics import Estimate
from lamer_envs.evaluation.report.curves import difficulty_curves
from lamer_envs.evaluation.report.runs import Run
from lamer_envs.evaluation.report.tables import policy_name

_NORMAL_95 = 1.959964
"""Standard errors from the mean to the end of a normal 95% interval."""


def overview(runs: Sequence[Run], differences: tuple[list[str], list[list[str]]]) -> dict[str, Any]:
    """The figures of each run, what they differ in, and the curves that they make up together.

    Args:
        runs: the runs.
        differences: header and rows of the table of paired differences.
    """
    return {
        "runs": [_run(run) for run in runs],
        "differences": differences,
        "difficulty": [
            {
                "env": curve.env_id,
                "counts": curve.counts,
                "name": curve.name,
                "points": curve.points,
            }
            for curve in difficulty_curves(runs)
        ],
    }


def _run(run: Run) -> dict[str, Any]:
    summary = run.summary
    return {
        "name": run.name,
        "env": summary.env_id,
        "policy": policy_name(run.config) if run.config else "",
        "method": run.config.method if run.config else "",
        "memory": summary.settings.memory,
        "episodes": summary.settings.num_episodes,
        "missing": run.missing,
        "errored": [f"{each.task_seed}:{each.trial}: {each.reason}" for each in run.errored[:5]],
        "tasks": summary.num_tasks,
        "trials": summary.num_trials,
        "settings": _settings(run),
        "passAt": [_estimate(each) for each in summary.pass_at],
        "scoreIn": [_estimate(each) for each in summary.score_in],
        "gain": _estimate(summary.adaptation_gain),
        "diversityFirst": _estimate(summary.diversity_first),
        "diversityAll": _estimate(summary.diversity_all),
        "turns": _estimate(summary.turns_to_success),
        "invalid": _estimate(summary.invalid_action_rate),
        "reflections": _estimate(summary.reflection_validity),
        "return": _estimate(summary.mean_return),
        "promptTokens": _estimate(summary.prompt_tokens),
        "tokens": _estimate(summary.completion_tokens),
        "byType": {
            name: [_estimate(each) for each in shares] for name, shares in summary.by_type.items()
        },
    }


def _settings(run: Run) -> dict[str, Any]:
    """What a reader may ask of a run, beyond its row."""
    config = run.config
    if config is None:
        return {}
    return {**config.policy, **config.env_kwargs, "first task seed": config.seed}


def _estimate(estimate: Estimate | None) -> dict[str, Any] | None:
    """With its bootstrap interval, or the normal one where a summary of schema 1 has none."""
    if estimate is None:
        return None
    low = high = None
    if estimate.interval is not None:
        low, high = estimate.interval
    elif estimate.se is not None:
        reach = _NORMAL_95 * estimate.se
        low, high = estimate.mean - reach, estimate.mean + reach
    return {"mean": estimate.mean, "se": estimate.se, "low": low, "high": high, "n": estimate.n}
