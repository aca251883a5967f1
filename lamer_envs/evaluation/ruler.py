"""How much of what there was to gain from its opponents an agent took, episode by episode."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from lamer_envs.evaluation.metrics import Estimate, by_task
from lamer_envs.evaluation.run import EvalConfig, find_trials
from lamer_envs.games.env import GameEnv
from lamer_envs.meta.trial import Trial, read_trials


def exploitation(env: GameEnv[Any], trials: Iterable[Trial]) -> tuple[Estimate | None, ...]:
    """The share of the exploitable value that was taken in episode k, for k = 1, 2, …

    With x the mean score in an episode, b that of the best response to the opponent and e that of
    an equilibrium player, the share is the sum of x - e over the tasks, over the sum of b - e. Both
    references know their own cards only and are taken on the very deals of the trials, so that luck
    of the cards is in neither sum. An agent that learns the opponent's card can take more than 1.

    Args:
        env: the environment of the trials, with the same arguments.
        trials: of equal settings, with all their episodes played.

    Returns:
        The ratio and its standard error by linearisation (tasks are the independent draws); `None`
        for an episode in which nothing was to be gained. Empty where there are no references.

    Raises:
        ValueError: there are no trials.
    """
    tasks = by_task(trials)
    episodes = min(len(trial.episodes) for task in tasks for trial in task)
    shares = []
    for episode in range(episodes):
        taken, there = [], []
        for task in tasks:
            references = env.references(env.task_of(task[0].task_seed), episode)
            if references is None:
                return ()
            best, equilibrium = references
            score = math.fsum(trial.episodes[episode].reward for trial in task) / len(task)
            taken.append(score - equilibrium)
            there.append(best - equilibrium)
        shares.append(ratio(taken, there))
    return tuple(shares)


def exploited(config: EvalConfig, run_dir: Path) -> tuple[Estimate | None, ...]:
    """`exploitation` by the trials of a run folder; empty where they are of no game.

    Args:
        config: of the evaluation.
        run_dir: the run folder.

    Raises:
        ValueError: its trials cannot be read.
    """
    path = find_trials(run_dir)
    env = config.make_env()
    env.close()
    game = env.unwrapped
    if not isinstance(game, GameEnv) or env.settings.stop_on_success or path is None:
        return ()
    return exploitation(game, read_trials(path))


def ratio(taken: Sequence[float], there: Sequence[float]) -> Estimate | None:
    """The sum of one sequence over that of another, with the standard error of their pairs.

    Returns:
        `None` where the second sum is not positive.
    """
    n, whole = len(there), math.fsum(there)
    if whole <= 1e-9:
        return None
    share = math.fsum(taken) / whole
    if n < 2:
        return Estimate(share, None, n)
    residuals = [t - share * w for t, w in zip(taken, there, strict=True)]
    spread = math.fsum(residual**2 for residual in residuals) / (n - 1)
    return Estimate(share, math.sqrt(n * spread) / whole, n)
