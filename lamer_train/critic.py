"""PPO's value function: a head on the policy's own hidden states, with an optimizer of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from accelerate import Accelerator
from peft import PeftModel
from torch import Tensor, nn

from lamer_train.microbatch import pack

CRITIC_FILE = "critic.pt"


class ValueHead(nn.Module):
    """Two layers from a hidden state to the value of the turn; 0 everywhere before any training.

    The same seed gives the same weights; the global torch generator is left as it was.

    Args:
        hidden_size: of the hidden state.
        seed: of the weights.
    """

    def __init__(self, hidden_size: int, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.inner = nn.Linear(hidden_size, hidden_size)
            self.out = nn.Linear(hidden_size, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, hidden: Tensor) -> Tensor:
        """(rows,) values of (rows, hidden_size) hidden states, in float32."""
        values: Tensor = self.out(torch.tanh(self.inner(hidden.float()))).squeeze(-1)
        return values


class Critic:
    """One value a turn, V_k, read off the policy's last hidden state at the last prompt token.

    The head is no part of the model, so that adapters, saved weights and what a sampler is sent
    stay as they are. Its gradients are averaged over processes and clipped apart from the model's.
    The gradient of the value loss also reaches the model, through the hidden state.

    Args:
        hidden_size: of the policy.
        accelerator: of the trainer.
        seed: of the head's weights; the same in all processes.
        learning_rate: of the head, constant.
        clip: how far a value may move from the one at the time of playing before the loss stops
            rewarding it, in units of return.
        max_grad_norm: of the head's gradient; 0 for no bound.
    """

    def __init__(
        self,
        hidden_size: int,
        accelerator: Accelerator,
        *,
        seed: int,
        learning_rate: float,
        clip: float,
        max_grad_norm: float,
    ) -> None:
        self.head = ValueHead(hidden_size, seed).to(accelerator.device)
        self.optimizer = torch.optim.Adam(self.head.parameters(), lr=learning_rate)
        self._accelerator = accelerator
        self._clip = clip
        self._max_grad_norm = max_grad_norm
        self._totals = torch.zeros(2, dtype=torch.float64, device=accelerator.device)

    @contextmanager
    def listening(self, model: nn.Module) -> Iterator[list[Tensor]]:
        """Collect the last hidden states, (rows, width, hidden_size), of the model's forwards."""
        policy = self._accelerator.unwrap_model(model)
        base = policy.get_base_model() if isinstance(policy, PeftModel) else policy
        heard: list[Tensor] = []
        hook = base.base_model.register_forward_hook(
            lambda module, args, output: heard.append(output[0])
        )
        try:
            yield heard
        finally:
            hook.remove()

    @torch.no_grad()
    def predict(
        self,
        forward: Callable[[Tensor, Tensor], object],
        model: nn.Module,
        prompt_ids: Tensor,
        prompt_mask: Tensor,
        budget: int,
    ) -> Tensor:
        """(rows,) values of prompts, which alone decide them.

        Args:
            forward: passes token ids and their mask through `model`.
            model: the policy, wrapped or not.
            prompt_ids: (rows, P), padded on the left.
            prompt_mask: the same shape.
            budget: the most tokens, padding included, in one pass.
        """
        lengths = prompt_mask.sum(1)
        values = torch.zeros(len(prompt_ids), device=prompt_ids.device)
        for chunk in pack(lengths.tolist(), budget, longest_anywhere(lengths, self._accelerator)):
            rows = torch.as_tensor(chunk, device=prompt_ids.device)
            start = prompt_ids.shape[1] - int(lengths[rows].max())
            with self.listening(model) as heard:
                forward(prompt_ids[rows, start:], prompt_mask[rows, start:])
            (hidden,) = heard
            values[rows] = self.head(hidden[:, -1])
        return values

    def loss(
        self, hidden: Tensor, old: Tensor, targets: Tensor, real: Tensor, rows: float
    ) -> Tensor:
        """Clipped squared error of the values, summed over a micro-batch's real rows over `rows`.

            L_k = max((V_k - T_k)², (clip(V_k, V_k^old - c, V_k^old + c) - T_k)²) / 2

        Args:
            hidden: (micro-batch, hidden_size) hidden states.
            old: (micro-batch,) values at the time of playing, V^old.
            targets: (micro-batch,) what they should have been, T.
            real: (micro-batch,) which rows are no fillers.
            rows: real rows of the batch, in the mean process.
        """
        values = self.head(hidden)
        plain = (values - targets) ** 2
        held = (old + (values - old).clamp(-self._clip, self._clip) - targets) ** 2
        errors = torch.maximum(plain, held) * real
        clipped = ((held > plain) & real).sum()
        self._totals += torch.stack([errors.detach().sum() / 2, clipped]).double() / rows
        return errors.sum() / (2 * rows)

    def step(self) -> dict[str, float]:
        """Take one optimizer step with the gradients that are there.

        Returns:
            Metrics of the step, over all processes: loss, share of clipped rows, gradient norm.
        """
        parameters = [*self.head.parameters()]
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = self._accelerator.reduce(torch.cat([g.flatten() for g in gradients]), "mean")
        for gradient, mean in zip(
            gradients, flat.split([g.numel() for g in gradients]), strict=True
        ):
            gradient.copy_(mean.view_as(gradient))
        norm = nn.utils.clip_grad_norm_(parameters, self._max_grad_norm or float("inf"))
        self.optimizer.step()
        self.optimizer.zero_grad()
        loss, clipped = self._accelerator.reduce(self._totals, "mean").tolist()
        self._totals = torch.zeros_like(self._totals)
        return {
            "value/loss": loss,
            "value/clip_ratio": clipped,
            "value/grad_norm": norm.item(),
        }

    def save(self, folder: Path) -> None:
        """Write weights and optimizer into a folder."""
        state = {"head": self.head.state_dict(), "optimizer": self.optimizer.state_dict()}
        torch.save(state, folder / CRITIC_FILE)

    def load(self, folder: Path) -> None:
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: the folder holds no critic.
        """
        path = folder / CRITIC_FILE
        if not path.is_file():
            raise FileNotFoundError(f"{folder} holds no critic; it was not saved by a run of PPO")
        state = torch.load(path, map_location=self._accelerator.device, weights_only=True)
        self.head.load_state_dict(state["head"])
        self.optimizer.load_state_dict(state["optimizer"])


def longest_anywhere(lengths: Tensor, accelerator: Accelerator) -> list[int]:
    """Lengths of rows from long to short, each the largest of its rank in any process.

    With these as the bounds of `pack`, all processes make equally many chunks of the same sizes.
    Every process must have equally many rows.
    """
    ordered = lengths.sort(descending=True).values
    bounds: list[int] = accelerator.gather(ordered).view(-1, len(lengths)).amax(0).tolist()
    return bounds
