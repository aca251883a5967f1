"""Scripted players: one that explores by what the game has shown, and one that knows the house.

The fair player reads the transcript of the episode and the admissible commands, nothing else, so
it plays on either backend; the privileged one reads the state of the native engine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import gymnasium as gym

from lamer_envs.alfworld.affordances import HOLDS
from lamer_envs.alfworld.catalogue import USUAL
from lamer_envs.alfworld.env import ALFWorldEnv
from lamer_envs.alfworld.planner import shortest_plan
from lamer_envs.alfworld.text import NOTHING_HAPPENS

_LISTED = re.compile(r"an? ([a-z]+ \d+)")
_VIEW = re.compile(
    r"(?:On the ([a-z]+ \d+), you see |The ([a-z]+ \d+) is open\. In it, you see )(.*)\."
)
_TASK = re.compile(r"Your task is to: (.*)")
_ERRANDS = (
    (re.compile(r"(?:look at|examine the) (\w+) (?:under|with) the (\w+)"), "look"),
    (re.compile(r"(?:put a|put some) (clean|hot|cool) (\w+) (?:in|on) (\w+)"), ""),
    (re.compile(r"(clean|heat|cool) some (\w+) and put (?:it|them) (?:in|on) (\w+)"), ""),
    (re.compile(r"put two (\w+) (?:in|on) (\w+)"), "two"),
    (re.compile(r"find two (\w+) and put them (?:in|on) (\w+)"), "two"),
    (re.compile(r"put (?:a|some) (\w+) (?:in|on) (\w+)"), "put"),
)
_VERBS = {"clean": "clean", "hot": "heat", "heat": "heat", "cool": "cool"}
_USED_AT = {"clean": "sinkbasin", "heat": "microwave", "cool": "fridge"}
_USUAL = {
    kind.lower(): {home.lower(): weight for home, weight in homes.items()}
    for kind, homes in USUAL.items()
}
_HOLDS = {home.lower(): {kind.lower() for kind in kinds} for home, kinds in HOLDS.items()}


def next_action(env: gym.Env[Any, Any]) -> str:
    """The command of a fair player.

    It looks for what the task names where such things usually lie, opens what is closed, and
    carries out the errand with what it has found. It remembers nothing of earlier episodes.
    """
    inner = _inner(env)
    return Explorer(inner.transcript).choose(inner._admissible_actions())


def privileged_action(env: gym.Env[Any, Any]) -> str:
    """The next command of a shortest plan, from hidden state: the ceiling of any player.

    Raises:
        ValueError: the state has no plan.
    """
    plan = shortest_plan(_inner(env).game)
    if not plan:
        raise ValueError("expected a game that is not won and can be")
    return plan[0]


class Explorer:
    """What a player knows after a transcript.

    Args:
        transcript: the first observation, then command and answer in turns.

    Raises:
        ValueError: the first observation names no task of ALFWorld's forms.
    """

    def __init__(self, transcript: Sequence[str]) -> None:
        first = transcript[0]
        self._verb, self._wanted, self._target = _read_task(first)
        self._receptacles = _LISTED.findall(first.partition("Your task is to:")[0])
        self._seen: dict[str, list[str]] = {}
        self._closed: set[str] = set()
        self._held = ""
        self._ready: set[str] = set()
        self._done: dict[str, str] = {}
        self._lit = ""
        self._here = ""
        for command, answer in zip(transcript[1::2], transcript[2::2], strict=False):
            if answer != NOTHING_HAPPENS:
                self._learn(command.strip(), answer)

    def choose(self, admissible: Sequence[str]) -> str:
        """The command to play, one of the admissible ones."""
        possible = set(admissible)
        for command in self._wishes(possible):
            if command in possible:
                return command
        return "look"

    def _learn(self, command: str, answer: str) -> None:
        words = command.split(" ")
        verb = words[0]
        if verb == "go":
            self._here = " ".join(words[2:])
        for bare, opened, listed in _VIEW.findall(answer):
            self._seen[bare or opened] = _LISTED.findall(listed)
            self._closed.discard(opened)
        if answer.endswith("is closed."):
            self._closed.add(self._here if verb == "go" else " ".join(words[1:]))
        if verb == "close":
            self._closed.add(" ".join(words[1:]))
        elif verb == "take":
            self._held, where = " ".join(words[1:3]), " ".join(words[4:6])
            self._seen[where] = [x for x in self._seen.get(where, []) if x != self._held]
            self._done.pop(self._held, None)
        elif verb in ("put", "move"):
            where = " ".join(words[-2:])
            self._seen.setdefault(where, []).append(self._held)
            if _kind(where) == self._target:
                self._done[self._held] = where
            self._held = ""
        elif verb == self._verb:
            self._ready.add(" ".join(words[1:3]))
        elif verb == "use":
            self._lit = self._here

    def _wishes(self, possible: set[str]) -> list[str]:
        """Commands in order of preference; some of them may not be admissible."""
        if self._held and _kind(self._held) != self._wanted:
            return self._put_down(possible)
        if self._verb == "look":
            return self._wishes_of_looking(possible)
        if self._held:
            if self._verb in _USED_AT and self._held not in self._ready:
                with_them = f"{self._verb} {self._held} with "
                used = sorted(command for command in possible if command.startswith(with_them))
                places = [r for r in self._receptacles if _kind(r) == _USED_AT[self._verb]]
                return used + [f"go to {place}" for place in places]
            return self._bring()
        return self._find(self._wanted, possible, but=set(self._done))

    def _wishes_of_looking(self, possible: set[str]) -> list[str]:
        lamps = sorted(c for c in possible if c.startswith(f"use {self._target} "))
        if self._held:
            if lamps and self._lit != self._here:
                return lamps
            return self._visit(self._target, set())
        return self._find(self._wanted, possible, but=set())

    def _find(self, kind: str, possible: set[str], but: set[str]) -> list[str]:
        """Take an object of a class, or go and search for one."""
        wishes = sorted(
            f"take {thing} from {where}"
            for where, things in self._seen.items()
            for thing in things
            if _kind(thing) == kind and thing not in but
        )
        takes = [wish for wish in wishes if wish in possible]
        return takes or self._visit(kind, but)

    def _visit(self, kind: str, but: set[str]) -> list[str]:
        """Go where an object of a class was seen, else search the most promising place."""
        known = [
            where
            for where, things in self._seen.items()
            if where not in self._closed and any(_kind(t) == kind and t not in but for t in things)
        ]
        if self._here in self._closed and self._here not in self._seen and not known:
            return [f"open {self._here}", *self._search(kind)]
        return [f"go to {where}" for where in known] + self._search(kind)

    def _search(self, kind: str) -> list[str]:
        homes = _USUAL.get(kind, {})

        def promise(receptacle: str) -> float:
            home = _kind(receptacle)
            crowd = sum(_kind(other) == home for other in self._receptacles)
            return -homes.get(home, 0.1) / crowd

        new = [r for r in self._receptacles if r not in self._seen]
        # What is closed has been visited, and only opening it tells more.
        return [f"{verb} {r}" for r in sorted(new, key=promise) for verb in ("open", "go to")]

    def _bring(self) -> list[str]:
        """Put the object in hand into the target; the second of two goes where the first is."""
        names = sorted(set(self._done.values()))
        names += [r for r in self._receptacles if _kind(r) == self._target]
        if self._verb != "two" or not self._done:
            # What is known to be open saves a command.
            names.sort(key=lambda name: (name not in self._seen, name in self._closed))
        wishes: list[str] = []
        for name in names:
            wishes += [*self._putting(self._held, name), f"open {name}", f"go to {name}"]
        return wishes

    def _put_down(self, possible: set[str]) -> list[str]:
        """Get rid of what was taken by mistake."""
        start = (f"move {self._held} to ", f"put {self._held} in/on ")
        here = sorted(c for c in possible if c.startswith(start))
        fitting = [
            r
            for r in self._receptacles
            if _kind(self._held) in _HOLDS.get(_kind(r), ()) and r not in self._closed
        ]
        opening = [f"open {self._here}"] if self._here in self._closed else []
        return here + opening + [f"go to {r}" for r in fitting]

    @staticmethod
    def _putting(thing: str, where: str) -> tuple[str, str]:
        return f"move {thing} to {where}", f"put {thing} in/on {where}"


def _kind(name: str) -> str:
    return name.partition(" ")[0]


def _read_task(first: str) -> tuple[str, str, str]:
    """Verb (`put`, `two`, `look`, `clean`, `heat` or `cool`), object class, target class."""
    match = _TASK.search(first)
    if match is not None:
        for pattern, verb in _ERRANDS:
            errand = pattern.search(match[1])
            if errand is None:
                continue
            if verb:
                return verb, errand[1], errand[2]
            return _VERBS[errand[1]], errand[2], errand[3]
    raise ValueError(f"expected one of ALFWorld's tasks in the first observation, not {first!r}")


def _inner(env: gym.Env[Any, Any]) -> ALFWorldEnv:
    inner = env.unwrapped
    if not isinstance(inner, ALFWorldEnv):
        raise ValueError(f"expected an ALFWorldEnv, not {type(inner).__name__}")
    return inner
