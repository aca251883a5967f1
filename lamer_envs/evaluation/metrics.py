"""Metrics over trials: pass@k, adaptation gain, trajectory diversity and their standard errors.

Every metric is averaged in two steps: inside a task over all its trials, then over the tasks that
have a value. The standard error is that of the mean over tasks, s / sqrt(number of tasks) with the
n - 1 form of s: tasks are the independent draws, trials of one task are not. Sums are exact, so the
order of the trials changes no digit.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from lamer_envs.meta.trial import Episode, Trial, TrialSettings
from lamer_envs.text_env import require_choice, require_int

SUMMARY_VERSION = 1


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over tasks.

    Attributes:
        mean: the mean.
        se: its standard error, or `None` with fewer than two tasks.
        n: number of tasks that have a value.
    """

    mean: float
    se: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What an evaluation found.

    Attributes:
        env_id: the environment.
        settings: how the trials were played.
        num_tasks: number of tasks (task seeds).
        num_trials: number of trials.
        pass_at: share of trials with a success in the first k episodes, for k = 1, 2, …
        adaptation_gain: the last `pass_at` minus the first, with a paired standard error.
        diversity_first: see `trajectory_diversity`, over first episodes.
        diversity_all: the same over all episodes.
        turns_to_success: play turns up to the end of the first episode that was solved, earlier
            episodes included.
        episodes: episodes played in a trial.
        invalid_action_rate: share of play turns without a possible action.
        reflection_validity: share of reflections that hold a remark.
        mean_return: the trial objective G_0^(0) (paper, Eq. 5) as played, in units of reward.
        score_in: the sum of rewards in episode k, for k = 1, 2, …, where trials play all their
            episodes (`stop_on_success=False`); else empty, since only failures play later ones.
    """

    env_id: str
    settings: TrialSettings
    num_tasks: int
    num_trials: int
    pass_at: tuple[Estimate, ...]
    adaptation_gain: Estimate
    diversity_first: Estimate | None
    diversity_all: Estimate | None
    turns_to_success: Estimate | None
    episodes: Estimate
    invalid_action_rate: Estimate
    reflection_validity: Estimate | None
    mean_return: Estimate
    score_in: tuple[Estimate, ...] = ()

    def to_json(self) -> str:
        """Indented JSON, ending in a line break."""
        return json.dumps({"schema": SUMMARY_VERSION, **asdict(self)}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Summary:
        """Read back what `to_json` wrote.

        Raises:
            ValueError: the text is no summary, or has another schema version.
        """
        try:
            data = json.loads(text)
            version = data.pop("schema")
            if version != SUMMARY_VERSION:
                raise ValueError(f"summary of schema {version}; this version reads 1")
            data["settings"] = TrialSettings(**data["settings"])
            for name in ("pass_at", "score_in"):
                data[name] = tuple(Estimate(**each) for each in data.get(name, ()))
            for name, value in data.items():
                if isinstance(value, dict):
                    data[name] = Estimate(**value)
            return cls(**data)
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
            raise ValueError(f"not a summary: {error}") from error


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and standard error of independent values.

    Raises:
        ValueError: there are none.
    """
    if not values:
        raise ValueError("an estimate needs at least one value")
    n = len(values)
    mean = math.fsum(values) / n
    if n < 2:
        return Estimate(mean, None, n)
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    return Estimate(mean, math.sqrt(variance / n), n)


def by_task(trials: Iterable[Trial]) -> list[list[Trial]]:
    """The trials of each task, ordered by task seed and trial index.

    Raises:
        ValueError: there are none.
    """
    tasks: dict[int, list[Trial]] = {}
    for trial in trials:
        tasks.setdefault(trial.task_seed, []).append(trial)
    if not tasks:
        raise ValueError("no trials to measure")
    return [sorted(tasks[seed], key=lambda trial: trial.trial) for seed in sorted(tasks)]


def pass_at_k(trials: Iterable[Trial], k: int) -> Estimate:
    """Share of trials with a success in the first `k` episodes, in [0, 1].

    Raises:
        ValueError: no trials, or `k` is not between 1 and the number of episodes of a trial.
    """
    tasks = by_task(trials)
    return estimate([_mean(task, lambda trial: _solved(trial, k)) for task in tasks])


def score_in(trials: Iterable[Trial], k: int) -> Estimate:
    """The sum of rewards in episode `k`, counted from 1.

    Raises:
        ValueError: no trials, `k` is not between 1 and the number of episodes of a trial, or a
            trial was over before episode `k`.
    """
    return estimate([_mean(task, lambda trial: _score(trial, k)) for task in by_task(trials)])


def adaptation_gain(trials: Iterable[Trial], k: int) -> Estimate:
    """pass@k - pass@1, with the standard error of the difference inside each task.

    Raises:
        ValueError: as for `pass_at_k`.
    """
    tasks = by_task(trials)
    return estimate(
        [_mean(task, lambda trial: _solved(trial, k) - _solved(trial, 1)) for task in tasks]
    )


def trajectory_diversity(
    trials: Iterable[Trial], attempts: Literal["first", "all"] = "first"
) -> Estimate | None:
    """Entropy, in nats, of the distribution over distinct trajectories of a task.

    A trajectory is the sequence of (state, action) of one episode; actions that differ only in case
    or white space are the same. The plain entropy of the empirical frequencies (paper, section 4.3)
    is bounded by the logarithm of the number of episodes, so compare runs of equal trials per task.

    Args:
        trials: the trials.
        attempts: `"first"` takes each trial's first episode, `"all"` every episode.

    Returns:
        The mean over tasks with at least two trajectories, or `None` where no task has two.
    """
    require_choice("attempts", attempts, ("first", "all"))
    values = []
    for task in by_task(trials):
        sample = [
            _trajectory(episode)
            for trial in task
            for episode in (trial.episodes[:1] if attempts == "first" else trial.episodes)
        ]
        if len(sample) > 1:
            values.append(_entropy(sample))
    return estimate(values) if values else None


def summarize(trials: Iterable[Trial]) -> Summary:
    """All metrics of one evaluation.

    Raises:
        ValueError: no trials, or they are of different environments or settings.
    """
    tasks = by_task(trials)
    everything = [trial for task in tasks for trial in task]
    env_id, settings = everything[0].env_id, everything[0].settings
    for trial in everything:
        if (trial.env_id, trial.settings) != (env_id, settings):
            raise ValueError(
                f"trials of different kinds: {env_id} with {settings} "
                f"and {trial.env_id} with {trial.settings}"
            )
    last = settings.num_episodes
    return Summary(
        env_id=env_id,
        settings=settings,
        num_tasks=len(tasks),
        num_trials=len(everything),
        pass_at=tuple(pass_at_k(everything, k) for k in range(1, last + 1)),
        adaptation_gain=adaptation_gain(everything, last),
        diversity_first=trajectory_diversity(everything, "first"),
        diversity_all=trajectory_diversity(everything, "all"),
        turns_to_success=_estimate_over(
            tasks,
            lambda trial: [
                float(sum(len(episode.turns) for episode in trial.episodes[: first + 1]))
                for first in (trial.first_success,)
                if first is not None
            ],
        ),
        episodes=estimate([_mean(task, lambda trial: len(trial.episodes)) for task in tasks]),
        invalid_action_rate=estimate(
            [_mean_of([v for trial in task for v in _invalid_actions(trial)]) for task in tasks]
        ),
        reflection_validity=_estimate_over(
            tasks,
            lambda trial: [
                float(episode.reflection.action_valid)
                for episode in trial.episodes
                if episode.reflection is not None
            ],
        ),
        mean_return=estimate([_mean(task, lambda trial: trial.returns[0]) for task in tasks]),
        score_in=()
        if settings.stop_on_success
        else tuple(score_in(everything, k) for k in range(1, last + 1)),
    )


def _solved(trial: Trial, k: int) -> int:
    require_int("k", k, low=1, high=trial.settings.num_episodes)
    first = trial.first_success
    return int(first is not None and first < k)


def _score(trial: Trial, k: int) -> float:
    require_int("k", k, low=1, high=trial.settings.num_episodes)
    if k > len(trial.episodes):
        raise ValueError(
            f"task seed {trial.task_seed}, trial {trial.trial} was over after "
            f"{len(trial.episodes)} episodes; expected stop_on_success=False"
        )
    return trial.episodes[k - 1].reward


def _invalid_actions(trial: Trial) -> list[float]:
    return [float(not turn.action_valid) for episode in trial.episodes for turn in episode.turns]


def _trajectory(episode: Episode) -> Hashable:
    return tuple(
        (turn.state_key, "".join(turn.action.casefold().split())) for turn in episode.turns
    )


def _entropy(sample: Sequence[Hashable]) -> float:
    n = len(sample)
    # Not -sum(p log p): this form is exactly zero for a single distinct trajectory.
    return math.fsum(count / n * math.log(n / count) for count in Counter(sample).values())


def _mean(task: Sequence[Trial], value: Callable[[Trial], float]) -> float:
    return _mean_of([value(trial) for trial in task])


def _mean_of(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _estimate_over(
    tasks: Sequence[Sequence[Trial]], values: Callable[[Trial], list[float]]
) -> Estimate | None:
    """Of a quantity of which a trial may have none or several values."""
    pooled: list[list[float]] = [[v for trial in task for v in values(trial)] for task in tasks]
    means = [_mean_of(each) for each in pooled if each]
    return estimate(means) if means else None
