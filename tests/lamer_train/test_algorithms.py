"""Every algorithm trains on MineSweeper, by plain RL (one episode a trial) and by meta-RL."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch

from lamer_train.config import MetaRLConfig
from lamer_train.config_checks import ALGORITHMS
from lamer_train.playing import make_wrapped_env
from lamer_train.tiny import build_model, build_tokenizer, vocabulary_for
from lamer_train.trainer import MetaRLTrainer


@pytest.mark.parametrize("num_episodes", [1, 3])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_two_updates_on_minesweeper(tmp_path: Path, algorithm: str, num_episodes: int) -> None:
    config = MetaRLConfig(
        output_dir=str(tmp_path),
        env_id="LaMer/MineSweeper-v0",
        env_kwargs={"size": 4, "num_mines": 4},
        memory="history",
        prompts="compact",
        num_episodes=num_episodes,
        algorithm=algorithm,
        tasks_per_update=2,
        num_generations=3,
        max_steps=2,
        max_completion_length=4,
        learning_rate=1e-3,
        save_strategy="no",
        report_to="none",
        gradient_checkpointing=False,
        use_cpu=True,
        progress=False,
    )
    vocabulary = vocabulary_for(make_wrapped_env(config))
    tokenizer = build_tokenizer(vocabulary.words, max_length=512)
    model = build_model(tokenizer, vocabulary, seed=0)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    trainer = MetaRLTrainer(model, config, tokenizer)
    trainer.train()

    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert len(lines) == 2
    for line in lines:
        # Hardly anything is solved at once, so nearly every trial has all of its episodes.
        assert num_episodes - 0.7 < line["rollout/episodes"] <= num_episodes
        for name in ("loss", "grad_norm", "reward", "entropy", "clip_ratio/region_mean"):
            assert math.isfinite(line[name]), name
        assert line["grad_norm"] > 0
        assert ("value/loss" in line) == (algorithm == "ppo")
    for name, value in model.state_dict().items():
        assert torch.isfinite(value).all(), name
    assert not torch.equal(model.state_dict()["lm_head.weight"], before["lm_head.weight"])
