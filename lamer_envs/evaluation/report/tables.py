"""Run folders side by side, as plain rows; who shows them decides how they look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lamer_envs.evaluation.metrics import Estimate, Summary
from lamer_envs.evaluation.report.runs import Run
from lamer_envs.evaluation.run import EvalConfig


def percent(estimate: Estimate | None) -> str:
    """A share as percent with its standard error, such as `61.8 ± 2.4`; a dash for none."""
    return _shown(estimate, 100.0, 1)


def number(estimate: Estimate | None) -> str:
    """A quantity with its standard error and two decimals; a dash for none."""
    return _shown(estimate, 1.0, 2)


def _shown(estimate: Estimate | None, scale: float, digits: int) -> str:
    if estimate is None:
        return "–"
    mean = f"{scale * estimate.mean:.{digits}f}"
    return mean if estimate.se is None else f"{mean} ± {scale * estimate.se:.{digits}f}"


def summary_rows(summary: Summary) -> list[tuple[str, str]]:
    """Name and value of every metric of one evaluation; shares in percent."""
    rows = [(f"pass@{k}", percent(each)) for k, each in enumerate(summary.pass_at, start=1)]
    if len(summary.pass_at) > 1:
        rows.append(("adaptation gain", percent(summary.adaptation_gain)))
    return [
        *rows,
        ("diversity, first episodes (nats)", number(summary.diversity_first)),
        ("diversity, all episodes (nats)", number(summary.diversity_all)),
        ("turns to success", number(summary.turns_to_success)),
        ("episodes a trial", number(summary.episodes)),
        ("invalid actions", percent(summary.invalid_action_rate)),
        ("reflections with a remark", percent(summary.reflection_validity)),
        ("return", number(summary.mean_return)),
    ]


def comparison(runs: Sequence[Run]) -> tuple[list[str], list[list[str]]]:
    """Header and one row for each run; pass@k up to the largest number of episodes among them."""
    most = max((len(run.summary.pass_at) for run in runs), default=1)
    header = ["run", "environment", "policy", "memory", "tasks", "trials"]
    header += [f"pass@{k}" for k in range(1, most + 1)]
    header += ["gain", "diversity", "turns", "invalid"]
    rows = []
    for run in runs:
        summary = run.summary
        shares = [percent(each) for each in summary.pass_at]
        rows.append(
            [
                run.name if run.finished else f"{run.name} (unfinished)",
                summary.env_id.rpartition("/")[2],
                policy_name(run.config) if run.config else "–",
                summary.settings.memory,
                str(summary.num_tasks),
                str(summary.num_trials),
                *shares,
                *["–"] * (most - len(shares)),
                percent(summary.adaptation_gain) if len(shares) > 1 else "–",
                number(summary.diversity_first),
                number(summary.turns_to_success),
                percent(summary.invalid_action_rate),
            ]
        )
    return header, rows


def policy_name(config: EvalConfig) -> str:
    """A short name of the player: that of a script, or the last part of a model's path."""
    name = str(config.policy.get("name") or config.policy.get("model") or "policy")
    return Path(name).name
