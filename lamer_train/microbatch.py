"""Micro-batches under a token budget: which rows go together, and how their padding is cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

_LEFT_PADDED = ("prompt_ids", "prompt_mask")
_RIGHT_PADDED = (
    "completion_ids",
    "completion_mask",
    "tool_mask",
    "old_per_token_logps",
    "ref_per_token_logps",
    "sampling_per_token_logps",
    "importance_sampling_ratio",
)

Chunk = NDArray[np.int64]


def pack(lengths: Sequence[int], budget: int, bounds: Sequence[int] | None = None) -> list[Chunk]:
    """Split rows into chunks of similar length that stay within a token budget once padded.

    Rows are taken from long to short; a chunk's cost is its number of rows times its longest row.
    A row that is longer than the budget makes a chunk of its own.

    Args:
        lengths: tokens per row, without padding.
        budget: the most tokens a padded chunk may have, at least 1.
        bounds: stands in for the lengths, sorted from long to short, when costs are reckoned.
            Processes that pass the same bounds get chunks of the same sizes.

    Returns:
        Index arrays; every row is in exactly one.
    """
    order = np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable")
    costs = [lengths[index] for index in order.tolist()] if bounds is None else bounds
    chunks: list[Chunk] = []
    start = 0
    while start < len(order):
        stop = start + max(1, budget // max(1, int(costs[start])))
        chunks.append(order[start:stop])
        start = stop
    return chunks


def row_lengths(prompt_mask: torch.Tensor, completion_mask: torch.Tensor) -> list[int]:
    """Tokens per row, without padding. Both masks are (rows, width)."""
    lengths: list[int] = (prompt_mask.sum(1) + completion_mask.sum(1)).tolist()
    return lengths


def select(batch: Mapping[str, Any], rows: Chunk) -> dict[str, Any]:
    """Those rows of a batch, without the padding columns that none of them needs.

    Args:
        batch: tensors as TRL lays them out: prompts (rows, P) padded on the left, completions and
            everything per token (rows, C) padded on the right, (rows,) or scalars for the rest.
        rows: indices into the batch.
    """
    prompt_mask, completion_mask = batch["prompt_mask"], batch["completion_mask"]
    index = torch.as_tensor(rows, device=prompt_mask.device)
    prompt_width, completion_width = prompt_mask.shape[1], completion_mask.shape[1]
    prompt = max(1, int(prompt_mask[index].sum(1).max()))
    completion = max(1, int(completion_mask[index].sum(1).max()))
    part: dict[str, Any] = {}
    for name, value in batch.items():
        if not isinstance(value, torch.Tensor) or value.ndim == 0:
            part[name] = value
            continue
        chosen = value[index]
        if name in _LEFT_PADDED:
            chosen = chosen[:, prompt_width - prompt :]
        elif name in _RIGHT_PADDED and value.shape[1] == completion_width:
            chosen = chosen[:, :completion]
        part[name] = chosen
    return part
