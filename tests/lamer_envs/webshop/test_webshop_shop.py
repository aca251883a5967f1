"""The shop's rules and the text of its pages, on a catalogue that can be read at a glance."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tiny_catalogue import BARE, GOAL, LAMPS, ODD, PRODUCTS, SOFA, tiny_catalogue

from lamer_envs.webshop.pages import MAX_PAGE, render, segments
from lamer_envs.webshop.shop import MAX_QUERY, Shop, View, plain

SHOP = Shop(tiny_catalogue())
OPEN = Shop(tiny_catalogue(), show_attributes=True, search_anywhere=True)
TASK = ["Instruction:", GOAL.instruction]


def after(*clicks: str, query: str = "velvet sofa", shop: Shop = SHOP) -> View:
    view = shop.search(shop.start(), query)
    for click in clicks:
        assert view is not None
        view = shop.click(view, click)
    assert view is not None
    return view


def page(view: View, shop: Shop = SHOP) -> list[str]:
    return segments(shop, view, GOAL.instruction)


def test_the_search_page() -> None:
    view = SHOP.start()
    assert page(view) == ["WebShop", *TASK, "Search"]
    assert (
        render(SHOP, view, " buy  it\n") == "WebShop [SEP] Instruction: [SEP] buy  it [SEP] Search"
    )
    assert SHOP.can_search(view)
    assert SHOP.clickables(view) == []
    assert SHOP.hits(view) == ()
    assert SHOP.click(view, "search") is None
    assert SHOP.click(view, "back to search") is None


def test_results_of_one_page() -> None:
    view = after()
    assert page(view) == [
        *TASK,
        "Back to Search",
        "Page 1 (Total results: 1)",
        *(SOFA.asin, SOFA.title, "$400.0 to $600.0"),
    ]
    assert SHOP.clickables(view) == ["back to search", "b000sofa01"]
    assert SHOP.click(view, "next >") is None
    assert SHOP.click(view, "< prev") is None
    assert SHOP.click(view, BARE.asin) is None
    assert SHOP.click(view, SOFA.title) is None


def test_turning_the_pages_of_the_results() -> None:
    first = after(query="desk lamp")
    second, third = after("next >", query="desk lamp"), after("Next >", "NEXT >", query="desk lamp")
    back = "Back to Search"
    assert page(first)[2:5] == [back, "Page 1 (Total results: 23)", "Next >"]
    assert page(second)[2:6] == [back, "Page 2 (Total results: 23)", "< Prev", "Next >"]
    assert page(third)[2:5] == [back, "Page 3 (Total results: 23)", "< Prev"]
    assert [len(page(view)) for view in (first, second, third)] == [35, 36, 14]
    assert SHOP.click(third, "next >") is None
    assert SHOP.click(third, "< prev") == second
    assert SHOP.click(second, "< prev") == first
    assert page(third)[-3:] == [LAMPS[22].asin, LAMPS[22].title, "$32.0"]
    item = SHOP.click(third, LAMPS[22].asin.lower())
    assert item is not None
    assert SHOP.click(item, "< prev") == third


def test_a_last_page_that_is_full_has_no_next_one() -> None:
    shop = Shop(tiny_catalogue(LAMPS[:20]))
    second = after("next >", query="desk lamp", shop=shop)
    assert len(shop.listed(second)) == 10
    assert not shop.has_next(second)
    assert "next >" not in shop.clickables(second)
    assert shop.click(second, "next >") is None


def test_a_search_without_hits() -> None:
    view = after(query="zebra")
    assert page(view) == [*TASK, "Back to Search", "Page 1 (Total results: 0)"]
    assert SHOP.clickables(view) == ["back to search"]


def test_an_item_and_its_pages() -> None:
    item = after("b000sofa01")
    options = ["color", "navy blue", "grey", "size", "72 inch", "84 inch", "grey"]
    top = [*TASK, "Back to Search", "< Prev"]
    texts = [SOFA.title, "Price: $400.0 to $600.0", "Rating: N.A."]
    assert page(item) == [
        *(*top, *options, *texts),
        *("Description", "Features", "Reviews", "Buy Now"),
    ]
    assert page(item, OPEN)[-4:] == ["Features", "Reviews", "Attributes", "Buy Now"]
    assert page(after("b000sofa01", "description")) == [*top, SOFA.description]
    assert page(after("b000sofa01", "features")) == [*top, *SOFA.bullets]
    assert page(after("b000sofa01", "reviews")) == [*top, "No reviews found"]
    attributes = after("b000sofa01", "attributes", shop=OPEN)
    assert page(attributes, OPEN) == [
        *(*top, "easy assemble", "stain resistant"),
        *("furniture", "sofas", SOFA.category),
    ]
    assert SHOP.click(item, "attributes") is None
    assert SHOP.clickables(after("b000sofa01", "features")) == ["back to search", "< prev"]
    assert SHOP.click(after("b000sofa01", "features"), "buy now") is None


def test_empty_texts_leave_no_segment() -> None:
    top = [*TASK, "Back to Search", "< Prev"]
    assert page(after(BARE.asin, query="rug")) == [
        *(*top, "Plain Rug", "Price: $100.0", "Rating: N.A."),
        *("Description", "Features", "Reviews", "Buy Now"),
    ]
    assert page(after(BARE.asin, "description", query="rug")) == top
    assert page(after(BARE.asin, "features", query="rug")) == top
    assert page(after(ODD.asin, "features", query="box")) == [*top, "one"]


def test_options_are_kept_until_one_leaves_the_product() -> None:
    chosen = (("color", "navy blue"), ("size", "84 inch"))
    item = after("b000sofa01", "84 inch", "navy blue")
    assert item.chosen == chosen
    assert item == after("b000sofa01", "navy blue", "72 inch", "84  INCH")
    assert after("b000sofa01", "navy blue", "84 inch", "reviews", "< prev").chosen == chosen
    assert page(item) == page(after("b000sofa01"))
    back = SHOP.click(item, "< prev")
    assert back == after()
    assert back is not None
    again = SHOP.click(back, "b000sofa01")
    assert again is not None
    assert again.chosen == ()
    assert SHOP.click(item, "back to search") == SHOP.start()
    assert SHOP.click(item, "purple") is None


def test_the_later_of_two_options_has_the_value_that_they_share() -> None:
    assert after("b000sofa01", "grey").chosen == (("size", "grey"),)
    assert SHOP.clickables(after("b000sofa01")).count("grey") == 1


def test_no_option_hides_a_button() -> None:
    item = after(ODD.asin, query="box")
    assert SHOP.clickables(item) == [
        *("back to search", "< prev", "description", "features", "reviews", "buy now"),
        *("6 pack [new]", "two spaces", "attributes"),
    ]
    assert after(ODD.asin, "buy now", query="box").kind == "done"
    assert after(ODD.asin, "reviews", query="box").kind == "reviews"
    assert after(ODD.asin, "attributes", query="box").chosen == (("count", "attributes"),)
    assert after(ODD.asin, "attributes", query="box", shop=OPEN).kind == "attributes"
    assert after(ODD.asin, "6 pack [new]", query="box").chosen == (("count", "6 pack [new]"),)


def test_the_purchase_is_the_end() -> None:
    done = after("b000sofa01", "navy blue", "84 inch", "buy now")
    assert done.kind == "done"
    assert page(done) == ["Thank you for shopping with us!"]
    verdict = SHOP.catalogue.judge(GOAL, done.product, done.chosen)
    assert verdict.score == 1.0
    assert segments(SHOP, done, "", verdict=verdict) == [
        *("Thank you for shopping with us!", "Your score (min 0.0, max 1.0)", "1.0")
    ]
    for shop in (SHOP, OPEN):
        assert shop.clickables(done) == []
        assert shop.click(done, "back to search") is None
        assert shop.search(done, "sofa") is None


def test_where_one_can_search() -> None:
    for view in (after(), after("b000sofa01"), after("b000sofa01", "grey", "reviews")):
        assert not SHOP.can_search(view)
        assert SHOP.search(view, "lamp") is None
        assert OPEN.can_search(view)
        assert OPEN.search(view, "lamp") == View("results", "lamp")


@pytest.mark.parametrize("query", ["", "  ", "\n\t", "\u2003", " " * (MAX_QUERY + 5) + "lamp"])
def test_a_blank_query_is_none(query: str) -> None:
    assert SHOP.search(SHOP.start(), query) is None


def test_queries_are_plain_and_cut_off() -> None:
    assert SHOP.search(SHOP.start(), " Desk\n LAMP ") == View("results", "desk lamp")
    long = SHOP.search(SHOP.start(), "lamp " * 1000)
    assert long is not None
    assert len(long.query) <= MAX_QUERY


def test_long_pages_are_cut_off() -> None:
    long = replace(SOFA, description="word " * 10_000)
    shop = Shop(tiny_catalogue([long]))
    text = render(shop, after("b000sofa01", "description", shop=shop), GOAL.instruction)
    assert len(text) == MAX_PAGE
    assert text.endswith("…")


def test_keys_are_equal_exactly_where_states_are() -> None:
    places = [
        SHOP.start(),
        after(),
        after("b000sofa01"),
        after("b000sofa01", "description"),
        after("b000sofa01", "grey"),
        after("b000sofa01", "navy blue"),
        after("b000sofa01", "navy blue", "grey"),
        after("b000sofa01", "navy blue", "buy now"),
        after("b000sofa01", "buy now"),
        after(query="desk lamp"),
        after("next >", query="desk lamp"),
        after("b00lamp003", query="desk lamp"),
    ]
    assert len({SHOP.key(view) for view in places}) == len(places)
    other = after("b000sofa01", query="velvet oak sofa")
    assert SHOP.key(other) == SHOP.key(after("b000sofa01"))


def test_a_catalogue_is_never_copied() -> None:
    catalogue = tiny_catalogue()
    shop = Shop(catalogue)
    assert copy.deepcopy(shop).catalogue is catalogue
    assert copy.copy(catalogue) is catalogue
    with pytest.raises(TypeError, match="lives in one process"):
        pickle.dumps(shop)


class Shopper(RuleBasedStateMachine):
    """Every click that is offered leads somewhere, every other one nowhere."""

    shop = OPEN

    def __init__(self) -> None:
        super().__init__()
        self.view = self.shop.start()

    @rule(query=st.sampled_from(["lamp", "velvet sofa", "box", "rug", "the lamp 7 sofa", "none"]))
    def search(self, query: str) -> None:
        view = self.shop.search(self.view, query)
        assert (view is None) == (not self.shop.can_search(self.view))
        self.view = view or self.shop.start()

    @precondition(lambda self: self.shop.clickables(self.view))
    @rule(data=st.data())
    def click(self, data: st.DataObject) -> None:
        target = data.draw(st.sampled_from(self.shop.clickables(self.view)))
        view = self.shop.click(self.view, target)
        assert view is not None
        self.view = view

    @rule(name=st.text())
    def click_anything(self, name: str) -> None:
        view = self.shop.click(self.view, name)
        assert (view is not None) == (plain(name) in self.shop.clickables(self.view))

    @invariant()
    def the_page_shows_what_can_be_clicked(self) -> None:
        shown = [plain(text) for text in page(self.view, self.shop)]
        assert set(self.shop.clickables(self.view)) <= set(shown)
        assert len(set(self.shop.clickables(self.view))) == len(self.shop.clickables(self.view))
        assert -1 <= self.view.product < len(PRODUCTS)
        assert all(isinstance(text, str) and text for text in shown)


class StrictShopper(Shopper):
    shop = SHOP


Shopper.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
StrictShopper.TestCase.settings = Shopper.TestCase.settings
TestShopper = Shopper.TestCase
TestStrictShopper = StrictShopper.TestCase
