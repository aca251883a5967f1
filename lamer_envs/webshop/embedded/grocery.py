"""What the grocery department sells."""

from __future__ import annotations

from lamer_envs.webshop.embedded.pools import choice, pack
from lamer_envs.webshop.embedded.records import (
    Domain,
    ProductType,
    before,
    for_,
    only,
    with_,
    without,
)
from lamer_envs.webshop.embedded.snacks import (
    ALLERGIES,
    BOX,
    DIET,
    FIGURES,
    SNACKS,
    SWEETNESS,
    USES,
    WEIGHT,
    flavours,
)

GROCERY = Domain(
    "grocery",
    "Grocery & Gourmet Food",
    (
        *SNACKS,
        ProductType(
            "tea",
            ("Beverages", "Tea"),
            ("Tea", "Loose Leaf Tea", "Tea Bags"),
            ("some tea", "tea to brew"),
            ("oolong", "earl grey", "rooibos", "herbal", "matcha", "sencha"),
            (
                *without(DIET, "no artificial colors", "resealable bags"),
                *only(DIET, "resealable bags"),
                *only(SWEETNESS, "sugar free"),
                *only(USES, "gift giving"),
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
                flavours(
                    "peach, lemon ginger, jasmine, mint, chai spice, blueberry, plain, "
                    "hibiscus, coconut, bergamot, cinnamon apple"
                ),
                WEIGHT,
                BOX,
            ),
            (8, 65),
        ),
        ProductType(
            "coffee",
            ("Beverages", "Coffee"),
            ("Coffee", "Ground Coffee", "Whole Bean Coffee"),
            ("some coffee", "coffee for my kitchen"),
            ("espresso", "cold brew", "dark roast", "light roast", "breakfast blend"),
            (
                *only(DIET, "non gmo", "certified organic", "resealable bags"),
                *only(USES, "gift giving", "camping trips", "small batch"),
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
                flavours(
                    "plain, hazelnut, french vanilla, caramel, mocha, pumpkin spice, "
                    "coconut, butterscotch, cinnamon bun, maple"
                ),
                WEIGHT,
                BOX,
            ),
            (10, 81),
        ),
        ProductType(
            "seasonings",
            ("Pantry", "Herbs & Spices"),
            ("Seasoning", "Seasoning Blend", "Spice Seasoning"),
            ("a seasoning", "a spice mix", "some seasoning"),
            ("steak", "taco", "cajun", "curry", "pizza"),
            (
                *without(DIET, "no artificial colors", "resealable bags"),
                *only(SWEETNESS, "sugar free"),
                *only(FIGURES, "keto friendly", "low sodium"),
                *only(USES, "gift giving", "camping trips", "small batch"),
                with_("no msg", "savory without enhancers", "without enhancers"),
                before("salt free", "only herbs do the work", "where only herbs do the work"),
                with_(
                    "a grinder top", "twist for fresh flakes", "that I can twist for fresh flakes"
                ),
                for_("grilling", "made for coals and smoke", "made for coals"),
                for_("vegetables", "lifts carrots, beans and kale", "that lifts carrots and beans"),
            ),
            (
                choice(
                    "style",
                    "mild, medium heat, hot, extra hot",
                    3,
                    3,
                    "in the {} style",
                    ordered=True,
                ),
                WEIGHT,
                pack("1, 2, 3, 6"),
            ),
            (6, 46),
        ),
        ProductType(
            "granola",
            ("Breakfast Foods", "Cereal"),
            ("Granola", "Granola Cereal", "Crunchy Granola"),
            ("some granola", "some crunchy cereal", "some muesli"),
            ("clustered", "grain free", "toasted", "sprouted"),
            (
                *DIET,
                *SWEETNESS,
                *only(FIGURES, "keto friendly", "high protein", "high fiber"),
                *without(ALLERGIES, "nut free"),
                *only(USES, "camping trips", "small batch"),
                with_("ancient grains", "amaranth, millet and teff", "with millet and teff"),
                with_("dried cranberries", "tart red dots in each spoon", "with tart red dots"),
            ),
            (
                flavours(
                    "maple, vanilla almond, cinnamon raisin, peanut butter, coconut "
                    "cashew, apple pie, cacao, blueberry, pumpkin seed"
                ),
                WEIGHT,
                pack("1, 2, 3, 6"),
            ),
            (9, 65),
        ),
    ),
)
