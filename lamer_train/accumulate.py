"""How the losses and metrics of micro-batches add up to those of their batch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

_MEAN_OVER_ROWS = frozenset({"grpo", "dr_grpo", "sapo", "luspo"})
_MEAN_OVER_TOKENS = frozenset({"bnpo"})
_SUM = frozenset({"dapo", "cispo", "vespo"})

LOSS_TYPES = (*sorted(_MEAN_OVER_ROWS), *sorted(_MEAN_OVER_TOKENS), *sorted(_SUM))


def share_of_loss(
    loss_type: str, rows: int, tokens: float, total_rows: float, total_tokens: float
) -> float:
    """What TRL's loss of a micro-batch counts in its batch: the products sum to the batch's loss.

    TRL 1.16 divides the summed loss of what it is given

    - by the number of rows, fillers included ("grpo", "sapo", "luspo": each row's mean or sum;
      "dr_grpo": also by the constant `max_completion_length`). The share is rows / total_rows,
      which puts the number of real rows of the whole batch in the place of the rows given;
    - by the number of unmasked tokens ("bnpo"). The share is tokens / total_tokens;
    - by a number that belongs to the whole generation ("dapo", "cispo", "vespo"). The share is 1.

    Args:
        loss_type: TRL's.
        rows: rows of the micro-batch, fillers included.
        tokens: unmasked completion tokens of the micro-batch.
        total_rows: real rows of the batch.
        total_tokens: unmasked completion tokens of the batch.
    """
    if loss_type in _MEAN_OVER_ROWS:
        return rows / max(total_rows, 1.0)
    if loss_type in _MEAN_OVER_TOKENS:
        # TRL divides by 1 where a micro-batch has no token; its sum is 0 then whatever the share.
        return max(tokens, 1.0) / max(total_tokens, 1.0)
    return 1.0


class MetricsMerge:
    """Called after each micro-batch; see `merged_metrics`.

    Attributes:
        constants: metrics whose value is known.
    """

    def __init__(self) -> None:
        self.constants: dict[str, float] = {}
        self._tokens: list[float] = []
        self._shares: list[float] = []

    def __call__(self, tokens: float, share: float) -> None:
        """Note the micro-batch's unmasked tokens and its share of the loss."""
        self._tokens.append(tokens)
        self._shares.append(share)

    def merge(self, name: str, values: Sequence[float]) -> float | None:
        """One value for the batch, or `None` if the metric is not one per micro-batch."""
        if len(values) != len(self._tokens):
            return None
        if name in self.constants:
            return self.constants[name]
        if name == "policy_loss":
            return sum(map(math.prod, zip(values, self._shares, strict=True)))
        known = [pair for pair in zip(values, self._tokens, strict=True) if not math.isnan(pair[0])]
        weight = sum(tokens for _, tokens in known)
        if not weight:
            return math.nan
        if name.endswith("_min"):
            return min(value for value, _ in known)
        if name.endswith("_max"):
            return max(value for value, _ in known)
        return sum(value * tokens for value, tokens in known) / weight


@contextmanager
def merged_metrics(metrics: Mapping[str, list[float]]) -> Iterator[MetricsMerge]:
    """Replace what is appended per micro-batch inside of the context by one value for the batch.

    Means are weighted by tokens, the policy loss by shares of the loss, and names that end in
    `_min` or `_max` keep the extreme.
    """
    before = {name: len(values) for name, values in metrics.items()}
    merge = MetricsMerge()
    yield merge
    for name, values in metrics.items():
        start = before.get(name, 0)
        value = merge.merge(name, values[start:])
        if value is not None:
            values[start:] = [value]
