"""What a run would do and need, told without loading or downloading a model."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

import torch
from rich.console import Console
from rich.table import Table
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedTokenizerBase,
)

from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.runner import TrialSpec, run_trials
from lamer_envs.rollout.scripted import RandomPolicy
from lamer_train.config import MetaRLConfig
from lamer_train.experiment import Experiment
from lamer_train.memory import (
    ModelShape,
    checkpoint_bytes,
    known_models,
    loaded_bytes,
    memories,
    memory_table,
    size,
)
from lamer_train.models import adapter_parameters, lora_config
from lamer_train.playing import make_wrapped_env, run_blocking
from lamer_train.tiny import CONTEXT, TINY, build_tokenizer, tiny_config, vocabulary_for

CHARACTERS_PER_TOKEN = 3.0
"""An assumption where no tokenizer is at hand; boards have fewer, prose has more."""

_COMPLETION_SHARE = 0.25
"""An assumption: how much of the longest response the mean response takes."""

_PROBES = 8
"""Tasks that the random player plays, one trial each."""


def model_shape(experiment: Experiment) -> ModelShape:
    """The shape of an experiment's model, from its own files if they are here, else from a table.

    Raises:
        ValueError: there is neither.
    """
    around = experiment.around
    name = around.model
    config: PreTrainedConfig
    if name == TINY:
        config, source = tiny_config(_tiny_tokenizer(experiment)), "made here"
    else:
        try:
            config = AutoConfig.from_pretrained(name, local_files_only=True)
            source = "its files on this machine"
        except (OSError, ValueError):
            known = known_models()
            if name not in known:
                raise ValueError(
                    f"the shape of {name!r} is not known: its files are not on this machine, and a "
                    "dry run downloads nothing"
                ) from None
            config, source = known[name], "a table in lamer_train/memory.py"
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    parameters = sum(weight.numel() for weight in model.parameters())
    adapters = lora_config(around.lora_rank, around.lora_alpha, around.lora_targets)
    text = config.get_text_config()
    width = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    return ModelShape(
        source=source,
        parameters=parameters,
        learning=parameters if adapters is None else adapter_parameters(model, adapters),
        layers=text.num_hidden_layers,
        hidden=text.hidden_size,
        intermediate=text.intermediate_size,
        cached=2 * text.num_hidden_layers * text.num_key_value_heads * width,
    )


@dataclass(frozen=True)
class Workload:
    """What one generation of trials amounts to, over all processes.

    Attributes:
        trials: trials.
        most_rows: turns if every episode is lost at its last turn.
        rows: turns as a player plays that acts at random.
        prompt_tokens: the mean prompt of that player.
        longest_prompt: its longest one, in tokens.
        completion_tokens: the longest response.
        counted: whether tokens were counted by the model's tokenizer, not estimated.
    """

    trials: int
    most_rows: int
    rows: float
    prompt_tokens: float
    longest_prompt: float
    completion_tokens: int
    counted: bool


def workload(experiment: Experiment) -> Workload:
    """Measure prompts and turns by letting a random player play a few of the training tasks."""
    training = experiment.training
    env = make_wrapped_env(training)
    limit = getattr(env.unwrapped, "max_turns", None)
    seeds = range(training.first_task_seed, training.first_task_seed + _PROBES)
    trials: list[Trial] = run_blocking(
        lambda: run_trials(
            lambda: make_wrapped_env(training),
            RandomPolicy(seed=training.seed),
            [TrialSpec(seed, 0) for seed in seeds],
            concurrency=_PROBES,
        )
    )
    turns = [turn for trial in trials for turn in trial.turns]
    count = training.tasks_per_update * training.num_generations
    longest = limit or max(len(episode.turns) for trial in trials for episode in trial.episodes)
    episodes = training.num_episodes
    reflections = (episodes - 1) * any(turn.phase == "reflect" for turn in turns)
    tokenizer = _local_tokenizer(experiment)
    lengths = [
        len(turn.prompt) / CHARACTERS_PER_TOKEN
        if tokenizer is None
        else float(len(tokenizer(turn.prompt)["input_ids"]))
        for turn in turns
    ]
    return Workload(
        trials=count,
        most_rows=count * (episodes * longest + reflections),
        rows=count * len(turns) / len(trials),
        prompt_tokens=fmean(lengths),
        longest_prompt=max(lengths),
        completion_tokens=int(training.max_completion_length or 0),
        counted=tokenizer is not None,
    )


def _tiny_tokenizer(experiment: Experiment) -> PreTrainedTokenizerBase:
    vocabulary = vocabulary_for(make_wrapped_env(experiment.training))
    return build_tokenizer(vocabulary.words, max_length=CONTEXT, rule=vocabulary.rule)


def _local_tokenizer(experiment: Experiment) -> PreTrainedTokenizerBase | None:
    name = experiment.around.model
    if name == TINY:
        return _tiny_tokenizer(experiment)
    try:
        return AutoTokenizer.from_pretrained(name, local_files_only=True)
    except (OSError, ValueError):
        return None


def report(experiment: Experiment, processes: int, console: Console) -> None:
    """Print what a run would do.

    Args:
        experiment: the run.
        processes: how many processes share it, at least 1.
        console: where to print.

    Raises:
        ValueError: the trials cannot be shared out evenly, or the model's shape is not known.
    """
    training, around = experiment.training, experiment.around
    load, shape = workload(experiment), model_shape(experiment)
    if load.trials % processes:
        raise ValueError(f"{load.trials} trials cannot be shared out over {processes} processes")
    steps = training.steps_per_generation or 1
    completion = load.completion_tokens
    guess = load.rows * (load.prompt_tokens + completion * _COMPLETION_SHARE)
    most = load.most_rows * (load.longest_prompt + completion)
    lines: list[tuple[str, str]] = [
        (
            "model",
            f"{around.model}: {shape.parameters:,} weights, {shape.learning:,} of them learn",
        ),
        ("its shape", f"known from {shape.source}"),
        ("environment", f"{training.env_id} {training.env_kwargs or ''}"),
        (
            "one generation",
            f"{training.tasks_per_update} tasks × {training.num_generations} trials × up to "
            f"{training.num_episodes} episodes = {load.trials} trials",
        ),
        ("turns (rows)", f"about {load.rows:,.0f}, at most {load.most_rows:,}"),
        (
            "prompt",
            f"about {load.prompt_tokens:,.0f} tokens, the longest seen {load.longest_prompt:,.0f}",
        ),
        ("response", f"at most {completion:,} tokens"),
        ("tokens of an update", f"about {guess:,.0f}, at most {most:,.0f}"),
        (
            "optimizer steps",
            f"{steps} a generation, about {load.rows / steps:,.0f} rows each; "
            f"{training.max_steps:,} in all",
        ),
        ("generations", f"{training.num_updates:,}"),
        ("tokens of the run", f"about {guess * training.num_updates:,.0f}"),
        ("trials of the run", f"{load.trials * training.num_updates:,}"),
        ("a checkpoint", _checkpoints(shape, training)),
        ("processes", f"{processes}, {load.trials // processes} trials each"),
        (
            "main memory",
            f"{size(processes * loaded_bytes(shape, training))} while {processes} "
            f"process{'es load' if processes > 1 else ' loads'} the model",
        ),
    ]
    table = Table(
        title=f"{experiment.name}: what would run", show_header=False, title_justify="left"
    )
    table.add_column(style="cyan")
    table.add_column(overflow="fold")
    for name, text in lines:
        table.add_row(name, text)
    console.print(table)
    longest = load.longest_prompt + completion
    console.print(
        memory_table(memories(shape, training, load.trials // processes, longest, processes))
    )
    counting = "" if load.counted else f"; a token is taken for {CHARACTERS_PER_TOKEN:g} letters"
    console.print(
        f"Turns and prompts are those of a player that acts at random on {_PROBES} training tasks"
        f"{counting}. A response is taken to be {_COMPLETION_SHARE:.0%} of the longest one. Memory "
        "is an estimate, without what the libraries hold for themselves."
    )


def _checkpoints(shape: ModelShape, training: MetaRLConfig) -> str:
    each = checkpoint_bytes(shape)
    if training.save_strategy == "no":
        return "none is written"
    # A new one is written before the oldest is removed.
    most = training.save_total_limit and training.save_total_limit + 1
    room = f"{most} at a time at most, {size(most * each)}" if most else "all are kept"
    return f"{size(each)}, every {training.save_steps:,.0f} optimizer steps; {room}"
