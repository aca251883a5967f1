"""`lamer eval` and `lamer report`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from lamer_envs.commands.console import (
    BadInputError,
    console,
    key_values,
    reports_bad_input,
    table,
    user_values,
)
from lamer_envs.commands.endpoint import DEFAULT_KEY, EndpointOptions
from lamer_envs.commands.environments import env_arguments, resolve
from lamer_envs.commands.players import (
    check_player,
    endpoint_records,
    make_policy,
    player_record,
)
from lamer_envs.commands.playing import NotNeeded, play_job
from lamer_envs.evaluation.comparison import compare, write_comparison
from lamer_envs.evaluation.jobs import Job, check_folders, player_name, suite_jobs
from lamer_envs.evaluation.methods import method_named
from lamer_envs.evaluation.metrics import Summary
from lamer_envs.evaluation.report import exploitation_rows, policy_name, summary_rows
from lamer_envs.evaluation.ruler import exploited
from lamer_envs.evaluation.run import EvalConfig
from lamer_envs.evaluation.suites import suite_named
from lamer_envs.rollout.policy import Policy

_SIZES = (64, 1, 3)
"""Tasks, trials on each, and attempts, of an evaluation that is no suite's."""


@reports_bad_input
def eval_(
    env: Annotated[
        str | None, typer.Argument(metavar="ENV", help="Environment, see `lamer envs`.")
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help="random, expert, privileged (sees hidden state), nash (games: an equilibrium), "
            "or a model's path or owner/name; repeatable."
        ),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(help="OpenAI-compatible endpoint, for example http://localhost:8000/v1."),
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="A model at the endpoint; repeatable.")
    ] = None,
    suite: Annotated[
        str | None,
        typer.Option(help="In place of ENV: paper, harder, unseen, test-time, or memory."),
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(
            help="Prompting: zero-shot, react, reflexion, or lamer; repeatable.",
            show_default="lamer",
        ),
    ] = None,
    tasks: Annotated[
        int | None,
        typer.Option(min=1, help="Number of tasks.", show_default="64; of a suite its own"),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Trials on each task; diversity needs two or more.",
            show_default="1; of a suite its own",
        ),
    ] = None,
    episodes: Annotated[
        int | None,
        typer.Option(
            min=1, help="Episodes in a trial: k of pass@k.", show_default="3; of a suite its own"
        ),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            help="What later episodes see: reflection, history, both, or none "
            "(independent attempts).",
            show_default="the method's",
        ),
    ] = None,
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
        typer.Option(
            help="Run folder, or that of all where there are several.",
            show_default="runs/eval/ENV-POLICY-HASH or runs/suite/SUITE",
        ),
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Trials in progress at once.")] = 64,
    compress: Annotated[
        bool, typer.Option("--compress", help="Write trials.jsonl.gz in place of trials.jsonl.")
    ] = False,
    temperature: Annotated[float, typer.Option(min=0, help="Sampling temperature (models).")] = 0.7,
    top_p: Annotated[float, typer.Option(min=0, max=1, help="Nucleus sampling (models).")] = 0.8,
    top_k: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Top-k sampling (models); 0 is off.",
            show_default="20; to an endpoint not sent",
        ),
    ] = None,
    max_new_tokens: Annotated[
        int, typer.Option(min=1, help="Longest response in tokens (models).")
    ] = 1024,
    body: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Further field of requests to the endpoint; null takes one out. Repeatable.",
        ),
    ] = None,
    api_key_env: Annotated[
        str | None,
        typer.Option(
            help="Environment variable with the endpoint's key.", show_default=DEFAULT_KEY
        ),
    ] = None,
    retries: Annotated[
        int, typer.Option(min=0, help="Attempts at a failed request to the endpoint.")
    ] = 6,
    timeout: Annotated[float, typer.Option(help="Seconds for one attempt.")] = 300.0,
    connect_timeout: Annotated[float, typer.Option(help="Seconds to make a connection.")] = 10.0,
    read_timeout: Annotated[
        float | None, typer.Option(help="Seconds of silence.", show_default="as --timeout")
    ] = None,
    price_in: Annotated[
        float | None, typer.Option(min=0, help="Price of a million prompt tokens.")
    ] = None,
    price_out: Annotated[
        float | None, typer.Option(min=0, help="Price of a million response tokens.")
    ] = None,
) -> None:
    """Measure policies: pass@1..k with errors and intervals, diversity, turns, invalid actions.

    Writes config.json, trials.jsonl and summary.json into a run folder for each evaluation. The
    same command after an interruption goes on where it stopped and plays no finished trial again.
    Several policies, methods or a suite end in one comparison, on the same tasks.
    """
    sampling = {
        "temperature": temperature,
        "top_p": top_p,
        "top_k": top_k,
        "max_new_tokens": max_new_tokens,
    }
    endpoint = EndpointOptions(
        api_key_env, retries, timeout, connect_timeout, read_timeout, price_in, price_out
    )
    players = [
        *(player_record(each, policy_seed, sampling) for each in policy or []),
        *endpoint_records(
            base_url, model or [], key_values(body or [], "--body"), policy_seed, sampling
        ),
    ]
    if not players:
        raise BadInputError("expected --policy, or --base-url and --model")
    methods = method or ["lamer"]
    several = suite is not None or len(players) * len(methods) > 1
    with user_values():
        chosen = None if suite is None else suite_named(suite)
        if chosen is None and env is not None:
            env_id = resolve(env)
            env_kwargs = env_arguments(env_id, env_arg or [], split)
            sizes = _SIZES
        elif chosen is not None and env is None:
            if split is not None:
                raise BadInputError("a suite sets --split itself")
            env_id = chosen.evaluations[0].env_id
            env_kwargs = key_values(env_arg or [], "--env-arg")
            sizes = (chosen.num_tasks, chosen.trials_per_task, chosen.num_episodes)
        else:
            raise BadInputError("expected either ENV or --suite, and not both")
        if task_types is not None:
            if "task_types" in env_kwargs:
                raise BadInputError("give the task types once: --task-types or --env-arg")
            env_kwargs["task_types"] = task_types
        template = EvalConfig(
            env_id=env_id,
            env_kwargs=env_kwargs,
            num_tasks=tasks or sizes[0],
            trials_per_task=trials or sizes[1],
            seed=seed,
            num_episodes=episodes or sizes[2],
            prompts=prompts,
            stop_on_success=stop_on_success,
        )
        configs = [
            replace(
                template,
                policy=player,
                method=each,
                memory=memory or method_named(each).memory,
            )
            for player, each in product(players, methods)
        ]
        root = out if several else None
        if chosen is not None:
            root = out or Path("runs") / "suite" / chosen.name
            jobs = [
                job for each in configs for job in suite_jobs(chosen, each, root, memory=memory)
            ]
        else:
            jobs = [_job(each, memory, out, root) for each in configs]
        check_folders(jobs)
        _check_environments(jobs)
    for job in jobs:
        check_player(job.config)
    results = _play_all(jobs, concurrency, compress, endpoint)
    if not several:
        _show_summary(*results[0])
        return
    with user_values():
        found = compare(chosen.shows if chosen else env_id, results)
        for title, header, rows in found.tables():
            cells = [[escape(cell) for cell in row] for row in rows]
            console().print(table(escape(title), header, cells))
        if root is not None:
            write_comparison(found, root)
            console().print(f"Run folders: {root}", markup=False, soft_wrap=True)


def _job(config: EvalConfig, memory: str | None, out: Path | None, root: Path | None) -> Job:
    """The job of one player; `root` holds a folder for each where there are several."""
    name = player_name(config, memory=memory)
    folder = root / name if root is not None else out or _default_folder(config)
    return Job(name, config.env_id.rpartition("/")[2], folder, config)


def _check_environments(jobs: list[Job]) -> None:
    """Start each environment once, so that what it refuses is known before anything is played."""
    seen = set()
    for job in jobs:
        without_player = replace(job.config, policy={})
        if (shape := without_player.to_json()) not in seen:
            seen.add(shape)
            env = without_player.make_env()
            env.reset(seed=job.config.seed)
            env.close()


def _play_all(
    jobs: list[Job], concurrency: int, compress: bool, endpoint: EndpointOptions
) -> list[tuple[Job, Summary]]:
    results: list[tuple[Job, Summary]] = []
    policy: Policy | None = None
    loaded: Mapping[str, Any] | None = None
    for number, job in enumerate(jobs, start=1):
        finished = job.finished
        if not finished and loaded != job.config.policy:
            # One model at a time in memory.
            policy = None
            policy, loaded = make_policy(job.config.policy, endpoint), job.config.policy
        label = f"{number}/{len(jobs)} {job.player}: {job.evaluation}" if jobs[1:] else "trials"
        player = NotNeeded() if finished or policy is None else policy
        results.append((job, play_job(job, player, concurrency, compress, label, endpoint)))
    return results


def _show_summary(job: Job, summary: Summary) -> None:
    config = job.config
    title = f"{config.env_id}, {policy_name(config)}: {config.num_tasks} tasks"
    total = config.num_tasks * config.trials_per_task
    if missing := total - summary.num_trials:
        title += f"; {missing} of {total} trials errored and are left out"
    header = ("metric", "mean ± standard error", "95% interval")
    rows = summary_rows(summary)
    if summary.score_in:
        rows += exploitation_rows(exploited(config, job.folder))
    console().print(table(escape(title), header, rows))
    console().print(f"Run folder: {job.folder}", markup=False, soft_wrap=True)


def _default_folder(config: EvalConfig) -> Path:
    # The config decides the folder, so that another question never meets the wrong answers.
    digest = hashlib.sha256(config.to_json().encode()).hexdigest()[:8]
    name = config.env_id.rpartition("/")[2]
    return Path("runs") / "eval" / f"{name}-{policy_name(config)}-{digest}"
