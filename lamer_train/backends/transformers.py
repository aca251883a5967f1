"""A policy that samples from a `transformers` model in this process."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from lamer_envs.rollout.batching import BatchingPolicy
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.text_env import require_int
from lamer_train.microbatch import pack

_CACHED_TOKENS = 1 << 22


class PromptTooLongError(ValueError):
    """A prompt does not fit into the model's context, however much of its history is left out."""


class TransformersPolicy(BatchingPolicy):
    """Answers batches of prompts by sampling from a causal language model.

    The prompt becomes one user message under the tokenizer's chat template (or is taken as it is
    where the tokenizer has none). A response ends with an end-of-sequence token or after
    `max_new_tokens`. Its text is the decoded completion without that token; its log-probabilities
    are those of the distribution it was drawn from: logits over `temperature`, cut to `top_k` and
    `top_p` and renormalised. Without such cuts they are what TRL recomputes for the same tokens.

    Sampling is a function of `seed` (or the request's own `sampling_seed`), the task seed, and the
    indices of trial, episode, turn and token: which requests happen to share a batch, or a process,
    changes nothing but rounding. The global random state is neither read nor written.

    Args:
        model: any causal model with `generate`; its mode is put back after each batch.
        tokenizer: its tokenizer.
        temperature: at least 0; 0 takes the most likely token.
        top_p: nucleus mass in (0, 1]; 1 keeps everything.
        top_k: number of likeliest tokens kept; 0 keeps all.
        max_new_tokens: the longest response, in tokens, at least 1.
        seed: any integer; may be set between batches, and so may the model.
        max_batch: see `BatchingPolicy`.
        max_batch_tokens: the most tokens, padding and new ones included, that one call of
            `generate` holds; prompts of similar length go together. `None` for no bound.
        chat_template_kwargs: passed to the chat template.

    Raises:
        ValueError: an argument is outside of its range.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        *,
        temperature: float = 1.0,
        top_p: float = 1.0,
        top_k: int = 0,
        max_new_tokens: int = 1024,
        seed: int = 0,
        max_batch: int | None = None,
        max_batch_tokens: int | None = None,
        chat_template_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(max_batch=max_batch)
        require_sampling(temperature, top_p, top_k)
        require_int("max_new_tokens", max_new_tokens, low=1)
        if max_batch_tokens is not None:
            require_int("max_batch_tokens", max_batch_tokens, low=1)
        self.model = model
        self.tokenizer = tokenizer
        self.temperature = temperature
        self.top_p = top_p
        self.top_k = top_k
        self.max_new_tokens = max_new_tokens
        self.seed = seed
        self.max_batch_tokens = max_batch_tokens
        self.chat_template_kwargs = (
            {"enable_thinking": False} if chat_template_kwargs is None else chat_template_kwargs
        )
        self._encoded: dict[str, tuple[int, ...]] = {}

    @classmethod
    def from_pretrained(
        cls, path: str, *, model_kwargs: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> TransformersPolicy:
        """Load model and tokenizer, onto a GPU where there is one.

        Args:
            path: a folder or the name of a model.
            model_kwargs: passed to `AutoModelForCausalLM.from_pretrained`.
            **kwargs: as in the constructor.
        """
        model = AutoModelForCausalLM.from_pretrained(path, **dict(model_kwargs or {}))
        if torch.cuda.is_available():
            model = model.to("cuda")
        return cls(model, AutoTokenizer.from_pretrained(path), **kwargs)

    def respond(self, requests: list[PromptRequest]) -> list[Response | Exception]:
        """Sample one response per request.

        A prompt that leaves no room for a response in the model's context is replaced by the
        longest of its shorter versions that does. Where none does, the answer is a
        `PromptTooLongError`.
        """
        texts = [request.prompt for request in requests]
        prompts = self._encode(texts)
        answers: dict[int, Response | Exception] = {}
        room = self._room()
        for row, request in enumerate(requests):
            if room is not None and len(prompts[row]) > room:
                try:
                    texts[row], prompts[row] = self._shortened(request, len(prompts[row]), room)
                except PromptTooLongError as error:
                    answers[row] = error
        asked = [row for row in range(len(requests)) if row not in answers]
        lengths = [len(prompts[row]) + self.max_new_tokens for row in asked]
        budget = self.max_batch_tokens or max(1, sum(lengths))
        training = self.model.training
        self.model.eval()
        try:
            for chunk in pack(lengths, budget):
                rows = [asked[index] for index in chunk]
                noise = uniforms(
                    [_key(self.seed, requests[row]) for row in rows], self.max_new_tokens
                )
                sampled = self._generate([prompts[row] for row in rows], noise)
                for row, response in zip(rows, sampled, strict=True):
                    cut = texts[row] is not requests[row].prompt
                    answers[row] = replace(response, shown_prompt=texts[row]) if cut else response
        finally:
            self.model.train(training)
        return [answers[row] for row in range(len(requests))]

    def _encode(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        new = [text for text in dict.fromkeys(texts) if text not in self._encoded]
        if new:
            if sum(map(len, self._encoded.values())) > _CACHED_TOKENS:
                self._encoded = {
                    text: self._encoded[text] for text in texts if text in self._encoded
                }
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
        return [self._encoded[text] for text in texts]

    def _room(self) -> int | None:
        """The longest prompt that leaves room for `max_new_tokens`; `None` for no bound."""
        context = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)
        return None if context is None else int(context) - self.max_new_tokens

    def _shortened(
        self, request: PromptRequest, length: int, room: int
    ) -> tuple[str, tuple[int, ...]]:
        for level in count(1):
            text = request.shorten(level)
            if text is None:
                break
            (tokens,) = self._encode([text])
            length = len(tokens)
            if length <= room:
                return text, tokens
        raise PromptTooLongError(
            f"the prompt has {length} tokens with all of its history left out that may be; with "
            f"{self.max_new_tokens} new ones, the model's context of {room + self.max_new_tokens} "
            f"has room for {room}: lower max_new_tokens, or take a shorter prompt set"
        )

    def _generate(
        self, prompts: Sequence[tuple[int, ...]], noise: NDArray[np.float64]
    ) -> list[Response]:
        device = self.model.device
        width = max(map(len, prompts))
        pad = self.tokenizer.pad_token_id
        pad = self.tokenizer.eos_token_id if pad is None else pad
        ids = torch.tensor([(pad,) * (width - len(p)) + p for p in prompts], device=device)
        mask = torch.tensor(
            [(0,) * (width - len(p)) + (1,) * len(p) for p in prompts], device=device
        )
        sampler = _Sampler(
            torch.from_numpy(noise).to(device), self.temperature, self.top_p, self.top_k
        )
        ends = end_tokens(self.model, self.tokenizer)
        # `generate` fills what we leave open from the model's own file, which may ask for a
        # repetition penalty or other changes of the distribution.
        own, self.model.generation_config = self.model.generation_config, GenerationConfig()
        try:
            with torch.inference_mode():
                self.model.generate(
                    input_ids=ids,
                    attention_mask=mask,
                    generation_config=GenerationConfig(
                        do_sample=False,
                        max_new_tokens=self.max_new_tokens,
                        pad_token_id=pad,
                        eos_token_id=ends or None,
                        disable_compile=True,
                    ),
                    logits_processor=LogitsProcessorList([sampler]),
                    # Processes play their own trials: none waits for the others at every token.
                    synced_gpus=False,
                )
        finally:
            self.model.generation_config = own
        tokens, logprobs = sampler.drawn()
        stops = frozenset(ends)
        responses: list[Response] = []
        for row, prompt in enumerate(prompts):
            completion = tokens[row]
            end = next((i for i, token in enumerate(completion) if token in stops), None)
            kept = len(completion) if end is None else end + 1
            responses.append(
                Response(
                    text=self.tokenizer.decode(
                        completion[:end] if end is not None else completion,
                        skip_special_tokens=False,
                    ),
                    prompt_ids=prompt,
                    completion_ids=tuple(completion[:kept]),
                    logprobs=tuple(logprobs[row][:kept]),
                )
            )
        return responses


class _Sampler(LogitsProcessor):  # type: ignore[misc]
    """Draws each token by inverting the cumulative distribution at a given uniform number.

    `generate` then runs greedily over scores that leave only the drawn token.
    """

    def __init__(self, noise: Tensor, temperature: float, top_p: float, top_k: int) -> None:
        self._noise = noise
        self._temperature = temperature
        self._top_p = top_p
        self._top_k = top_k
        self._tokens: list[Tensor] = []
        self._logprobs: list[Tensor] = []

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        logits = scores.float()
        if self._temperature == 0:
            token = logits.argmax(-1, keepdim=True)
            logprob = torch.zeros_like(token, dtype=torch.float32)
        else:
            log_probs = torch.log_softmax(
                restrict(logits / self._temperature, self._top_p, self._top_k), dim=-1
            )
            cumulative = log_probs.double().exp().cumsum(-1)
            place = self._noise[:, len(self._tokens), None] * cumulative[:, -1:]
            token = torch.searchsorted(cumulative, place, right=True)
            token = token.clamp(max=logits.shape[-1] - 1)
            logprob = log_probs.gather(-1, token)
        self._tokens.append(token)
        self._logprobs.append(logprob)
        return torch.full_like(scores, -torch.inf).scatter_(-1, token, 0.0)

    def drawn(self) -> tuple[list[list[int]], list[list[float]]]:
        """Tokens and log-probabilities, (batch, steps) each; past a row's end they mean nothing."""
        tokens: list[list[int]] = torch.cat(self._tokens, dim=1).tolist()
        logprobs: list[list[float]] = torch.cat(self._logprobs, dim=1).tolist()
        return tokens, logprobs


def restrict(logits: Tensor, top_p: float, top_k: int) -> Tensor:
    """`logits` with everything outside of top-k, and then of the top-p nucleus, at -inf.

    The nucleus is the smallest set of likeliest tokens with a mass of at least `top_p`.
    """
    if 0 < top_k < logits.shape[-1]:
        kth = logits.topk(top_k, dim=-1).values[..., -1:]
        logits = logits.masked_fill(logits < kth, -torch.inf)
    if top_p < 1:
        ordered, order = logits.sort(dim=-1, descending=True)
        probs = ordered.softmax(-1)
        outside = probs.cumsum(-1) - probs >= top_p
        logits = logits.masked_fill(outside.scatter(-1, order, outside), -torch.inf)
    return logits


def end_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The ids that end a response: those the model declares, and the tokenizer's."""
    declared = model.generation_config.eos_token_id
    if declared is None:
        declared = []
    ids = [declared] if isinstance(declared, int) else list(declared)
    if tokenizer.eos_token_id is not None:
        ids.append(tokenizer.eos_token_id)
    return list(dict.fromkeys(ids))


def require_sampling(temperature: float, top_p: float, top_k: int) -> None:
    """Raise `ValueError` unless the three can describe a sampling distribution."""
    if not temperature >= 0:
        raise ValueError(f"temperature must be at least 0, not {temperature!r}")
    if not 0 < top_p <= 1:
        raise ValueError(f"top_p must be in (0, 1], not {top_p!r}")
    require_int("top_k", top_k, low=0)


def uniforms(keys: Sequence[int], count: int) -> NDArray[np.float64]:
    """Uniform numbers in [0, 1), (len(keys), count): a pure function of each key (SplitMix64)."""
    state = np.array(keys, dtype=np.uint64)[:, None] + np.arange(
        1, count + 1, dtype=np.uint64
    ) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _key(seed: int, request: PromptRequest) -> int:
    own = seed if request.sampling_seed is None else request.sampling_seed
    name = (
        f"{own} {request.task_seed} {request.trial} {request.episode} {request.turn} "
        f"{request.phase}"
    )
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
