"""Prompts for ALFWorld: in full, and as few words as very small models need.

Both show the errand, the commands of the moment and a window of 15 observations.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lamer_envs.meta.prompt_sets import compact, generic
from lamer_envs.meta.prompts import ACTION_LIMIT, PromptSet, clip
from lamer_envs.meta.trial import Episode, Turn


def quoted_commands(actions: Sequence[str]) -> str:
    """The commands in one list, each in quotation marks."""
    return ", ".join(f"'{action}'" for action in actions)


_FORM = (
    "one of the possible commands, letter for letter, inside <action> and </action>, for example "
    "<action>look</action>"
)

DEFAULT = replace(
    generic.DEFAULT,
    rules="""\
You run an errand in a household that is described to you in words. The room holds receptacles, \
such as cabinets, tables and a fridge, and objects lie in or on them. You see what a receptacle \
holds once you have gone to it; if it is closed, open it first.

You can carry one object at a time. To clean an object, carry it to a sink basin; to heat it, to \
a microwave; to cool it, to a fridge. Then use the matching command there; nothing needs to be \
opened for that. A lamp is switched on with `use`. Each turn you give one command; a command that \
is not offered wastes the turn. You have {max_turns} turns in an attempt. Everything starts at the \
same place in every attempt.""",
    goal="Goal: do the errand that is named at the end of the first description.",
    initial="The first description:",
    history="What you have done so far in this attempt:",
    seen="Answer:",
    current="What you see now:",
    admissible="Commands that are possible now:",
    answer="Which command do you give next? Think about where the things you need are likely to be "
    f"and which steps are still missing, then write {_FORM}.",
    action_form=_FORM,
    final="The attempt is over and the errand is not done. The last answer was:",
    reflect="You will run this same errand again in the same household, with everything back in "
    "its place. Look back at what you did: where were the things that you needed, which steps were "
    "wasted, and in which order should you go this time? Think it through first; then write a "
    "short note to yourself, naming receptacles and objects, inside <remark> and </remark>. The "
    "note is what you will remember.",
    observations_in_full=15,
    format_admissible=quoted_commands,
)

_TASK = re.compile(r"Your task is to: (.*?)\.?$")
_SEEN = re.compile(r"(?:On the (\w+ \d+)|The (\w+ \d+) is open\. In it), you see (.*)\.$")
_CLOSED = re.compile(r"The (\w+ \d+) is closed\.$")
_DONE = re.compile(r"You (?:pick up|put|move|clean|heat|cool|sliced|turn on|close) ")
_ARTICLE = re.compile(r"\b(?:and )?a (?=\w+ \d)")
_GO = "go to "


def compact_answer(observation: str) -> str:
    """`fridge 1 : apple 2, egg 1`, `cabinet 3 closed`, `task put a mug in desk`, or `ok`.

    What was seen where, without the sentence around it; `ok` where the answer only repeats the
    command; any other answer as it is.
    """
    if task := _TASK.search(observation):
        return f"task {task[1]}"
    if seen := _SEEN.search(observation):
        return f"{seen[1] or seen[2]} : {_ARTICLE.sub('', seen[3])}"
    if closed := _CLOSED.search(observation):
        return f"{closed[1]} closed"
    if _DONE.match(observation):
        return "ok"
    return " ".join(observation.split())


def compact_turn(turn: Turn) -> str:
    """`do` and the command, or `bad` where it was none or was not possible."""
    if not turn.action_valid:
        return "bad"
    return f"do {clip(' '.join(turn.action.split()), ACTION_LIMIT)}"


def compact_attempt(prompts: PromptSet, number: int, episode: Episode) -> str:
    """`try do go to desk 1 do take mug 1 from desk 1`: the commands in order."""
    return " ".join(("try", *map(compact_turn, episode.turns)))


def compact_commands(actions: Sequence[str]) -> str:
    """The commands, and behind them in one list all that one can go to, class by class.

    `inventory; look; open fridge 1; go to cabinet 1 2 3, desk 1`
    """
    others: list[str] = []
    there: dict[str, str] = {}
    for action in actions:
        if action.startswith(_GO):
            kind, _, number = action.removeprefix(_GO).partition(" ")
            there[kind] = f"{there.get(kind, kind)} {number}"
        else:
            others.append(action)
    return "; ".join([*others, _GO + ", ".join(there.values())] if there else others)


COMPACT = replace(
    compact.BASE,
    play_layout=("initial", "memory", "history", "current", "admissible", "answer"),
    reflect_layout=("initial", "final", "attempt", "reflect"),
    admissible="can",
    observations_in_full=15,
    format_observation=compact_answer,
    format_turn=compact_turn,
    format_attempt=compact_attempt,
    format_admissible=compact_commands,
)
