"""Log-probabilities of rows under a fixed policy: those the sampler knows, or a forward pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from lamer_train.config import MetaRLConfig
from lamer_train.microbatch import pack, row_lengths, select
from lamer_train.rows import Row


def sampler_logps(rows: Sequence[Row], args: MetaRLConfig, device: torch.device) -> Tensor | None:
    """(rows, C) log-probabilities of the sampler where they are the old policy's, else `None`.

    They are with an untruncated sampling distribution, if the configuration allows their use and
    all rows have them.
    """
    truncated = args.top_p < 1 or args.top_k > 0
    known = [torch.tensor(row.logprobs) for row in rows if row.logprobs is not None]
    if not args.reuse_sampling_logprobs or truncated or len(known) < len(rows):
        return None
    return pad_sequence(known, batch_first=True).to(device)


def score_without_padding(
    score: Callable[..., tuple[Tensor, Any, Any]],
    input_ids: Tensor,
    attention_mask: Tensor,
    logits_to_keep: int,
    budget: int,
    bounds: Sequence[int] | None = None,
) -> Tensor:
    """(rows, C) log-probabilities of completions, by chunks of similar length without padding.

    Args:
        score: TRL's `_get_per_token_logps_and_entropies` with its model bound.
        input_ids: (rows, P + C), prompts padded on the left, completions on the right.
        attention_mask: the same shape.
        logits_to_keep: C.
        budget: the most tokens of a chunk.
        bounds: see `pack`.
    """
    split = input_ids.shape[1] - logits_to_keep
    batch = {
        "prompt_ids": input_ids[:, :split],
        "prompt_mask": attention_mask[:, :split],
        "completion_ids": input_ids[:, split:],
        "completion_mask": attention_mask[:, split:],
    }
    logps = torch.zeros(len(input_ids), logits_to_keep, device=input_ids.device)
    lengths = row_lengths(batch["prompt_mask"], batch["completion_mask"])
    for chunk in pack(lengths, budget, bounds):
        part = select(batch, chunk)
        width = part["completion_ids"].shape[1]
        values, _, _ = score(
            torch.cat([part["prompt_ids"], part["completion_ids"]], dim=1),
            torch.cat([part["prompt_mask"], part["completion_mask"]], dim=1),
            width,
        )
        logps[torch.as_tensor(chunk, device=logps.device), :width] = values.to(logps.dtype)
    return logps
