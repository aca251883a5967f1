"""What the electronics department sells."""

from __future__ import annotations

from lamer_envs.webshop.embedded.phones import DEVICE, GADGETS, RADIO, TOUGH
from lamer_envs.webshop.embedded.pools import DEVICE_COLOUR, choice, pack
from lamer_envs.webshop.embedded.records import (
    Domain,
    ProductType,
    before,
    for_,
    only,
    with_,
    without,
)

_SOUND = (
    with_(
        "noise cancelling", "mutes trains, planes and colleagues", "that mutes trains and planes"
    ),
    with_("deep bass", "low notes that you feel in the chest", "with low notes that I feel"),
    before("hands free", "answers calls while you cook", "that lets me answer calls"),
    with_("stereo sound", "left and right are clearly apart", "with left and right clearly apart"),
)

ELECTRONICS = Domain(
    "electronics",
    "Electronics",
    (
        *GADGETS,
        ProductType(
            "headphones",
            ("Audio", "Headphones"),
            ("Headphones", "Bluetooth Headphones", "Stereo Headphones"),
            ("a pair of headphones", "some headphones", "a headset"),
            ("over ear", "on ear", "neckband", "bone conduction"),
            (
                *only(DEVICE, "easy to use", "lightweight"),
                *RADIO,
                *without(_SOUND, "stereo sound"),
                *only(TOUGH, "water resistant"),
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
                choice(
                    "style",
                    "basic, with microphone, with travel pouch, gaming",
                    3,
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
                *only(DEVICE, "easy to use", "lightweight"),
                *RADIO,
                *without(_SOUND, "noise cancelling"),
                *TOUGH,
                with_("led lights", "glows in time with the music", "that glows with the music"),
                with_(
                    "a memory card slot",
                    "plays files without a phone",
                    "that plays without a phone",
                ),
                with_("twin pairing", "two of them fill a garden", "of which two fill a garden"),
            ),
            (
                DEVICE_COLOUR,
                pack("1, 2, 4"),
                choice(
                    "style", "speaker only, with stand, with microphone", 2, 2, "in the {} style"
                ),
            ),
            (15, 190),
        ),
        ProductType(
            "security cameras",
            ("Surveillance", "Cameras"),
            ("Security Camera", "Home Security Camera", "Wifi Security Camera"),
            ("a security camera", "a surveillance camera", "a camera to watch my home"),
            ("indoor", "solar", "doorbell", "floodlight"),
            (
                *only(DEVICE, "one year warranty"),
                *only(TOUGH, "water resistant"),
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
                choice("color", "white, black, grey, bronze", 3, 3, "in {}"),
                choice("resolution", "720p, 1080p, 2k, 4k", 3, 3, "with {}", ordered=True),
                pack("1, 2, 4"),
            ),
            (24, 240),
        ),
        ProductType(
            "keyboards",
            ("Computers & Accessories", "Keyboards"),
            ("Keyboard", "Computer Keyboard", "Wireless Keyboard"),
            ("a keyboard", "a computer keyboard"),
            ("mechanical", "ergonomic", "foldable", "gaming"),
            (
                *without(DEVICE, "easy to use"),
                *without(RADIO, "fast charging"),
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
                choice(
                    "layout",
                    "us layout, uk layout, german layout, french layout, nordic layout",
                    3,
                    4,
                    "with {}",
                ),
                choice(
                    "style",
                    "keyboard only, with mouse, with mouse and mat",
                    2,
                    2,
                    "in the {} style",
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
                *only(DEVICE, "lightweight"),
                *RADIO,
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
                choice(
                    "storage",
                    "16gb, 32gb, 64gb, 128gb, 256gb",
                    3,
                    4,
                    "with {}",
                    ordered=True,
                ),
                choice("style", "tablet only, with keyboard, with folio", 2, 2, "in the {} style"),
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
                *only(DEVICE, "easy to use", "lightweight", "one year warranty"),
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
                choice("color", "white, black, silver, blue, yellow", 3, 4, "in {}"),
                choice(
                    "style",
                    "basic, with tripod, with screen, with streaming stick",
                    3,
                    3,
                    "in the {} style",
                ),
            ),
            (48, 420),
        ),
    ),
)
