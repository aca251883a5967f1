"""What the agent reads: the sentences of a household, and the names in them.

The format strings are those of ALFWorld's text grammar `alfred.twl2` (MIT, Shridhar et al. 2021).
Two of its versions are spoken: `"old"`, which the data that can be downloaded carries, and `"new"`,
which alfworld 0.4.2 ships. They differ in how putting something down is asked for and answered, in
what arriving somewhere says, and in `help`, which only the new one has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lamer_envs.alfworld.scene import Scene

NOTHING_HAPPENS = "Nothing happens."
"""The answer to anything that is not an admissible command."""

HELP = (
    "Available commands:\n"
    "  look:                             look around your current location\n"
    "  inventory:                        check your current inventory\n"
    "  go to (receptacle):               move to a receptacle\n"
    "  open (receptacle):                open a receptacle\n"
    "  close (receptacle):               close a receptacle\n"
    "  take (object) from (receptacle):  take an object from a receptacle\n"
    "  move (object) to (receptacle):  place an object in or on a receptacle\n"
    "  examine (something):              examine a receptacle or an object\n"
    "  use (object):                     use an object\n"
    "  heat (object) with (receptacle):  heat an object using a receptacle\n"
    "  clean (object) with (receptacle): clean an object using a receptacle\n"
    "  cool (object) with (receptacle):  cool an object using a receptacle\n"
    "  slice (object) with (object):     slice an object using a sharp object\n"
)

_WELCOME = "-= Welcome to TextWorld, ALFRED! =-"


def bits(mask: int) -> Iterator[int]:
    """The members of a set, lowest index first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def listing(items: list[str]) -> str:
    """Items as the game lists them: `a, b, and c`; two are `a, and b`, none is `nothing`."""
    if len(items) > 1:
        return f"{', '.join(items[:-1])}, and {items[-1]}"
    return items[0] if items else "nothing"


class Wording:
    """The names of one scene and what is said about it; nothing here changes in play.

    Attributes:
        receptacles: from the name of a receptacle to its index.
        objects: from the name of an object to its index.
        articles: per object, its name with the article (always `a`, as in the original).
        put_verb, put_joint: the words of putting down: `move X to Y` or `put X in/on Y`.
        has_help: whether the game knows the command `help`.
    """

    __slots__ = (
        "_go",
        "_go_order",
        "_going",
        "_scene",
        "articles",
        "has_help",
        "objects",
        "put_joint",
        "put_verb",
        "receptacles",
    )

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.receptacles = {name: i for i, name in enumerate(scene.receptacle_names)}
        self.objects = {name: i for i, name in enumerate(scene.object_names)}
        self.articles = tuple(["a " + name for name in scene.object_names])
        new = scene.grammar == "new"
        self.put_verb, self.put_joint = ("move", " to ") if new else ("put", " in/on ")
        self.has_help = new
        order = sorted(self.receptacles)
        self._go = tuple(["go to " + name for name in order])
        self._go_order = tuple([self.receptacles[name] for name in order])
        self._going: dict[int, tuple[str, ...]] = {}

    def go_commands(self, place: int) -> tuple[str, ...]:
        """The sorted `go to` commands of a place: every receptacle that is elsewhere."""
        known = self._going.get(place)
        if known is None:
            places = self._scene.receptacle_places
            known = tuple(
                [
                    command
                    for command, receptacle in zip(self._go, self._go_order, strict=True)
                    if places[receptacle] != place
                ]
            )
            self._going[place] = known
        return known

    def introduction(self, look: str) -> str:
        """The first observation.

        Args:
            look: what looking says at the start; used where a receptacle is at the start place,
                as the original does. Elsewhere the introduction lists all receptacles.
        """
        scene = self._scene
        if not scene.receptacles_at[scene.start]:
            look = _in_the_middle(listing(["a " + name for name in scene.receptacle_names]))
        return f"{_WELCOME}\n\n{look}\n\nYour task is to: {scene.task}."

    def look(self, place: int, beside: list[str]) -> str:
        """Looking around a place; `beside` names what lies there, with articles."""
        scene = self._scene
        here = scene.receptacles_at[place]
        if not here:
            # The original asks for receptacles *here* and finds none, so it sees nothing.
            return _in_the_middle(listing([]))
        facing = listing([scene.receptacle_names[r] for r in here])
        return f"You are facing the {facing}. Next to it, you see {listing(beside)}."

    def receptacle(self, receptacle: int, opened: int, contents: int) -> str:
        """A look into or onto a receptacle, given the masks of opened ones and of its contents."""
        scene = self._scene
        name = scene.receptacle_names[receptacle]
        if not scene.openable >> receptacle & 1:
            return f"On the {name}, you see {self.objects_listing(contents)}."
        if opened >> receptacle & 1:
            return f"The {name} is open. In it, you see {self.objects_listing(contents)}."
        return f"The {name} is closed."

    def objects_listing(self, objects: int) -> str:
        """A set of objects as the game lists it."""
        articles = self.articles
        items = []
        while objects:
            lowest = objects & -objects
            items.append(articles[lowest.bit_length() - 1])
            objects ^= lowest
        return listing(items)

    def arrive(self, receptacle: int) -> str:
        """The first sentence on arriving; the old grammar names the place, not the receptacle."""
        scene = self._scene
        if scene.grammar == "old":
            return f"You arrive at {scene.place_names[scene.receptacle_places[receptacle]]}."
        return f"You arrive at {scene.receptacle_names[receptacle]}."

    def put_down(self, thing: int, receptacle: int) -> str:
        """The answer to putting an object down."""
        scene = self._scene
        name, where = scene.object_names[thing], scene.receptacle_names[receptacle]
        if scene.grammar == "old":
            return f"You put the {name} in/on the {where}."
        return f"You move the {name} to the {where}."

    def thing(
        self, thing: int, *, clean: bool, hot: bool, cool: bool, sliced: bool, toggled: bool
    ) -> str:
        """A look at an object in hand."""
        scene = self._scene
        name = scene.object_names[thing]
        if scene.vessels >> thing & 1:
            inner = [self.articles[inner] for inner, vessel in scene.inside if vessel == thing]
            return f"This is a normal {name}. In it, you see {listing(inner)}."
        heat = "hot" if hot else "cool" if cool else ""
        if sliced and (clean or heat):
            both = [word for word in (heat, "clean" if clean else "") if word]
            return f"This is a {' and '.join(both)} sliced {name}."
        if clean:
            return f"This is a {heat + ' and ' if heat else ''}clean {name}."
        if heat:
            # Alone, and only then, cool is called cold.
            return f"This is a {'hot' if hot else 'cold'} {name}."
        if toggled and scene.toggleable >> thing & 1:
            return f"This {name} is on."
        if sliced:
            return f"This is a sliced {name}."
        return f"There's nothing special about {name}."


def _in_the_middle(seen: str) -> str:
    return f"You are in the middle of a room. Looking quickly around you, you see {seen}."
