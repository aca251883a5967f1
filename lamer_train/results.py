"""The closing table of an experiment, for the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from lamer_envs.evaluation.metrics import Summary
from lamer_envs.evaluation.report import number, percent


def result_table(title: str, summaries: Mapping[str, Summary]) -> tuple[Table, str]:
    """One row per summary: pass@k, adaptation gain (percent), diversity H (nats), with errors.

    Returns:
        The table for a terminal, and the same in Markdown.
    """
    longest = max(len(summary.pass_at) for summary in summaries.values())
    header = [
        "",
        *(f"pass@{k}" for k in range(1, longest + 1)),
        f"gain 1→{longest}",
        "H first",
        "H all",
    ]
    rows = [
        [
            name,
            *(percent(estimate) for estimate in summary.pass_at),
            percent(summary.adaptation_gain),
            number(summary.diversity_first),
            number(summary.diversity_all),
        ]
        for name, summary in summaries.items()
    ]
    table = Table(
        title=title,
        caption="percent; H: trajectory diversity in nats; mean ± standard error over tasks",
    )
    for index, name in enumerate(header):
        table.add_column(name, justify="left" if index == 0 else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return table, "".join("| " + " | ".join(line) + " |\n" for line in lines)
