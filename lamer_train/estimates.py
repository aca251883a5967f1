"""Advantages of a generation's rows, whose groups may span processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import gather_object
from torch import Tensor

from lamer_train.advantages import Floats, gae, gigpo, grpo, reinforce, rloo, whiten
from lamer_train.config import MetaRLConfig
from lamer_train.rows import Row


@dataclass(frozen=True)
class Estimates:
    """What an estimator says about the rows of this process.

    Attributes:
        columns: (rows,) each, float64: `advantages`; with PPO also `value_targets`.
        metrics: over the rows of all processes.
    """

    columns: dict[str, Tensor]
    metrics: dict[str, float] = field(default_factory=dict)


def estimate(
    rows: Sequence[Row],
    args: MetaRLConfig,
    accelerator: Accelerator,
    values: Tensor | None = None,
) -> Estimates:
    """Run the configured estimator over the rows of all processes.

    Args:
        rows: of this process, those of a trial in the order of play.
        args: the configuration.
        accelerator: of the trainer.
        values: (rows,) the critic's; needed with PPO.
    """
    predicted = [0.0] * len(rows) if values is None else values.tolist()
    process = accelerator.process_index
    everywhere = gather_object(
        [
            (process, replace(row, prompt_ids=(), completion_ids=(), logprobs=None), value)
            for row, value in zip(rows, predicted, strict=True)
        ]
    )
    owner, gathered, value = zip(*everywhere, strict=True)
    found, metrics = _columns(gathered, value, args)
    own = torch.tensor(owner) == process
    return Estimates({name: torch.from_numpy(v)[own] for name, v in found.items()}, metrics)


def _columns(
    rows: Sequence[Row], values: Sequence[float], args: MetaRLConfig
) -> tuple[dict[str, Floats], dict[str, float]]:
    def column(name: str) -> list[Any]:
        return [getattr(row, name) for row in rows]

    group, trial, episode = column("group"), column("trial"), column("credited_episode")
    norm = str(args.advantage_norm)
    opponent = column("opponent") if args.normalize_by == "opponent" else None
    if args.algorithm in ("grpo", "rloo"):
        units = (column("trial_return"), column("episode_return"), group, trial, episode)
        if args.algorithm == "rloo":
            return {"advantages": rloo(*units, level=args.advantage_level)}, {}
        level = args.advantage_level
        return {"advantages": grpo(*units, level=level, norm=norm, opponent=opponent)}, {}
    if args.algorithm == "gigpo":
        reward, anchor = column("episode_reward"), column("anchor")
        found = gigpo(
            column("ret"),
            reward,
            group,
            anchor,
            step_weight=args.step_weight,
            norm=norm,
            opponent=opponent,
        )
        return {"advantages": found}, {}
    if args.algorithm == "reinforce":
        return {"advantages": reinforce(column("ret"), opponent)}, {}
    raw, targets = gae(
        column("reward"),
        values,
        group,
        trial,
        range(len(rows)),
        episode,
        [row.phase == "reflect" for row in rows],
        gamma_step=args.gamma_step,
        gamma_traj=args.gamma_traj,
        lam=args.gae_lambda,
        credit=args.credit,
    )
    spread = float(targets.var())
    explained = 1 - float(np.var(targets - values)) / spread if spread > 0 else np.nan
    return (
        {"advantages": whiten(raw, opponent), "value_targets": targets},
        {"value/explained_variance": explained, "value/mean": float(np.mean(values))},
    )
