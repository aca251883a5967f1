"""The language of ALFWorld's `compact` prompts: names, commands, and the words of errands."""

from __future__ import annotations

from collections.abc import Iterator

from lamer_envs.alfworld import affordances as can
from lamer_envs.alfworld.catalogue import PORTABLE, ROOMS
from lamer_train.tiny.words import ANSWER_WORDS, Phrase, Vocabulary, phrases

_VERBS = "go to|open|close|take|move|from|to|heat|cool|clean|slice|with|use"
_RULE = rf"<[^<>\s]*>|(?:{_VERBS}) [a-z]+ [0-9]+|[a-z]+"

_ERRANDS = (
    "put a some clean hot cool in on it them and two find heat look at under the examine with "
    "task do can"
)
_MOST_THINGS = 4
"""Generated households hold at most this many objects of a class that can be picked up."""

_LAMPS = 2


def household_vocabulary() -> Vocabulary:
    """The words of generated households: all that is listed in `compact` prompts, and answers.

    A command with two names is two tokens, `take mug 1` and `from desk 1`. The commands that
    `compact` prompts leave out cannot be said.
    """
    most = {
        kind: max(max(room.receptacles.get(kind, (0,))) for room in ROOMS)
        for room in ROOMS
        for kind in room.receptacles
    }
    kinds = sorted({kind.lower() for kind in (*most, *PORTABLE, *can.TOGGLEABLE)})
    words = dict.fromkeys((*ANSWER_WORDS, *_ERRANDS.split(), *kinds))
    return Vocabulary(plain=(), phrases=(*phrases(words), *_commands(most)), rule=_RULE)


def _commands(most: dict[str, int]) -> Iterator[Phrase]:
    """Commands and their halves, for receptacles up to the number `most` of their class."""
    for kind, count in sorted(most.items()):
        verbs = ["go to", "from", "to"]
        if kind in can.OPENABLE:
            verbs += ["open", "close"]
        if kind in can.CLEANERS | can.HEATERS | can.COOLERS:
            verbs.append("with")
        yield from _named(verbs, kind, count)
    for kind in sorted(PORTABLE):
        verbs = ["take", "move"]
        for verb, able in (
            ("clean", can.CLEANABLE),
            ("heat", can.HEATABLE),
            ("cool", can.COOLABLE),
            ("slice", can.SLICEABLE),
            ("with", can.SLICERS),
        ):
            if kind in able:
                verbs.append(verb)
        yield from _named(verbs, kind, _MOST_THINGS)
    for kind in sorted(can.TOGGLEABLE):
        yield from _named(["use"], kind, _LAMPS)


def _named(verbs: list[str], kind: str, count: int) -> Iterator[Phrase]:
    for verb in verbs:
        for number in range(1, count + 1):
            name = f"{kind.lower()} {number}"
            # The class is a part, and so is the one thing of it, for which a number says nothing.
            yield Phrase(f"{verb} {name}", (verb, kind.lower(), name))
