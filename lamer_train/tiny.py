"""A from-scratch tokenizer and a small transformer, so that the whole path runs on two CPU cores.

The model is a stock `transformers` architecture of about 125,000 parameters; nothing is downloaded.
Two things let so small a model learn a board game in a minute. Its tokenizer has one token for
each fact of a `compact` prompt ("cell 2,3 shows 1"). And the embeddings start with the geometry of
the board: the vector of a fact is the vector of its cell plus the vector of its kind, and the cell
vectors have inner products that fall with distance, so that "my neighbours" is a direction from
the first step on.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass

import gymnasium as gym
import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, decoders, normalizers
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

from lamer_envs.minesweeper.env import MineSweeperEnv
from lamer_envs.sokoban.engine import MOVES
from lamer_envs.sokoban.env import SokobanEnv
from lamer_train.teachers import teacher_for
from lamer_train.warm_start import Teacher

TINY = "tiny"
"""Stands where a model's path would: make one from scratch."""

CONTEXT = 512
"""Tokens that the small model looks back on, its answer included."""

PAD, UNKNOWN, USER, ASSISTANT, END = "<|pad|>", "<|unk|>", "<|user|>", "<|assistant|>", "<|end|>"
_SPECIAL = (PAD, UNKNOWN, USER, ASSISTANT, END)

# A tag, a bracketed cell, or a run of anything that is neither white space nor a bracket.
_WORD = r"<[^<>\s]*>|\([^()]*\)|[^\s<>()]+"

# Text: a tag, the head of an action with its bracket, a word or number, or any other sign.
_TEXT_WORD = r"<[^<>\s]*>|\[sep\]|(?:search|click)\[|[a-z0-9](?:[a-z0-9.'&-]*[a-z0-9])?|[^\s]"

_CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}"
    f"{ASSISTANT} {{{{ message['content'] }}}} {END}"
    "{% else %}"
    f"{USER} {{{{ message['content'] }}}} "
    "{% endif %}"
    "{% endfor %}"
    f"{{% if add_generation_prompt %}}{ASSISTANT} {{% endif %}}"
)


_ANSWER_WORDS = (
    "<action>",
    "</action>",
    "<remark>",
    "</remark>",
    "try",
    "bad",
    "note",
    "act",
    "reflect",
)
"""What the `compact` prompts of all environments say."""


@dataclass(frozen=True)
class CellWord:
    """A word that says something about a cell of a board.

    Attributes:
        word: the token's text.
        cell: (row, column), from 0.
        kind: what is said; words of one kind share a vector.
    """

    word: str
    cell: tuple[int, int]
    kind: str


@dataclass(frozen=True)
class Vocabulary:
    """All words of a small language: plain ones, and those with a place on a board.

    Attributes:
        plain: words without structure.
        cells: words about cells, whose embeddings start as cell vector plus kind vector.
        actions: the kinds of `cells` that are answers; their output rows start as cell vectors.
        shape: (rows, columns) of the board.
        text: whether the language is that of lower-case text, in which answers repeat words of the
            prompt, and so the output row of a word starts as its own vector.
    """

    plain: tuple[str, ...]
    cells: tuple[CellWord, ...] = ()
    actions: frozenset[str] = frozenset()
    shape: tuple[int, int] = (0, 0)
    text: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Every word once, in a fixed order."""
        return (*self.plain, *(cell.word for cell in self.cells))


def minesweeper_vocabulary(rows: int, cols: int) -> Vocabulary:
    """The words of the `compact` prompts and answers of a rows × cols MineSweeper."""
    cells: list[CellWord] = []
    for row in range(rows):
        for col in range(cols):
            name = f"{row + 1},{col + 1}"
            cells.extend(
                CellWord(f"{name}={symbol}", (row, col), f"={symbol}") for symbol in "?.12345678*"
            )
            cells.append(CellWord(name, (row, col), "tried"))
            cells.append(CellWord(f"hit:{name}", (row, col), "hit"))
            cells.append(CellWord(f"({row + 1}, {col + 1})", (row, col), "open"))
    return Vocabulary(
        plain=_ANSWER_WORDS,
        cells=tuple(cells),
        actions=frozenset({"open"}),
        shape=(rows, cols),
    )


def sokoban_vocabulary(rows: int, cols: int) -> Vocabulary:
    """The words of the `compact` prompts and answers of a rows × cols Sokoban."""
    return Vocabulary(
        plain=(*_ANSWER_WORDS, *MOVES, ";"),
        cells=tuple(
            CellWord(f"{row},{col}={symbol}", (row, col), f"={symbol}")
            for row in range(rows)
            for col in range(cols)
            for symbol in "#_OX√PS"
        ),
        shape=(rows, cols),
    )


def heard_vocabulary(env: gym.Env[str, str], teacher: Teacher, tasks: int = 300) -> Vocabulary:
    """The words that prompts and possible answers hold while a teacher plays a few tasks.

    Args:
        env: wrapped; it is played.
        teacher: who plays; what it might have done counts as a possible answer.
        tasks: one trial of each of the tasks with seeds 0 to `tasks` - 1.
    """
    heard: set[str] = set()
    for task_seed in range(tasks):
        rng = random.Random(task_seed)
        prompt, _ = env.reset(seed=task_seed)
        over = False
        while not over:
            choices = teacher(env.unwrapped)
            for text in (prompt, *choices):
                heard.update(re.findall(_TEXT_WORD, text.lower()))
            action = rng.choices(list(choices), list(choices.values()))[0]
            prompt, _, terminated, truncated, _ = env.step(f"<action>{action}</action>")
            over = terminated or truncated
    return Vocabulary(plain=(*_ANSWER_WORDS, *sorted(heard - {*_ANSWER_WORDS})), text=True)


def vocabulary_for(env: gym.Env[str, str]) -> Vocabulary:
    """The words of an environment's `compact` prompts and answers.

    Text is collected by playing the environment, which must then be wrapped.

    Raises:
        ValueError: there is no small language for this environment.
    """
    inner = env.unwrapped
    if isinstance(inner, MineSweeperEnv):
        return minesweeper_vocabulary(inner.rows, inner.cols)
    if isinstance(inner, SokobanEnv):
        return sokoban_vocabulary(inner.height, inner.width)
    if env.spec is not None and env.spec.id in _TEXTS:
        return heard_vocabulary(env, teacher_for(env.spec.id, _HEARING_NOISE))
    raise ValueError(
        f"no from-scratch vocabulary for {type(inner).__name__}; expected one of the environments "
        "of this package, "
        "or set `model` to a pretrained model"
    )


_TEXTS = frozenset({"LaMer/ALFWorld-v0", "LaMer/WebShop-v0"})
_HEARING_NOISE = 0.5


def build_tokenizer(
    words: Iterable[str], *, max_length: int, text: bool = False
) -> PreTrainedTokenizerBase:
    """A word-level tokenizer with a chat template; words outside of the list become `<|unk|>`.

    Args:
        words: the vocabulary; each must be one word of the tokenizer's own splitting rule.
        max_length: the model's context length in tokens.
        text: split lower-cased text into words, numbers and signs, not at white space alone.

    Raises:
        ValueError: a word would be split, and so could never be produced.
    """
    listed = list(dict.fromkeys(words))
    rule = _TEXT_WORD if text else _WORD
    split = [word for word in listed if re.findall(rule, word) != [word]]
    if split:
        raise ValueError(f"these are not single words for the tokenizer: {split[:5]}")
    vocabulary = {word: index for index, word in enumerate((*_SPECIAL, *listed))}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=UNKNOWN))
    # Inverted and removed: the matches are kept, and what lies between them is dropped.
    tokenizer.pre_tokenizer = Split(Regex(rule), behavior="removed", invert=True)
    if text:
        tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.decoder = decoders.WordPiece(prefix="\0", cleanup=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        unk_token=UNKNOWN,
        eos_token=END,
        additional_special_tokens=[USER, ASSISTANT],
        chat_template=_CHAT_TEMPLATE,
        model_max_length=max_length,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )


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
    """A small Llama with random weights and, where words have a place, structured embeddings.

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
    """Set the rows of words with a place to cell vector + kind vector, answers' output rows too."""
    width = model.config.hidden_size
    embedding = model.get_input_embeddings().weight
    head = model.get_output_embeddings().weight
    plain = [tokenizer.convert_tokens_to_ids(word) for word in (*_SPECIAL, *vocabulary.plain)]
    if vocabulary.text:
        with torch.no_grad():
            vectors = torch.from_numpy(_unit_rows(rng, len(plain), width))
            embedding[plain] = vectors
            head[plain] = _HEAD_SCALE * vectors
        return
    cell_vectors = board_vectors(vocabulary.shape, width, rng)
    kinds = sorted({cell.kind for cell in vocabulary.cells})
    kind_vectors = dict(zip(kinds, _unit_rows(rng, len(kinds), width), strict=True))
    with torch.no_grad():
        embedding[plain] = torch.from_numpy(_unit_rows(rng, len(plain), width))
        for cell in vocabulary.cells:
            row = tokenizer.convert_tokens_to_ids(cell.word)
            place = cell_vectors[cell.cell[0] * vocabulary.shape[1] + cell.cell[1]]
            embedding[row] = torch.from_numpy(place + kind_vectors[cell.kind])
            if cell.kind in vocabulary.actions:
                head[row] = torch.from_numpy(_HEAD_SCALE * place)


_HEAD_SCALE = 0.5
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


def count_parameters(model: PreTrainedModel) -> int:
    """Number of trainable numbers in the model."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
