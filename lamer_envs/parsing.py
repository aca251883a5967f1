"""Extraction of tagged text from a model's response: the one place that reads tags."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class ParseCode(str, Enum):
    """Why an answer was or was not understood; `info["parse"]` holds the value."""

    OK = "ok"
    NO_TAG = "no_tag"
    """The response holds no complete tag of the kind that was asked for."""
    EMPTY = "empty"
    """The tag is there, with nothing but white space in it."""
    NOT_AN_ACTION = "not_an_action"
    """The text is not exactly an action (or list of actions) of the environment."""
    TOO_MANY = "too_many"
    """More actions than one turn allows."""
    OUTSIDE = "outside"
    """The action names a place that does not exist, such as a cell off the board."""
    REPEATED = "repeated"
    """The action was understood and is no longer possible, such as opening an opened cell."""


class Extraction(NamedTuple):
    """The text inside the last complete tag of a response.

    Attributes:
        text: the stripped text inside the tag; empty unless `code` is `OK`.
        code: `OK`, `NO_TAG` or `EMPTY`.
    """

    text: str
    code: ParseCode


def extract_tag(response: str, tag: str) -> Extraction:
    """Return what stands in the last complete `<tag>…</tag>` of `response`.

    Only the last opening tag that is closed counts, up to its first closing tag, so tags quoted
    earlier in the reasoning are passed over. Tag names match in any ASCII case. Accepts any
    string, lone surrogates included, in linear time.
    """
    data = response.encode("utf-8", "surrogatepass")
    place = _last_tag(data, tag)
    if place is None:
        return Extraction("", ParseCode.NO_TAG)
    _, start, end = place
    text = data[start:end].decode("utf-8", "surrogatepass").strip()
    return Extraction(text, ParseCode.OK) if text else Extraction("", ParseCode.EMPTY)


def text_before_tag(response: str, tag: str) -> str:
    """What stands before the tag that `extract_tag` reads, stripped; all of it where there is none.

    In a response to a play prompt this is what the model thought before it acted.
    """
    data = response.encode("utf-8", "surrogatepass")
    place = _last_tag(data, tag)
    before = data if place is None else data[: place[0]]
    return before.decode("utf-8", "surrogatepass").strip()


def _last_tag(data: bytes, tag: str) -> tuple[int, int, int] | None:
    """Where the last complete tag opens, and where the text in it begins and ends."""
    # Bytes fold ASCII letters only, so lookalikes such as the Kelvin sign form no tag and offsets
    # stay put; `str.lower` may even change the length of a string.
    folded = data.lower()
    opening_tag, closing_tag = f"<{tag}>".encode(), f"</{tag}>".encode()
    opening = folded.rfind(opening_tag, 0, max(folded.rfind(closing_tag), 0))
    if opening < 0:
        return None
    start = opening + len(opening_tag)
    return opening, start, folded.find(closing_tag, start)
