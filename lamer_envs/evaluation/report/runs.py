"""Run folders as records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lamer_envs.evaluation.metrics import Summary, summarize
from lamer_envs.evaluation.run import CONFIG_FILE, SUMMARY_FILE, TRIALS_FILE, EvalConfig
from lamer_envs.meta.trial import read_trials


@dataclass(frozen=True)
class Run:
    """What a run folder holds.

    Attributes:
        name: the folder's name; `<run>/<evaluation>` for an evaluation inside a training run.
        summary: its metrics, over the trials so far where it is unfinished.
        config: what was evaluated, or `None` where the folder does not say.
        finished: whether all trials were played.
    """

    name: str
    summary: Summary
    config: EvalConfig | None
    finished: bool


def load_run(folder: Path) -> Run:
    """Read a run folder.

    Raises:
        ValueError: it is no run folder, or a file in it cannot be read; the message names it.
    """
    summary_path, trials_path = folder / SUMMARY_FILE, folder / TRIALS_FILE
    config_path = folder / CONFIG_FILE
    finished = summary_path.exists()
    try:
        if finished:
            summary = Summary.from_json(summary_path.read_text(encoding="utf-8"))
        elif trials_path.exists():
            summary = summarize(read_trials(trials_path))
        else:
            raise ValueError(f"no {SUMMARY_FILE} and no {TRIALS_FILE}")
        config = None
        if config_path.exists():
            config = EvalConfig.from_json(config_path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{folder} is no readable run folder: {error}") from error
    return Run(folder.resolve().name, summary, config, finished)


def load_runs(folder: Path) -> list[Run]:
    """Read a run folder, or the evaluations `eval/*/` of a training run, in the order of names.

    Raises:
        ValueError: it is neither, or a file in it cannot be read; the message names it.
    """
    evaluations = [each for each in sorted(folder.glob("eval/*")) if _holds_trials(each)]
    if _holds_trials(folder) or not evaluations:
        return [load_run(folder)]
    name = folder.resolve().name
    runs = [load_run(each) for each in evaluations]
    return [replace(run, name=f"{name}/{run.name}") for run in runs]


def _holds_trials(folder: Path) -> bool:
    return (folder / SUMMARY_FILE).exists() or (folder / TRIALS_FILE).exists()
