"""What `gpu_train.py` measures, each in a process of its own: a rollout and two updates."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from tempfile import TemporaryDirectory
from typing import Any

import torch
from datasets import Dataset
from gpu_workload import (
    SIZES,
    Sizes,
    common_settings,
    make_config,
    make_model,
    make_tokenizer,
    play_rows,
)
from transformers import TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.runner import TrialSpec
from lamer_train.advantages import grpo
from lamer_train.batch import rollout_output
from lamer_train.overlap import AgedTrial
from lamer_train.playing import make_wrapped_env
from lamer_train.rows import Row, rows_of
from lamer_train.run_log import peak_memory
from lamer_train.trainer import MetaRLTrainer


@dataclass(frozen=True)
class Rollout:
    """A rollout by `generate`.

    Attributes:
        seconds: for all of it.
        requests: prompts answered.
        prompt_tokens, sampled_tokens: of all requests together.
        peak_bytes: the most memory that the process has held.
    """

    seconds: float
    requests: int
    prompt_tokens: int
    sampled_tokens: int
    peak_bytes: float


@dataclass(frozen=True)
class Update:
    """Optimizer steps on rows that are there.

    Attributes:
        rows: how many.
        tokens: theirs, padding left out.
        microbatch_rows: rows of the stock trainer's micro-batch; `None` where they vary.
        scoring_seconds: log-probabilities before the first step.
        scored_tokens: that went through the model for them, padding included.
        step_seconds: of each optimizer step, gradients and all.
        step_tokens: that went through the model in it, padding included.
        losses, grad_norms: of each step.
        peak_bytes: the most memory that the process has held.
    """

    rows: int
    tokens: int
    microbatch_rows: int | None
    scoring_seconds: float
    scored_tokens: int
    step_seconds: tuple[float, ...]
    step_tokens: tuple[int, ...]
    losses: tuple[float, ...]
    grad_norms: tuple[float, ...]
    peak_bytes: float


def wait_for_device() -> None:
    """Let what has been started on the GPU end, so that the clock says how long it took."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def device_name() -> str | None:
    """The GPU's name; `None` without one."""
    return torch.cuda.get_device_name() if torch.cuda.is_available() else None


def measure_rollout(name: str) -> dict[str, Any]:
    """Let the model play the first turns of a generation."""
    sizes, on_gpu = SIZES[name], torch.cuda.is_available()
    # No trial ends early: the model has learned nothing. So one episode is enough.
    short = replace(sizes, turns=sizes.rollout_turns, update_tasks=sizes.tasks)
    with TemporaryDirectory() as folder:
        args = make_config(short, folder, on_gpu=on_gpu)
        args.num_episodes = 1
        model = make_model(sizes, on_gpu=on_gpu)
        tokenizer = _tokenizer(sizes, folder, on_gpu)
        # Random weights find all tokens equally likely: with one in `mean` that ends a response,
        # `mean` is the mean length of those that are not cut.
        ending = max(1, model.config.vocab_size // sizes.mean)
        model.generation_config.eos_token_id = [*range(ending)]
        trainer = MetaRLTrainer(
            model, args, tokenizer, make_env=lambda: make_wrapped_env(args, "train")
        )
        specs = [
            TrialSpec(seed, trial) for seed in range(sizes.tasks) for trial in range(sizes.group)
        ]
        # The first call pays for what is prepared once.
        trainer.play(specs[:1])
        wait_for_device()
        begin = time.perf_counter()
        trials = trainer.play(specs)
        wait_for_device()
        seconds = time.perf_counter() - begin
    turns = [turn for trial in trials for turn in trial.turns]
    return asdict(
        Rollout(
            seconds=seconds,
            requests=len(turns),
            prompt_tokens=sum(len(turn.prompt_ids or ()) for turn in turns),
            sampled_tokens=sum(len(turn.completion_ids or ()) for turn in turns),
            peak_bytes=peak_memory(trainer.accelerator.device),
        )
    )


def _tokenizer(sizes: Sizes, folder: str, on_gpu: bool) -> Any:
    _, tokenizer = play_rows(sizes, make_config(sizes, folder, on_gpu=on_gpu))
    return tokenizer


class _Meter:
    """Times scoring and steps of a trainer, and counts what goes through its model."""

    def __init__(self, trainer: GRPOTrainer) -> None:
        self.scoring_seconds = 0.0
        self.scored_tokens = 0
        self.step_seconds: list[float] = []
        self.step_tokens: list[int] = []
        trainer.accelerator.unwrap_model(trainer.model).base_model.register_forward_pre_hook(
            self._count, with_kwargs=True
        )
        trainer.add_callback(_Clock(self))
        self._begin = 0.0
        self._tokens = 0

    def _count(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        ids = kwargs["input_ids"] if "input_ids" in kwargs else args[0]
        if torch.is_grad_enabled():
            self._tokens += ids.numel()
        else:
            self.scored_tokens += ids.numel()

    @contextmanager
    def scoring(self) -> Iterator[None]:
        wait_for_device()
        begin = time.perf_counter()
        yield
        wait_for_device()
        self.scoring_seconds += time.perf_counter() - begin
        # Both trainers shuffle their rows next, by torch's generator: let it be in one order.
        torch.manual_seed(0)

    def begin(self) -> None:
        wait_for_device()
        self._begin, self._tokens = time.perf_counter() + self.scoring_seconds, 0

    def end(self) -> None:
        wait_for_device()
        # Scoring happens inside of the first step.
        self.step_seconds.append(time.perf_counter() + self._before() - self._begin)
        self.step_tokens.append(self._tokens)

    def _before(self) -> float:
        """Scoring counts neither before nor during a step."""
        return -self.scoring_seconds if not self.step_seconds else self.scoring_seconds


class _Clock(TrainerCallback):  # type: ignore[misc]
    def __init__(self, meter: _Meter) -> None:
        self.meter = meter

    def on_step_begin(self, *args: Any, **kwargs: Any) -> None:
        self.meter.begin()

    def on_step_end(self, *args: Any, **kwargs: Any) -> None:
        self.meter.end()
