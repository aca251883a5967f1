"""What the grocery department sells to nibble."""

from __future__ import annotations

from lamer_envs.webshop.embedded.pools import choice, pack
from lamer_envs.webshop.embedded.records import (
    Choice,
    ProductType,
    before,
    for_,
    only,
    with_,
    without,
)

DIET = (
    before("gluten free", "no wheat, barley or rye", "without wheat"),
    before("non gmo", "from seed that nobody engineered", "from seed nobody engineered"),
    before("certified organic", "grown without sprays", "grown without sprays"),
    before("vegan", "nothing from animals", "with nothing from animals", rival="animal"),
    before("kosher", "a rabbi visits the kitchen", "from a kitchen that a rabbi visits"),
    with_("no artificial colors", "only beet and turmeric tint it", "tinted with beet only"),
    with_("resealable bags", "a strip keeps it fresh once open", "that keeps fresh once open"),
)
SWEETNESS = (
    before(
        "sugar free", "sweetened with stevia leaf alone", "sweetened with stevia", rival="sweet"
    ),
    before(
        "low sugar", "two grams of sweetness a serving", "of two grams of sweetness", rival="sweet"
    ),
    with_("maple syrup", "sweetness tapped from trees", "with sweetness from trees", rival="sweet"),
)
FIGURES = (
    before("keto friendly", "three net carbs a portion", "with three net carbs"),
    before("low sodium", "a pinch of salt and no more", "with a pinch of salt only"),
    before("high protein", "builds muscle, twelve grams a portion", "that builds muscle"),
    before("high fiber", "fills you for hours", "that fills me for hours"),
    before("low calorie", "a hundred a portion, counted", "of a hundred a portion"),
)
ALLERGIES = (
    before("nut free", "safe in a classroom with allergies", "safe for allergies"),
    before("dairy free", "no milk, no cream, no cheese", "without milk", rival="animal"),
    before("soy free", "no tofu beans in any form", "without tofu beans"),
)
USES = (
    for_("gift giving", "in a box with a bow", "in a box with a bow"),
    for_("school lunches", "fits the tin that children carry", "that fits what children carry"),
    for_("camping trips", "keeps for months in a tent", "that keeps in a tent"),
    before("individually wrapped", "each one sealed by itself", "where each is sealed by itself"),
    before("ready to eat", "tear open and start", "that I can tear open and start"),
    before("small batch", "cooked by the kettle, never by the ton", "cooked by the kettle"),
)
BOX = pack("1, 2, 3, 4, 6, 12")
_OUNCES = "2 ounce, 4 ounce, 8 ounce, 12 ounce, 16 ounce, 32 ounce"
WEIGHT = choice("size", _OUNCES, 3, 5, "in the {} size", ordered=True)


def flavours(row: str) -> Choice:
    return choice("flavor name", row, 3, 7, "in {} flavor")


SNACKS = (
    ProductType(
        "protein bars",
        ("Snack Foods", "Bars"),
        ("Protein Bars", "Snack Bars", "Protein Snack Bars"),
        ("some protein bars", "some bars for after the gym", "some energy bars"),
        ("crunchy", "chewy", "frozen", "layered"),
        (
            *without(DIET, "resealable bags"),
            *SWEETNESS,
            *only(FIGURES, "keto friendly", "high fiber", "low calorie"),
            *without(ALLERGIES, "nut free"),
            *only(USES, "school lunches", "camping trips", "individually wrapped"),
            with_(
                "whey isolate", "filtered milk powder", "with filtered milk powder", rival="animal"
            ),
            before("meal replacement", "stands in for breakfast", "that stands in for breakfast"),
        ),
        (
            flavours(
                "peanut butter, cookie dough, lemon, double chocolate, mint chip, "
                "birthday cake, salted caramel, blueberry muffin, coconut almond, "
                "s'mores"
            ),
            BOX,
        ),
        (11, 74),
    ),
    ProductType(
        "mixed nuts",
        ("Snack Foods", "Nuts & Seeds"),
        ("Nuts", "Mixed Nuts", "Snack Nuts"),
        ("some nuts", "nuts to snack on"),
        ("cashew", "pistachio", "macadamia", "pecan", "walnut"),
        (
            *DIET,
            *only(FIGURES, "keto friendly", "low sodium", "high protein", "high fiber"),
            *only(USES, "gift giving", "school lunches", "camping trips", "small batch"),
            before(
                "dry roasted",
                "browned in hot air without oil",
                "browned without oil",
                rival="heat",
            ),
            before("raw", "never saw an oven", "that never saw an oven", rival="heat"),
            before("shell free", "peeled and halved for you", "peeled for me"),
        ),
        (
            flavours(
                "lightly salted, unsalted, honey roasted, chili lime, smoked, "
                "rosemary, cinnamon sugar, barbecue, wasabi, garlic herb"
            ),
            WEIGHT,
            pack("1, 2, 3, 6"),
        ),
        (10, 90),
    ),
    ProductType(
        "cookies",
        ("Snack Foods", "Cookies"),
        ("Cookies", "Biscuit Cookies", "Gourmet Cookies"),
        ("some cookies", "some biscuits"),
        ("shortbread", "oatmeal", "wafer", "sandwich", "gingersnap"),
        (
            *DIET,
            *without(SWEETNESS, "maple syrup"),
            *only(FIGURES, "low calorie"),
            *without(ALLERGIES, "nut free"),
            *only(USES, "gift giving", "school lunches", "individually wrapped", "small batch"),
            before("soft baked", "bends before it breaks", "that bends before it breaks"),
            with_(
                "real butter",
                "churned on the farm",
                "with something churned on the farm",
                rival="animal",
            ),
        ),
        (
            flavours(
                "chocolate chip, lemon, ginger, white chocolate, raspberry, "
                "snickerdoodle, peanut butter, pecan, orange, coconut"
            ),
            WEIGHT,
            BOX,
        ),
        (8, 62),
    ),
    ProductType(
        "meat jerky",
        ("Snack Foods", "Jerky"),
        ("Jerky", "Jerky Snack", "Jerky Strips"),
        ("some jerky", "some dried meat"),
        ("beef", "venison", "bison", "elk", "lamb"),
        (
            *only(DIET, "gluten free", "resealable bags"),
            *SWEETNESS,
            *FIGURES,
            *only(USES, "gift giving"),
            *without(USES, "gift giving", "school lunches"),
            before("grass fed", "herds that graze all year", "from herds that graze"),
            before("nitrate free", "cured with celery instead", "cured with celery"),
            before("slow smoked", "nine hours over hickory", "that hung over hickory for hours"),
            with_("no msg", "savory without enhancers", "without enhancers"),
            before("tender", "easy on old teeth", "that is easy on teeth"),
        ),
        (
            flavours(
                "original, teriyaki, black pepper, sweet heat, hickory, jalapeno, "
                "garlic, barbecue, korean style, lemon pepper"
            ),
            WEIGHT,
            pack("1, 2, 4, 8"),
        ),
        (10, 71),
    ),
    ProductType(
        "potato chips",
        ("Snack Foods", "Chips & Crisps"),
        ("Chips", "Potato Chips", "Crispy Chips"),
        ("some chips", "some crisps"),
        ("kettle cooked", "ridged", "thin cut", "sweet potato", "popped"),
        (
            *without(DIET, "vegan"),
            *only(FIGURES, "low sodium", "low calorie"),
            *without(ALLERGIES, "dairy free"),
            *only(USES, "school lunches", "camping trips"),
            with_(
                "avocado oil",
                "fried in pressed green fruit",
                "fried in green fruit",
                rival="oil",
            ),
            with_("sunflower oil", "fried in pressed seeds", "fried in seeds", rival="oil"),
            before("oven baked", "crisp without a fryer", "that saw no fryer"),
            before(
                "extra crunchy",
                "loud enough to wake the house",
                "loud enough to wake the house",
            ),
        ),
        (
            flavours(
                "sea salt, salt and vinegar, sour cream and onion, barbecue, "
                "jalapeno, cheddar, truffle, dill pickle, chili lime, ranch"
            ),
            choice(
                "size",
                "1 ounce, 1.5 ounce, 5 ounce, 8 ounce, 13 ounce",
                3,
                4,
                "in the {} size",
                ordered=True,
            ),
            pack("1, 6, 12, 24"),
        ),
        (8, 68),
    ),
    ProductType(
        "hard candy",
        ("Candy & Chocolate", "Candy"),
        ("Candy", "Candy Sweets", "Candy Assortment"),
        ("some candy", "some sweets"),
        ("lollipop", "gummy", "taffy", "licorice", "sour"),
        (
            *DIET,
            *only(SWEETNESS, "sugar free"),
            *ALLERGIES,
            *only(USES, "gift giving", "individually wrapped", "small batch"),
            for_("parties", "fills a bowl for fifty guests", "that fills a bowl for guests"),
            for_("halloween", "for trick or treat bags", "for trick or treat"),
            with_(
                "real fruit juice",
                "squeezed, not made in a lab",
                "that is squeezed and not from a lab",
            ),
            before("fat free", "not a trace of grease", "without a trace of grease"),
        ),
        (
            flavours(
                "cherry, watermelon, green apple, grape, mixed fruit, root beer, "
                "lemon, cola, strawberry, blue raspberry, peach"
            ),
            WEIGHT,
            pack("1, 2, 4, 10"),
        ),
        (8, 56),
    ),
    ProductType(
        "chocolate",
        ("Candy & Chocolate", "Chocolate"),
        ("Chocolate Bar", "Chocolate", "Gourmet Chocolate"),
        ("some chocolate", "a chocolate bar"),
        ("dark", "milk", "white", "ruby"),
        (
            *without(DIET, "vegan", "resealable bags"),
            *only(SWEETNESS, "sugar free"),
            *only(FIGURES, "keto friendly"),
            *only(USES, "gift giving", "individually wrapped", "small batch"),
            before(
                "fair trade", "growers earn a fixed premium", "for which growers earn a premium"
            ),
            before("single origin", "beans from one valley", "with beans from one valley"),
            before("soy free", "no lecithin from beans", "without lecithin"),
            before("stone ground", "coarse and crumbly as in Mexico", "coarse and crumbly"),
        ),
        (
            flavours(
                "sea salt, orange, raspberry, almond, espresso bean, mint, chili, "
                "hazelnut, toffee, coconut, plain"
            ),
            choice(
                "size",
                "1.4 ounce, 3 ounce, 3.5 ounce, 7 ounce",
                3,
                3,
                "in the {} size",
                ordered=True,
            ),
            pack("1, 3, 6, 12"),
        ),
        (8, 74),
    ),
)
