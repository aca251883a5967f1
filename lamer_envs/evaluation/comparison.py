"""The tables over several evaluations, for a terminal, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lamer_envs.evaluation.jobs import Job, pairs
from lamer_envs.evaluation.metrics import Estimate, Summary
from lamer_envs.evaluation.paired import PairedDifference, paired_difference, task_scores
from lamer_envs.evaluation.report.tables import number, percent
from lamer_envs.evaluation.run import find_trials
from lamer_envs.meta.trial import read_trials

COMPARISON_SCHEMA = 1

Table = tuple[str, list[str], list[list[str]]]
"""Title, header and rows."""

Show = Callable[[Estimate], str]
"""How a share is shown."""


@dataclass(frozen=True)
class Difference:
    """One evaluation minus another one on the same tasks."""

    job: Job
    against: Job
    value: PairedDifference


@dataclass(frozen=True)
class Comparison:
    """What several evaluations found.

    Attributes:
        title: of the whole.
        results: each evaluation with its summary.
        differences: those of the pairs that share tasks, see `lamer_envs.evaluation.jobs.pairs`.
    """

    title: str
    results: Sequence[tuple[Job, Summary]]
    differences: Sequence[Difference]

    def tables(self, *, intervals: bool = False) -> list[Table]:
        """Shares, behaviour, scores where trials go on after a success, shares by task type where
        there are types, and paired differences.

        Args:
            intervals: show bootstrap intervals beside the standard errors of pass@k, which takes
                more room than a terminal has.
        """
        share = _with_interval if intervals else percent
        tables = [self._results(share), self._behaviour()]
        if any(summary.score_in for _, summary in self.results):
            tables.append(self._scores())
        if any(summary.by_type for _, summary in self.results):
            tables.append(self._types(share))
        if self.differences:
            tables.append(self._differences(share))
        return tables

    def to_markdown(self) -> str:
        """The tables as Markdown, ending in a line break."""
        parts = [f"# {self.title}"]
        parts.append(
            "Shares in percent: mean ± standard error over tasks [95% bootstrap interval]."
        )
        for title, header, rows in self.tables(intervals=True):
            lines = [header, ["---"] * len(header), *rows]
            parts.append(title)
            parts.append("\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines))
        return "\n\n".join(parts) + "\n"

    def to_json(self) -> str:
        """Everything in full precision, ending in a line break."""
        data = {
            "schema": COMPARISON_SCHEMA,
            "title": self.title,
            "evaluations": [
                {**_named(job), "config": asdict(job.config), "summary": asdict(summary)}
                for job, summary in self.results
            ],
            "differences": [
                {"of": _named(each.job), "against": _named(each.against), **asdict(each.value)}
                for each in self.differences
            ],
        }
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"

    def _results(self, share: Show) -> Table:
        most = max(len(summary.pass_at) for _, summary in self.results)
        header = ["evaluation", "player", "memory", "tasks", "trials", *_passes(most), "gain"]
        rows = [
            [
                job.evaluation,
                job.player,
                summary.settings.memory,
                str(summary.num_tasks),
                _count(job, summary),
                *_padded([share(each) for each in summary.pass_at], most),
                percent(summary.adaptation_gain) if len(summary.pass_at) > 1 else "–",
            ]
            for job, summary in self.results
        ]
        return "Solved in the first k attempts, percent.", header, rows

    def _behaviour(self) -> Table:
        header = ["evaluation", "player", "diversity (nats)", "turns to success", "invalid (%)"]
        header += ["remarks (%)", "sampled tokens a trial"]
        rows = [
            [
                job.evaluation,
                job.player,
                number(summary.diversity_first),
                number(summary.turns_to_success),
                percent(summary.invalid_action_rate),
                percent(summary.reflection_validity),
                number(summary.completion_tokens),
            ]
            for job, summary in self.results
        ]
        return "Diversity, turns, invalid actions, reflections with a remark, tokens.", header, rows

    def _scores(self) -> Table:
        most = max(len(summary.score_in) for _, summary in self.results)
        header = ["evaluation", "player", *(f"score in {k}" for k in range(1, most + 1))]
        rows = [
            [
                job.evaluation,
                job.player,
                *_padded([number(each) for each in summary.score_in], most),
            ]
            for job, summary in self.results
        ]
        return "Sum of rewards in an episode.", header, rows

    def _types(self, share: Show) -> Table:
        most = max(len(summary.pass_at) for _, summary in self.results)
        rows = [
            [
                job.evaluation,
                job.player,
                kind,
                str(shares[0].n),
                *_padded([share(each) for each in shares], most),
            ]
            for job, summary in self.results
            for kind, shares in summary.by_type.items()
        ]
        return "By task type.", ["evaluation", "player", "task type", "tasks", *_passes(most)], rows

    def _differences(self, share: Show) -> Table:
        most = max(len(each.value.pass_at) for each in self.differences)
        rows = [
            [
                *_sides(each),
                str(each.value.num_tasks),
                *_padded([share(value) for value in each.value.pass_at], most),
                percent(each.value.adaptation_gain),
            ]
            for each in self.differences
        ]
        header = ["of", "minus", "on", "tasks", *_passes(most), "gain"]
        return "Paired differences over the tasks in common, percentage points.", header, rows


def compare(title: str, results: Sequence[tuple[Job, Summary]]) -> Comparison:
    """Compare finished evaluations; reads the trials of those that are paired.

    Raises:
        ValueError: a file of trials cannot be read.
    """
    scores = {}
    differences = []
    for pair in pairs([job for job, _ in results]):
        for job in pair:
            path = find_trials(job.folder)
            if job.folder not in scores and path is not None:
                scores[job.folder] = task_scores(read_trials(path))
        job, against = pair
        value = paired_difference(scores[job.folder], scores[against.folder])
        if value is not None:
            differences.append(Difference(job, against, value))
    return Comparison(title, tuple(results), tuple(differences))


def write_comparison(comparison: Comparison, out: Path) -> None:
    """Write `comparison.md` and `comparison.json` into a folder."""
    (out / "comparison.md").write_text(comparison.to_markdown(), encoding="utf-8")
    (out / "comparison.json").write_text(comparison.to_json(), encoding="utf-8")


def _named(job: Job) -> dict[str, str]:
    return {"evaluation": job.evaluation, "player": job.player}


def _sides(difference: Difference) -> list[str]:
    """What differs, and what both sides have in common."""
    job, against = difference.job, difference.against
    if job.evaluation == against.evaluation:
        return [job.player, against.player, job.evaluation]
    return [job.evaluation, against.evaluation, job.player]


def _passes(most: int) -> list[str]:
    return [f"pass@{k}" for k in range(1, most + 1)]


def _padded(cells: list[str], most: int) -> list[str]:
    return cells + ["–"] * (most - len(cells))


def _count(job: Job, summary: Summary) -> str:
    """How many trials there are, and of how many where some were given up."""
    wanted = job.config.num_tasks * job.config.trials_per_task
    there = summary.num_trials
    return str(there) if there == wanted else f"{there} of {wanted}"


def _with_interval(share: Estimate) -> str:
    if share.interval is None:
        return percent(share)
    low, high = (100 * end for end in share.interval)
    return f"{percent(share)} [{low:.1f}, {high:.1f}]"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
