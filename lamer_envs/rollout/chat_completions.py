"""The wire format of OpenAI-compatible endpoints: the body that is sent, and what comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PATH = "/chat/completions"

_TOO_LONG = re.compile(
    r"context[ _-]?(length|window|size)|maximum (model|sequence) length|prompt is too long"
    r"|too many (input )?tokens",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a completion says.

    Attributes:
        text: the response; empty where the model said nothing.
        prompt_tokens, completion_tokens: as the endpoint counts them, or `None` where it does not.
    """

    text: str
    prompt_tokens: int | None
    completion_tokens: int | None


class NonsenseError(ValueError):
    """A response with a status of success that holds no completion; the message says why."""


def checked_base_url(base_url: str) -> str:
    """The URL without slashes at its end.

    Raises:
        ValueError: it is none of an endpoint, or holds credentials, which would be stored.
    """
    parts = urlsplit(base_url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("the base URL holds a user or password; give a key by the environment")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(
            f"no base URL of an endpoint: {base_url!r}; expected one such as "
            "http://localhost:8000/v1 or https://api.openai.com/v1"
        )
    return base_url.rstrip("/").removesuffix(PATH)


def request_body(
    prompt: str, settings: Mapping[str, Any], extra_body: Mapping[str, Any]
) -> dict[str, Any]:
    """The body of one request: one user message, the settings, and over them the extra fields.

    An extra field of `None` takes the field out: not every endpoint knows every setting.
    """
    fields = {**settings, **extra_body}
    return {
        "messages": [{"role": "user", "content": prompt}],
        **{name: value for name, value in fields.items() if value is not None},
    }


def read_answer(body: bytes) -> Answer:
    """Read a completion.

    The content `null` of a choice that says why it ended is an empty response: the model may have
    spent all its tokens on thinking.

    Raises:
        NonsenseError: it is no completion.
    """
    try:
        data = json.loads(body)
    except ValueError as error:
        raise NonsenseError(f"the answer is not JSON: {clipped(body)}") from error
    try:
        choice = data["choices"][0]
        text = choice["message"]["content"]
        if text is None and isinstance(choice.get("finish_reason"), str):
            text = ""
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise NonsenseError(f"the answer has no choices: {clipped(body)}") from error
    if not isinstance(text, str):
        raise NonsenseError(f"the answer has no text: {clipped(body)}")
    usage = data.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    return Answer(text, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return value if isinstance(value, int) and value >= 0 else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a response with a status of failure says.

    Attributes:
        message: one line.
        code: the endpoint's own word for it, or empty.
    """

    message: str
    code: str

    @property
    def prompt_too_long(self) -> bool:
        """Whether the prompt leaves no room for a response in the model's context."""
        return self.code == "context_length_exceeded" or bool(_TOO_LONG.search(self.message))


def read_refusal(body: bytes) -> Refusal:
    """Read an error; anything at all can be read as one."""
    message, code = clipped(body), ""
    try:
        data = json.loads(body)
    except ValueError:
        return Refusal(message, code)
    if isinstance(data, dict):
        error = data.get("error", data)
        if isinstance(error, str):
            message = error
        elif isinstance(error, dict):
            message = str(error.get("message") or message)
            code = str(error.get("code") or error.get("type") or "")
    return Refusal(clipped(message.encode()), code)


def clipped(body: bytes, length: int = 300) -> str:
    """The start of a text, in one line."""
    text = " ".join(body[: 4 * length].decode("utf-8", "replace").split())
    return text if len(text) <= length else text[:length] + "…"
