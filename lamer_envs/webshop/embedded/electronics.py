"""What the electronics department sells."""

from __future__ import annotations

from lamer_envs.webshop.embedded.pools import DEVICE_COLOUR, pack, values
from lamer_envs.webshop.embedded.records import Choice, Domain, ProductType, before, for_, with_

_DEVICE = (
    before("easy to use", "one button does what you need", "with one button for all I need"),
    before("lightweight", "you forget that it is in the bag", "that I can forget is in my bag"),
    with_("batteries included", "the cells are in the box", "that has cells in the box"),
    with_("a one year warranty", "replaced without a question", "that is replaced if it fails"),
)
_RADIO = (
    before("fast charging", "half full in twenty minutes", "that is half full in minutes"),
    with_("a usb c port", "the plug fits either way up", "with a plug that fits either way"),
    with_("a long battery life", "runs two days on one charge", "that runs two days"),
)
_SOUND = (
    with_(
        "noise cancelling", "mutes trains, planes and colleagues", "that mutes trains and planes"
    ),
    with_("deep bass", "low notes that you feel in the chest", "with low notes that I feel"),
    before("hands free", "answers calls while you cook", "that lets me answer calls"),
    with_("stereo sound", "left and right are clearly apart", "with left and right clearly apart"),
)
_TOUGH = (
    before("water resistant", "rain and splashes do it no harm", "that rain does no harm"),
    before("shock proof", "survives a fall from six feet", "that survives a fall"),
    before("dust proof", "sealed against sand and grit", "sealed against sand"),
)
_PHONES = values(
    "nova 8, nova 8 plus, nova 9, nova 9 plus, nova 10, nova 10 mini, quanta s, quanta s2, "
    "quanta lite, orbit 5, orbit 6, orbit 6 max"
)
_LENGTHS = values("1.5 ft, 3 ft, 6 ft, 10 ft, 15 ft, 25 ft")

ELECTRONICS = Domain(
    "electronics",
    "Electronics",
    (
        ProductType(
            "headphones",
            ("Audio", "Headphones"),
            ("Headphones", "Bluetooth Headphones", "Stereo Headphones"),
            ("a pair of headphones", "some headphones", "a headset"),
            ("over ear", "on ear", "neckband", "bone conduction"),
            (
                *_DEVICE[:2],
                *_RADIO,
                *_SOUND[:3],
                *_TOUGH[:1],
                with_(
                    "memory foam pads", "cushions that mold to the head", "with cushions that mold"
                ),
                with_(
                    "a carrying case",
                    "a hard shell with a zip",
                    "with a hard shell to keep them in",
                ),
                for_(
                    "glasses wearers", "no pinch at the temples", "that do not pinch at the temples"
                ),
            ),
            (
                DEVICE_COLOUR,
                Choice(
                    "style",
                    values("wired, wireless, wireless with mic, gaming"),
                    2,
                    3,
                    "in the {} style",
                ),
            ),
            (16, 210),
        ),
        ProductType(
            "bluetooth speakers",
            ("Audio", "Speakers"),
            ("Bluetooth Speaker", "Portable Bluetooth Speaker", "Wireless Bluetooth Speaker"),
            ("a bluetooth speaker", "a wireless speaker"),
            ("shower", "outdoor", "pocket", "bookshelf"),
            (
                *_DEVICE[:2],
                *_RADIO,
                *_SOUND[1:],
                *_TOUGH,
                with_("led lights", "glows in time with the music", "that glows with the music"),
                with_(
                    "a memory card slot",
                    "plays files without a phone",
                    "that plays without a phone",
                ),
                with_("twin pairing", "two of them fill a garden", "of which two fill a garden"),
            ),
            (DEVICE_COLOUR, pack("1, 2")),
            (15, 190),
        ),
        ProductType(
            "phone cases",
            ("Cell Phones & Accessories", "Cases"),
            ("Phone Case", "Protective Phone Case", "Phone Case Cover"),
            ("a phone case", "a phone cover", "a case for my phone"),
            ("clear", "wallet", "floral", "marble", "rugged"),
            (
                *_TOUGH,
                before("slim fit", "hardly thicker than a coin", "hardly thicker than a coin"),
                with_("a kickstand", "stands up for films", "that stands up for films"),
                with_("a card holder", "room for two cards and a note", "with room for two cards"),
                before("non slip", "rough edges stay in wet fingers", "that stays in wet fingers"),
                with_(
                    "wireless charging", "powers up through the back", "that I can power up through"
                ),
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
            (DEVICE_COLOUR, Choice("compatible model", _PHONES, 3, 7, "for the {}")),
            (7, 38),
        ),
        ProductType(
            "power banks",
            ("Cell Phones & Accessories", "Power"),
            ("Power Bank", "Portable Charger Power Bank", "Power Bank Battery Pack"),
            ("a power bank", "a portable charger", "a battery pack"),
            ("solar", "magnetic", "mini", "laptop"),
            (
                *_DEVICE[1:2],
                *_DEVICE[3:],
                *_RADIO[:2],
                *_TOUGH,
                with_(
                    "a digital display", "shows what is left in percent", "that shows what is left"
                ),
                with_(
                    "a built in cable",
                    "nothing else to carry",
                    "so that there is nothing else to carry",
                ),
                with_("a flashlight", "a beam for the tent at night", "with a beam for the tent"),
                with_(
                    "two outputs", "feeds a pair of phones at once", "that feeds a pair of phones"
                ),
                before("flight safe", "within the limits of airlines", "that airlines permit"),
            ),
            (
                DEVICE_COLOUR,
                Choice(
                    "capacity",
                    values("5000mah, 10000mah, 15000mah, 20000mah, 30000mah"),
                    2,
                    4,
                    "with {}",
                    ordered=True,
                ),
            ),
            (14, 95),
        ),
        ProductType(
            "charging cables",
            ("Accessories", "Cables"),
            ("Charging Cable", "Charger Cable", "Data Charging Cable"),
            ("a charging cable", "a charger cord", "a charging lead"),
            ("lightning", "micro usb", "usb c", "three in one"),
            (
                before(
                    "fast charging", "half full in twenty minutes", "that is half full in minutes"
                ),
                before("nylon braided", "woven like a rope, it does not kink", "woven like a rope"),
                before(
                    "tangle free", "comes out of the drawer straight", "that comes out straight"
                ),
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
                before("car friendly", "reaches the back seat", "that reaches the back seat"),
            ),
            (
                Choice(
                    "color",
                    values("black, white, red, purple, blue, grey, pink, green"),
                    2,
                    5,
                    "in {}",
                ),
                Choice("size", _LENGTHS, 2, 5, "in the {} size", ordered=True),
                pack("1, 2, 3, 5"),
            ),
            (6, 30),
        ),
        ProductType(
            "security cameras",
            ("Surveillance", "Cameras"),
            ("Security Camera", "Home Security Camera", "Wifi Security Camera"),
            ("a security camera", "a surveillance camera", "a camera to watch my home"),
            ("indoor", "solar", "doorbell", "floodlight"),
            (
                *_DEVICE[3:],
                *_TOUGH[:1],
                with_("night vision", "sees forty feet in the dark", "that sees in the dark"),
                with_(
                    "motion detection",
                    "wakes when something moves",
                    "that wakes when something moves",
                ),
                with_(
                    "two way audio", "talk with whoever is at the door", "that I can talk through"
                ),
                before(
                    "easy to install",
                    "two screws and a code to scan",
                    "that goes up with two screws",
                ),
                with_(
                    "cloud storage", "clips are kept for a month online", "that keeps clips online"
                ),
                with_(
                    "a wide angle lens",
                    "a whole yard in one picture",
                    "that gets a whole yard in the picture",
                ),
                with_(
                    "person alerts", "tells people from passing cats", "that tells people from cats"
                ),
                before("plug and play", "no account and no setup", "that needs no setup"),
            ),
            (
                Choice("color", values("white, black, grey, bronze"), 2, 3, "in {}"),
                Choice("resolution", values("720p, 1080p, 2k, 4k"), 2, 3, "with {}", ordered=True),
                pack("1, 2, 4"),
            ),
            (24, 240),
        ),
        ProductType(
            "smart watch bands",
            ("Wearable Technology", "Bands"),
            ("Watch Band", "Smart Watch Band", "Replacement Watch Band"),
            ("a watch band", "a watch strap", "a strap for my smart watch"),
            ("silicone", "leather", "milanese", "woven"),
            (
                *_TOUGH[:1],
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
                before("adjustable", "slides to the perfect fit", "that slides to fit"),
            ),
            (
                DEVICE_COLOUR,
                Choice(
                    "size",
                    values("38mm, 40mm, 41mm, 42mm, 44mm, 45mm, 49mm"),
                    3,
                    5,
                    "in size {}",
                    ordered=True,
                ),
            ),
            (8, 45),
        ),
        ProductType(
            "keyboards",
            ("Computers & Accessories", "Keyboards"),
            ("Keyboard", "Computer Keyboard", "Wireless Keyboard"),
            ("a keyboard", "a computer keyboard"),
            ("mechanical", "ergonomic", "foldable", "gaming"),
            (
                *_DEVICE[1:],
                *_RADIO[1:],
                with_("backlit keys", "letters shine in seven colors", "with letters that shine"),
                with_(
                    "a number pad", "digits on the right for accounts", "with digits on the right"
                ),
                with_(
                    "quiet switches", "the office hears nothing", "that the office does not hear"
                ),
                before(
                    "spill resistant",
                    "drains hold a cup of coffee",
                    "that can take a cup of coffee",
                ),
                with_(
                    "a wrist rest",
                    "a padded bar below the keys",
                    "with a padded bar below the keys",
                ),
                with_(
                    "media keys", "volume and pause at a touch", "with volume and pause at a touch"
                ),
            ),
            (
                DEVICE_COLOUR,
                Choice(
                    "layout",
                    values("us layout, uk layout, german layout, french layout, nordic layout"),
                    2,
                    4,
                    "with {}",
                ),
            ),
            (18, 150),
        ),
        ProductType(
            "tablets",
            ("Computers & Accessories", "Tablets"),
            ("Tablet", "Android Tablet", "Touchscreen Tablet"),
            ("a tablet", "a tablet computer"),
            ("kids", "drawing", "reading", "business"),
            (
                *_DEVICE[1:2],
                *_RADIO,
                with_("high definition", "sharp from edge to edge", "that is sharp to the edge"),
                with_(
                    "a quad core processor", "four engines for games and films", "with four engines"
                ),
                with_(
                    "dual cameras", "one in front and one behind", "that films in front and behind"
                ),
                with_("a stylus", "a pen comes with it", "that comes with a pen"),
                with_(
                    "parental controls",
                    "limits on hours and sites",
                    "where I can set limits on hours",
                ),
                with_(
                    "dual band wifi", "two frequencies, fewer drops", "that uses two frequencies"
                ),
                with_("expandable memory", "takes a card for more room", "that takes a card"),
                with_(
                    "a blue light filter", "kind to the eyes at bedtime", "that is kind to the eyes"
                ),
            ),
            (
                DEVICE_COLOUR,
                Choice(
                    "storage",
                    values("16gb, 32gb, 64gb, 128gb, 256gb"),
                    2,
                    4,
                    "with {}",
                    ordered=True,
                ),
            ),
            (55, 380),
        ),
        ProductType(
            "projectors",
            ("Video", "Projectors"),
            ("Projector", "Video Projector", "Movie Projector"),
            ("a projector", "a movie projector", "a beamer"),
            ("pocket", "home theater", "ceiling", "outdoor"),
            (
                *_DEVICE[:2],
                *_DEVICE[3:],
                with_(
                    "high resolution", "small print is legible", "that makes small print legible"
                ),
                with_(
                    "built in speakers", "loud enough for a living room", "loud enough for a room"
                ),
                with_(
                    "keystone correction",
                    "straightens a slanted picture",
                    "that straightens the picture",
                ),
                with_(
                    "a carrying bag",
                    "padded, with a shoulder strap",
                    "with something padded to carry it",
                ),
                with_(
                    "screen mirroring",
                    "throws the phone onto the wall",
                    "that throws my phone on the wall",
                ),
                with_("an hdmi input", "consoles and laptops plug in", "that consoles plug into"),
                before("low fan noise", "hushed even in quiet scenes", "that is hushed"),
                with_("a remote control", "works from the couch", "that works from the couch"),
            ),
            (
                Choice("color", values("white, black, silver, blue, yellow"), 2, 4, "in {}"),
                Choice(
                    "style",
                    values("basic, with tripod, with screen, with streaming stick"),
                    2,
                    3,
                    "in the {} style",
                ),
            ),
            (48, 420),
        ),
    ),
)
