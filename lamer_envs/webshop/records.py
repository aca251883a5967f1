"""The records that the shop's rooms share: a product, and what a shopper wants."""

from __future__ import annotations

from dataclasses import dataclass

MISSING_PRICE = 100.0
"""What a product without a price costs, in dollars."""

NO_LIMIT = 1_000_000.0
"""The price limit of a shopper who names none, in dollars."""

Option = tuple[str, tuple[str, ...]]
"""An option's name and its values, lower case, in the shop's order."""


@dataclass(frozen=True, slots=True)
class Product:
    """One product of a catalogue, as the shop shows, searches and judges it.

    Attributes:
        asin: identifier, at most ten characters, upper case.
        title: as the shop shows it.
        description: the text of the page Description.
        bullets: the lines of the page Features.
        prices: in dollars; one, or the ends of the range from which the hidden price is drawn.
        category: levels joined by `›`, the general ones first.
        query: the shop department's search phrase, lower case; equal for products of one type.
        attributes: what the judge knows of the product, besides what its texts say.
        options: what a buyer chooses.
        domain: the department, such as `beauty`.
        rating: as the shop shows it.
        images: addresses of pictures, as the data give them; nothing loads them.
    """

    asin: str
    title: str
    description: str
    bullets: tuple[str, ...]
    prices: tuple[float, ...]
    category: str
    query: str
    attributes: tuple[str, ...]
    options: tuple[Option, ...]
    domain: str = ""
    rating: str = "N.A."
    images: tuple[str, ...] = ()

    @property
    def price_tag(self) -> str:
        """`$a`, or `$a to $b` for a range."""
        return " to ".join(f"${price}" for price in self.prices)

    @property
    def search_text(self) -> str:
        """What the search engine indexes: title, description, first bullet and options.

        Options are spelled `color: red, blue, and size: 8, 9`, as in the index of the original.
        """
        options = ", and ".join(f"{name}: {', '.join(values)}" for name, values in self.options)
        first = self.bullets[0] if self.bullets else ""
        return " ".join((self.title, self.description, first, options)).lower()


@dataclass(frozen=True, slots=True)
class Goal:
    """What a shopper wants, and the product it was written from.

    Attributes:
        goal_id: names the goal; equal in every process.
        asin: the product that it was written from, which scores 1.0 with the right options.
        instruction: the sentence that the agent reads, price limit included.
        attributes: at least one; each must hold of the product that is bought.
        options: values that must be chosen, in the order of `option_names`.
        option_names: the option that each value belongs to; empty where the data do not say.
        price_limit: in dollars; `NO_LIMIT` for none.
        query: of the product, for the judge.
        category: of the product, for the judge.
        title: of the product, for the judge.
    """

    goal_id: str
    asin: str
    instruction: str
    attributes: tuple[str, ...]
    options: tuple[str, ...]
    option_names: tuple[str, ...]
    price_limit: float
    query: str
    category: str
    title: str

    @property
    def task_id(self) -> str:
        """The goal's name, as the environment's `info` gives it."""
        return self.goal_id
