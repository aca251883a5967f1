"""What the grocery department sells."""

from __future__ import annotations

from lamer_envs.webshop.embedded.pools import pack, values
from lamer_envs.webshop.embedded.records import Choice, Domain, ProductType, before, for_, with_

_DIET = (
    before("gluten free", "no wheat, barley or rye", "without wheat"),
    before("non gmo", "from seed that nobody engineered", "from seed nobody engineered"),
    before("certified organic", "grown without sprays", "grown without sprays"),
    before("vegan", "nothing from animals", "with nothing from animals"),
    before("kosher", "a rabbi visits the kitchen", "from a kitchen that a rabbi visits"),
    with_("no artificial colors", "only beet and turmeric tint it", "tinted with beet only"),
    with_("resealable bags", "a strip keeps it fresh once open", "that keeps fresh once open"),
)
_SWEETNESS = (
    before(
        "sugar free", "sweetened with stevia leaf alone", "sweetened with stevia", rival="sweet"
    ),
    before(
        "low sugar", "two grams of sweetness a serving", "of two grams of sweetness", rival="sweet"
    ),
    with_("wild honey", "sweetness from the comb", "with sweetness from the comb", rival="sweet"),
)
_FIGURES = (
    before("keto friendly", "three net carbs a portion", "with three net carbs"),
    before("low sodium", "a pinch of salt and no more", "with a pinch of salt only"),
    before("high protein", "builds muscle, twelve grams a portion", "that builds muscle"),
    before("high fiber", "fills you for hours", "that fills me for hours"),
    before("low calorie", "a hundred a portion, counted", "of a hundred a portion"),
)
_NUTS_FREE = (
    before("nut free", "safe in a classroom with allergies", "safe for allergies", rival="nuts"),
    before("dairy free", "no milk, no butter, no whey", "without milk"),
    before("soy free", "no tofu beans in any form", "without tofu beans"),
)
_USES = (
    for_("gift giving", "in a box with a bow", "in a box with a bow"),
    for_("school lunches", "fits the tin that children carry", "that fits what children carry"),
    for_("camping trips", "keeps for months in a tent", "that keeps in a tent"),
    before("individually wrapped", "each one sealed by itself", "where each is sealed by itself"),
    before("ready to eat", "tear open and start", "that I can tear open and start"),
    before("small batch", "cooked by the kettle, never by the ton", "cooked by the kettle"),
)
_BOX = pack("1, 2, 3, 4, 6, 12")
_OUNCES = values("2 ounce, 4 ounce, 8 ounce, 12 ounce, 16 ounce, 32 ounce")
_WEIGHT = Choice("size", _OUNCES, 2, 4, "in the {} size", ordered=True)


def _flavours(row: str) -> Choice:
    return Choice("flavor name", values(row), 3, 7, "in {} flavor")


GROCERY = Domain(
    "grocery",
    "Grocery & Gourmet Food",
    (
        ProductType(
            "tea",
            ("Beverages", "Tea"),
            ("Tea", "Loose Leaf Tea", "Tea Bags"),
            ("some tea", "tea to brew"),
            ("oolong", "earl grey", "rooibos", "herbal", "matcha", "sencha"),
            (
                *_DIET[:5],
                *_DIET[6:],
                *_SWEETNESS[:1],
                *_USES[:1],
                before("caffeine free", "no buzz before bed", "without the buzz", rival="buzz"),
                before(
                    "high caffeine",
                    "the strong kick of a double shot",
                    "with a strong kick",
                    rival="buzz",
                ),
                with_(
                    "real fruit pieces",
                    "dried apple and berries among the leaves",
                    "with dried apple and berries",
                ),
                before(
                    "hand picked",
                    "only the top two leaves of each twig",
                    "of the top two leaves only",
                ),
                for_("digestion", "settles the stomach after a meal", "that settles the stomach"),
                for_("better sleep", "drink it an hour before bed", "to drink before bed"),
                before("single origin", "from one hillside", "from one hillside"),
            ),
            (
                _flavours(
                    "peach, lemon ginger, jasmine, mint, chai spice, blueberry, plain, hibiscus, coconut, bergamot, cinnamon apple"
                ),
                _WEIGHT,
                _BOX,
            ),
            (6, 42),
        ),
        ProductType(
            "coffee",
            ("Beverages", "Coffee"),
            ("Coffee", "Ground Coffee", "Whole Bean Coffee"),
            ("some coffee", "coffee for my kitchen"),
            ("espresso", "cold brew", "dark roast", "light roast", "breakfast blend"),
            (
                *_DIET[1:3],
                *_DIET[6:],
                *_USES[:1],
                *_USES[2:3],
                *_USES[5:],
                before("single origin", "from one hillside", "from one hillside"),
                before("low acid", "gentle to an empty stomach", "that is gentle to the stomach"),
                before(
                    "fair trade", "growers earn a fixed premium", "for which growers earn a premium"
                ),
                before(
                    "decaffeinated",
                    "water takes the buzz out",
                    "with the buzz taken out",
                    rival="buzz",
                ),
                before("extra strong", "twice the usual kick", "with twice the kick", rival="buzz"),
                before(
                    "shade grown",
                    "under trees that birds live in",
                    "from under trees that birds live in",
                ),
                before(
                    "freshly roasted", "out of the drum this week", "that left the drum this week"
                ),
            ),
            (
                _flavours(
                    "plain, hazelnut, french vanilla, caramel, mocha, pumpkin spice, coconut, butterscotch, cinnamon bun, maple"
                ),
                _WEIGHT,
                _BOX,
            ),
            (8, 52),
        ),
        ProductType(
            "protein bars",
            ("Snack Foods", "Bars"),
            ("Protein Bars", "Snack Bars", "Protein Snack Bars"),
            ("some protein bars", "some bars for after the gym", "some energy bars"),
            ("crunchy", "chewy", "frozen", "layered"),
            (
                *_DIET[:6],
                *_SWEETNESS,
                *_FIGURES[:1],
                *_FIGURES[3:],
                *_NUTS_FREE,
                *_USES[1:4],
                with_("whey isolate", "filtered milk powder", "with filtered milk powder"),
                before(
                    "meal replacement", "stands in for breakfast", "that stands in for breakfast"
                ),
            ),
            (
                _flavours(
                    "peanut butter, cookie dough, lemon, double chocolate, mint chip, birthday cake, salted caramel, blueberry muffin, coconut almond, s'mores"
                ),
                _BOX,
            ),
            (9, 48),
        ),
        ProductType(
            "mixed nuts",
            ("Snack Foods", "Nuts & Seeds"),
            ("Nuts", "Mixed Nuts", "Snack Nuts"),
            ("some nuts", "nuts to snack on"),
            ("cashew", "pistachio", "macadamia", "pecan", "walnut"),
            (
                *_DIET,
                *_FIGURES[:2],
                *_FIGURES[2:4],
                *_USES[:3],
                *_USES[5:],
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
                _flavours(
                    "lightly salted, unsalted, honey roasted, chili lime, smoked, rosemary, cinnamon sugar, barbecue, wasabi, garlic herb"
                ),
                _WEIGHT,
                pack("1, 2, 3, 6"),
            ),
            (8, 58),
        ),
        ProductType(
            "cookies",
            ("Snack Foods", "Cookies"),
            ("Cookies", "Biscuit Cookies", "Gourmet Cookies"),
            ("some cookies", "some biscuits"),
            ("shortbread", "oatmeal", "wafer", "sandwich", "gingersnap"),
            (
                *_DIET,
                *_SWEETNESS[:2],
                *_FIGURES[4:],
                *_NUTS_FREE,
                *_USES[:2],
                *_USES[3:4],
                *_USES[5:],
                before("soft baked", "bends before it breaks", "that bends before it breaks"),
                with_("real butter", "churned on the farm", "with something churned on the farm"),
            ),
            (
                _flavours(
                    "chocolate chip, lemon, ginger, white chocolate, raspberry, snickerdoodle, peanut butter, pecan, orange, coconut"
                ),
                _WEIGHT,
                _BOX,
            ),
            (6, 40),
        ),
        ProductType(
            "meat jerky",
            ("Snack Foods", "Jerky"),
            ("Jerky", "Jerky Snack", "Jerky Strips"),
            ("some jerky", "some dried meat"),
            ("beef", "turkey", "venison", "salmon", "bison"),
            (
                *_DIET[:1],
                *_DIET[6:],
                *_SWEETNESS,
                *_FIGURES,
                *_USES[:1],
                *_USES[2:],
                before("grass fed", "herds that graze all year", "from herds that graze"),
                before("nitrate free", "cured with celery instead", "cured with celery"),
                before(
                    "slow smoked", "nine hours over hickory", "that hung over hickory for hours"
                ),
                with_("no msg", "savory without enhancers", "without enhancers"),
                before("tender", "easy on old teeth", "that is easy on teeth"),
            ),
            (
                _flavours(
                    "original, teriyaki, black pepper, sweet heat, hickory, jalapeno, garlic, barbecue, korean style, lemon pepper"
                ),
                _WEIGHT,
                pack("1, 2, 4, 8"),
            ),
            (8, 46),
        ),
        ProductType(
            "potato chips",
            ("Snack Foods", "Chips & Crisps"),
            ("Chips", "Potato Chips", "Crispy Chips"),
            ("some chips", "some crisps"),
            ("kettle cooked", "ridged", "thin cut", "sweet potato", "popped"),
            (
                *_DIET,
                *_FIGURES[1:2],
                *_FIGURES[4:],
                *_NUTS_FREE,
                *_USES[1:3],
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
                _flavours(
                    "sea salt, salt and vinegar, sour cream and onion, barbecue, jalapeno, cheddar, truffle, dill pickle, chili lime, ranch"
                ),
                Choice(
                    "size",
                    values("1 ounce, 1.5 ounce, 5 ounce, 8 ounce, 13 ounce"),
                    2,
                    4,
                    "in the {} size",
                    ordered=True,
                ),
                pack("1, 6, 12, 24"),
            ),
            (6, 44),
        ),
        ProductType(
            "hard candy",
            ("Candy & Chocolate", "Candy"),
            ("Candy", "Candy Sweets", "Candy Assortment"),
            ("some candy", "some sweets"),
            ("lollipop", "gummy", "taffy", "licorice", "sour"),
            (
                *_DIET,
                *_SWEETNESS[:1],
                *_NUTS_FREE,
                *_USES[:1],
                *_USES[3:4],
                *_USES[5:],
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
                _flavours(
                    "cherry, watermelon, green apple, grape, mixed fruit, root beer, lemon, cola, strawberry, blue raspberry, peach"
                ),
                _WEIGHT,
                pack("1, 2, 4, 10"),
            ),
            (6, 36),
        ),
        ProductType(
            "chocolate",
            ("Candy & Chocolate", "Chocolate"),
            ("Chocolate Bar", "Chocolate", "Gourmet Chocolate"),
            ("some chocolate", "a chocolate bar"),
            ("dark", "milk", "white", "ruby"),
            (
                *_DIET[:6],
                *_SWEETNESS[:1],
                *_FIGURES[:1],
                *_USES[:1],
                *_USES[3:4],
                *_USES[5:],
                before(
                    "fair trade", "growers earn a fixed premium", "for which growers earn a premium"
                ),
                before("single origin", "beans from one valley", "with beans from one valley"),
                before("soy free", "no lecithin from beans", "without lecithin"),
                before("stone ground", "coarse and crumbly as in Mexico", "coarse and crumbly"),
            ),
            (
                _flavours(
                    "sea salt, orange, raspberry, almond, espresso bean, mint, chili, hazelnut, toffee, coconut, plain"
                ),
                Choice(
                    "size",
                    values("1.4 ounce, 3 ounce, 3.5 ounce, 7 ounce"),
                    2,
                    3,
                    "in the {} size",
                    ordered=True,
                ),
                pack("1, 3, 6, 12"),
            ),
            (6, 48),
        ),
        ProductType(
            "seasonings",
            ("Pantry", "Herbs & Spices"),
            ("Seasoning", "Seasoning Blend", "Spice Seasoning"),
            ("a seasoning", "a spice mix", "some seasoning"),
            ("steak", "taco", "cajun", "curry", "pizza"),
            (
                *_DIET[:5],
                *_SWEETNESS[:1],
                *_FIGURES[:2],
                *_USES[:1],
                *_USES[2:3],
                *_USES[5:],
                with_("no msg", "savory without enhancers", "without enhancers"),
                before("salt free", "only herbs do the work", "where only herbs do the work"),
                with_(
                    "a grinder top", "twist for fresh flakes", "that I can twist for fresh flakes"
                ),
                for_("grilling", "made for coals and smoke", "made for coals"),
                for_("vegetables", "lifts carrots, beans and kale", "that lifts carrots and beans"),
            ),
            (
                Choice(
                    "style",
                    values("mild, medium heat, hot, extra hot"),
                    2,
                    3,
                    "in the {} style",
                    ordered=True,
                ),
                _WEIGHT,
                pack("1, 2, 3, 6"),
            ),
            (5, 30),
        ),
        ProductType(
            "granola",
            ("Breakfast Foods", "Cereal"),
            ("Granola", "Granola Cereal", "Crunchy Granola"),
            ("some granola", "some crunchy cereal", "some muesli"),
            ("clustered", "grain free", "toasted", "sprouted"),
            (
                *_DIET,
                *_SWEETNESS,
                *_FIGURES[:1],
                *_FIGURES[2:4],
                *_NUTS_FREE,
                *_USES[2:3],
                *_USES[5:],
                with_("ancient grains", "amaranth, millet and spelt", "with millet and spelt"),
                with_("dried cranberries", "tart red dots in each spoon", "with tart red dots"),
            ),
            (
                _flavours(
                    "maple, vanilla almond, cinnamon raisin, peanut butter, coconut cashew, apple pie, cacao, blueberry, pumpkin seed"
                ),
                _WEIGHT,
                pack("1, 2, 3, 6"),
            ),
            (7, 42),
        ),
    ),
)
