"""Run folders side by side, as plain rows; who shows them decides how they look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lamer_envs.evaluation.metrics import Estimate, Summary, summarize
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


def percent(estimate: Estimate | None) -> str:
    """A share as percent with its standard error, such as `61.8 ± 2.4`; a dash for none."""
    return _shown(estimate, 100.0, 1)


def number(estimate: Estimate | None) -> str:
    """A quantity with its standard error and two decimals; a dash for none."""
    return _shown(estimate, 1.0, 2)


def _shown(estimate: Estimate | None, scale: float, digits: int) -> str:
    if estimate is None:
        return "–"
    mean = f"{scale * estimate.mean:.{digits}f}"
    return mean if estimate.se is None else f"{mean} ± {scale * estimate.se:.{digits}f}"


def summary_rows(summary: Summary) -> list[tuple[str, str]]:
    """Name and value of every metric of one evaluation; shares in percent."""
    rows = [(f"pass@{k}", percent(each)) for k, each in enumerate(summary.pass_at, start=1)]
    if len(summary.pass_at) > 1:
        rows.append(("adaptation gain", percent(summary.adaptation_gain)))
    rows += [(f"score in episode {k}", number(each)) for k, each in enumerate(summary.score_in, 1)]
    return [
        *rows,
        ("diversity, first episodes (nats)", number(summary.diversity_first)),
        ("diversity, all episodes (nats)", number(summary.diversity_all)),
        ("turns to success", number(summary.turns_to_success)),
        ("episodes a trial", number(summary.episodes)),
        ("invalid actions", percent(summary.invalid_action_rate)),
        ("reflections with a remark", percent(summary.reflection_validity)),
        ("return", number(summary.mean_return)),
    ]


def comparison(runs: Sequence[Run]) -> tuple[list[str], list[list[str]]]:
    """Header and one row for each run; pass@k up to the largest number of episodes among them.

    Scores by episode stand at the end where a run has them.
    """
    most = max((len(run.summary.pass_at) for run in runs), default=1)
    header = ["run", "environment", "policy", "memory", "tasks", "trials"]
    header += [f"pass@{k}" for k in range(1, most + 1)]
    header += ["gain", "diversity", "turns", "invalid"]
    scored = max((len(run.summary.score_in) for run in runs), default=0)
    header += [f"score in {k}" for k in range(1, scored + 1)]
    rows = []
    for run in runs:
        summary = run.summary
        shares = [percent(each) for each in summary.pass_at]
        scores = [number(each) for each in summary.score_in]
        rows.append(
            [
                run.name if run.finished else f"{run.name} (unfinished)",
                summary.env_id.rpartition("/")[2],
                policy_name(run.config) if run.config else "–",
                summary.settings.memory,
                str(summary.num_tasks),
                str(summary.num_trials),
                *shares,
                *["–"] * (most - len(shares)),
                percent(summary.adaptation_gain) if len(shares) > 1 else "–",
                number(summary.diversity_first),
                number(summary.turns_to_success),
                percent(summary.invalid_action_rate),
                *scores,
                *["–"] * (scored - len(scores)),
            ]
        )
    return header, rows


def policy_name(config: EvalConfig) -> str:
    """A short name of the player: that of a script, or the last part of a model's path."""
    name = str(config.policy.get("name") or config.policy.get("model") or "policy")
    return Path(name).name
