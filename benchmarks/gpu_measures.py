"""What `gpu_train.py` measures, each in a process of its own: a rollout and two updates."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
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
    play_rows,
    trial_specs,
)
from transformers import PrinterCallback, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from lamer_envs.meta.trial import Trial
from lamer_train.advantages import grpo
from lamer_train.batch import rollout_output
from lamer_train.overlap import AgedTrial
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
        step_tokens: that went through the model in it, padding left out.
        step_padded: the same, padding included.
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
    step_padded: tuple[int, ...]
    losses: tuple[float, ...]
    grad_norms: tuple[float, ...]
    peak_bytes: float


def wait_for_device() -> None:
    """Let what has been started on the GPU end, so that the clock says how long it took."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def gpu_name() -> str | None:
    """The GPU's name; `None` without one."""
    return torch.cuda.get_device_name() if torch.cuda.is_available() else None


def measure_rollout(name: str) -> dict[str, Any]:
    """Let the model play the first turns of a generation."""
    sizes, on_gpu = SIZES[name], torch.cuda.is_available()
    sizes = replace(sizes, turns=sizes.rollout_turns, update_tasks=sizes.tasks)
    with TemporaryDirectory() as folder:
        args = make_config(sizes, folder, on_gpu=on_gpu, episodes=1)
        model = make_model(sizes, on_gpu=on_gpu)
        # Random weights find all tokens equally likely: where one in `mean` ends a response,
        # `mean` is the mean length of those that are not cut.
        ending = max(1, model.config.vocab_size // sizes.mean)
        model.generation_config.eos_token_id = [*range(ending)]
        _, tokenizer = play_rows(sizes, args)
        trainer = MetaRLTrainer(model, args, tokenizer)
        specs = trial_specs(sizes)
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


class Meter:
    """Times scoring and steps of a trainer, and counts what goes through its model."""

    def __init__(self) -> None:
        self.scoring_seconds = 0.0
        self.scored_tokens = 0
        self.step_seconds: list[float] = []
        self.step_tokens: list[int] = []
        self.step_padded: list[int] = []
        self._begin = self._scored_before = 0.0
        self._masks: list[torch.Tensor] = []

    def attach(self, trainer: GRPOTrainer) -> None:
        """Watch a trainer's model and steps."""
        model = trainer.accelerator.unwrap_model(trainer.model)
        model.base_model.register_forward_pre_hook(self._count, with_kwargs=True)
        trainer.add_callback(_Clock(self))

    def _count(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        mask = kwargs["attention_mask"]
        if torch.is_grad_enabled():
            self._masks.append(mask)
        else:
            self.scored_tokens += mask.numel()

    @contextmanager
    def scoring(self) -> Iterator[None]:
        """Around what comes before the first step and is no part of it."""
        wait_for_device()
        begin = time.perf_counter()
        yield
        wait_for_device()
        self.scoring_seconds += time.perf_counter() - begin
        # Rows are shuffled next, by torch's generator: let both trainers get the same order.
        torch.manual_seed(0)

    def begin_step(self) -> None:
        """An optimizer step begins, perhaps with scoring."""
        wait_for_device()
        self._begin, self._scored_before = time.perf_counter(), self.scoring_seconds
        self._masks.clear()

    def end_step(self) -> None:
        """The weights have been changed."""
        wait_for_device()
        scoring = self.scoring_seconds - self._scored_before
        self.step_seconds.append(time.perf_counter() - self._begin - scoring)
        self.step_tokens.append(sum(int(mask.sum()) for mask in self._masks))
        self.step_padded.append(sum(mask.numel() for mask in self._masks))


class _Clock(TrainerCallback):  # type: ignore[misc]
    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def on_step_begin(self, *args: Any, **kwargs: Any) -> None:
        self._meter.begin_step()

    def on_step_end(self, *args: Any, **kwargs: Any) -> None:
        self._meter.end_step()


class OurTrainer(MetaRLTrainer):
    """The product's trainer, on trials that have been played already."""

    meter: Meter
    trials: Sequence[Trial]

    def _play_generation(self) -> list[AgedTrial]:
        return [AgedTrial(trial, (0,) * len(trial.turns)) for trial in self.trials]

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        with self.meter.scoring():
            output: dict[str, Any] = super()._generate_and_score_completions(inputs)
        return output


class StockTrainer(GRPOTrainer):  # type: ignore[misc]
    """TRL's trainer, with the same rows as its rollout and the same advantages."""

    meter: Meter
    given: Sequence[float]

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        with self.meter.scoring():
            output: dict[str, Any] = super()._generate_and_score_completions(inputs)
        output["advantages"] = torch.tensor(self.given).to(output["advantages"])
        return output


def measure_ours(name: str) -> dict[str, Any]:
    """Update by the product's trainer."""
    sizes, on_gpu = SIZES[name], torch.cuda.is_available()
    with TemporaryDirectory() as folder:
        args = make_config(sizes, folder, on_gpu=on_gpu)
        trials, tokenizer = play_rows(sizes, args)
        trainer = OurTrainer(make_model(sizes, on_gpu=on_gpu), args, tokenizer)
        trainer.trials = trials
        return _train(trainer, _rows(sizes, trials), None)


def measure_stock(name: str) -> dict[str, Any]:
    """Update by TRL's trainer, in the largest micro-batches that the token budget allows."""
    sizes, on_gpu = SIZES[name], torch.cuda.is_available()
    with TemporaryDirectory() as folder:
        trials, tokenizer = play_rows(sizes, make_config(sizes, folder, on_gpu=on_gpu))
        rows = _rows(sizes, trials)
        together = stock_microbatch(rows, sizes)
        accumulated = len(rows) // sizes.steps // together
        trainer = StockTrainer(
            make_model(sizes, on_gpu=on_gpu),
            reward_funcs=lambda prompts, **kwargs: [0.0] * len(prompts),
            args=GRPOConfig(
                **common_settings(sizes, folder, on_gpu=on_gpu),
                per_device_train_batch_size=together,
                gradient_accumulation_steps=accumulated,
                steps_per_generation=accumulated * sizes.steps,
                disable_tqdm=True,
            ),
            train_dataset=Dataset.from_dict({"prompt": [""] * (len(rows) // sizes.group)}),
            processing_class=tokenizer,
            rollout_func=lambda prompts, trainer: rollout_output(rows, len(rows)),
        )
        trainer.given = grpo(
            *([getattr(row, name) for row in rows] for name in ADVANTAGE_COLUMNS)
        ).tolist()
        return _train(trainer, rows, together)


ADVANTAGE_COLUMNS = ("trial_return", "episode_return", "group", "trial", "credited_episode")


def _rows(sizes: Sizes, trials: Sequence[Trial]) -> list[Row]:
    rows = rows_of(trials, [number // sizes.group for number in range(len(trials))])
    if len(rows) % math.lcm(sizes.group, sizes.steps):
        raise RuntimeError(f"{len(rows)} rows make no {sizes.steps} steps of groups")
    return rows


def stock_microbatch(rows: Sequence[Row], sizes: Sizes) -> int:
    """The most rows that divide a step and, padded to the longest of all rows, fit the budget."""
    padded = max(len(row.prompt_ids) for row in rows)
    padded += max(len(row.completion_ids) for row in rows)
    step = len(rows) // sizes.steps
    fitting = [n for n in range(1, step + 1) if step % n == 0 and n * padded <= sizes.budget]
    return max(fitting, default=1)


def _train(
    trainer: OurTrainer | StockTrainer, rows: Sequence[Row], together: int | None
) -> dict[str, Any]:
    trainer.meter = meter = Meter()
    meter.attach(trainer)
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    logged = [line for line in trainer.state.log_history if "grad_norm" in line]
    return asdict(
        Update(
            rows=len(rows),
            tokens=sum(len(row.prompt_ids) + len(row.completion_ids) for row in rows),
            microbatch_rows=together,
            scoring_seconds=meter.scoring_seconds,
            scored_tokens=meter.scored_tokens,
            step_seconds=tuple(meter.step_seconds),
            step_tokens=tuple(meter.step_tokens),
            step_padded=tuple(meter.step_padded),
            losses=tuple(float(line["loss"]) for line in logged),
            grad_norms=tuple(float(line["grad_norm"]) for line in logged),
            peak_bytes=peak_memory(trainer.accelerator.device),
        )
    )
