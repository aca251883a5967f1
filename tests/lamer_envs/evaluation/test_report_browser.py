"""The report in a real browser, opened from a file as a person would open it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

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
from report_runs import HOSTILE, play_everything

from lamer_envs.evaluation.report import load_runs
from lamer_envs.evaluation.report.page import write_page

MISSING = missing()


def test_the_browser_is_there() -> None:
    """Where `LAMER_REQUIRE_BROWSER=1` the tests below may not be skipped."""
    require_or_skip(MISSING)


needs_browser = pytest.mark.skipif(
    bool(MISSING), reason=f"no browser tests without {', '.join(MISSING)}"
)

LEARNER = "view=trials&run=learner&trial=learner:0:0"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    write_page(load_runs(play_everything(folder / "runs")), folder / "report.html")
    return (folder / "report.html").as_uri()


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with chromium(tmp_path_factory.mktemp("profile")) as made:
        yield made


@pytest.fixture
def browser(driver: Any, address: str) -> Iterator[Any]:
    """A browser whose console stays empty, and that asks nothing of anyone but the file itself."""
    set_view(driver, 1280, 900, dark=False)
    driver.get("about:blank")
    driver.get_log("browser")
    driver.get_log("performance")
    yield driver
    assert driver.get_log("browser") == []
    asked = {
        message["params"]["request"]["url"].partition("#")[0]
        for message in (
            json.loads(each["message"])["message"] for each in driver.get_log("performance")
        )
        if message["method"] == "Network.requestWillBeSent"
    }
    assert {url for url in asked if not url.startswith("data:")} == {address}
    driver.execute_script("localStorage.clear()")


@pytest.fixture
def show(browser: Any, address: str) -> Callable[[str], None]:
    def show(place: str) -> None:
        browser.get("about:blank")
        browser.get(f"{address}#{place}")
        one(browser, "html[data-ready]")

    return show


@pytest.fixture
def press(browser: Any) -> Callable[..., None]:
    from selenium.webdriver.common.action_chains import ActionChains

    def press(*keys: str) -> None:
        ActionChains(browser).send_keys(*keys).perform()

    return press


class Keys:
    """As the driver names them."""

    LEFT, UP, RIGHT, DOWN = "\ue012", "\ue013", "\ue014", "\ue015"
    HOME, END, PAGE_DOWN, TAB, ENTER, ESCAPE = (
        "\ue011",
        "\ue010",
        "\ue00f",
        "\ue004",
        "\ue007",
        "\ue00c",
    )


def state(browser: Any) -> dict[str, str]:
    """What the address of the page says."""
    script = "return Object.fromEntries(new URLSearchParams(location.hash.slice(1)))"
    return dict(browser.execute_script(script))


def title(browser: Any, pane: int = 0) -> str:
    """The heading of the step that a pane shows."""
    panes = wait_for(lambda: browser.find_elements("css selector", ".pane[aria-busy], .pane"))
    wait_for(lambda: panes[pane].get_attribute("aria-busy") is None)
    return str(panes[pane].find_element("css selector", ".seen h3").text)


def texts(browser: Any, css: str) -> list[str]:
    return [each.text for each in browser.find_elements("css selector", css)]


@needs_browser
class TestOverview:
    def test_the_table_and_the_figures_show_every_run(self, browser: Any, show: Any) -> None:
        show("")
        names = ["boxes-2", "boxes-3", "expert", "hostile", "learner", "rooms", "shop"]
        assert texts(browser, "#overview > .scroll .run") == names
        rows = browser.find_elements("css selector", "#overview > .scroll tbody tr")
        learner = [cell.text for cell in rows[4].find_elements("css selector", ".mean")]
        assert learner[:4] == ["0.0", "100.0", "100.0", "100.0"]
        headings = texts(browser, "#overview h2")
        assert headings == ["Sokoban", "MineSweeper", "ALFWorld", "WebShop", "Harder tasks"]
        # pass@k of each environment, and two curves over the number of boxes.
        assert len(browser.find_elements("css selector", ".chart")) == 4 + 2
        assert "pick" in one(browser, ".inner-scroll").text

    def test_a_run_under_the_pointer_stands_out(self, browser: Any, show: Any) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        show("")
        row = browser.find_elements("css selector", "#overview > .scroll tbody tr")[2]
        ActionChains(browser).move_to_element(row).perform()
        faded = "g.series:not(.faded)[data-run]"
        wait_for(
            lambda: (
                {e.get_attribute("data-run") for e in browser.find_elements("css selector", faded)}
                == {"2"}
            )
        )

    def test_a_run_leads_to_its_trials(self, browser: Any, show: Any) -> None:
        show("")
        browser.find_elements("css selector", "#overview .run")[2].click()
        wait_for(lambda: texts(browser, "#count") == ["6 of 22 trials"])


@needs_browser
class TestViewer:
    def test_keys_step_through_a_trial(self, browser: Any, show: Any, press: Any) -> None:
        show(LEARNER)
        assert title(browser).startswith("Episode 1, turn 1")
        press(Keys.RIGHT)
        assert title(browser).startswith("Episode 1, turn 2")
        assert state(browser)["step"] == "1"
        assert "invalid: not an action" in title(browser)
        press("]")
        assert title(browser) == "Episode 2, turn 1"
        press(Keys.LEFT)
        assert title(browser) == "Reflection after episode 1"
        assert one(browser, "blockquote").text == "Name a cell."
        press(Keys.LEFT)
        assert title(browser) == "End of episode 1"
        assert "Out of turns" in one(browser, ".verdict").text
        press(Keys.END)
        assert "Solved" in one(browser, ".verdict").text
        press("[")
        assert title(browser) == "Episode 2, turn 1"
        press("[")
        assert title(browser).startswith("Episode 1, turn 1")
        press(Keys.HOME, Keys.LEFT)
        assert state(browser)["step"] == "0"

    def test_keys_go_through_the_list(self, browser: Any, show: Any, press: Any) -> None:
        show("view=trials&run=learner")
        press("j")
        assert state(browser)["trial"] == "learner:0:0"
        press(Keys.DOWN)
        assert state(browser)["trial"] == "learner:0:1"
        press("k")
        assert state(browser)["trial"] == "learner:0:0"
        press(Keys.PAGE_DOWN)
        assert state(browser)["trial"] == "learner:2:1"
        chosen = one(browser, '[role="option"][aria-selected="true"]')
        listed = one(browser, '[role="listbox"]')
        assert listed.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
        browser.back()
        wait_for(lambda: state(browser)["trial"] == "learner:0:0")

    def test_everything_can_be_reached_with_tab(self, browser: Any, show: Any, press: Any) -> None:
        show(LEARNER)
        title(browser)
        wanted = {"search", "outcome", "listbox", "with", "stop", "summary"}
        outline = "return getComputedStyle(document.activeElement).outlineStyle"
        for _ in range(60):
            press(Keys.TAB)
            element = browser.switch_to.active_element
            assert browser.execute_script(outline) == "solid"
            for name in ("type", "name", "role", "id", "class"):
                wanted -= set((element.get_attribute(name) or "").split())
            wanted -= {element.tag_name}
            if not wanted:
                break
        assert not wanted

    def test_what_is_drawn_is_what_was_seen(self, browser: Any, show: Any, press: Any) -> None:
        show("trial=expert:0:0")
        board = one(browser, ".board.mines")
        seen = board.get_attribute("aria-label")
        symbols = [symbol for row in seen.splitlines() for symbol in row.partition(": ")[2].split()]
        assert len(board.find_elements("css selector", ".closed")) == symbols.count("?")
        digits = [each.text for each in board.find_elements("css selector", ".digit")]
        assert digits == [symbol for symbol in symbols if symbol.isdigit()]
        assert len(board.find_elements("css selector", ".aim")) == 1
        press("r")
        assert one(browser, "pre.raw").get_property("textContent") == seen

    def test_boxes_pages_and_rooms_are_drawn(self, browser: Any, show: Any, press: Any) -> None:
        show("trial=boxes-2:0:0")
        board = one(browser, ".board.sokoban")
        seen = board.get_attribute("aria-label")
        assert len(board.find_elements("css selector", ".box")) == seen.count("X") + seen.count("√")
        assert len(board.find_elements("css selector", ".wall")) == seen.count("#")
        assert len(board.find_elements("css selector", ".head")) == 1
        assert len(browser.find_elements("css selector", ".moves kbd")) == 3
        show("trial=shop:0:0&step=1")
        assert one(browser, ".shop .wish").text
        assert browser.find_elements("css selector", ".shop .product")
        # The search page's field holds what was typed.
        press(Keys.HOME)
        assert one(browser, ".field.typed").text in one(browser, ".action").text
        show("trial=rooms:0:0")
        assert one(browser, ".prose .wish").text
        assert browser.find_elements("css selector", ".prose b")

    def test_the_prompt_says_what_is_new(self, browser: Any, show: Any, press: Any) -> None:
        show("trial=expert:0:0&step=1")
        title(browser)
        assert not browser.find_elements("css selector", "pre.prompt")
        press("p")
        prompt = one(browser, "pre.prompt")
        whole = prompt.get_property("textContent")
        new = [
            each.get_property("textContent")
            for each in prompt.find_elements("css selector", ".new")
        ]
        assert any(line.startswith("Turn 1: ") for line in new)
        assert 0 < len("\n".join(new)) < len(whole) / 2
        press(Keys.LEFT)
        assert one(browser, "pre.prompt").get_property("textContent") != whole
        assert not one(browser, "pre.prompt").find_elements("css selector", ".new")

    def test_two_runs_side_by_side(self, browser: Any, show: Any, press: Any) -> None:
        show("view=trials&run=learner&trial=learner:1:0")
        title(browser)
        press("c")
        assert state(browser)["with"] == "expert:1:0"
        assert texts(browser, ".pane-run b") == ["learner", "expert"]
        press(Keys.RIGHT)
        assert title(browser, 0).startswith("Episode 1, turn 2")
        assert title(browser, 1) == "Episode 1, turn 2"
        assert (state(browser)["step"], state(browser)["wstep"]) == ("1", "1")
        browser.find_elements("css selector", ".pane:last-child .stop")[0].click()
        assert title(browser, 1) == "Episode 1, turn 1"
        assert title(browser, 0).startswith("Episode 1, turn 2")
        one(browser, ".close").click()
        assert texts(browser, ".pane-run b") == ["learner"]
        # Round through the other trials of the task, and alone again.
        for partner in ("expert:1:0", "expert:1:1", "learner:1:1", None):
            press("c")
            assert state(browser).get("with") == partner

    def test_an_address_leads_to_a_step_of_a_comparison(self, browser: Any, show: Any) -> None:
        show("trial=learner:2:1&step=1&with=expert:2:0&wstep=1")
        assert title(browser, 0).startswith("Episode 1, turn 2")
        assert title(browser, 1) == "Episode 1, turn 2"
        assert texts(browser, ".pane-run b") == ["learner", "expert"]

    @pytest.mark.parametrize(
        "place",
        ["trial=nobody:0:0", "trial=<b>x</b>", "trial=expert:0:0&with=shop:0:0&step=x&run=%00"],
    )
    def test_an_address_of_nothing_is_survived(self, browser: Any, show: Any, place: str) -> None:
        show(place)
        if "expert" in place:
            assert title(browser) == "Episode 1, turn 1"
        else:
            assert "This report has no trial" in one(browser, "#notice").text

    def test_markup_in_answers_is_text(self, browser: Any, show: Any) -> None:
        show("trial=hostile:0:0")
        said = wait_for(lambda: browser.find_elements("css selector", "pre.response"))[0]
        # The driver carries no half of a surrogate pair.
        shown = browser.execute_script("return arguments[0].textContent.toWellFormed()", said)
        assert HOSTILE.replace("\ud800", "\ufffd") in shown
        assert not browser.find_elements("css selector", ".pane img, .pane script")
        assert browser.title != "owned"


@needs_browser
class TestFinding:
    @pytest.mark.parametrize(
        ("place", "count"),
        [
            ("view=trials", "22 trials"),
            ("outcome=recovered&view=trials", "6 of 22 trials"),
            ("outcome=first&view=trials&run=expert", "6 of 22 trials"),
            ("outcome=solved&view=trials&env=LaMer/MineSweeper-v0", "12 of 22 trials"),
            ("outcome=failed&view=trials&run=hostile", "1 of 22 trials"),
            ("outcome=differ&view=trials&run=learner", "2 of 22 trials"),
            ("view=trials&q=dollars", "1 of 22 trials"),
        ],
    )
    def test_filters(self, browser: Any, show: Any, place: str, count: str) -> None:
        show(place)
        assert one(browser, "#count").text == count

    def test_a_filter_by_hand_is_in_the_address(self, browser: Any, show: Any, press: Any) -> None:
        from selenium.webdriver.support.ui import Select

        show("view=trials")
        Select(one(browser, "select[name=type]")).select_by_index(1)
        assert state(browser)["type"].startswith(("look", "pick"))
        assert one(browser, "#count").text != "22 trials"
        show("view=trials")
        press("f")
        assert state(browser)["outcome"] == "recovered"
        assert one(browser, "#count").text == "6 of 22 trials"
        assert {each.split(":")[0] for each in texts(browser, ".row-run")} == {"learner"}
        press("f")
        assert "outcome" not in state(browser)

    def test_search_finds_tasks_and_then_texts(self, browser: Any, show: Any, press: Any) -> None:
        show("view=trials")
        press("/")
        press("first i count")
        wait_for(lambda: texts(browser, "#count") == ["0 of 22 trials"])
        press(Keys.ENTER)
        wait_for(lambda: texts(browser, "#count") == ["6 of 22 trials"])
        assert one(browser, "#deep").text == "6 trials with these words"
        press(Keys.ESCAPE, "j")
        assert state(browser)["trial"] == "learner:0:0"


PLACES = (
    "",
    "view=trials",
    LEARNER,
    f"{LEARNER}&step=1",
    f"{LEARNER}&step=8",
    "trial=boxes-2:0:0",
    "trial=shop:0:0&step=1",
    "trial=rooms:0:0",
    "trial=hostile:0:0&with=expert:0:0",
)


@needs_browser
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_view_fits_and_can_be_read(
    browser: Any, show: Any, press: Any, width: int, dark: bool
) -> None:
    set_view(browser, width, 800, dark=dark)
    for place in PLACES:
        show(place)
        if "trial=" in place:
            title(browser)
            press("p")
        assert browser.execute_script(TOO_WIDE) <= 0, place
        assert browser.execute_script(CONTRAST) == [], place


@needs_browser
def test_light_and_dark(browser: Any, show: Any, press: Any) -> None:
    ground = "return getComputedStyle(document.body).backgroundColor"
    show("")
    light = browser.execute_script(ground)
    press("t")
    dark = browser.execute_script(ground)
    assert light != dark
    show("view=trials")
    assert browser.execute_script(ground) == dark
    one(browser, "#theme").click()
    assert browser.execute_script(ground) == light
    browser.execute_script("localStorage.clear()")
    set_view(browser, 1280, 900, dark=True)
    show("")
    assert browser.execute_script(ground) == dark


@needs_browser
def test_the_keys_are_listed(browser: Any, show: Any, press: Any) -> None:
    show("")
    press("?")
    assert "failed first, then solved" in one(browser, "#help[open]").text
    press(Keys.ESCAPE)
    wait_for(lambda: not browser.find_elements("css selector", "#help[open]"))


@needs_browser
def test_a_narrow_window_shows_the_list_or_a_trial(browser: Any, show: Any) -> None:
    set_view(browser, 400, 800, dark=False)
    show("view=trials&run=learner")
    browser.find_elements("css selector", ".row")[0].click()
    title(browser)
    assert not one(browser, ".finder").is_displayed()
    one(browser, ".back").click()
    assert one(browser, ".finder").is_displayed()
    assert not one(browser, ".panes").is_displayed()
