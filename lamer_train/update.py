"""The update: TRL's loss by micro-batches, and beside it PPO's value loss."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from trl import GRPOTrainer

from lamer_train.accumulate import merged_metrics, share_of_loss
from lamer_train.config import MetaRLConfig
from lamer_train.critic import Critic, longest_anywhere
from lamer_train.microbatch import pack, row_lengths, select


class MicroBatchTrainer(GRPOTrainer):  # type: ignore[misc]
    """TRL's trainer, except that a batch goes through the model in micro-batches of few tokens.

    A batch has `real_rows`, a (rows,) mask of the rows that are no fillers. With
    `algorithm="ppo"` it also has `values` and `value_targets`, (rows,) each, and there is a
    `critic`, which is saved and restored with the optimizer.
    """

    entropy_coef: float
    router_aux_loss_coef: float
    critic: Critic | None = None
    _step_tokens = 0

    def make_critic(self) -> Critic:
        """The critic that the configuration describes."""
        args: MetaRLConfig = self.args
        return Critic(
            self.model.config.get_text_config().hidden_size,
            self.accelerator,
            seed=int(args.seed),
            learning_rate=float(args.value_learning_rate or 0.0),
            clip=args.value_clip,
            max_grad_norm=args.max_grad_norm,
        )

    def predicted_values(self, critic: Critic, batch: dict[str, Tensor | Any]) -> Tensor:
        """(rows,) values of a batch's prompts under the current weights."""
        # TRL's scoring call is what every wrapper of the model lets through.
        score = super()._get_per_token_logps_and_entropies
        return critic.predict(
            lambda ids, mask: score(self.model, ids, mask, 1),
            self.model,
            batch["prompt_ids"],
            batch["prompt_mask"],
            self.args.tokens_per_microbatch,
        )

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor | Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Tensor:
        """TRL's loss of the batch, by micro-batches of at most `tokens_per_microbatch` tokens.

        The gradients of all micro-batches but the last are in place on return; the caller goes
        backward through the last. Every process makes equally many of the same sizes, and only
        the last one synchronises gradients.
        """
        lengths = row_lengths(inputs["prompt_mask"], inputs["completion_mask"])
        # TRL gathers per-row metrics, so a micro-batch must have as many rows in every process.
        on_device = torch.tensor(lengths, device=self.accelerator.device)
        bounds = longest_anywhere(on_device, self.accelerator)
        chunks = pack(lengths, self.args.tokens_per_microbatch, bounds)
        parts = [select(inputs, chunk) for chunk in chunks]
        self._step_tokens = sum(
            length
            for length, real in zip(lengths, inputs["real_rows"].tolist(), strict=True)
            if real
        )
        mask = inputs["completion_mask"] * inputs["tool_mask"]
        per_row = mask.sum(1).double()
        index = [torch.as_tensor(chunk, device=mask.device) for chunk in chunks]
        own = torch.stack([per_row[rows].sum() for rows in index])
        # Gradients are averaged over processes, so that totals are those of the mean process.
        rows, *mean_tokens = self.accelerator.reduce(
            torch.cat([inputs["real_rows"].sum()[None].double(), own]), reduction="mean"
        ).tolist()
        total = max(sum(mean_tokens), 1.0)
        finished = torch.zeros((), device=self.accelerator.device)
        with merged_metrics(self._metrics["train"]) as merge:
            for part, tokens, everywhere in zip(parts, own.tolist(), mean_tokens, strict=True):
                last = part is parts[-1]
                share = share_of_loss(self.loss_type, len(part["advantages"]), tokens, rows, total)
                with nullcontext() if last else self.accelerator.no_sync(model):
                    with (
                        self._token_means_scaled(tokens / total / share),
                        self._heard(model) as heard,
                        self.sampling_corrected(),
                    ):
                        loss = super().compute_loss(model, part) * share
                    loss = loss + self._value_loss(part, heard, rows)
                    merge(everywhere, share)
                    if not last:
                        with self._more_to_come():
                            self.accelerator.backward(loss)
                        finished += loss.detach()
            merge.constants["entropy_coef"] = self.entropy_coef
        # The caller reports the value and differentiates the last micro-batch only.
        return loss + finished

    @contextmanager
    def _more_to_come(self) -> Iterator[None]:
        """DeepSpeed takes the optimizer step at the end of a backward pass, except in here."""
        state = self.accelerator.gradient_state
        state._set_sync_gradients(False)
        try:
            yield
        finally:
            state._set_sync_gradients(True)

    @contextmanager
    def sampling_corrected(self) -> Iterator[None]:
        """Let TRL correct for rows that the weights of the update have not sampled.

        It does so for vLLM, whose log-probabilities are not quite the model's: it scores the rows
        anew, weighs them by the ratio as `vllm_importance_sampling_…` say, and logs the mismatch.
        Rows of overlapping generations are the same case, so inside of the context it takes them
        for vLLM's. Which engine there is, and its weights, are the backend's business.
        """
        self.use_vllm = self.args.sampler_differs
        self._last_loaded_step = self.state.global_step
        try:
            yield
        finally:
            self.use_vllm = False

    @contextmanager
    def _token_means_scaled(self, factor: float) -> Iterator[None]:
        """Scale the terms that TRL averages over tokens whatever the policy loss does.

        Entropy bonus and router loss then come out right after the micro-batch's loss has been
        multiplied by its share.
        """
        entropy, router = self.entropy_coef, self.router_aux_loss_coef
        self.entropy_coef, self.router_aux_loss_coef = entropy * factor, router * factor
        try:
            yield
        finally:
            self.entropy_coef, self.router_aux_loss_coef = entropy, router

    @contextmanager
    def _heard(self, model: torch.nn.Module) -> Iterator[list[Tensor]]:
        """The hidden states of the model's forwards, where there is a critic to read them."""
        if self.critic is None:
            yield []
        else:
            with self.critic.listening(model) as heard:
                yield heard

    def _value_loss(
        self, part: dict[str, Tensor | Any], heard: list[Tensor], rows: float
    ) -> Tensor | float:
        """`value_coef` times the value loss of a micro-batch; 0 without a critic."""
        if self.critic is None:
            return 0.0
        (hidden,) = heard
        at = part["prompt_ids"].shape[1] - 1
        real, old, targets = part["real_rows"], part["values"], part["value_targets"]
        loss = self.critic.loss(hidden[:, at], old, targets, real, max(rows, 1.0))
        return float(self.args.value_coef) * loss

    def training_step(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor | Any],
        num_items_in_batch: Tensor | int | None = None,
    ) -> Tensor:
        """One optimizer step's gradients; the critic takes its step at once."""
        loss: Tensor = super().training_step(model, inputs, num_items_in_batch)
        if self.critic is not None:
            for name, value in self.critic.step().items():
                self._metrics["train"][name].append(value)
        return loss

    def _save_optimizer_and_scheduler(self, output_dir: str) -> None:
        """Transformers', and the critic, before the file that makes a checkpoint whole."""
        super()._save_optimizer_and_scheduler(output_dir)
        if self.critic is not None and self.args.should_save:
            self.critic.save(Path(output_dir))

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        """TRL's, and the critic."""
        super()._load_optimizer_and_scheduler(checkpoint)
        if self.critic is not None and checkpoint is not None:
            self.critic.load(Path(checkpoint))
