"""What the home and garden department sells."""

from __future__ import annotations

from lamer_envs.webshop.embedded.furniture import FURNITURE, ROOMS, STURDY
from lamer_envs.webshop.embedded.pools import HOME_COLOUR, choice, pack
from lamer_envs.webshop.embedded.records import (
    Domain,
    ProductType,
    before,
    for_,
    only,
    with_,
    without,
)

_SOFT = (
    before("machine washable", "comes out of a warm cycle like new", "that can go in a warm cycle"),
    before("fade resistant", "keeps its shade in the sun", "that keeps its shade"),
    before("pet friendly", "fur brushes off, claws do not catch", "where claws do not catch"),
    before("super soft", "you want to stroke it", "that I want to stroke"),
)

HOME = Domain(
    "garden",
    "Home & Kitchen",
    (
        *FURNITURE,
        ProductType(
            "area rugs",
            ("Home Decor", "Rugs"),
            ("Area Rug", "Rug", "Floor Rug Carpet"),
            ("an area rug", "a rug", "a carpet"),
            ("persian", "trellis", "shag", "moroccan", "medallion"),
            (
                *_SOFT,
                *ROOMS,
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
                    "a busy hallway wears it down slowly",
                    "for a busy hallway",
                ),
            ),
            (
                HOME_COLOUR,
                choice(
                    "size",
                    "2 x 3 ft, 3 x 5 ft, 4 x 6 ft, 5 x 8 ft, 6 x 9 ft, 8 x 10 ft, 9 x 12 ft",
                    4,
                    6,
                    "in size {}",
                    ordered=True,
                ),
                choice(
                    "shape", "rectangle, runner, oval, square, octagon", 3, 4, "with the {} shape"
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
                *only(_SOFT, "machine washable", "fade resistant", "super soft"),
                *ROOMS,
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
                choice(
                    "size",
                    "42 x 63 inch, 42 x 84 inch, 52 x 63 inch, 52 x 84 inch, 52 x 95 "
                    "inch, 52 x 108 inch",
                    4,
                    5,
                    "in size {}",
                    ordered=True,
                ),
                choice("panels", "1 panel, 2 panels, 4 panels", 2, 2, "as {}"),
            ),
            (18, 110),
        ),
        ProductType(
            "throw pillow covers",
            ("Home Decor", "Pillows"),
            ("Throw Pillow Covers", "Pillow Covers", "Decorative Pillow Covers"),
            ("some pillow covers", "some cushion covers", "some cases for my throw pillows"),
            ("tufted", "embroidered", "corduroy", "christmas"),
            (
                *_SOFT,
                *without(ROOMS, "eating areas"),
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
                choice(
                    "size",
                    "12 x 20 inch, 16 x 16 inch, 18 x 18 inch, 20 x 20 inch, 24 x 24 inch",
                    3,
                    4,
                    "in size {}",
                    ordered=True,
                ),
                pack("1, 2, 4"),
            ),
            (11, 65),
        ),
        ProductType(
            "table lamps",
            ("Lighting", "Lamps"),
            ("Table Lamp", "Bedside Table Lamp", "Desk Table Lamp"),
            ("a table lamp", "a bedside lamp", "a lamp for my nightstand"),
            ("tiffany", "arched", "globe", "lantern"),
            (
                *only(STURDY, "mid century", "contemporary", "farmhouse style"),
                *without(ROOMS, "eating areas"),
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
                choice("style", "set of 1, set of 2, floor and table set", 2, 2, "as a {}"),
            ),
            (19, 125),
        ),
        ProductType(
            "scented candles",
            ("Home Decor", "Candles"),
            ("Scented Candle", "Jar Candle", "Aromatherapy Candle"),
            ("a scented candle", "a candle that smells nice", "a candle"),
            ("three wick", "pillar", "votive", "mason"),
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
                choice(
                    "scent",
                    "vanilla bean, cedar, lavender, sea salt, pumpkin spice, fig, "
                    "gardenia, citrus grove, rose petal, cinnamon bark, linen breeze, "
                    "pine forest, eucalyptus, amber musk",
                    4,
                    9,
                    "in the {} scent",
                ),
                choice(
                    "size",
                    "4 oz, 7 oz, 9 oz, 14 oz, 22 oz",
                    3,
                    4,
                    "in the {} size",
                    ordered=True,
                ),
            ),
            (10, 68),
        ),
    ),
)
