"""The evaluation job: plays trials into a run folder, and goes on where it was interrupted.

A run folder holds `config.json` (what is evaluated), `trials.jsonl` or `trials.jsonl.gz` (one
`Trial` a line, in the order in which they ended) and, once all trials are there, `summary.json`.
`errors.jsonl` names the trials that the last call gave up for want of an answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import gymnasium as gym

from lamer_envs.evaluation.errored import ERRORS_FILE, ErroredTrial, write_errored
from lamer_envs.evaluation.methods import method_named
from lamer_envs.evaluation.metrics import Summary, summarize
from lamer_envs.line_files import drop_unfinished_line
from lamer_envs.lock import exclusive
from lamer_envs.meta.prompt_sets import prompt_set_for
from lamer_envs.meta.trial import Trial, read_trials, write_trials
from lamer_envs.meta.wrapper import MultiEpisodeReflectionWrapper
from lamer_envs.rollout.policy import Policy
from lamer_envs.rollout.runner import TrialError, TrialSpec, play_trials
from lamer_envs.text_env import require_int

CONFIG_FILE = "config.json"
TRIALS_FILE = "trials.jsonl"
COMPRESSED_TRIALS_FILE = TRIALS_FILE + ".gz"
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
        method: how the prompt set asks for actions, see `lamer_envs.evaluation.methods`; `memory`
            is not taken from it.

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
    method: str = "lamer"

    def __post_init__(self) -> None:
        require_int("num_tasks", self.num_tasks, low=1)
        require_int("trials_per_task", self.trials_per_task, low=1)
        require_int("seed", self.seed, low=0)
        method_named(self.method)
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
        env = gym.make(self.env_id, **self.env_kwargs)
        method = method_named(self.method)
        return MultiEpisodeReflectionWrapper(
            env,
            num_episodes=self.num_episodes,
            reflection=self.reflection,
            memory=self.memory,
            gamma_step=self.gamma_step,
            gamma_traj=self.gamma_traj,
            credit=self.credit,
            objective=self.objective,
            prompts=method.prompts(prompt_set_for(env, self.prompts)),
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
    compress: bool = False,
    on_start: Callable[[list[Trial]], None] | None = None,
    on_trial: Callable[[Trial], None] | None = None,
    on_error: Callable[[ErroredTrial], None] | None = None,
    warn: Callable[[str], None] | None = None,
) -> Summary:
    """Play what `run_dir` does not hold yet and write its summary.

    A trial that a `NoAnswerError` cost is left out: it is in no metric, `errors.jsonl` says why,
    and the next call tries it again. `summary.json` is written when none is left.

    A folder that was left at any moment can be continued by the same call: trials on disk are not
    played again. The same config and a policy that is a function of its requests give the same
    lines in `trials.jsonl`, in an order that may vary, and the same bytes in the other two files.

    Args:
        config: what to evaluate.
        policy: the player that `config.policy` describes.
        run_dir: the run folder; made where it does not exist.
        concurrency: the largest number of trials in progress.
        compress: whether to write the trials as gzip. A file that is there already is continued
            as it is.
        on_start: called once, with the trials that were there already.
        on_trial: called with each new trial, after it was written.
        on_error: called with each trial that was given up, after it was written.
        warn: told when an unfinished last line of the trials was dropped.

    Raises:
        ConfigMismatchError: the folder holds another evaluation.
        ValueError: the folder holds something unreadable, or trials without a config, or another
            process is at work in it, or there is no trial that was not given up.
        lamer_envs.rollout.runner.TrialError: the policy or the environment raised; what is on disk
            stays.
    """
    require_int("concurrency", concurrency, low=1)
    with exclusive(run_dir):
        claim_folder(config, run_dir)
        trials_path = find_trials(run_dir) or run_dir / (
            COMPRESSED_TRIALS_FILE if compress else TRIALS_FILE
        )
        if drop_unfinished_line(trials_path) and warn is not None:
            warn(
                f"{trials_path} ended in an unfinished line, which was dropped; its trial is "
                "replayed"
            )
        trials = list(read_trials(trials_path)) if trials_path.exists() else []
        if on_start is not None:
            on_start(trials)
        done = {TrialSpec(trial.task_seed, trial.trial) for trial in trials}
        errors_path = run_dir / ERRORS_FILE
        errors_path.unlink(missing_ok=True)
        given_up: list[ErroredTrial] = []

        def give_up(error: TrialError) -> None:
            given_up.append(ErroredTrial.of(error))
            write_errored(errors_path, given_up[-1])
            if on_error is not None:
                on_error(given_up[-1])

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
            on_error=give_up,
        )
        if not trials:
            raise ValueError(
                f"all {len(given_up)} trials errored, see {errors_path}; the first one at "
                f"{given_up[0].where}: {given_up[0].reason}"
            )
        summary = summarize(trials, bootstrap=True)
        if not given_up:
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
        if find_trials(run_dir) is not None:
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


def find_trials(run_dir: Path) -> Path | None:
    """The file of trials in a run folder, compressed or not; `None` where there is none.

    Raises:
        ValueError: there are both.
    """
    found = [
        path for name in (TRIALS_FILE, COMPRESSED_TRIALS_FILE) if (path := run_dir / name).exists()
    ]
    if len(found) > 1:
        raise ValueError(
            f"{run_dir} holds both {TRIALS_FILE} and {COMPRESSED_TRIALS_FILE}; expected one: move "
            "the other away"
        )
    return found[0] if found else None


def _write_whole(path: Path, text: str) -> None:
    """Write so that a kill leaves either the old file or the new one."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
