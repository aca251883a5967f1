"""What the electronics department sells to go with phones and watches."""

from __future__ import annotations

from lamer_envs.webshop.embedded.pools import DEVICE_COLOUR, choice, pack
from lamer_envs.webshop.embedded.records import (
    ProductType,
    before,
    for_,
    only,
    with_,
    without,
)

DEVICE = (
    before("easy to use", "one button does what you need", "with one button for all I need"),
    before("lightweight", "you forget that it is in the bag", "that I can forget is in my bag"),
    with_("batteries included", "the cells are in the box", "that has cells in the box"),
    with_("a one year warranty", "replaced without a question", "that is replaced if it fails"),
)
RADIO = (
    before("fast charging", "half full in twenty minutes", "that is half full in minutes"),
    with_("a usb c port", "the plug fits either way up", "with a plug that fits either way"),
    with_("a long battery life", "runs two days on one charge", "that runs two days"),
)
TOUGH = (
    before("water resistant", "rain and splashes do it no harm", "that rain does no harm"),
    before("shock proof", "survives a fall from six feet", "that survives a fall"),
    before("dust proof", "sealed against sand and grit", "sealed against sand"),
)
_PHONES = (
    "nova 8, nova 8 plus, nova 9, nova 9 plus, nova 10, nova 10 mini, quanta s, quanta "
    "s2, quanta lite, orbit 5, orbit 6, orbit 6 max"
)
_LENGTHS = "1.5 ft, 3 ft, 6 ft, 10 ft, 15 ft, 25 ft"

GADGETS = (
    ProductType(
        "phone cases",
        ("Cell Phones & Accessories", "Cases"),
        ("Phone Case", "Protective Phone Case", "Phone Case Cover"),
        ("a phone case", "a phone cover", "a case for my phone"),
        ("clear", "wallet", "floral", "marble", "rugged"),
        (
            *TOUGH,
            before("slim fit", "hardly thicker than a coin", "hardly thicker than a coin"),
            with_("a kickstand", "stands up for films", "that stands up for films"),
            with_("a card holder", "room for two cards and a note", "with room for two cards"),
            before("non slip", "rough edges stay in wet fingers", "that stays in wet fingers"),
            with_("wireless charging", "powers up through the back", "that I can power up through"),
            with_(
                "raised edges",
                "the glass never touches the table",
                "that keeps the glass off the table",
            ),
            with_(
                "a screen protector",
                "tempered glass against scratches",
                "with glass against scratches",
            ),
            with_("a wrist strap", "a cord for busy hands", "with a cord for busy hands"),
        ),
        (DEVICE_COLOUR, choice("compatible model", _PHONES, 4, 10, "for the {}")),
        (9, 59),
    ),
    ProductType(
        "power banks",
        ("Cell Phones & Accessories", "Power"),
        ("Power Bank", "Portable Charger Power Bank", "Power Bank Battery Pack"),
        ("a power bank", "a portable charger", "a battery pack"),
        ("solar", "magnetic", "mini", "laptop"),
        (
            *only(DEVICE, "lightweight", "one year warranty"),
            *without(RADIO, "long battery life"),
            *TOUGH,
            with_("a digital display", "shows what is left in percent", "that shows what is left"),
            with_(
                "a built in cable",
                "nothing else to carry",
                "so that there is nothing else to carry",
            ),
            with_("a flashlight", "a beam for the tent at night", "with a beam for the tent"),
            with_("two outputs", "feeds a pair of phones at once", "that feeds a pair of phones"),
            before("flight safe", "within the limits of airlines", "that airlines permit"),
        ),
        (
            DEVICE_COLOUR,
            choice(
                "capacity",
                "5000mah, 10000mah, 15000mah, 20000mah, 30000mah",
                3,
                4,
                "with {}",
                ordered=True,
            ),
            pack("1, 2, 3"),
        ),
        (16, 124),
    ),
    ProductType(
        "charging cables",
        ("Accessories", "Cables"),
        ("Charging Cable", "Charger Cable", "Data Charging Cable"),
        ("a charging cable", "a charger cord", "a charging lead"),
        ("lightning", "micro usb", "type c", "three in one"),
        (
            before("fast charging", "half full in twenty minutes", "that is half full in minutes"),
            before("nylon braided", "woven like a rope, it does not kink", "woven like a rope"),
            before("tangle free", "comes out of the drawer straight", "that comes out straight"),
            with_("gold plated connectors", "no rust at the ends", "without rust at the ends"),
            with_("data transfer", "copies a film in a minute", "that also copies films"),
            before(
                "heavy duty",
                "bent thirty thousand times in tests",
                "that can be bent many times",
            ),
            with_(
                "a right angle plug",
                "lies flat beside the phone",
                "that lies flat beside my phone",
            ),
            with_(
                "a velcro strap",
                "keeps the rest rolled up",
                "with a strip to keep it rolled up",
            ),
            with_(
                "an led indicator",
                "a tiny lamp tells when it is done",
                "with a lamp that tells when it is done",
            ),
            before("corrosion resistant", "sea air does it no harm", "that sea air does no harm"),
            before("car friendly", "reaches the back seat", "that reaches the back seat"),
        ),
        (
            choice(
                "color",
                "black, white, red, purple, blue, grey, pink, green",
                3,
                7,
                "in {}",
            ),
            choice("size", _LENGTHS, 3, 5, "in the {} size", ordered=True),
            pack("1, 2, 3, 5"),
        ),
        (8, 46),
    ),
    ProductType(
        "smart watch bands",
        ("Wearable Technology", "Bands"),
        ("Watch Band", "Smart Watch Band", "Replacement Watch Band"),
        ("a watch band", "a watch strap", "a strap for my smart watch"),
        ("silicone", "leather", "milanese", "woven"),
        (
            *only(TOUGH, "water resistant"),
            before(
                "quick release",
                "changes in seconds without tools",
                "that I can change without tools",
            ),
            with_("a magnetic clasp", "shuts by itself at any length", "that shuts by itself"),
            before("sweat proof", "wipes dry after the gym", "for the gym that wipes dry"),
            before("breathable", "rows of holes let air in", "that lets air in"),
            for_("small wrists", "extra notches for five inches", "with extra notches"),
            with_(
                "stainless steel buckle",
                "metal that will not tarnish",
                "with metal that does not tarnish",
            ),
            before("skin friendly", "no itch through the night", "that does not itch"),
            before(
                "scratch resistant", "desks and doors leave no trace", "where doors leave no trace"
            ),
            with_("a sliding loop", "tucks the loose end away", "that tucks the loose end away"),
            before("adjustable", "moves to the perfect fit", "that moves to fit"),
        ),
        (
            DEVICE_COLOUR,
            choice(
                "size",
                "38mm, 40mm, 41mm, 42mm, 44mm, 45mm, 49mm",
                4,
                6,
                "in size {}",
                ordered=True,
            ),
        ),
        (10, 70),
    ),
)
