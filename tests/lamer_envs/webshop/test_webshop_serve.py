from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shop_pages import NUM_PRODUCTS, Page, moves, right_clicks, seed_with_options, shop
from tiny_catalogue import GOAL, PRODUCTS, tiny_catalogue

import lamer_envs.webshop.env as env_module
from lamer_envs.webshop.embedded import generate_products
from lamer_envs.webshop.records import Product
from lamer_envs.webshop.shop import View

pytest.importorskip("starlette", reason="needs the serve extra")
pytest.importorskip("httpx2", reason="needs the browser extra")

from starlette.testclient import TestClient

from lamer_envs.webshop.serve.app import create_app
from lamer_envs.webshop.serve.pictures import picture
from lamer_envs.webshop.serve.screens import score, screen
from lamer_envs.webshop.serve.site import Site, make_site
from lamer_envs.webshop.serve.visits import Visit

SERVE = Path(env_module.__file__).parent / "serve"
HOSTILE = '<script>alert("x")</script>'


@cache
def client() -> TestClient:
    return TestClient(create_app(make_site({"num_products": NUM_PRODUCTS}, "test", 0, 3, None)))


def get(address: str, code: int = 200) -> Page:
    response = client().get(address)
    assert response.status_code == code, response.text
    return Page(response.text)


class TestTasks:
    def test_the_first_page_lists_tasks_with_their_instructions(self) -> None:
        page = get("/?split=validation&from=3")
        env = shop("validation")
        for seed in (3, 5):
            env.reset(seed=seed)
            assert page.href(f"validation · {seed}") == f"/task/validation/{seed}"
            assert env.task.instruction in page.text

    def test_a_seed_can_be_picked(self) -> None:
        form = get("/").form("seed")
        answer = client().get(f"{form.action}?split=train&seed=17")
        assert answer.url.path == "/task/train/17"

    def test_a_random_task_is_one_of_the_split(self) -> None:
        total = len(shop().shop.catalogue.goals["test"])
        seeds = set()
        for _ in range(8):
            path = client().get("/start?split=test").url.path
            seeds.add(int(path.removeprefix("/task/test/")))
        assert len(seeds) > 1
        assert max(seeds) < total

    def test_the_next_task_is_the_next_seed(self) -> None:
        page = get(get("/task/test/4").href("Next task"))
        env = shop()
        env.reset(seed=5)
        assert env.task.instruction in page.text


class TestShopping:
    def test_a_purchase_by_links_and_forms_scores_one(self) -> None:
        page = get("/task/test/2")
        title, *clicks = right_clicks(shop(), 2)
        page = get(f"/task/test/2?{page.form('q').query(q=title)}")
        for target in clicks:
            page = get(page.click(target))
        assert page.by_id["score"] == "1.00"
        assert "Exactly right." in page.text
        assert page.href("Next task") == "/task/test/3"

    def test_a_failed_trial_takes_notes_along_and_ends_after_three_episodes(self) -> None:
        env = shop()
        seed = seed_with_options(env)
        title, *clicks = right_clicks(env, seed)
        clicks = clicks[: clicks.index(env.task.asin.lower()) + 1]
        # Right, but for the options.
        purchase = moves([title, *clicks, "buy now"])
        seen = get(f"/task/test/{seed}?{purchase}")
        wrong = float(seen.by_id["score"])
        assert 0 < wrong < 1
        for episode in (2, 3):
            query = seen.form("note").query(note=f"note {episode} {HOSTILE}")
            start = get(f"/task/test/{seed}?{query}")
            assert f"Episode {episode} of 3" in " ".join(start.text.split())
            assert start.text.count(HOSTILE) == episode - 1
            assert start.by_id["turn"] == "0"
            seen = get(f"/task/test/{seed}?{query}&{purchase}")
            assert float(seen.by_id["score"]) == wrong
        assert not any("note" in form.typed for form in seen.forms)
        assert env.task.asin in seen.text

    def test_the_turn_limit_ends_an_episode(self) -> None:
        limit = shop().max_turns
        page = get("/task/test/0?" + "&".join(["q=shoes&c=back+to+search"] * limit))
        assert "Out of turns." in page.text
        assert page.form("note").fields.count(("q", "shoes")) == limit // 2

    def test_what_is_not_possible_costs_a_turn_and_is_said(self) -> None:
        page = get("/task/test/0?c=buy+now")
        assert "not possible here" in page.text
        assert page.by_id["turn"] == "1"

    def test_moves_after_the_end_are_left_out(self) -> None:
        bought = moves(right_clicks(shop(), 0))
        once = client().get(f"/task/test/0?{bought}").text
        assert client().get(f"/task/test/0?{bought}&c=description&note=x&q=y").text == once

    def test_an_address_always_gives_the_same_page(self) -> None:
        address = f"/task/train/7?{moves(right_clicks(shop('train'), 7)[:-1])}"
        before = client().get(address).content
        get("/task/train/3?q=lamp")
        assert client().get(address).content == before

    def test_the_agents_view_is_the_environments_observation(self) -> None:
        title = right_clicks(shop(), 0)[0]
        page = get(f"/task/test/0?{moves([title])}")
        assert "observation" not in page.by_id
        page = get(page.href("Agent's view"))
        env = shop()
        env.reset(seed=0)
        observation, *_, info = env.step(f"search[{title}]")
        assert page.by_id["observation"] == observation
        assert all(action in page.text for action in info["admissible_actions"])
        # It stays on from page to page.
        assert "observation" in get(page.href("Back to Search")).by_id

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["q", "c", "note", "other"]),
                st.text(max_size=30) | st.sampled_from(["buy now", "features", "next >", "< prev"]),
            ),
            max_size=16,
        )
    )
    def test_any_query_string_is_a_page(self, parts: list[tuple[str, str]]) -> None:
        response = client().get("/task/test/1", params=[*parts, ("text", "1")])
        assert response.status_code == 200
        visit = Visit.read(shop(), 1, 3, response.url.params.multi_items())
        page = Page(response.text)
        assert page.by_id["observation"] == visit.attempt.observation
        assert page.by_id["turn"] == str(len(visit.attempt.deeds))


class TestScore:
    @pytest.mark.parametrize("seed", range(6))
    def test_the_parts_multiply_to_the_score(self, seed: int) -> None:
        env = shop("train")
        env.reset(seed=seed)
        env.step("search[soft and light]")
        env.step(env.step("click[description]")[4]["admissible_actions"][-1])
        view = env.view
        assert view.kind == "item"
        env.step("click[buy now]")
        assert env.verdict is not None
        shown = score(env.task, env.view, env.shop, env.verdict)
        assert shown.value == env.verdict.score
        assert shown.kind_factor * shown.hits / len(shown.parts) == pytest.approx(shown.value)
        assert len(shown.parts) == len(env.task.attributes) + len(env.task.options) + 1

    def test_the_parts_are_on_the_page(self) -> None:
        env = shop()
        page = get(f"/task/test/2?{moves(right_clicks(env, 2))}")
        for wish in (*env.task.attributes, *env.task.options, f"${env.task.price_limit:,.2f}"):
            assert wish in page.text


class TestSafety:
    @pytest.fixture
    def hostile(self, monkeypatch: pytest.MonkeyPatch) -> TestClient:
        """A shop whose every text is markup."""
        products = tuple(
            replace(
                product,
                title=f"{HOSTILE} {product.title}",
                description=HOSTILE,
                bullets=(HOSTILE,),
                options=((f'"{HOSTILE}', (f"{HOSTILE}' onclick='x", "plain")),),
                category=HOSTILE,
                query=HOSTILE,
                attributes=(HOSTILE,),
            )
            for product in PRODUCTS
        )
        goal = replace(
            GOAL, instruction=f"sofa {HOSTILE}", attributes=(HOSTILE,), title=HOSTILE, query=HOSTILE
        )
        catalogue = tiny_catalogue(products)
        catalogue.goals = {"test": (goal,)}
        monkeypatch.setattr(env_module, "open_catalogue", lambda spec: catalogue)
        return TestClient(create_app(Site({"show_attributes": True})))

    @pytest.mark.parametrize(
        "query",
        [
            "",
            f"q={HOSTILE}",
            f"c={HOSTILE}&text=1",
            "q=sofa&text=1",
            "q=sofa&c=b000sofa01",
            "q=sofa&c=b000sofa01&c=description",
            "q=sofa&c=b000sofa01&c=features&text=1",
            "q=sofa&c=b000sofa01&c=attributes",
            f"q=sofa&c=b000sofa01&c={HOSTILE}' onclick='x&c=buy now",
            f"q=sofa&c=b000sofa01&c=buy now&note={HOSTILE}",
        ],
    )
    def test_markup_is_shown_and_never_run(self, hostile: TestClient, query: str) -> None:
        response = hostile.get(f"/task/test/0?{query}")
        assert response.status_code == 200
        page = Page(response.text)
        assert HOSTILE in page.text
        assert page.scripts == []
        assert page.handlers == []

    def test_nothing_may_come_from_elsewhere(self) -> None:
        policy = client().get("/").headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        for path in SERVE.rglob("*.*"):
            if path.suffix in (".html", ".css", ".js", ".svg"):
                text = path.read_text(encoding="utf-8")
                foreign = re.findall(r"(?:https?:)?//[\w.]+", text.replace("// ", ""))
                assert set(foreign) <= {"http://www.w3.org"}, path

    @pytest.mark.parametrize(
        "address",
        [
            "/nothing",
            f"/{HOSTILE}",
            "/task/test",
            "/task/test/x",
            "/task/test/-1",
            f"/task/test/{1 << 31}",
            "/task/moon/0",
            f"/task/{HOSTILE}/0",
            "/?split=moon",
            "/start?split=moon",
            "/trials",
            "/trials/0",
            "/trials/0/1",
            "/static/nothing.css",
            "/static/..%2fapp.py",
        ],
    )
    def test_a_bad_address_gives_words(self, address: str) -> None:
        page = get(address, 404)
        assert "404" in page.text
        assert page.href("To the tasks") == "/"
        assert page.scripts == []

    @pytest.mark.parametrize("value", ["x", "-3", "1" * 400, "٣", ""])
    def test_a_bad_number_counts_as_not_given(self, value: str) -> None:
        assert get(f"/?from={value}").href("test · 0") == "/task/test/0"
        assert client().get(f"/start?seed={value}").status_code == 200


class TestScreen:
    def test_a_value_that_another_option_hides_cannot_be_chosen(self) -> None:
        env = shop()
        rules = env.shop
        catalogue = tiny_catalogue()
        tiny = type(rules)(catalogue)
        shown = dict(screen(tiny, View("item", "sofa", 1, 0)).options)
        assert [(c.value, c.target) for c in shown["color"]] == [
            ("navy blue", "navy blue"),
            ("grey", ""),
        ]
        assert [(c.value, c.target) for c in shown["size"]][-1] == ("grey", "grey")
        shown = dict(screen(tiny, View("item", "box", 1, 2)).options)
        assert {c.value: c.target for c in shown["count"]} == {
            "6 pack [new]": "6 pack [new]",
            "Buy Now": "",
            "two  spaces": "two spaces",
            "reviews": "",
            "attributes": "attributes",
        }

    def test_every_type_has_a_picture_of_its_own_kind(self) -> None:
        parcel = picture(Product("X", "x", "", (), (1.0,), "", "", (), ()), {})
        shape = re.compile(r'fill="#\w+"|stroke="#\w+"')
        for product in generate_products(300, 0):
            drawn = picture(product, {})
            assert shape.sub("", drawn) != shape.sub("", parcel), product.query

    def test_a_picture_takes_the_chosen_colour(self) -> None:
        sofa = PRODUCTS[0]
        blue = picture(sofa, {"color": "navy blue"})
        assert blue == picture(sofa, {})
        assert blue != picture(sofa, {"color": "grey"})
