"""The stages of an experiment: model, warm start, training, final evaluation, report."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import gymnasium as gym
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from lamer_envs.evaluation.metrics import Summary
from lamer_envs.evaluation.run import EvalConfig, evaluate
from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.meta.memory import keeps_remarks
from lamer_train.backends.transformers import TransformersPolicy
from lamer_train.config import as_mapping
from lamer_train.experiment import Experiment
from lamer_train.plots import plot_metrics, plot_pass_at_k, read_metrics
from lamer_train.progress import ProgressBar
from lamer_train.results import result_table
from lamer_train.run_log import METRICS_FILE, last_checkpoint
from lamer_train.teachers import teacher_for
from lamer_train.tiny import TINY, build_model, build_tokenizer, count_parameters, vocabulary_for
from lamer_train.trainer import MetaRLTrainer
from lamer_train.warm_start import collect_demonstrations, imitate

Loaded = tuple[PreTrainedModel, PreTrainedTokenizerBase]

START, TRAINED = "warm_start", "model"


def run_experiment(experiment: Experiment, console: Console) -> dict[str, Summary]:
    """Run every stage whose result is not in the run folder yet, and report.

    Returns:
        The summaries of the final evaluation by name, as in the table that is printed.
    """
    run_dir = experiment.run_dir
    started = _stage(run_dir / START, lambda: _start_model(experiment, console))
    if not (run_dir / TRAINED).exists():
        _train(experiment, started, console)
    return _report(experiment, console)


def _stage(folder: Path, make: Callable[[], Loaded]) -> Path:
    """Make a model and save it under its final name only when it is whole."""
    if not folder.exists():
        _save(make(), folder)
    return folder


def _save(loaded: Loaded, folder: Path) -> None:
    draft = folder.with_name(folder.name + ".tmp")
    shutil.rmtree(draft, ignore_errors=True)
    for part in loaded:
        part.save_pretrained(draft)
    os.replace(draft, folder)


def _load(folder: str | Path) -> Loaded:
    return AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


def _start_model(experiment: Experiment, console: Console) -> Loaded:
    around, training = experiment.around, experiment.training
    if around.model != TINY:
        return _load(around.model)
    env = _wrapped(experiment, memory=training.memory, episodes=around.final_episodes, split=None)
    vocabulary = vocabulary_for(env)
    tokenizer = build_tokenizer(vocabulary.words, max_length=_CONTEXT)
    model = build_model(tokenizer, vocabulary, seed=training.seed, max_length=_CONTEXT)
    console.print(f"A model of {count_parameters(model):,} parameters, from scratch.")
    if around.warm_start_steps:
        console.print("Warm start: imitating a scripted player that ignores earlier episodes.")
        demonstrations = collect_demonstrations(
            env,
            teacher_for(training.env_id, around.warm_start_noise),
            trials=around.warm_start_trials,
            seed=training.seed,
        )
        imitate(
            model,
            tokenizer,
            demonstrations,
            steps=around.warm_start_steps,
            batch_size=around.warm_start_batch_size,
            learning_rate=around.warm_start_learning_rate,
            seed=training.seed,
            use_cpu=training.use_cpu,
            work_dir=experiment.run_dir,
            callbacks=[ProgressBar("warm start")] if training.progress else [],
        )
    return model, tokenizer


_CONTEXT = 512


def _wrapped(
    experiment: Experiment, *, memory: str, episodes: int, split: str | None
) -> MultiEpisodeReflectionWrapper:
    """The experiment's environment, played with another memory and number of episodes."""
    training = experiment.training
    kwargs = dict(as_mapping(training.env_kwargs))
    if split is not None:
        kwargs["split"] = split
    settings = training.wrapper_kwargs() | {"memory": memory, "num_episodes": episodes}
    return MultiEpisodeReflectionWrapper(gym.make(training.env_id, **kwargs), **settings)


def _train(experiment: Experiment, started: Path, console: Console) -> None:
    around, training = experiment.around, experiment.training
    console.print(
        f"Training: {training.num_updates} updates of {training.tasks_per_update} tasks × "
        f"{training.num_generations} trials × up to {training.num_episodes} episodes."
    )
    model, tokenizer = _load(started)
    trainer = MetaRLTrainer(
        model,
        training,
        tokenizer,
        make_eval_env=lambda: _wrapped(
            experiment,
            memory=around.final_memories[0],
            episodes=around.final_episodes,
            split=training.eval_split,
        ),
    )
    trainer.train(resume_from_checkpoint=last_checkpoint(experiment.run_dir))
    if trainer.accelerator.is_main_process:
        _save(
            (trainer.accelerator.unwrap_model(trainer.model), tokenizer),
            experiment.run_dir / TRAINED,
        )


def _evaluate(experiment: Experiment, which: str, memory: str, console: Console) -> Summary:
    """Measure one of the run's models with one kind of memory; what is on disk is kept."""
    around, training = experiment.around, experiment.training
    folder = experiment.run_dir / which
    config = EvalConfig(
        env_id=training.env_id,
        env_kwargs={**as_mapping(training.env_kwargs), "split": around.final_split},
        policy={
            "model": which,
            "temperature": around.final_temperature,
            "top_p": around.final_top_p,
            "top_k": around.final_top_k,
        },
        num_tasks=around.final_tasks,
        trials_per_task=around.final_trials,
        seed=around.final_first_task_seed,
        num_episodes=around.final_episodes,
        reflection=training.reflection and keeps_remarks(memory),
        memory=memory,
        gamma_step=training.gamma_step,
        gamma_traj=training.gamma_traj,
        credit=training.credit,
        objective=training.objective,
        prompts=training.prompts or "default",
    )
    policy = TransformersPolicy.from_pretrained(
        str(folder),
        temperature=around.final_temperature,
        top_p=around.final_top_p,
        top_k=around.final_top_k,
        max_new_tokens=training.max_completion_length,
        seed=training.seed,
        max_batch_tokens=training.tokens_per_generation_batch,
        chat_template_kwargs=as_mapping(training.chat_template_kwargs),
    )
    with Progress(
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not training.progress,
    ) as progress:
        bar = progress.add_task(f"evaluating {which}, memory: {memory}", total=len(config.specs()))
        return evaluate(
            config,
            policy,
            experiment.run_dir / "eval" / f"{which}-{memory}",
            concurrency=_EVALUATION_CONCURRENCY,
            on_start=lambda trials: progress.advance(bar, len(trials)),
            on_trial=lambda trial: progress.advance(bar),
        )


_EVALUATION_CONCURRENCY = 512


def _report(experiment: Experiment, console: Console) -> dict[str, Summary]:
    run_dir = experiment.run_dir
    summaries = {
        f"{label}, {_MEMORY_LABELS[memory]}": _evaluate(experiment, which, memory, console)
        for which, label in ((START, "warm start"), (TRAINED, "trained"))
        for memory in experiment.around.final_memories
    }
    table, text = result_table(experiment.name, summaries)
    console.print(table)
    (run_dir / "results.md").write_text(text, encoding="utf-8")
    plot_pass_at_k(
        {name: summary.pass_at for name, summary in summaries.items()},
        run_dir / "plots" / "pass_at_k.png",
    )
    metrics = read_metrics(run_dir / METRICS_FILE)
    for name, keys, ylabel in _CURVES:
        plot_metrics(metrics, keys, ylabel, run_dir / "plots" / f"{name}.png")
    console.print(f"Config, models, metrics, trials and plots are in {run_dir}")
    return summaries


_MEMORY_LABELS = {
    "reflection": "reflections",
    "history": "history",
    "both": "both",
    "none": "no memory",
}

_CURVES: tuple[tuple[str, dict[str, str], str], ...] = (
    ("return", {"reward": "G_0 of the trials played"}, "Trial return"),
    (
        "pass_at_k_training",
        {f"eval_pass@{k}": f"pass@{k}" for k in range(1, 9)},
        "pass@k while training",
    ),
    (
        "diversity",
        {"eval_diversity_first": "first episodes", "eval_diversity_all": "all episodes"},
        "Trajectory diversity (nats)",
    ),
)
"""Pictures of the metrics file: name, keys with their labels, vertical axis."""
