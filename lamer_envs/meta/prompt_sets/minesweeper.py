"""Prompts for MineSweeper: in full, and as a few dozen words for very small models."""

from __future__ import annotations

import re
from dataclasses import replace

from lamer_envs.meta.prompt_sets import compact, generic
from lamer_envs.meta.prompts import PromptSet
from lamer_envs.meta.trial import Episode
from lamer_envs.parsing import ParseCode

_FORM = "the one cell you choose inside <action> and </action>, for example <action>(2, 3)</action>"

DEFAULT = replace(
    generic.DEFAULT,
    rules="""\
You are playing Minesweeper on a board of {rows} rows and {cols} columns that hides \
{num_mines} mines. A cell is written (row, col); rows count from 1 at the top and columns \
from 1 at the left.

What the symbols mean:
? a closed cell; it may hide a mine
. an open cell with no mine among its neighbours
1 to 8 an open cell; the number says how many of its neighbours (up to eight, diagonals \
included) hide a mine
* a mine that was opened

Each turn you open one closed cell. If it has no neighbouring mine, its neighbours open with \
it, and so on from there. If it is a mine, the attempt is lost at once. Choosing a cell that \
is already open or off the board wastes the turn. You have {max_turns} turns in an attempt. \
The mines stay where they are from one attempt to the next.""",
    goal="Goal: open every cell that hides no mine.",
    initial="The board at the start:",
    current="The board now:",
    admissible="",
    answer="Which closed cell do you open next? Work out from the numbers which cells are safe, "
    f"then write {_FORM}.",
    action_form=_FORM,
    final="The attempt is over and the board is not cleared. It ended like this:",
    reflect="You will play this same board again from the same start, with the mines in the same "
    "places. Look back at your moves: which one went wrong, what do you now know about where "
    "mines are or are not, and which cells should you open instead? Think it through first; then "
    "write a short note to yourself, naming cells, inside <remark> and </remark>. The note is "
    "what you will remember.",
)

_NUMBER = re.compile(r"[0-9]+")
_ON_THE_BOARD = (ParseCode.OK.value, ParseCode.REPEATED.value)


def _symbols(observation: str) -> list[str]:
    return [line.partition(":")[2] for line in observation.split("\n") if line.startswith("Row ")]


def compact_board(observation: str) -> str:
    """`1,1=? 1,2=. …`: every cell in reading order, rows and columns counted from 1."""
    return " ".join(
        [
            f"{row},{col}={symbol}"
            for row, symbols in enumerate(_symbols(observation), start=1)
            for col, symbol in enumerate(symbols.split(), start=1)
        ]
    )


def compact_attempt(prompts: PromptSet, number: int, episode: Episode) -> str:
    """`try 2,3 1,1 hit:4,4`: the cells in order; `hit:` where the last one was a mine.

    An answer that named no cell of the board is `bad`.
    """
    words = ["try"]
    for turn in episode.turns:
        if turn.parse in _ON_THE_BOARD:
            row, col = _NUMBER.findall(turn.action)
            words.append(f"{int(row)},{int(col)}")
        else:
            words.append("bad")
    if words[-1] != "bad":
        row, col = words[-1].split(",")
        if f"{words[-1]}=*" in compact_board(episode.final_observation).split():
            words[-1] = f"hit:{row},{col}"
    return " ".join(words)


COMPACT = replace(compact.BASE, format_observation=compact_board, format_attempt=compact_attempt)
