"""The shoppers: the privileged one always buys right, the fair one mostly, by what it was shown."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
import real_schema
from hypothesis import given, settings
from hypothesis import strategies as st

from lamer_envs.minesweeper.env import MineSweeperEnv
from lamer_envs.splits import SPLITS
from lamer_envs.webshop.env import WebShopEnv
from lamer_envs.webshop.expert import next_action, privileged_action, random_action
from lamer_envs.webshop.records import Goal

Player = Callable[[gym.Env[Any, Any]], str]


def play(env: WebShopEnv, seed: int, player: Player) -> dict[str, Any]:
    """The last info of an episode in which every action is possible."""
    env.reset(seed=seed)
    over = False
    while not over:
        _, _, bought, late, info = env.step(player(env))
        assert info["action_valid"]
        over = bought or late
    return info


def share(env: WebShopEnv, player: Player, tasks: int) -> float:
    return sum(bool(play(env, seed, player)["success"]) for seed in range(tasks)) / tasks


@pytest.mark.parametrize("split", SPLITS)
def test_the_privileged_shopper_always_succeeds(split: str) -> None:
    assert share(WebShopEnv(split=split), privileged_action, 60) == 1.0


@pytest.mark.parametrize("split", SPLITS)
def test_the_fair_shopper_mostly_succeeds(split: str) -> None:
    # All goals of a split give at least 0.8; the bound leaves room for the smaller sample.
    assert share(WebShopEnv(split=split), next_action, 80) >= 0.75


@pytest.mark.slow
@pytest.mark.parametrize("split", SPLITS)
def test_on_all_goals_of_the_default_catalogue(split: str) -> None:
    env = WebShopEnv(split=split)
    count = len(env.shop.catalogue.goals[split])
    assert share(env, privileged_action, count) == 1.0
    assert share(env, next_action, count) >= 0.8


def test_the_random_shopper_seldom_succeeds_but_shops() -> None:
    rng = random.Random(0)
    env = WebShopEnv(split="test")
    last = [play(env, seed, lambda env: random_action(env, rng)) for seed in range(60)]
    assert sum(info["success"] for info in last) <= 3
    assert 0.2 < sum(info["score"] is not None for info in last) / 60 < 1.0


def test_the_random_shopper_searches_words_of_the_instruction() -> None:
    env = WebShopEnv(80)
    env.reset(seed=1)
    rng = random.Random(3)
    searches = {random_action(env, rng) for _ in range(20)}
    assert len(searches) > 10
    known = set(env.task.instruction.lower().replace(",", " ").replace(":", " ").split())
    for search in searches:
        assert search.startswith("search[")
        assert set(search[len("search[") : -1].split()) <= known


def test_the_fair_shopper_knows_nothing_but_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    env = WebShopEnv(split="test")

    def actions(seed: int) -> list[str]:
        taken: list[str] = []

        def noted(env: gym.Env[Any, Any]) -> str:
            taken.append(next_action(env))
            return taken[-1]

        play(env, seed, noted)
        return taken

    honest = [actions(seed) for seed in range(25)]
    generate = WebShopEnv._generate

    def nameless(self: WebShopEnv, task_seed: int) -> Goal:
        goal = generate(self, task_seed)
        return Goal(goal.goal_id, "", goal.instruction, ("",), (), (), 0.0, "", "", "")

    monkeypatch.setattr(WebShopEnv, "_generate", nameless)
    catalogue = env.shop.catalogue

    def hidden(*_: object) -> None:
        raise AssertionError("the price is hidden")

    item = catalogue.item
    bare = {number: item(number) for number in range(len(catalogue.products))}
    without = {
        number: each._replace(product=dataclasses.replace(each.product, attributes=(), query=""))
        for number, each in bare.items()
    }
    monkeypatch.setattr(catalogue, "item", without.__getitem__)
    monkeypatch.setattr(catalogue, "price", hidden)

    def choices(seed: int) -> list[str]:
        env.reset(seed=seed)
        taken = []
        for _ in honest[seed]:
            taken.append(next_action(env))
            if taken[-1] == "click[buy now]":
                break
            env.step(taken[-1])
        return taken

    assert [choices(seed) for seed in range(25)] == honest


ENV = WebShopEnv(80, max_turns=30)
LOOSE = WebShopEnv(80, max_turns=30, compat=True, show_attributes=True)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 500), st.integers(0, 28), st.booleans(), st.randoms(use_true_random=False))
def test_both_recover_from_what_was_done_before(
    seed: int, turns: int, loose: bool, rng: random.Random
) -> None:
    env = LOOSE if loose else ENV
    for player in (privileged_action, next_action):
        env.reset(seed=seed)
        for _ in range(turns):
            action = random_action(env, rng)
            if loose and rng.random() < 0.2:
                action = "search[a new idea, such as leather]"
            if action != "click[buy now]":
                env.step(action)
        over = False
        while not over:
            _, _, bought, late, info = env.step(player(env))
            assert info["action_valid"]
            over = bought or late
        # From the last page of results, say, it takes some turns to get anywhere.
        if turns <= 16:
            assert info["score"] is not None
            assert info["success"] or player is next_action


def test_the_fair_shopper_buys_in_the_last_turn() -> None:
    for max_turns in (3, 4, 5, 6):
        env = WebShopEnv(80, max_turns=max_turns)
        for seed in range(15):
            assert play(env, seed, next_action)["score"] is not None


@pytest.mark.parametrize("goals", ["synthetic", "human"])
@pytest.mark.parametrize("compat", [False, True])
def test_they_shop_in_real_data(goals: Any, compat: bool, tmp_path: Path) -> None:
    count = 40
    items = [real_schema.item(n, full_description="word " * 4000) for n in range(count)]
    human = {f"B{n:09d}": [real_schema.asked(n)] for n in range(count)}
    root = real_schema.write(tmp_path / "data", items, human=human)
    env = WebShopEnv(
        None,
        "test",
        source="data",
        data_root=root,
        goals=goals,
        compat=compat,
        nouns="rule",
    )
    for seed in range(12):
        assert play(env, seed, privileged_action)["score"] is not None
        assert play(env, seed, next_action)["score"] is not None


def test_another_environment_is_refused() -> None:
    for player in (next_action, privileged_action, lambda env: random_action(env, random.Random())):
        with pytest.raises(ValueError, match="expected a WebShopEnv, not MineSweeperEnv"):
            player(MineSweeperEnv())


def test_a_shop_that_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    env = WebShopEnv(80)
    monkeypatch.setattr(env.shop.catalogue.index, "search", lambda query, k: [])
    env.shop.catalogue.search.cache_clear()
    try:
        for player in (next_action, privileged_action):
            assert play(env, 0, player)["score"] is None
    finally:
        env.shop.catalogue.search.cache_clear()
