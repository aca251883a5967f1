"""What the beauty department sells."""

from __future__ import annotations

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

_GENTLE = (
    before(
        "cruelty free",
        "never tested on animals, neither the recipe nor what goes into it",
        "that is not tested on animals",
        "that is kind to animals",
    ),
    before(
        "fragrance free",
        "nothing is added to make it smell, so that sensitive noses can relax",
        "that does not smell of anything",
        "without any added smell",
    ),
    before(
        "paraben free",
        "the shelf life comes from the pump and not from harsh preservatives",
        "that leaves out harsh preservatives",
    ),
    before(
        "dermatologist tested",
        "checked by skin doctors on forty volunteers",
        "that skin doctors have checked",
    ),
    with_(
        "natural ingredients",
        "nine parts in ten come from plants and clay",
        "made mostly from plants and clay",
    ),
    before(
        "plant based",
        "no animal products, honey and wax included",
        "without animal products",
        rival="animal",
    ),
    before(
        "travel size",
        "small enough for a carry-on bag at the airport",
        "small enough for my carry-on bag",
    ),
)
_HAIR = (
    for_("damaged hair", "mends ends that heat or bleach has hurt", "that helps hair hurt by heat"),
    for_("dry hair", "gives thirsty lengths their moisture back", "that brings back moisture"),
    before(
        "sulfate free",
        "cleans with mild coconut soaps, so the lather stays low",
        "that uses only mild soaps",
    ),
    before("color safe", "dyed lengths keep their shade", "that will not fade dyed hair"),
    with_("argan oil", "pressed from Moroccan kernels", "with oil from Moroccan kernels"),
    with_(
        "keratin", "fills rough spots along the strand", "that fills the rough spots of a strand"
    ),
    with_("tea tree oil", "cools and calms an itchy scalp", "that calms an itchy scalp"),
)
_SKIN = (
    for_("sensitive skin", "calm even where others sting", "that does not sting"),
    for_("dry skin", "keeps flaky patches away all day", "against flaky patches"),
    for_("oily skin", "takes the shine off the forehead and nose", "that takes the shine off"),
    with_(
        "hyaluronic acid",
        "plumps fine lines with water drawn from the air",
        "that plumps fine lines",
    ),
    with_("vitamin c", "brightens dull areas within weeks", "that brightens dull areas"),
    with_("aloe vera", "the juice of a desert plant cools redness", "that cools redness"),
    with_("shea butter", "pressed from African nuts, and rich", "with rich butter from nuts"),
    before("non greasy", "sinks in at once and leaves no film", "that leaves no film"),
)
_COLOUR_COSMETICS = (
    before("long lasting", "still there after ten hours and two meals", "that stays ten hours"),
    before(
        "highly pigmented", "one stroke gives full color", "that gives full color in one stroke"
    ),
    before("smudge proof", "does not rub off on cups or collars", "that will not rub off on cups"),
    before("easy to apply", "goes on evenly without a mirror", "that goes on evenly"),
    before("quick drying", "sets in under a minute", "that sets in under a minute"),
)
_SCENT = (
    "lavender, vanilla, coconut, rose, eucalyptus, citrus, unscented, jasmine, "
    "sandalwood, green apple, cherry blossom, ocean breeze, peppermint, honey almond, "
    "mango"
)
_SCENTS = choice("scent", _SCENT, 4, 9, "in the {} scent")
_BOTTLE = choice("size", "2 oz, 4 oz, 8 oz, 12 oz, 16 oz, 32 oz", 3, 5, "in the {} size")
_JAR = choice("size", "0.5 oz, 1 oz, 1.7 oz, 2.5 oz, 4 oz", 3, 4, "in the {} size")
_LIP_SHADES = (
    "ruby red, nude beige, dusty rose, berry wine, coral crush, mocha, hot pink, brick, "
    "plum velvet, peach, cinnamon, mauve, bare, cranberry, orchid"
)
_NAIL_SHADES = (
    "cherry red, baby pink, midnight navy, lilac, emerald, nude, pearl white, copper, "
    "turquoise, black, sunflower, wine, mint, lavender grey, coral, hazelnut"
)

BEAUTY = Domain(
    "beauty",
    "Beauty & Personal Care",
    (
        ProductType(
            "shampoo and conditioner",
            ("Hair Care", "Shampoo & Conditioner"),
            ("Shampoo", "Shampoo and Conditioner Set", "Hair Shampoo"),
            ("a shampoo", "a hair wash", "some shampoo"),
            ("volumizing", "clarifying", "anti dandruff", "curl defining", "smoothing"),
            (*without(_GENTLE, "fragrance free"), *_HAIR),
            (_SCENTS, _BOTTLE, pack("1, 2, 3, 4")),
            (9, 53),
        ),
        ProductType(
            "hair masks",
            ("Hair Care", "Treatments"),
            ("Hair Mask", "Deep Conditioning Hair Mask", "Hair Treatment Mask"),
            ("a hair mask", "a hair treatment"),
            ("overnight", "rinse out", "leave in", "protein"),
            (*without(_GENTLE, "fragrance free"), *_HAIR),
            (_JAR, pack("1, 2, 3, 4"), _SCENTS),
            (11, 62),
        ),
        ProductType(
            "face moisturizers",
            ("Skin Care", "Face"),
            ("Face Moisturizer", "Facial Moisturizer Cream", "Daily Face Moisturizer"),
            ("a face cream", "a moisturizer for the face", "a facial moisturizer"),
            ("gel", "whipped", "night", "tinted"),
            (
                *_GENTLE,
                *_SKIN,
                with_(
                    "spf 30",
                    "shields from the sun on a normal working day",
                    "that shields from the sun",
                ),
                before("anti aging", "softens wrinkles around the eyes", "that softens wrinkles"),
            ),
            (_JAR, pack("1, 2, 3")),
            (11, 90),
        ),
        ProductType(
            "body washes",
            ("Skin Care", "Body"),
            ("Body Wash", "Shower Gel Body Wash", "Moisturizing Body Wash"),
            ("a body wash", "a shower gel", "some shower soap"),
            ("exfoliating", "foaming", "creamy", "oil infused"),
            (*without(_GENTLE, "fragrance free"), *_SKIN),
            (_SCENTS, _BOTTLE, pack("1, 2, 3, 6")),
            (8, 43),
        ),
        ProductType(
            "sunscreens",
            ("Skin Care", "Sun Care"),
            ("Sunscreen", "Sunscreen Lotion", "Face and Body Sunscreen"),
            ("a sunscreen", "some sun lotion", "some sun protection"),
            ("mineral", "spray", "stick", "clear gel"),
            (
                *_GENTLE,
                *_SKIN,
                before(
                    "water resistant",
                    "lasts eighty minutes in the pool or the waves",
                    "that lasts in the pool",
                ),
                before("reef safe", "spares corals and fish", "that spares corals"),
            ),
            (
                choice("sun protection", "spf 15, spf 35, spf 50, spf 70", 3, 3, "rated {}"),
                choice("size", "1.5 oz, 3 oz, 6 oz, 10 oz", 3, 3, "in the {} size"),
                pack("1, 2, 3"),
            ),
            (10, 56),
        ),
        ProductType(
            "lipsticks",
            ("Makeup", "Lips"),
            ("Lipstick", "Liquid Lipstick", "Lip Color Lipstick"),
            ("a lipstick", "a lip color"),
            ("matte", "glossy", "satin", "shimmer"),
            (
                *_COLOUR_COSMETICS,
                *without(_GENTLE, "travel size"),
                with_("vitamin e", "keeps lips from cracking", "that keeps lips from cracking"),
                with_("beeswax", "from hives in the valley", "with wax from hives", rival="animal"),
            ),
            (choice("color", _LIP_SHADES, 5, 12, "in {}"), pack("1, 2, 3")),
            (6, 40),
        ),
        ProductType(
            "nail polishes",
            ("Makeup", "Nails"),
            ("Nail Polish", "Gel Nail Polish", "Nail Polish Lacquer"),
            ("a nail polish", "some nail varnish"),
            ("chrome", "peel off", "holographic", "cream finish"),
            (
                *only(
                    _COLOUR_COSMETICS,
                    "long lasting",
                    "highly pigmented",
                    "easy to apply",
                    "quick drying",
                ),
                before("chip resistant", "no bare tips for ten days", "that leaves no bare tips"),
                with_(
                    "a wide brush",
                    "covers a thumb in one sweep",
                    "that covers a thumb in one sweep",
                ),
                before(
                    "low odor",
                    "can be used with the window shut",
                    "that I can use with the window shut",
                ),
                before("lamp free", "cures in daylight", "that cures in daylight"),
                *only(_GENTLE, "cruelty free", "plant based"),
                for_(
                    "brittle nails", "builds up thin layers that split", "that builds up thin nails"
                ),
            ),
            (choice("color", _NAIL_SHADES, 5, 12, "in {}"), pack("1, 2, 4, 6")),
            (6, 37),
        ),
        ProductType(
            "makeup brushes",
            ("Makeup", "Tools"),
            ("Makeup Brush Set", "Makeup Brushes", "Cosmetic Makeup Brush Kit"),
            ("a set of makeup brushes", "a makeup brush set"),
            ("kabuki", "eyeshadow", "full face", "contour"),
            (
                *only(_GENTLE, "cruelty free"),
                with_(
                    "tapered tips",
                    "points that reach each eye corner",
                    "with points for eye corners",
                ),
                before(
                    "double ended", "a sponge on the other side", "with a sponge on the other side"
                ),
                with_("synthetic bristles", "made of soft nylon", "made of soft nylon"),
                with_("bamboo handles", "light wood that grows back fast", "with light wood grips"),
                with_("a storage pouch", "zips up for the handbag", "that zips up for my handbag"),
                before(
                    "easy to clean",
                    "dries overnight after soap and water",
                    "that I can wash with soap",
                ),
                before("shed free", "no loose hairs on your cheeks", "that leaves no loose hairs"),
                before("vegan", "no animal hair at all", "without animal hair"),
                before("densely packed", "holds much powder in one dip", "that holds much powder"),
                for_(
                    "beginners",
                    "a leaflet shows what each one does",
                    "with a leaflet that explains",
                ),
            ),
            (
                choice(
                    "color",
                    "pink, black, rose gold, white marble, lilac, green, nude",
                    3,
                    6,
                    "in {}",
                ),
                choice(
                    "set",
                    "5 piece, 8 piece, 10 piece, 12 piece, 16 piece",
                    3,
                    4,
                    "in the {} set",
                    ordered=True,
                ),
            ),
            (10, 70),
        ),
        ProductType(
            "hair dryers",
            ("Hair Care", "Styling Tools"),
            ("Hair Dryer", "Ionic Hair Dryer", "Hair Blow Dryer"),
            ("a hair dryer", "a blow dryer"),
            ("foldable", "salon", "compact", "wall mounted"),
            (
                before(
                    "fast drying", "long hair is done in six minutes", "that is done in minutes"
                ),
                before(
                    "low noise",
                    "quieter than a conversation",
                    "that is quieter than a conversation",
                ),
                with_("a diffuser", "spreads the air so that curls stay", "so that curls stay"),
                with_("a cool shot button", "a cold burst fixes the style", "with a cold burst"),
                before("dual voltage", "works on every continent", "that works abroad"),
                before("lightweight", "under a pound in the hand", "that weighs under a pound"),
                with_("ceramic coating", "heats evenly, without hot spots", "without hot spots"),
                for_("frizzy hair", "flattens flyaways as it dries", "that flattens flyaways"),
                with_(
                    "three heat settings",
                    "warm, hot and very hot at a switch",
                    "that I can switch from warm to very hot",
                ),
                with_("a removable filter", "lint comes off with a tap", "where lint comes off"),
                with_("a hanging loop", "stores on any hook", "that I can store on a hook"),
            ),
            (
                DEVICE_COLOUR,
                choice("plug", "us plug, uk plug, eu plug, au plug", 3, 3, "with {}"),
            ),
            (24, 160),
        ),
        ProductType(
            "electric toothbrushes",
            ("Oral Care", "Toothbrushes"),
            (
                "Electric Toothbrush",
                "Sonic Electric Toothbrush",
                "Rechargeable Electric Toothbrush",
            ),
            ("an electric toothbrush", "a powered toothbrush"),
            ("slim", "kids", "foldable", "smart"),
            (
                for_(
                    "sensitive teeth",
                    "slows down where gums are sore",
                    "that slows down for sore gums",
                ),
                with_(
                    "a two minute timer",
                    "buzzes when a round is over",
                    "that buzzes when I am done",
                ),
                with_(
                    "a travel case", "shuts tight for the suitcase", "with a box for the suitcase"
                ),
                with_(
                    "a pressure sensor",
                    "lights up if you push too hard",
                    "that tells me if I push hard",
                ),
                before("fully washable", "may be held under the tap", "that can go under the tap"),
                for_("plaque removal", "gets behind the molars", "that gets behind the molars"),
                with_(
                    "a charging base",
                    "stands upright while it fills up",
                    "with a stand to fill it up",
                ),
                with_("soft bristles", "rounded at the tips", "with rounded tips"),
                before(
                    "fast charging",
                    "a full week of power within the hour",
                    "that has a week of power within the hour",
                ),
                with_(
                    "five modes",
                    "from gentle massage to deep polish",
                    "that goes from massage to polish",
                ),
                with_("spare brush heads", "enough for a whole year", "with heads for a year"),
            ),
            (
                DEVICE_COLOUR,
                choice(
                    "style",
                    "1 handle, 2 handles, handle and stand, family set",
                    3,
                    3,
                    "in the {} style",
                ),
            ),
            (18, 130),
        ),
    ),
)
