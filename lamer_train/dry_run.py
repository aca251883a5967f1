"""What a run would do and need, told without loading or downloading a model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean

import torch
from rich.console import Console
from rich.table import Table
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    PreTrainedConfig,
    PreTrainedTokenizerBase,
    Qwen3Config,
)

from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.runner import TrialSpec, run_trials
from lamer_envs.rollout.scripted import RandomPolicy
from lamer_train.experiment import Experiment
from lamer_train.models import SMOLLM2, adapter_parameters, lora_config
from lamer_train.playing import make_wrapped_env, run_blocking
from lamer_train.tiny import CONTEXT, TINY, build_tokenizer, tiny_config, vocabulary_for

GIB = 2**30

_MASTER, _GRADIENT, _ADAM = 4, 4, 8
"""Bytes per learning weight: float32 weights, their gradients, Adam's two moments."""

CHARACTERS_PER_TOKEN = 3.0
"""An assumption where no tokenizer is at hand; boards have fewer, prose has more."""

_COMPLETION_SHARE = 0.25
"""An assumption: how much of the longest response the mean response takes."""

_PROBES = 8
"""Tasks that the random player plays, one trial each."""


def known_models() -> dict[str, PreTrainedConfig]:
    """Shapes of models that presets name, for where their own files are not on this machine."""
    return {
        "Qwen/Qwen3-4B": Qwen3Config(
            vocab_size=151_936,
            hidden_size=2560,
            intermediate_size=9728,
            num_hidden_layers=36,
            num_attention_heads=32,
            num_key_value_heads=8,
            head_dim=128,
            max_position_embeddings=40_960,
            tie_word_embeddings=True,
        ),
        "meta-llama/Llama-3.1-8B-Instruct": LlamaConfig(
            vocab_size=128_256,
            hidden_size=4096,
            intermediate_size=14_336,
            num_hidden_layers=32,
            num_attention_heads=32,
            num_key_value_heads=8,
            max_position_embeddings=131_072,
            tie_word_embeddings=False,
        ),
        SMOLLM2: LlamaConfig(
            vocab_size=49_152,
            hidden_size=576,
            intermediate_size=1536,
            num_hidden_layers=30,
            num_attention_heads=9,
            num_key_value_heads=3,
            max_position_embeddings=8192,
            tie_word_embeddings=True,
        ),
    }


@dataclass(frozen=True)
class ModelShape:
    """What memory depends on.

    Attributes:
        source: where the shape is known from.
        parameters: all weights.
        learning: those that are trained.
        layers, hidden, intermediate: of the transformer.
        cached: numbers that the key-value cache holds per token.
    """

    source: str
    parameters: int
    learning: int
    layers: int
    hidden: int
    intermediate: int
    cached: int


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
            config, source = known[name], "a table in lamer_train/dry_run.py"
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
    return build_tokenizer(vocabulary.words, max_length=CONTEXT, text=vocabulary.text)


def _local_tokenizer(experiment: Experiment) -> PreTrainedTokenizerBase | None:
    name = experiment.around.model
    if name == TINY:
        return _tiny_tokenizer(experiment)
    try:
        return AutoTokenizer.from_pretrained(name, local_files_only=True)
    except (OSError, ValueError):
        return None


def memory(
    shape: ModelShape, experiment: Experiment, load: Workload, processes: int
) -> dict[str, dict[str, float]]:
    """Bytes in one process, by what they hold, under each way of spreading the model.

    Weights that learn are float32, with float32 gradients and two moments; the others, and what
    passes through the model, are bfloat16 (float32 on a CPU). Activations are those of
    `tokens_per_microbatch` tokens: with gradient checkpointing the inputs of all layers and the
    inside of one, without it the inside of all. The key-value cache is that of
    `tokens_per_generation_batch` tokens, or of all trials of the process at once.
    """
    training = experiment.training
    passing = 4 if training.use_cpu else 2
    frozen = (shape.parameters - shape.learning) * passing
    weights = shape.learning * _MASTER
    copies = 0 if training.use_cpu else shape.learning * 2
    gradients, moments = shape.learning * _GRADIENT, shape.learning * _ADAM
    tokens = training.tokens_per_microbatch
    # Per token: norms, queries, keys, values, attention and its output, and the three of the MLP.
    inside = tokens * (8 * shape.hidden + 3 * shape.intermediate) * passing
    inputs = tokens * shape.hidden * passing * shape.layers
    activations = inputs + inside if training.gradient_checkpointing else inside * shape.layers
    together = load.trials / processes * (load.longest_prompt + load.completion_tokens)
    cache = min(together, training.tokens_per_generation_batch or math.inf)
    rest = {
        "activations": activations,
        "key-value cache while playing": cache * shape.cached * passing,
    }

    def spread(weight_share: int, state_share: int) -> dict[str, float]:
        return {
            "weights": (frozen + weights) / weight_share,
            "their bfloat16 copies, or those put together to play": copies,
            "gradients": gradients / state_share,
            "optimizer": moments / state_share,
            **rest,
        }

    if processes == 1:
        return {"1 process": spread(1, 1)}
    return {
        "DDP": spread(1, 1),
        "ZeRO-2": spread(1, processes),
        "FSDP2, ZeRO-3": spread(processes, processes),
    }


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
    checkpoint = shape.learning * (_MASTER + _ADAM)
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
        ("a checkpoint", f"{size(checkpoint)}, every {training.save_steps:,.0f} optimizer steps"),
        ("processes", f"{processes}, {load.trials // processes} trials each"),
    ]
    table = Table(
        title=f"{experiment.name}: what would run", show_header=False, title_justify="left"
    )
    table.add_column(style="cyan")
    table.add_column(overflow="fold")
    for name, text in lines:
        table.add_row(name, text)
    console.print(table)
    console.print(_memory_table(memory(shape, experiment, load, processes)))
    counting = "" if load.counted else f"; a token is taken for {CHARACTERS_PER_TOKEN:g} letters"
    console.print(
        f"Turns and prompts are those of a player that acts at random on {_PROBES} training tasks"
        f"{counting}. A response is taken to be {_COMPLETION_SHARE:.0%} of the longest one. Memory "
        "is an estimate, without what the libraries hold for themselves."
    )


def _memory_table(columns: dict[str, dict[str, float]]) -> Table:
    table = Table(title="memory of one process", title_justify="left")
    table.add_column("", style="cyan")
    for name in columns:
        table.add_column(name, justify="right")
    first = next(iter(columns.values()))
    for part in first:
        table.add_row(part, *(size(column[part]) for column in columns.values()))
    table.add_section()
    table.add_row("together", *(size(sum(column.values())) for column in columns.values()))
    return table


def size(count: float) -> str:
    """Bytes for people."""
    if count >= GIB:
        return f"{count / GIB:,.1f} GiB"
    return f"{count / 2**20:,.1f} MiB"
