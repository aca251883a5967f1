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


def summary_rows(summary: Summary) -> list[tuple[str, str, str]]:
    """Name, value and bootstrap interval of every metric of one evaluation; shares in percent."""
    passes = [(f"pass@{k}", each) for k, each in enumerate(summary.pass_at, start=1)]
    if len(summary.pass_at) > 1:
        passes.append(("adaptation gain", summary.adaptation_gain))
    return [
        *(_share(name, each) for name, each in passes),
        *(_quantity(f"score in episode {k}", each) for k, each in enumerate(summary.score_in, 1)),
        _quantity("diversity, first episodes (nats)", summary.diversity_first),
        _quantity("the same, Miller-Madow (nats)", summary.diversity_corrected),
        _quantity("diversity, all episodes (nats)", summary.diversity_all),
        _quantity("turns to success", summary.turns_to_success),
        _quantity("episodes a trial", summary.episodes),
        _share("invalid actions", summary.invalid_action_rate),
        _share("reflections with a remark", summary.reflection_validity),
        _quantity("return", summary.mean_return),
        _quantity("prompt tokens a trial", summary.prompt_tokens),
        _quantity("sampled tokens a trial", summary.completion_tokens),
        *(
            _share(f"{kind}: pass@{k}", each)
            for kind, shares in summary.by_type.items()
            for k, each in enumerate(shares, start=1)
        ),
        *(
            _quantity(f"{kind}: score in episode {k}", each)
            for kind, scores in summary.score_by_type.items()
            for k, each in enumerate(scores, start=1)
        ),
    ]


def exploitation_rows(shares: Sequence[Estimate | None]) -> list[tuple[str, str, str]]:
    """The same of the shares of the exploitable value, see `lamer_envs.evaluation.ruler`."""
    return [_share(f"exploited in episode {k}", each) for k, each in enumerate(shares, start=1)]


def _share(name: str, estimate: Estimate | None) -> tuple[str, str, str]:
    return name, percent(estimate), _interval(estimate, 100.0, 1)


def _quantity(name: str, estimate: Estimate | None) -> tuple[str, str, str]:
    return name, number(estimate), _interval(estimate, 1.0, 2)


def _interval(estimate: Estimate | None, scale: float, digits: int) -> str:
    if estimate is None or estimate.interval is None:
        return "–"
    low, high = (scale * end for end in estimate.interval)
    return f"{low:.{digits}f} to {high:.{digits}f}"


def comparison(runs: Sequence[Run]) -> tuple[list[str], list[list[str]]]:
    """Header and one row for each run; pass@k up to the largest number of episodes among them.

    Scores by episode stand at the end where a run has them.
    """
    most = max((len(run.summary.pass_at) for run in runs), default=1)
    header = ["run", "environment", "policy", "memory", "tasks", "trials"]
    header += [f"pass@{k}" for k in range(1, most + 1)]
    header += ["gain", "diversity", "turns", "invalid"]
    scored = max((len(run.summary.score_in) for run in runs), default=0)
    header += [f"score in {k}" for k in range(1, scored + 1)]
    rows = []
    for run in runs:
        summary = run.summary
        shares = [percent(each) for each in summary.pass_at]
        scores = [number(each) for each in summary.score_in]
        rows.append(
            [
                f"{run.name} ({run.missing})" if run.missing else run.name,
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
                *scores,
                *["–"] * (scored - len(scores)),
            ]
        )
    return header, rows


def policy_name(config: EvalConfig) -> str:
    """A short name of the player: that of a script, or the last part of a model's path."""
    name = str(config.policy.get("name") or config.policy.get("model") or "policy")
    return Path(name).name
