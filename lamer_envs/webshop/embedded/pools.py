"""Option values that several departments share, and what shoppers say for some of them."""

from __future__ import annotations

from lamer_envs.webshop.embedded.records import Choice


def values(row: str) -> tuple[str, ...]:
    """The values of a row that separates them by commas."""
    return tuple(value.strip() for value in row.split(","))


CLOTHES_COLOURS = values(
    "black, white, navy, burgundy, olive green, charcoal grey, dusty pink, mustard yellow, teal, "
    "lavender, khaki, royal blue, rust orange, cream, coral, forest green, chocolate brown, plum, "
    "sky blue, wine red, sage, mauve, camel, turquoise"
)
SHOE_COLOURS = values(
    "black, white, tan, navy, cognac brown, stone grey, red, blush pink, olive green, leopard, "
    "silver, gold, dark brown, cobalt blue, ivory, burgundy, mint, black-white, grey-lime"
)
HOME_COLOURS = values(
    "white, black, walnut, natural oak, slate grey, beige, emerald green, navy blue, terracotta, "
    "ivory, charcoal, rustic brown, blush pink, mustard, sage green, espresso, teal, cherry, "
    "weathered grey, cream, antique gold, dove grey"
)
DEVICE_COLOURS = values(
    "black, white, midnight blue, rose gold, space grey, red, silver, forest green, lavender, "
    "graphite, sky blue, coral orange, champagne gold, mint green, purple, matte black, sand"
)

CLOTHES_SIZES = values(
    "x-small, small, medium, large, x-large, xx-large, 3x-large, 4x-large, 5x-large"
)
WOMENS_SHOE_SIZES = values("5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5, 10, 10.5, 11")
MENS_SHOE_SIZES = values("7, 7.5, 8, 8.5, 9, 9.5, 10, 10.5, 11, 11.5, 12, 13, 14")

CLOTHES_COLOUR = Choice("color", CLOTHES_COLOURS, 3, 9, "in {}")
SHOE_COLOUR = Choice("color", SHOE_COLOURS, 3, 7, "in {}")
HOME_COLOUR = Choice("color", HOME_COLOURS, 3, 7, "in {}")
DEVICE_COLOUR = Choice("color", DEVICE_COLOURS, 2, 6, "in {}")
CLOTHES_SIZE = Choice("size", CLOTHES_SIZES, 4, 8, "in size {}", ordered=True)
WOMENS_SHOE_SIZE = Choice("size", WOMENS_SHOE_SIZES, 5, 10, "in size {}", ordered=True)
MENS_SHOE_SIZE = Choice("size", MENS_SHOE_SIZES, 5, 10, "in size {}", ordered=True)


def pack(row: str = "1, 2, 3, 4, 6, 8, 12") -> Choice:
    """How many come in one order, such as `pack of 3`."""
    counts = tuple(f"pack of {count}" for count in values(row))
    return Choice("item package quantity", counts, 2, 4, "as a {}", ordered=True)


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
