from __future__ import annotations

import copy
import gc
import os
import pickle
import random
import subprocess
import sys
import tracemalloc
from typing import Any

import gymnasium as gym
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.meta.prompt_sets.webshop import compact_page
from lamer_envs.splits import SPLITS
from lamer_envs.webshop.env import WebShopEnv
from lamer_envs.webshop.judge import best_choice
from lamer_envs.webshop.records import Goal
from lamer_envs.webshop.wishes import read_instruction

SMALL = 80
ENV = WebShopEnv(SMALL)


def way_to_the_goal(env: WebShopEnv) -> list[str]:
    """Search for the goal's product by its title, choose what is asked for, buy."""
    goal, shop = env.task, env.shop
    view = shop.search(shop.start(), goal.title)
    assert view is not None
    actions = [f"search[{goal.title}]"]
    while goal.asin not in [listing.asin for listing in shop.listed(view)]:
        actions.append("click[next >]")
        view = shop.click(view, "next >")
        assert view is not None
    product = next(
        shop.catalogue.item(listing.number).product
        for listing in shop.listed(view)
        if listing.asin == goal.asin
    )
    chosen = best_choice(goal, product).values()
    return [*actions, *(f"click[{name}]" for name in (goal.asin, *chosen, "buy now"))]


def buy(env: WebShopEnv, *, seed: int, leave_out: str = "") -> tuple[float, dict[str, Any], str]:
    env.reset(seed=seed)
    for action in way_to_the_goal(env):
        if action != leave_out:
            page, reward, over, _, info = env.step(action)
    assert over
    return reward, info, page


def a_goal_with_options(env: WebShopEnv) -> int:
    def asks_for_options(seed: int) -> bool:
        env.reset(seed=seed)
        return bool(env.task.options)

    return next(seed for seed in range(50) if asks_for_options(seed))


def test_the_right_purchase_ends_the_episode_with_ten() -> None:
    for split in SPLITS:
        env = WebShopEnv(SMALL, split)
        for seed in range(12):
            reward, info, page = buy(env, seed=seed)
            assert (reward, info["success"], info["score"], info["page"]) == (10, True, 1.0, "done")
            assert page == "Thank you for shopping with us!"
            assert info["admissible_actions"] == []
            assert not info["can_search"]
            with pytest.raises(gym.error.ResetNeeded):
                env.step("click[back to search]")


def test_a_wrong_purchase_ends_the_episode_with_nothing() -> None:
    env = WebShopEnv(SMALL)
    seed = a_goal_with_options(env)
    option = f"click[{env.task.options[0]}]"
    reward, info, _ = buy(env, seed=seed, leave_out=option)
    assert (reward, info["success"]) == (0.0, False)
    assert 0.0 < info["score"] < 1.0
    shaped = WebShopEnv(SMALL, reward_mode="shaped")
    assert buy(shaped, seed=seed, leave_out=option)[0] == pytest.approx(10 * info["score"])
    assert buy(shaped, seed=seed)[0] == 10.0
    assert shaped.verdict is not None
    assert shaped.verdict.success


def test_the_score_is_shown_on_request_alone() -> None:
    assert buy(WebShopEnv(SMALL), seed=1)[2] == "Thank you for shopping with us!"
    assert buy(WebShopEnv(SMALL, hide_score=False), seed=1)[2] == (
        "Thank you for shopping with us! [SEP] Your score (min 0.0, max 1.0) [SEP] 1.0"
    )


def test_info_says_where_one_is() -> None:
    env = WebShopEnv(SMALL, show_attributes=True)
    page, info = env.reset(seed=2)
    assert page == f"WebShop [SEP] Instruction: [SEP] {env.task.instruction} [SEP] Search"
    assert (info["page"], info["can_search"], info["score"]) == ("search", True, None)
    assert info["admissible_actions"] == []
    way = (f"search[{env.task.title}]", f"click[{env.task.asin}]")
    assert [env.step(action)[4]["page"] for action in way] == ["results", "item"]
    for name in ("description", "features", "reviews", "attributes"):
        page, _, _, _, info = env.step(f"click[{name}]")
        assert (info["page"], info["can_search"]) == (name, False)
        assert info["admissible_actions"] == ["click[back to search]", "click[< prev]"]
        assert env.step("click[< prev]")[4]["page"] == "item"
    page, _, _, _, info = env.step("click[buy now]")
    assert (info["page"], info["can_search"]) == ("done", False)


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("search[]", "empty"),
        ("click[ ]", "empty"),
        ("search", "not_an_action"),
        ("buy now", "not_an_action"),
        ("search[a] click[b]", "not_an_action"),
        ("click[buy now]", "outside"),
        ("click[search]", "outside"),
        ("click[next >]", "outside"),
    ],
)
def test_what_is_not_possible_costs_a_turn(action: str, code: str) -> None:
    first, before = ENV.reset(seed=3)
    page, reward, terminated, _, info = ENV.step(action)
    assert (page, reward, terminated) == (first, 0.0, False)
    assert (info["parse"], info["action_effective"], info["turn"]) == (code, False, 1)
    assert info["state_key"] == before["state_key"]


def test_the_trail_holds_the_pages_of_the_episode() -> None:
    ENV.reset(seed=0)
    start = ENV.view
    for action in ("search[shirt]", "click[nothing]", "click[back to search]"):
        ENV.step(action)
    assert [view.kind for view in ENV.trail] == ["search", "results", "search"]
    assert ENV.trail[0] == start
    assert ENV.trail[-1] == ENV.view
    ENV.reset(options={"restart": True})
    assert ENV.trail == (start,)


def test_another_query_for_the_same_products_changes_nothing() -> None:
    env = WebShopEnv(SMALL, compat=True)
    env.reset(seed=0)
    *_, first = env.step("search[shirt]")
    *_, again = env.step("search[shirts]")
    assert again["state_key"] == first["state_key"]
    assert (first["action_effective"], again["action_effective"]) == (True, False)
    *_, other = env.step("search[sofa]")
    assert other["action_effective"]


def test_one_searches_from_the_search_page_and_with_compat_from_any() -> None:
    ENV.reset(seed=0)
    first, second = (f"search[{ENV.shop.catalogue.products[n].title}]" for n in (0, SMALL - 1))
    page, _, _, _, _ = ENV.step(first)
    again, _, _, _, info = ENV.step(second)
    assert (again, info["parse"], info["can_search"]) == (page, "outside", False)
    compat = WebShopEnv(SMALL, compat=True)
    compat.reset(seed=0)
    assert compat.step(first)[0] == page
    again, _, _, _, info = compat.step(second)
    assert (info["parse"], info["can_search"]) == ("ok", True)
    assert again != page
    assert not compat.step(second)[4]["action_effective"]


@pytest.mark.parametrize(
    "query", ["<a> x", "<r>", "<c> shoes", "<q> shoes", '"', "a:b AND (c", "*"]
)
def test_every_query_is_an_ordinary_one(query: str) -> None:
    ENV.reset(seed=0)
    page, _, _, _, info = ENV.step(f"search[{query}]")
    assert (info["parse"], info["page"]) == ("ok", "results")
    assert "Page 1 (Total results: " in page


def test_seeds_go_round_the_goals_of_the_split() -> None:
    goals: dict[str, list[Goal]] = {}
    for split in SPLITS:
        env = WebShopEnv(SMALL, split)
        count = len(env.shop.catalogue.goals[split])
        goals[split] = []
        for seed in range(count):
            env.reset(seed=seed)
            goals[split].append(env.task)
        env.reset(seed=3 * count + 1)
        assert env.task == goals[split][1]
        assert len({goal.goal_id for goal in goals[split]}) == count
    asins = [{goal.asin for goal in goals[split]} for split in SPLITS]
    assert sum(map(len, asins)) == len(set().union(*asins))
    # Neighbours in the catalogue are siblings: the order of the seeds must not be its order.
    products = [product.asin for product in ENV.shop.catalogue.products]
    places = [products.index(goal.asin) for goal in goals["train"]]
    assert places != sorted(places)


def test_a_restart_keeps_goal_prices_and_pages() -> None:
    env = WebShopEnv(SMALL, reward_mode="shaped")
    for seed in range(6):
        first, before = env.reset(seed=seed)
        way = way_to_the_goal(env)
        played = [env.step(action) for action in way]
        assert env.reset(options={"restart": True}) == (first, before)
        assert [env.step(action) for action in way] == played


@given(st.integers(0, 5), st.lists(st.text() | st.text("search click[]<> bnow"), max_size=14))
@settings(max_examples=60, deadline=None)
def test_any_string_is_an_answer(seed: int, actions: list[str]) -> None:
    page, info = ENV.reset(seed=seed)
    for action in [f"search[{' '.join(actions)}]", *actions][: ENV.max_turns]:
        before, page_before = info, page
        page, reward, over, _, info = ENV.step(action)
        assert ENV.observation_space.contains(page)
        if not info["action_valid"]:
            assert (page, reward, over) == (page_before, 0.0, False)
            assert info["state_key"] == before["state_key"]


@given(st.integers(0, 40), st.lists(st.integers(0, 10_000), max_size=12), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_admissible_action_is_possible(seed: int, picks: list[int], compat: bool) -> None:
    env = WebShopEnv(SMALL, compat=compat, max_turns=40, show_attributes=compat)
    page, info = env.reset(seed=seed)
    for pick in picks:
        words = env.task.instruction.split()
        search = f"search[{' '.join(words[pick % len(words) :])}]"
        actions = info["admissible_actions"] + [search] * info["can_search"]
        before = page, info["state_key"]
        page, _, over, _, info = env.step(actions[pick % len(actions)])
        assert (info["parse"], info["action_valid"]) == ("ok", True)
        assert info["action_effective"] == (info["state_key"] != before[1])
        assert info["action_effective"] or page == before[0]
        if over:
            break


def test_equal_states_have_equal_pages() -> None:
    pages: dict[str, str] = {}
    rng = random.Random(5)
    env = WebShopEnv(SMALL, max_turns=30)
    for _ in range(150):
        page, info = env.reset(seed=rng.randrange(4))
        over = False
        while not over:
            assert pages.setdefault(info["state_key"], page) == page
            words = ["shoes", "women", "oil", "cable", "black", "organic"]
            actions = info["admissible_actions"] or [f"search[{rng.choice(words)}]"]
            page, _, terminated, truncated, info = env.step(rng.choice(actions))
            over = terminated or truncated
    assert len(pages) > 300


PLAY = f"""
import hashlib
from lamer_envs.webshop.env import WebShopEnv
digest = hashlib.sha256()
env = WebShopEnv({SMALL})
for seed in range(40):
    page, info = env.reset(seed=seed)
    digest.update(repr((page, info, env.task)).encode())
    for turn in range(8):
        actions = info["admissible_actions"] or [f"search[{{env.task.instruction}}]"]
        page, reward, over, _, info = env.step(actions[(3 * seed + 7 * turn) % len(actions)])
        digest.update(repr((page, reward, info)).encode())
        if over:
            break
print(digest.hexdigest())
"""


def test_a_new_process_and_a_new_cache_give_the_same_shop(tmp_path: Any) -> None:
    def play(hash_seed: str, cache: str) -> str:
        process = subprocess.run(
            [sys.executable, "-c", PLAY],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "LAMER_CACHE": str(tmp_path / cache)},
            capture_output=True,
            text=True,
            check=True,
        )
        return process.stdout.strip()

    first = play("1", "one")
    assert len(first) == 64
    assert play("77", "one") == first
    assert play("78", "other") == first


def test_copies_and_pickles_share_the_catalogue() -> None:
    env = WebShopEnv(SMALL)
    env.reset(seed=4)
    way = way_to_the_goal(env)
    env.step(way[0])
    data = pickle.dumps(env)
    assert len(data) < 20_000
    for twin in (copy.deepcopy(env), pickle.loads(data)):
        assert twin.shop.catalogue is env.shop.catalogue
        assert [twin.step(action)[0] for action in way[1:]][-1].startswith("Thank you")
    assert [env.step(action)[1] for action in way[1:]][-1] == 10.0


def test_environments_share_one_catalogue_and_little_else() -> None:
    catalogue = WebShopEnv(SMALL).shop.catalogue
    kept = [WebShopEnv(SMALL, max_turns=5) for _ in range(10)]
    for env in kept:
        env.reset(seed=0)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    envs = [gym.make("LaMer/WebShop-v0", num_products=SMALL) for _ in range(500)]
    for seed, wrapped in enumerate(envs):
        wrapped.reset(seed=seed)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert all(env.unwrapped.shop.catalogue is catalogue for env in envs)  # type: ignore[attr-defined]
    assert grown / len(envs) < 6_000


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_vectors_play_as_single_environments_do(mode: str) -> None:
    envs = gym.make_vec(
        "LaMer/WebShop-v0", num_envs=3, vectorization_mode=mode, num_products=SMALL, max_turns=4
    )
    singles = [WebShopEnv(SMALL, max_turns=4) for _ in range(3)]
    try:
        pages, _ = envs.reset(seed=[5, 6, 7])
        assert tuple(pages) == tuple(e.reset(seed=5 + k)[0] for k, e in enumerate(singles))
        for action in ("search[black shoes]", "click[next >]", "click[< prev]"):
            pages, _, _, _, infos = envs.step((action,) * 3)
            expected = [env.step(action) for env in singles]
            assert tuple(pages) == tuple(outcome[0] for outcome in expected)
            assert list(infos["page"]) == [outcome[4]["page"] for outcome in expected]
    finally:
        envs.close()


def test_a_trial_runs_in_the_wrapper_and_says_what_can_be_searched() -> None:
    trial = MultiEpisodeReflectionWrapper(gym.make("LaMer/WebShop-v0", num_products=SMALL))
    env = trial.unwrapped
    assert isinstance(env, WebShopEnv)
    prompt, _ = trial.reset(seed=0)
    assert env.task.instruction in prompt
    assert "you can search from the search page only" in prompt
    assert "What you can click:\nnothing on this page; search instead" in prompt
    way = way_to_the_goal(env)
    prompt, *_ = trial.step(f"<action>{way[0]}</action>")
    assert "'click[back to search]', " in prompt
    prompt, *_ = trial.step("<action>search[again]</action>")
    assert "search[again] (not possible, nothing changed)" in prompt
    for _ in range(env.max_turns - 2):
        prompt, _, _, _, info = trial.step("<action>click[back to search]</action>")
    assert info["phase"] == "reflect"
    assert "nothing was bought" in prompt
    trial.step("<remark>Search by title.</remark>")
    for action in way:
        _, reward, over, _, info = trial.step(f"<action>{action}</action>")
    assert over
    assert reward == 10.0
    assert info["success"]


def test_very_small_models_get_the_page_and_what_they_did() -> None:
    trial = MultiEpisodeReflectionWrapper(
        gym.make("LaMer/WebShop-v0", num_products=SMALL), prompts="compact", memory="history"
    )
    first, _ = trial.reset(seed=0)
    env = trial.unwrapped
    assert isinstance(env, WebShopEnv)
    wanted = " ".join(("want", *read_instruction(env.task.instruction).terms))
    assert first == f"can  {wanted} act"
    prompt, *_ = trial.step(f"<action>search[{env.task.query}]</action>")
    asins = [listing.asin.lower() for listing in env.shop.listed(env.view)]
    assert asins
    assert [prompt.count(f"click[{asin}]") for asin in asins] == [1] * len(asins)
    assert prompt.startswith("can click[back to search] found ")
    assert prompt.endswith(f" search[{env.task.query}] act")
    prompt, *_ = trial.step("<action>jump</action>")
    assert prompt.endswith(f" search[{env.task.query}] bad act")
    for _ in range(env.max_turns - 2):
        prompt, *_ = trial.step("<action>click[back to search]</action>")
    tried = f"try search[{env.task.query}] bad click[back to search]{' bad' * 9}"
    assert prompt == f"{tried} can  {wanted} act"


def test_very_small_models_see_what_a_page_shares_with_the_wish() -> None:
    task = "Instruction: [SEP] I need red wool socks, and price lower than 20.00 dollars [SEP] "
    found = "B000000001 [SEP] Wool Socks, Blue [SEP] $19.0"
    dear = "B000000002 [SEP] Red Hat [SEP] $21.0 [SEP] B000000003 [SEP] Tie [SEP] $9.0 to $30.0"
    results = f"Page 1 (Total results: 3) [SEP] Next > [SEP] {found} [SEP] {dear}"
    for page, expected in (
        ("Search", "want red wool sock"),
        (
            f"Back to Search [SEP] {results}",
            "found 2 click[b000000001] 1 dear click[b000000002] 0 unsure click[b000000003]",
        ),
        ("Back to Search [SEP] Page 1 (Total results: 0)", "found"),
        (
            "Back to Search [SEP] < Prev [SEP] color [SEP] Blue [SEP] Red [SEP] size [SEP] 9 [SEP] "
            "Wool Socks, Blue [SEP] Price: $19.0 [SEP] Description [SEP] Buy Now",
            "item click[red]",
        ),
        ("Back to Search [SEP] < Prev [SEP] Warm. [SEP] Of wool.", "read wool"),
    ):
        assert compact_page(task + page) == expected
    assert compact_page("Thank you for shopping with us!") == ""


def test_very_small_models_see_the_task_when_they_reflect() -> None:
    trial = MultiEpisodeReflectionWrapper(
        gym.make("LaMer/WebShop-v0", num_products=SMALL), prompts="compact"
    )
    trial.reset(seed=0)
    env = trial.unwrapped
    assert isinstance(env, WebShopEnv)
    for action in (f"search[{env.task.title}]", "click[{}]", "click[buy now]"):
        clicks = env.shop.clickables(env.view)
        prompt, *_, info = trial.step(f"<action>{action.format(*clicks[-1:])}</action>")
    assert info["phase"] == "reflect"
    assert prompt.startswith(" ".join(("want", *read_instruction(env.task.instruction).terms)))
    assert prompt.endswith("click[buy now] reflect")


def test_rendering_is_the_page() -> None:
    env = WebShopEnv(SMALL, render_mode="ansi")
    page, _ = env.reset(seed=0)
    assert env.render() == page


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"num_products": 0}, "num_products must be an integer of at least 1, not 0"),
        ({"num_products": None}, "num_products must be an integer of at least 1, not None"),
        ({"catalogue_seed": -1}, "catalogue_seed must be an integer of at least 0, not -1"),
        ({"source": "web"}, "source must be one of 'embedded', 'data', not 'web'"),
        ({"goals": "all"}, "goals must be one of 'synthetic', 'human', not 'all'"),
        ({"goals": "human"}, "goals='human' needs source='data'; expected goals='synthetic'"),
        ({"data_root": "x"}, "data_root='x' needs source='data'; expected None"),
        ({"source": "data", "data_root": 3}, "data_root must be a folder's path, not 3"),
        ({"nouns": "nltk"}, "nouns must be one of 'rule', 'spacy', not 'nltk'"),
        ({"hide_score": 1}, "hide_score must be True or False, not 1"),
        ({"show_attributes": "no"}, "show_attributes must be True or False, not 'no'"),
        ({"compat": None}, "compat must be True or False, not None"),
        ({"render_mode": "rgb_array"}, "render_mode must be one of 'ansi', not 'rgb_array'"),
        ({"num_products": 1, "split": "validation"}, "leaves the split 'validation' without goals"),
    ],
)
def test_wrong_arguments(kwargs: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WebShopEnv(**kwargs)
