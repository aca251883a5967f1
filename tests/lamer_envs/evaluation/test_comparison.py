from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from doors import Fixed, play

from lamer_envs.evaluation.comparison import compare
from lamer_envs.evaluation.jobs import Job, check_folders, pairs, player_name, suite_jobs
from lamer_envs.evaluation.metrics import summarize
from lamer_envs.evaluation.paired import paired_difference, task_scores
from lamer_envs.evaluation.run import EvalConfig, evaluate
from lamer_envs.evaluation.suites import SUITES, suite_named
from lamer_envs.rollout.scripted import RandomPolicy

DOORS = EvalConfig("doors:Doors-v0", {"split": "test"}, {"name": "random", "seed": 0}, num_tasks=8)


def opening(first: int) -> Fixed:
    """Opens a door, and the ones after it in later attempts."""
    return Fixed(lambda request: f"open {(first + request.episode) % 4}")


def test_differences_are_taken_task_by_task() -> None:
    """Doors 0, 1, 2 against doors 1, 2, 3: what counts is where each task's prize is."""
    mine, theirs = play(opening(0), tasks=40), play(opening(1), tasks=40)
    found = paired_difference(task_scores(mine), task_scores(theirs))
    assert found is not None
    prizes = [int(trial.task_id.removeprefix("prize-")) for trial in mine]
    for k, value in enumerate(found.pass_at, start=1):
        each = [(prize < k) - (1 <= prize < k + 1) for prize in prizes]
        mean = sum(each) / 40
        assert value.mean == pytest.approx(mean)
        se = math.sqrt(sum((x - mean) ** 2 for x in each) / 39 / 40)
        assert value.se == pytest.approx(se)
    assert found.num_tasks == 40
    assert found.adaptation_gain.mean == pytest.approx(
        found.pass_at[2].mean - found.pass_at[0].mean
    )


def test_a_player_does_not_differ_from_itself() -> None:
    """Random players of one seed: each figure has an error, their difference has none."""
    scores = task_scores(play(RandomPolicy(), tasks=30))
    found = paired_difference(scores, scores)
    assert found is not None
    assert all((value.mean, value.se) == (0.0, 0.0) for value in found.pass_at)


def test_only_tasks_in_common_count() -> None:
    many, few = play(RandomPolicy(), tasks=10), play(RandomPolicy(1), tasks=4)
    found = paired_difference(task_scores(many), task_scores(few))
    assert found is not None
    assert found.num_tasks == 4
    elsewhere = [replace(trial, task_id="other") for trial in few]
    assert paired_difference(task_scores(many), task_scores(elsewhere)) is None


def test_shorter_trials_are_compared_as_far_as_they_go() -> None:
    found = paired_difference(
        task_scores(play(RandomPolicy(), tasks=5, episodes=5)),
        task_scores(play(RandomPolicy(), tasks=5, episodes=2)),
    )
    assert found is not None
    assert len(found.pass_at) == 2


def test_trials_of_a_task_are_averaged_first() -> None:
    scores = task_scores(play(RandomPolicy(), tasks=3, trials=4))
    assert len(scores) == 3
    assert all(share * 4 == int(share * 4) for shares in scores.values() for share in shares)


@pytest.mark.parametrize("name", sorted(SUITES))
def test_every_evaluation_of_a_suite_can_be_played(name: str, tmp_path: Path) -> None:
    suite = suite_named(name)
    jobs = suite_jobs(suite, EvalConfig("", policy={"name": "random"}), tmp_path)
    assert len({job.folder for job in jobs}) == len(jobs) == len(suite.evaluations)
    for job in jobs:
        env = job.config.make_env()
        env.reset(seed=0)
        assert env.settings.memory == job.config.memory
        env.close()


def test_the_suites_are_those_of_the_paper(tmp_path: Path) -> None:
    sizes = {name: suite.num_tasks * suite.trials_per_task for name, suite in SUITES.items()}
    assert set(sizes.values()) == {512}
    harder = suite_jobs(SUITES["harder"], EvalConfig("", policy={"name": "random"}), tmp_path)
    levels = [
        (job.config.env_id, job.config.env_kwargs.get("num_boxes", 0)
         or job.config.env_kwargs["num_mines"])
        for job in harder
    ]  # fmt: skip
    assert levels == [
        *(("LaMer/Sokoban-v0", boxes) for boxes in (2, 3, 4, 5)),
        *(("LaMer/MineSweeper-v0", mines) for mines in (3, 4, 5, 6)),
    ]
    assert SUITES["test-time"].num_episodes == 8


def test_the_method_and_the_suite_decide_the_memory(tmp_path: Path) -> None:
    def memories(suite: str, method: str, memory: str | None = None) -> list[str]:
        config = EvalConfig("", policy={"name": "random"}, method=method)
        jobs = suite_jobs(SUITES[suite], config, tmp_path, memory=memory)
        return [job.config.memory for job in jobs]

    assert memories("paper", "zero-shot") == ["none"] * 4
    assert memories("paper", "reflexion") == ["reflection"] * 4
    assert memories("paper", "lamer", "both") == ["both"] * 4
    assert memories("memory", "lamer") == ["none", "history", "reflection", "both"] * 3
    with pytest.raises(ValueError, match="sets the memory itself"):
        memories("memory", "lamer", "both")


def test_what_a_suite_varies_cannot_be_set(tmp_path: Path) -> None:
    config = EvalConfig("", {"num_boxes": 3}, {"name": "random"})
    with pytest.raises(ValueError, match="'harder' sets num_boxes itself"):
        suite_jobs(SUITES["harder"], config, tmp_path)


@pytest.mark.parametrize(
    ("policy", "method", "memory", "name"),
    [
        ({"name": "random", "seed": 0}, "lamer", None, "random"),
        ({"name": "random", "seed": 0}, "react", None, "random-react"),
        ({"model": "/home/me/runs/train/a/model"}, "lamer", None, "train-a-model"),
        ({"model": "../a/model/"}, "lamer", "none", "a-model-memory-none"),
        ({"model": "Qwen/Qwen3-4B"}, "zero-shot", None, "Qwen-Qwen3-4B-zero-shot"),
        ({"model": "C:\\models\\a"}, "lamer", None, "C-models-a"),
    ],
)
def test_names_of_players(
    policy: dict[str, object], method: str, memory: str | None, name: str
) -> None:
    assert player_name(EvalConfig("", policy=policy, method=method), memory=memory) == name


def job(player: str, evaluation: str, folder: Path, **changes: object) -> Job:
    return Job(player, evaluation, folder / player / evaluation, replace(DOORS, **changes))  # type: ignore[arg-type]


def test_who_is_compared_with_whom(tmp_path: Path) -> None:
    jobs = [
        job("a", "none", tmp_path, memory="none"),
        job("a", "both", tmp_path, memory="both"),
        job("a", "more", tmp_path, env_kwargs={"num_doors": 5}),
        job("b", "none", tmp_path, memory="none"),
        job("b", "both", tmp_path, memory="both"),
        job("b", "more", tmp_path, env_kwargs={"num_doors": 5}),
    ]
    named = [(f"{x.player}/{x.evaluation}", f"{y.player}/{y.evaluation}") for x, y in pairs(jobs)]
    assert named == [
        ("a/both", "a/none"),
        ("b/none", "a/none"),
        ("b/both", "a/both"),
        ("b/both", "b/none"),
        ("b/more", "a/more"),
    ]


def test_two_jobs_in_one_folder_are_refused(tmp_path: Path) -> None:
    same = job("a", "none", tmp_path)
    with pytest.raises(ValueError, match="two evaluations want the folder"):
        check_folders([same, same])


def test_a_comparison_says_the_same_in_every_form(tmp_path: Path) -> None:
    results = []
    for player, policy in (("door-0", opening(0)), ("door-1", opening(1))):
        each = job(player, "doors", tmp_path, policy={"name": player})
        results.append((each, evaluate(each.config, policy, each.folder)))
        assert each.finished
    found = compare("Doors", results)
    (_, header, rows), _, (_, differences_header, differences) = found.tables()
    first = dict(zip(header, rows[0], strict=True))
    shares = results[0][1].pass_at
    assert first["pass@1"] == f"{100 * shares[0].mean:.1f} ± {100 * (shares[0].se or 0):.1f}"
    assert dict(zip(differences_header, differences[0], strict=True))["minus"] == "door-0"

    data = json.loads(found.to_json())
    assert [each["player"] for each in data["evaluations"]] == ["door-0", "door-1"]
    assert data["evaluations"][0]["summary"]["pass_at"][0]["mean"] == shares[0].mean
    difference = data["differences"][0]
    assert difference["pass_at"][0]["mean"] == pytest.approx(
        results[1][1].pass_at[0].mean - shares[0].mean
    )
    text = found.to_markdown()
    interval = shares[0].interval
    assert interval is not None
    shown = f"{first['pass@1']} [{100 * interval[0]:.1f}, {100 * interval[1]:.1f}]"
    assert f"| doors | door-0 | reflection | 8 | 8 | {shown} |" in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in tables}) == 3


def test_an_unfinished_or_other_evaluation_is_not_finished(tmp_path: Path) -> None:
    each = job("a", "doors", tmp_path)
    assert not each.finished
    evaluate(each.config, RandomPolicy(), each.folder)
    assert each.finished
    assert not replace(each, config=replace(each.config, num_tasks=9)).finished
    (each.folder / "summary.json").unlink()
    assert not each.finished


def test_results_by_task_type() -> None:
    trials = [
        replace(trial, task_type="even" if trial.task_seed % 2 == 0 else "odd")
        for trial in play(RandomPolicy(), tasks=20)
    ]
    summary = summarize(trials, bootstrap=True)
    for kind, rest in (("even", 0), ("odd", 1)):
        alone = [trial for trial in trials if trial.task_seed % 2 == rest]
        assert summary.by_type[kind] == summarize(alone, bootstrap=True).pass_at
    assert summarize(play(RandomPolicy(), tasks=2)).by_type == {}


def test_tokens_count_where_every_turn_knows_them() -> None:
    counted = []
    for trial in play(RandomPolicy(), tasks=4, episodes=1):
        (episode,) = trial.episodes
        turns = tuple(
            replace(turn, prompt_tokens=100, completion_tokens=trial.task_seed)
            for turn in episode.turns
        )
        counted.append(replace(trial, episodes=(replace(episode, turns=turns),)))
    summary = summarize(counted)
    assert summary.prompt_tokens is not None
    assert summary.completion_tokens is not None
    assert (summary.prompt_tokens.mean, summary.completion_tokens.mean) == (100.0, 1.5)
    assert summarize(play(RandomPolicy(), tasks=4)).prompt_tokens is None
