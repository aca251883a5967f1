"""Prompts for ALFWorld: the errand, the commands of the moment, a window of 15 observations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lamer_envs.meta.prompt_sets import generic


def quoted_commands(actions: Sequence[str]) -> str:
    """The commands in one list, each in quotation marks."""
    return ", ".join(f"'{action}'" for action in actions)


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
    "and which steps are still missing, then write one of the possible commands, letter for "
    "letter, inside <action> and </action>, for example <action>look</action>.",
    final="The attempt is over and the errand is not done. The last answer was:",
    reflect="You will run this same errand again in the same household, with everything back in "
    "its place. Look back at what you did: where were the things that you needed, which steps were "
    "wasted, and in which order should you go this time? Think it through first; then write a "
    "short note to yourself, naming receptacles and objects, inside <remark> and </remark>. The "
    "note is what you will remember.",
    observations_in_full=15,
    format_admissible=quoted_commands,
)
