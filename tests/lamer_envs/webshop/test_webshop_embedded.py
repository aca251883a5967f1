"""The embedded catalogue: its tables, its products, its families."""

import itertools
import math
import os
import re
import subprocess
import sys
from collections import Counter
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamer_envs.webshop.embedded import generate_goals, generate_products
from lamer_envs.webshop.embedded.draws import Draws, Quota
from lamer_envs.webshop.embedded.goals import features_of
from lamer_envs.webshop.embedded.names import BRANDS, asin
from lamer_envs.webshop.embedded.products import DOMAINS, TYPES
from lamer_envs.webshop.embedded.records import only, split_determiner, without
from lamer_envs.webshop.embedded.wording import Wording
from lamer_envs.webshop.judge import judge
from lamer_envs.webshop.nouns import rule_nouns
from lamer_envs.webshop.records import Goal, Product
from lamer_envs.webshop.shop import BACK_TO_SEARCH, BUY, NEXT, PREVIOUS, SUB_PAGES, plain

KINDS = [kind for _, kind in TYPES]
SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a all an and are as at be can does for from has i in is it me my not of on one so that "
        "the to where which will with without",
    )
)
BUTTONS = {BACK_TO_SEARCH, BUY, NEXT, PREVIOUS, *SUB_PAGES}


@pytest.fixture(scope="module")
def products() -> list[Product]:
    return list(generate_products(1000, 0))


def attribute_holds(words: str, product: Product) -> bool:
    goal = Goal("g", product.asin, "", (words,), (), (), 1e6, product.query, "", product.title)
    return judge(goal, product, 1.0, {}, rule_nouns).attribute_hits[0]


def test_there_are_five_departments_and_many_types():
    assert len(DOMAINS) == 5
    assert len(KINDS) >= 40
    assert len({kind.query for kind in KINDS}) == len(KINDS)
    assert min(len(domain.types) for domain in DOMAINS) >= 8


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.query)
def test_no_word_of_a_type_stands_for_another(kind):
    words = [feature.words for feature in kind.features] + list(kind.kinds)
    assert len(set(words)) == len(words) >= 14
    for owner in words:
        product = Product("B", "", "", (owner,), (1.0,), "", kind.query, (owner,), ())
        assert [word for word in words if attribute_holds(word, product)] == [owner]
    texts = [(f.words, text) for f in kind.features for text in (f.note, *f.said)]
    texts += [("", noun.lower()) for noun in kind.nouns]
    for owner, text in texts:
        assert not [word for word in words if word in text and word != owner], text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.query)
def test_what_shoppers_say_can_be_told_apart_and_is_explained(kind):
    said = [phrase for feature in kind.features for phrase in feature.said]
    assert len(set(said)) == len(said) >= len(kind.features)
    for feature in kind.features:
        told = set(re.findall(r"\w+", f"{feature.words} {feature.note}")) - SMALL_WORDS
        for phrase in feature.said:
            assert told & set(re.findall(r"\w+", phrase.lower())), (feature.words, phrase)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.query)
def test_values_of_a_type_are_told_apart_and_are_no_buttons(kind):
    values = [plain(value) for choice in kind.choices for value in choice.values]
    assert len(set(values)) == len(values)
    assert not BUTTONS & set(values)
    for choice in kind.choices:
        assert 1 <= choice.fewest <= choice.most < len(choice.values)
        assert choice.phrase.count("{}") == 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.query)
def test_titles_of_a_type_share_a_noun_with_each_other(kind):
    nouns = [{word.rstrip("s") for word in rule_nouns(noun)} for noun in kind.nouns]
    assert set.intersection(*nouns)
    assert all(split_determiner(said)[1] for said in kind.said)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.query)
def test_no_title_says_a_word_twice_in_a_row(kind):
    for word, noun in itertools.product(kind.kinds, kind.nouns):
        title = Wording(Draws("test"), "Acme", word, noun, kind.said).title([]).lower().split()
        assert all(one != following for one, following in pairwise(title))


def test_only_and_without_name_features_that_exist():
    features = KINDS[0].features
    assert without(features, features[0].words) == features[1:]
    assert only(features, features[2].words) == (features[2],)
    with pytest.raises(KeyError):
        only(features, "no such words")
    with pytest.raises(KeyError):
        without(features, "no such words")


def test_a_thousand_products_have_all_types_and_what_the_shop_needs(products):
    assert {product.query for product in products} == {kind.query for kind in KINDS}
    assert len({product.asin for product in products}) == 1000
    for product in products:
        assert re.fullmatch("B0[0-9A-Z]{8}", product.asin)
        assert product.title.split()[0] in BRANDS
        assert 4 <= len(product.bullets) <= 5
        assert all((product.description, product.category.count(" › ") >= 2, product.domain))
        assert 1 <= len(product.prices) <= 2
        assert all(3.99 <= price < 900 for price in product.prices)
        assert list(product.prices) == sorted(set(product.prices))
        assert len(dict(product.options)) == len(product.options) <= 3
        assert all(len(set(values)) == len(values) >= 1 for _, values in product.options)
        assert re.fullmatch(r"\$\d+\.\d\d?( to \$\d+\.\d\d?)?", product.price_tag)


def test_attributes_are_as_frequent_as_in_webshop(products):
    counts = Counter(min(len(product.attributes), 4) for product in products)
    real = (0.185, 0.19, 0.19, 0.13, 0.305)
    assert [counts[n] / 1000 for n in range(5)] == pytest.approx(real, abs=0.005)
    assert 0.08 <= sum(len(product.prices) == 2 for product in products) / 1000 <= 0.2
    assert 0.01 <= sum(product.prices == (100.0,) for product in products) / 1000 <= 0.06


def test_products_have_exactly_the_features_that_their_texts_state(products):
    kinds = {kind.query: kind for kind in KINDS}
    for product in products[:300]:
        kind = kinds[product.query]
        stated = {feature.words for feature in features_of(product)}
        assert 5 <= len(stated) <= 6
        assert set(product.attributes) <= stated
        words = {feature.words for feature in kind.features} | set(kind.kinds)
        held = {word for word in words if attribute_holds(word, product)}
        assert held - set(kind.kinds) == stated
        assert len(held & set(kind.kinds)) == 1
        rivals = [feature.rival for feature in features_of(product) if feature.rival]
        assert len(set(rivals)) == len(rivals)


def test_siblings_differ_in_one_thing_each(products):
    differences = Counter()
    families = groupby(products, key=lambda product: (product.title.split()[0], product.query))
    for siblings in (list(group) for _, group in families):
        assert 1 <= len(siblings) <= 4
        assert siblings == sorted(siblings, key=lambda product: product.prices, reverse=True)
        for one, other in pairwise(siblings):
            features = {f.words for f in features_of(one)} ^ {f.words for f in features_of(other)}
            assert len(features) <= 4
            options = [a != b for a, b in zip(one.options, other.options, strict=True)]
            assert sum(options) <= 2
            differences["feature"] += bool(features)
            differences["option"] += any(options)
            differences["price"] += one.prices[0] > 1.5 * other.prices[0]
    assert min(differences[name] for name in ("feature", "option", "price")) > 100


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(-(10**20), 10**20), count=st.integers(1, 80), more=st.integers(0, 40))
def test_a_smaller_catalogue_begins_a_larger_one(seed, count, more):
    smaller = list(generate_products(count, seed))
    assert len(smaller) == count
    assert list(generate_products(count + more, seed))[:count] == smaller


@pytest.mark.parametrize("count", [0, -3])
def test_a_catalogue_has_a_product(count):
    with pytest.raises(ValueError, match="at least 1"):
        next(generate_products(count, 0))


def test_seeds_make_other_catalogues():
    catalogues = [list(generate_products(50, seed)) for seed in (0, 1, -1)]
    asins = [{product.asin for product in catalogue} for catalogue in catalogues]
    assert not asins[0] & asins[1] | asins[1] & asins[2] | asins[0] & asins[2]
    assert len({tuple(product.title for product in catalogue) for catalogue in catalogues}) == 3


@given(st.integers(), st.integers(0, 36**8 - 1), st.integers(0, 36**8 - 1))
def test_no_two_products_of_a_catalogue_share_an_asin(seed, one, other):
    assert (asin(seed, one) == asin(seed, other)) == (one == other)
    assert re.fullmatch("B0[0-9A-Z]{8}", asin(seed, one))


def test_a_million_asins_differ():
    names = [asin(7, number) for number in range(0, 1_000_000, 10)]
    assert len(set(names)) == len(names)
    # Neighbours are told apart by this: the step from one to the next is prime to the space.
    step = (int(asin(7, 1)[2:], 36) - int(asin(7, 0)[2:], 36)) % 36**8
    assert math.gcd(step, 36) == 1


@settings(max_examples=30)
@given(st.floats(0, 1, exclude_max=True), st.lists(st.integers(1, 20), min_size=1, max_size=6))
def test_a_quota_meets_its_shares(start, weights):
    shares = [weight / sum(weights) for weight in weights]
    quota = Quota(start, shares)
    counts = Counter(quota.next() for _ in range(1000))
    assert [counts[n] / 1000 for n in range(len(shares))] == pytest.approx(shares, abs=0.01)


@settings(max_examples=30)
@given(st.integers(), st.lists(st.integers(), max_size=10), st.integers(0, 12))
def test_draws_are_a_pure_function_of_their_key(key, items, count):
    def drawn(name):
        draws = Draws("test", name)
        return draws.some(items, count), draws.share(), draws.between(3, 9), draws.below(5)

    first = drawn(key)
    assert first == drawn(key)
    assert len(first[0]) == min(count, len(items))
    assert not Counter(first[0]) - Counter(items)
    assert (0 <= first[1] < 1, 3 <= first[2] <= 9, 0 <= first[3] < 5) == (True, True, True)


def test_the_catalogue_is_equal_in_every_process():
    program = (
        "import hashlib;from lamer_envs.webshop.embedded import *;p=list(generate_products(200,3));"
        "print(hashlib.sha256(repr((p,list(generate_goals(p,3)))).encode()).hexdigest())"
    )
    prints = set()
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", program]
        result = subprocess.run(
            command, env=environment, capture_output=True, check=True, text=True
        )
        prints.add(result.stdout)
    assert len(prints) == 1
    assert len(list(generate_goals(generate_products(200, 3), 3))) >= 200
