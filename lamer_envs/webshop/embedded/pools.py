"""Options that several departments share, and what shoppers say for some of their values."""

from __future__ import annotations

from lamer_envs.webshop.embedded.records import Choice


def choice(
    name: str, row: str, fewest: int, most: int, phrase: str, ordered: bool = False
) -> Choice:
    """An option whose values a row separates by commas."""
    values = tuple(value.strip() for value in row.split(","))
    return Choice(name, values, fewest, most, phrase, ordered)


CLOTHES_COLOUR = choice(
    "color",
    "black, white, navy, burgundy, olive green, charcoal grey, dusty pink, mustard "
    "yellow, teal, lavender, khaki, royal blue, rust orange, cream, coral, forest "
    "green, chocolate brown, plum, sky blue, wine red, sage, mauve, camel, turquoise",
    4,
    12,
    "in {}",
)
SHOE_COLOUR = choice(
    "color",
    "black, white, tan, navy, cognac brown, stone grey, red, blush pink, olive green, "
    "leopard, silver, gold, dark brown, cobalt blue, ivory, burgundy, mint, "
    "black-white, grey-lime",
    4,
    10,
    "in {}",
)
HOME_COLOUR = choice(
    "color",
    "white, black, walnut, natural oak, slate grey, beige, emerald green, navy blue, "
    "terracotta, ivory, charcoal, rustic brown, blush pink, mustard, sage green, "
    "espresso, teal, cherry, weathered grey, cream, antique gold, dove grey",
    4,
    10,
    "in {}",
)
DEVICE_COLOUR = choice(
    "color",
    "black, white, midnight blue, rose gold, space grey, red, silver, forest green, "
    "lavender, graphite, sky blue, coral orange, champagne gold, mint green, purple, "
    "matte black, sand",
    3,
    9,
    "in {}",
)
CLOTHES_SIZE = choice(
    "size",
    "x-small, small, medium, large, x-large, xx-large, 3x-large, 4x-large, 5x-large",
    5,
    8,
    "in size {}",
    ordered=True,
)
WOMENS_SHOE_SIZE = choice(
    "size",
    "5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5, 10, 10.5, 11",
    6,
    12,
    "in size {}",
    ordered=True,
)
MENS_SHOE_SIZE = choice(
    "size",
    "7, 7.5, 8, 8.5, 9, 9.5, 10, 10.5, 11, 11.5, 12, 13, 14",
    6,
    12,
    "in size {}",
    ordered=True,
)


def pack(row: str = "1, 2, 3, 4, 6, 8, 12") -> Choice:
    """How many come in one order, such as `pack of 3`."""
    counts = row.split(",")
    packs = ", ".join(f"pack of {count.strip()}" for count in counts)
    most = min(4, len(counts) - 1)
    return choice("item package quantity", packs, 2, most, "as a {}", ordered=True)


SPOKEN = {
    "x-small": "extra small",
    "x-large": "extra large",
    "xx-large": "double extra large",
    "navy": "navy blue",
    "navy blue": "navy",
    "black-white": "black and white",
    "grey-lime": "grey and lime green",
    "space grey": "space gray",
    "slate grey": "slate gray",
    "pack of 2": "two pack",
    "pack of 3": "three pack",
    "pack of 4": "four pack",
    "pack of 6": "six pack",
}
"""Option value to what a shopper may say for it."""
