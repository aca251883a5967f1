"""What `lamer eval` is told about an endpoint, and what it says of the requests."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sized
from dataclasses import dataclass
from typing import Any

from rich.progress import ProgressColumn, Task
from rich.text import Text

from lamer_envs.commands.console import BadInputError, user_values
from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.openai import OpenAIPolicy

DEFAULT_KEY = "OPENAI_API_KEY"
_PRICED = 1_000_000
"""Tokens that a price is for."""


@dataclass(frozen=True)
class EndpointOptions:
    """How to ask an endpoint; nothing here changes what it answers.

    Attributes:
        api_key_env: the environment variable that holds the key, or `None` for `OPENAI_API_KEY`,
            where it is set.
        retries, timeout, connect_timeout, read_timeout: see `OpenAIPolicy`.
        price_in, price_out: of a million prompt and response tokens, in any currency.
    """

    api_key_env: str | None = None
    retries: int = 6
    timeout: float = 300.0
    connect_timeout: float = 10.0
    read_timeout: float | None = None
    price_in: float | None = None
    price_out: float | None = None

    def key(self) -> str | None:
        """The key, or `None` where none is needed.

        Raises:
            BadInputError: the variable that was named is not set.
        """
        key = os.environ.get(self.api_key_env or DEFAULT_KEY, "").strip()
        if not key and self.api_key_env is not None:
            raise BadInputError(
                f"--api-key-env {self.api_key_env}: no such environment variable is set"
            )
        return key or None

    def policy(self, player: Mapping[str, Any]) -> OpenAIPolicy:
        """The policy of a record with a `base_url`.

        Raises:
            BadInputError: a value is refused, or the extra is missing.
        """
        with user_values():
            return OpenAIPolicy(
                **player,
                api_key=self.key(),
                retries=self.retries,
                timeout=self.timeout,
                connect_timeout=self.connect_timeout,
                read_timeout=self.read_timeout,
            )


class Spending:
    """Counts the tokens of trials."""

    def __init__(self) -> None:
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.uncounted = 0

    def add(self, trial: Trial) -> None:
        """Count those of every turn."""
        for turn in trial.turns:
            if turn.prompt_tokens is None or turn.completion_tokens is None:
                self.uncounted += 1
            self.prompt_tokens += turn.prompt_tokens or 0
            self.completion_tokens += turn.completion_tokens or 0

    def line(self, options: EndpointOptions) -> str:
        """One line: tokens, and what they cost where prices are known."""
        text = f"{self.prompt_tokens:,} prompt and {self.completion_tokens:,} response tokens"
        if options.price_in is not None or options.price_out is not None:
            cost = self.prompt_tokens * (options.price_in or 0.0)
            cost += self.completion_tokens * (options.price_out or 0.0)
            text += f", cost {cost / _PRICED:.4f}"
        if self.uncounted:
            text += f" (the endpoint did not count those of {self.uncounted} turns)"
        return text


class TroubleColumn(ProgressColumn):
    """Retries and errored trials, where there are any, beside a progress bar."""

    def __init__(self, policy: OpenAIPolicy, errored: Sized) -> None:
        super().__init__()
        self._traffic = policy.traffic
        self._before = policy.traffic.retries
        self._errored = errored

    def render(self, task: Task) -> Text:
        """What there is now."""
        counts = {
            "retries": self._traffic.retries - self._before,
            "errored": len(self._errored),
        }
        return Text("  ".join(f"{name} {n}" for name, n in counts.items() if n), "yellow")
