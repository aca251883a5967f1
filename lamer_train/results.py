"""The closing table of an experiment, for the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table

from lamer_envs.evaluation.metrics import Estimate, Summary
from lamer_envs.evaluation.report import number, percent


@dataclass(frozen=True)
class Measured:
    """What was found of one player.

    Attributes:
        summary: its metrics.
        exploited: of a game, the share of the exploitable value taken in episode 1, 2, ..., see
            `lamer_envs.evaluation.ruler`; else empty.
    """

    summary: Summary
    exploited: tuple[Estimate | None, ...] = ()


def result_table(title: str, players: Mapping[str, Measured]) -> tuple[Table, str]:
    """pass@k, adaptation gain (percent) and diversity H (nats) of each player, with errors.

    Where trials go on after a success, also the score in each episode, in units of reward; of
    games the share of the exploitable value (percent); and in the Markdown a second table with the
    scores by kind of task, such as the opponent.

    Returns:
        A table for a terminal, with a column per player so that it fits 80 characters, and one in
        Markdown with a row per player.
    """
    summaries = {name: measured.summary for name, measured in players.items()}
    longest = max(len(summary.pass_at) for summary in summaries.values())
    scored = max(len(summary.score_in) for summary in summaries.values())
    shared = max(len(measured.exploited) for measured in players.values())
    header = [
        "",
        *(f"pass@{k}" for k in range(1, longest + 1)),
        f"gain 1→{longest}",
        "H first",
        "H all",
        *(f"score in {k}" for k in range(1, scored + 1)),
        *(f"exploited in {k}" for k in range(1, shared + 1)),
    ]
    rows = [
        [
            name,
            *(percent(estimate) for estimate in measured.summary.pass_at),
            percent(measured.summary.adaptation_gain),
            number(measured.summary.diversity_first),
            number(measured.summary.diversity_all),
            *(number(estimate) for estimate in measured.summary.score_in),
            *(percent(estimate) for estimate in measured.exploited),
        ]
        for name, measured in players.items()
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
    text = _markdown(header, rows)
    kinds = _kinds(summaries, scored)
    if kinds:
        scores = [f"score in {k}" for k in range(1, scored + 1)]
        text += "\n" + _markdown(["", "against", "tasks", *scores], kinds)
    return table, text


def _kinds(summaries: Mapping[str, Summary], scored: int) -> list[list[str]]:
    """A row for each player and kind of task."""
    return [
        [name, kind, str(scores[0].n), *(number(each) for each in scores)]
        for name, summary in summaries.items()
        for kind, scores in summary.score_by_type.items()
        if len(scores) == scored
    ]


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
