"""A from-scratch tokenizer and a small transformer, so that the whole path runs on two CPU cores.

The model is a stock `transformers` architecture of a few hundred thousand parameters at most;
nothing is downloaded. Two things let so small a model learn a game in a minute or two. Its
tokenizer has one token for each fact of a `compact` prompt ("cell 2,3 shows 1") and for each
action ("go to desk 1"). And its embeddings start with what words have in common: cells of a board
by their distance, names and actions by the words in them.
"""

from lamer_train.tiny.model import (
    CONTEXT,
    TINY,
    board_vectors,
    build_model,
    count_parameters,
    tiny_config,
)
from lamer_train.tiny.tokenizer import build_tokenizer
from lamer_train.tiny.vocabulary import (
    Vocabulary,
    minesweeper_vocabulary,
    sokoban_vocabulary,
    vocabulary_for,
)

__all__ = [
    "CONTEXT",
    "TINY",
    "Vocabulary",
    "board_vectors",
    "build_model",
    "build_tokenizer",
    "count_parameters",
    "minesweeper_vocabulary",
    "sokoban_vocabulary",
    "tiny_config",
    "vocabulary_for",
]
