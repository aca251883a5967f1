"""The report as text that other programs read: Markdown and CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from lamer_envs.evaluation.metrics import Estimate, Summary
from lamer_envs.evaluation.report.runs import Run
from lamer_envs.evaluation.report.tables import comparison, policy_name

CSV_HEADER = (
    "run",
    "environment",
    "policy",
    "method",
    "memory",
    "metric",
    "mean",
    "se",
    "low",
    "high",
    "tasks",
)


def to_markdown(runs: Sequence[Run]) -> str:
    """The table of `comparison`, a run a row: mean ± standard error, shares in percent."""
    header, rows = comparison(runs)
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(map(_cell, line)) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())


def to_csv(runs: Sequence[Run]) -> str:
    """One row for each run and metric, with the columns of `CSV_HEADER`.

    Shares are in [0, 1]; `low` and `high` are the ends of the bootstrap interval. What an
    estimate does not have is empty. Task types are metrics such as `pass@1, pick_and_place_simple`.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for run in runs:
        config, summary = run.config, run.summary
        kind = (
            run.name,
            summary.env_id,
            policy_name(config) if config else "",
            config.method if config else "",
            summary.settings.memory,
        )
        for metric, estimate in _metrics(summary):
            if estimate is not None:
                ends = estimate.interval or ("", "")
                row = (metric, estimate.mean, estimate.se, *ends, estimate.n)
                writer.writerow((*kind, *row))
    return text.getvalue()


def _metrics(summary: Summary) -> Iterator[tuple[str, Estimate | None]]:
    for k, each in enumerate(summary.pass_at, start=1):
        yield f"pass@{k}", each
    for name in (
        "adaptation_gain",
        "diversity_first",
        "diversity_corrected",
        "diversity_all",
        "turns_to_success",
        "episodes",
        "invalid_action_rate",
        "reflection_validity",
        "mean_return",
        "prompt_tokens",
        "completion_tokens",
    ):
        yield name, getattr(summary, name)
    for kind, shares in summary.by_type.items():
        for k, each in enumerate(shares, start=1):
            yield f"pass@{k}, {kind}", each
