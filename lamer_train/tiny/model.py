"""The small model: a stock Llama with random weights and embeddings that know what is alike."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel, PreTrainedTokenizerBase

from lamer_train.tiny.tokenizer import SPECIAL
from lamer_train.tiny.words import Vocabulary

TINY = "tiny"
"""Stands where a model's path would: make one from scratch."""

CONTEXT = 512
"""Tokens that the small model looks back on, its answer included."""


def build_model(
    tokenizer: PreTrainedTokenizerBase,
    vocabulary: Vocabulary,
    *,
    seed: int,
    hidden_size: int = 64,
    num_layers: int = 2,
    num_heads: int = 4,
    intermediate_size: int = 160,
    max_length: int = CONTEXT,
) -> PreTrainedModel:
    """A small Llama with random weights; words with a place or parts have structured embeddings.

    The same seed gives the same weights; the global torch generator is left as it was.
    """
    config = tiny_config(
        tokenizer,
        hidden_size=hidden_size,
        num_layers=num_layers,
        num_heads=num_heads,
        intermediate_size=intermediate_size,
        max_length=max_length,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
    _structure_embeddings(model, tokenizer, vocabulary, np.random.default_rng(seed))
    _match_queries_and_keys(model)
    if vocabulary.phrases:
        _sharpen_matching(model)
        _hand_on_values(model, np.random.default_rng([seed, 1]))
    return model


def tiny_config(
    tokenizer: PreTrainedTokenizerBase,
    *,
    hidden_size: int = 64,
    num_layers: int = 2,
    num_heads: int = 4,
    intermediate_size: int = 160,
    max_length: int = CONTEXT,
) -> LlamaConfig:
    """The shape of the small model."""
    return LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden_size,
        intermediate_size=intermediate_size,
        num_hidden_layers=num_layers,
        num_attention_heads=num_heads,
        num_key_value_heads=num_heads,
        max_position_embeddings=max_length,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6},
        tie_word_embeddings=False,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        attn_implementation="sdpa",
    )


def _structure_embeddings(
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerBase,
    vocabulary: Vocabulary,
    rng: np.random.Generator,
) -> None:
    """Set the rows of words with a place or parts to a sum of vectors, answers' output rows too."""
    width = model.config.hidden_size
    embedding = model.get_input_embeddings().weight
    head = model.get_output_embeddings().weight
    index = tokenizer.convert_tokens_to_ids
    with torch.no_grad():
        if vocabulary.cells:
            cell_vectors = board_vectors(vocabulary.shape, width, rng)
            kind_vectors = _unit_vectors(rng, {cell.kind for cell in vocabulary.cells}, width)
        plain = [index(word) for word in (*SPECIAL, *vocabulary.plain)]
        embedding[plain] = torch.from_numpy(_unit_rows(rng, len(plain), width))
        for cell in vocabulary.cells:
            place = cell_vectors[cell.cell[0] * vocabulary.shape[1] + cell.cell[1]]
            embedding[index(cell.word)] = torch.from_numpy(place + kind_vectors[cell.kind])
            if cell.kind in vocabulary.actions:
                head[index(cell.word)] = torch.from_numpy(_HEAD_SCALE * place)
        parts = {part for phrase in vocabulary.phrases for part in phrase.parts}
        part_vectors = _unit_vectors(rng, parts, width)
        for phrase in vocabulary.phrases:
            vector = torch.from_numpy(np.sum([part_vectors[part] for part in phrase.parts], axis=0))
            embedding[index(phrase.text)] = vector
            head[index(phrase.text)] = _HEAD_SCALE * vector


_HEAD_SCALE = 0.5
_SHARPNESS = 6.0
_COPYING = 1.0
_KERNEL_WIDTH = 0.8


def board_vectors(
    shape: tuple[int, int], width: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Unit vectors for the cells of a board, (rows·cols, width), close for close cells.

    Their inner products are a Gaussian kernel of the cells' distance; the space they span is
    turned at random so that no coordinate is special.
    """
    places = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1).reshape(-1, 2)
    squared = ((places[:, None] - places[None]) ** 2).sum(-1)
    values, vectors = np.linalg.eigh(np.exp(-squared / (2 * _KERNEL_WIDTH**2)))
    keep = np.argsort(values)[::-1][: min(width, len(values))]
    factor = vectors[:, keep] * np.sqrt(np.maximum(values[keep], 0))
    turn, _ = np.linalg.qr(rng.standard_normal((width, width)))
    result: NDArray[np.float32] = (factor @ turn[: factor.shape[1]]).astype(np.float32)
    return result


def _unit_vectors(
    rng: np.random.Generator, names: Iterable[str], width: int
) -> dict[str, NDArray[np.float32]]:
    """A vector for each name; the same ones whatever the order of the names."""
    ordered = sorted(names)
    return dict(zip(ordered, _unit_rows(rng, len(ordered), width), strict=True))


def _unit_rows(rng: np.random.Generator, rows: int, width: int) -> NDArray[np.float32]:
    vectors = rng.standard_normal((rows, width))
    unit: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(
        np.float32
    )
    return unit


def _match_queries_and_keys(model: LlamaForCausalLM) -> None:
    """Give half of the heads equal query and key maps: they look for tokens like their own."""
    for layer in model.model.layers:
        attention = layer.self_attn
        rows = attention.q_proj.weight.shape[0] // 2
        with torch.no_grad():
            attention.k_proj.weight[:rows] = attention.q_proj.weight[:rows]


def _sharpen_matching(model: LlamaForCausalLM) -> None:
    """Let the heads that look for tokens like their own find them from the first step on."""
    for layer in model.model.layers:
        attention = layer.self_attn
        rows = attention.q_proj.weight.shape[0] // 2
        with torch.no_grad():
            attention.q_proj.weight[:rows] *= _SHARPNESS
            attention.k_proj.weight[:rows] *= _SHARPNESS


def _hand_on_values(model: LlamaForCausalLM, rng: np.random.Generator) -> None:
    """Start attention as copying: what a position attends to is added to it as it is."""
    for layer in model.model.layers:
        attention = layer.self_attn
        width = attention.v_proj.weight.shape[0]
        turn, _ = np.linalg.qr(rng.standard_normal((width, width)))
        with torch.no_grad():
            attention.v_proj.weight.copy_(torch.from_numpy(_COPYING * turn))
            attention.o_proj.weight.copy_(torch.from_numpy(_COPYING * turn.T))


def count_parameters(model: PreTrainedModel) -> int:
    """Number of trainable numbers in the model."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
