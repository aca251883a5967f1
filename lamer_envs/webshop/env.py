"""`WebShopEnv`, the Gymnasium face of WebShop."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from lamer_envs.parsing import ParseCode
from lamer_envs.splits import SPLITS
from lamer_envs.text_env import (
    SUCCESS_REWARD,
    ActionResult,
    Info,
    RewardMode,
    Split,
    TextEnv,
)
from lamer_envs.webshop.actions import parse_action
from lamer_envs.webshop.judge import Verdict
from lamer_envs.webshop.opening import CatalogueSpec, open_catalogue
from lamer_envs.webshop.pages import MAX_PAGE, render
from lamer_envs.webshop.records import Goal
from lamer_envs.webshop.shop import Shop, View


class WebShopEnv(TextEnv[Goal]):
    """Find the product that a shopper describes, choose its options, and buy it.

    ## Description
    A shop with a search bar, pages of results, and a page for each product with its options, its
    description and its features. The instruction asks for a kind of product with certain
    attributes, for option values (a colour, a size), and for a price below a limit. The agent
    searches, reads, chooses, and buys once. Pages, search engine and judge follow WebShop (Yao et
    al., 2022); no Java, web server or download is needed.

    ## Action Space
    A string that is exactly `search[words]` or `click[name]`, where `name` is a button, an ASIN or
    an option value of the current page. Case and surplus white space are forgiven; at most 1,000
    characters of a query count. Anything else costs a turn and changes nothing; `info["parse"]`
    then says `"empty"` (nothing, or nothing in the brackets), `"not_an_action"`, or `"outside"`
    (a click on what is not on the page, or a search where there is no search bar).

    ## Observation Space
    A string: the texts of the page, joined by ` [SEP] `, as in the original's text mode. Which
    values are chosen is not shown, there as here. Pages have at most 16,384 characters; what is
    longer is cut off.

    ## Rewards
    - `"sparse"`: 10 for a purchase that the judge gives a score of 1, else 0.
    - `"shaped"`: 10 times the score, for the purchase.

    ## Starting State
    The search page, with the instruction of the goal.

    ## Episode End
    Terminated by the purchase (`success` for a score of 1). Truncated after `max_turns` turns.

    ## Arguments
    - `num_products`: size of the embedded catalogue (default 1,000), or how many records of real
      data are read, from the first on (`None`: all of them).
    - `split`: `"train"` (default), `"validation"` or `"test"`; no product is a goal in two of them.
    - `max_turns`: turns in an episode. Default 12.
    - `source`: `"embedded"` (default; a generated catalogue) or `"data"` (WebShop's files).
    - `catalogue_seed`: of the embedded catalogue, and of the hidden prices. Default 0.
    - `goals`: `"synthetic"` (default) or `"human"` (`source="data"` only).
    - `data_root`: folder of the data, in place of `$WEBSHOP_DATA`.
    - `hide_score`: whether the page after the purchase keeps the score to itself. Default `True`.
    - `show_attributes`: whether product pages have the sub-page Attributes, which shows what the
      judge knows of the product. Default `False`.
    - `compat`: judge as loosely as the original does, keep all of its goals, and search from any
      page, as in its text mode. Default `False`.
    - `nouns`: how the judge finds the nouns of a title: `"rule"` or `"spacy"` (the original's
      way; needs `pip install 'lamer[webshop]'`). By default the rule for the embedded catalogue,
      so that rewards are equal on every machine; for real data spaCy where it is installed.
    - `reward_mode`: `"sparse"` (default) or `"shaped"`.
    - `render_mode`: `None` or `"ansi"`; the shop is text and draws no pictures.

    Seed s plays goal s modulo the number of goals of the split, in a fixed shuffled order.

    ## Information
    The keys of `TextEnv`, with `admissible_actions` all clicks of the page (none on the search
    page), `can_search` (whether there is a search bar), `page` (`"search"`, `"results"`, `"item"`,
    `"description"`, `"features"`, `"reviews"`, `"attributes"` or `"done"`), and `score` (`None`
    before the purchase).

    ## Known differences from the original
    - A restart keeps the goal and the hidden prices; there, a session that has bought something
      gets another goal, and prices are drawn anew in every process.
    - No product is a goal in two splits; there, products of test goals are trained on.
    - The page after the purchase shows nothing of the goal, and the score on request only; there,
      the score is always on it.
    - Goals that their own product cannot fulfil are left out, and an option value counts for the
      option that it was chosen for; `compat=True` keeps all goals of real data and scores as there.
    - One searches from the search page only; there, the text mode searches from any page, and so it
      does here with `compat=True`.
    - Every query is an ordinary one; there, `search[<a> x]` crashes, and `<r>`, `<c>` and `<q>`
      list products by other rules.
    - There are no reviews: the data that can be downloaded hold none.

    ## Version History
    - v0: first version.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 2}  # noqa: RUF012
    splits = SPLITS

    def __init__(
        self,
        num_products: int | None = 1000,
        split: Split = "train",
        max_turns: int = 12,
        *,
        source: Literal["embedded", "data"] = "embedded",
        catalogue_seed: int = 0,
        goals: Literal["synthetic", "human"] = "synthetic",
        data_root: str | Path | None = None,
        hide_score: bool = True,
        show_attributes: bool = False,
        compat: bool = False,
        nouns: Literal["rule", "spacy"] | None = None,
        reward_mode: RewardMode = "sparse",
        render_mode: str | None = None,
    ) -> None:
        super().__init__(
            max_turns=max_turns,
            split=split,
            reward_mode=reward_mode,
            render_mode=render_mode,
            max_observation_length=MAX_PAGE,
        )
        for name, flag in (
            ("hide_score", hide_score),
            ("show_attributes", show_attributes),
            ("compat", compat),
        ):
            if not isinstance(flag, bool):
                raise ValueError(f"{name} must be True or False, not {flag!r}")
        spec = CatalogueSpec.of(
            source=source,
            num_products=num_products,
            seed=catalogue_seed,
            goals=goals,
            data_root=data_root,
            compat=compat,
            nouns=nouns,
        )
        catalogue = open_catalogue(spec)
        if not catalogue.goals[split]:
            # As in the original, the first 1,500 goals are for test and validation.
            cure = "more products" + (", or compat=False" if compat and source == "data" else "")
            raise ValueError(
                f"num_products={num_products} leaves the split {split!r} without goals; "
                f"expected {cure}"
            )
        self.hide_score = hide_score
        self.shop = Shop(catalogue, show_attributes=show_attributes, search_anywhere=compat)
        self._view = self.shop.start()
        self._trail = [self._view]
        self._verdict: Verdict | None = None

    @property
    def view(self) -> View:
        """The page in front of the shopper, for experts and tests."""
        return self._view

    @property
    def trail(self) -> tuple[View, ...]:
        """The pages of this episode so far, in order, for experts: what the shopper has seen."""
        return tuple(self._trail)

    @property
    def verdict(self) -> Verdict | None:
        """What the judge says of the purchase; `None` before it."""
        return self._verdict

    def prompt_variables(self) -> dict[str, object]:
        """`max_turns`, and `search_from`: the page or pages with a search bar."""
        return {
            "max_turns": self.max_turns,
            "search_from": "any page" if self.shop.search_anywhere else "the search page only",
        }

    def _generate(self, task_seed: int) -> Goal:
        goals = self.shop.catalogue.goals[self.split]
        return goals[task_seed % len(goals)]

    def _start(self, task: Goal) -> str:
        self._view = self.shop.start()
        self._trail = [self._view]
        self._verdict = None
        return render(self.shop, self._view, task.instruction)

    def _act(self, action: str) -> ActionResult:
        wanted = parse_action(action)
        if isinstance(wanted, ParseCode):
            return ActionResult(self._observation, wanted, False, False, False)
        before = self._view
        go = self.shop.search if wanted.verb == "search" else self.shop.click
        view = go(before, wanted.argument)
        if view is None:
            return ActionResult(self._observation, ParseCode.OUTSIDE, False, False, False)
        self._view = view
        self._trail.append(view)
        if view.kind == "done":
            return self._buy(view)
        page = render(self.shop, view, self.task.instruction)
        effective = view != before
        if effective and view.query != before.query:
            # Another query may find the same products.
            effective = self.shop.key(view) != self.shop.key(before)
        return ActionResult(page, ParseCode.OK, effective, False, False)

    def _buy(self, view: View) -> ActionResult:
        verdict = self.shop.catalogue.judge(self.task, view.product, view.chosen)
        self._verdict = verdict
        shown = None if self.hide_score else verdict
        page = render(self.shop, view, self.task.instruction, verdict=shown)
        reward = SUCCESS_REWARD * verdict.score
        return ActionResult(page, ParseCode.OK, True, verdict.success, True, reward)

    def _state_key(self) -> str:
        return f"{self.task.goal_id}:{self.shop.key(self._view)}"

    def _admissible_actions(self) -> list[str]:
        return [f"click[{name}]" for name in self.shop.clickables(self._view)]

    def _extra_info(self) -> Info:
        return {
            "page": self._view.kind,
            "can_search": self.shop.can_search(self._view),
            "score": None if self._verdict is None else self._verdict.score,
        }
