from __future__ import annotations

import json
import math
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_schema import asked, item, notes, write

from lamer_envs.webshop.data import DataMissingError, WebShopData
from lamer_envs.webshop.json_stream import DataFileError, array_elements, object_items
from lamer_envs.webshop.real_records import BrokenFieldError, read_prices
from lamer_envs.webshop.records import Product

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
SOUND = [item(0), item(1), item(2)]


def broken(folder, items, attributes=None, human=None) -> tuple[list[str], list[str]]:
    """The ASINs that load, and the problems that are named."""
    data = WebShopData.load(root=write(folder, items, attributes, human))
    asins = [product.asin for product in data.products()]
    return asins, [str(problem) for part in data.summary for problem in part.problems]


@settings(max_examples=150, deadline=None)
@given(st.lists(json_values, max_size=5), st.integers(1, 9), st.sampled_from([None, 1]))
def test_arrays_come_element_by_element(tmp_path_factory, elements, chunk, indent):
    path = tmp_path_factory.mktemp("json") / "array.json"
    path.write_text(json.dumps(elements, indent=indent, ensure_ascii=False), encoding="utf-8")
    assert list(array_elements(path, chunk)) == elements


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(), json_values, max_size=5), st.integers(1, 9))
def test_objects_come_item_by_item(tmp_path_factory, items, chunk):
    path = tmp_path_factory.mktemp("json") / "object.json"
    path.write_text(json.dumps(items), encoding="utf-8")
    assert dict(object_items(path, chunk)) == items


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not hold a JSON array"),
        ("{}", "does not hold a JSON array"),
        ("<html>", "does not hold a JSON array"),
        ("[1, 2", "after 1 whole"),
        ("[1, 2,", "after 2 whole"),
        ('[1, "cut', "after 1 whole"),
        ("[1 2]", "expected ','"),
        ("[1,]", "no JSON value"),
        ("[1] [2]", "more text follows"),
        ("[1, nonsense]", "no JSON value"),
        ("[1.2.3]", "no JSON value"),
        ("[" + "[" * 100_000, "array.json"),
    ],
)
def test_what_is_no_json_array_is_named(tmp_path, text, reason):
    path = tmp_path / "array.json"
    path.write_text(text)
    with pytest.raises(DataFileError, match=reason):
        list(array_elements(path))


def test_what_is_no_json_object_is_named(tmp_path):
    path = tmp_path / "object.json"
    for text in ("[]", '{"a"}', '{"a": 1', "{1: 2}", '{"a": 1; "b": 2}'):
        path.write_text(text)
        with pytest.raises(DataFileError, match=r"object\.json"):
            list(object_items(path))


def test_a_file_that_is_no_utf_8_is_named(tmp_path):
    path = tmp_path / "array.json"
    path.write_bytes(b'["caf\xe9"]')
    with pytest.raises(DataFileError, match="not UTF-8"):
        list(array_elements(path))
    path.write_bytes(b'\xef\xbb\xbf["caf\xc3\xa9"]')
    assert list(array_elements(path)) == ["café"]


def test_a_long_file_is_never_in_memory_as_a_whole(tmp_path):
    write(tmp_path, [item(n, full_description="long " * 2000) for n in range(2000)])
    size = (tmp_path / "items_shuffle.json").stat().st_size
    data = WebShopData.load(root=tmp_path)
    tracemalloc.start()
    assert sum(1 for _ in data.products()) == 2000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 20_000_000
    assert peak < size / 2


def test_a_product_is_read_as_the_shop_shows_it(tmp_path):
    data = WebShopData.load(root=write(tmp_path, SOUND))
    first, second, third = data.products()
    assert first == Product(
        asin="B000000000",
        title="Acme Walking Shoes Model",
        description="A walking shoes for every day.",
        bullets=("Machine wash", "good walking shoes"),
        prices=(19.99,),
        category="Shop › Walking Shoes › All",
        query="walking shoes",
        attributes=("arch support", "easy clean"),
        options=(("color", ("dark | red", "1877blue")), ("size", ("8", "9", "10"))),
        domain="fashion",
        images=("https://example.com/a.jpg",),
    )
    assert (second.price_tag, third.price_tag) == ("$5.0 to $1250.5", "$100.0")
    assert first.search_text == (
        "acme walking shoes model a walking shoes for every day. machine wash "
        "color: dark | red, 1877blue, and size: 8, 9, 10"
    )
    assert [str(part) for part in data.summary] == [
        "items_shuffle.json: 3 records loaded",
        "items_ins_v2.json: 3 records loaded",
    ]


@pytest.mark.parametrize(
    ("pricing", "prices"),
    [
        ("$9.99", (9.99,)),
        ("$5 - $9.50", (5.0, 9.5)),
        ("$1,299.00", (1299.0,)),
        ("$5 - $9.50 - $20", (5.0, 9.5)),
        ("$0.00", (0.0,)),
        ("from $7.00 each", (7.0,)),
        ("", (100.0,)),
        (None, (100.0,)),
    ],
)
def test_prices(pricing, prices):
    assert read_prices(pricing) == prices


@pytest.mark.parametrize("pricing", ["$", "$abc", "9.99", "$1.2.3", "$1 - $", 9.99, ["$1"], True])
def test_what_is_no_price(pricing):
    with pytest.raises(BrokenFieldError) as caught:
        read_prices(pricing)
    assert caught.value.field == "pricing"


@given(st.one_of(st.text(), st.from_regex(r"\$[0-9.,]{1,400}( - \$[0-9.]*)?", fullmatch=True)))
def test_any_price_text_is_read_or_refused(pricing):
    try:
        prices = read_prices(pricing)
    except BrokenFieldError:
        return
    assert 1 <= len(prices) <= 2
    assert all(math.isfinite(price) and price >= 0 for price in prices)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"asin": "nan"}, ".asin"),
        ({"asin": "B0123456789"}, ".asin"),
        ({"asin": " "}, ".asin"),
        ({"asin": None}, ".asin"),
        ({"asin": 12}, ".asin"),
        ({"name": None}, ".name"),
        ({"name": " "}, ".name"),
        ({"name": math.nan}, ".name"),
        ({"query": ""}, ".query"),
        ({"full_description": ["a"]}, ".full_description"),
        ({"small_description": {"a": 1}}, ".small_description"),
        ({"small_description": ["a", 1]}, ".small_description"),
        ({"pricing": "$?"}, ".pricing"),
        ({"product_category": 1}, ".product_category"),
        ({"images": "a.jpg"}, ".images"),
        ({"customization_options": [1]}, ".customization_options"),
        ({"customization_options": {"size": "8"}}, ".customization_options.size"),
        ({"customization_options": {"size": [{"image": "x"}]}}, ".customization_options.size"),
        ({"customization_options": {"size": ["8"]}}, ".customization_options.size"),
        ({"customization_options": {"size": [{"value": 8}]}}, ".customization_options.size"),
    ],
)
def test_a_broken_item_is_named_and_the_rest_loads(tmp_path, change, name):
    asins, problems = broken(tmp_path, [item(0), item(1, **change), item(2)])
    assert asins == ["B000000000", "B000000002"]
    assert len(problems) == 1
    assert problems[0].startswith(f"items_shuffle.json[1]{name}: expected ")


@pytest.mark.parametrize("record", [None, 3, "B000000001", [item(1)]])
def test_an_item_that_is_no_object_is_named(tmp_path, record):
    asins, problems = broken(tmp_path, [item(0), record])
    assert asins == ["B000000000"]
    assert problems[0].startswith("items_shuffle.json[1]: expected an object, found ")


def test_what_may_be_absent(tmp_path):
    optional = (
        "full_description small_description pricing images product_category category "
        "customization_options"
    )
    nulls = dict.fromkeys(optional.split())
    bare = {"asin": "b000000007", "name": "Lamp", "query": "lamps"}
    records = [item(0, **nulls), bare, item(1, customization_options="", full_description=math.nan)]
    data = WebShopData.load(root=write(tmp_path, records, {}))
    first, second, third = data.products()
    assert first.options == first.bullets == first.images == first.attributes == ()
    assert (first.description, first.prices) == ("", (100.0,))
    assert (second.asin, second.category) == ("B000000007", "")
    assert (third.options, third.description) == ((), "")


def test_bullets_may_be_one_text_or_hold_nulls(tmp_path):
    records = [item(0, small_description="only one"), item(1, small_description=["a", None, "b"])]
    data = WebShopData.load(root=write(tmp_path, records))
    assert [product.bullets for product in data.products()] == [("only one",), ("a", "b")]


def test_half_surrogates_become_question_marks(tmp_path):
    data = WebShopData.load(root=write(tmp_path, [item(0, name="Lamp \ud800 x")]))
    assert next(data.products()).title == "Lamp ? x"


def test_the_first_product_of_an_asin_stays(tmp_path):
    records = [item(0, pricing="$?"), item(0), item(0, name="Second"), item(1)]
    data = WebShopData.load(root=write(tmp_path, records))
    for _ in range(2):
        assert [product.title for product in data.products()] == [item(0)["name"], item(1)["name"]]
        summary = data.summary[0]
        assert (summary.loaded, summary.repeated, summary.broken) == (2, 1, {"pricing": 1})
    assert str(summary).splitlines() == [
        "items_shuffle.json: 2 records loaded, 1 passed over with a repeated ASIN, "
        "1 passed over as broken (pricing 1)",
        "  items_shuffle.json[0].pricing: expected a text like '$9.99' or '$5 - $9.50', found '$?'",
    ]


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (3, ""),
        ({"attributes": "easy clean"}, ".attributes"),
        ({"attributes": [None]}, ".attributes"),
        (notes(1, instruction=1), ".instruction"),
        (notes(1, instruction_attributes=[]), ".instruction_attributes"),
        (notes(1, instruction_attributes=None), ".instruction_attributes"),
        (notes(1, instruction_attributes=[2]), ".instruction_attributes"),
    ],
)
def test_a_broken_attributes_entry_costs_the_product_only_its_attributes(tmp_path, entry, name):
    asins, problems = broken(tmp_path, SOUND, {"B000000000": notes(0), "B000000001": entry})
    assert len(asins) == 3
    assert len(problems) == 1
    assert problems[0].startswith(f"items_ins_v2.json[B000000001]{name}: expected ")


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (None, "[B000000001, 0]"),
        (asked(1, instruction=None), "[B000000001, 0].instruction"),
        (asked(1, instruction_attributes="x"), "[B000000001, 0].instruction_attributes"),
        (asked(1, instruction_options=[1]), "[B000000001, 0].instruction_options"),
        (asked(1, options="size: 9"), "[B000000001, 0].options"),
    ],
)
def test_a_broken_human_instruction_is_named_and_the_rest_loads(tmp_path, entry, name):
    human = {"B000000001": [entry, asked(1)], "B000000002": [asked(2)]}
    data = WebShopData.load(root=write(tmp_path, SOUND, human=human))
    assert {asin: len(goals) for asin, goals in data.human.items()} == {
        "B000000001": 1,
        "B000000002": 1,
    }
    assert str(data.summary[2].problems[0]).startswith(f"items_human_ins.json{name}: expected ")


def test_an_asin_without_a_list_of_instructions_is_named(tmp_path):
    _, problems = broken(tmp_path, SOUND, human={"B000000001": {"instruction": "x"}})
    assert problems == [
        "items_human_ins.json[B000000001]: expected a list of instructions, found "
        "{'instruction': 'x'}"
    ]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(json_values | st.just(item(0)), max_size=3),
    st.sampled_from(list(item(0))),
    json_values,
)
def test_no_record_raises(tmp_path_factory, records, field, value):
    human = {"B000000000": [asked(0, instruction_options=value), value]}
    attributes = {"B000000000": notes(0, attributes=value), "x": value}
    records = [*records, item(3, **{field: value})]
    folder = write(tmp_path_factory.mktemp("data"), records, attributes, human)
    data = WebShopData.load(root=folder)
    loaded = list(data.products())
    summary = data.summary[0]
    assert summary.loaded == len(loaded)
    assert summary.loaded + summary.repeated + summary.broken.total() == len(records)
    for product in loaded:
        json.dumps([product.search_text, product.price_tag]).encode()


def test_many_problems_are_counted_and_the_first_named(tmp_path):
    records = [item(n, pricing="x") for n in range(30)]
    data = WebShopData.load(root=write(tmp_path, records))
    assert list(data.products()) == []
    summary = data.summary[0]
    assert (summary.broken, len(summary.problems)) == ({"pricing": 30}, 20)
    assert str(summary).endswith("  and 10 more")


def test_a_limit_counts_records_and_reads_no_further(tmp_path):
    records = [item(0), item(1, pricing="x"), item(2), item(3)]
    folder = write(tmp_path, records)
    path = folder / "items_shuffle.json"
    path.write_text(path.read_text()[:-10])
    data = WebShopData.load(root=folder, limit=3)
    assert [product.asin for product in data.products()] == ["B000000000", "B000000002"]
    assert set(data.notes) == {"B000000000", "B000000001", "B000000002"}
    with pytest.raises(DataFileError, match="cut off"):
        list(WebShopData.load(root=folder).products())


def test_the_smallest_file_that_suffices_is_taken(tmp_path):
    for ending, size in (("", 4), ("_3", 3), ("_2", 2)):
        write(tmp_path, [item(n) for n in range(size)], ending=ending)
    (tmp_path / "items_shuffle_old.json").write_text("not read")

    def names(**kwargs):
        return [path.name for path in WebShopData.load(root=tmp_path, **kwargs).files]

    assert names() == ["items_shuffle.json", "items_ins_v2.json"]
    assert names(limit=2) == ["items_shuffle_2.json", "items_ins_v2_2.json"]
    assert names(limit=3) == ["items_shuffle_3.json", "items_ins_v2_3.json"]
    assert names(limit=99) == ["items_shuffle.json", "items_ins_v2.json"]
    (tmp_path / "items_ins_v2_2.json").unlink()
    assert names(limit=1) == ["items_shuffle_2.json", "items_ins_v2.json"]
    (tmp_path / "items_shuffle.json").unlink()
    assert names()[0] == "items_shuffle_3.json"


def test_files_can_be_named_one_by_one(tmp_path):
    write(tmp_path / "a", SOUND)
    write(tmp_path / "b", SOUND, {}, human={})
    data = WebShopData.load(
        items=tmp_path / "a" / "items_shuffle.json",
        attributes=tmp_path / "b" / "items_ins_v2.json",
        human=tmp_path / "b" / "items_human_ins.json",
    )
    assert data.has_human
    assert not data.notes
    assert len(list(data.products())) == 3


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    monkeypatch.delenv("WEBSHOP_DATA", raising=False)
    with pytest.raises(DataMissingError, match=r"WEBSHOP_DATA, which is not set.*To get the data"):
        WebShopData.load()
    monkeypatch.setenv("WEBSHOP_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataMissingError, match=r"there is no folder .*nowhere"):
        WebShopData.load()
    monkeypatch.setenv("WEBSHOP_DATA", str(tmp_path))
    with pytest.raises(DataMissingError, match=r"holds no items_shuffle\*\.json"):
        WebShopData.load()
    write(tmp_path, SOUND)
    assert not WebShopData.load().has_human
    (tmp_path / "items_ins_v2.json").unlink()
    with pytest.raises(DataMissingError, match=r"there is no file .*items_ins_v2\.json"):
        WebShopData.load()
    with pytest.raises(DataMissingError, match=r"there is no file .*other\.json"):
        WebShopData.load(human=tmp_path / "other.json", attributes=tmp_path / "items_shuffle.json")
    with pytest.raises(ValueError, match="limit must be an integer of at least 1"):
        WebShopData.load(limit=0)
