"""A visit to the shop: what a person or a recorded agent did, played on the agent's environment.

A visit is a whole trial. The address of a page holds it as `q` (a search), `c` (a click) and `note`
(what one takes along into the next episode), in the order in which they happened, so that the
server remembers nothing: reload, back and bookmarks work, and any number of people can shop.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from lamer_envs.webshop.env import WebShopEnv
from lamer_envs.webshop.judge import Verdict
from lamer_envs.webshop.records import Goal
from lamer_envs.webshop.shop import View

Move = tuple[str, str]
"""The kind of a move (`q`, `c` or `note`) and its text."""

_ACTIONS = {"q": "search", "c": "click"}


@dataclass(frozen=True, slots=True)
class Deed:
    """One turn.

    Attributes:
        view: the page on which it was done.
        observation: that page as the agent's text.
        action: what was done, as the agent writes it.
        parse: a `ParseCode` value: `"ok"`, or why it was not possible.
        reward: the environment's.
    """

    view: View
    observation: str
    action: str
    parse: str
    reward: float


@dataclass(slots=True)
class Attempt:
    """One episode.

    Attributes:
        view: the page that is open now.
        observation: that page as the agent's text.
        deeds: the turns so far.
        over: whether it ended, by a purchase or by the turn limit.
        verdict: the judge's, after a purchase.
        note: what was written down after it.
    """

    view: View
    observation: str
    deeds: list[Deed] = field(default_factory=list)
    over: bool = False
    verdict: Verdict | None = None
    note: str = ""

    @property
    def success(self) -> bool:
        """Whether it solved the task."""
        return self.verdict is not None and self.verdict.success


class Visit:
    """A trial in play.

    Args:
        env: of this visit alone.
        task_seed: at least 0.
        num_episodes: of the trial.
    """

    def __init__(self, env: WebShopEnv, task_seed: int, num_episodes: int) -> None:
        self.env = env
        self.task_seed = task_seed
        self.num_episodes = num_episodes
        self.moves: list[Move] = []
        observation, _ = env.reset(seed=task_seed)
        self.attempts = [Attempt(env.view, observation)]

    @classmethod
    def read(
        cls, env: WebShopEnv, task_seed: int, num_episodes: int, moves: Iterable[Move]
    ) -> Visit:
        """Play what an address says; what is not possible any more, such as a turn after the end
        of an episode, is left out of `moves`."""
        visit = cls(env, task_seed, num_episodes)
        for kind, text in moves:
            if kind == "note" and visit.may_retry:
                visit.restart(text)
            elif kind in _ACTIONS and not visit.attempt.over:
                visit.act(f"{_ACTIONS[kind]}[{text}]")
            else:
                continue
            visit.moves.append((kind, text))
        return visit

    @property
    def goal(self) -> Goal:
        """What is to be bought."""
        return self.env.task

    @property
    def attempt(self) -> Attempt:
        """The present episode."""
        return self.attempts[-1]

    @property
    def may_retry(self) -> bool:
        """Whether the present episode failed and another one is left."""
        attempt = self.attempt
        return attempt.over and not attempt.success and len(self.attempts) < self.num_episodes

    def act(self, action: str) -> None:
        """Play one turn of an episode that is not over."""
        attempt = self.attempt
        view, seen = attempt.view, attempt.observation
        attempt.observation, reward, terminated, truncated, info = self.env.step(action)
        attempt.view = self.env.view
        attempt.over = terminated or truncated
        attempt.verdict = self.env.verdict
        attempt.deeds.append(Deed(view, seen, action, info["parse"], float(reward)))

    def restart(self, note: str) -> None:
        """Begin the next episode, with what was learned in this one."""
        self.attempt.note = note
        observation, _ = self.env.reset(options={"restart": True})
        self.attempts.append(Attempt(self.env.view, observation))

    def address(self, *more: Move) -> str:
        """The query string of this visit and what is done next; each `more` is one move."""
        return urlencode([*self.moves, *more], errors="replace")
