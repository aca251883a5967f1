"""A catalogue of two dozen products that can be read at a glance, with a search by shared words."""

from __future__ import annotations

from collections.abc import Sequence

from lamer_envs.webshop.catalogue import Catalogue
from lamer_envs.webshop.nouns import rule_nouns
from lamer_envs.webshop.records import Goal, Product

SOFA = Product(
    asin="B000SOFA01",
    title="Velvet Three Seater Sofa with Oak Legs",
    description="A sofa for small rooms. Easy to assemble.",
    bullets=("Oak legs", "Stain resistant velvet"),
    prices=(400.0, 600.0),
    category="Home & Kitchen › Furniture › Sofas",
    query="sofas",
    attributes=("easy assemble", "stain resistant"),
    options=(("color", ("navy blue", "grey")), ("size", ("72 inch", "84 inch", "grey"))),
    domain="furniture",
)
BARE = Product(
    asin="B000BARE02",
    title="  Plain Rug ",
    description="",
    bullets=(),
    prices=(100.0,),
    category="Home & Kitchen › Rugs",
    query="rugs",
    attributes=(),
    options=(),
)
ODD = Product(
    asin="B0ODDBOX03",
    title="Box [6 pack]",
    description="Boxes.",
    bullets=("", "one"),
    prices=(5.5,),
    category="Garden › Boxes",
    query="boxes",
    attributes=("stackable",),
    options=(("count", ("6 pack [new]", "Buy Now", "two  spaces", "reviews", "attributes")),),
)
LAMPS = tuple(
    Product(
        asin=f"B00LAMP{number:03}",
        title=f"Desk Lamp Model {number}",
        description=f"Lamp number {number}.",
        bullets=("Dimmable",),
        prices=(10.0 + number,),
        category="Home & Kitchen › Lighting › Desk Lamps",
        query="desk lamps",
        attributes=("dimmable",),
        options=(("color", ("black", "white")),),
    )
    for number in range(23)
)
PRODUCTS = (SOFA, BARE, ODD, *LAMPS)
GOAL = Goal(
    goal_id="sofa-1",
    asin=SOFA.asin,
    instruction="i want an easy assemble sofa in navy blue, 84 inch, under 700.00 dollars",
    attributes=("easy assemble",),
    options=("navy blue", "84 inch"),
    option_names=("color", "size"),
    price_limit=700.0,
    query=SOFA.query,
    category=SOFA.category,
    title=SOFA.title,
)


class WordSearch:
    """Products that share a word with the query, those that share more of them first."""

    def __init__(self, products: Sequence[Product]) -> None:
        self.words = [set(product.search_text.split()) for product in products]

    def search(self, query: str, k: int = 50) -> Sequence[int]:
        wanted = set(query.lower().split())
        shared = [len(wanted & words) for words in self.words]
        order = sorted(range(len(shared)), key=lambda number: (-shared[number], number))
        return [number for number in order if shared[number]][:k]


class Shelf(tuple[Product, ...]):
    """Products in memory."""

    def listing(self, number: int) -> tuple[str, str, str]:
        product = self[number]
        return product.asin, product.title, product.price_tag


def tiny_catalogue(products: Sequence[Product] = PRODUCTS) -> Catalogue:
    return Catalogue(
        Shelf(products), WordSearch(products), {"train": (GOAL,)}, price_seed=0, nouns=rule_nouns
    )
