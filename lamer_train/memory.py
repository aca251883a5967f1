"""An estimate of the memory that a run takes, from the shape of its model alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.table import Table
from transformers import LlamaConfig, PreTrainedConfig, Qwen3Config

from lamer_train.config import MetaRLConfig
from lamer_train.models import SMOLLM2

GIB = 2**30

_WHOLE, _SHORT, _MOMENTS = 4, 2, 8
"""Bytes per number in float32 and in bfloat16; of Adam's two moments, per weight that learns."""


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


@dataclass(frozen=True)
class Memory:
    """Bytes in one process, by what they hold.

    Attributes:
        weights: those of this process: float32 where they learn.
        whole: bfloat16 copies that a forward pass makes, or spread weights put together to play.
        gradients: with DDP those in its communication buckets too.
        moments: of the optimizer.
        reference: weights of the reference model, where there is one.
        activations: while the model is updated.
        cache: keys and values while it plays.
        always_whole: whether `whole` is held during updates too.
    """

    weights: float
    whole: float
    gradients: float
    moments: float
    reference: float
    activations: float
    cache: float
    always_whole: bool

    @property
    def playing(self) -> float:
        """All that is held while trials are played."""
        return self.weights + self.whole + self.moments + self.reference + self.cache

    @property
    def updating(self) -> float:
        """All that is held while the model is updated."""
        whole = self.whole if self.always_whole else 0.0
        kept = self.weights + whole + self.moments + self.reference
        return kept + self.gradients + self.activations


def memories(
    shape: ModelShape, training: MetaRLConfig, trials: int, longest: float, processes: int
) -> dict[str, Memory]:
    """Memory of one process under each way of spreading the model over processes.

    Weights that learn are float32, with float32 gradients and two moments. What passes through the
    model is bfloat16 (float32 on a CPU), except that under autocast, which is how one process and
    DDP compute, the residual stream is float32. With gradient checkpointing activations are the
    inputs of all layers and the inside of one, without it the inside of all, for
    `tokens_per_microbatch` tokens. The cache is that of `tokens_per_generation_batch` tokens, or of
    all trials of the process at once. ZeRO-2 holds the bfloat16 weights whole and spreads the rest.

    Args:
        shape: of the model.
        training: the configuration.
        trials: of one process in a generation.
        longest: tokens of the longest prompt and response together.
        processes: how many.
    """
    passing = _WHOLE if training.use_cpu else _SHORT
    learning, frozen = shape.learning, (shape.parameters - shape.learning) * passing
    tokens = training.tokens_per_microbatch
    cached = min(trials * longest, training.tokens_per_generation_batch or math.inf)
    # TRL's reference model is as long as the policy; adapters are switched off instead.
    needs_reference = training.beta != 0 and learning == shape.parameters
    reference = shape.parameters * _WHOLE if needs_reference else 0.0

    def spread(
        over: int, states_over: int, whole: float, *, autocast: bool, buckets: int = 0
    ) -> Memory:
        stream = _WHOLE if autocast else passing
        # Per token: norms, queries, keys, values, attention and its output, the three of the MLP.
        inside = tokens * (8 * shape.hidden + 3 * shape.intermediate) * passing
        inputs = tokens * shape.hidden * stream * shape.layers
        checkpointed = training.gradient_checkpointing
        return Memory(
            weights=frozen / over + learning * _WHOLE / states_over,
            whole=whole,
            gradients=learning * (_WHOLE / states_over + buckets),
            moments=learning * _MOMENTS / states_over,
            reference=reference / over,
            activations=inputs + inside if checkpointed else inside * shape.layers,
            cache=cached * shape.cached * passing,
            always_whole=over == 1,
        )

    copies = 0.0 if training.use_cpu else learning * _SHORT
    if processes == 1:
        return {"1 process": spread(1, 1, copies, autocast=True)}
    put_together = shape.parameters * passing
    return {
        # Gradients are copied into the buckets that processes exchange.
        "DDP": spread(1, 1, copies, autocast=True, buckets=_WHOLE),
        "ZeRO-2": spread(1, processes, learning * passing, autocast=False),
        "FSDP2, ZeRO-3": spread(processes, processes, put_together, autocast=False),
    }


def memory_table(columns: dict[str, Memory]) -> Table:
    """A column for each way of spreading the model."""
    table = Table(title="memory of one process", title_justify="left")
    table.add_column("", style="cyan")
    for name in columns:
        table.add_column(name, justify="right")
    for part, title in _PARTS.items():
        values = [getattr(column, part) for column in columns.values()]
        if any(values):
            table.add_row(title, *map(size, values))
    table.add_section()
    table.add_row("together, playing", *(size(column.playing) for column in columns.values()))
    table.add_row("together, updating", *(size(column.updating) for column in columns.values()))
    return table


_PARTS = {
    "weights": "weights",
    "whole": "their bfloat16 copies, or those put together to play",
    "gradients": "gradients",
    "moments": "optimizer",
    "reference": "reference model",
    "activations": "activations while updating",
    "cache": "key-value cache while playing",
}


def checkpoint_bytes(shape: ModelShape) -> float:
    """The size of a checkpoint: weights that learn, and their moments."""
    return shape.learning * (_WHOLE + _MOMENTS)


def loaded_bytes(shape: ModelShape, training: MetaRLConfig) -> float:
    """What a process holds in main memory while it loads the model, all of it."""
    short = shape.learning < shape.parameters and not training.use_cpu
    return shape.parameters * (_SHORT if short else _WHOLE)


def size(count: float) -> str:
    """Bytes for people."""
    if count >= GIB:
        return f"{count / GIB:,.1f} GiB"
    return f"{count / 2**20:,.1f} MiB"
