"""The backend that samples from the model that is being trained, by `generate`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

from transformers import Trainer
from trl.models import unwrap_model_for_generation

from lamer_train.backends.base import Sampling
from lamer_train.backends.prompts import PromptEncoder
from lamer_train.backends.transformers import TransformersPolicy
from lamer_train.sharding import whole_weights


class TrainerModelBackend:
    """Lets the trainer's own model play, put together where it is sharded.

    Args:
        trainer: whose model it is.
        prompts: encodes prompts.
    """

    def __init__(self, trainer: Trainer, prompts: PromptEncoder) -> None:
        self._trainer = trainer
        self._prompts = prompts
        self._model: Any = None
        self._policies: WeakSet[TransformersPolicy] = WeakSet()

    @contextmanager
    def playing(self, step: int) -> Iterator[None]:
        """See `Backend`. The weights are those that the model has."""
        trainer, args = self._trainer, self._trainer.args
        with (
            unwrap_model_for_generation(
                trainer.model_wrapped,
                trainer.accelerator,
                gather_deepspeed3_params=args.ds3_gather_for_generation,
                gradient_checkpointing_kwargs=args.gradient_checkpointing_kwargs,
            ) as model,
            whole_weights(model),
            trainer.accelerator.autocast(),
        ):
            self._model = model
            for policy in self._policies:
                policy.model = model
            yield

    def policy(self, sampling: Sampling, seed: int) -> TransformersPolicy:
        """See `Backend`."""
        policy = TransformersPolicy(
            self._model,
            self._prompts.tokenizer,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            top_k=sampling.top_k,
            max_new_tokens=sampling.max_new_tokens,
            seed=seed,
            max_batch_tokens=self._trainer.args.tokens_per_generation_batch,
            prompts=self._prompts,
        )
        self._policies.add(policy)
        return policy

    def close(self) -> None:
        """See `Backend`; there is nothing that the trainer does not hold anyway."""
