"""Prompts for WebShop: in full, and as few words as the pages allow for very small models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lamer_envs.meta.prompt_sets import compact, generic
from lamer_envs.meta.prompts import ACTION_LIMIT, PromptSet, clip
from lamer_envs.meta.trial import Episode, Turn
from lamer_envs.webshop.shop import BACK_TO_SEARCH, BUY, NEXT, PREVIOUS, SUB_PAGES, plain
from lamer_envs.webshop.wishes import read_instruction, stands_in, terms


def quoted_clicks(actions: Sequence[str]) -> str:
    """The clicks in one list, each in quotation marks; what to do where there are none."""
    if not actions:
        return "nothing on this page; search instead"
    return ", ".join(f"'{action}'" for action in actions)


_FORM = (
    "the one action inside <action> and </action>, for example <action>search[blue cotton "
    "shirt]</action> or <action>click[buy now]</action>"
)

DEFAULT = replace(
    generic.DEFAULT,
    rules="""\
You are shopping in a web shop for someone else. You see one page at a time, as the texts on it \
with [SEP] between them, and each turn you do one thing:

search[words] looks for products; you can search from {search_from}
click[name] clicks a button, a product (by its code of letters and digits) or an option value of \
the page, such as a colour or a size

A search finds up to 50 products, ten to a page; `Next >` and `< Prev` turn the pages. On a \
product's page you read its price, its options and, behind `Description` and `Features`, more \
about it. Click the option values that are asked for: the page does not show what you have \
chosen, but the shop remembers it until you leave the product. `Back to Search` leads to the \
search page. `Buy Now` buys the product with the options chosen and ends the attempt; you can buy \
only once. Where a price is a range, the true one is somewhere in it.

What is not possible on the page wastes the turn. You have {max_turns} turns in an attempt.""",
    goal="Goal: buy a product that is of the kind asked for, has every attribute asked for, comes "
    "with every option asked for, and costs no more than the limit. Only a purchase that is right "
    "in every point counts.",
    initial="The page at the start, with what you are asked to buy:",
    history="What you have done so far in this attempt:",
    seen="It led to this page:",
    current="The page now:",
    admissible="What you can click:",
    answer="What do you do next? Think about what is still missing: a better search, a look at a "
    "product, an option to choose, or the purchase. Then write " + _FORM + ".",
    action_form=_FORM,
    final="The attempt is over and nothing was bought that is right in every point. The last page:",
    reflect="You will run this same errand again in the same shop, with the same products and "
    "prices. Look back at what you did: which searches helped, was the product the right one, "
    "which attribute, option or price was wrong or never checked, and did you run out of turns? "
    "Think it through first; then write a short note to yourself, naming searches, products and "
    "options, inside <remark> and </remark>. The note is what you will remember.",
    format_admissible=quoted_clicks,
)


_SEPARATOR = " [SEP] "
_TASK = "Instruction:"
_RESULTS = re.compile(r"Page \d+ \(Total results: \d+\)")
_ASIN = re.compile(r"B0[0-9A-Z]{8}")
_PRICE = re.compile(r"\$(\d+(?:\.\d+)?)")
_BUTTONS = frozenset(f"click[{name}]" for name in (BACK_TO_SEARCH, PREVIOUS, NEXT, *SUB_PAGES, BUY))


def compact_page(observation: str) -> str:
    """What very small models need of a page.

    - The search page: `want`, and the terms of what is wanted.
    - Results: `found`, and for each product how many of these terms its title has, `dear` where it
      costs more than the limit, `unsure` where it may, and its click: `2 dear click[b07zvjbba2]`.
    - A product's page: `item`, and the clicks on the option values that are asked for. Pages of it:
      `read`, and the wanted terms that they hold.
    """
    parts = observation.split(_SEPARATOR)
    if _TASK not in parts:
        return ""
    task = parts.index(_TASK) + 1
    wishes, shown = read_instruction(parts[task]), parts[task + 1 :]
    if "Search" in shown:
        return " ".join(("want", *wishes.terms))
    if any(map(_RESULTS.fullmatch, shown)):
        words = ["found"]
        for place, part in enumerate(shown):
            if _ASIN.fullmatch(part):
                title, price = (*shown[place + 1 : place + 3], "", "")[:2]
                costs = [float(cost) for cost in _PRICE.findall(price)] or [0.0]
                words.append(str(len(_shared(title, wishes.terms))))
                if costs[-1] > wishes.budget:
                    words.append("dear" if costs[0] > wishes.budget else "unsure")
                words.append(f"click[{part.lower()}]")
        return " ".join(words)
    if "Buy Now" in shown:
        return " ".join(("item", *_wanted_clicks(shown, wishes.terms)))
    return " ".join(("read", *_shared(" ".join(shown), wishes.terms)))


def _wanted_clicks(shown: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The clicks on the option values that are asked for, in the order of the page."""
    return [
        f"click[{plain(part)}]"
        for part in shown
        if part not in _OPTION_NAMES and terms(part) and stands_in(part, wanted)
    ]


# A page does not tell the name of an option from its values, and wishes say both.
_OPTION_NAMES = frozenset(
    (
        "capacity",
        "color",
        "compatible model",
        "fit type",
        "flavor name",
        "item package quantity",
        "layout",
        "panels",
        "pattern name",
        "plug",
        "resolution",
        "scent",
        "set",
        "shape",
        "size",
        "storage",
        "style",
        "sun protection",
        "width",
    )
)


def _shared(text: str, wanted: Sequence[str]) -> list[str]:
    """The wanted terms that a text holds, in the order of the wishes, each once."""
    held = frozenset(terms(text))
    return [term for term in dict.fromkeys(wanted) if term in held]


def compact_clicks(actions: Sequence[str]) -> str:
    """The buttons: products, and the option values that are asked for, stand on the page."""
    return " ".join([action for action in actions if action in _BUTTONS])


def compact_turn(turn: Turn) -> str:
    """The action alone, or `bad` where it was none or was not possible."""
    return clip(" ".join(turn.action.split()), ACTION_LIMIT) if turn.action_valid else "bad"


def compact_attempt(prompts: PromptSet, number: int, episode: Episode) -> str:
    """`try search[...] click[...]`: the actions in order."""
    return " ".join(("try", *(compact_turn(turn) for turn in episode.turns)))


COMPACT = replace(
    compact.BASE,
    # What was done last stands last: a model of two layers finds what follows it on the page.
    play_layout=("memory", "admissible", "current", "history", "answer"),
    # The page after a purchase does not say what was asked for.
    reflect_layout=("initial", "final", "attempt", "reflect"),
    admissible="can",
    observations_in_full=1,
    format_observation=compact_page,
    format_admissible=compact_clicks,
    format_turn=compact_turn,
    format_attempt=compact_attempt,
)
