"""What an agent's answer asks of the shop."""

from __future__ import annotations

from typing import Literal, NamedTuple

from lamer_envs.parsing import ParseCode


class ShopAction(NamedTuple):
    """An action that was understood, possible here or not.

    Attributes:
        verb: what to do.
        argument: what to search or click; never blank.
    """

    verb: Literal["search", "click"]
    argument: str


def parse_action(text: str) -> ShopAction | ParseCode:
    """Read `search[...]` or `click[...]`; case, and white space at every joint, are forgiven.

    The bracket that opens the argument must close at the very end, so that two actions are not
    taken for one. Accepts any string, in linear time.

    Returns:
        the action, `ParseCode.EMPTY` for no text or an argument without any, or
        `ParseCode.NOT_AN_ACTION`.
    """
    text = text.strip()
    if not text:
        return ParseCode.EMPTY
    head, bracket, rest = text.partition("[")
    if not bracket or not rest.endswith("]"):
        return ParseCode.NOT_AN_ACTION
    verb = head.strip()
    # Only ASCII letters: lower-casing makes letters of some lookalikes.
    if not verb.isascii() or verb.lower() not in ("search", "click"):
        return ParseCode.NOT_AN_ACTION
    argument = rest[:-1].strip()
    if not argument:
        return ParseCode.EMPTY
    if _closes_early(argument):
        return ParseCode.NOT_AN_ACTION
    return ShopAction("search" if verb.lower() == "search" else "click", argument)


def _closes_early(argument: str) -> bool:
    depth = 0
    for piece in argument.split("]")[:-1]:
        depth += piece.count("[") - 1
        if depth < 0:
            return True
    return False
