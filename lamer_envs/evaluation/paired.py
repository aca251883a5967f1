"""Two players on the same tasks: differences task by task, and their standard errors.

Tasks differ far more from one another than players do, so a difference measured on the same tasks
is known much better than the two figures that it is the difference of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lamer_envs.evaluation.metrics import Estimate, by_task, estimate
from lamer_envs.meta.trial import Trial

TaskScores = Mapping[tuple[int, str], tuple[float, ...]]
"""For each task (seed and id), the share of its trials solved in the first 1, 2, … episodes."""


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """One player minus another one, over the tasks that both have played.

    Attributes:
        num_tasks: how many tasks these are.
        pass_at: difference of pass@k for k = 1, 2, … up to the shorter trials' number of episodes.
        adaptation_gain: difference of the adaptation gains up to that k.
    """

    num_tasks: int
    pass_at: tuple[Estimate, ...]
    adaptation_gain: Estimate


def task_scores(trials: Iterable[Trial]) -> TaskScores:
    """What a player did on each task.

    Raises:
        ValueError: there are no trials.
    """
    scores: dict[tuple[int, str], tuple[float, ...]] = {}
    for task in by_task(trials):
        first = [trial.first_success for trial in task]
        scores[task[0].task_seed, task[0].task_id] = tuple(
            sum(n is not None and n <= k for n in first) / len(task)
            for k in range(task[0].settings.num_episodes)
        )
    return scores


def paired_difference(scores: TaskScores, baseline: TaskScores) -> PairedDifference | None:
    """`scores` minus `baseline`, or `None` where they share no task."""
    common = sorted(scores.keys() & baseline.keys())
    if not common:
        return None
    rows = [
        [mine - theirs for mine, theirs in zip(scores[key], baseline[key], strict=False)]
        for key in common
    ]
    return PairedDifference(
        num_tasks=len(common),
        pass_at=tuple(estimate(column, bootstrap=True) for column in zip(*rows, strict=True)),
        adaptation_gain=estimate([row[-1] - row[0] for row in rows], bootstrap=True),
    )
