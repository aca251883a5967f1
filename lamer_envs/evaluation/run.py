"""The evaluation job: plays trials into a run folder, and goes on where it was interrupted.

A run folder holds `config.json` (what is evaluated), `trials.jsonl` (one `Trial` a line, in the
order in which they ended) and, once all trials are there, `summary.json`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import gymnasium as gym

from lamer_envs.evaluation.metrics import Summary, summarize
from lamer_envs.lock import exclusive
from lamer_envs.meta.trial import Trial, read_trials, write_trials
from lamer_envs.meta.wrapper import MultiEpisodeReflectionWrapper
from lamer_envs.rollout.policy import Policy
from lamer_envs.rollout.runner import TrialSpec, play_trials
from lamer_envs.text_env import require_int

CONFIG_FILE = "config.json"
TRIALS_FILE = "trials.jsonl"
SUMMARY_FILE = "summary.json"


class ConfigMismatchError(ValueError):
    """The run folder holds another evaluation; the message says what differs."""


@dataclass(frozen=True)
class EvalConfig:
    """Everything that the result of an evaluation depends on.

    Attributes:
        env_id: a Gymnasium id.
        env_kwargs: arguments of `gym.make`, JSON values only.
        policy: what plays, as JSON values, for instance `{"name": "random", "seed": 0}`.
        num_tasks: number of tasks; their seeds are `seed`, `seed + 1`, …
        trials_per_task: trials on each task.
        seed: the first task seed.
        num_episodes, reflection, memory, gamma_step, gamma_traj, credit, objective, prompts,
            stop_on_success: see `MultiEpisodeReflectionWrapper`.

    Raises:
        ValueError: a number is out of range, or a value does not survive JSON.
    """

    env_id: str
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    num_tasks: int = 64
    trials_per_task: int = 1
    seed: int = 0
    num_episodes: int = 3
    reflection: bool = True
    memory: str = "reflection"
    gamma_step: float = 0.95
    gamma_traj: float = 0.6
    credit: str = "paper"
    objective: str = "cumulative"
    prompts: str = "default"
    stop_on_success: bool | None = None

    def __post_init__(self) -> None:
        require_int("num_tasks", self.num_tasks, low=1)
        require_int("trials_per_task", self.trials_per_task, low=1)
        require_int("seed", self.seed, low=0)
        for name in ("env_kwargs", "policy"):
            value = dict(getattr(self, name))
            try:
                same = json.loads(json.dumps(value)) == value
            except TypeError:
                same = False
            if not same:
                raise ValueError(f"{name} must hold JSON values only, not {value!r}")
            object.__setattr__(self, name, value)

    def make_env(self) -> MultiEpisodeReflectionWrapper:
        """Make one wrapped environment.

        Raises:
            gymnasium.error.Error: an unknown id.
            TypeError, ValueError: arguments that the environment or the wrapper refuses.
        """
        return MultiEpisodeReflectionWrapper(
            gym.make(self.env_id, **self.env_kwargs),
            num_episodes=self.num_episodes,
            reflection=self.reflection,
            memory=self.memory,
            gamma_step=self.gamma_step,
            gamma_traj=self.gamma_traj,
            credit=self.credit,
            objective=self.objective,
            prompts=self.prompts,
            stop_on_success=self.stop_on_success,
        )

    def specs(self) -> list[TrialSpec]:
        """All trials of this evaluation, the trials of a task next to one another."""
        return [
            TrialSpec(self.seed + task, trial)
            for task in range(self.num_tasks)
            for trial in range(self.trials_per_task)
        ]

    def to_json(self) -> str:
        """Indented JSON, ending in a line break."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> EvalConfig:
        """Read back what `to_json` wrote.

        Raises:
            ValueError: the text is no evaluation config.
        """
        try:
            return cls(**json.loads(text))
        except (TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"not an evaluation config: {error}") from error

    def differences(self, other: EvalConfig) -> list[str]:
        """One line for each field in which `other` differs."""
        return [
            f"{each.name}: {getattr(self, each.name)!r} against {getattr(other, each.name)!r}"
            for each in fields(self)
            if getattr(self, each.name) != getattr(other, each.name)
        ]


def evaluate(
    config: EvalConfig,
    policy: Policy,
    run_dir: Path,
    *,
    concurrency: int = 64,
    on_start: Callable[[list[Trial]], None] | None = None,
    on_trial: Callable[[Trial], None] | None = None,
    warn: Callable[[str], None] | None = None,
) -> Summary:
    """Play what `run_dir` does not hold yet and write its summary.

    A folder that was left at any moment can be continued by the same call: trials on disk are not
    played again. The same config and a policy that is a function of its requests give the same
    lines in `trials.jsonl`, in an order that may vary, and the same bytes in the other two files.

    Args:
        config: what to evaluate.
        policy: the player that `config.policy` describes.
        run_dir: the run folder; made where it does not exist.
        concurrency: the largest number of trials in progress.
        on_start: called once, with the trials that were there already.
        on_trial: called with each new trial, after it was written.
        warn: told when an unfinished last line of `trials.jsonl` was dropped.

    Raises:
        ConfigMismatchError: the folder holds another evaluation.
        ValueError: the folder holds something unreadable, or trials without a config, or another
            process is at work in it.
        lamer_envs.rollout.runner.TrialError: the policy or the environment raised; what is on disk
            stays.
    """
    require_int("concurrency", concurrency, low=1)
    with exclusive(run_dir):
        trials_path = run_dir / TRIALS_FILE
        claim_folder(config, run_dir)
        if drop_unfinished_line(trials_path) and warn is not None:
            warn(
                f"{trials_path} ended in an unfinished line, which was dropped; its trial is "
                "replayed"
            )
        trials = list(read_trials(trials_path)) if trials_path.exists() else []
        if on_start is not None:
            on_start(trials)
        done = {TrialSpec(trial.task_seed, trial.trial) for trial in trials}

        def keep(trial: Trial) -> None:
            write_trials(trials_path, [trial])
            if on_trial is not None:
                on_trial(trial)

        trials += play_trials(
            config.make_env,
            policy,
            [spec for spec in config.specs() if spec not in done],
            concurrency=concurrency,
            on_trial=keep,
        )
        summary = summarize(trials)
        _write_whole(run_dir / SUMMARY_FILE, summary.to_json())
        return summary


def claim_folder(config: EvalConfig, run_dir: Path) -> None:
    """Write `config` into the folder, or check that the one there is the same.

    Raises:
        ConfigMismatchError: it is another one.
        ValueError: there are trials without a config, or the config cannot be read.
    """
    path = run_dir / CONFIG_FILE
    if not path.exists():
        if (run_dir / TRIALS_FILE).exists():
            raise ValueError(f"{run_dir} holds trials without a {CONFIG_FILE}; use another folder")
        run_dir.mkdir(parents=True, exist_ok=True)
        _write_whole(path, config.to_json())
        return
    try:
        there = EvalConfig.from_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    if differences := there.differences(config):
        raise ConfigMismatchError(
            f"{run_dir} holds another evaluation (there against asked for): "
            + "; ".join(differences)
        )


def drop_unfinished_line(path: Path) -> bool:
    """Cut a last line that was not written to its end off a JSON-lines file.

    Returns:
        Whether there was one.
    """
    if not path.exists():
        return False
    with path.open("r+b") as file:
        size = end = file.seek(0, os.SEEK_END)
        block = b""
        while end and b"\n" not in block:
            start = max(0, end - (1 << 16))
            file.seek(start)
            block = file.read(end - start)
            end = start
        whole = end + block.rfind(b"\n") + 1
        if whole < size:
            file.truncate(whole)
        return whole < size


def _write_whole(path: Path, text: str) -> None:
    """Write so that a kill leaves either the old file or the new one."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
