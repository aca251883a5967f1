"""Evaluations that are run together: which folder each one has, and which ones are done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lamer_envs.evaluation.methods import method_named
from lamer_envs.evaluation.run import CONFIG_FILE, SUMMARY_FILE, EvalConfig, find_trials
from lamer_envs.evaluation.suites import Suite


@dataclass(frozen=True)
class Job:
    """One evaluation of several.

    Attributes:
        player: who plays, and how it is prompted; names the folder that its evaluations share.
        evaluation: what is played, such as `sokoban-3-boxes`.
        folder: the run folder.
        config: what is evaluated.
    """

    player: str
    evaluation: str
    folder: Path
    config: EvalConfig

    @property
    def finished(self) -> bool:
        """Whether the folder holds this evaluation, complete."""
        path = self.folder / CONFIG_FILE
        return (
            (self.folder / SUMMARY_FILE).exists()
            and find_trials(self.folder) is not None
            and path.exists()
            and path.read_text(encoding="utf-8") == self.config.to_json()
        )


def player_name(config: EvalConfig, *, memory: str | None = None) -> str:
    """A name for who plays and how, fit for a folder: `random`, `runs-a-model-react`.

    Args:
        config: of any of its evaluations.
        memory: where it was chosen instead of the method's own.
    """
    policy = str(config.policy.get("name") or config.policy.get("model") or "policy")
    # The last folders of a path: the model in a training run is always called the same.
    parts = [part.strip(":\\") for part in policy.replace("\\", "/").split("/")]
    named = [part for part in parts if part not in ("", ".", "..")][-3:]
    if config.method != "lamer":
        named.append(config.method)
    if memory is not None:
        named.append(f"memory-{memory}")
    return "-".join(named)


def suite_jobs(
    suite: Suite, config: EvalConfig, out: Path, *, memory: str | None = None
) -> list[Job]:
    """The evaluations of a suite by one player.

    Args:
        suite: the suite.
        config: the player, the prompting, and how many tasks and attempts; the environment, its
            arguments and the memory are the suite's. Arguments that are given here too are added.
        out: the folder of the suite.
        memory: what later attempts see, in place of the method's own.

    Raises:
        ValueError: an argument or the memory is both the suite's and chosen.
    """
    jobs = []
    name = player_name(config, memory=memory)
    for each in suite.evaluations:
        if twice := sorted(config.env_kwargs.keys() & each.env_kwargs.keys()):
            raise ValueError(f"the suite {suite.name!r} sets {', '.join(twice)} itself")
        if memory is not None and each.memory is not None:
            raise ValueError(f"the suite {suite.name!r} sets the memory itself")
        its_config = replace(
            config,
            env_id=each.env_id,
            env_kwargs={**each.env_kwargs, **config.env_kwargs},
            memory=each.memory or memory or method_named(config.method).memory,
        )
        jobs.append(Job(name, each.name, out / name / each.name, its_config))
    return jobs


def check_folders(jobs: Iterable[Job]) -> None:
    """See that no two jobs want the same folder.

    Raises:
        ValueError: two do; the message names the folder.
    """
    seen: set[Path] = set()
    for job in jobs:
        if job.folder in seen:
            raise ValueError(
                f"two evaluations want the folder {job.folder}; the last three folders of a "
                "model's path name it, so give each its own call and --out"
            )
        seen.add(job.folder)


def same_tasks(a: EvalConfig, b: EvalConfig) -> bool:
    """Whether two evaluations draw their tasks from the same space, from the same seed on."""
    return (a.env_id, a.env_kwargs, a.seed) == (b.env_id, b.env_kwargs, b.seed)


def pairs(jobs: Sequence[Job]) -> list[tuple[Job, Job]]:
    """Which evaluations to compare task by task: each with the first one on the same tasks.

    A player is compared with the first player in the same evaluation, and an evaluation with the
    same player's first one on the same tasks.
    """
    found = []
    for index, job in enumerate(jobs):
        earlier = jobs[:index]
        for candidates in (
            [each for each in earlier if each.evaluation == job.evaluation],
            [each for each in earlier if each.player == job.player],
        ):
            same = [each for each in candidates if same_tasks(each.config, job.config)]
            if same:
                found.append((job, same[0]))
    return found
