"""The backends on vLLM itself; `.ci/vllm` installs it and runs this file.

The siblings that run everywhere, on stand-ins, are `test_backend_vllm.py` and
`test_backend_server.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from test_backend_vllm import SPECS, naive_logprobs, responses, sampled_logprobs
from trainer_kit import make_tokenizer, make_trainer
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from lamer_train.config import MetaRLConfig
from lamer_train.playing import make_wrapped_env
from lamer_train.tiny import build_tokenizer, vocabulary_for
from lamer_train.trainer import MetaRLTrainer

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(
        find_spec("vllm") is None and "LAMER_REQUIRE_VLLM" not in os.environ,
        reason="needs vLLM, which .ci/vllm installs",
    ),
]


def save_llama(folder: Path, tokenizer: Any, tied: bool = True) -> None:
    """A small Llama with heads of 32, the smallest that vLLM's attention on CPUs takes."""
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=512,
        tie_word_embeddings=tied,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        initializer_range=0.2,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@pytest.fixture(scope="module")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetaRLTrainer]:
    """A trainer of a model with tied embeddings, its engine in 32 bits as the model is."""
    import trl.generation.vllm_generation as trl_vllm

    folder = tmp_path_factory.mktemp("vllm")
    save_llama(folder / "start", make_tokenizer())
    before, llm = dict(os.environ), trl_vllm.LLM
    trl_vllm.LLM = partial(llm, dtype="float32")
    model = AutoModelForCausalLM.from_pretrained(folder / "start")
    made = make_trainer(folder / "run", model, backend="vllm", max_completion_length=6)
    yield made
    made.close()
    trl_vllm.LLM = llm
    os.environ.clear()
    os.environ.update(before)


def test_logprobs_are_the_models_own(trainer: MetaRLTrainer) -> None:
    trials = trainer.play(SPECS, seed=1)
    values = sampled_logprobs(trials)
    assert len(values) > 100
    assert values == pytest.approx(naive_logprobs(trainer.model, trials), abs=1e-3)
    assert len({text for row in responses(trials) for text in row}) > 10
    again = trainer.play(SPECS[3:5], seed=1)
    assert responses(again) == responses(trials)[3:5]
    assert responses(trainer.play(SPECS, seed=2)) != responses(trials)


def test_after_an_update_they_are_those_of_the_new_weights(trainer: MetaRLTrainer) -> None:
    earlier = AutoModelForCausalLM.from_pretrained(trainer.model.name_or_path)
    trainer.play(SPECS)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in trainer.model.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    trainer.state.global_step += 1
    trials = trainer.play(SPECS)
    new = naive_logprobs(trainer.model, trials)
    assert sampled_logprobs(trials) == pytest.approx(new, abs=1e-3)
    assert new != pytest.approx(naive_logprobs(earlier, trials), abs=0.5)
    # A head that had been left behind would show.
    half = LlamaForCausalLM(
        LlamaConfig(**earlier.config.to_dict() | {"tie_word_embeddings": False})
    )
    half.load_state_dict(
        {**trainer.model.state_dict(), "lm_head.weight": earlier.model.embed_tokens.weight}
    )
    assert new != pytest.approx(naive_logprobs(half, trials), abs=0.5)


def run_cli(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "lamer_envs.cli",
            "train",
            str(folder / "run.yaml"),
            "--out",
            str(folder / "out"),
            *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_a_run_of_the_command_line_resumes(tmp_path: Path) -> None:
    settings = {
        "model": str(tmp_path / "start"),
        "env_id": "LaMer/MineSweeper-v0",
        "env_kwargs": {"size": 4, "num_mines": 4},
        "memory": "history",
        "reflection": False,
        "prompts": "compact",
        "tasks_per_update": 2,
        "num_generations": 4,
        "max_steps": 2,
        "save_steps": 1,
        "max_completion_length": 4,
        "use_cpu": True,
        "final_tasks": 2,
        "final_trials": 1,
        "final_memories": ["none"],
        "progress": False,
        "report_to": "none",
    }
    (tmp_path / "run.yaml").write_text(json.dumps(settings), encoding="utf-8")
    config = MetaRLConfig(
        output_dir=str(tmp_path / "unused"),
        **{
            name: settings[name]
            for name in (
                "env_id",
                "env_kwargs",
                "memory",
                "reflection",
                "prompts",
                "max_steps",
                "use_cpu",
            )
        },
    )
    vocabulary = vocabulary_for(make_wrapped_env(config))
    save_llama(tmp_path / "start", build_tokenizer(vocabulary.words, max_length=512))
    done = run_cli(tmp_path, "--backend", "vllm")
    assert done.returncode == 0, done.stderr[-3000:]
    lines = (tmp_path / "out" / "metrics.jsonl").read_text().splitlines()
    metrics = [json.loads(line) for line in lines]
    assert [line["step"] for line in metrics] == [1, 2]
    for line in metrics:
        assert 0 < line["sampling/sampling_logp_difference/mean"] < 0.05
    # As if it had been killed after the first update.
    (tmp_path / "out" / "model").rename(tmp_path / "model")
    (tmp_path / "out" / "checkpoint-2").rename(tmp_path / "checkpoint-2")
    again = run_cli(tmp_path, "--resume")
    assert again.returncode == 0, again.stderr[-3000:]
    resumed = [
        json.loads(line) for line in (tmp_path / "out" / "metrics.jsonl").read_text().splitlines()
    ]
    assert [line["step"] for line in resumed] == [1, 2]
    assert resumed[1]["reward"] == metrics[1]["reward"]
    assert resumed[1]["num_tokens"] == metrics[1]["num_tokens"]
