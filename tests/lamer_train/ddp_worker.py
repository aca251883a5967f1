"""A short run, and one process of it; `test_distributed.py` starts this file once per rank."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import torch
from game_kit import make_trainer as make_game_trainer
from trainer_kit import make_config, make_env, make_model, make_tokenizer, make_trainer

from lamer_train.trainer import MetaRLTrainer

KINDS = (("grpo", "dr_grpo"), ("gigpo", "bnpo"), ("ppo", "grpo"))


def train(folder: Path, algorithm: str, loss_type: str) -> None:
    """Train for two steps and leave the weights and the number of own rows in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    trainer = make_trainer(
        folder,
        max_steps=2,
        algorithm=algorithm,
        loss_type=loss_type,
        optim="sgd",
        learning_rate=0.5,
        value_learning_rate=1e-2,
        entropy_coef=0.01,
        tokens_per_microbatch=100,
        eval_every=2,
        eval_trials=2,
    )
    trainer.train()
    weights = dict(trainer.accelerator.unwrap_model(trainer.model).state_dict())
    if trainer.critic is not None:
        weights |= {f"critic.{k}": v for k, v in trainer.critic.head.state_dict().items()}
    rank = trainer.accelerator.process_index
    torch.save({"weights": weights, "rows": trainer._real_rows}, folder / f"rank_{rank}.pt")


def train_against_opponents(folder: Path) -> None:
    """Train for three steps against opponents that come by win rate."""
    folder.mkdir(parents=True, exist_ok=True)
    trainer = make_game_trainer(
        folder,
        max_steps=3,
        opponent_sampling="win_rate",
        normalize_by="opponent",
        length_penalty=0.2,
        optim="sgd",
        learning_rate=0.5,
    )
    trainer.train()
    weights = dict(trainer.accelerator.unwrap_model(trainer.model).state_dict())
    rank = trainer.accelerator.process_index
    torch.save({"weights": weights}, folder / f"rank_{rank}.pt")


def train_overlapping(folder: Path, rank: int) -> None:
    """Train with overlapping generations, of which one process plays far more than the other.

    The first has one place and trials of up to four episodes, the second has places for more than
    a generation and trials of one.
    """
    trainer = MetaRLTrainer(
        make_model(),
        make_config(folder, max_steps=5, overlap=1, rollout_concurrency=30 if rank else 1),
        make_tokenizer(),
        make_env=lambda: make_env(num_episodes=1 if rank else 4),
    )
    trainer.train()
    weights = trainer.accelerator.unwrap_model(trainer.model).state_dict()
    torch.save({"weights": weights, "rows": trainer._real_rows}, folder / f"rank_{rank}.pt")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for algorithm, loss_type in KINDS:
        train(Path(sys.argv[1]) / algorithm, algorithm, loss_type)
    train_against_opponents(Path(sys.argv[1]) / "opponents")
    train_overlapping(Path(sys.argv[1]) / "overlap", int(os.environ["RANK"]))
    # Together: who leaves first takes the store of the group along.
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()
