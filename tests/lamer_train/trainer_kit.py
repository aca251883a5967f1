"""A guessing game, a tokenizer that knows its words, and a model of a few thousand parameters."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import gymnasium as gym
import torch
from gymnasium.spaces import Text
from tokenizers import Regex, Tokenizer, decoders
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split
from transformers import (
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
    TrainerCallback,
)

from lamer_envs.meta import MultiEpisodeReflectionWrapper, PromptSet
from lamer_train.config import MetaRLConfig
from lamer_train.trainer import MetaRLTrainer

LETTERS = "abcd"


class LetterEnv(gym.Env[str, str]):
    """Guess the letter of the seed within two turns."""

    def __init__(self, split: str = "train") -> None:
        self.split = split
        self.observation_space = Text(64)
        self.action_space = Text(64)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        super().reset(seed=seed)
        self._letter = random.Random(f"{self.split} {seed}").choice(LETTERS)
        self._turn = 0
        return "guess now", self._info("", False)

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        self._turn += 1
        won = action == self._letter
        return "guess again", float(won), won, self._turn >= 2, self._info(action, won)

    def _info(self, action: str, won: bool) -> dict[str, Any]:
        return {
            "success": won,
            "action_valid": action in LETTERS and bool(action),
            "action_effective": True,
            "state_key": f"turn {self._turn}",
        }


PROMPTS = PromptSet(
    name="letters",
    memory="notes",
    history="so far",
    answer="answer",
    reflect="reflect",
    play_layout=("memory", "history", "current", "answer"),
    reflect_layout=("history", "final", "reflect"),
)

ANSWERS = (
    *(f"<action>{letter}</action>" for letter in LETTERS),
    "<action>z</action>",
    "<remark>try</remark>",
)
_PLAIN = """guess now again notes so far answer reflect Turn Your note after attempt
1: 2: 3: (none) try a b c d z"""
_WORDS = (*_PLAIN.split(), *ANSWERS)


def make_tokenizer() -> PreTrainedTokenizerFast:
    """White-space words; each whole answer is one token."""
    vocabulary = {
        word: index for index, word in enumerate(("<pad>", "<unk>", "<end>", "<user>", *_WORDS))
    }
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Split(Regex(r"\s+"), behavior="removed")
    tokenizer.decoder = decoders.WordPiece(prefix="\0", cleanup=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        unk_token="<unk>",
        eos_token="<end>",
        chat_template="{% for m in messages %}<user> {{ m['content'] }} {% endfor %}",
        model_max_length=128,
        clean_up_tokenization_spaces=False,
    )


def make_model(seed: int = 0, layers: int = 1) -> Qwen3ForCausalLM:
    """A small Qwen3, with answers made likely, since it has learned nothing."""
    tokenizer = make_tokenizer()
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=128,
        tie_word_embeddings=False,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        initializer_range=0.2,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Qwen3ForCausalLM(config)


def make_env(
    num_episodes: int = 3, memory: str = "reflection", split: str = "train"
) -> MultiEpisodeReflectionWrapper:
    """The guessing game under the wrapper."""
    return MultiEpisodeReflectionWrapper(
        LetterEnv(split), num_episodes=num_episodes, memory=memory, prompts=PROMPTS
    )


def make_config(folder: Path, **changes: Any) -> MetaRLConfig:
    """A run of two generations that fits a test."""
    settings: dict[str, Any] = {
        "output_dir": str(folder),
        "env_id": "LetterEnv",
        "num_generations": 4,
        "tasks_per_update": 3,
        "steps_per_generation": 1,
        "max_steps": 2,
        "max_completion_length": 3,
        "learning_rate": 1e-2,
        "algorithm": "grpo",
        "loss_type": "dr_grpo",
        "tokens_per_microbatch": 256,
        "eval_tasks": 4,
        "save_strategy": "no",
        "gradient_checkpointing": False,
        "use_cpu": True,
        "progress": False,
        "seed": 3,
    }
    return MetaRLConfig(**{**settings, **changes})


def make_trainer(
    folder: Path, model: Qwen3ForCausalLM | None = None, **changes: Any
) -> MetaRLTrainer:
    """A trainer of the guessing game; `changes` go to the configuration."""
    return MetaRLTrainer(
        make_model() if model is None else model,
        make_config(folder, **changes),
        make_tokenizer(),
        make_env=make_env,
        make_eval_env=lambda: make_env(split="test"),
    )


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


class KillAfter(TrainerCallback):  # type: ignore[misc]
    """Kills the training once an optimizer step is done."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == self.step:
            raise Killed
