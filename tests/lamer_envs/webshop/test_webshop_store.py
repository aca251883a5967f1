"""Products and goals on disk come back as they were."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamer_envs.webshop.records import Goal, Product
from lamer_envs.webshop.store import GoalStore, ProductStore, write_goals, write_products

TEXT = st.text(max_size=30)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
PRICE = st.floats(0, 1e6)

PRODUCTS = st.builds(
    Product,
    asin=TEXT,
    title=TEXT,
    description=TEXT,
    bullets=TEXTS,
    prices=st.lists(PRICE, min_size=1, max_size=2).map(tuple),
    category=TEXT,
    query=TEXT,
    attributes=TEXTS,
    options=st.lists(st.tuples(TEXT, TEXTS), max_size=2).map(tuple),
    domain=TEXT,
    rating=TEXT,
    images=TEXTS,
)
GOALS = st.builds(
    Goal,
    goal_id=TEXT,
    asin=TEXT,
    instruction=TEXT,
    attributes=TEXTS,
    options=TEXTS,
    option_names=TEXTS,
    price_limit=PRICE,
    query=TEXT,
    category=TEXT,
    title=TEXT,
)


@settings(max_examples=30)
@given(st.lists(PRODUCTS, max_size=4), st.lists(GOALS, max_size=4))
def test_what_was_written_is_read(products: list[Product], goals: list[Goal]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_products(folder, products)
        write_goals(folder, goals)
        shelf, wishes = ProductStore(folder), GoalStore(folder)
        assert (len(shelf), len(wishes)) == (len(products), len(goals))
        assert list(shelf) == products
        assert list(wishes) == goals
        assert shelf[:] == tuple(products)
        for number, product in enumerate(products):
            assert shelf[number] == product
            expected = (product.asin, product.title, product.price_tag)
            assert shelf.listing(number) == expected
        if products:
            assert shelf[-1] == products[-1]


def test_a_row_that_is_not_there_is_an_index_error(tmp_path: Path) -> None:
    write_products(tmp_path, [])
    with pytest.raises(IndexError, match="row 0 of a table of 0"):
        ProductStore(tmp_path)[0]


def test_a_folder_without_a_table_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="products"):
        ProductStore(tmp_path)
