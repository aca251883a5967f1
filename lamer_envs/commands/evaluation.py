"""`lamer eval` and `lamer report`."""

from __future__ import annotations

import hashlib
import importlib
import re
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lamer_envs.commands.console import (
    BadInputError,
    console,
    reports_bad_input,
    table,
    user_values,
)
from lamer_envs.commands.environments import env_arguments, resolve
from lamer_envs.commands.training import training_extra
from lamer_envs.evaluation.report import (
    comparison,
    load_runs,
    percent,
    policy_name,
    summary_rows,
)
from lamer_envs.evaluation.ruler import exploitation
from lamer_envs.evaluation.run import TRIALS_FILE, EvalConfig, evaluate
from lamer_envs.games.env import GameEnv
from lamer_envs.meta.trial import Trial, read_trials
from lamer_envs.rollout.policy import Policy
from lamer_envs.rollout.runner import TrialError
from lamer_envs.rollout.scripted import SCRIPTED, player_module, scripted_policy

_HUB_NAME = re.compile(r"\w[\w.-]*/[\w.-]+", re.ASCII)


@reports_bad_input
def eval_(
    env: Annotated[str, typer.Argument(metavar="ENV", help="Environment, see `lamer envs`.")],
    policy: Annotated[
        str,
        typer.Option(
            help="random, expert, privileged (sees hidden state), nash (games: an equilibrium), "
            "or a model's path or owner/name."
        ),
    ],
    tasks: Annotated[int, typer.Option(min=1, help="Number of tasks.")] = 64,
    trials: Annotated[
        int, typer.Option(min=1, help="Trials on each task; diversity needs two or more.")
    ] = 1,
    episodes: Annotated[int, typer.Option(min=1, help="Episodes in a trial: k of pass@k.")] = 3,
    memory: Annotated[
        str,
        typer.Option(
            help="What later episodes see: reflection, history, both, or none "
            "(independent attempts)."
        ),
    ] = "reflection",
    split: Annotated[
        str | None, typer.Option(help="Task space to draw from.", show_default="test")
    ] = None,
    task_types: Annotated[
        str | None,
        typer.Option(help="ALFWorld's task types: all, id, ood, or one name.", show_default="all"),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="First task seed; the tasks are SEED, SEED+1, ...")
    ] = 0,
    policy_seed: Annotated[int, typer.Option(min=0, help="Seed of the policy's own draws.")] = 0,
    env_arg: Annotated[
        list[str] | None,
        typer.Option("--env-arg", metavar="KEY=VALUE", help="Environment argument; repeatable."),
    ] = None,
    prompts: Annotated[str, typer.Option(help="Prompt set: default or compact.")] = "default",
    stop_on_success: Annotated[
        bool | None,
        typer.Option(
            help="Whether the first success ends a trial.", show_default="as the environment says"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Run folder.", show_default="runs/eval/ENV-POLICY-HASH"),
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Trials in progress at once.")] = 64,
    temperature: Annotated[float, typer.Option(min=0, help="Sampling temperature (models).")] = 0.7,
    top_p: Annotated[float, typer.Option(min=0, max=1, help="Nucleus sampling (models).")] = 0.8,
    top_k: Annotated[int, typer.Option(min=0, help="Top-k sampling (models); 0 is off.")] = 20,
    max_new_tokens: Annotated[
        int, typer.Option(min=1, help="Longest response in tokens (models).")
    ] = 1024,
) -> None:
    """Measure a policy: pass@1..k with standard errors, diversity, turns, invalid actions.

    Writes config.json, trials.jsonl and summary.json into the run folder. The same command after
    an interruption goes on where it stopped and plays no finished trial again.
    """
    env_id = resolve(env)
    if policy in SCRIPTED:
        # Only these players draw anything.
        player: dict[str, Any] = {"name": policy}
        if policy in ("random", "nash"):
            player["seed"] = policy_seed
    else:
        player = {
            "model": policy,
            "temperature": temperature,
            "top_p": top_p,
            "top_k": top_k,
            "max_new_tokens": max_new_tokens,
            "seed": policy_seed,
        }
    with user_values():
        env_kwargs = env_arguments(env_id, env_arg or [], split)
        if task_types is not None:
            if "task_types" in env_kwargs:
                raise BadInputError("give the task types once: --task-types or --env-arg")
            env_kwargs["task_types"] = task_types
        config = EvalConfig(
            env_id=env_id,
            env_kwargs=env_kwargs,
            policy=player,
            num_tasks=tasks,
            trials_per_task=trials,
            seed=seed,
            num_episodes=episodes,
            memory=memory,
            prompts=prompts,
            stop_on_success=stop_on_success,
        )
        trial_env = config.make_env()
        trial_env.reset(seed=seed)
        trial_env.close()
    module = player_module(trial_env)
    if policy in ("expert", "privileged") and module is None:
        raise BadInputError(f"{env_id} has no scripted expert")
    if policy == "nash" and not hasattr(module, "nash_action"):
        raise BadInputError(
            f"{env_id} has no equilibrium player; expected a game for --policy nash"
        )
    made = _policy(player)
    run_dir = out if out is not None else _default_folder(config)
    # After the policy is there, so that a wrong name leaves no folder behind.
    _evaluate(config, made, run_dir, concurrency)


@reports_bad_input
def report(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...", help="Run folders; that of a training stands for its evaluations."
        ),
    ],
) -> None:
    """Compare run folders in one table: percent, mean ± standard error over tasks."""
    with user_values():
        header, rows = comparison([each for run in runs for each in load_runs(run)])
    console().print(table("", header, [[escape(cell) for cell in row] for row in rows]))


def _policy(player: dict[str, Any]) -> Policy:
    if "model" not in player:
        return scripted_policy(player["name"], seed=player.get("seed", 0))
    sampling = dict(player)
    path = sampling.pop("model")
    if not Path(path).exists() and not _HUB_NAME.fullmatch(path):
        raise BadInputError(
            f"no policy {path!r}; expected {', '.join(SCRIPTED)}, the path of a model that is "
            "there, or owner/name"
        )
    with training_extra():
        backend = importlib.import_module("lamer_train.backends.transformers")
        _hide_loading_bar()
    with user_values():
        made: Policy = backend.TransformersPolicy.from_pretrained(path, **sampling)
    return made


def _hide_loading_bar() -> None:
    """Turn off the bar over a model's weights, which takes seconds; downloads keep theirs."""
    hub = importlib.import_module("huggingface_hub.utils")
    downloads_shown = not hub.are_progress_bars_disabled()
    importlib.import_module("transformers.utils.logging").disable_progress_bar()
    if downloads_shown:
        hub.enable_progress_bars()


def _evaluate(config: EvalConfig, policy: Policy, run_dir: Path, concurrency: int) -> None:
    stderr = console(stderr=True)
    solved_by = [0] * config.num_episodes
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[passed]}"),
        console=stderr,
    )
    total = config.num_tasks * config.trials_per_task
    bar = progress.add_task("trials", total=total, passed="")

    def count(trial: Trial) -> None:
        progress.advance(bar)
        first = trial.first_success
        if first is not None:
            for k in range(first, config.num_episodes):
                solved_by[k] += 1
        done = progress.tasks[0].completed
        passed = "  ".join(f"pass@{k + 1} {100 * n / done:.1f}" for k, n in enumerate(solved_by))
        progress.update(bar, passed=passed)

    def resume(there: list[Trial]) -> None:
        # Not before the folder is known to be good: a refusal is one line, without a bar.
        shown.enter_context(progress)
        if there:
            stderr.print(f"{run_dir}: {len(there)} of {total} trials are there", markup=False)
        for trial in there:
            count(trial)

    try:
        with ExitStack() as shown:
            summary = evaluate(
                config,
                policy,
                run_dir,
                concurrency=concurrency,
                on_start=resume,
                on_trial=count,
                warn=lambda line: stderr.print(f"Warning: {line}", style="yellow", markup=False),
            )
    except KeyboardInterrupt:
        stderr.print(f"Interrupted; the same command goes on from {run_dir}", markup=False)
        raise typer.Exit(130) from None
    except TrialError as error:
        # What the environment or the policy refuses is the user's to change; a bug is not.
        if isinstance(error.__cause__, (ValueError, RuntimeError)):
            # The settings of a model are options here.
            message = str(error).replace("max_new_tokens", "max_new_tokens (--max-new-tokens)")
            raise BadInputError(" ".join(message.split())) from error
        raise
    except (ValueError, OSError) as error:
        # The folder: of another evaluation, damaged, in use, or not to be written.
        raise BadInputError(" ".join(str(error).split())) from error
    title = f"{config.env_id}, {policy_name(config)}: {config.num_tasks} tasks"
    rows = summary_rows(summary)
    inner = config.make_env().unwrapped
    if isinstance(inner, GameEnv) and summary.score_in:
        shares = exploitation(inner, read_trials(run_dir / TRIALS_FILE))
        rows += [(f"exploited in episode {k}", percent(each)) for k, each in enumerate(shares, 1)]
    console().print(table(escape(title), ("metric", "mean ± standard error"), rows))
    console().print(f"Run folder: {run_dir}", markup=False, soft_wrap=True)


def _default_folder(config: EvalConfig) -> Path:
    # The config decides the folder, so that another question never meets the wrong answers.
    digest = hashlib.sha256(config.to_json().encode()).hexdigest()[:8]
    name = config.env_id.rpartition("/")[2]
    return Path("runs") / "eval" / f"{name}-{policy_name(config)}-{digest}"
