"""The closing table of an experiment, for the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from lamer_envs.evaluation.metrics import Summary
from lamer_envs.evaluation.report import number, percent


def result_table(title: str, summaries: Mapping[str, Summary]) -> tuple[Table, str]:
    """pass@k, adaptation gain (percent) and diversity H (nats) of each summary, with errors.

    Returns:
        A table for a terminal, with a column per summary so that it fits 80 characters, and one in
        Markdown with a row per summary.
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
    table.add_column("")
    for name in summaries:
        table.add_column(name.replace(", ", ",\n"), justify="right", overflow="fold")
    for cells in list(zip(header, *rows, strict=True))[1:]:
        table.add_row(*cells)
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return table, "".join("| " + " | ".join(line) + " |\n" for line in lines)
