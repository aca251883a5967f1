"""A drawing for each product: its kind decides the shape, its colour the colour."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise

from markupsafe import Markup

from lamer_envs.webshop.records import Product
from lamer_envs.webshop.serve.glyphs import GLYPHS

_SHAPES: dict[str, str] = {
    "battery": "battery",
    "bag": "backpack bag handbag luggage purse tote wallet",
    "bed": "bed headboard mattress daybed bunk",
    "blanket": "blanket comforter duvet quilt rug throw towel mat tablecloth",
    "boot": "boot bootie",
    "bottle": (
        "bottle cologne conditioner drink extract juice mouthwash oil perfume polish rinse sauce "
        "serum shampoo spray syrup toner vinegar water wine kombucha dressing mist tonic fragrance"
    ),
    "brush": "brush comb razor concealer foundation hairbrush",
    "bulb": "bulb light led sconce chandelier",
    "cable": "adapter cable charger cord hdmi hub usb",
    "camera": "binoculars camera camcorder lens tripod webcam",
    "can": "bean can fish salmon soup tuna soda",
    "candle": "candle wax",
    "carton": (
        "bar biscuit bread brownie cake cereal cookie cracker granola milk mix oat oatmeal pasta"
    ),
    "case": "case cover protector sleeve",
    "chair": "barstool bench chair recliner seat stool",
    "chocolate": "chocolate",
    "cup": "coffee cocoa cup espresso mug tea tumbler matcha",
    "curtain": "blind curtain drape shade valance",
    "dryer": "blowdryer dryer hairdryer",
    "dress": "dress gown jumpsuit romper skirt robe nightgown",
    "hat": "beanie cap hat headband",
    "headphones": "earbud earphone headphone headset",
    "jacket": "blazer cardigan coat hoodie jacket parka suit sweater vest sweatshirt pullover",
    "jar": (
        "balm butter clay cream dip honey jam jar jelly mask moisturizer salsa scrub spread wax "
        "exfoliator pomade paste"
    ),
    "keyboard": "keyboard piano",
    "lamp": "lamp lantern",
    "lipstick": "eyeliner gloss lip lipstick mascara eyeshadow makeup",
    "mirror": "mirror",
    "mouse": "mouse trackpad",
    "parcel": "box kit set",
    "projector": "projector",
    "phone": "iphone phone smartphone handset radio remote",
    "pillow": "cushion pillow pillowcase",
    "pouch": (
        "almond candy cashew chip fruit gum gummy jerky nut popcorn powder pretzel rice "
        "seasoning snack spice sugar flour seed trail protein pecan walnut bite crisp puff"
    ),
    "pump": "bodywash deodorant handwash lotion sanitizer soap wash cleanser",
    "sandal": "flip-flop sandal slipper slide clog",
    "screen": "computer desktop laptop monitor screen television tv notebook",
    "shelf": (
        "bookcase bookshelf cabinet cupboard dresser drawer nightstand organizer rack shelf "
        "shelving wardrobe storage basket sideboard"
    ),
    "shirt": "bra blouse jersey polo shirt t-shirt tank tee top tunic pajama sleepwear",
    "shoe": "flat heel loafer oxford pump shoe sneaker trainer",
    "shorts": "boxer short swimsuit trunk",
    "sock": "hosiery sock stocking tights",
    "sofa": "couch futon loveseat ottoman sectional sofa",
    "speaker": "soundbar speaker subwoofer woofer",
    "tablet": "ipad kindle tablet",
    "table": "console countertop desk table stand workstation",
    "toothbrush": "floss toothbrush toothpick",
    "trousers": "brief jean jogger legging pant slacks trouser underwear",
    "tube": "gel toothpaste sunscreen primer",
    "watch": "band bracelet smartwatch strap tracker watch wristband",
}
_SHAPE_OF = {word: shape for shape, words in _SHAPES.items() for word in words.split()}

_PHRASES = {
    "cell phone": "phone",
    "chocolate bar": "chocolate",
    "pillow cover": "pillow",
    "power bank": "battery",
    "throw pillow": "pillow",
}
"""What two words are together; taken before either alone."""

_DOMAIN_SHAPES = {
    "beauty": "pump",
    "electronics": "screen",
    "fashion": "shirt",
    "furniture": "shelf",
    "garden": "shelf",
    "grocery": "carton",
    "home": "shelf",
}

_COLOURS: dict[str, str] = {
    "almond": "#dcc6a4", "amber": "#d97706", "apricot": "#f7b07b", "aqua": "#22b8cf",
    "ash": "#9ba1a6", "bare": "#e3c3a6", "beige": "#d8c3a0", "berry": "#9d174d",
    "black": "#2b2d33", "blonde": "#e3c678", "blue": "#2f6fde", "blush": "#eeb6b6",
    "brick": "#9c4535", "bronze": "#a9713a", "brown": "#7b4f32", "burgundy": "#7a1f35",
    "camel": "#c19a6b", "caramel": "#b9773a", "champagne": "#ecd9b0", "charcoal": "#454a54",
    "cherry": "#b3203b", "chocolate": "#5b3a29", "cinnamon": "#9a5a33", "clear": "#d5e3ea",
    "cobalt": "#1f4fbf", "coffee": "#5f4636", "copper": "#b56a3d", "coral": "#f47f6b",
    "cranberry": "#9b1b3f", "cream": "#efe4c8", "crimson": "#b91c3b", "cyan": "#20b4cc",
    "denim": "#3e5f8f", "ebony": "#35302d", "emerald": "#0e9f6e", "espresso": "#4a3428",
    "forest": "#2f6b46", "fuchsia": "#c8329f", "gold": "#cfa23a", "golden": "#cfa23a",
    "graphite": "#4b5059", "gray": "#8b929c", "green": "#3a9a54", "grey": "#8b929c",
    "hazelnut": "#a47a55", "honey": "#d99a2b", "indigo": "#4848b8", "ivory": "#ece6d6",
    "jade": "#2a9d7c", "khaki": "#b3a369", "lavender": "#a995d6", "lemon": "#ecd23f",
    "leopard": "#bf8f4f", "lilac": "#b79ad8", "lime": "#93c83e",
    "magenta": "#c42d86", "mahogany": "#6d2f24", "maroon": "#742032", "mauve": "#a87a96",
    "mint": "#7fd0ae", "mocha": "#73543f", "mulberry": "#7b2f5a", "mustard": "#cf9f2c",
    "natural": "#cfb083", "navy": "#223a6e", "nude": "#dcb499", "oak": "#b98d57",
    "olive": "#77803b", "orange": "#ec7f2c", "orchid": "#c06cc0", "peach": "#f4ad86",
    "pewter": "#878e96", "pink": "#ea7fae", "plum": "#70345f", "purple": "#7a4fc0",
    "red": "#d03a3a", "rose": "#d9748c", "ruby": "#a81b43", "rust": "#a8502d",
    "sage": "#94a985", "salmon": "#f08a76", "sand": "#d6bf95", "sapphire": "#2250a8",
    "scarlet": "#c92a2a", "silver": "#b4bcc6", "sky": "#6db5e8", "slate": "#5b6877",
    "stone": "#a9a296", "sunflower": "#eab82d", "tan": "#c7a170", "taupe": "#8d7f72",
    "teal": "#128080", "terracotta": "#bf6444", "turquoise": "#2bb8ad", "violet": "#7f52c8",
    "walnut": "#684832", "white": "#e6e9ee", "wine": "#6f1f3a", "yellow": "#e8c22e",
}  # fmt: skip

_PALETTE = (
    "#3f7fbf", "#4f9d8a", "#b9643f", "#8a6bb8", "#c2913a", "#5f8f4e", "#b5577c", "#55708f",
)  # fmt: skip

_LETTERS = re.compile(r"[a-z]+")
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")


def picture(product: Product, chosen: Mapping[str, str]) -> Markup:
    """An inline SVG of the product, in the colour that was chosen, or the first that it comes in.

    Args:
        chosen: option values by option name; may be empty.
    """
    return _drawing(_shape(product), _colour(product, chosen))


@lru_cache(maxsize=512)
def _drawing(shape: str, colour: str) -> Markup:
    glyph = GLYPHS[shape].format(
        c=colour, d=_mixed(colour, "#14171c", 0.5), l=_mixed(colour, "#ffffff", 0.68)
    )
    # Only constants of this package are in it, so nothing needs escaping.
    return Markup(
        '<svg class="picture" viewBox="0 0 120 120" aria-hidden="true" fill="none" '
        'stroke-width="2" stroke-linejoin="round">'
        # Wider than the square, so that it fills a frame of any shape.
        f'<rect x="-120" y="-120" width="360" height="360" fill="{colour}" opacity=".13"/>'
        f'<g transform="translate(12 12) scale(.8)">{glyph}</g></svg>'
    )


def _shape(product: Product) -> str:
    leaf = product.category.rpartition("›")[2]
    for text in (product.query, leaf, product.title):
        words = [_singular(word) for word in _WORD.findall(text.lower())]
        pairs = [_PHRASES.get(f"{first} {second}") for first, second in pairwise(words)]
        # The noun that matters stands last in a phrase.
        singles = [_SHAPE_OF.get(word) for word in reversed(words)]
        for shape in (*pairs, *singles):
            if shape:
                return shape
    return _DOMAIN_SHAPES.get(product.domain.lower(), "parcel")


def _singular(word: str) -> str:
    """The word as the tables have it, where one of them does."""
    known = _SHAPE_OF.keys() | {noun for phrase in _PHRASES for noun in phrase.split()}
    forms = (word, word.removesuffix("s"), word.removesuffix("es"))
    return next((form for form in forms if form in known), word)


def _colour(product: Product, chosen: Mapping[str, str]) -> str:
    picked = [value for name, value in chosen.items() if "color" in name.lower()]
    offered = [values[0] for name, values in product.options if "color" in name and values]
    named = _named_colour((*picked, *offered, product.title))
    digest = hashlib.blake2b(product.asin.encode("utf-8", "surrogatepass"), digest_size=2).digest()
    return named or _PALETTE[int.from_bytes(digest, "big") % len(_PALETTE)]


def _named_colour(texts: Iterable[str]) -> str | None:
    for text in texts:
        for word in _LETTERS.findall(text.lower()):
            if word in _COLOURS:
                return _COLOURS[word]
    return None


def _mixed(colour: str, other: str, share: float) -> str:
    """`share` of `other` in `colour`, both as `#rrggbb`."""
    pairs = [(int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
