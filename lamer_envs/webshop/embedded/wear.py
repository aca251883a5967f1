"""What is true of many things to wear: features that the types of the fashion department share."""

from __future__ import annotations

from lamer_envs.webshop.embedded.pools import choice
from lamer_envs.webshop.embedded.records import before, for_, with_, without

CLOTH = (
    before("machine washable", "cold cycle, then hang to dry", "that survives a cold cycle"),
    before(
        "wrinkle resistant", "out of the suitcase and on", "that I can wear out of the suitcase"
    ),
    before("cotton", "woven from a soft natural yarn", "made of natural yarn", rival="yarn"),
    before("polyester", "a smooth yarn that dries fast", "of yarn that dries fast", rival="yarn"),
    before("linen", "a cool yarn spun from flax", "spun from flax", rival="yarn"),
)
TOPS = (
    before("long sleeve", "covers the arms to the wrist", "that covers the arms", rival="sleeve"),
    before("short sleeve", "ends above the elbow", "that ends above the elbow", rival="sleeve"),
    before("loose fit", "falls freely from the shoulders", "that falls freely", rival="fit"),
    before("slim fit", "follows the body closely", "that follows the body", rival="fit"),
    with_("a v neck", "the collar dips to a point", "where the collar dips", rival="neck"),
    with_("a crew neck", "a round collar close to the throat", "with a round collar", rival="neck"),
)
BOTTOMS = (
    with_(
        "an elastic waist",
        "stretches after a big lunch",
        "that stretches after lunch",
        rival="waist",
    ),
    with_("a drawstring closure", "a cord ties it at the hips", "that a cord ties", rival="waist"),
    with_("pockets", "deep enough for phone and keys", "deep enough for my phone"),
    before("quick dry", "from soaked to fresh within the hour", "that is fresh within the hour"),
    before("four way stretch", "bends with you in a squat", "that bends with me"),
)
USES = (
    for_("everyday wear", "right for errands, school and sofa", "right for errands"),
    for_("parties", "dressy enough for a celebration", "dressy enough for a celebration"),
    for_("office work", "smart at the desk and in meetings", "that is smart in meetings"),
)
SHOES = (
    with_("a rubber sole", "grips on wet pavement", "that grips on wet pavement", rival="sole"),
    with_("an eva sole", "light foam under the heel", "with light foam below", rival="sole"),
    with_(
        "memory foam", "an insole that remembers your step", "with an insole that remembers my step"
    ),
    with_("arch support", "lifts the middle of the foot", "that lifts the middle of the foot"),
    before("slip resistant", "safe on kitchen tiles", "that is safe on tiles"),
    before("leather", "full grain cowskin that ages well", "made of cowskin", rival="upper"),
    before(
        "faux hide",
        "looks like the real thing, comes from no cow",
        "that looks like the real thing",
        rival="upper",
    ),
    before("mesh", "an airy net over the toes", "with an airy net", rival="upper"),
    with_("a wide toe box", "room for toes to spread", "with room for toes to spread"),
    before("waterproof", "dry socks after an hour of rain", "that keeps socks dry"),
)
CLOSING = (
    before("lace up", "six eyelets and a flat cord", "tied with a cord", rival="closing"),
    before("slip on", "no fastening, just step in", "that I just step in", rival="closing"),
    with_(
        "a zipper closure",
        "opens at the side in one pull",
        "that opens in one pull",
        rival="closing",
    ),
    with_("a buckle strap", "a metal prong over the instep", "with a metal prong", rival="closing"),
)
SHOE_USES = (
    for_("walking", "made for many miles a day", "made for many miles"),
    for_("standing all day", "nurses and cooks swear by it", "that nurses swear by"),
    *without(USES, "everyday wear"),
)
CUT = choice("fit type", "regular, petite, tall, plus", 3, 3, "in the {} fit")
MENS_CUT = choice("fit type", "regular, big and tall, athletic, short", 3, 3, "in the {} fit")
WIDTH = choice("width", "narrow, standard, wide, extra wide", 3, 3, "in {} width", ordered=True)
WOMENS_PATTERNS = "solid, floral, polka dot, striped, tie dye, paisley, gingham, leopard print"
