"""What a page of the shop shows, gathered for the templates."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from lamer_envs.webshop.judge import Verdict
from lamer_envs.webshop.records import NO_LIMIT, Goal, Product
from lamer_envs.webshop.serve.pictures import picture
from lamer_envs.webshop.shop import PAGE_SIZE, SUB_PAGES, Shop, View, plain


@dataclass(frozen=True, slots=True)
class Result:
    """A product on a page of results; `target` is what a click on it names."""

    target: str
    asin: str
    title: str
    price_tag: str
    rating: str
    picture: Markup


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of an option; `target` is empty where a button or another option's value hides it."""

    target: str
    value: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Screen:
    """A page of the shop.

    Attributes:
        kind: of the `View`.
        query: of the last search.
        can_search: whether there is a search bar.
        targets: what can be clicked.
        results: on a page of results.
        total, page, pages: how many hits there are, and which page of how many this is.
        product: on an item's pages, or bought.
        picture: of the product.
        options: name and values of each option of the product.
        chosen: (option name, value) of what was chosen.
        tabs: the item's sub-pages.
        texts: lines of a sub-page.
    """

    kind: str
    query: str
    can_search: bool
    targets: frozenset[str]
    results: tuple[Result, ...] = ()
    total: int = 0
    page: int = 1
    pages: int = 1
    product: Product | None = None
    picture: Markup | None = None
    options: tuple[tuple[str, tuple[Choice, ...]], ...] = ()
    chosen: tuple[tuple[str, str], ...] = ()
    tabs: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


def screen(shop: Shop, view: View) -> Screen:
    """The page that a view is."""
    targets = frozenset(shop.clickables(view))
    can_search = shop.can_search(view)
    if view.kind == "search":
        return Screen(view.kind, view.query, can_search, targets)
    if view.kind == "results":
        total = len(shop.hits(view))
        return Screen(
            view.kind,
            view.query,
            can_search,
            targets,
            results=_results(shop, view),
            total=total,
            page=view.page,
            pages=max(1, -(-total // PAGE_SIZE)),
        )
    product = shop.catalogue.item(view.product).product
    bare = View("item", view.query, view.page, view.product)
    on_item = frozenset(shop.clickables(bare))
    chosen = dict(view.chosen)
    options = []
    for name, values in product.options:
        choices = []
        for value in values:
            target = plain(value)
            clicked = shop.click(bare, target)
            reachable = clicked is not None and clicked.chosen == ((name, value),)
            choices.append(Choice(target if reachable else "", value, chosen.get(name) == value))
        options.append((name, tuple(choices)))
    return Screen(
        view.kind,
        view.query,
        can_search,
        targets,
        page=view.page,
        product=product,
        picture=picture(product, chosen),
        options=tuple(options),
        chosen=view.chosen,
        tabs=tuple(name for name in SUB_PAGES if name in on_item),
        texts=_texts(product, view.kind),
    )


def _results(shop: Shop, view: View) -> tuple[Result, ...]:
    rows = []
    for listing in shop.listed(view):
        product = shop.catalogue.item(listing.number).product
        rows.append(
            Result(
                listing.asin.lower(),
                listing.asin,
                listing.title,
                listing.price_tag,
                product.rating,
                picture(product, {}),
            )
        )
    return tuple(rows)


def _texts(product: Product, kind: str) -> tuple[str, ...]:
    texts = {
        "description": (product.description,),
        "features": product.bullets,
        "attributes": (
            *product.attributes,
            *(text for text in (product.domain, product.query, product.category) if text),
        ),
    }.get(kind, ())
    return tuple(text for text in texts if text.strip())


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the score: what was asked for, what came of it, and whether it counts."""

    name: str
    wanted: str
    found: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Score:
    """A verdict in words.

    Attributes:
        value: in [0, 1].
        kind: the line on the type of the product, which multiplies the rest.
        kind_factor: 1, 0.5, 0.1 or 0.
        parts: the lines of attributes, options and price.
        hits: how many of the parts are hits.
    """

    value: float
    kind: Part
    kind_factor: float
    parts: tuple[Part, ...]
    hits: int

    @property
    def lines(self) -> tuple[Part, ...]:
        """All lines, in order."""
        return (self.kind, *self.parts)


def score(goal: Goal, view: View, shop: Shop, verdict: Verdict) -> Score:
    """The parts of the score of a purchase.

    Args:
        view: the page after the purchase.
    """
    if verdict.query_match:
        why = "same department"
    elif verdict.category_match:
        why = "same kind of product"
    else:
        why = f"titles share {verdict.title_overlap:.0%} of their nouns"
    chosen = dict(view.chosen)
    names = goal.option_names or ("",) * len(goal.options)
    price = shop.catalogue.price(view.product)
    limit = "any" if goal.price_limit >= NO_LIMIT else f"at most ${goal.price_limit:,.2f}"
    parts = [
        Part("attribute", wanted, "there" if hit else "not found on the product", hit)
        for wanted, hit in zip(goal.attributes, verdict.attribute_hits, strict=True)
    ]
    parts += [
        Part(name or "option", wanted, _taken(name, chosen), hit)
        for name, wanted, hit in zip(names, goal.options, verdict.option_hits, strict=True)
    ]
    parts.append(Part("price", limit, f"${price:,.2f} at the till", verdict.price_ok))
    return Score(
        verdict.score,
        Part("kind", goal.query, why, verdict.type_score == 1.0),
        verdict.type_score,
        tuple(parts),
        sum(part.hit for part in parts),
    )


def _taken(name: str, chosen: dict[str, str]) -> str:
    if name:
        return f"you took {chosen[name]}" if name in chosen else "nothing chosen"
    return f"you took {', '.join(chosen.values())}" if chosen else "nothing chosen"
