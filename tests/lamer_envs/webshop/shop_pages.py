"""What the tests of the page to shop on share: reading pages as a browser does, and a shopper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode

from lamer_envs.webshop.env import WebShopEnv
from lamer_envs.webshop.judge import best_choice

NUM_PRODUCTS = 200


def shop(split: str = "test", **kwargs: Any) -> WebShopEnv:
    """The environment that the tests' sites are made of."""
    return WebShopEnv(num_products=NUM_PRODUCTS, split=split, **kwargs)


def right_clicks(env: WebShopEnv, seed: int) -> list[str]:
    """A search of the title and the clicks that win the task, as texts of `q` and `c`."""
    env.reset(seed=seed)
    goal = env.task
    catalogue = env.shop.catalogue
    results = env.shop.search(env.view, goal.title)
    assert results is not None
    products = [catalogue.item(number).product for number in env.shop.hits(results)]
    (product,) = [product for product in products if product.asin == goal.asin]
    page = products.index(product) // 10
    chosen = best_choice(goal, product).values()
    return [goal.title, *["next >"] * page, goal.asin.lower(), *chosen, "buy now"]


def seed_with_options(env: WebShopEnv, tasks: int = 1) -> int:
    """The first seed from which on so many tasks ask for an option, without which a buy fails."""
    goals = env.shop.catalogue.goals[env.split]
    return next(
        seed
        for seed in range(len(goals))
        if all(goals[task % len(goals)].options for task in range(seed, seed + tasks))
    )


def moves(texts: list[str]) -> str:
    """A query string: the first text is searched, the others are clicked."""
    return urlencode([("q", texts[0]), *(("c", text) for text in texts[1:])])


@dataclass
class Form:
    """A form: its address, its fields in order, and which of them a person fills in."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    def query(self, **typed: str) -> str:
        """The query string that a browser would send."""
        return urlencode([(name, typed.get(name, value)) for name, value in self.fields])


class Page(HTMLParser):
    """A page's text, links, forms, scripts, and the text of elements with an id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self.scripts: list[str | None] = []
        self.handlers: list[str] = []
        self.by_id: dict[str, str] = {}
        self.text = ""
        self._open_ids: list[tuple[str, str]] = []
        self._href: str | None = None
        self._label = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.handlers += [name for name in values if name.startswith("on")]
        if tag == "a":
            self._href, self._label = values.get("href", ""), ""
        elif tag == "form":
            self.forms.append(Form(values.get("action", "")))
        elif tag in ("input", "textarea", "select") and self.forms:
            self.forms[-1].fields.append((values["name"], values.get("value", "")))
            if values.get("type") != "hidden":
                self.forms[-1].typed.append(values["name"])
        elif tag == "script":
            self.scripts.append(values.get("src"))
        if "id" in values and tag not in ("input", "textarea"):
            self._open_ids.append((tag, values["id"]))
            self.by_id[values["id"]] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href is not None:
            self.links.append((" ".join(self._label.split()), self._href))
            self._href = None
        if self._open_ids and self._open_ids[-1][0] == tag:
            self._open_ids.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        self._label += data
        for _, name in self._open_ids:
            self.by_id[name] += data

    def href(self, label: str) -> str:
        """The address of the one link whose text begins with `label`."""
        found = {href for text, href in self.links if text.startswith(label)}
        assert len(found) == 1, (label, self.links)
        return found.pop()

    def click(self, target: str) -> str:
        """The address of the one link that clicks on something in the shop."""
        queries = {href: parse_qsl(href.partition("?")[2]) for _, href in self.links}
        found = {href for href, query in queries.items() if query[-1:] == [("c", target)]}
        assert len(found) == 1, (target, self.links)
        return found.pop()

    def form(self, typed: str) -> Form:
        """The form in which a person fills in a field of this name."""
        (found,) = (form for form in self.forms if typed in form.typed)
        return found


@contextmanager
def served(application: Any) -> Iterator[str]:
    """The address of a server that runs as long as the block."""
    import socket

    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=1)
        )
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=20)
