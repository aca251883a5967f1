"""Prompts for ALFWorld: in full, and as few words as very small models need."""

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
_SAYS_NOTHING_NEW = re.compile(r"(?:examine .*|inventory|look)$")


def compact_task(observation: str) -> str:
    """`task put a mug in desk`, out of the first observation; any other one as it is."""
    task = _TASK.search(observation)
    return f"task {task[1]}" if task else " ".join(observation.split())


def compact_turn(turn: Turn) -> str:
    """The command, or `bad` where it was none or was not possible."""
    return clip(" ".join(turn.action.split()), ACTION_LIMIT) if turn.action_valid else "bad"


def compact_attempt(prompts: PromptSet, number: int, episode: Episode) -> str:
    """`try go to desk 1 take mug 1 from desk 1`: the commands in order."""
    return " ".join(("try", *map(compact_turn, episode.turns)))


def compact_commands(actions: Sequence[str]) -> str:
    """The commands that change something, in order: `go to desk 1; take mug 1 from bed 1`."""
    return "; ".join([action for action in actions if not _SAYS_NOTHING_NEW.match(action)])


COMPACT = replace(
    compact.BASE,
    # What can be taken, opened or put down tells what the last answer said.
    play_layout=("memory", "history", "admissible", "initial", "answer"),
    reflect_layout=("initial", "attempt", "reflect"),
    history="do",
    admissible="can",
    observations_in_full=1,
    format_observation=compact_task,
    format_turn=compact_turn,
    format_attempt=compact_attempt,
    format_admissible=compact_commands,
)
