"""Prompts for Sokoban: in full, and as a few dozen words for very small models."""

from __future__ import annotations

from dataclasses import replace

from lamer_envs.meta.prompt_sets import compact, generic
from lamer_envs.meta.prompts import PromptSet
from lamer_envs.meta.trial import Episode

_FORM = (
    "your moves, separated by commas, inside <action> and </action>, for example "
    "<action>up, left, left</action>"
)

DEFAULT = replace(
    generic.DEFAULT,
    rules="""\
You are playing Sokoban on a grid of {rows} rows and {cols} columns with {num_boxes} boxes. \
Each line of the grid starts with its row number; rows count from 0 at the top.

What the symbols mean:
# a wall
_ free floor
O a target
X a box
P you
√ a box that stands on a target
S you on top of a target

You move one cell at a time: up, down, left or right. Walking into a box pushes it one cell \
further, if the cell behind it is free floor or a target; you cannot push two boxes at once, \
you cannot pull, and neither you nor a box can enter a wall. A box pushed into a corner, or \
along a wall with no target on it, can be stuck for good. Each turn you make up to \
{moves_per_turn} moves; you have {max_turns} turns in an attempt.""",
    goal="Goal: bring every box onto a target.",
    initial="The grid at the start:",
    current="The grid now:",
    admissible="",
    answer="What are your next moves? Plan which box goes to which target and where you must "
    f"stand to push it, then write {_FORM}.",
    action_form=_FORM,
    final="The attempt is over and not every box is on a target. If you had turns left, it ended "
    "because no solution was left. The grid at the end:",
    reflect="You will play this same grid again from the same start. Look back at your moves: "
    "which one was wasted or left a box stuck, and which order of pushes would work? Think it "
    "through first; then write a short note to yourself, with the moves to make, inside <remark> "
    "and </remark>. The note is what you will remember.",
)


def compact_grid(observation: str) -> str:
    """`0,0=# 0,1=# …`: every cell in reading order, rows and columns counted from 0."""
    return " ".join(
        [
            f"{row},{col}={symbol}"
            for row, line in enumerate(_rows(observation))
            for col, symbol in enumerate(line.split())
        ]
    )


def _rows(observation: str) -> list[str]:
    rows: list[str] = []
    for line in observation.split("\n"):
        number, colon, symbols = line.partition(":")
        if colon and number.strip().isdigit():
            rows.append(symbols)
    return rows


def compact_attempt(prompts: PromptSet, number: int, episode: Episode) -> str:
    """`try up up left ; down`: the moves in order, turns set apart; `bad` for no legal moves."""
    turns = [
        " ".join(turn.action.lower().replace(",", " ").split()) if turn.action_valid else "bad"
        for turn in episode.turns
    ]
    return "try " + " ; ".join(turns)


COMPACT = replace(compact.BASE, format_observation=compact_grid, format_attempt=compact_attempt)
