import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.parsing import ParseCode, extract_tag, text_before_tag

ANY_TEXT = st.text(st.characters())
TAG_SOUP = st.lists(
    st.sampled_from(
        ["<action>", "</action>", "<ACTION>", "</Action>", "<action", "x", " ", "İ", "\ud800"]
    ),
    max_size=20,
).map("".join)


@pytest.mark.parametrize(
    ("response", "text", "code"),
    [
        ("<action>up</action>", "up", "ok"),
        ("think <action>up</action> done", "up", "ok"),
        ("<action>up</action><action>down</action>", "down", "ok"),
        ("<action>up</action> <action>down", "up", "ok"),
        ("<action>a <action>b</action>", "b", "ok"),
        ("<action>a</action> b</action>", "a", "ok"),
        ("<action>a<action>b</action>c</action>", "b", "ok"),
        ("</action>a<action>", "", "no_tag"),
        ("<action>a", "", "no_tag"),
        ("a</action>", "", "no_tag"),
        ("", "", "no_tag"),
        ("up", "", "no_tag"),
        ("< action>up</ action>", "", "no_tag"),
        ("<actions>up</actions>", "", "no_tag"),
        ("<remark>up</remark>", "", "no_tag"),
        ("<AcTiOn>UP</aCtIoN>", "UP", "ok"),
        ("İ<action>İ up</action>İ", "İ up", "ok"),
        ("<action>\n up \t</action>", "up", "ok"),
        ("<action>\u3000上\u00a0</action>", "上", "ok"),
        ("<action> \n </action>", "", "empty"),
        ("<action></action>", "", "empty"),
        ("<action>up</action><action></action>", "", "empty"),
        ("<action>\ud800</action>", "\ud800", "ok"),
        ("<action>a\x00b</action>", "a\x00b", "ok"),
        ("<action>a<b></action>", "a<b>", "ok"),
    ],
)
def test_the_last_complete_tag(response: str, text: str, code: str) -> None:
    assert extract_tag(response, "action") == (text, ParseCode(code))


def test_a_lookalike_letter_makes_no_tag() -> None:
    kelvin = "\u212a"
    assert kelvin.lower() == "k"
    assert extract_tag(f"<remar{kelvin}>x</remark>", "remark").code is ParseCode.NO_TAG


@given(st.one_of(ANY_TEXT, TAG_SOUP))
def test_any_text_gives_an_answer(response: str) -> None:
    text, code = extract_tag(response, "action")
    assert code in (ParseCode.OK, ParseCode.NO_TAG, ParseCode.EMPTY)
    assert bool(text) == (code is ParseCode.OK)
    assert text in response
    assert text == text.strip()


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT.filter(lambda t: "<" not in t))
def test_what_is_written_comes_back(before: str, after: str, inside: str) -> None:
    after = after.replace("<", "")
    text, code = extract_tag(f"{before}<action>{inside}</action>{after}", "action")
    assert text == inside.strip()
    assert code is (ParseCode.OK if inside.strip() else ParseCode.EMPTY)


@pytest.mark.parametrize("piece", ["<action>", "</action>", "<action></action>", "<", "é<action"])
def test_long_answers_take_linear_time(piece: str) -> None:
    begin = time.perf_counter()
    extract_tag(piece * (2_000_000 // len(piece)), "action")
    assert time.perf_counter() - begin < 2.0


@pytest.mark.parametrize(
    ("response", "before"),
    [
        ("A corner. <action>up</action> done", "A corner."),
        ("Not <action>up</action>, but <action>down</action>", "Not <action>up</action>, but"),
        ("<ACTION>up</ACTION>", ""),
        ("  only words <action>never closed ", "only words <action>never closed"),
        ("√ \ud800 <action>up</action>", "√ \ud800"),
    ],
)
def test_text_before_the_tag_that_counts(response: str, before: str) -> None:
    assert text_before_tag(response, "action") == before
