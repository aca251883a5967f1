"""Runs on the same tasks, subtracted from one another task by task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lamer_envs.evaluation.jobs import same_tasks
from lamer_envs.evaluation.paired import TaskScores, paired_difference, task_scores
from lamer_envs.evaluation.report.runs import Run
from lamer_envs.evaluation.report.tables import percent
from lamer_envs.meta.trial import read_trials


def differences(
    runs: Sequence[Run], known: Mapping[int, TaskScores] | None = None
) -> tuple[list[str], list[list[str]]]:
    """Header, and a row for each run that plays the same tasks as an earlier one.

    Each is compared with the first run on its tasks: percentage points, mean ± standard error of
    the differences over the tasks that both have. No rows where no two runs share tasks.

    Args:
        runs: the runs.
        known: scores by number of the run, where its trials were read already.

    Raises:
        ValueError: a file of trials cannot be read.
    """
    scores = dict(known or {})

    def of(index: int) -> TaskScores:
        path = runs[index].trials_path
        if index not in scores and path is not None:
            scores[index] = task_scores(read_trials(path))
        return scores.get(index, {})

    found = []
    for index, run in enumerate(runs):
        first = next((n for n, other in enumerate(runs[:index]) if _same(run, other)), None)
        if first is not None:
            value = paired_difference(of(index), of(first))
            if value is not None:
                found.append((run.name, runs[first].name, value))
    most = max((len(value.pass_at) for _, _, value in found), default=1)
    header = ["run", "minus", "tasks", *(f"pass@{k}" for k in range(1, most + 1)), "gain"]
    rows = [
        [
            name,
            against,
            str(value.num_tasks),
            *map(percent, value.pass_at),
            *["–"] * (most - len(value.pass_at)),
            percent(value.adaptation_gain),
        ]
        for name, against, value in found
    ]
    return header, rows


def _same(run: Run, other: Run) -> bool:
    if run.config is None or other.config is None:
        return False
    return same_tasks(run.config, other.config)
