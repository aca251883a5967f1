"""The rules of ALFWorld: a small mutable state on an immutable scene; no randomness, no framework.

They are the actions of ALFWorld's domain `alfred.pddl` (MIT, Shridhar et al. 2021) as TextWorld
plays them, quirks included; `tests/lamer_envs/alfworld` compares the two step by step. What may
surprise:

- A place may hold several receptacles; standing there one reaches them all.
- Objects can be examined in hand only. `go to` leads elsewhere only.
- Cleaning, heating and cooling need the receptacle here and the object in hand, nothing opened.
- A lamp can be switched in a closed drawer, and `use` always switches on.
- Slicing needs a knife in hand and the object *at the place*, be it behind a closed door.
- An object that was taken from a receptacle and lies in another one at the same place is "next to"
  the first: looking lists it.
- A game stays won while its goal holds: undoing what won it makes it unwon.
"""

from __future__ import annotations

from collections.abc import Callable

from lamer_envs.alfworld.goals import goal_holds
from lamer_envs.alfworld.scene import Scene
from lamer_envs.alfworld.text import HELP, NOTHING_HAPPENS, bits

_NO_OBJECT = -1


class Game:
    """One game on a scene.

    Attributes:
        scene: the scene, never changed.
        place: index of the place where the agent is.
        held: index of the object in hand, or -1.
        opened: mask of the open receptacles.
        contents: per receptacle, mask of the objects in it.
        at: per place, mask of the objects at it.
        removed: per receptacle, mask of the objects that were last taken out of it.
        clean, hot, cool, sliced, toggled: masks of objects.
        won: whether the goal holds.
        changed: whether the last step changed the state.
    """

    __slots__ = (
        "_moved",
        "at",
        "changed",
        "clean",
        "contents",
        "cool",
        "held",
        "hot",
        "opened",
        "place",
        "removed",
        "scene",
        "sliced",
        "toggled",
        "won",
    )

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.place = scene.start
        self.held = _NO_OBJECT
        self.opened = scene.opened
        self.contents = list(scene.contents)
        self.at = list(scene.at)
        self.removed: dict[int, int] = {}
        self.clean = scene.clean
        self.hot = scene.hot
        self.cool = scene.cool
        self.sliced = scene.sliced
        self.toggled = scene.toggled
        self.changed = False
        self._moved = ""
        self.won = goal_holds(self)

    def copy(self) -> Game:
        """A game in the same state, free to go its own way."""
        twin = Game.__new__(Game)
        for name in self.__slots__:
            setattr(twin, name, getattr(self, name))
        twin.contents = self.contents.copy()
        twin.at = self.at.copy()
        twin.removed = self.removed.copy()
        return twin

    def introduction(self) -> str:
        """The first observation: the room, and the task."""
        return self.scene.wording.introduction(self._look())

    def step(self, command: str) -> str:
        """Play a command and return the game's answer.

        Surrounding white space is forgiven, case is not. What is not admissible is answered by
        `NOTHING_HAPPENS` and changes nothing.
        """
        command = command.strip()
        verb, _, rest = command.partition(" ")
        self.changed = False
        play = _VERBS.get(verb)
        if play is not None:
            answer = play(self, rest)
            if answer is not None:
                if self.changed:
                    self.won = goal_holds(self)
                return answer
        return NOTHING_HAPPENS

    def admissible(self) -> list[str]:
        """The admissible commands, sorted as strings, `help` included where the game has it."""
        scene, held, opened = self.scene, self.held, self.opened
        wording = scene.wording
        names, things = scene.receptacle_names, scene.object_names
        here = scene.receptacles_at[self.place]
        examine, close, open_, reachable = [], [], [], []
        present = 0
        for r in here:
            name = names[r]
            examine.append("examine " + name)
            present |= self.contents[r]
            if not scene.openable >> r & 1:
                reachable.append(r)
            elif opened >> r & 1:
                reachable.append(r)
                close.append("close " + name)
            else:
                open_.append("open " + name)
        clean: list[str] = []
        cool: list[str] = []
        heat: list[str] = []
        put: list[str] = []
        slice_: list[str] = []
        take: list[str] = []
        if held < 0:
            for r in reachable:
                where = " from " + names[r]
                mask = self.contents[r] & scene.pickupable
                while mask:
                    lowest = mask & -mask
                    take.append("take " + things[lowest.bit_length() - 1] + where)
                    mask ^= lowest
            take.sort()
        else:
            name = things[held]
            examine.append("examine " + name)
            with_name = f"{wording.put_verb} {name}{wording.put_joint}"
            put = [with_name + names[r] for r in reachable if scene.fits[r] >> held & 1]
            clean = self._uses("clean", scene.cleanable, scene.cleaners)
            cool = self._uses("cool", scene.coolable, scene.coolers)
            heat = self._uses("heat", scene.heatable, scene.heaters)
            if scene.slicers >> held & 1:
                sliceable = bits(self.at[self.place] & scene.sliceable)
                slice_ = sorted([f"slice {things[o]} with {name}" for o in sliceable])
            put.sort()
        examine.sort()
        if len(here) > 1:
            close.sort()
            open_.sort()
        use = sorted(["use " + things[o] for o in bits(present & scene.toggleable)])
        go = wording.go_commands(self.place)
        if wording.has_help:
            tail = ["help", "inventory", "look", *put, *open_]
        else:
            tail = ["inventory", "look", *open_, *put]
        return [*clean, *close, *cool, *examine, *go, *heat, *tail, *slice_, *take, *use]

    def key(self) -> str:
        """The canonical state, as text: equal for two games on a scene exactly when states are."""
        return (
            f"{self.place}:{self.held}:{self.opened:x}:{self.clean:x}:{self.hot:x}:{self.cool:x}:"
            f"{self.sliced:x}:{self.toggled:x}{self._moved}"
        )

    def _uses(self, verb: str, able: int, receptacles: int) -> list[str]:
        """The commands that use a receptacle here on the object in hand."""
        scene = self.scene
        if not able >> self.held & 1:
            return []
        thing = scene.object_names[self.held]
        return sorted(
            [
                f"{verb} {thing} with {scene.receptacle_names[r]}"
                for r in scene.receptacles_at[self.place]
                if receptacles >> r & 1
            ]
        )

    def _look(self) -> str:
        scene = self.scene
        articles = scene.wording.articles
        removed = self.removed
        here = scene.receptacles_at[self.place]
        beside: list[str] = []
        if any(removed.get(r) for r in here):
            # An object is listed once for each receptacle here that it was taken out of.
            for thing in bits(self.at[self.place]):
                beside.extend(articles[thing] for r in here if removed.get(r, 0) >> thing & 1)
        return scene.wording.look(self.place, beside)

    def _go(self, rest: str) -> str | None:
        scene = self.scene
        receptacle = scene.wording.receptacles.get(rest[3:]) if rest.startswith("to ") else None
        if receptacle is None or scene.receptacle_places[receptacle] == self.place:
            return None
        self.place = scene.receptacle_places[receptacle]
        self.changed = True
        return f"{scene.wording.arrive(receptacle)} {self._view(receptacle)}"

    def _open(self, rest: str) -> str | None:
        receptacle = self._here(rest)
        if receptacle is None or not self.scene.openable & ~self.opened & 1 << receptacle:
            return None
        self.opened |= 1 << receptacle
        self.changed = True
        return f"You open the {rest}. {self._view(receptacle)}"

    def _close(self, rest: str) -> str | None:
        receptacle = self._here(rest)
        if receptacle is None or not self.scene.openable & self.opened & 1 << receptacle:
            return None
        self.opened &= ~(1 << receptacle)
        self.changed = True
        return f"You close the {rest}."

    def _examine(self, rest: str) -> str | None:
        wording = self.scene.wording
        receptacle = self._here(rest)
        if receptacle is not None:
            return self._view(receptacle)
        thing = wording.objects.get(rest)
        if thing is None or thing != self.held:
            return None
        return wording.thing(
            thing,
            clean=bool(self.clean >> thing & 1),
            hot=bool(self.hot >> thing & 1),
            cool=bool(self.cool >> thing & 1),
            sliced=bool(self.sliced >> thing & 1),
            toggled=bool(self.toggled >> thing & 1),
        )

    def _inventory(self, rest: str) -> str | None:
        if rest:
            return None
        if self.held < 0:
            return "You are not carrying anything."
        return f"You are carrying: {self.scene.wording.articles[self.held]}."

    def _help(self, rest: str) -> str | None:
        return HELP if self.scene.wording.has_help and not rest else None

    def _take(self, rest: str) -> str | None:
        name, _, where = rest.partition(" from ")
        thing, receptacle = self.scene.wording.objects.get(name), self._reachable(where)
        if thing is None or receptacle is None or self.held >= 0:
            return None
        bit = 1 << thing
        if not self.contents[receptacle] & self.scene.pickupable & bit:
            return None
        self.contents[receptacle] ^= bit
        self.at[self.place] &= ~bit
        self.removed[receptacle] = self.removed.get(receptacle, 0) | bit
        self.held = thing
        self._note_move()
        return f"You pick up the {name} from the {where}."

    def _put(self, rest: str) -> str | None:
        scene = self.scene
        name, _, where = rest.partition(scene.wording.put_joint)
        thing, receptacle = scene.wording.objects.get(name), self._reachable(where)
        if thing is None or receptacle is None or thing != self.held:
            return None
        bit = 1 << thing
        if not scene.fits[receptacle] & bit:
            return None
        self.contents[receptacle] |= bit
        self.at[self.place] |= bit
        if receptacle in self.removed:
            self.removed[receptacle] &= ~bit
        self.held = _NO_OBJECT
        self._note_move()
        return scene.wording.put_down(thing, receptacle)

    def _put_old(self, rest: str) -> str | None:
        return None if self.scene.wording.put_verb != "put" else self._put(rest)

    def _put_new(self, rest: str) -> str | None:
        return None if self.scene.wording.put_verb != "move" else self._put(rest)

    def _clean(self, rest: str) -> str | None:
        bit = self._used(rest, self.scene.cleanable, self.scene.cleaners)
        if not bit:
            return None
        self.changed = not self.clean & bit
        self.clean |= bit
        return _used_answer("clean", rest)

    def _heat(self, rest: str) -> str | None:
        bit = self._used(rest, self.scene.heatable, self.scene.heaters)
        if not bit:
            return None
        self.changed = not self.hot & bit or bool(self.cool & bit)
        self.hot |= bit
        self.cool &= ~bit
        return _used_answer("heat", rest)

    def _cool(self, rest: str) -> str | None:
        bit = self._used(rest, self.scene.coolable, self.scene.coolers)
        if not bit:
            return None
        self.changed = not self.cool & bit or bool(self.hot & bit)
        self.cool |= bit
        self.hot &= ~bit
        return _used_answer("cool", rest)

    def _slice(self, rest: str) -> str | None:
        scene = self.scene
        name, _, knife_name = rest.partition(" with ")
        thing, knife = scene.wording.objects.get(name), scene.wording.objects.get(knife_name)
        if thing is None or knife is None or knife != self.held or not scene.slicers >> knife & 1:
            return None
        bit = 1 << thing
        if not self.at[self.place] & scene.sliceable & bit:
            return None
        self.changed = not self.sliced & bit
        self.sliced |= bit
        return f"You sliced the {name} with the {knife_name}."

    def _use(self, rest: str) -> str | None:
        scene = self.scene
        thing = scene.wording.objects.get(rest)
        if thing is None:
            return None
        bit = 1 << thing
        if not scene.toggleable & bit or not self.present() & bit:
            return None
        self.changed = not self.toggled & bit
        self.toggled |= bit
        return f"You turn on the {rest}."

    def _here(self, name: str) -> int | None:
        """The receptacle of a name, if it is at the agent's place."""
        receptacle = self.scene.wording.receptacles.get(name)
        if receptacle is None or self.scene.receptacle_places[receptacle] != self.place:
            return None
        return receptacle

    def _reachable(self, name: str) -> int | None:
        """The receptacle of a name, if it is at the agent's place and not closed."""
        receptacle = self._here(name)
        if receptacle is None or self.scene.openable & ~self.opened & 1 << receptacle:
            return None
        return receptacle

    def _used(self, rest: str, able: int, receptacles: int) -> int:
        """The bit of the object in hand, if `rest` uses a receptacle here on it, else 0."""
        name, _, where = rest.partition(" with ")
        thing, receptacle = self.scene.wording.objects.get(name), self._here(where)
        if thing is None or receptacle is None or thing != self.held:
            return 0
        return able & 1 << thing if receptacles >> receptacle & 1 else 0

    def present(self) -> int:
        """The objects in the receptacles at the agent's place, opened or not."""
        present = 0
        for receptacle in self.scene.receptacles_at[self.place]:
            present |= self.contents[receptacle]
        return present

    def _view(self, receptacle: int) -> str:
        return self.scene.wording.receptacle(receptacle, self.opened, self.contents[receptacle])

    def _note_move(self) -> None:
        """Write down what is elsewhere than at the start; `key` ends with it."""
        self.changed = True
        scene = self.scene
        parts = [
            f"{sign}{i}:{now:x}"
            for sign, before, after in (
                (";", scene.contents, self.contents),
                ("@", scene.at, self.at),
            )
            for i, (was, now) in enumerate(zip(before, after, strict=True))
            if was != now
        ]
        # What was taken out matters to the texts only, and there where looking lists it.
        parts += [
            f"-{r}:{self.removed[r]:x}"
            for r in sorted(self.removed)
            if self.removed[r] and len(scene.receptacles_at[scene.receptacle_places[r]]) > 1
        ]
        self._moved = "".join(parts)


def _used_answer(verb: str, rest: str) -> str:
    name, _, where = rest.partition(" with ")
    return f"You {verb} the {name} using the {where}."


def _look_at(game: Game, rest: str) -> str | None:
    return None if rest else game._look()


_VERBS: dict[str, Callable[[Game, str], str | None]] = {
    "clean": Game._clean,
    "close": Game._close,
    "cool": Game._cool,
    "examine": Game._examine,
    "go": Game._go,
    "heat": Game._heat,
    "help": Game._help,
    "inventory": Game._inventory,
    "look": _look_at,
    "move": Game._put_new,
    "open": Game._open,
    "put": Game._put_old,
    "slice": Game._slice,
    "take": Game._take,
    "use": Game._use,
}
