"""Prompts for Kuhn poker: in full, and as a dozen words for very small models."""

from __future__ import annotations

import re
from dataclasses import replace

from lamer_envs.meta.prompt_sets import compact, generic
from lamer_envs.meta.prompts import PromptSet
from lamer_envs.meta.trial import Episode


def show_attempt(prompts: PromptSet, number: int, episode: Episode) -> str:
    """An earlier hand, as its last observation tells it."""
    return f"Attempt {number}:\n{prompts.format_observation(episode.final_observation)}"


DEFAULT = replace(
    generic.DEFAULT,
    rules="""\
You are playing Kuhn poker against an opponent. There are three cards: Jack, Queen and King, from \
low to high. Each of you has put one chip into the pot and holds one card; the third card is out \
of play. Whoever acts first checks or bets one chip. After a check the other one checks too or \
bets. Whoever faces a bet folds, which loses the pot, or calls it with one chip. If nobody folds, \
the higher card takes the pot, and both cards are shown.

You meet the same opponent in every attempt, in the same order of acting; from one attempt to the \
next, {dealing}. The opponent has a way of playing of its own, which you are not told and can \
find out from what it does. An answer that is not possible wastes a turn; you have {max_turns} \
turns in an attempt, and without turns left you fold.""",
    goal="Goal: win as many chips as you can.",
    initial="",
    memory="You have played against this opponent before. What you remember:",
    history="Your turns in this attempt so far:",
    current="The hand now:",
    admissible="",
    answer="What do you do? Think about what the opponent may hold and how it plays; then write "
    "your move, and nothing else, inside <action> and </action>, for example "
    "<action>check</action>.",
    final="The attempt is over. The hand went like this:",
    reflect="You will play another attempt against this same opponent. What have you seen of its "
    "way of playing: when does it bet, call, check or fold, and with which cards? Think it "
    "through first; then write a short note to yourself, with what you know about the opponent "
    "and how you will use it, inside <remark> and </remark>. The note is what you will remember.",
    memory_after_success="",
    final_after_success="",
    reflect_after_success="",
    play_layout=("rules", "goal", "memory", "history", "current", "answer"),
    reflect_layout=("rules", "goal", "memory", "history", "final", "reflect"),
    format_attempt=show_attempt,
)

_HAND = re.compile(
    r"Your card: (\w+)\. You act (\w+)\.\nMoves so far: (.*)\.\n(?:.*opponent holds the (\w+)\.)?"
)
_RESULT = re.compile(r"You (win|lose) (\d) chips?\.$")


def compact_hand(observation: str) -> str:
    """`queen first : you check they bet`, and when it is over `they king lose 2`."""
    hand = _HAND.match(observation)
    if hand is None:
        return " ".join(observation.split())
    card, order, moves, other = hand.groups()
    words = [card.lower(), order, ":"]
    for move in moves.split(", ") if moves != "none" else ():
        who, what = move.rsplit(" ", 1)
        words += ["you", what] if who == "you" else ["they", what.removesuffix("s")]
    if result := _RESULT.search(observation):
        words += ["they", other.lower(), *result.groups()] if other else result.groups()
    return " ".join(words)


def compact_attempt(prompts: PromptSet, number: int, episode: Episode) -> str:
    """`try queen first : you check they bet you fold lose 1`."""
    return f"try {prompts.format_observation(episode.final_observation)}"


COMPACT = replace(
    compact.BASE,
    reflect_layout=("attempt", "reflect"),
    format_observation=compact_hand,
    format_attempt=compact_attempt,
)
