"""What one shop sells, what its shoppers want, and how purchases are judged; shared by all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from lamer_envs.webshop.judge import Verdict, judge
from lamer_envs.webshop.nouns import NounReader
from lamer_envs.webshop.prices import hidden_price
from lamer_envs.webshop.records import Goal, Product
from lamer_envs.webshop.shop import MAX_HITS, offered_values

_QUERIES_KEPT = 4096
_PAGES_KEPT = 4096
_ITEMS_KEPT = 4096


class Searcher(Protocol):
    """A search engine over the products, such as `SearchIndex`."""

    def search(self, query: str, k: int = 50) -> Sequence[int]:
        """Document numbers of at most `k` hits, best first."""


class Products(Protocol):
    """Products by document number, such as `ProductStore`."""

    def __len__(self) -> int:
        """Their number."""

    def __getitem__(self, number: int, /) -> Product:
        """The product of a document number."""

    def listing(self, number: int, /) -> tuple[str, str, str]:
        """ASIN, title and price tag of a product."""


class Listing(NamedTuple):
    """A product as a results page shows it."""

    number: int
    asin: str
    title: str
    price_tag: str


class Item(NamedTuple):
    """A product as its page shows it.

    Attributes:
        product: the product.
        values: what can be chosen; see `offered_values`.
        segments: of the page's text: options, title, price and rating.
    """

    product: Product
    values: Mapping[str, tuple[str, str]]
    segments: tuple[str, ...]


class Found(NamedTuple):
    """What a query finds.

    Attributes:
        hits: document numbers, best first.
        key: names the hits: queries that find the same products in the same order share it.
    """

    hits: tuple[int, ...]
    key: str


class Catalogue:
    """Products, search engine, goals, hidden prices and judge of one shop.

    Nothing in it depends on any shopper, so that one serves all environments of a process. What
    was looked at lately is kept in memory, within bounds. A copy of a catalogue is the catalogue
    itself, and a pickle holds only how to open it again.

    Args:
        products: by document number.
        index: the search engine, whose hits are document numbers of `products`.
        goals: by split, in the order in which seeds number them.
        price_seed: decides the hidden prices, together with the ASIN.
        nouns: reads a title's nouns, for the judge.
        compat: whether to judge as loosely as the original.
        reopen: gives this catalogue in another process; without it, pickling raises `TypeError`.
    """

    def __init__(
        self,
        products: Products,
        index: Searcher,
        goals: Mapping[str, Sequence[Goal]],
        *,
        price_seed: int,
        nouns: NounReader,
        compat: bool = False,
        reopen: Callable[[], Catalogue] | None = None,
    ) -> None:
        self.products = products
        self.index = index
        self.goals = goals
        self.price_seed = price_seed
        self.nouns = nouns
        self.compat = compat
        self._reopen = reopen
        self.search = lru_cache(_QUERIES_KEPT)(self._search)
        self.listings = lru_cache(_PAGES_KEPT)(self._listings)
        self.item = lru_cache(_ITEMS_KEPT)(self._item)

    def __copy__(self) -> Catalogue:
        return self

    def __deepcopy__(self, memo: Any) -> Catalogue:
        return self

    def __reduce__(self) -> tuple[Callable[[], Catalogue], tuple[()]]:
        if self._reopen is None:
            raise TypeError("this catalogue lives in one process: it cannot be opened in another")
        return self._reopen, ()

    def price(self, number: int) -> float:
        """The hidden price of a product, in dollars: what the judge compares with the limit."""
        return hidden_price(self.item(number).product, self.price_seed)

    def judge(self, goal: Goal, number: int, chosen: Sequence[tuple[str, str]]) -> Verdict:
        """What buying a product, with these (option name, value) pairs, is worth to a shopper."""
        return judge(
            goal,
            self.item(number).product,
            self.price(number),
            dict(chosen),
            self.nouns,
            compat=self.compat,
        )

    def _search(self, query: str) -> Found:
        hits = tuple(map(int, self.index.search(query, MAX_HITS)))
        digest = hashlib.blake2b(",".join(map(str, hits)).encode(), digest_size=8)
        return Found(hits, digest.hexdigest())

    def _listings(self, numbers: tuple[int, ...]) -> tuple[Listing, ...]:
        return tuple(Listing(number, *self.products.listing(number)) for number in numbers)

    def _item(self, number: int) -> Item:
        product = self.products[number]
        shown = [text for name, values in product.options for text in (name, *values)]
        shown += (product.title, f"Price: {product.price_tag}", f"Rating: {product.rating}")
        return Item(product, offered_values(product), tuple(text.strip() for text in shown))
