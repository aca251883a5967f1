"""The web application: addresses, and the pages behind them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lamer_envs.parsing import ParseCode
from lamer_envs.webshop.actions import parse_action
from lamer_envs.webshop.serve.pictures import picture
from lamer_envs.webshop.serve.recordings import Frame, frames
from lamer_envs.webshop.serve.screens import score, screen
from lamer_envs.webshop.serve.site import MAX_TASK_SEED, Site
from lamer_envs.webshop.serve.visits import Attempt, Visit
from lamer_envs.webshop.shop import plain

_HERE = Path(__file__).parent
_TASKS_LISTED = 9
_IN_THE_WINDOW = 9
_TRIALS_LISTED = 50
_TEXT = "text"
"""The parameter that shows the agent's text beside the page."""

_HEADERS = (
    # Nothing comes from elsewhere, and what is shown of a recorded response can run nothing.
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


def create_app(site: Site) -> Starlette:
    """The application for a site; it keeps nothing between two requests."""
    pages = _Pages(site)
    return Starlette(
        routes=[
            Route("/", pages.home),
            Route("/start", pages.start),
            Route("/task/{split}/{seed:int}", pages.task),
            Route("/trials", pages.trials),
            Route("/trials/{number:int}", pages.replay),
            Route("/trials/{number:int}/{place:int}", pages.replay),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ],
        middleware=[Middleware(_Headers)],
        exception_handlers={HTTPException: pages.refusal, 500: pages.failure},
    )


class _Headers:
    """Adds the headers that keep a page to itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class _Pages:
    """The handlers.

    They are coroutines that never wait, so one request is answered after the other, as the shared
    catalogue wants it; each takes milliseconds.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.splits = site.splits()
        self.window = _window(site)
        self.templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.globals.update(
            splits=self.splits, recorded=len(site.recording.entries) if site.recording else 0
        )

    def page(self, template: str, code: int = 200, **values: Any) -> Response:
        text = self.templates.get_template(template).render(**values)
        # A recorded response may hold half of a surrogate pair.
        content = text.encode("utf-8", "replace")
        return Response(content, code, media_type="text/html; charset=utf-8")

    async def home(self, request: Request) -> Response:
        split = self._split(request.query_params.get("split", self.site.split))
        first = _number(request.query_params.get("from"), self.site.task_seed)
        env = self.site.shop_env(split)
        tasks = []
        for seed in range(first, min(first + _TASKS_LISTED, MAX_TASK_SEED)):
            env.reset(seed=seed)
            tasks.append((seed, env.task.instruction))
        return self.page(
            "home.html",
            pictures=self.window,
            split=split,
            tasks=tasks,
            first=first,
            step=_TASKS_LISTED,
            num_products=len(env.shop.catalogue.products),
            max_turns=env.max_turns,
            num_episodes=self.site.num_episodes,
        )

    async def start(self, request: Request) -> Response:
        """To the task that a form names, or to a random one."""
        split = self._split(request.query_params.get("split", self.site.split))
        drawn = secrets.randbelow(self.splits[split])
        seed = _number(request.query_params.get("seed"), drawn)
        return RedirectResponse(f"/task/{split}/{seed}", status_code=303)

    async def task(self, request: Request) -> Response:
        split = self._split(request.path_params["split"])
        seed = request.path_params["seed"]
        if seed >= MAX_TASK_SEED:
            raise HTTPException(404, f"Task seeds lie below {MAX_TASK_SEED}.")
        parameters = request.query_params.multi_items()
        visit = Visit.read(self.site.shop_env(split), seed, self.site.num_episodes, parameters)
        shown_text = any(name == _TEXT for name, _ in parameters)
        attempt = visit.attempt
        extra = ((_TEXT, "1"),) if shown_text else ()
        path = f"/task/{split}/{seed}"

        def go(kind: str, text: str) -> str:
            return f"{path}?{visit.address((kind, text), *extra)}"

        return self.page(
            "task.html",
            split=split,
            seed=seed,
            visit=visit,
            goal=visit.goal,
            attempt=attempt,
            screen=screen(visit.env.shop, attempt.view),
            score=_score(visit, attempt),
            go=go,
            fields=[*visit.moves, *extra],
            shown_text=shown_text,
            toggle=f"{path}?{visit.address(*(() if shown_text else ((_TEXT, '1'),)))}",
            max_turns=visit.env.max_turns,
            admissible=[f"click[{name}]" for name in visit.env.shop.clickables(attempt.view)],
        )

    async def trials(self, request: Request) -> Response:
        recording = self.site.recording
        if recording is None:
            raise HTTPException(404, "No recorded trials: start with --trials RUN/trials.jsonl.")
        first = _number(request.query_params.get("from"), 0)
        env = self.site.recorded_env()
        rows = []
        numbered = list(enumerate(recording.entries))[first : first + _TRIALS_LISTED]
        for number, entry in numbered:
            env.reset(seed=entry.task_seed)
            rows.append((number, entry, env.task.instruction))
        return self.page(
            "trials.html", recording=recording, rows=rows, first=first, step=_TRIALS_LISTED
        )

    async def replay(self, request: Request) -> Response:
        recording = self.site.recording
        number = request.path_params["number"]
        if recording is None or number >= len(recording.entries):
            raise HTTPException(404, "There is no such recorded trial.")
        try:
            trial = recording.trial(number)
        except (OSError, ValueError) as error:
            raise HTTPException(404, f"The record cannot be read any more: {error}") from error
        visit, reel = frames(self.site.recorded_env(), trial)
        place = request.path_params.get("place", 0)
        if place >= len(reel):
            raise HTTPException(404, f"This trial has {len(reel)} pages.")
        frame = reel[place]
        view = frame.deed.view if frame.deed else frame.attempt.view
        return self.page(
            "replay.html",
            number=number,
            entry=recording.entries[number],
            trial=trial,
            visit=visit,
            goal=visit.goal,
            reel=reel,
            place=place,
            frame=frame,
            screen=screen(visit.env.shop, view),
            did=_target(frame),
            score=None if frame.deed else _score(visit, frame.attempt),
            starts=_starts(reel),
            last_trial=len(recording.entries) - 1,
        )

    async def refusal(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        words = error.detail if error.detail != "Not Found" else "There is no page at this address."
        return self.page("error.html", error.status_code, status=error.status_code, words=words)

    async def failure(self, request: Request, error: Exception) -> Response:
        words = "The shop stumbled over this page; the terminal says how."
        return self.page("error.html", 500, status=500, words=words)

    def _split(self, name: str) -> str:
        if name not in self.splits:
            known = ", ".join(self.splits)
            raise HTTPException(404, f"There is no split {name!r} with tasks; there is {known}.")
        return name


def _window(site: Site) -> list[Markup]:
    """Pictures that differ, of products from all over the shop."""
    catalogue = site.shop_env(site.split).shop.catalogue
    step = max(1, len(catalogue.products) // 97)
    numbers = range(0, len(catalogue.products), step)
    by_department: dict[str, Markup] = {}
    for number in numbers:
        product = catalogue.item(number).product
        by_department.setdefault(product.query, picture(product, {}))
    return list(dict.fromkeys(by_department.values()))[:_IN_THE_WINDOW]


def _number(text: str | None, default: int) -> int:
    """A number in the address; anything else counts as not given."""
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > 10:
        return default
    return min(int(text), MAX_TASK_SEED - 1)


def _score(visit: Visit, attempt: Attempt) -> Any:
    if attempt.verdict is None:
        return None
    return score(visit.goal, attempt.view, visit.env.shop, attempt.verdict)


def _target(frame: Frame) -> tuple[str, str]:
    """What the recorded action asked for: `search` or `click`, and its words; empty if neither."""
    if frame.deed is None:
        return "", ""
    action = parse_action(frame.deed.action)
    if isinstance(action, ParseCode):
        return "", ""
    return action.verb, plain(action.argument)


def _starts(reel: Sequence[Frame]) -> list[int]:
    """The place of the first frame of each episode."""
    return [
        place
        for place, frame in enumerate(reel)
        if place == 0 or reel[place - 1].episode != frame.episode
    ]
