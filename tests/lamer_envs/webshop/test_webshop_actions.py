import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.parsing import ParseCode
from lamer_envs.webshop.actions import ShopAction, parse_action


@pytest.mark.parametrize(
    ("text", "verb", "argument"),
    [
        ("search[red shoes]", "search", "red shoes"),
        ("  Search [ red  Shoes ]\n", "search", "red  Shoes"),
        ("CLICK[Buy Now]", "click", "Buy Now"),
        ("click[< Prev]", "click", "< Prev"),
        ("search[<a> x]", "search", "<a> x"),
        ("search[[new] usb [2 pack]]", "search", "[new] usb [2 pack]"),
        ("search[a [ b]", "search", "a [ b"),
        ("click\t[\tb000\t]", "click", "b000"),
    ],
)
def test_understood(text: str, verb: str, argument: str) -> None:
    assert parse_action(text) == (verb, argument)


@pytest.mark.parametrize("text", ["", "  \n", "search[]", "click[ ]", "Search [\u2003]"])
def test_empty(text: str) -> None:
    assert parse_action(text) is ParseCode.EMPTY


@pytest.mark.parametrize(
    "text",
    [
        *("search", "click", "[x]", "search red shoes", "search[red", "search red]", "search(red)"),
        *(
            "buy[now]",
            "i search[red]",
            "search[red].",
            "search[red]!",
            "search:[red]",
            "'click[x]'",
        ),
        *("search[a] click[b]", "search[a]\nsearch[b]", "search[a] or click[b]", "search[a]]"),
        *("clic\u212a[x]", "\uff53earch[x]", "search\u200b[x]", "se arch[x]", "search[x]\x00"),
    ],
)
def test_not_an_action(text: str) -> None:
    assert parse_action(text) is ParseCode.NOT_AN_ACTION


WORDS = st.text(st.characters(blacklist_characters="[]"), min_size=1).filter(lambda t: t.strip())


@given(st.sampled_from(["search", "click", "SEARCH", "Click"]), WORDS, st.sampled_from(["", " "]))
def test_any_words_can_be_asked_for(verb: str, words: str, space: str) -> None:
    action = ShopAction("search" if verb.lower() == "search" else "click", words.strip())
    assert parse_action(f"{space}{verb}{space}[{space}{words}{space}]{space}") == action


@given(st.text() | st.text("search click[]", max_size=40))
def test_any_string_is_read(text: str) -> None:
    action = parse_action(text)
    if isinstance(action, ShopAction):
        assert action.argument == action.argument.strip() != ""
        assert parse_action(f"{action.verb}[{action.argument}]") == action
    else:
        assert action in (ParseCode.EMPTY, ParseCode.NOT_AN_ACTION)


@pytest.mark.parametrize("piece", ["[", "]", "[]", "search[", "x]", " "])
def test_long_strings_take_no_time(piece: str) -> None:
    assert parse_action(f"search[{piece * 100_000}]") is not None
