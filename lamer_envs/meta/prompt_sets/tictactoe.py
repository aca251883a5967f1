"""Prompts for Tic-Tac-Toe: in full, and as a few dozen words for very small models."""

from __future__ import annotations

import re
from dataclasses import replace

from lamer_envs.meta.prompt_sets import compact, kuhn
from lamer_envs.meta.prompts import PromptSet
from lamer_envs.meta.trial import Episode

DEFAULT = replace(
    kuhn.DEFAULT,
    rules="""\
You are playing Tic-Tac-Toe against an opponent on a board of {size} rows and {size} columns. X \
moves first. In turns, you and the opponent mark a free cell; whoever first fills a row, a column \
or one of the two diagonals with {size} marks wins, and a full board without that is a draw. A \
cell is written (row, col); rows count from 1 at the top and columns from 1 at the left. A free \
cell is shown as a dot.

You meet the same opponent in every attempt, with the same side to begin. It has a way of playing \
of its own, which you are not told and can find out from what it does. An answer that is not \
possible wastes a turn; you have {max_turns} turns in an attempt, and without turns left the game \
is lost.""",
    goal="Goal: win the game; a draw is better than a loss.",
    current="The board now:",
    answer="Which free cell do you mark? Think about what the opponent will do; then write the one "
    "cell inside <action> and </action>, for example <action>(2, 3)</action>.",
    final="The attempt is over. The game ended like this:",
    reflect="You will play another attempt against this same opponent. What have you seen of its "
    "way of playing: which cells does it prefer, does it block, does it take a win? Think it "
    "through first; then write a short note to yourself, with what you know about the opponent "
    "and the cells that will beat it, inside <remark> and </remark>. The note is what you will "
    "remember.",
)

_ROW = re.compile(r"^Row (\d+): (.*)$", re.MULTILINE)
_MOVE = re.compile(r"(you|the opponent) \((\d+), (\d+)\)")
_RESULT = re.compile(r"you (win|lose)\.$|a (draw)\.$")


def compact_board(observation: str) -> str:
    """`you=X 1,1=. 1,2=O …`: every cell in reading order."""
    words = [f"you={observation[len('You are ')]}"]
    for row, symbols in _ROW.findall(observation):
        words += [f"{row},{col}={symbol}" for col, symbol in enumerate(symbols.split(), start=1)]
    return " ".join(words)


def compact_attempt(prompts: PromptSet, number: int, episode: Episode) -> str:
    """`try you 2,2 they 1,1 … win`: the moves of both in order, and how it ended."""
    final = episode.final_observation
    words = ["try"]
    for who, row, col in _MOVE.findall(final):
        words.append(f"{'you' if who == 'you' else 'they'} {row},{col}")
    if result := _RESULT.search(final):
        words.append(result[1] or result[2])
    return " ".join(words)


COMPACT = replace(
    compact.BASE,
    reflect_layout=("attempt", "reflect"),
    format_observation=compact_board,
    format_attempt=compact_attempt,
)
