"""What the fashion department sells."""

from __future__ import annotations

from lamer_envs.webshop.embedded.pools import (
    CLOTHES_COLOUR,
    CLOTHES_SIZE,
    MENS_SHOE_SIZE,
    SHOE_COLOUR,
    WOMENS_SHOE_SIZE,
    choice,
)
from lamer_envs.webshop.embedded.records import (
    Domain,
    ProductType,
    before,
    for_,
    only,
    with_,
    without,
)

_CLOTH = (
    before("machine washable", "cold cycle, then hang to dry", "that survives a cold cycle"),
    before(
        "wrinkle resistant", "out of the suitcase and on", "that I can wear out of the suitcase"
    ),
    before("cotton", "woven from a soft natural yarn", "made of natural yarn", rival="yarn"),
    before("polyester", "a smooth yarn that dries fast", "of yarn that dries fast", rival="yarn"),
    before("linen", "a cool yarn spun from flax", "spun from flax", rival="yarn"),
)
_TOPS = (
    before("long sleeve", "covers the arms to the wrist", "that covers the arms", rival="sleeve"),
    before("short sleeve", "ends above the elbow", "that ends above the elbow", rival="sleeve"),
    before("loose fit", "falls freely from the shoulders", "that falls freely", rival="fit"),
    before("slim fit", "follows the body closely", "that follows the body", rival="fit"),
    with_("a v neck", "the collar dips to a point", "where the collar dips", rival="neck"),
    with_("a crew neck", "a round collar close to the throat", "with a round collar", rival="neck"),
)
_BOTTOMS = (
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
_USES = (
    for_("everyday wear", "right for errands, school and sofa", "right for errands"),
    for_("parties", "dressy enough for a celebration", "dressy enough for a celebration"),
    for_("office work", "smart at the desk and in meetings", "that is smart in meetings"),
)
_SHOES = (
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
_CLOSING = (
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
_SHOE_USES = (
    for_("walking", "made for many miles a day", "made for many miles"),
    for_("standing all day", "nurses and cooks swear by it", "that nurses swear by"),
    *without(_USES, "everyday wear"),
)
_CUT = choice("fit type", "regular, petite, tall, plus", 3, 3, "in the {} fit")
_MENS_CUT = choice("fit type", "regular, big and tall, athletic, short", 3, 3, "in the {} fit")
_WIDTH = choice("width", "narrow, standard, wide, extra wide", 3, 3, "in {} width", ordered=True)
_WOMENS_PATTERNS = "solid, floral, polka dot, striped, tie dye, paisley, gingham, leopard print"


FASHION = Domain(
    "fashion",
    "Clothing, Shoes & Jewelry",
    (
        ProductType(
            "women's dresses",
            ("Women", "Clothing", "Dresses"),
            ("Dress for Women", "Casual Dress for Women", "Summer Dress for Women"),
            ("a women's dress", "a dress", "a dress for a woman"),
            ("maxi", "midi", "wrap", "bodycon", "a line"),
            (
                *_CLOTH,
                *only(_TOPS, "long sleeve", "short sleeve", "v neck", "crew neck"),
                *_USES,
                with_("pockets", "deep enough for phone and keys", "deep enough for my phone"),
                with_("a tie waist", "a sash shapes the middle", "that a sash shapes"),
                before("fully lined", "not see-through in the sun", "that is not see-through"),
            ),
            (CLOTHES_COLOUR, CLOTHES_SIZE, _CUT),
            (16, 101),
        ),
        ProductType(
            "women's sweaters",
            ("Women", "Clothing", "Sweaters"),
            ("Sweater for Women", "Pullover Sweater for Women", "Knit Sweater for Women"),
            ("a women's sweater", "a jumper", "a knitted pullover"),
            ("cable knit", "turtleneck", "cardigan", "cropped", "off shoulder"),
            (
                *only(_CLOTH, "machine washable"),
                *only(_TOPS, "loose fit", "slim fit"),
                *_USES,
                before(
                    "wool blend",
                    "sheep and acrylic, half and half",
                    "that is half from sheep",
                    rival="yarn",
                ),
                before("cashmere", "combed from mountain goats", "combed from goats", rival="yarn"),
                before(
                    "cotton", "woven from a soft natural yarn", "made of natural yarn", rival="yarn"
                ),
                before("pill resistant", "stays smooth after thirty washes", "that stays smooth"),
                before("ribbed", "fine raised lines all over", "with fine raised lines"),
                before("winter warm", "for frost and drafty rooms", "for frost"),
                with_("balloon sleeves", "wide above the cuff", "that is wide above the cuff"),
            ),
            (CLOTHES_COLOUR, CLOTHES_SIZE, _CUT),
            (21, 120),
        ),
        ProductType(
            "women's leggings",
            ("Women", "Clothing", "Active"),
            ("Leggings for Women", "Stretch Leggings for Women", "Workout Leggings"),
            ("a pair of leggings", "some yoga pants", "some workout tights"),
            ("capri", "full length", "flared", "seamless"),
            (
                *only(_CLOTH, "machine washable"),
                *without(_BOTTOMS, "elastic waist", "drawstring closure"),
                with_(
                    "a high waist",
                    "sits above the navel",
                    "that sits above the navel",
                    rival="waist",
                ),
                with_("tummy control", "a firm panel flattens the belly", "with a firm panel"),
                before(
                    "squat proof",
                    "nothing shows through when you bend",
                    "that nothing shows through",
                ),
                before("moisture wicking", "draws sweat off the legs", "that draws sweat off"),
                before("fleece lined", "brushed inside for cold runs", "brushed inside"),
                for_("yoga", "moves with every pose", "that moves with every pose"),
                for_("running", "stays put for ten miles", "that stays put for miles"),
            ),
            (CLOTHES_COLOUR, CLOTHES_SIZE, _CUT),
            (14, 88),
        ),
        ProductType(
            "women's pajamas",
            ("Women", "Clothing", "Sleepwear"),
            ("Pajama Set for Women", "Pajama Set", "Sleepwear Pajama Set"),
            ("a women's pajama set", "some pajamas", "some nightwear"),
            ("satin", "flannel", "ruffled", "button down"),
            (
                *only(_CLOTH, "machine washable", "cotton", "polyester"),
                *only(_TOPS, "long sleeve", "short sleeve"),
                *without(_BOTTOMS, "quick dry", "four way stretch"),
                before("breathable", "no night sweats in July", "against night sweats"),
                before("tagless", "no label scratches the neck", "where no label scratches"),
                with_("an eye mask", "a matching cover for the face", "with a cover for the face"),
                for_("gifts", "wrapped with a ribbon", "that comes wrapped"),
            ),
            (
                choice("pattern name", _WOMENS_PATTERNS, 3, 7, "with the {} pattern"),
                CLOTHES_SIZE,
                _CUT,
            ),
            (18, 83),
        ),
        ProductType(
            "men's shirts",
            ("Men", "Clothing", "Shirts"),
            ("Shirt for Men", "Button Down Shirt for Men", "Casual Shirt for Men"),
            ("a men's shirt", "a shirt for a man", "a shirt for my husband"),
            ("henley", "polo", "hawaiian", "plaid", "oxford"),
            (
                *_CLOTH,
                *without(_TOPS, "v neck", "crew neck"),
                *_USES,
                before("moisture wicking", "draws sweat off the back", "that draws sweat off"),
                with_("a chest pocket", "holds pen and glasses", "that holds pen and glasses"),
                before("non iron", "smooth straight from the dryer", "smooth from the dryer"),
            ),
            (CLOTHES_COLOUR, CLOTHES_SIZE, _MENS_CUT),
            (15, 91),
        ),
        ProductType(
            "men's shorts",
            ("Men", "Clothing", "Shorts"),
            ("Shorts for Men", "Cargo Shorts for Men", "Athletic Shorts for Men"),
            ("a pair of men's shorts", "some shorts for a man", "some short pants for men"),
            ("golf", "board", "basketball", "hiking"),
            (
                *_CLOTH,
                *_BOTTOMS,
                with_("a zipper pocket", "coins stay in on a run", "where coins stay in"),
                with_("a mesh liner", "a net inside replaces briefs", "with a net inside"),
                for_("the gym", "made for sets and sprints", "made for sprints"),
                with_("reflective strips", "drivers see you at dusk", "that drivers see at dusk"),
            ),
            (CLOTHES_COLOUR, CLOTHES_SIZE, _MENS_CUT),
            (15, 90),
        ),
        ProductType(
            "men's jackets",
            ("Men", "Clothing", "Jackets"),
            ("Jacket for Men", "Lightweight Jacket for Men", "Hooded Jacket for Men"),
            ("a men's jacket", "a coat for a man", "a jacket for my dad"),
            ("bomber", "rain", "puffer", "denim", "softshell"),
            (
                *only(_CLOTH, "machine washable"),
                with_("a detachable hood", "unzips when the sun is out", "with a cap that unzips"),
                before("wind proof", "gusts stop at the cloth", "that stops gusts"),
                before("fleece lined", "brushed inside for cold mornings", "brushed inside"),
                with_(
                    "inner pockets", "a safe place for the wallet", "with a place for the wallet"
                ),
                with_(
                    "a zipper closure",
                    "runs from hem to chin",
                    "that shuts from hem to chin",
                    rival="closing",
                ),
                with_("snap buttons", "opens in one tug", "that opens in one tug", rival="closing"),
                before("packable", "folds into its own pouch", "that folds into a pouch"),
                for_("hiking", "for ridges and forest paths", "for forest paths"),
                for_("daily wear", "right for errands and school runs", "right for errands"),
                with_("elastic cuffs", "seals at the wrists", "that seals at the wrists"),
                with_("reflective strips", "drivers see you at dusk", "that drivers see at dusk"),
            ),
            (CLOTHES_COLOUR, CLOTHES_SIZE, _MENS_CUT),
            (26, 165),
        ),
        ProductType(
            "women's sandals",
            ("Women", "Shoes", "Sandals"),
            ("Sandals for Women", "Comfort Sandals for Women", "Summer Sandals for Women"),
            ("a pair of women's sandals", "some sandals for a woman", "some open shoes for women"),
            ("wedge", "gladiator", "flat", "platform", "slide"),
            (
                *without(_SHOES, "mesh", "wide toe box", "waterproof"),
                *only(_CLOSING, "zipper closure", "buckle strap"),
                *_SHOE_USES,
                with_("an open toe", "toes breathe in the heat", "where toes breathe"),
                with_(
                    "an ankle strap",
                    "a band keeps the heel in",
                    "with a band that keeps the heel in",
                ),
                for_("the beach", "sand rinses off at once", "that sand rinses off"),
            ),
            (SHOE_COLOUR, WOMENS_SHOE_SIZE, _WIDTH),
            (18, 114),
        ),
        ProductType(
            "women's boots",
            ("Women", "Shoes", "Boots"),
            ("Boots for Women", "Fashion Boots for Women", "Casual Boots for Women"),
            ("a pair of women's boots", "some boots for a woman"),
            ("ankle", "knee high", "chelsea", "snow", "combat"),
            (
                *only(
                    _SHOES,
                    "rubber sole",
                    "eva sole",
                    "memory foam",
                    "arch support",
                    "slip resistant",
                ),
                *only(_SHOES, "wide toe box", "waterproof"),
                *without(_CLOSING, "buckle strap"),
                *_SHOE_USES,
                with_("a block heel", "broad and steady below", "that is broad and steady below"),
                before("faux fur lined", "fluffy to the toes", "fluffy to the toes"),
                before(
                    "wide calf", "room for strong legs and thick jeans", "with room for strong legs"
                ),
            ),
            (SHOE_COLOUR, WOMENS_SHOE_SIZE, _WIDTH),
            (28, 160),
        ),
        ProductType(
            "men's sneakers",
            ("Men", "Shoes", "Sneakers"),
            ("Sneakers for Men", "Sport Sneakers for Men", "Fashion Sneakers for Men"),
            ("a pair of men's sneakers", "some trainers for a man", "some sports shoes for men"),
            ("high top", "trail", "tennis", "retro", "skate"),
            (
                *_SHOES,
                *only(_CLOSING, "lace up", "slip on"),
                *only(_SHOE_USES, "walking"),
                for_(
                    "running", "springs back at every stride", "that springs back at every stride"
                ),
                before("lightweight", "nine ounces a foot", "of nine ounces a foot"),
                with_("a heel pull tab", "a loop to get in faster", "with a loop to get in"),
            ),
            (SHOE_COLOUR, MENS_SHOE_SIZE, _WIDTH),
            (24, 135),
        ),
        ProductType(
            "men's loafers",
            ("Men", "Shoes", "Loafers & Slip-Ons"),
            ("Loafers for Men", "Dress Loafers for Men", "Penny Loafers for Men"),
            ("a pair of men's loafers", "some loafers for a man"),
            ("driving", "tassel", "moccasin", "venetian"),
            (
                *without(_SHOES, "waterproof"),
                *_SHOE_USES,
                before(
                    "hand stitched",
                    "sewn by one shoemaker from start to end",
                    "sewn by one shoemaker",
                ),
                with_(
                    "cushioned insole", "soft under the heel bone", "that is soft under the heel"
                ),
                with_("a low heel", "under an inch off the ground", "under an inch high"),
                with_(
                    "rubber nubs",
                    "small dots below that hold the pedal",
                    "with dots below that hold the pedal",
                ),
            ),
            (SHOE_COLOUR, MENS_SHOE_SIZE, _WIDTH),
            (26, 140),
        ),
        ProductType(
            "backpacks",
            ("Luggage & Travel Gear", "Backpacks"),
            ("Backpack", "Laptop Backpack", "Travel Backpack"),
            ("a backpack", "a rucksack", "a bag for my back"),
            ("school", "hiking", "mini", "roll top"),
            (
                before(
                    "water resistant", "books stay dry in a shower of rain", "that keeps books dry"
                ),
                with_(
                    "a shoe compartment", "keeps muddy soles apart", "that keeps muddy soles apart"
                ),
                with_("a laptop sleeve", "padded for fifteen inches", "padded for my computer"),
                with_("a usb port", "a socket outside for the phone", "with a socket outside"),
                before(
                    "anti theft",
                    "the zip lies against your spine",
                    "where the zip lies against the spine",
                ),
                with_(
                    "padded straps",
                    "thick foam on the shoulders",
                    "with thick foam on the shoulders",
                ),
                with_("bottle pockets", "two nets at the sides", "with nets at the sides"),
                before(
                    "large capacity", "a week of clothes fits in", "that a week of clothes fits in"
                ),
                before("lightweight", "weighs less than a book", "that weighs less than a book"),
                with_("a chest strap", "clips at the front for climbs", "that clips at the front"),
                with_(
                    "a lifetime warranty",
                    "mended for good if a seam goes",
                    "that is mended if a seam goes",
                ),
            ),
            (
                SHOE_COLOUR,
                choice(
                    "size",
                    "12 liter, 18 liter, 25 liter, 35 liter, 45 liter",
                    3,
                    4,
                    "in the {} size",
                    ordered=True,
                ),
            ),
            (18, 110),
        ),
    ),
)
