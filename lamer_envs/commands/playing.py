"""One evaluation of `lamer eval`, under a progress bar."""

from __future__ import annotations

from contextlib import ExitStack

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lamer_envs.commands.console import BadInputError, console
from lamer_envs.commands.endpoint import EndpointOptions, Spending, TroubleColumn
from lamer_envs.evaluation.errored import ERRORS_FILE, ErroredTrial
from lamer_envs.evaluation.jobs import Job
from lamer_envs.evaluation.metrics import Summary
from lamer_envs.evaluation.run import evaluate
from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.openai import OpenAIPolicy
from lamer_envs.rollout.policy import Policy, PromptRequest, Response
from lamer_envs.rollout.runner import TrialError


class NotNeeded:
    """The policy of an evaluation that is finished."""

    async def act(self, request: PromptRequest) -> Response:
        """Refuse: something of the finished evaluation is gone.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            "the run folder has a summary and lacks this trial; delete summary.json to play it"
        )


def play_job(
    job: Job,
    policy: Policy,
    concurrency: int,
    compress: bool,
    label: str,
    endpoint: EndpointOptions,
) -> Summary:
    """Play what the job's folder lacks.

    Raises:
        BadInputError: the environment, the policy or the folder refuses.
        typer.Exit: interrupted.
    """
    config, run_dir = job.config, job.folder
    stderr = console(stderr=True)
    remote = policy if isinstance(policy, OpenAIPolicy) else None
    spending = Spending()
    errored: list[ErroredTrial] = []
    solved_by = [0] * config.num_episodes
    progress = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[passed]}"),
        *([] if remote is None else [TroubleColumn(remote, errored)]),
        console=stderr,
    )
    total = config.num_tasks * config.trials_per_task
    bar = progress.add_task(label, total=total, passed="")

    def count(trial: Trial) -> None:
        spending.add(trial)
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
        if there and remote is not None:
            remote.settings_accepted = True
        for trial in there:
            count(trial)

    def warn(line: str) -> None:
        stderr.print(f"Warning: {line}", style="yellow", markup=False, soft_wrap=True)

    try:
        with ExitStack() as shown:
            summary = evaluate(
                config,
                policy,
                run_dir,
                concurrency=concurrency,
                compress=compress,
                on_start=resume,
                on_trial=count,
                on_error=errored.append,
                warn=warn,
            )
    except KeyboardInterrupt:
        stderr.print(f"Interrupted; the same command goes on from {run_dir}", markup=False)
        raise typer.Exit(130) from None
    except TrialError as error:
        # What the environment or the policy refuses is the user's to change; a bug is not.
        if isinstance(error.__cause__, (ValueError, RuntimeError)):
            # The settings of a model are options here.
            message = str(error).replace("max_new_tokens", "max_new_tokens (--max-new-tokens)")
            message = message.replace("extra_body", "--body")
            raise BadInputError(" ".join(message.split())) from error
        raise
    except (ValueError, OSError) as error:
        # The folder: of another evaluation, damaged, in use, or not to be written.
        raise BadInputError(" ".join(str(error).split())) from error
    if errored:
        warn(
            f"{len(errored)} of {total} trials errored and are in no figure; "
            f"{run_dir / ERRORS_FILE} says why (the first: {errored[0].reason}); "
            "the same command tries them again"
        )
    if remote is not None:
        stderr.print(f"{label}: {spending.line(endpoint)}", markup=False, soft_wrap=True)
    return summary
