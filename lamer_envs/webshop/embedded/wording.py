"""How the shop words a product: its title, its bullets and its description."""

from __future__ import annotations

from functools import lru_cache

from lamer_envs.webshop.embedded.draws import Draws
from lamer_envs.webshop.embedded.records import Feature

_SMALL = frozenset(("a", "an", "and", "by", "for", "in", "of", "on", "the", "to", "with"))
_LAYOUTS = 3
_STUFFED_SHARE = 0.3
_CHATTY_SHARE = 0.2

_OPENINGS = (
    "The {} was made by people who use it themselves.",
    "Meet the {} that our customers come back for.",
    "Three years of tinkering went into the {}.",
    "We started with a question: what should the {} do well?",
    "A fair deal from a family firm: the {}.",
    "You asked for the {}, and here it is.",
    "Our workshop checks the {} by hand before it is sent.",
    "Nothing fancy, simply done right: the {}.",
    "The {} is a favorite of our returning buyers.",
    "Thank you for looking at the {}.",
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
    parts = words.split()
    return " ".join(
        part if part in _SMALL and place else part[:1].upper() + part[1:]
        for place, part in enumerate(parts)
    )


class Wording:
    """The choices of words that all products of a family share.

    Args:
        draws: the family's stream.
        brand: the maker.
        kind: the word before the noun.
        noun: what the titles call it.
    """

    def __init__(
        self, draws: Draws, brand: str, kind: str, noun: str, said: tuple[str, ...] = ()
    ) -> None:
        self._brand = brand
        self._name = f"{titled(kind)} {noun}"
        self._layout = draws.below(_LAYOUTS)
        self._in_title = draws.between(3, 4)
        self._style = draws.below(5)
        self._opening = draws.one(_OPENINGS).format(f"{brand} {kind} {noun.lower()}")
        # Words that every shopper's sentence holds: who searches for the whole sentence gets these
        # products first, who searches for the thing does not.
        self._closings = draws.some(_CLOSINGS, draws.between(0, 1))
        if draws.chance(_CHATTY_SHARE):
            self._closings += draws.some(_CHATTER, draws.between(2, 4))
        if draws.chance(_STUFFED_SHARE):
            self._closings.insert(0, "Also known as: " + ", ".join(said) + ".")
        self._last_bullet = draws.one(_LAST_BULLETS) if draws.chance(0.5) else ""

    def title(self, features: list[Feature]) -> str:
        """Names the brand first, then the kind and noun with the first two to four features."""
        shown = features[: self._in_title]
        if self._layout == 0:
            listed = ", ".join(titled(feature.words) for feature in shown)
            return f"{self._brand} {self._name} - {listed}"
        lead = [titled(feature.words) for feature in shown if not feature.link]
        head = f"{self._brand} {self._name}"
        if self._layout == 1 and lead:
            head = f"{self._brand} {lead.pop(0)} {self._name}"
        for link in ("with", "for"):
            joined = " and ".join(titled(f.words) for f in shown if f.link == link)
            if joined:
                head = f"{head} {link} {joined}"
        return ", ".join((head, *lead))

    def bullets(self, features: list[Feature]) -> tuple[str, ...]:
        """A line for each of the second to sixth features."""
        lines = [self._bullet(feature) for feature in features[1:5]]
        if self._last_bullet:
            lines.append(self._last_bullet)
        return tuple(lines)

    def description(self, features: list[Feature]) -> str:
        """Tells of the first feature, and of all that neither title nor bullets hold."""
        told = (features[0], *features[5:])
        sentences = [self._opening, *map(_sentence, told), *self._closings]
        return " ".join(sentences)

    def _bullet(self, feature: Feature) -> str:
        words, note = feature.words, feature.note
        if self._style == 0:
            return f"{words.upper()}: {_upper_first(note)}."
        if self._style == 1:
            return f"[{titled(words)}] {_upper_first(note)}."
        if self._style == 2:
            return f"{titled(words)} - {note}"
        if self._style == 3:
            return f"{_upper_first(note)} ({words})"
        return f"{_upper_first(words)}: {note}"


def _sentence(feature: Feature) -> str:
    if feature.link == "with":
        return f"Comes with {feature.article}{feature.words}: {feature.note}."
    if feature.link == "for":
        return f"Good for {feature.article}{feature.words}: {feature.note}."
    return f"{_upper_first(feature.words)}: {feature.note}."


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
