"""What an endpoint says about its rate limits, and the gate that keeps requests back until then."""

from __future__ import annotations

import asyncio
import math
import random
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_EARLIEST_DATE = 1_000_000_000
"""Seconds: a larger number is no duration but a point in time (Unix)."""


def seconds_from(text: str, now: float) -> float | None:
    """How long to wait, from the value of a header.

    Args:
        text: seconds (`20`, `0.5`), a duration (`6m0s`, `120ms`), an HTTP date, or a Unix time.
        now: the present Unix time.

    Returns:
        Seconds, at least 0, or `None` where the text is none of these.
    """
    text = text.strip()
    try:
        seconds = float(text)
    except ValueError:
        parts = _PART.findall(text)
        if parts and "".join(map("".join, parts)) == text:
            return sum(float(number) * _UNITS[unit] for number, unit in parts)
        try:
            seconds = parsedate_to_datetime(text).timestamp()
        except ValueError:
            return None
    if not math.isfinite(seconds):
        return None
    return max(0.0, seconds - now if seconds >= _EARLIEST_DATE else seconds)


def wait_asked_for(headers: Mapping[str, str], tokens_needed: int, now: float) -> float:
    """Seconds for which an endpoint wants no further request; 0 where it says nothing.

    `Retry-After` (and its form in milliseconds) counts as it stands. `x-ratelimit-reset-requests`
    counts where no request is left, `x-ratelimit-reset-tokens` where fewer tokens are left than
    one response may take.

    Args:
        headers: of the last response; their names are looked up in lower case.
        tokens_needed: the longest response, in tokens.
        now: the present Unix time.
    """
    waits = [0.0]
    if (milliseconds := headers.get("retry-after-ms")) is not None:
        waits.append((seconds_from(milliseconds, now) or 0.0) / 1000)
    elif (retry_after := headers.get("retry-after")) is not None:
        waits.append(seconds_from(retry_after, now) or 0.0)
    for what, needed in (("requests", 1), ("tokens", tokens_needed)):
        try:
            left = float(headers.get(f"x-ratelimit-remaining-{what}", "inf"))
        except ValueError:
            continue
        if left < needed:
            waits.append(seconds_from(headers.get(f"x-ratelimit-reset-{what}", ""), now) or 0.0)
    return max(waits)


class Gate:
    """Shut until a moment that only moves later; passed by all who ask after it."""

    def __init__(self) -> None:
        self._opens = -math.inf

    def shut_for(self, seconds: float) -> None:
        """Let nobody through for so long from now."""
        self._opens = max(self._opens, time.monotonic() + seconds)

    @property
    def seconds_left(self) -> float:
        """Until it opens; 0 where it is open."""
        return max(0.0, self._opens - time.monotonic())

    async def passed(self, rng: random.Random) -> None:
        """Wait until it is open, and up to as long again but a second, so that not all rush in."""
        while (seconds := self.seconds_left) > 0:
            await asyncio.sleep(seconds + rng.uniform(0.0, min(seconds, 1.0)))
