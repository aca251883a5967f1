"""What `gpu_train.py` measures on: sizes, a model of random weights, a tokenizer, and rows."""

from __future__ import annotations

import asyncio
import math
import random
import re
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split
from transformers import (
    AutoModelForCausalLM,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
)

from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.rollout.runner import TrialSpec, run_trials
from lamer_train.config import MetaRLConfig
from lamer_train.dry_run import CHARACTERS_PER_TOKEN
from lamer_train.memory import known_models
from lamer_train.playing import make_wrapped_env

_CHUNK = rf"[\s\S]{{1,{round(CHARACTERS_PER_TOKEN)}}}"
_SPREAD = 0.6
"""Standard deviation of the logarithm of response lengths, as in the simulated engine."""

PAD, END, UNKNOWN = "<pad>", "<end>", "<unknown>"


@dataclass(frozen=True)
class Sizes:
    """What is run.

    Attributes:
        name: what the record calls it.
        model: the configuration of the model.
        tasks, group: trials of the rollout are their product.
        update_tasks: tasks whose trials are updated on.
        steps: optimizer steps on their rows; the first one is not timed.
        turns: turns an episode of the rows.
        rollout_turns: turns that the model plays, of one episode.
        longest: tokens of the longest response.
        mean: tokens of the mean response, before the longest ones are cut.
        budget: `tokens_per_microbatch`, and the most tokens of the stock trainer's micro-batch.
        generation_budget: `tokens_per_generation_batch`.
    """

    name: str
    model: PreTrainedConfig
    tasks: int
    group: int
    update_tasks: int
    steps: int
    turns: int
    rollout_turns: int
    longest: int
    mean: int
    budget: int
    generation_budget: int


PAPER = Sizes(
    name="Qwen3-4B",
    model=known_models()["Qwen/Qwen3-4B"],
    tasks=16,
    group=8,
    update_tasks=4,
    steps=4,
    turns=7,
    rollout_turns=2,
    longest=1024,
    mean=200,
    budget=16_384,
    generation_budget=131_072,
)
"""The batch of the paper's Sokoban runs; the update takes a quarter of its trials."""

TOY = Sizes(
    name="toy",
    model=Qwen3Config(
        vocab_size=2048,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
    ),
    tasks=2,
    group=4,
    update_tasks=1,
    steps=2,
    turns=2,
    rollout_turns=2,
    longest=32,
    mean=8,
    budget=4096,
    generation_budget=16_384,
)

SIZES = {sizes.name: sizes for sizes in (PAPER, TOY)}


def common_settings(sizes: Sizes, folder: str, *, on_gpu: bool) -> dict[str, Any]:
    """What both trainers are told."""
    return {
        "output_dir": folder,
        "num_generations": sizes.group,
        "max_steps": sizes.steps,
        "max_completion_length": sizes.longest,
        "learning_rate": 1e-6,
        "lr_scheduler_type": "constant",
        "beta": 0.0,
        "loss_type": "grpo",
        "temperature": 1.0,
        "gradient_checkpointing": True,
        "bf16": on_gpu,
        "use_cpu": not on_gpu,
        "save_strategy": "no",
        "report_to": "none",
        "logging_steps": 1,
        "seed": 0,
    }


def make_config(sizes: Sizes, folder: str, *, on_gpu: bool, episodes: int = 3) -> MetaRLConfig:
    """A run like the paper's on Sokoban, in these sizes."""
    return MetaRLConfig(
        **common_settings(sizes, folder, on_gpu=on_gpu),
        env_id="LaMer/Sokoban-v0",
        # The easiest rooms of the range where there are fewer turns than a hard one takes.
        env_kwargs={"max_turns": sizes.turns, "max_solution": min(21, 3 * sizes.turns)},
        num_episodes=episodes,
        memory="both",
        algorithm="grpo",
        tasks_per_update=sizes.update_tasks,
        steps_per_generation=sizes.steps,
        tokens_per_microbatch=sizes.budget,
        tokens_per_generation_batch=sizes.generation_budget,
        trials_every=0,
        progress=False,
    )


def make_model(sizes: Sizes, *, on_gpu: bool) -> PreTrainedModel:
    """Random weights in float32, the same every time."""
    with torch.random.fork_rng(), torch.device("cuda" if on_gpu else "cpu"):
        torch.manual_seed(0)
        return AutoModelForCausalLM.from_config(sizes.model, dtype=torch.float32)


def trial_specs(sizes: Sizes) -> list[TrialSpec]:
    """The trials of a generation."""
    return [
        TrialSpec(seed, trial) for seed in range(sizes.update_tasks) for trial in range(sizes.group)
    ]


def play_rows(sizes: Sizes, args: MetaRLConfig) -> tuple[list[Trial], PreTrainedTokenizerFast]:
    """Trials of the real environment whose every turn has tokens, and their tokenizer.

    The player moves up for ever, and says nothing now and then, so that every trial has all of its
    turns and returns differ. Its prompts are the environment's, cut into chunks of as many letters
    as a dry run takes for a token; its responses are random tokens of log-normal length.
    """
    specs = trial_specs(sizes)
    told = _play(args, specs, _Mover())
    chunks = sorted({chunk for trial in told for turn in trial.turns for chunk in cut(turn.prompt)})
    tokenizer = make_tokenizer(chunks, int(sizes.model.vocab_size))
    played = _play(args, specs, _Mover(tokenizer, sizes))
    every = len(specs) * (args.num_episodes * sizes.turns + args.num_episodes - 1)
    if sum(len(trial.turns) for trial in played) != every:
        raise RuntimeError("a trial ended early; choose other task seeds")
    return played, tokenizer


def _play(args: MetaRLConfig, specs: list[TrialSpec], player: _Mover) -> list[Trial]:
    return asyncio.run(
        run_trials(lambda: make_wrapped_env(args), player, specs, concurrency=len(specs))
    )


class _Mover:
    """Moves up or says nothing; with a tokenizer it also gives token ids."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerFast | None = None, sizes: Sizes | None = None
    ) -> None:
        self._tokenizer = tokenizer
        self._sizes = sizes

    async def act(self, request: PromptRequest) -> Response:
        draw = random.Random(
            f"{request.task_seed} {request.trial} {request.episode} {request.turn} {request.phase}"
        )
        text = "" if draw.random() < 0.2 else "<action>up</action>"
        if request.phase == "reflect":
            text = "<remark>Another way than up.</remark>"
        if self._tokenizer is None or self._sizes is None:
            return Response(text)
        sizes = self._sizes
        middle = math.log(sizes.mean) - _SPREAD**2 / 2
        length = min(sizes.longest, max(1, round(draw.lognormvariate(middle, _SPREAD))))
        return Response(
            text,
            prompt_ids=tuple(self._tokenizer(request.prompt)["input_ids"]),
            completion_ids=tuple(draw.randrange(sizes.model.vocab_size) for _ in range(length)),
        )


def cut(text: str) -> list[str]:
    """The chunks of a text that are a token each."""
    return re.findall(_CHUNK, text)


def make_tokenizer(chunks: list[str], size: int) -> PreTrainedTokenizerFast:
    """One token for each chunk, and as many meaningless ones as fill up a vocabulary."""
    words = [PAD, END, UNKNOWN, *chunks]
    words += [f"<{number}>" for number in range(len(words), size)]
    tokenizer = Tokenizer(
        WordLevel({word: number for number, word in enumerate(words[:size])}, unk_token=UNKNOWN)
    )
    tokenizer.pre_tokenizer = Split(Regex(_CHUNK), behavior="isolated")
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=END, unk_token=UNKNOWN
    )
