"""The text of the shop's pages, segment by segment as the original's text mode has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamer_envs.webshop.shop import Shop, View

if TYPE_CHECKING:
    from lamer_envs.webshop.judge import Verdict

SEPARATOR = " [SEP] "

MAX_PAGE = 1 << 14
"""Characters of a page; a longer one is cut off and ends with an ellipsis."""

_NO_REVIEWS = "No reviews found"


def render(shop: Shop, view: View, instruction: str, *, verdict: Verdict | None = None) -> str:
    """The page as one text, its segments joined by `SEPARATOR`.

    Args:
        instruction: what the shopper wants; part of every page but the last.
        verdict: shown on the last page where it is given.
    """
    page = SEPARATOR.join(segments(shop, view, instruction, verdict=verdict))
    return page if len(page) <= MAX_PAGE else page[: MAX_PAGE - 1] + "…"


def segments(
    shop: Shop, view: View, instruction: str, *, verdict: Verdict | None = None
) -> list[str]:
    """The page's segments, in order; texts that are empty leave none."""
    task = ["Instruction:", instruction.strip()]
    kind = view.kind
    if kind == "search":
        return ["WebShop", *task, "Search"]
    if kind == "done":
        return _done(verdict)
    task.append("Back to Search")
    if kind == "results":
        return task + _results(shop, view)
    task.append("< Prev")
    item = shop.catalogue.item(view.product)
    product = item.product
    if kind == "description":
        texts: tuple[str, ...] = (product.description,)
    elif kind == "features":
        texts = product.bullets
    elif kind == "reviews":
        texts = (_NO_REVIEWS,)
    elif kind == "attributes":
        texts = (*product.attributes, product.domain, product.query, product.category)
    else:
        texts = item.segments
        buttons = ["Description", "Features", "Reviews", "Attributes", "Buy Now"]
        if not shop.show_attributes:
            buttons.remove("Attributes")
        return [*task, *texts, *buttons]
    return task + [text for part in texts if (text := part.strip())]


def _results(shop: Shop, view: View) -> list[str]:
    found = [f"Page {view.page} (Total results: {len(shop.hits(view))})"]
    if view.page > 1:
        found.append("< Prev")
    if shop.has_next(view):
        found.append("Next >")
    for listing in shop.listed(view):
        found += (listing.asin, listing.title.strip(), listing.price_tag)
    return found


def _done(verdict: Verdict | None) -> list[str]:
    thanks = ["Thank you for shopping with us!"]
    if verdict is not None:
        thanks += ["Your score (min 0.0, max 1.0)", str(verdict.score)]
    return thanks
