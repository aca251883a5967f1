"""The page to shop on in a real browser: chromium through its driver, as a person would use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from browser_kit import (
    CONTRAST,
    TOO_WIDE,
    chromium,
    missing,
    one,
    require_or_skip,
    set_view,
    wait_for,
)
from shop_pages import NUM_PRODUCTS, moves, right_clicks, seed_with_options, served, shop

from lamer_envs.evaluation.run import EvalConfig, evaluate
from lamer_envs.rollout.policy import PromptRequest, Response

MISSING = missing("starlette", "uvicorn", "jinja2")


def test_the_browser_is_there() -> None:
    """Where `LAMER_REQUIRE_BROWSER=1` the tests below may not be skipped."""
    require_or_skip(MISSING)


needs_browser = pytest.mark.skipif(
    bool(MISSING), reason=f"no browser tests without {', '.join(MISSING)}"
)


class Shopper:
    """Buys the first product without options, and after a reflection the right one."""

    async def act(self, request: PromptRequest) -> Response:
        if request.phase == "reflect":
            return Response("<remark>choose every option first</remark>")
        title, *clicks = right_clicks(shop(), request.task_seed)
        script = [f"search[{title}]", *(f"click[{target}]" for target in clicks)]
        if request.episode == 0:
            asin = script.index(next(s for s in script if s.startswith("click[b0")))
            script = [*script[: asin + 1], "click[features]", "click[< prev]", "click[buy now]"]
        return Response(f"<action>{script[request.turn]}</action>")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from lamer_envs.webshop.serve.app import create_app
    from lamer_envs.webshop.serve.site import make_site

    run = tmp_path_factory.mktemp("run")
    arguments = {"num_products": NUM_PRODUCTS, "split": "test"}
    first = seed_with_options(shop(), tasks=2)
    config = EvalConfig("LaMer/WebShop-v0", arguments, {"name": "shopper"}, num_tasks=2, seed=first)
    evaluate(config, Shopper(), run)
    with served(create_app(make_site({"num_products": NUM_PRODUCTS}, "test", 0, 3, run))) as at:
        yield at


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with chromium(tmp_path_factory.mktemp("profile")) as made:
        yield made


@pytest.fixture
def browser(driver: Any) -> Iterator[Any]:
    """A browser whose console must stay empty: nothing failed, was blocked or is missing."""
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    driver.get_log("browser")
    yield driver
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert driver.get_log("browser") == []


def link_to(browser: Any, target: str) -> Any:
    """The one link that clicks on something in the shop."""
    return one(browser, f'main a[href$="c={quote(target.replace(" ", "+"), safe="+")}"]')


def buy(browser: Any, site: str, seed: int) -> None:
    """The whole way from the search bar to the purchase of the right product, by mouse."""
    title, *clicks = right_clicks(shop(), seed)
    browser.get(f"{site}/task/test/{seed}")
    one(browser, "#q").send_keys(title)
    one(browser, "form[role=search] button").click()
    for target in clicks:
        link_to(browser, target).click()


@needs_browser
class TestShopping:
    @pytest.mark.parametrize("scripts", [True, False])
    def test_a_purchase_scores_one_with_and_without_scripts(
        self, browser: Any, site: str, scripts: bool
    ) -> None:
        switch = {"value": not scripts}
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", switch)
        buy(browser, site, 3)
        assert one(browser, "#score").text == "1.00"
        assert "Exactly right." in one(browser, "#ending").text
        assert not browser.find_elements("css selector", ".mark.no")

    def test_back_and_reload_keep_the_state(self, browser: Any, site: str) -> None:
        buy(browser, site, 4)
        browser.back()
        turns = int(one(browser, "#turn").text)
        assert turns == len(right_clicks(shop(), 4)) - 1
        chosen = [
            each.text for each in browser.find_elements("css selector", "a.chip[aria-current]")
        ]
        assert len(chosen) == len(shop_goal(4).options)
        browser.refresh()
        assert int(one(browser, "#turn").text) == turns
        browser.forward()
        assert one(browser, "#score").text == "1.00"

    def test_a_second_episode_with_a_note_in_hand(self, browser: Any, site: str) -> None:
        title, *clicks = right_clicks(shop(), 5)
        limit = shop().max_turns
        browser.get(f"{site}/task/test/5?" + "&".join(["q=a+lamp&c=back+to+search"] * limit))
        assert one(browser, "#ending").text == "Out of turns."
        one(browser, "#note").send_keys("search the title\n& buy <b>it</b>")
        one(browser, ".retry button").click()
        assert one(browser, ".note").text == "search the title\n& buy <b>it</b>"
        assert one(browser, "#turn").text == "0"
        one(browser, "#q").send_keys(title)
        one(browser, "form[role=search] button").click()
        for target in clicks:
            link_to(browser, target).click()
        assert one(browser, "#score").text == "1.00"

    def test_with_the_keyboard_alone(self, browser: Any, site: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        def press(*keys: str) -> None:
            ActionChains(browser).send_keys(*keys).perform()

        title, *clicks = right_clicks(shop(), 6)
        browser.get(f"{site}/task/test/6")
        # The search bar has the focus from the start.
        press(title, Keys.ENTER)
        for target in clicks:
            wanted = link_to(browser, target)
            for _ in range(80):
                if browser.switch_to.active_element == wanted:
                    break
                press(Keys.TAB)
            outline = wanted.value_of_css_property("outline-style")
            assert outline == "solid"
            press(Keys.ENTER)
        assert one(browser, "#score").text == "1.00"

    def test_the_agents_view_can_be_switched_on(self, browser: Any, site: str) -> None:
        browser.get(f"{site}/task/test/0?q=shirt")
        one(browser, "#toggle").click()
        env = shop()
        env.reset(seed=0)
        assert one(browser, "#observation").text == " ".join(env.step("search[shirt]")[0].split())
        assert one(browser, "#toggle").get_attribute("aria-checked") == "true"

    def test_markup_in_a_query_is_text(self, browser: Any, site: str) -> None:
        query = "<script>document.title='x'</script><img src=x onerror=\"document.title='x'\">"
        browser.get(f"{site}/task/test/0?text=1&q={quote(query)}&c={quote(query)}")
        assert query in one(browser, ".deeds").text
        assert browser.title != "x"


def shop_goal(seed: int) -> Any:
    env = shop()
    env.reset(seed=seed)
    return env.task


@needs_browser
class TestReplay:
    def test_keys_step_through_the_trial(self, browser: Any, site: str) -> None:
        from selenium.webdriver.common.keys import Keys

        def press(key: str) -> str:
            before = browser.current_url
            one(browser, "body").send_keys(key)
            wait_for(lambda: browser.current_url != before)
            return str(browser.current_url).removeprefix(site)

        browser.get(f"{site}/trials")
        browser.find_elements("css selector", ".list a")[1].click()
        assert browser.current_url == f"{site}/trials/1"
        assert press(Keys.ARROW_RIGHT) == "/trials/1/1"
        assert press(Keys.ARROW_RIGHT) == "/trials/1/2"
        used = one(browser, ".used")
        assert used.text == "Features"
        assert one(browser, ".did").text == "click[features]"
        box = browser.execute_script("return arguments[0].getBoundingClientRect()", used)
        assert 0 <= box["top"] < box["bottom"] <= browser.execute_script("return innerHeight")
        assert press(Keys.ARROW_LEFT) == "/trials/1/1"
        last = int(press(Keys.END).rpartition("/")[2])
        assert one(browser, "#score").text == "1.00"
        assert not browser.find_elements("css selector", "#next")
        assert press(Keys.HOME) == "/trials/1/0"
        stops = browser.find_elements("css selector", ".stop")
        assert len(stops) == last + 1

    def test_a_text_in_focus_keeps_its_keys(self, browser: Any, site: str) -> None:
        from selenium.webdriver.common.keys import Keys

        browser.get(f"{site}/trials/0/1")
        one(browser, "pre.response").send_keys(Keys.END, Keys.ARROW_RIGHT)
        browser.execute_async_script("setTimeout(arguments[0], 100)")
        assert browser.current_url == f"{site}/trials/0/1"

    def test_the_reflection_stands_at_the_end_of_the_episode(self, browser: Any, site: str) -> None:
        browser.get(f"{site}/trials/0")
        one(browser, ".stop.end.bad").click()
        assert one(browser, ".turn .note").text == "choose every option first"
        assert float(one(browser, "#score").text) < 1


ADDRESSES = (
    "/",
    "/task/test/0",
    "/task/test/0?q=shirt&text=1",
    "/task/test/0?q=shirt&c=next+%3E",
    "item",
    "bought",
    "/trials",
    "/trials/0",
    "/trials/0/3",
    "end",
    "/nothing/here",
)


@needs_browser
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_fits_and_can_be_read(browser: Any, site: str, width: int, dark: bool) -> None:
    set_view(browser, width, 800, dark=dark)
    right = right_clicks(shop(), 0)
    places = {
        "item": f"/task/test/0?{moves([*right[:-1], 'features'])}",
        "bought": f"/task/test/0?{moves(right)}",
    }
    for address in ADDRESSES:
        if address == "end":
            browser.get(f"{site}/trials/0")
            browser.get(one(browser, ".stop.end.bad").get_attribute("href"))
        else:
            browser.get(site + places.get(address, address))
        assert browser.execute_script(TOO_WIDE) <= 0, address
        assert browser.execute_script(CONTRAST) == [], address
        if address == "/nothing/here":
            # The browser notes the status itself.
            browser.get_log("browser")
