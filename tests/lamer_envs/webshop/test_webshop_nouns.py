from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.webshop.nouns import default_nouns, noun_reader, rule_nouns, spacy_nouns

TITLES = (
    "Halden Women's Slip On Walking Shoes with Rubber Sole, 2 Pack",
    "mens lightweight cotton shirt for hiking and travel",
    "Dimmable LED Desk Lamp - USB-C, 10 Inch",
    "",
)


@pytest.fixture(scope="module")
def by_spacy():
    pytest.importorskip("spacy", reason="the extra webshop is not installed")
    try:
        return spacy_nouns()
    except ModuleNotFoundError:
        pytest.skip("spaCy is installed without the model of the extra webshop")


def test_the_rule_drops_function_words_numbers_and_possessives():
    assert " ".join(rule_nouns(TITLES[0])) == "halden women slip walking shoes rubber sole pack"
    assert rule_nouns(TITLES[2]) == ("dimmable", "led", "desk", "lamp", "usb", "c", "inch")
    assert rule_nouns("A 4K TV, 10x12 cm, for the u2 7s") == ("tv", "cm", "u2")
    assert rule_nouns("") == rule_nouns("2 x 4 - for you") == ()


def test_adjectives_count_as_names_where_they_have_a_capital():
    assert rule_nouns("soft Soft SOFT towels") == ("soft", "soft", "towels")


def test_repetitions_stay():
    assert rule_nouns("Lamp with lamp shade, lamp") == ("lamp", "lamp", "shade", "lamp")


@given(st.text())
def test_any_title_can_be_read(title):
    nouns = rule_nouns(title)
    assert all(noun and noun == noun.lower() and not noun[0].isdecimal() for noun in nouns)


def test_the_rule_agrees_with_spacy_on_plain_titles(by_spacy):
    for title in TITLES:
        ours, theirs = set(rule_nouns(title)), set(by_spacy(title))
        assert len(ours ^ theirs) <= 2


def test_spacy_reads_nouns_and_names_and_remembers_them(by_spacy):
    nouns = by_spacy("Soft towels made of cotton by Acme, towels")
    assert nouns.count("towels") == 2
    assert {"cotton", "acme"} <= set(nouns)
    assert not {"of", "by", "made", ","} & set(nouns)
    assert by_spacy("Soft towels made of cotton by Acme, towels") is nouns
    assert spacy_nouns() is by_spacy
    assert noun_reader("spacy") is by_spacy
    assert default_nouns() == "spacy"


def test_without_spacy_the_rule_is_the_default_and_the_extra_is_named():
    code = (
        "import sys; sys.modules['spacy'] = None\n"
        "import warnings; warnings.simplefilter('always')\n"
        "import importlib.util as util; util.find_spec = lambda name: None\n"
        "from lamer_envs.webshop.nouns import default_nouns, noun_reader\n"
        "assert default_nouns() == default_nouns() == 'rule'\n"
        "assert noun_reader('rule')('Desk Lamp') == ('desk', 'lamp')\n"
        "try:\n    noun_reader('spacy')\n"
        "except ModuleNotFoundError as error:\n    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'lamer[webshop]'" in run.stdout
    assert run.stderr.count("pip install 'lamer[webshop]'") == 1
