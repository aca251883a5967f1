from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lamer_envs.evaluation.report.differences import differences
from lamer_envs.evaluation.report.runs import load_run
from lamer_envs.evaluation.report.tables import percent
from lamer_envs.evaluation.run import EvalConfig, evaluate
from lamer_envs.rollout.scripted import RandomPolicy

DOORS = EvalConfig("doors:Doors-v0", {"split": "test"}, {"name": "random", "seed": 0}, num_tasks=12)


def test_runs_on_the_same_tasks_are_subtracted(tmp_path: Path) -> None:
    others = {
        "longer": replace(DOORS, num_episodes=5, num_tasks=8),
        "elsewhere": replace(DOORS, env_kwargs={"num_doors": 5}),
        "later": replace(DOORS, seed=100),
    }
    for name, config in {"first": DOORS, **others}.items():
        evaluate(config, RandomPolicy(), tmp_path / name)
    runs = [load_run(tmp_path / name) for name in ("first", *others)]
    header, rows = differences(runs)
    assert header[-4:] == ["pass@1", "pass@2", "pass@3", "gain"]
    ((name, against, tasks, first, *_),) = rows
    # Eight tasks in common, and the same first guesses: no difference, and none in its error.
    assert (name, against, tasks, first) == ("longer", "first", "8", "0.0 ± 0.0")


def test_no_common_tasks_no_rows(tmp_path: Path) -> None:
    evaluate(DOORS, RandomPolicy(), tmp_path / "first")
    run = load_run(tmp_path / "first")
    assert differences([run])[1] == []
    assert differences([run, replace(run, config=None)])[1] == []
    assert differences([run, replace(run, trials_path=None)])[1] == []


def test_the_difference_is_that_of_the_shares(tmp_path: Path) -> None:
    evaluate(DOORS, RandomPolicy(0), tmp_path / "a")
    evaluate(replace(DOORS, policy={"name": "random", "seed": 1}), RandomPolicy(1), tmp_path / "b")
    a, b = load_run(tmp_path / "a"), load_run(tmp_path / "b")
    ((_, _, _, *shown),) = differences([a, b])[1]
    for cell, mine, theirs in zip(shown, b.summary.pass_at, a.summary.pass_at, strict=False):
        gap = replace(mine, mean=mine.mean - theirs.mean, se=None)
        assert cell.split(" ± ")[0] == percent(gap)
