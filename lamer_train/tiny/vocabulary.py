"""Which words each environment's `compact` prompts and answers hold."""

from __future__ import annotations

import gymnasium as gym

from lamer_envs.alfworld.env import ALFWorldEnv
from lamer_envs.games.kuhn.env import KuhnPokerEnv
from lamer_envs.games.tictactoe.env import TicTacToeEnv
from lamer_envs.minesweeper.env import MineSweeperEnv
from lamer_envs.sokoban.engine import MOVES
from lamer_envs.sokoban.env import SokobanEnv
from lamer_envs.webshop.env import WebShopEnv
from lamer_train.tiny.household import household_vocabulary
from lamer_train.tiny.playing import kuhn_vocabulary, tictactoe_vocabulary
from lamer_train.tiny.shopping import shopping_vocabulary
from lamer_train.tiny.words import ANSWER_WORDS, CellWord, Vocabulary


def vocabulary_for(env: gym.Env[str, str]) -> Vocabulary:
    """The words of an environment's `compact` prompts and answers.

    Raises:
        ValueError: there is no small language for this environment.
    """
    inner = env.unwrapped
    if isinstance(inner, MineSweeperEnv):
        return minesweeper_vocabulary(inner.rows, inner.cols)
    if isinstance(inner, SokobanEnv):
        return sokoban_vocabulary(inner.height, inner.width)
    if isinstance(inner, ALFWorldEnv):
        return household_vocabulary()
    if isinstance(inner, WebShopEnv):
        return shopping_vocabulary(inner.shop.catalogue)
    if isinstance(inner, KuhnPokerEnv):
        return kuhn_vocabulary()
    if isinstance(inner, TicTacToeEnv):
        return tictactoe_vocabulary(inner.size)
    raise ValueError(
        f"no from-scratch vocabulary for {type(inner).__name__}; expected one of the environments "
        "of this package, or set `model` to a pretrained model"
    )


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
        plain=ANSWER_WORDS,
        cells=tuple(cells),
        actions=frozenset({"open"}),
        shape=(rows, cols),
    )


def sokoban_vocabulary(rows: int, cols: int) -> Vocabulary:
    """The words of the `compact` prompts and answers of a rows × cols Sokoban."""
    return Vocabulary(
        plain=(*ANSWER_WORDS, *MOVES, ";"),
        cells=tuple(
            CellWord(f"{row},{col}={symbol}", (row, col), f"={symbol}")
            for row in range(rows)
            for col in range(cols)
            for symbol in "#_OX√PS"
        ),
        shape=(rows, cols),
    )
