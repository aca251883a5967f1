"""Which tasks a run trains on and is evaluated on, as TRL data sets."""

from __future__ import annotations

import numpy as np
from datasets import Dataset


def training_tasks(
    updates: int,
    tasks_per_update: int,
    *,
    first_seed: int = 0,
    distinct: int | None = None,
    seed: int = 0,
    rounds: int = 1,
) -> Dataset:
    """The task seeds of a whole run in the order of play, one row each.

    The data set is as long as the run, so that a resumed run finds its place by counting alone.

    Args:
        updates: generations of trials.
        tasks_per_update: tasks in each; never the same task twice in one generation.
        first_seed: the smallest task seed.
        distinct: how many task seeds there are, played in shuffled rounds (a remainder that does
            not fill a generation sits out its round); `None` for a fresh one each time.
        seed: of the shuffling.
        rounds: how many times over the whole is given.

    Raises:
        ValueError: fewer distinct tasks than a generation needs.
    """
    total = updates * tasks_per_update
    if distinct is None:
        seeds = np.arange(first_seed, first_seed + total)
    else:
        if distinct < tasks_per_update:
            raise ValueError(f"{distinct} distinct tasks do not fill a batch of {tasks_per_update}")
        whole = distinct - distinct % tasks_per_update
        order = [
            np.random.default_rng([seed, number]).permutation(distinct)[:whole]
            for number in range(-(-total // whole))
        ]
        seeds = first_seed + np.concatenate(order)[:total]
    return task_dataset(seeds.tolist() * rounds)


def task_dataset(seeds: list[int]) -> Dataset:
    """A data set with one row per task: its `task_seed`, and the `prompt` column that TRL wants."""
    return Dataset.from_dict({"prompt": [""] * len(seeds), "task_seed": seeds})
