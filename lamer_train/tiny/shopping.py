"""The language of WebShop's `compact` prompts: what is wanted, products, and clicks."""

from __future__ import annotations

from lamer_envs.webshop.catalogue import Catalogue
from lamer_envs.webshop.shop import BACK_TO_SEARCH, BUY, NEXT, PREVIOUS, SUB_PAGES, plain
from lamer_envs.webshop.wishes import read_instruction, terms
from lamer_train.tiny.words import ANSWER_WORDS, Phrase, Vocabulary, phrases

_RULE = r"(?:search|click)\[[^\]]*\]|<[^<>\s]*>|[^\s<>\[\]]+"
_MOST_TERMS = 20
"""No title has more of the terms of a wish."""

_PAGE_WORDS = ("want", "found", "item", "read", "dear", "unsure", "can")


def shopping_vocabulary(catalogue: Catalogue) -> Vocabulary:
    """The words of a catalogue's goals, and all clicks and searches that they need.

    A search is for what a shop calls a kind of product, `search[men's sneakers]`; a product is
    one word.
    """
    counts = map(str, range(_MOST_TERMS + 1))
    heard: dict[str, None] = dict.fromkeys((*ANSWER_WORDS, *_PAGE_WORDS, *counts))
    answers: dict[str, tuple[str, ...]] = {}
    for button in (BACK_TO_SEARCH, PREVIOUS, NEXT, *SUB_PAGES, BUY):
        answers[f"click[{button}]"] = (f"click[{button}]",)
    for number in range(len(catalogue.products)):
        product = catalogue.item(number).product
        asin = product.asin.lower()
        answers[f"click[{asin}]"] = ("click", asin)
        answers[f"search[{product.query}]"] = ("search", *terms(product.query))
        for _, values in product.options:
            for value in map(plain, values):
                answers.setdefault(f"click[{value}]", ("click", value))
    for goals in catalogue.goals.values():
        for goal in goals:
            heard.update(dict.fromkeys(read_instruction(goal.instruction).terms))
    said = [Phrase(text, parts) for text, parts in answers.items()]
    return Vocabulary(plain=(), phrases=(*phrases(heard), *said), rule=_RULE)
