"""From prompts to token ids, and from sampled tokens to responses; every backend's way."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lamer_envs.rollout.policy import PromptRequest, Response

_CACHED_TOKENS = 1 << 22


class PromptTooLongError(ValueError):
    """A prompt does not fit into the model's context, however much of its history is left out."""


class PromptEncoder:
    """Encodes prompts, each of them once.

    The prompt becomes one user message under the tokenizer's chat template (or is taken as it is
    where the tokenizer has none).

    Args:
        tokenizer: the model's.
        chat_template_kwargs: passed to the chat template; no thinking mode by default.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        chat_template_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        self.tokenizer = tokenizer
        self.chat_template_kwargs = (
            {"enable_thinking": False} if chat_template_kwargs is None else chat_template_kwargs
        )
        self._encoded: dict[str, tuple[int, ...]] = {}
        self._tokens = 0

    def encode(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """The token ids of prompts, generation prompt included."""
        new = [text for text in dict.fromkeys(texts) if text not in self._encoded]
        if new:
            if self._tokens > _CACHED_TOKENS:
                self._encoded = {
                    text: self._encoded[text] for text in texts if text in self._encoded
                }
                self._tokens = sum(map(len, self._encoded.values()))
            rendered: list[str] = new
            templated = self.tokenizer.chat_template is not None
            if templated:
                rendered = self.tokenizer.apply_chat_template(
                    [[{"role": "user", "content": text}] for text in new],
                    tokenize=False,
                    add_generation_prompt=True,
                    **self.chat_template_kwargs,
                )
            # A template writes its own beginning-of-sequence token.
            encoded = self.tokenizer(rendered, add_special_tokens=not templated)["input_ids"]
            self._encoded.update(zip(new, map(tuple, encoded), strict=True))
            self._tokens += sum(map(len, encoded))
        return [self._encoded[text] for text in texts]

    def fit(
        self, request: PromptRequest, context: int | None, max_new_tokens: int
    ) -> tuple[str, tuple[int, ...]]:
        """The prompt of a request, or the longest of its shorter versions that leaves enough room.

        Args:
            request: see `PromptRequest.shorten`.
            context: the most tokens of prompt and response together; `None` for no bound.
            max_new_tokens: the room that the response needs, in tokens.

        Returns:
            The text and its token ids; the text is `request.prompt` itself where that one fits.

        Raises:
            PromptTooLongError: no version leaves enough room.
        """
        (tokens,) = self.encode([request.prompt])
        room = None if context is None else context - max_new_tokens
        if room is None or len(tokens) <= room:
            return request.prompt, tokens
        for level in count(1):
            text = request.shorten(level)
            if text is None:
                break
            (tokens,) = self.encode([text])
            if len(tokens) <= room:
                return text, tokens
        raise PromptTooLongError(
            f"the prompt has {len(tokens)} tokens with all of its history left out that may be; "
            f"with {max_new_tokens} new ones, the model's context of {context} has room for "
            f"{room}: lower max_new_tokens, or take a shorter prompt set"
        )


def response_of(
    request: PromptRequest,
    shown: str,
    prompt: tuple[int, ...],
    completion: Sequence[int],
    logprobs: Sequence[float],
    *,
    tokenizer: PreTrainedTokenizerBase,
    ends: frozenset[int],
) -> Response:
    """The response that sampled tokens make.

    Its text is the decoded completion without the token that ended it.

    Args:
        request: what was asked.
        shown: the prompt that was answered, `request.prompt` itself or a shorter one.
        prompt: its token ids.
        completion: the sampled tokens, the one that ended them included.
        logprobs: theirs.
        tokenizer: the model's.
        ends: tokens that end a response.
    """
    ended = bool(completion) and completion[-1] in ends
    return Response(
        text=tokenizer.decode(completion[:-1] if ended else completion, skip_special_tokens=False),
        prompt_ids=prompt,
        completion_ids=tuple(completion),
        logprobs=tuple(logprobs),
        shown_prompt=None if shown is request.prompt else shown,
    )


def request_key(seed: int, request: PromptRequest) -> int:
    """A number below 2**64 that all randomness of a response hangs on.

    It is made of `seed` (or the request's own `sampling_seed`), the task seed, and the indices of
    trial, episode and turn.
    """
    own = seed if request.sampling_seed is None else request.sampling_seed
    name = (
        f"{own} {request.task_seed} {request.trial} {request.episode} {request.turn} "
        f"{request.phase}"
    )
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def end_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The ids that end a response: those the model declares, and the tokenizer's."""
    declared = model.generation_config.eos_token_id
    if declared is None:
        declared = []
    ids = [declared] if isinstance(declared, int) else list(declared)
    if tokenizer.eos_token_id is not None:
        ids.append(tokenizer.eos_token_id)
    return list(dict.fromkeys(ids))
