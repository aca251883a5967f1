"""Take the pictures of the page to shop on, in a real browser.

Run from the root of the repository: `python docs/make_webshop_assets.py` (needs
`lamer[eval,serve,browser]`, chromium and chromedriver). A few lines of script play the trial.
"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import uvicorn
from pictures import ASSETS, browser, resize, save

from lamer_envs.evaluation.run import EvalConfig, evaluate
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.webshop.env import WebShopEnv
from lamer_envs.webshop.judge import best_choice
from lamer_envs.webshop.serve.app import create_app
from lamer_envs.webshop.serve.site import make_site

WIDTH, HEIGHT = 1240, 780


def main() -> None:
    """Write the page of an item, the score of a purchase, and a turn of a replay."""
    ASSETS.mkdir(exist_ok=True)
    env = WebShopEnv(split="test")
    seed, title, clicks = task_with_options(env)
    with tempfile.TemporaryDirectory() as folder, browser(folder) as chromium:
        resize(chromium, WIDTH, HEIGHT)
        run = Path(folder) / "run"
        config = EvalConfig("LaMer/WebShop-v0", {"split": "test"}, num_tasks=1, seed=seed)
        evaluate(config, Shopper(title, clicks), run)
        with served(run) as address:
            task = f"{address}/task/test/{seed}?"
            pages = {
                "item": task + query(title, clicks[:-1]),
                # All is right but the options.
                "score": task + query(title, [clicks[0], "buy now"]),
                # The click on the product, which is the second turn.
                "replay": f"{address}/trials/0/1",
            }
            for name, page in pages.items():
                chromium.get(page)
                save(f"webshop_{name}", chromium.get_screenshot_as_png(), colours=128)


def task_with_options(env: WebShopEnv) -> tuple[int, str, list[str]]:
    """The first task whose product is on the first page and has a colour and another option.

    Returns:
        its seed, the product's title, and the clicks that win it.
    """
    for seed in range(1000):
        env.reset(seed=seed)
        goal = env.task
        results = env.shop.search(env.view, goal.title)
        assert results is not None
        for listing in env.shop.listed(results):
            product = env.shop.catalogue.item(listing.number).product
            chosen = best_choice(goal, product)
            if listing.asin == goal.asin and "color" in chosen and len(chosen) > 1:
                return seed, goal.title, [goal.asin.lower(), *chosen.values(), "buy now"]
    raise RuntimeError("no task with a colour and another option")


class Shopper:
    """Buys without choosing, and chooses after its reflection."""

    def __init__(self, title: str, clicks: list[str]) -> None:
        self.title = title
        self.clicks = clicks

    async def act(self, request: PromptRequest) -> Response:
        """Answer one request."""
        if request.phase == "reflect":
            return Response(
                "The product was right, but I chose no option.\n"
                "<remark>Choose the color and the size before buying.</remark>"
            )
        product, *choices, buy = self.clicks
        script = [
            ("I search for what the task describes.", f"search[{self.title}]"),
            ("The first hit looks right. I read its features.", f"click[{product}]"),
            ("All that was asked for should be among the features.", "click[features]"),
            ("That fits. Back to the product.", "click[< prev]"),
            ("I buy it.", f"click[{buy}]"),
        ]
        if request.episode:
            chosen = [("The note says to choose first.", f"click[{value}]") for value in choices]
            script = [*script[:2], *chosen, script[-1]]
        thought, action = script[request.turn]
        return Response(f"{thought}\n\n<action>{action}</action>")


def query(title: str, clicks: list[str]) -> str:
    """The query string of a visit."""
    return urlencode([("q", title), *(("c", click) for click in clicks)])


@contextmanager
def served(run: Path) -> Iterator[str]:
    """The address of the shop, for as long as the block runs."""
    application = create_app(make_site({}, "test", 0, 3, run))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(application, log_level="warning"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


if __name__ == "__main__":
    main()
