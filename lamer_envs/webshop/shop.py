"""The shop: which page a click or a search leads to. Pure rules over pages; no text, no reward."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from lamer_envs.webshop.records import Product

if TYPE_CHECKING:
    from lamer_envs.webshop.catalogue import Catalogue, Listing

PageKind = Literal[
    "search", "results", "item", "description", "features", "reviews", "attributes", "done"
]
SUB_PAGES: tuple[PageKind, ...] = ("description", "features", "reviews", "attributes")

BACK_TO_SEARCH = "back to search"
NEXT = "next >"
PREVIOUS = "< prev"
BUY = "buy now"

MAX_HITS = 50
"""How many products a search finds at most."""

PAGE_SIZE = 10
"""How many of them a results page lists."""

MAX_QUERY = 1000
"""Characters that the search bar takes; the rest of a longer query is cut off."""


@dataclass(frozen=True, slots=True)
class View:
    """Which page is open. With the goal it is the whole state of an episode.

    Attributes:
        kind: of the page; the four sub-pages belong to an item.
        query: of the last search, in the form of `plain`; empty on the search page.
        page: of the results, from 1.
        product: document number of the item in the catalogue, -1 outside of item pages.
        chosen: (option name, value) of what was chosen on the item, sorted by name.
    """

    kind: PageKind
    query: str = ""
    page: int = 1
    product: int = -1
    chosen: tuple[tuple[str, str], ...] = ()


def plain(text: str) -> str:
    """Lower case, with every run of white space a single space and none at the ends."""
    return " ".join(text.lower().split())


def offered_values(product: Product) -> dict[str, tuple[str, str]]:
    """What can be chosen on a product's page: `plain` value to the option's name and the value.

    Of two options that share a value, the later one has it: there is one thing to click.
    """
    return {plain(value): (name, value) for name, values in product.options for value in values}


class Shop:
    """The rules of the shop, shared by any number of shoppers: it holds no state of any of them.

    Where two options of an item share a value, a click on it chooses the later option's; a button
    is never hidden by an option of its name.

    Args:
        catalogue: what is sold.
        show_attributes: whether items have the sub-page Attributes, which tells what the judge
            knows.
        search_anywhere: whether one can search from every page, as in the original's text mode,
            and not from the search page alone.
    """

    __slots__ = ("_buttons", "catalogue", "search_anywhere", "show_attributes")

    def __init__(
        self, catalogue: Catalogue, *, show_attributes: bool = False, search_anywhere: bool = False
    ) -> None:
        self.catalogue = catalogue
        self.show_attributes = show_attributes
        self.search_anywhere = search_anywhere
        sub_pages = SUB_PAGES if show_attributes else SUB_PAGES[:-1]
        self._buttons = (BACK_TO_SEARCH, PREVIOUS, *sub_pages, BUY)

    def start(self) -> View:
        """The search page, where every visit begins."""
        return _START

    def can_search(self, view: View) -> bool:
        """Whether a search is possible from here."""
        return view.kind == "search" or (self.search_anywhere and view.kind != "done")

    def search(self, view: View, query: str) -> View | None:
        """The first page of the results; `None` without a search bar or without a query."""
        query = plain(query[:MAX_QUERY])
        if not query or not self.can_search(view):
            return None
        return View("results", query)

    def hits(self, view: View) -> tuple[int, ...]:
        """Document numbers of up to `MAX_HITS` products that the query finds, best first."""
        return self.catalogue.search(view.query).hits if view.query else ()

    def listed(self, view: View) -> tuple[Listing, ...]:
        """The hits on this page of the results."""
        first = PAGE_SIZE * (view.page - 1)
        return self.catalogue.listings(self.hits(view)[first : first + PAGE_SIZE])

    def has_next(self, view: View) -> bool:
        """Whether a page of results follows this one."""
        return len(self.hits(view)) > PAGE_SIZE * view.page

    def key(self, view: View) -> str:
        """Names the page's state: equal exactly where nothing can tell two views apart.

        Queries that find the same products in the same order share their keys.
        """
        if view.kind == "search":
            return "search"
        place = f"{view.kind}:{view.product}:{_spelled(view.chosen)}"
        if view.kind == "done":
            return place
        return f"{place}:{self.catalogue.search(view.query).key}:{view.page}"

    def clickables(self, view: View) -> list[str]:
        """What can be clicked, in lower case: buttons first, then products or option values."""
        kind = view.kind
        if kind == "item":
            values = self.catalogue.item(view.product).values
            return [*self._buttons, *(value for value in values if value not in self._buttons)]
        if kind == "results":
            names = [BACK_TO_SEARCH]
            if view.page > 1:
                names.append(PREVIOUS)
            if self.has_next(view):
                names.append(NEXT)
            return names + [listing.asin.lower() for listing in self.listed(view)]
        if kind in SUB_PAGES:
            return [BACK_TO_SEARCH, PREVIOUS]
        return []

    def click(self, view: View, target: str) -> View | None:
        """The page that a click leads to, or `None` where there is no such thing to click.

        Args:
            target: what to click, in any case; white space is forgiven.
        """
        target = plain(target)
        kind = view.kind
        if kind in ("search", "done"):
            return None
        if target == BACK_TO_SEARCH:
            return _START
        if kind == "results":
            return self._click_results(view, target)
        if kind == "item":
            return self._click_item(view, target)
        return replace(view, kind="item") if target == PREVIOUS else None

    def _click_results(self, view: View, target: str) -> View | None:
        if target == NEXT:
            return replace(view, page=view.page + 1) if self.has_next(view) else None
        if target == PREVIOUS:
            return replace(view, page=view.page - 1) if view.page > 1 else None
        for listing in self.listed(view):
            if listing.asin.lower() == target:
                return View("item", view.query, view.page, listing.number)
        return None

    def _click_item(self, view: View, target: str) -> View | None:
        if target == PREVIOUS:
            return View("results", view.query, view.page)
        if target == BUY:
            return replace(view, kind="done")
        for kind in SUB_PAGES:
            if target == kind and kind in self._buttons:
                return replace(view, kind=kind)
        option = self.catalogue.item(view.product).values.get(target)
        if option is None:
            return None
        chosen = dict(view.chosen)
        chosen[option[0]] = option[1]
        return replace(view, chosen=tuple(sorted(chosen.items())))


def _spelled(chosen: tuple[tuple[str, str], ...]) -> str:
    return _spell(chosen) if chosen else ""


_START = View("search")
_spell = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
