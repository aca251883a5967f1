"""`MetaRLTrainer`: TRL's `GRPOTrainer` fed with the turns of whole trials."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from safetensors import SafetensorError
from torch import Tensor
from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PrinterCallback,
    ProgressCallback,
    TrainerCallback,
    TrainerControl,
)

from lamer_envs.meta.trial import Trial
from lamer_train.batch import (
    flat_summary,
    rollout_output,
    score_statistics,
    top_up,
    trial_statistics,
)
from lamer_train.config import MetaRLConfig
from lamer_train.critic import longest_anywhere
from lamer_train.estimates import estimate
from lamer_train.opponents import OpponentSampler, game_of
from lamer_train.overlap import staleness
from lamer_train.playing import MakeEnv, make_wrapped_env
from lamer_train.progress import ProgressBar
from lamer_train.rollouts import PlayingTrainer
from lamer_train.rows import Row, rows_of
from lamer_train.run_log import (
    METRICS_FILE,
    TRIALS_FOLDER,
    MetricsCallback,
    MetricsFile,
    drop_checkpoint,
    keep_trials,
    peak_memory,
)
from lamer_train.scoring import sampler_logps, score_without_padding
from lamer_train.tasks import task_dataset, training_tasks


class MetaRLTrainer(PlayingTrainer):
    """Trains a language agent on trials of up to N episodes (LaMer, arXiv 2512.16848).

    A row of the training data is a task and one of its trials. For every generation the policy
    plays `tasks_per_update` × `num_generations` trials; each of their turns, reflections included,
    becomes a row of prompt and completion tokens with an advantage computed over its group (which
    may span processes), and TRL's loss does the rest. Because TRL wants as many rows as it sent
    out, the turns go back to it as if they had been asked for, topped up with rows whose loss mask
    is zero; sums and means of the loss leave those out. Rows pass through the model in
    micro-batches under a token budget, whose gradients add up to that of the whole batch.

    Args:
        model: a causal language model, or where to load one from.
        args: the configuration.
        processing_class: the tokenizer; loaded with the model where it is not given.
        make_env: makes one `MultiEpisodeReflectionWrapper` to train in; by default it follows
            `args`.
        make_eval_env: the same for evaluation; by default the `eval_split` of `args.env_id`.
        callbacks: further callbacks.
        **kwargs: passed to `GRPOTrainer` (`peft_config`, `optimizers`, ...).

    Raises:
        ValueError: see `MetaRLConfig`; or a setting about opponents, and the environment has none.
    """

    _tag_names = ("trl", "lamer")
    control: TrainerControl

    def __init__(
        self,
        model: PreTrainedModel | str,
        args: MetaRLConfig,
        processing_class: PreTrainedTokenizerBase | None = None,
        *,
        make_env: MakeEnv | None = None,
        make_eval_env: MakeEnv | None = None,
        callbacks: Sequence[TrainerCallback] = (),
        **kwargs: Any,
    ) -> None:
        self.make_env = make_env or (lambda: make_wrapped_env(args))
        self.make_eval_env = make_eval_env or (lambda: make_wrapped_env(args, args.eval_split))
        if args.normalize_by == "opponent":
            game_of(self.make_env(), "normalize_by: opponent")
        if args.opponent_sampling == "win_rate":
            self.opponents = OpponentSampler(
                game_of(self.make_env(), "opponent_sampling: win_rate"),
                first_seed=args.first_task_seed,
                seed=args.seed,
            )
        self._rows: list[Row] = []
        self._real_rows = 0
        self._known_logps: Tensor | None = None
        self._generation_time = 0.0
        eval_tasks = range(args.eval_first_task_seed, args.eval_first_task_seed + args.eval_tasks)
        super().__init__(
            model=model,
            reward_funcs=[_return_of_row],
            args=args,
            train_dataset=training_tasks(
                args.num_updates,
                args.tasks_per_update,
                first_seed=args.first_task_seed,
                distinct=args.num_train_tasks,
                seed=args.seed,
                # Where K does not divide the trials, TRL draws more tasks than are played.
                rounds=-(
                    -args.generation_batch_size // (args.tasks_per_update * args.num_generations)
                ),
            ),
            eval_dataset=task_dataset(list(eval_tasks)),
            processing_class=processing_class,
            callbacks=list(callbacks),
            rollout_func=_collected_turns,
            **kwargs,
        )
        if args.algorithm == "ppo":
            self.critic = self.make_critic()
        # The order of the tasks is that of the data set, which is as long as the run.
        self.shuffle_dataset = False
        self.metrics_file = MetricsFile(Path(args.output_dir) / METRICS_FILE)
        self.add_callback(MetricsCallback(self.metrics_file))
        self.remove_callback(ProgressCallback)
        self.remove_callback(PrinterCallback)
        self._progress = ProgressBar()
        if args.progress:
            self.add_callback(self._progress)

    # ---- from trials to TRL's batch --------------------------------------------------------

    def _generate_and_score_completions(
        self, inputs: list[dict[str, Tensor | Any]]
    ) -> dict[str, Tensor | Any]:
        """Play the trials of `inputs`; hand their turns to TRL; put in our advantages."""
        args: MetaRLConfig = self.args
        begin = time.perf_counter()
        aged = self._play_generation()
        trials = [one.trial for one in aged]
        groups = [position // self.num_generations for position in self._positions()]
        played = time.perf_counter()
        self._progress.phase("scoring")
        rows = rows_of(
            trials,
            groups,
            invalid_penalty=args.invalid_penalty,
            token_penalty=args.length_penalty / args.max_completion_length,
        )
        # TRL reshapes the rows of all processes into groups, and splits each process's into K.
        multiple = math.lcm(self.num_generations, args.steps_per_generation or 1)
        self._real_rows = len(rows)
        self._rows = top_up(rows, multiple, self.accelerator)
        # A PEFT reference model is the policy without its adapter, scored through the same call as
        # the policy: then nothing counts as known, nor does it where other weights have sampled.
        own_reference = self.beta == 0.0 or self.ref_model is not None
        known = own_reference and not args.sampler_differs
        self._known_logps = (
            sampler_logps(self._rows, args, self.accelerator.device) if known else None
        )
        kept_metrics = {name: [*values] for name, values in self._metrics["train"].items()}
        try:
            with self.sampling_corrected():
                output = super()._generate_and_score_completions(
                    [{"prompt": self._shown_prompt(row), "ret": row.ret} for row in self._rows]
                )
        finally:
            self._known_logps = None
        real = torch.arange(len(self._rows), device=self.accelerator.device) < self._real_rows
        values = None
        if self.critic is not None:
            output["values"] = self.predicted_values(self.critic, output)
            values = output["values"][: len(rows)]
        estimates = estimate(rows, args, self.accelerator, values)
        for name, column in estimates.columns.items():
            output[name] = torch.zeros_like(output["advantages"])
            output[name][: len(rows)] = column.to(output[name])
        output["real_rows"] = real
        statistics = trial_statistics(trials, groups) | estimates.metrics
        statistics |= score_statistics(trials) | self._note_outcomes(trials)
        if args.overlap:
            statistics |= staleness(aged)
        self._replace_reward_metrics(kept_metrics, statistics)
        self._keep_sample(trials)
        self._record("time/rollout", played - begin)
        sampled = sum(len(row.completion_ids) for row in rows)
        self._record("throughput/rollout", self._total(sampled) / (played - begin))
        self._record("memory/peak_gib", peak_memory(self.accelerator.device) / 2**30)
        self._generation_time = time.perf_counter() - begin
        self._record("time/scoring", self._generation_time - (played - begin))
        self._progress.phase("updating")
        return output

    def _shown_prompt(self, row: Row) -> str:
        """TRL only logs it, so the text is made only when it is asked to."""
        if not self.args.log_completions:
            return ""
        text: str = self.processing_class.decode(row.prompt_ids)
        return text

    def _get_per_token_logps_and_entropies(
        self,
        model: torch.nn.Module,
        input_ids: Tensor,
        attention_mask: Tensor,
        logits_to_keep: int,
        batch_size: int | None = None,
        **kwargs: Any,
    ) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """TRL's, except while scoring: there known values are used, and padding is cut."""
        score = super()._get_per_token_logps_and_entropies
        if torch.is_grad_enabled():
            return score(model, input_ids, attention_mask, logits_to_keep, batch_size, **kwargs)
        if self._known_logps is not None and model is self.model:
            missing = logits_to_keep - self._known_logps.shape[1]
            return torch.nn.functional.pad(self._known_logps, (0, missing)), None, None
        budget = self.args.tokens_per_microbatch
        logps = score_without_padding(
            functools.partial(score, model, **kwargs),
            input_ids,
            attention_mask,
            logits_to_keep,
            budget,
            # Where weights are sharded, all processes go through the model equally often.
            longest_anywhere(attention_mask.sum(1), self.accelerator),
        )
        return logps, None, None

    def training_step(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor | Any],
        num_items_in_batch: Tensor | int | None = None,
    ) -> Tensor:
        """One optimizer step's gradients, with the time that the update itself took."""
        begin = time.perf_counter()
        self._generation_time = 0.0
        loss: Tensor = super().training_step(model, inputs, num_items_in_batch)
        seconds = time.perf_counter() - begin - self._generation_time
        self._record("time/update", seconds)
        self._record("throughput/update", self._total(self._step_tokens) / seconds)
        return loss

    # ---- logging, evaluation, checkpoints ----------------------------------------------------

    def _record(self, name: str, value: float) -> None:
        self._metrics["train"][name].append(value)

    def _total(self, own: float) -> float:
        """The sum over all processes."""
        value = torch.tensor(float(own), device=self.accelerator.device)
        return float(self.accelerator.reduce(value, "sum"))

    def _keep_sample(self, trials: Sequence[Trial]) -> None:
        """Write the first trials of every so many generations, for people to read."""
        args: MetaRLConfig = self.args
        generation = self.state.global_step // (args.steps_per_generation or 1)
        if (
            args.trials_every
            and not generation % args.trials_every
            and self.is_world_process_zero()
        ):
            folder = Path(args.output_dir) / TRIALS_FOLDER
            keep_trials(folder / f"generation-{generation:05d}.jsonl", trials[: args.trials_kept])

    def _replace_reward_metrics(
        self, kept: Mapping[str, list[float]], own: Mapping[str, float]
    ) -> None:
        """TRL's reward statistics would be over turns in meaningless groups; ours are of trials."""
        metrics = self._metrics["train"]
        for name in [*metrics]:
            if name.startswith(("reward", "frac_reward_zero_std")):
                del metrics[name]
                if name in kept:
                    metrics[name] = kept[name]
        for name, value in own.items():
            self._record(name, value)

    def evaluate(
        self,
        eval_dataset: Dataset | None = None,
        ignore_keys: list[str] | None = None,
        metric_key_prefix: str = "eval",
    ) -> dict[str, float]:
        """Play the held-out tasks at the evaluation sampling settings, and log the metrics.

        Args:
            eval_dataset: tasks with a `task_seed` each; the configured held-out ones by default.
            ignore_keys: unused; `Trainer` passes it.
            metric_key_prefix: of the metrics' names.

        Returns:
            pass@k with standard errors, adaptation gain, diversity and rates.
        """
        begin = time.perf_counter()
        seeds = (self.eval_dataset if eval_dataset is None else eval_dataset)["task_seed"]
        metrics = flat_summary(self.play_tasks(list(seeds), self.args.eval_trials))
        metrics["time"] = time.perf_counter() - begin
        logged = {f"{metric_key_prefix}_{name}": value for name, value in metrics.items()}
        # TRL files what is logged now under training unless the model is in evaluation mode.
        self.model.eval()
        self.log(dict(logged))
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, logged
        )
        return logged

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """TRL's where the model goes to the hub; a run folder has records of its own."""
        if self.args.push_to_hub:
            super().create_model_card(*args, **kwargs)

    def _save_checkpoint(self, model: torch.nn.Module, trial: Any) -> None:
        """TRL's, only where a generation ends, and after the step's metrics are on disk."""
        if self.state.global_step % self.args.steps_per_generation:
            return
        if self.accelerator.is_main_process:
            self.metrics_file.flush()
        try:
            super()._save_checkpoint(model, trial)
        except (OSError, RuntimeError, SafetensorError) as error:
            step = self.state.global_step
            raise drop_checkpoint(Path(self.args.output_dir), step, error) from error


def _return_of_row(prompts: list[str], ret: list[float], **kwargs: Any) -> list[float]:
    """What TRL takes for rewards; the advantages that it makes of them are replaced."""
    return ret


def _collected_turns(prompts: list[str], trainer: MetaRLTrainer) -> dict[str, Any]:
    """The rollout function: the turns that are there already."""
    return rollout_output(trainer._rows, trainer._real_rows)
