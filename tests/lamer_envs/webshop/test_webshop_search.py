"""The search engine: analysis and ranking as the real Lucene's, on its own records and by rule."""

from __future__ import annotations

import lzma
import math
import os
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.webshop.search import bm25
from lamer_envs.webshop.search.analyzer import STOP_WORDS, analyze
from lamer_envs.webshop.search.bm25 import SearchIndex
from lamer_envs.webshop.search.lengths import LENGTHS, encode_lengths
from lamer_envs.webshop.search.porter import stem
from lamer_envs.webshop.search.tokenizer import LONGEST, words

TERMS = [
    ("1080p usb-c wi-fi 4k@60hz 3.5mm", "1080p usb c wi fi 4k 60hz 3.5mm"),
    ("o'neill's rock'n'roll it's its", "o'neil rock'n'rol it"),
    ("naïve café façade", "naïv café façad"),
    ("skies sky ponies ties caress cats", "ski sky poni ti caress cat"),
    ("the women’s and THE Men's", "women men"),
    ("usda organic coffee, gluten-free", "usda organ coffe gluten free"),
    ("1,000.50 a_b __ x:y", "1,000.50 a_b x:y"),
    ("黒いテーブル 2個", "黒 い テーブル 2 個"),
    ("", ""),
]

# After the rules of UAX #29 and the grammar of Lucene's tokenizer.
WORDS_OF_OTHER_SCRIPTS = [
    ("한국어 カタカナ_x カタa", ["한국어", "カタカナ_x", "カタ", "a"]),
    ("สวัสดีครับ ok", ["สวัสดีครับ", "ok"]),
    ("שלום צה\"ל ג'ירפה א' \"א", ["שלום", 'צה"ל', "ג'ירפה", "א'", "א"]),
    ("３．５ a．b 1.5.a 1:2 x:y é", ["３．５", "a．b", "1.5", "a", "1", "2", "x:y", "é"]),
    ("__ _a_ b__c é __", ["_a_", "b__c", "é"]),
    ("e\u0301t\u00adé a\u200db", ["e\u0301t\u00adé", "a\u200db"]),
    ("🔥🔥 👍🏽 👩\u200d🚀 🇩🇪🇫🇷🇪", ["🔥", "🔥", "👍🏽", "👩\u200d🚀", "🇩🇪", "🇫🇷"]),
    ("#\ufe0f\u20e3 1\ufe0f\u20e32 #3 Ⓜa", ["#\ufe0f\u20e3", "1\ufe0f\u20e32", "3", "Ⓜa"]),
    ("20×30cm ½ ™ 5€", ["20", "30cm", "™", "5"]),
    # New in Unicode 14: unknown to Lucene 8, whatever the version of Python.
    ("a \U00010570 b", ["a", "b"]),
]

STEMS = {
    "caresses": "caress",
    "agreed": "agre",
    "plastered": "plaster",
    "motoring": "motor",
    "hopping": "hop",
    "falling": "fall",
    "filing": "file",
    "happy": "happi",
    "relational": "relat",
    "conformably": "conform",
    "archaeology": "archaeolog",
    "possibly": "possibl",
    "vietnamization": "vietnam",
    "triplicate": "triplic",
    "electrical": "electr",
    "adjustment": "adjust",
    "adoption": "adopt",
    "probate": "probat",
    "controll": "control",
    "by": "by",
}


SHARED = Path(os.environ.get("LAMER_SHARED") or Path(__file__).resolve().parents[4] / "shared")


@pytest.fixture
def golden() -> Path:
    """The folder of records that the real Lucene made."""
    folder = SHARED / "webshop" / "lucene_golden"
    if not folder.is_dir():
        pytest.skip(f"needs Lucene's records in {folder}; name the folder shared in LAMER_SHARED")
    return folder


def read(path: Path) -> list[str]:
    return lzma.open(path, "rt", encoding="utf-8").read().splitlines()


@pytest.mark.parametrize(("text", "terms"), TERMS)
def test_a_text_becomes_terms(text: str, terms: str) -> None:
    assert analyze(text) == terms.split()


@pytest.mark.parametrize(("word", "expected"), STEMS.items())
def test_endings_are_stripped(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_there_are_33_stop_words_and_none_is_a_term() -> None:
    assert len(STOP_WORDS) == 33
    assert analyze(" ".join(STOP_WORDS)) == []


def test_every_text_has_the_terms_that_lucene_gives_it(golden: Path) -> None:
    lines = (golden / "analyzer.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines:
        text, terms = line.split("\t")
        assert analyze(text) == terms.split(), text
    assert len(lines) == 194


def test_every_query_finds_what_lucene_finds_in_its_order(golden: Path) -> None:
    documents = [line.split("\t") for line in read(golden / "documents.tsv.xz")]
    queries = (golden / "queries.txt").read_text(encoding="utf-8").splitlines()
    found = [line.split() for line in read(golden / "top50.txt.xz")]
    index = SearchIndex.build((text for _, text in documents), [name for name, _ in documents])
    assert len(queries) == len(found) == 300
    for query, hits in zip(queries, found, strict=True):
        scores = index.scores(query)
        assert [documents[number][0] for number, _ in scores] == [h.split(":")[0] for h in hits]
        expected = [float(hit.split(":")[1]) for hit in hits]
        assert [score for _, score in scores] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("text", "expected"), WORDS_OF_OTHER_SCRIPTS)
def test_words_of_other_scripts_are_cut_as_lucene_cuts_them(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(max_size=200))
def test_words_stand_in_the_text_in_their_order(text: str) -> None:
    place = 0
    for word in words(text):
        place = text.index(word, place) + len(word)
    assert all(len(word) <= LONGEST for word in words(text))


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=80))
def test_plain_text_has_the_same_words_among_others(text: str) -> None:
    assert words(text) == words(f"{text} é")[:-1]


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("x" * 600, [255, 255, 90]),
        # The piece ends before the mark, since what follows it is out of sight.
        ("x" * 254 + "." + "y" * 300, [254, 255, 45]),
        # Characters of two 16-bit units.
        ("𝒳" * 300, [127, 127, 46]),
    ],
)
def test_a_long_word_is_cut(text: str, lengths: list[int]) -> None:
    assert [len(word) for word in words(text)] == lengths


@pytest.mark.parametrize("part", ["_", "a_", "a'", "1.", "_é", "\u0301", "é", "🔥\u200d"])
def test_a_long_text_takes_linear_time(part: str) -> None:
    start = time.process_time()
    words(part * 100_000)
    assert time.process_time() - start < 10


def test_lengths_are_kept_with_lucenes_loss() -> None:
    assert LENGTHS[:41].tolist() == [*range(40), 40]
    assert LENGTHS[[48, 56, 255]].tolist() == [56, 88, 2013265944]
    assert encode_lengths(LENGTHS).tolist() == list(range(256))


@given(st.integers(0, 1 << 30))
def test_a_length_is_kept_with_at_most_an_eighth_of_loss(length: int) -> None:
    kept = int(LENGTHS[int(encode_lengths(np.array([length]))[0])])
    assert length * 7 / 8 <= kept <= length


LONGER = st.sampled_from([1, 1, 1, 7, 30])
WORDS = st.sampled_from(["red", "blue", "sofa", "lamp", "the", "cotton"])
# Some longer than the 39 words up to which lengths are exact.
LINES = st.builds(lambda line, times: " ".join(line * times), st.lists(WORDS, max_size=9), LONGER)
TEXTS = st.lists(LINES, min_size=1, max_size=120)


def naive_scores(texts: list[str], query: str) -> dict[int, float]:
    """Lucene's arithmetic, one number at a time."""
    one, k1, b = np.float32(1), np.float32(0.9), np.float32(0.4)
    documents = [analyze(text) for text in texts]
    filled = sum(map(bool, documents))
    mean = np.float32(sum(map(len, documents)) / max(filled, 1))
    scores = {}
    for number, document in enumerate(documents):
        kept = np.float32(max(length for length in LENGTHS.tolist() if length <= len(document)))
        total = 0.0
        for term, times in Counter(analyze(query)).items():
            holders = sum(term in other for other in documents)
            if term not in document:
                continue
            idf = np.float32(math.log(1 + (filled - holders + 0.5) / (holders + 0.5)))
            weight = np.float32(times) * idf
            inverse = one / (k1 * ((one - b) + b * kept / mean))
            count = np.float32(document.count(term))
            total += float(weight - weight / (one + count * inverse))
        if total > 0:
            scores[number] = float(np.float32(total))
    return scores


@given(
    TEXTS,
    st.lists(WORDS, min_size=1, max_size=9).map(" ".join),
    st.integers(1, 130) | st.integers(1, 9),
)
def test_the_ranking_is_that_of_the_formula(texts: list[str], query: str, k: int) -> None:
    scores = naive_scores(texts, query)
    best = sorted(scores.items(), key=lambda hit: (-hit[1], hit[0]))[:k]
    index = SearchIndex.build(texts)
    assert index.scores(query, k) == best
    with pytest.MonkeyPatch.context() as patch:
        # As if these were many documents.
        patch.setattr(bm25, "_AT_ONCE", 0)
        patch.setattr(bm25, "_BLOCK", 2)
        assert index.scores(query, k) == best


def test_equal_scores_come_in_the_order_of_ids_or_numbers() -> None:
    texts = ["a red sofa"] * 200
    assert SearchIndex.build(texts).search("sofa", 3) == [0, 1, 2]
    names = [f"{7 * number % 200:03}" for number in range(200)]
    assert [names[i] for i in SearchIndex.build(texts, names).search("sofa", 3)] == [
        "000",
        "001",
        "002",
    ]


def test_one_id_per_text_is_expected() -> None:
    with pytest.raises(ValueError, match="one id per text, got 1 and 2"):
        SearchIndex.build(["red", "blue"], ["a"])


@given(st.text(max_size=60))
def test_any_query_is_answered(query: str) -> None:
    assert set(SMALL.search(query)) <= {0, 1, 2}
    assert SMALL.search(query, 0) == []


SMALL = SearchIndex.build(["red sofa", "blue lamp", ""])


def test_an_index_without_documents_finds_nothing() -> None:
    assert SearchIndex.build([]).search("sofa") == []


def test_a_written_index_reads_back(tmp_path: Path) -> None:
    texts = [f"{'red' if n % 3 else 'blue'} sofa {n} lamp {n % 7}" for n in range(500)]
    built = SearchIndex.build(texts)
    built.write(tmp_path)
    opened = SearchIndex.open(tmp_path)
    assert len(opened) == 500
    for query in ("red sofa", "lamp 3", "blue 12", "nothing"):
        assert opened.scores(query) == built.scores(query)


def test_the_caller_hears_of_every_document() -> None:
    heard: list[None] = []
    SearchIndex.build(["red"] * 5, on_document=lambda: heard.append(None))
    assert len(heard) == 5
