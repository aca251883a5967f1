"""Suites: the evaluations behind the paper's tables and figures, as data.

A suite names evaluations; who plays them, and by which prompting method, is chosen when it is run.
Every figure of the paper's Tables 1, 3, 4 and 5 is a multiple of 1/512 to the digits printed, so
512 trials are the default size, though the paper does not state one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lamer_envs.text_env import require_choice

_SOKOBAN = "LaMer/Sokoban-v0"
_MINESWEEPER = "LaMer/MineSweeper-v0"
_WEBSHOP = "LaMer/WebShop-v0"
_ALFWORLD = "LaMer/ALFWorld-v0"
_TEST: Mapping[str, Any] = {"split": "test"}


@dataclass(frozen=True)
class SuiteEvaluation:
    """One evaluation of a suite.

    Attributes:
        name: of its folder and its row.
        env_id: a Gymnasium id.
        env_kwargs: arguments of `gym.make`.
        memory: what later attempts see, or `None` for that of the prompting method.
    """

    name: str
    env_id: str
    env_kwargs: Mapping[str, Any] = field(default_factory=lambda: _TEST)
    memory: str | None = None


@dataclass(frozen=True)
class Suite:
    """Evaluations that belong together.

    Attributes:
        name: as in `lamer eval --suite`.
        shows: what it reproduces the shape of.
        evaluations: in the order of the rows.
        num_tasks: tasks in each.
        trials_per_task: trials on each task.
        num_episodes: attempts in a trial.
    """

    name: str
    shows: str
    evaluations: tuple[SuiteEvaluation, ...]
    num_tasks: int = 512
    trials_per_task: int = 1
    num_episodes: int = 3


_FOUR = tuple(
    SuiteEvaluation(name, env_id)
    for name, env_id in (
        ("sokoban", _SOKOBAN),
        ("minesweeper", _MINESWEEPER),
        ("webshop", _WEBSHOP),
        ("alfworld", _ALFWORLD),
    )
)

SUITES = {
    suite.name: suite
    for suite in (
        Suite(
            "paper",
            "Table 1 (pass@1 to pass@3) and Figure 3 (diversity), and ALFWorld beside them",
            _FOUR,
            # As many trials as in Table 1, and four samples of each task for the diversity.
            num_tasks=128,
            trials_per_task=4,
        ),
        Suite(
            "harder",
            "Figure 4: Sokoban with more boxes, MineSweeper with more mines",
            tuple(
                SuiteEvaluation(f"{name}-{count}-{what}", env_id, {**_TEST, f"num_{what}": count})
                for name, env_id, what, counts in (
                    ("sokoban", _SOKOBAN, "boxes", (2, 3, 4, 5)),
                    ("minesweeper", _MINESWEEPER, "mines", (3, 4, 5, 6)),
                )
                for count in counts
            ),
        ),
        Suite(
            "unseen",
            "Table 2: ALFWorld's four task types that are trained on, and the two that are not",
            tuple(
                SuiteEvaluation(f"alfworld-{kind}", _ALFWORLD, {**_TEST, "task_types": kind})
                for kind in ("id", "ood")
            ),
        ),
        Suite(
            "test-time",
            "pass@1 to pass@8: what more attempts are worth (Section 5.2, carried on)",
            _FOUR,
            num_episodes=8,
        ),
        Suite(
            "memory",
            "Table 3 (history, reflection, both) and Table 5 (none against both)",
            tuple(
                SuiteEvaluation(f"{each.name}-{kind}", each.env_id, memory=kind)
                for each in _FOUR[:3]
                # The first is what the others are compared with.
                for kind in ("none", "history", "reflection", "both")
            ),
        ),
    )
}
"""By name."""


def suite_named(name: str) -> Suite:
    """The suite of a name.

    Raises:
        ValueError: there is none; the message lists those there are.
    """
    require_choice("suite", name, tuple(SUITES))
    return SUITES[name]
