"""Colour words in option values: `fashion navy 01` and `dark navy` are one colour to the judge."""

from __future__ import annotations

from functools import lru_cache

_WORDS = """
alabaster apricot aqua ash asphalt azure banana beige black blue blush bordeaux bronze brown
burgundy camel camo caramel champagne charcoal cheetah chestnut chocolate christmas coffee
cognac copper coral cranberry cream crystal dark denim eggplant elephant espresso fuchsia gold
granite grape graphite grass gray green grey heather indigo ivory ivy khaki lavender lemon
leopard light lilac lime magenta maroon mauve merlot midnight mint mocha multicolor mushroom
mustard natural navy nude olive orange peach pewter pink plum purple rainbow red rose royal
rust sand sapphire seashell silver skull slate steel stone stonewash sunflower tan taupe teal
tiger turquoise violet walnut wheat white wine yellow
"""
COLOURS = tuple(_WORDS.split())
"""The colour words of WebShop (Yao et al., 2022), in the order in which they are looked for."""


@lru_cache(maxsize=1 << 14)
def normalise_colour(value: str) -> str:
    """The first colour word, in the order of `COLOURS`, that `value` contains; else `value`.

    As published, words are looked for inside words too, and in values of every option: `titan`
    and a size `standard` both become `tan`, and `light blue` becomes `blue`.
    """
    return next((colour for colour in COLOURS if colour in value), value)
