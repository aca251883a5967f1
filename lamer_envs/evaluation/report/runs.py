"""Run folders as records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lamer_envs.evaluation.metrics import Summary, summarize
from lamer_envs.evaluation.run import (
    COMPRESSED_TRIALS_FILE,
    CONFIG_FILE,
    SUMMARY_FILE,
    TRIALS_FILE,
    EvalConfig,
    find_trials,
)
from lamer_envs.meta.trial import read_trials


@dataclass(frozen=True)
class Run:
    """What a run folder holds.

    Attributes:
        name: the folder's name; `<run>/<evaluation>` for an evaluation inside a training run.
        summary: its metrics, over the trials so far where it is unfinished.
        config: what was evaluated, or `None` where the folder does not say.
        finished: whether all trials were played.
        trials_path: its file of trials, or `None` where only the summary was kept.
    """

    name: str
    summary: Summary
    config: EvalConfig | None
    finished: bool
    trials_path: Path | None


def load_run(folder: Path) -> Run:
    """Read a run folder.

    Raises:
        ValueError: it is no run folder, or a file in it cannot be read; the message names it.
    """
    summary_path = folder / SUMMARY_FILE
    config_path = folder / CONFIG_FILE
    finished = summary_path.exists()
    try:
        kept = find_trials(folder)
        if finished:
            summary = Summary.from_json(summary_path.read_text(encoding="utf-8"))
        elif kept is not None:
            summary = summarize(read_trials(kept))
        else:
            raise ValueError(f"no {SUMMARY_FILE} and no {TRIALS_FILE}")
        config = None
        if config_path.exists():
            config = EvalConfig.from_json(config_path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{folder} is no readable run folder: {error}") from error
    return Run(folder.resolve().name, summary, config, finished, kept)


def load_runs(folder: Path) -> list[Run]:
    """Read a run folder, or every evaluation below a folder, in the order of names.

    A training run holds its evaluations in `eval/`, a suite holds one folder for each; they are
    named by their path from `folder` on, without the part `eval`.

    Raises:
        ValueError: there is none, or a file of one cannot be read; the message names it.
    """
    if _is_run(folder):
        return [load_run(folder)]
    below = sorted({file.parent for name in _MARKS for file in folder.rglob(name)})
    if not below:
        return [load_run(folder)]
    runs = []
    for each in below:
        parts = [part for part in each.relative_to(folder).parts if part != "eval"]
        runs.append(replace(load_run(each), name="/".join([folder.resolve().name, *parts])))
    return runs


_MARKS = (SUMMARY_FILE, TRIALS_FILE, COMPRESSED_TRIALS_FILE)


def _is_run(folder: Path) -> bool:
    return any((folder / name).exists() for name in _MARKS)
