from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lamer_train.accumulate import merged_metrics, share_of_loss
from lamer_train.microbatch import pack, row_lengths, select

LENGTHS = st.lists(st.integers(1, 50), min_size=1, max_size=40)


@given(LENGTHS, st.integers(1, 300))
def test_packing_takes_every_row_once_within_the_budget(lengths: list[int], budget: int) -> None:
    chunks = pack(lengths, budget)
    assert sorted(index for chunk in chunks for index in chunk) == [*range(len(lengths))]
    for chunk in chunks:
        cost = len(chunk) * max(lengths[index] for index in chunk)
        assert cost <= budget or len(chunk) == 1
    assert pack(lengths, 10**9)[0].size == len(lengths)


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), min_size=1), st.integers(1, 300))
def test_common_bounds_give_every_process_chunks_of_the_same_sizes(
    pairs: list[tuple[int, int]], budget: int
) -> None:
    one, other = [[pair[process] for pair in pairs] for process in range(2)]
    bounds = [*map(max, zip(sorted(one)[::-1], sorted(other)[::-1], strict=True))]
    chunks = [pack(lengths, budget, bounds) for lengths in (one, other)]
    assert [*map(len, chunks[0])] == [*map(len, chunks[1])]
    for lengths, own in zip((one, other), chunks, strict=True):
        assert sorted(index for chunk in own for index in chunk) == [*range(len(pairs))]
        for chunk in own:
            cost = len(chunk) * max(lengths[index] for index in chunk)
            assert cost <= budget or len(chunk) == 1


def test_selection_cuts_padding_on_the_side_where_it_is() -> None:
    batch = {
        "prompt_ids": torch.tensor([[0, 0, 5], [0, 6, 7], [8, 9, 9]]),
        "prompt_mask": torch.tensor([[0, 0, 1], [0, 1, 1], [1, 1, 1]]),
        "completion_ids": torch.tensor([[1, 0, 0, 0], [2, 3, 0, 0], [4, 4, 4, 4]]),
        "completion_mask": torch.tensor([[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1]]),
        "old_per_token_logps": torch.arange(12.0).view(3, 4),
        "importance_sampling_ratio": torch.ones(3, 1),
        "advantages": torch.tensor([1.0, 2.0, 3.0]),
        "num_items_in_batch": torch.tensor(7),
    }
    assert row_lengths(batch["prompt_mask"], batch["completion_mask"]) == [2, 4, 7]
    (chunk,) = pack([2, 4], 100)
    part = select(batch, chunk)
    assert part["prompt_ids"].tolist() == [[6, 7], [0, 5]]
    assert part["completion_ids"].tolist() == [[2, 3], [1, 0]]
    assert part["old_per_token_logps"].tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert part["importance_sampling_ratio"].shape == (2, 1)
    assert part["advantages"].tolist() == [2.0, 1.0]
    assert part["num_items_in_batch"] == 7


@pytest.mark.parametrize(
    ("loss_type", "expected"), [("grpo", 4 / 10), ("dr_grpo", 4 / 10), ("bnpo", 0.3), ("dapo", 1.0)]
)
def test_shares_of_the_loss(loss_type: str, expected: float) -> None:
    assert share_of_loss(loss_type, 4, 30.0, 10.0, 100.0) == pytest.approx(expected)
    assert share_of_loss(loss_type, 4, 0.0, 0.0, 0.0) > 0


def test_metrics_of_micro_batches_become_one_value() -> None:
    metrics = {"entropy": [9.0], "step_time": [1.0]}
    with merged_metrics(metrics) as merge:
        for tokens, share, entropy in ((1.0, 0.25, 4.0), (3.0, 0.75, 8.0)):
            metrics["entropy"].append(entropy)
            for name in ("policy_loss", "clip/x_min", "clip/x_max", "kl", "entropy_coef"):
                metrics.setdefault(name, []).append(math.nan if name == "kl" else entropy)
            merge(tokens, share)
        merge.constants["entropy_coef"] = 0.5
    assert math.isnan(*metrics.pop("kl"))
    assert metrics == {
        "entropy": [9.0, 7.0],
        "step_time": [1.0],
        "policy_loss": [7.0],
        "clip/x_min": [4.0],
        "clip/x_max": [8.0],
        "entropy_coef": [0.5],
    }
