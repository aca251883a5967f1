"""The stages of an experiment: model, warm start, training, final evaluation, report."""

from __future__ import annotations

import os

import gymnasium as gym
import torch
from accelerate import PartialState
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lamer_envs.evaluation.metrics import Summary
from lamer_envs.evaluation.ruler import exploited
from lamer_envs.evaluation.run import EvalConfig, evaluate
from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.meta.memory import keeps_remarks
from lamer_train.backends.transformers import TransformersPolicy
from lamer_train.config import as_mapping
from lamer_train.experiment import Experiment
from lamer_train.interruption import RunStoppedError, StopOnSignal
from lamer_train.models import SMOLLM2, Loaded, load, load_smollm2, lora_config, merged, save
from lamer_train.plots import plot_metrics, plot_pass_at_k, read_metrics
from lamer_train.progress import ProgressBar
from lamer_train.results import Measured, result_table
from lamer_train.run_log import METRICS_FILE, last_checkpoint
from lamer_train.teachers import reflection_teacher_for, teacher_for
from lamer_train.tiny import (
    CONTEXT,
    TINY,
    build_model,
    build_tokenizer,
    count_parameters,
    vocabulary_for,
)
from lamer_train.trainer import MetaRLTrainer
from lamer_train.warm_start import collect_demonstrations, imitate

START, TRAINED, _ADAPTERS = "warm_start", "model", "adapters"


def run_experiment(experiment: Experiment, console: Console) -> dict[str, Summary]:
    """Run every stage whose result is not in the run folder yet, and report.

    Several processes go through warm start and training together; the first one alone evaluates.

    Returns:
        The summaries of the final evaluation by name, as in the table that is printed; none in
        processes other than the first.

    Raises:
        RunStoppedError: the run was asked to stop while it trained, and has saved where it is.
        CheckpointError: a checkpoint could not be written.
    """
    run_dir = experiment.run_dir
    state = PartialState()
    if not state.is_main_process:
        console = Console(quiet=True)
    made, trained = (run_dir / START).exists(), (run_dir / TRAINED).exists()
    # Nobody makes a folder before all have looked.
    state.wait_for_everyone()
    if _is_made(experiment) and not made:
        _make_start(experiment, console, state)
    if not trained:
        _train(experiment, console, state)
    return _report(experiment, console) if state.is_main_process else {}


def _is_made(experiment: Experiment) -> bool:
    """Whether the run begins with a model that it makes, not with one that lies somewhere."""
    return experiment.around.model in (TINY, SMOLLM2)


def _started(experiment: Experiment) -> str:
    """Where the model that the run begins with is."""
    return str(experiment.run_dir / START) if _is_made(experiment) else experiment.around.model


def _make_start(experiment: Experiment, console: Console, state: PartialState) -> None:
    """Make the model that the run begins with, and save it once it is whole."""
    if experiment.around.model == TINY:
        loaded = _warm_started(experiment, console)
    else:
        loaded = load_smollm2()
    if state.is_main_process:
        save(loaded, experiment.run_dir / START)
    state.wait_for_everyone()


def _warm_started(experiment: Experiment, console: Console) -> Loaded:
    around, training = experiment.around, experiment.training
    env = _wrapped(experiment, memory=training.memory, episodes=around.final_episodes, split=None)
    vocabulary = vocabulary_for(env)
    tokenizer = build_tokenizer(vocabulary.words, max_length=CONTEXT, rule=vocabulary.rule)
    model = build_model(tokenizer, vocabulary, seed=training.seed)
    console.print(f"A model of {count_parameters(model):,} parameters, from scratch.")
    if around.warm_start_steps:
        console.print("Warm start: imitating a scripted player that ignores earlier episodes.")
        demonstrations = collect_demonstrations(
            env,
            teacher_for(training.env_id, around.warm_start_noise),
            trials=around.warm_start_trials,
            seed=training.seed,
            reflect=reflection_teacher_for(training.env_id, around.warm_start_noise),
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


def _wrapped(
    experiment: Experiment, *, memory: str, episodes: int, split: str | None
) -> MultiEpisodeReflectionWrapper:
    """The experiment's environment, played with another memory and number of episodes.

    Without a split it is the one that is trained in, else the one that models are measured in.
    """
    training = experiment.training
    kwargs = dict(as_mapping(training.env_kwargs))
    if split is not None:
        kwargs |= {**as_mapping(experiment.around.final_env_kwargs), "split": split}
    settings = training.wrapper_kwargs() | {"memory": memory, "num_episodes": episodes}
    return MultiEpisodeReflectionWrapper(gym.make(training.env_id, **kwargs), **settings)


def _train(experiment: Experiment, console: Console, state: PartialState) -> None:
    around, training = experiment.around, experiment.training
    console.print(
        f"Training: {training.num_updates} updates of {training.tasks_per_update} tasks × "
        f"{training.num_generations} trials × up to {training.num_episodes} episodes."
    )
    adapters = lora_config(around.lora_rank, around.lora_alpha, around.lora_targets)
    # Weights that stay as they are may be short; those that learn may not.
    short = adapters is not None and bool(training.bf16)
    model, tokenizer = load(_started(experiment), torch.bfloat16 if short else torch.float32)
    stop = StopOnSignal()
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
        callbacks=[stop],
        peft_config=adapters,
    )
    try:
        with stop.listening():
            trainer.train(resume_from_checkpoint=last_checkpoint(experiment.run_dir))
    finally:
        trainer.close()
    if stop.stopped:
        raise RunStoppedError(last_checkpoint(experiment.run_dir))
    learned = experiment.run_dir / (f"{TRAINED}.tmp" if adapters is None else _ADAPTERS)
    if trainer.is_fsdp_enabled:
        trainer.accelerator.state.fsdp_plugin.set_state_dict_type("FULL_STATE_DICT")
    trainer.save_model(str(learned))
    if state.is_main_process:
        if adapters is None:
            os.replace(learned, experiment.run_dir / TRAINED)
        else:
            save((merged(learned), tokenizer), experiment.run_dir / TRAINED)
    state.wait_for_everyone()


def _evaluate(
    experiment: Experiment, which: str, memory: str, split: str, console: Console
) -> Measured:
    """Measure one of the run's models with one kind of memory; what is on disk is kept."""
    around, training = experiment.around, experiment.training
    config = EvalConfig(
        env_id=training.env_id,
        env_kwargs={
            **as_mapping(training.env_kwargs),
            **as_mapping(around.final_env_kwargs),
            "split": split,
        },
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
        stop_on_success=training.stop_on_success,
    )
    name = f"{which}-{memory}" if split == around.final_split else f"{which}-{memory}-{split}"
    run_dir = experiment.run_dir / "eval" / name
    policy = TransformersPolicy.from_pretrained(
        str(experiment.run_dir / TRAINED) if which == TRAINED else _started(experiment),
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
        summary = evaluate(
            config,
            policy,
            run_dir,
            concurrency=_EVALUATION_CONCURRENCY,
            on_start=lambda trials: progress.advance(bar, len(trials)),
            on_trial=lambda trial: progress.advance(bar),
        )
    return Measured(summary, exploited(config, run_dir) if summary.score_in else ())


_EVALUATION_CONCURRENCY = 512


def _report(experiment: Experiment, console: Console) -> dict[str, Summary]:
    run_dir, splits = experiment.run_dir, experiment.around.final_splits
    by_split = {
        split: {
            f"{label}, {_MEMORY_LABELS[memory]}": _evaluate(
                experiment, which, memory, split, console
            )
            for which, label in (
                (START, _START_LABEL[experiment.around.model == TINY]),
                (TRAINED, "trained"),
            )
            for memory in experiment.around.final_memories
        }
        for split in splits
    }
    texts = []
    for split, measured in by_split.items():
        table, text = result_table(f"{experiment.name}, split {split}", measured)
        console.print(table)
        texts.append(f"Split `{split}`:\n\n{text}" if splits[1:] else text)
    (run_dir / "results.md").write_text("\n".join(texts), encoding="utf-8")
    summaries = {
        name if split == splits[0] else f"{name}, {split}": each.summary
        for split, measured in by_split.items()
        for name, each in measured.items()
    }
    plot_pass_at_k(
        {name: summary.pass_at for name, summary in summaries.items()},
        run_dir / "plots" / "pass_at_k.png",
    )
    metrics = read_metrics(run_dir / METRICS_FILE)
    for name, keys, ylabel in _CURVES:
        plot_metrics(metrics, keys, ylabel, run_dir / "plots" / f"{name}.png")
    console.print(f"Config, models, metrics, trials and plots are in {run_dir}")
    return summaries


_START_LABEL = {True: "warm start", False: "untrained"}
"""What the model is called that a run begins with: made from scratch, or not."""

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
