"""A policy that samples from a `transformers` model in this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from lamer_train.backends.base import Sampling
from lamer_train.backends.prompts import (
    PromptEncoder,
    PromptTooLongError,
    end_tokens,
    request_key,
    response_of,
)
from lamer_train.microbatch import pack


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
        prompts: encodes prompts in the place of an encoder made for this policy.

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
        prompts: PromptEncoder | None = None,
    ) -> None:
        super().__init__(max_batch=max_batch)
        if max_batch_tokens is not None:
            require_int("max_batch_tokens", max_batch_tokens, low=1)
        self.sampling = Sampling(temperature, top_p, top_k, max_new_tokens)
        self.model = model
        self.tokenizer = tokenizer
        self.seed = seed
        self.max_batch_tokens = max_batch_tokens
        self.prompts = prompts or PromptEncoder(tokenizer, chat_template_kwargs)

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
        longest = self.sampling.max_new_tokens
        context = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)
        self.prompts.encode([request.prompt for request in requests])
        shown: dict[int, tuple[str, tuple[int, ...]]] = {}
        answers: dict[int, Response | Exception] = {}
        for row, request in enumerate(requests):
            try:
                shown[row] = self.prompts.fit(request, context, longest)
            except PromptTooLongError as error:
                answers[row] = error
        asked = [*shown]
        lengths = [len(shown[row][1]) + longest for row in asked]
        budget = self.max_batch_tokens or max(1, sum(lengths))
        training = self.model.training
        ends = end_tokens(self.model, self.tokenizer)
        self.model.eval()
        try:
            for chunk in pack(lengths, budget):
                rows = [asked[index] for index in chunk]
                noise = uniforms([request_key(self.seed, requests[row]) for row in rows], longest)
                sampled = self._generate([shown[row][1] for row in rows], noise, ends)
                for row, (completion, logprobs) in zip(rows, sampled, strict=True):
                    answers[row] = response_of(
                        requests[row],
                        *shown[row],
                        completion,
                        logprobs,
                        tokenizer=self.tokenizer,
                        ends=frozenset(ends),
                    )
        finally:
            self.model.train(training)
        return [answers[row] for row in range(len(requests))]

    def _generate(
        self, prompts: Sequence[tuple[int, ...]], noise: NDArray[np.float64], ends: list[int]
    ) -> list[tuple[list[int], list[float]]]:
        """Completions with their log-probabilities, each up to its end."""
        device = self.model.device
        width = max(map(len, prompts))
        pad = self.tokenizer.pad_token_id
        pad = self.tokenizer.eos_token_id if pad is None else pad
        ids = torch.tensor([(pad,) * (width - len(p)) + p for p in prompts], device=device)
        mask = torch.tensor(
            [(0,) * (width - len(p)) + (1,) * len(p) for p in prompts], device=device
        )
        sampler = _Sampler(
            torch.from_numpy(noise).to(device),
            self.sampling.temperature,
            self.sampling.top_p,
            self.sampling.top_k,
        )
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
                        max_new_tokens=self.sampling.max_new_tokens,
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
        kept = [
            next((i + 1 for i, token in enumerate(completion) if token in stops), len(completion))
            for completion in tokens
        ]
        return [
            (completion[:length], values[:length])
            for completion, values, length in zip(tokens, logprobs, kept, strict=True)
        ]


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


def uniforms(keys: Sequence[int], count: int) -> NDArray[np.float64]:
    """Uniform numbers in [0, 1), (len(keys), count): a pure function of each key (SplitMix64)."""
    state = np.array(keys, dtype=np.uint64)[:, None] + np.arange(
        1, count + 1, dtype=np.uint64
    ) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53
