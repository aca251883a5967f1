"""Metrics over trials: pass@k, adaptation gain, trajectory diversity and their standard errors.

Every metric is averaged in two steps: inside a task over all its trials, then over the tasks that
have a value. The standard error is that of the mean over tasks, s / sqrt(number of tasks) with the
n - 1 form of s: tasks are the independent draws, trials of one task are not. Sums are exact, so the
order of the trials changes no digit. The interval beside a standard error is a bootstrap interval
over tasks, see `lamer_envs.evaluation.bootstrap`.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from lamer_envs.evaluation.bootstrap import bootstrap_interval
from lamer_envs.meta.trial import Episode, Trial, TrialSettings
from lamer_envs.text_env import require_choice, require_int

SUMMARY_VERSION = 3
"""2: intervals, tokens, task types, corrected diversity. 3: scores of trials that go on."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over tasks.

    Attributes:
        mean: the mean.
        se: its standard error, or `None` with fewer than two tasks.
        n: number of tasks that have a value.
        interval: low and high end of a 95% bootstrap interval, where one was asked for.
    """

    mean: float
    se: float | None
    n: int
    interval: tuple[float, float] | None = None


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
        diversity_corrected: `diversity_first` with the Miller-Madow correction.
        prompt_tokens: tokens of all prompts of a trial, over trials whose turns all know them.
        completion_tokens: the same of all responses.
        by_type: `pass_at` of each task type; empty where the environment knows none.
        score_in: the sum of rewards in episode k, for k = 1, 2, …, where trials play all their
            episodes (`stop_on_success=False`); else empty, since only failures play later ones.
        score_by_type: `score_in` of each task type, under the same condition.
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
    diversity_corrected: Estimate | None = None
    prompt_tokens: Estimate | None = None
    completion_tokens: Estimate | None = None
    by_type: Mapping[str, tuple[Estimate, ...]] = field(default_factory=dict)
    score_in: tuple[Estimate, ...] = ()
    score_by_type: Mapping[str, tuple[Estimate, ...]] = field(default_factory=dict)

    def to_json(self) -> str:
        """Indented JSON, ending in a line break."""
        return json.dumps({"schema": SUMMARY_VERSION, **asdict(self)}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Summary:
        """Read back what `to_json` wrote.

        What an earlier version did not know is empty.

        Raises:
            ValueError: the text is no summary, or has another schema version.
        """
        try:
            data = json.loads(text)
            version = data.pop("schema")
            if version not in range(1, SUMMARY_VERSION + 1):
                raise ValueError(
                    f"summary of schema {version}; this version reads 1 to {SUMMARY_VERSION}"
                )
            data["settings"] = TrialSettings(**data["settings"])
            for name in ("pass_at", "score_in"):
                data[name] = _estimates(data.get(name, ()))
            for name in ("by_type", "score_by_type"):
                kinds = data.get(name, {}).items()
                data[name] = {kind: _estimates(each) for kind, each in kinds}
            for name, value in data.items():
                if isinstance(value, dict) and "mean" in value:
                    data[name] = _estimate(value)
            return cls(**data)
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
            raise ValueError(f"not a summary: {error}") from error


def _estimate(data: Mapping[str, Any]) -> Estimate:
    interval = data.get("interval")
    return Estimate(**{**data, "interval": None if interval is None else tuple(interval)})


def _estimates(data: Iterable[Mapping[str, Any]]) -> tuple[Estimate, ...]:
    return tuple(_estimate(each) for each in data)


def estimate(values: Sequence[float], *, bootstrap: bool = False) -> Estimate:
    """Mean and standard error of independent values, and a bootstrap interval where asked for.

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
    interval = bootstrap_interval(values) if bootstrap else None
    return Estimate(mean, math.sqrt(variance / n), n, interval)


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
    return estimate(_passes(by_task(trials), k))


def score_in(trials: Iterable[Trial], k: int) -> Estimate:
    """The sum of rewards in episode `k`, counted from 1.

    Raises:
        ValueError: no trials, `k` is not between 1 and the number of episodes of a trial, or a
            trial was over before episode `k`.
    """
    return estimate(_scores(by_task(trials), k))


def adaptation_gain(trials: Iterable[Trial], k: int) -> Estimate:
    """pass@k - pass@1, with the standard error of the difference inside each task.

    Raises:
        ValueError: as for `pass_at_k`.
    """
    return estimate(_gains(by_task(trials), k))


def trajectory_diversity(
    trials: Iterable[Trial],
    attempts: Literal["first", "all"] = "first",
    *,
    corrected: bool = False,
) -> Estimate | None:
    """Entropy, in nats, of the distribution over distinct trajectories of a task.

    A trajectory is the sequence of (state, action) of one episode; actions that differ only in case
    or white space are the same. The plain entropy of the empirical frequencies (paper, section 4.3)
    is bounded by the logarithm of the number of episodes and too small on average, by about
    (m - 1) / 2n for n episodes and m possible trajectories: compare runs of equal trials per task.
    The Miller-Madow correction adds (m' - 1) / 2n for the m' trajectories that were seen; what is
    left of the bias is small once n is several times m (Miller, 1955).

    Args:
        trials: the trials.
        attempts: `"first"` takes each trial's first episode, `"all"` every episode.
        corrected: add the Miller-Madow correction.

    Returns:
        The mean over tasks with at least two trajectories, or `None` where no task has two.
    """
    require_choice("attempts", attempts, ("first", "all"))
    return _if_any(_diversities(by_task(trials), attempts, corrected=corrected), estimate)


def summarize(trials: Iterable[Trial], *, bootstrap: bool = False) -> Summary:
    """All metrics of one evaluation.

    Args:
        trials: the trials.
        bootstrap: give each estimate a bootstrap interval; takes about a second for 10,000 tasks.

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
    kinds: dict[str, list[list[Trial]]] = {}
    for task in tasks:
        if task[0].task_type:
            kinds.setdefault(task[0].task_type, []).append(task)

    def measured(values: Sequence[float]) -> Estimate:
        return estimate(values, bootstrap=bootstrap)

    def passes(of: Sequence[Sequence[Trial]]) -> tuple[Estimate, ...]:
        return tuple(measured(_passes(of, k)) for k in range(1, last + 1))

    goes_on = not settings.stop_on_success

    def scores(of: Sequence[Sequence[Trial]]) -> tuple[Estimate, ...]:
        return tuple(measured(_scores(of, k)) for k in range(1, last + 1) if goes_on)

    return Summary(
        env_id=env_id,
        settings=settings,
        num_tasks=len(tasks),
        num_trials=len(everything),
        pass_at=passes(tasks),
        adaptation_gain=measured(_gains(tasks, last)),
        diversity_first=_if_any(_diversities(tasks, "first"), measured),
        diversity_all=_if_any(_diversities(tasks, "all"), measured),
        turns_to_success=_if_any(_pooled(tasks, _turns_to_success), measured),
        episodes=measured([_mean(task, lambda trial: len(trial.episodes)) for task in tasks]),
        invalid_action_rate=measured(_pooled(tasks, _invalid_actions)),
        reflection_validity=_if_any(_pooled(tasks, _valid_reflections), measured),
        mean_return=measured([_mean(task, lambda trial: trial.returns[0]) for task in tasks]),
        diversity_corrected=_if_any(_diversities(tasks, "first", corrected=True), measured),
        prompt_tokens=_if_any(_pooled(tasks, _prompt_tokens), measured),
        completion_tokens=_if_any(_pooled(tasks, _completion_tokens), measured),
        by_type={kind: passes(kinds[kind]) for kind in sorted(kinds)},
        score_in=scores(tasks),
        score_by_type={kind: scores(kinds[kind]) for kind in sorted(kinds)} if goes_on else {},
    )


def _passes(tasks: Sequence[Sequence[Trial]], k: int) -> list[float]:
    return [_mean(task, lambda trial: _solved(trial, k)) for task in tasks]


def _scores(tasks: Sequence[Sequence[Trial]], k: int) -> list[float]:
    return [_mean(task, lambda trial: _score(trial, k)) for task in tasks]


def _gains(tasks: Sequence[Sequence[Trial]], k: int) -> list[float]:
    return [_mean(task, lambda trial: _solved(trial, k) - _solved(trial, 1)) for task in tasks]


def _diversities(
    tasks: Sequence[Sequence[Trial]], attempts: str, *, corrected: bool = False
) -> list[float]:
    values = []
    for task in tasks:
        sample = [
            _trajectory(episode)
            for trial in task
            for episode in (trial.episodes[:1] if attempts == "first" else trial.episodes)
        ]
        if len(sample) > 1:
            missing = (len(set(sample)) - 1) / (2 * len(sample)) if corrected else 0.0
            values.append(_entropy(sample) + missing)
    return values


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


def _turns_to_success(trial: Trial) -> list[float]:
    first = trial.first_success
    if first is None:
        return []
    return [float(sum(len(episode.turns) for episode in trial.episodes[: first + 1]))]


def _invalid_actions(trial: Trial) -> list[float]:
    return [float(not turn.action_valid) for episode in trial.episodes for turn in episode.turns]


def _valid_reflections(trial: Trial) -> list[float]:
    reflections = [episode.reflection for episode in trial.episodes]
    return [float(turn.action_valid) for turn in reflections if turn is not None]


def _prompt_tokens(trial: Trial) -> list[float]:
    return _total([turn.prompt_tokens for turn in trial.turns])


def _completion_tokens(trial: Trial) -> list[float]:
    return _total([turn.completion_tokens for turn in trial.turns])


def _total(counts: Sequence[int | None]) -> list[float]:
    known = [count for count in counts if count is not None]
    return [float(sum(known))] if len(known) == len(counts) else []


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


def _pooled(
    tasks: Sequence[Sequence[Trial]], values: Callable[[Trial], list[float]]
) -> list[float]:
    """Task means of a quantity of which a trial may have none or several values."""
    pooled = [[v for trial in task for v in values(trial)] for task in tasks]
    return [_mean_of(each) for each in pooled if each]


def _if_any(
    values: Sequence[float], measured: Callable[[Sequence[float]], Estimate]
) -> Estimate | None:
    return measured(values) if values else None
