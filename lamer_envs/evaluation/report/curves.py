"""Runs that differ in nothing but the difficulty of their tasks make one curve (Figure 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lamer_envs.evaluation.methods import method_named
from lamer_envs.evaluation.report.runs import Run
from lamer_envs.evaluation.report.tables import policy_name
from lamer_envs.evaluation.run import EvalConfig

DIFFICULTIES: Mapping[str, tuple[str, str]] = {
    "LaMer/Sokoban-v0": ("num_boxes", "boxes"),
    "LaMer/MineSweeper-v0": ("num_mines", "mines"),
}
"""The argument that makes an environment harder, and what it counts."""


@dataclass(frozen=True)
class DifficultyCurve:
    """Runs of one policy on ever harder tasks.

    Attributes:
        env_id: the environment.
        counts: what the difficulty counts, such as `boxes`.
        name: of the policy, with method and memory where they are not the defaults.
        points: difficulty and number of the run in the sequence, in ascending order; two or more.
    """

    env_id: str
    counts: str
    name: str
    points: tuple[tuple[int, int], ...]


def difficulty_curves(runs: Sequence[Run]) -> list[DifficultyCurve]:
    """The curves in some runs, in the order of their first runs; of two equal runs the later one.

    Runs belong to a curve if their configs are equal but for the difficulty, for which tasks and
    how many, and for the arguments that keep harder tasks solvable (turns, solution lengths).
    """
    families: dict[str, dict[int, int]] = {}
    kinds: dict[str, EvalConfig] = {}
    for number, run in enumerate(runs):
        if run.config is None or run.config.env_id not in DIFFICULTIES:
            continue
        argument, _ = DIFFICULTIES[run.config.env_id]
        family = _family(run.config)
        key = family.to_json()
        kinds[key] = family
        families.setdefault(key, {})[_value(run.config, argument)] = number
    curves = []
    for key, points in families.items():
        if len(points) > 1:
            kind = kinds[key]
            _, counts = DIFFICULTIES[kind.env_id]
            places = tuple(sorted(points.items()))
            curves.append(DifficultyCurve(kind.env_id, counts, _player(kind), places))
    return curves


def _player(config: EvalConfig) -> str:
    parts = [policy_name(config)]
    if config.method != "lamer":
        parts.append(config.method)
    if config.memory != method_named(config.method).memory:
        parts.append(f"memory {config.memory}")
    return ", ".join(parts)


_ADAPTED = {"max_turns", "min_solution", "max_solution"}


def _family(config: EvalConfig) -> EvalConfig:
    """The config without what may differ inside a curve."""
    argument, _ = DIFFICULTIES[config.env_id]
    kept: dict[str, Any] = {
        name: value
        for name, value in config.env_kwargs.items()
        if name != argument and name not in _ADAPTED
    }
    return replace(config, env_kwargs=kept, num_tasks=1, trials_per_task=1, seed=0)


def _value(config: EvalConfig, argument: str) -> int:
    """The difficulty, which is the environment's default where the config does not say."""
    if argument in config.env_kwargs:
        return int(config.env_kwargs[argument])
    env = config.make_env()
    try:
        return int(env.get_wrapper_attr(argument))
    finally:
        env.close()
