"""The backend that asks vLLM servers, on GPUs of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from transformers import Trainer

from lamer_train.backends.base import Sampling
from lamer_train.backends.engine import EnginePolicy
from lamer_train.backends.prompts import PromptEncoder, end_tokens
from lamer_train.backends.replicas import Replicas
from lamer_train.backends.weights import WeightsOverNCCL, WeightsThroughFolder, can_use_nccl
from lamer_train.config import MetaRLConfig


class VLLMServerBackend:
    """Lets one or more servers with the trainer's weights play.

    Every process asks the servers for its own trials; the first one brings them the weights.

    Args:
        trainer: whose weights they have.
        prompts: encodes prompts.

    Raises:
        EngineError: a server does not answer, or cannot do what is needed of it.
    """

    def __init__(self, trainer: Trainer, prompts: PromptEncoder) -> None:
        args: MetaRLConfig = trainer.args
        self._trainer = trainer
        self._prompts = prompts
        self._ends = end_tokens(trainer.accelerator.unwrap_model(trainer.model), prompts.tokenizer)
        urls = args.vllm_server_urls
        self._replicas = Replicas(
            urls,
            self._ends,
            wait=args.vllm_server_timeout,
            first=trainer.accelerator.process_index,
        )
        self._weights = (
            WeightsOverNCCL(trainer, urls)
            if can_use_nccl(trainer.accelerator.device)
            else WeightsThroughFolder(trainer, self._replicas)
        )
        self._step: int | None = None

    @contextmanager
    def playing(self, step: int) -> Iterator[None]:
        """See `Backend`.

        Raises:
            EngineError: a server could not take the weights.
        """
        if step != self._step:
            # Another process may still be asking about the step before.
            self._trainer.accelerator.wait_for_everyone()
            self._weights.send()
            if self._trainer.accelerator.is_main_process:
                self._replicas.forget_prompts()
            self._trainer.accelerator.wait_for_everyone()
            self._step = step
        try:
            yield
        finally:
            self._replicas.drop()

    def policy(self, sampling: Sampling, seed: int) -> EnginePolicy:
        """See `Backend`."""
        return EnginePolicy(self._replicas, self._prompts, sampling, seed=seed, ends=self._ends)

    def close(self) -> None:
        """See `Backend`; the servers stay up."""
        self._weights.close()
        self._replicas.close()
