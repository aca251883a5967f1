"""The backend that runs vLLM in the trainer's own process, on the trainer's own GPU."""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from transformers import Trainer
from trl.generation.vllm_generation import VLLMGeneration

from lamer_train.backends.base import EngineError, Sampling
from lamer_train.backends.engine import EnginePolicy
from lamer_train.backends.prompts import PromptEncoder, end_tokens
from lamer_train.backends.stepping import SteppedEngine
from lamer_train.backends.weights import with_tied
from lamer_train.config import MetaRLConfig


class OwnVLLM(VLLMGeneration):  # type: ignore[misc]
    """TRL's engine of this process, which also takes new weights where it runs on a CPU."""

    def sync_weights(self) -> None:
        """Bring the engine the model's current weights.

        On a CPU vLLM keeps matrices in another layout than the one TRL writes to; it makes them
        anew from a whole set of weights.
        """
        if self.accelerator.device.type != "cpu":
            super().sync_weights()
            return
        named = with_tied(self.model, self._iter_named_params())
        self.llm.collective_rpc("reload_weights", kwargs={"weights_iterator": named})
        self.llm.reset_prefix_cache()


class VLLMColocateBackend:
    """Lets a vLLM engine in this process play, with the trainer's weights.

    The engine is made when it is first asked to play. In sleep mode
    (`vllm_enable_sleep_mode`) it gives its memory to the update in between.

    Args:
        trainer: whose weights they are.
        prompts: encodes prompts.
        concurrency: the most requests that run at a time.

    Raises:
        EngineError: vLLM is missing, or did not start.
    """

    def __init__(self, trainer: Trainer, prompts: PromptEncoder, concurrency: int) -> None:
        args: MetaRLConfig = trainer.args
        self._trainer = trainer
        self._prompts = prompts
        self._ends = end_tokens(trainer.accelerator.unwrap_model(trainer.model), prompts.tokenizer)
        self._step: int | None = None
        self._sleeps = bool(args.vllm_enable_sleep_mode)
        try:
            with _random_states_kept():
                self._vllm = OwnVLLM(
                    trainer.model,
                    trainer.accelerator,
                    trainer.processing_class,
                    mode="colocate",
                    gpu_memory_utilization=args.vllm_gpu_memory_utilization,
                    max_model_length=args.vllm_max_model_length,
                    max_num_seqs=concurrency,
                    enable_sleep_mode=self._sleeps,
                    model_impl=args.vllm_model_impl,
                    trust_remote_code=args.trust_remote_code,
                )
        except ImportError as error:
            raise EngineError(
                f'the backend "vllm" needs vLLM ({error}): pip install "lamer[vllm]"'
            ) from error
        engine = self._vllm.llm.llm_engine
        self._engine = SteppedEngine(engine, engine.model_config.max_model_len, self._params)

    def _params(self, sampling: Sampling, seed: int) -> Any:
        from vllm import SamplingParams

        return SamplingParams(
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            top_k=sampling.top_k,
            max_tokens=sampling.max_new_tokens,
            seed=seed,
            logprobs=0,
            stop_token_ids=self._ends,
            detokenize=False,
        )

    @contextmanager
    def playing(self, step: int) -> Iterator[None]:
        """See `Backend`."""
        if step != self._step or self._sleeps:
            self._vllm.model = self._trainer.model
            self._vllm.sync_weights()
            self._step = step
        if self._sleeps:
            self._vllm.llm.wake_up(tags=["kv_cache"])
        try:
            yield
        finally:
            self._engine.drop()
            if self._sleeps:
                # The weights go as well; the next time brings others.
                self._vllm.llm.sleep(level=2)

    def policy(self, sampling: Sampling, seed: int) -> EnginePolicy:
        """See `Backend`."""
        return EnginePolicy(self._engine, self._prompts, sampling, seed=seed, ends=self._ends)

    def close(self) -> None:
        """See `Backend`."""
        self._engine.drop()
        self._vllm.llm.llm_engine.engine_core.shutdown()
        del self._engine, self._vllm
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


@contextmanager
def _random_states_kept() -> Iterator[None]:
    """vLLM seeds the generators of the process that it is made in."""
    python, legacy = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng():
            yield
    finally:
        random.setstate(python)
        np.random.set_state(legacy)
