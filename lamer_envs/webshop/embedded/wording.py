"""How the shop words a product: its title, its bullets and its description."""

from __future__ import annotations

from functools import lru_cache

from lamer_envs.webshop.embedded.draws import Draws
from lamer_envs.webshop.embedded.records import Feature, split_determiner

_SMALL = frozenset(("a", "an", "and", "by", "for", "in", "of", "on", "the", "to", "with"))
_CAPITALS = frozenset(("usb", "led", "hdmi", "spf", "gmo", "eva", "msg"))
_LAYOUTS = 3
_STYLES = 5
_IN_TITLE = (3, 4)
_IN_BULLETS = 4
_LAST_BULLET_SHARE = 0.5

_STUFFED_SHARE = 0.3
_CHATTY_SHARE = 0.2
_CHATTER_COUNT = (2, 4)

_OPENINGS = (
    "The {}: from people who use what they make.",
    "Meet the {} that our customers come back for.",
    "Three years of tinkering went into the {}.",
    "We asked ourselves what the {} should do well.",
    "A fair deal from a family firm: the {}.",
    "You asked for the {}, so here you go.",
    "A second pair of eyes inspects the {} in our workshop.",
    "Nothing fancy, simply done right: the {}.",
    "Our returning guests love the {}.",
    "Thank you for your interest in the {}.",
)
_CLOSINGS = (
    "Write to us if anything is wrong, and we will answer within a day.",
    "Returns are accepted for thirty days.",
    "What you get: the goods as shown, and friendly service.",
    "Every order is sent from our own warehouse.",
    "Thank you for your visit.",
)
_CHATTER = (
    "If you find a lower price than ours, tell us: we will match it to the dollar.",
    "Need help? Say what you are looking for, and we will find it for you.",
    "Please look at size and color again before you buy.",
    "I would buy it again, and I like it more than the old one, wrote our first customer.",
    "Shopping for a friend? Find out which size, color, style or flavor they would like.",
    "Each item and its package are checked for the right quantity before we ship.",
    "Our price is lower than in shops, often by ten dollars.",
    "Looking for a gift that they will want and need? Buy two and save some dollars.",
)
_LAST_BULLETS = (
    "Service: we answer every message",
    "Our promise: your money back if you do not like it",
    "Please note: measured by hand, so allow for a little difference",
    "In the box: everything that the pictures show",
)


@lru_cache(maxsize=4096)
def titled(words: str) -> str:
    """The words as in a headline."""
    return " ".join(
        part.upper()
        if part in _CAPITALS
        else part
        if part in _SMALL and place
        else part[:1].upper() + part[1:]
        for place, part in enumerate(words.split())
    )


class Wording:
    """The choices of words that all products of a family share.

    Some families speak as shoppers do, of finding, needing and prices, or list what shoppers call
    the thing. A search for a shopper's whole sentence finds these first; a search for the thing
    itself does not.

    Args:
        draws: the family's stream.
        brand: the maker.
        kind: the word before the noun.
        noun: what the titles call it.
        said: what shoppers call it.
    """

    def __init__(
        self, draws: Draws, brand: str, kind: str, noun: str, said: tuple[str, ...]
    ) -> None:
        self._brand = brand
        noun = _unrepeated(kind, noun)
        self._name = f"{titled(kind)} {noun}"
        self._layout = draws.below(_LAYOUTS)
        self._in_title = draws.between(*_IN_TITLE)
        self._style = draws.below(_STYLES)
        self._opening = draws.one(_OPENINGS).format(f"{brand} {kind} {noun.lower()}")
        self._closings = []
        if draws.chance(_STUFFED_SHARE):
            names = dict.fromkeys(split_determiner(name)[1] for name in said)
            self._closings.append(f"Also known as: {', '.join(names)}.")
        self._closings += draws.some(_CLOSINGS, draws.between(0, 1))
        if draws.chance(_CHATTY_SHARE):
            self._closings += draws.some(_CHATTER, draws.between(*_CHATTER_COUNT))
        last = draws.chance(_LAST_BULLET_SHARE)
        self._last_bullets = (draws.one(_LAST_BULLETS),) if last else ()

    def title(self, features: list[Feature]) -> str:
        """The brand, then kind and noun with the first three or four features about them."""
        shown = features[: self._in_title]
        head = f"{self._brand} {self._name}"
        if self._layout == 0:
            return f"{head} - {', '.join(titled(_label(feature)) for feature in shown)}"
        plain = [titled(feature.words) for feature in shown if not feature.link]
        if self._layout == 1 and plain:
            head = f"{self._brand} {plain.pop(0)} {self._name}"
        for link in ("with", "for"):
            joined = " and ".join(titled(f.words) for f in shown if f.link == link)
            if joined:
                head = f"{head} {link} {joined}"
        return ", ".join((head, *plain))

    def bullets(self, features: list[Feature]) -> tuple[str, ...]:
        """A line for each of the second to fifth features."""
        lines = map(self._bullet, features[1 : 1 + _IN_BULLETS])
        return (*lines, *self._last_bullets)

    def description(self, features: list[Feature]) -> str:
        """Tells of the first feature, and of those that the bullets have no room for."""
        told = (features[0], *features[1 + _IN_BULLETS :])
        return " ".join((self._opening, *map(_sentence, told), *self._closings))

    def _bullet(self, feature: Feature) -> str:
        label, note = _label(feature), feature.note
        if self._style == 0:
            return f"{label.upper()}: {_upper_first(note)}."
        if self._style == 1:
            return f"[{titled(label)}] {_upper_first(note)}."
        if self._style == 2:
            return f"{titled(label)} - {note}"
        if self._style == 3:
            return f"{_upper_first(note)} ({label})"
        return f"{_upper_first(label)}: {note}"


def _unrepeated(kind: str, noun: str) -> str:
    """The noun to follow the kind: sweet potato and Potato Chips have one potato together."""
    first, _, rest = noun.partition(" ")
    return rest if rest and first.lower() == kind.split()[-1] else noun


def _label(feature: Feature) -> str:
    return f"for {feature.words}" if feature.link == "for" else feature.words


def _sentence(feature: Feature) -> str:
    starts = {"with": "Comes with ", "for": "Good for ", "": ""}
    words = f"{starts[feature.link]}{feature.article}{feature.words}"
    return f"{_upper_first(words)}: {feature.note}."


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
