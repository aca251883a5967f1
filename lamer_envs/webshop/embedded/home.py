"""What the home and garden department sells."""

from __future__ import annotations

from lamer_envs.webshop.embedded.pools import HOME_COLOUR, pack, values
from lamer_envs.webshop.embedded.records import Choice, Domain, ProductType, before, for_, with_

_FURNITURE = (
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
_SOFT = (
    before("machine washable", "comes out of a warm cycle like new", "that can go in a warm cycle"),
    before("fade resistant", "keeps its shade in the sun", "that keeps its shade"),
    before("pet friendly", "fur brushes off, claws do not catch", "where claws do not catch"),
    before("super soft", "you want to stroke it", "that I want to stroke"),
)
_ROOMS = (
    for_("the living room", "where guests will see it", "for where guests see it", rival="room"),
    for_("the bedroom", "for where you sleep", "for where I sleep", rival="room"),
    for_("the dining room", "near the table where you eat", "for where we eat", rival="room"),
)
_SEATS = (
    with_("lumbar support", "a curve for the lower back", "with a curve for the lower back"),
    with_("high density foam", "a cushion that does not sag", "with a cushion that does not sag"),
    before("faux leather", "wipes clean like hide", "that looks like hide", rival="cover"),
    before("velvet", "a short dense pile that shimmers", "with a dense pile", rival="cover"),
    before("linen fabric", "a cool weave of flax", "with a weave of flax", rival="cover"),
)

HOME = Domain(
    "garden",
    "Home & Kitchen",
    (
        ProductType(
            "sofas and couches",
            ("Furniture", "Living Room", "Sofas"),
            ("Sofa", "Sofa Couch", "Upholstered Sofa"),
            ("a sofa", "a couch", "a settee"),
            ("sectional", "loveseat", "sleeper", "chesterfield"),
            (
                *_FURNITURE[:2],
                *_FURNITURE[4:],
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
                Choice(
                    "size",
                    values("52 inch, 60 inch, 72 inch, 78 inch, 84 inch, 110 inch"),
                    2,
                    4,
                    "in the {} size",
                    ordered=True,
                ),
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
                *_FURNITURE,
                with_(
                    "a storage shelf", "a second board for magazines", "with a board for magazines"
                ),
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
                Choice(
                    "size",
                    values("32 inch, 36 inch, 40 inch, 44 inch, 48 inch"),
                    2,
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
            ("ladder", "corner", "wall mounted", "cube"),
            (
                *_FURNITURE,
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
                Choice(
                    "style",
                    values("2 tier, 3 tier, 4 tier, 5 tier, 6 tier"),
                    2,
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
                *_FURNITURE[:8],
                with_(
                    "no need for a box spring",
                    "slats carry the mattress alone",
                    "that carries the mattress alone",
                ),
                with_("a headboard", "lean back and read", "that I can lean back on"),
                with_(
                    "under bed storage", "a foot of room for boxes", "with a foot of room for boxes"
                ),
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
                Choice(
                    "size",
                    values("twin, twin xl, full, queen, king, california king"),
                    3,
                    5,
                    "in {} size",
                    ordered=True,
                ),
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
                *_FURNITURE[:1],
                *_FURNITURE[4:7],
                *_SEATS,
                with_(
                    "a padded headrest", "props up the neck on long calls", "that props up the neck"
                ),
                with_("adjustable arms", "up, down and sideways", "with arms that go up and down"),
                with_(
                    "a footrest", "pulls out to put your legs up", "so that I can put my legs up"
                ),
                with_("a swivel base", "turns all the way around", "that turns all the way"),
                with_(
                    "quiet wheels", "rolls over wood without a mark", "that rolls without a mark"
                ),
                before(
                    "height adjustable", "a lever lifts it by five inches", "that a lever lifts"
                ),
            ),
            (
                HOME_COLOUR,
                Choice(
                    "style",
                    values("armless, flip up arms, fixed arms, with ottoman"),
                    2,
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
                *_FURNITURE,
                *_SEATS[2:],
                *_ROOMS[2:],
                with_("a footrest ring", "a bar for tired feet", "with a bar for tired feet"),
                with_("floor protectors", "felt under each leg", "with felt under each leg"),
                before("stackable", "piles up in a closet", "that piles up in a closet"),
                before(
                    "height adjustable", "a lever lifts it by eight inches", "that a lever lifts"
                ),
            ),
            (
                HOME_COLOUR,
                Choice(
                    "size",
                    values("24 inch, 26 inch, 29 inch, 30 inch"),
                    2,
                    3,
                    "in the {} size",
                    ordered=True,
                ),
                pack("1, 2, 3, 4"),
            ),
            (45, 260),
        ),
        ProductType(
            "area rugs",
            ("Home Decor", "Rugs"),
            ("Area Rug", "Rug", "Floor Rug Carpet"),
            ("an area rug", "a rug", "a carpet"),
            ("persian", "trellis", "shag", "moroccan", "medallion"),
            (
                *_SOFT,
                *_ROOMS,
                before("stain resistant", "wine and coffee bead up", "where wine beads up"),
                with_("a non slip backing", "rubber dots grip the floor", "that grips the floor"),
                before("low pile", "doors swing over it, robots too", "that doors swing over"),
                before("hand tufted", "each tuft punched by a craftsman", "punched by a craftsman"),
                before(
                    "jute",
                    "plaited from a golden plant fiber",
                    "plaited from plant fiber",
                    rival="fiber",
                ),
                before(
                    "wool",
                    "sheared, spun and felted fiber",
                    "of fiber that was sheared",
                    rival="fiber",
                ),
                for_(
                    "high traffic areas",
                    "hallways and playrooms wear it down slowly",
                    "for a busy hallway",
                ),
            ),
            (
                HOME_COLOUR,
                Choice(
                    "size",
                    values(
                        "2 x 3 ft, 3 x 5 ft, 4 x 6 ft, 5 x 8 ft, 6 x 9 ft, 8 x 10 ft, 9 x 12 ft"
                    ),
                    3,
                    6,
                    "in size {}",
                    ordered=True,
                ),
            ),
            (28, 310),
        ),
        ProductType(
            "window curtains",
            ("Home Decor", "Curtains"),
            ("Curtains", "Window Curtains", "Curtain Panels"),
            ("some curtains", "some drapes", "some window curtains"),
            ("sheer", "damask", "boho", "geometric"),
            (
                *_SOFT[:2],
                *_SOFT[3:],
                *_ROOMS,
                before("blackout", "dark as night at noon", "that makes it dark at noon"),
                before(
                    "energy efficient",
                    "keeps heat out in August and in come January",
                    "that keeps heat out",
                ),
                before("noise reducing", "hushes the street by a third", "that hushes the street"),
                with_(
                    "grommet tops",
                    "metal rings slide along the pole",
                    "with metal rings",
                    rival="top",
                ),
                with_(
                    "a rod pocket",
                    "the pole goes through a sewn tunnel",
                    "with a sewn tunnel",
                    rival="top",
                ),
                with_("tiebacks", "matching bands hold them open", "with bands to hold them open"),
            ),
            (
                HOME_COLOUR,
                Choice(
                    "size",
                    values(
                        "42 x 63 inch, 42 x 84 inch, 52 x 63 inch, 52 x 84 inch, 52 x 95 inch, 52 x 108 inch"
                    ),
                    3,
                    5,
                    "in size {}",
                    ordered=True,
                ),
            ),
            (16, 85),
        ),
        ProductType(
            "throw pillow covers",
            ("Home Decor", "Pillows"),
            ("Throw Pillow Covers", "Pillow Covers", "Decorative Pillow Covers"),
            ("some pillow covers", "some cushion covers", "some cases for my throw pillows"),
            ("tufted", "embroidered", "corduroy", "christmas"),
            (
                *_SOFT,
                *_ROOMS[:2],
                with_(
                    "a hidden zipper",
                    "the fastener disappears in the seam",
                    "where the fastener disappears",
                ),
                before(
                    "double sided",
                    "the same picture front and back",
                    "with the same picture on the back",
                ),
                before("linen", "a cool weave of flax", "with a weave of flax", rival="cover"),
                before(
                    "velvet", "a short dense pile that shimmers", "with a dense pile", rival="cover"
                ),
                with_(
                    "pom pom trim",
                    "little balls along the border",
                    "with little balls along the border",
                ),
                for_("outdoor use", "at home on a terrace", "at home on a terrace"),
            ),
            (
                HOME_COLOUR,
                Choice(
                    "size",
                    values("12 x 20 inch, 16 x 16 inch, 18 x 18 inch, 20 x 20 inch, 24 x 24 inch"),
                    2,
                    4,
                    "in size {}",
                    ordered=True,
                ),
                pack("1, 2, 4"),
            ),
            (9, 42),
        ),
        ProductType(
            "table lamps",
            ("Lighting", "Lamps"),
            ("Table Lamp", "Bedside Table Lamp", "Desk Table Lamp"),
            ("a table lamp", "a bedside lamp", "a lamp for my nightstand"),
            ("tiffany", "arched", "globe", "lantern"),
            (
                *_FURNITURE[5:8],
                *_ROOMS[:2],
                with_("a linen shade", "flax softens the glow", "where flax softens the glow"),
                with_("a ceramic base", "fired clay with a glaze", "on fired clay"),
                before(
                    "dimmable",
                    "from bright to barely there",
                    "that goes from bright to barely there",
                ),
                with_("usb ports", "two sockets for phones", "with sockets for phones"),
                with_("a touch control", "tap the foot to switch it", "that I can tap to switch"),
                with_(
                    "an led bulb",
                    "the light source is in the box and lasts years",
                    "with a light source in the box",
                ),
                before("energy saving", "costs a dollar a year to run", "that costs little to run"),
            ),
            (
                HOME_COLOUR,
                Choice("style", values("set of 1, set of 2, floor and table set"), 2, 3, "as a {}"),
            ),
            (19, 125),
        ),
        ProductType(
            "scented candles",
            ("Home Decor", "Candles"),
            ("Scented Candle", "Jar Candle", "Aromatherapy Candle"),
            ("a scented candle", "a candle that smells nice", "a candle"),
            ("three wick", "pillar", "votive", "tin"),
            (
                before("long lasting", "sixty hours of flame", "with sixty hours of flame"),
                before("soy wax", "from beans and nothing else", "made from beans", rival="wax"),
                before("beeswax", "from hives and nothing else", "made from hives", rival="wax"),
                before("lead free", "the wick holds only cotton", "where the wick is only cotton"),
                before("hand poured", "made in batches of a dozen", "made in small batches"),
                before("smoke free", "no soot on the ceiling", "that leaves no soot"),
                with_(
                    "essential oils", "distilled from leaves and petals", "distilled from leaves"
                ),
                with_(
                    "a reusable jar",
                    "keep pens in it afterwards",
                    "that I can keep pens in afterwards",
                ),
                for_("stress relief", "slows your breath after work", "that slows my breath"),
                for_("gifts", "tied with a bow in a box", "tied with a bow"),
                with_("a wooden wick", "crackles like a fireplace", "that crackles"),
            ),
            (
                Choice(
                    "scent",
                    values(
                        "vanilla bean, cedar, lavender, sea salt, pumpkin spice, fig, gardenia, citrus grove, rose petal, cinnamon bark, linen breeze, pine forest, eucalyptus, amber musk"
                    ),
                    3,
                    6,
                    "in the {} scent",
                ),
                Choice(
                    "size",
                    values("4 oz, 7 oz, 9 oz, 14 oz, 22 oz"),
                    2,
                    4,
                    "in the {} size",
                    ordered=True,
                ),
            ),
            (8, 44),
        ),
    ),
)
