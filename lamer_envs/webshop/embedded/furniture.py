"""What the home department sells to sit, sleep and put things on."""

from __future__ import annotations

from lamer_envs.webshop.embedded.pools import HOME_COLOUR, choice, pack
from lamer_envs.webshop.embedded.records import ProductType, before, for_, only, with_, without

STURDY = (
    before("easy to assemble", "two people, one key, half an hour", "that goes up in half an hour"),
    before("space saving", "made for narrow flats", "made for narrow flats"),
    before("solid wood", "sawn planks and no chipboard", "without chipboard", rival="body"),
    with_("a steel frame", "welded tubes that do not wobble", "on welded tubes", rival="body"),
    before("heavy duty", "holds six hundred pounds", "that holds six hundred pounds"),
    before(
        "mid century",
        "slanted legs as in the fifties",
        "with slanted legs as in the fifties",
        rival="look",
    ),
    before("contemporary", "clean lines without ornament", "with clean lines", rival="look"),
    before(
        "farmhouse style",
        "as if from a barn in the country",
        "that looks as if from a barn",
        rival="look",
    ),
    for_("small spaces", "fits a corner of four feet", "that fits a corner"),
)
ROOMS = (
    for_("living rooms", "where guests will see it", "for where guests see it", rival="room"),
    for_("bedrooms", "for where you sleep", "for where I sleep", rival="room"),
    for_("eating areas", "near the table where you dine", "for where we dine", rival="room"),
)
_SEATS = (
    with_("lumbar support", "a curve for the lower back", "with a curve for the lower back"),
    with_("high density foam", "a cushion that does not sag", "with a cushion that does not sag"),
    before("faux leather", "wipes clean like hide", "that looks like hide", rival="cover"),
    before("velvet", "a short dense pile that shimmers", "with a dense pile", rival="cover"),
    before("linen fabric", "a cool weave of flax", "with a weave of flax", rival="cover"),
)


FURNITURE = (
    ProductType(
        "sofas and couches",
        ("Furniture", "Living Room", "Sofas"),
        ("Sofa", "Sofa Couch", "Upholstered Sofa"),
        ("a sofa", "a couch", "a settee"),
        ("sectional", "loveseat", "sleeper", "chesterfield"),
        (
            *only(STURDY, "easy to assemble", "space saving"),
            *without(STURDY, "easy to assemble", "space saving", "solid wood", "steel frame"),
            *_SEATS,
            with_("storage space", "lift the seat for blankets", "with room for blankets"),
            with_(
                "removable covers",
                "unzip them for the laundry",
                "that I can unzip for the laundry",
            ),
            with_("usb ports", "sockets for phones in the arm", "with sockets in the arm"),
        ),
        (
            HOME_COLOUR,
            choice(
                "size",
                "52 inch, 60 inch, 72 inch, 78 inch, 84 inch, 110 inch",
                3,
                5,
                "in the {} size",
                ordered=True,
            ),
            choice("style", "left facing, right facing, with ottoman", 2, 2, "in the {} style"),
        ),
        (190, 860),
    ),
    ProductType(
        "coffee tables",
        ("Furniture", "Living Room", "Tables"),
        ("Coffee Table", "Living Room Coffee Table", "Coffee Cocktail Table"),
        ("a coffee table", "a low table", "a table to put before the sofa"),
        ("lift top", "nesting", "round", "industrial"),
        (
            *STURDY,
            with_("a storage shelf", "a second board for magazines", "with a board for magazines"),
            with_(
                "a tempered glass top",
                "clear and hard to break",
                "that is clear and hard to break",
            ),
            with_("metal legs", "thin black feet of iron", "on feet of iron"),
            before(
                "scratch resistant", "keys and cups leave no trace", "where cups leave no trace"
            ),
            with_("adjustable feet", "level on any floor", "that is level on any floor"),
        ),
        (
            HOME_COLOUR,
            choice(
                "size",
                "32 inch, 36 inch, 40 inch, 44 inch, 48 inch",
                3,
                4,
                "in the {} size",
                ordered=True,
            ),
        ),
        (55, 340),
    ),
    ProductType(
        "bookcases",
        ("Furniture", "Office", "Bookcases"),
        ("Bookcase", "Bookshelf Bookcase", "Open Shelf Bookcase"),
        ("a bookcase", "a bookshelf", "shelves for my books"),
        ("ladder", "barrister", "wall mounted", "cube"),
        (
            *STURDY,
            with_(
                "adjustable shelves",
                "move the boards in steps of an inch",
                "where I can move the boards",
            ),
            with_("glass doors", "keeps dust off the spines", "that keeps dust off"),
            with_(
                "anti tip straps",
                "screws to the wall for child safety",
                "that screws to the wall",
            ),
            with_("a drawer", "hides chargers and pens", "that hides my chargers"),
            before("open back", "light comes through from behind", "where light comes through"),
        ),
        (
            HOME_COLOUR,
            choice(
                "style",
                "2 tier, 3 tier, 4 tier, 5 tier, 6 tier",
                3,
                4,
                "in the {} style",
                ordered=True,
            ),
        ),
        (48, 290),
    ),
    ProductType(
        "bed frames",
        ("Furniture", "Bedroom", "Beds"),
        ("Bed Frame", "Platform Bed Frame", "Upholstered Bed Frame"),
        ("a bed frame", "a bed", "a bedstead"),
        ("canopy", "low profile", "wingback", "bunk"),
        (
            *without(STURDY, "small spaces"),
            with_(
                "no need for a box spring",
                "slats carry the mattress alone",
                "that carries the mattress alone",
            ),
            with_("a headboard", "lean back and read", "that I can lean back on"),
            with_("under bed storage", "a foot of room for boxes", "with a foot of room for boxes"),
            before("noise free", "no squeak when you turn", "that does not squeak"),
            with_("led lights", "a glowing strip along the edge", "with a glowing strip"),
            with_(
                "wood slats",
                "fourteen strips three inches apart",
                "with strips three inches apart",
            ),
        ),
        (
            HOME_COLOUR,
            choice(
                "size",
                "twin, twin xl, full, queen, king, california king",
                4,
                5,
                "in {} size",
                ordered=True,
            ),
            choice("style", "frame only, with mattress, with nightstand", 2, 2, "in the {} style"),
        ),
        (110, 520),
    ),
    ProductType(
        "office chairs",
        ("Furniture", "Office", "Chairs"),
        ("Office Chair", "Desk Chair", "Computer Chair"),
        ("an office chair", "a desk chair", "a chair for my desk"),
        ("executive", "drafting", "mesh back", "kneeling"),
        (
            *only(STURDY, "easy to assemble", "heavy duty", "mid century", "contemporary"),
            *_SEATS,
            with_("a padded headrest", "props up the neck on long calls", "that props up the neck"),
            with_("adjustable arms", "up, down and sideways", "with arms that go up and down"),
            with_("a footrest", "pulls out to put your legs up", "so that I can put my legs up"),
            with_("a swivel base", "turns all the way around", "that turns all the way"),
            with_("quiet wheels", "rolls over wood without a mark", "that rolls without a mark"),
            before("height adjustable", "a lever lifts it by five inches", "that a lever lifts"),
        ),
        (
            HOME_COLOUR,
            choice(
                "style",
                "armless, flip up arms, fixed arms, with ottoman",
                3,
                3,
                "in the {} style",
            ),
        ),
        (62, 330),
    ),
    ProductType(
        "bar stools",
        ("Furniture", "Kitchen", "Stools"),
        ("Bar Stools", "Counter Bar Stools", "Kitchen Bar Stools"),
        ("some bar stools", "some counter stools", "some high chairs for my kitchen counter"),
        ("backless", "saddle", "swivel", "wicker"),
        (
            *STURDY,
            *without(_SEATS, "lumbar support", "high density foam"),
            *only(ROOMS, "eating areas"),
            with_("a footrest ring", "a bar for tired feet", "with a bar for tired feet"),
            with_("floor protectors", "felt under each leg", "with felt under each leg"),
            before("stackable", "piles up in a closet", "that piles up in a closet"),
            before("height adjustable", "a lever lifts it by eight inches", "that a lever lifts"),
        ),
        (
            HOME_COLOUR,
            choice(
                "size",
                "24 inch, 26 inch, 29 inch, 30 inch",
                3,
                3,
                "in the {} size",
                ordered=True,
            ),
            pack("1, 2, 3, 4"),
        ),
        (45, 260),
    ),
)
