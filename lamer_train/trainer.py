"""`MetaRLTrainer`: TRL's `GRPOTrainer` fed with the turns of whole trials."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import fields
from pathlib import Path
from typing import Any

import gymnasium as gym
import torch
from accelerate.utils import gather_object
from datasets import Dataset
from torch import Tensor
from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PrinterCallback,
    ProgressCallback,
    TrainerCallback,
    TrainerControl,
)
from trl import GRPOTrainer
from trl.models import unwrap_model_for_generation

from lamer_envs.evaluation.metrics import Estimate, summarize
from lamer_envs.meta.trial import Trial
from lamer_envs.meta.wrapper import MultiEpisodeReflectionWrapper
from lamer_envs.rollout.runner import TrialSpec, run_trials
from lamer_train.advantages import gigpo, grpo
from lamer_train.backends.transformers import TransformersPolicy
from lamer_train.config import MetaRLConfig, as_mapping
from lamer_train.microbatch import pack, row_lengths, select, split_to
from lamer_train.progress import ProgressBar
from lamer_train.rows import Row, rows_of
from lamer_train.run_log import METRICS_FILE, MetricsCallback, MetricsFile
from lamer_train.tasks import task_dataset, training_tasks

MakeEnv = Callable[[], gym.Env[str, str]]

# How a micro-batch's loss adds up to that of its batch: these losses are means over rows, ...
_MEAN_OVER_ROWS = ("grpo", "sapo", "dr_grpo", "luspo")
# ... this one is a mean over tokens, and all others divide a plain sum by one number of the batch.
_MEAN_OVER_TOKENS = ("bnpo",)


class MetaRLTrainer(GRPOTrainer):  # type: ignore[misc]
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
        ValueError: see `MetaRLConfig`.
    """

    _tag_names = ("trl", "lamer")
    entropy_coef: float
    router_aux_loss_coef: float
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
        self._rows: list[Row] = []
        self._real_rows = 0
        self._known_logps: list[tuple[float, ...]] | None = None
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
            ),
            eval_dataset=task_dataset(list(eval_tasks)),
            processing_class=processing_class,
            callbacks=list(callbacks),
            rollout_func=_collected_rows,
            **kwargs,
        )
        # The order of the tasks is that of the data set, which is as long as the run.
        self.shuffle_dataset = False
        self.metrics_file = MetricsFile(Path(args.output_dir) / METRICS_FILE)
        self.add_callback(MetricsCallback(self.metrics_file))
        self.remove_callback(ProgressCallback)
        self.remove_callback(PrinterCallback)
        self._progress = ProgressBar()
        if args.progress:
            self.add_callback(self._progress)

    # ---- playing ---------------------------------------------------------------------------

    def play(
        self,
        specs: Sequence[TrialSpec],
        *,
        evaluate: bool = False,
        make_env: MakeEnv | None = None,
        seed: int = 0,
    ) -> list[Trial]:
        """Let the model play trials in this process, and return their records in order.

        Args:
            specs: task seeds and trial indices.
            evaluate: sample as configured for evaluation, not for the rollout.
            make_env: another environment than the configured one for training or evaluation.
            seed: of the sampling; the same seed and weights give the same trials.
        """
        args: MetaRLConfig = self.args
        make_env = make_env or (self.make_eval_env if evaluate else self.make_env)
        done = 0

        def on_trial(trial: Trial) -> None:
            nonlocal done
            done += 1
            self._progress.phase(
                f"{'evaluating' if evaluate else 'playing'} {done}/{len(specs)} trials"
            )

        with (
            unwrap_model_for_generation(
                self.model_wrapped,
                self.accelerator,
                gather_deepspeed3_params=args.ds3_gather_for_generation,
                gradient_checkpointing_kwargs=args.gradient_checkpointing_kwargs,
            ) as model,
            self.accelerator.autocast(),
        ):
            policy = TransformersPolicy(
                model,
                self.processing_class,
                temperature=args.eval_temperature if evaluate else args.temperature,
                top_p=args.eval_top_p if evaluate else args.top_p,
                top_k=args.eval_top_k if evaluate else args.top_k,
                max_new_tokens=args.max_completion_length,
                seed=seed,
                max_batch_tokens=args.tokens_per_generation_batch,
                chat_template_kwargs=as_mapping(args.chat_template_kwargs),
            )
            concurrency = args.rollout_concurrency or max(1, len(specs))
            return _run(
                lambda: run_trials(
                    make_env, policy, specs, concurrency=concurrency, on_trial=on_trial
                )
            )

    def _play_generation(
        self, inputs: Sequence[Mapping[str, Any]]
    ) -> tuple[list[Trial], list[int]]:
        """Play the trials of this process's share of a generation; also the group of each."""
        group_size = self.num_generations
        # Processes hold consecutive shares of the batch, so that a position in it names the group
        # and the trial, also where a group is cut between two processes.
        first = self.accelerator.process_index * len(inputs)
        positions = range(first, first + len(inputs))
        groups = [position // group_size for position in positions]
        specs = [
            TrialSpec(task_seed=int(row["task_seed"]), trial=position % group_size)
            for row, position in zip(inputs, positions, strict=True)
        ]
        return self.play(specs, seed=self._sampling_seed()), groups

    def _sampling_seed(self) -> int:
        return int(self.args.seed) * (1 << 32) + int(self.state.global_step)

    # ---- from trials to TRL's batch --------------------------------------------------------

    def _generate_and_score_completions(
        self, inputs: list[dict[str, Tensor | Any]]
    ) -> dict[str, Tensor | Any]:
        """Play the trials of `inputs`; hand their turns to TRL; put in our advantages."""
        args: MetaRLConfig = self.args
        begin = time.perf_counter()
        trials, groups = self._play_generation(inputs)
        played = time.perf_counter()
        self._progress.phase("scoring")
        rows = rows_of(trials, groups, invalid_penalty=args.invalid_penalty)
        self._real_rows = len(rows)
        self._rows = self._top_up(rows)
        self._known_logps = self._sampler_logps()
        kept_metrics = dict(self._metrics["train"])
        try:
            output = super()._generate_and_score_completions(
                [{"prompt": self._shown_prompt(row), "ret": row.ret} for row in self._rows]
            )
        finally:
            self._known_logps = None
        real = torch.arange(len(self._rows), device=self.accelerator.device) < self._real_rows
        output["advantages"] = self._advantages(output["advantages"].dtype)
        output["real_rows"] = real
        self._replace_reward_metrics(kept_metrics, trials, groups)
        self._log_metric_now("time/rollout", played - begin)
        self._log_metric_now("time/scoring", time.perf_counter() - played)
        self._progress.phase("updating")
        return output

    def _top_up(self, rows: list[Row]) -> list[Row]:
        """Repeat the shortest row until the count suits TRL and is the same in every process.

        TRL reshapes the rows of all processes into groups and splits each process's rows into
        `steps_per_generation` batches.
        """
        multiple = math.lcm(self.num_generations, self.args.steps_per_generation)
        count = torch.tensor([len(rows)], device=self.accelerator.device)
        most = int(self.accelerator.gather(count).max())
        wanted = -(-most // multiple) * multiple
        shortest = min(rows, key=lambda row: len(row.prompt_ids) + len(row.completion_ids))
        return rows + [shortest] * (wanted - len(rows))

    def _advantages(self, dtype: torch.dtype) -> Tensor:
        """(rows,) advantages of this process's rows; 0 for those that fill up.

        Statistics are those of the gathered rows of all processes.
        """
        args: MetaRLConfig = self.args
        own = [
            (
                row.trial_return,
                row.episode_return,
                row.ret,
                row.episode_reward,
                row.group,
                row.trial,
                row.credited_episode,
                row.anchor,
            )
            for row in self._rows[: self._real_rows]
        ]
        everything = gather_object([(self.accelerator.process_index, *values) for values in own])
        whose = torch.tensor([values[0] for values in everything])
        trial_return, episode_return, ret, reward, group, trial, episode, anchor = zip(
            *(values[1:] for values in everything), strict=True
        )
        if args.algorithm == "grpo":
            values = grpo(
                trial_return,
                episode_return,
                group,
                trial,
                episode,
                level=args.advantage_level,
                norm=str(args.advantage_norm),
            )
        else:
            values = gigpo(
                ret,
                reward,
                group,
                anchor,
                step_weight=args.step_weight,
                norm=str(args.advantage_norm),
            )
        mine = torch.from_numpy(values)[whose == self.accelerator.process_index]
        advantages = torch.zeros(len(self._rows), dtype=torch.float64)
        advantages[: self._real_rows] = mine
        return advantages.to(self.accelerator.device, dtype)

    def _sampler_logps(self) -> list[tuple[float, ...]] | None:
        """Log-probabilities of the sampler where they are those of the old policy, else `None`.

        They are with an untruncated sampling distribution and the trainer's own weights. A PEFT
        reference model is the policy without its adapter, which TRL scores through the same call:
        then nothing is known.
        """
        args: MetaRLConfig = self.args
        truncated = args.top_p < 1 or args.top_k > 0
        shared_reference = self.beta != 0.0 and self.ref_model is None
        if not args.reuse_sampling_logprobs or truncated or shared_reference or args.use_vllm:
            return None
        known = [row.logprobs for row in self._rows if row.logprobs is not None]
        return known if len(known) == len(self._rows) else None

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
            known = torch.zeros(len(input_ids), logits_to_keep, device=input_ids.device)
            for index, values in enumerate(self._known_logps):
                known[index, : len(values)] = torch.tensor(values)
            return known, None, None
        split = input_ids.shape[1] - logits_to_keep
        batch = {
            "prompt_ids": input_ids[:, :split],
            "prompt_mask": attention_mask[:, :split],
            "completion_ids": input_ids[:, split:],
            "completion_mask": attention_mask[:, split:],
        }
        logps = torch.zeros(len(input_ids), logits_to_keep, device=input_ids.device)
        lengths = row_lengths(batch["prompt_mask"], batch["completion_mask"])
        for chunk in pack(lengths, self.args.tokens_per_microbatch):
            part = select(batch, chunk)
            width = part["completion_ids"].shape[1]
            values, _, _ = score(
                model,
                torch.cat([part["prompt_ids"], part["completion_ids"]], dim=1),
                torch.cat([part["prompt_mask"], part["completion_mask"]], dim=1),
                width,
                **kwargs,
            )
            logps[torch.as_tensor(chunk, device=logps.device), :width] = values.to(logps.dtype)
        return logps, None, None

    # ---- the loss ----------------------------------------------------------------------------

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor | Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Tensor:
        """TRL's loss of the batch, by micro-batches of at most `tokens_per_microbatch` tokens.

        The gradients of all micro-batches but the last are in place on return; the caller goes
        backward through the last. Every process makes equally many, and only the last one
        synchronises gradients.
        """
        lengths = row_lengths(inputs["prompt_mask"], inputs["completion_mask"])
        chunks = pack(lengths, self.args.tokens_per_microbatch)
        count = torch.tensor([len(chunks)], device=self.accelerator.device)
        chunks = split_to(chunks, int(self.accelerator.gather(count).max()))
        real = inputs["real_rows"]
        mask = inputs["completion_mask"] * inputs["tool_mask"]
        totals = torch.stack([real.sum(), mask.sum()]).double()
        # Gradients are averaged over processes, so each one's share is of the mean process.
        totals = self.accelerator.reduce(totals, reduction="mean").clamp(min=1e-9)
        finished = torch.zeros((), device=self.accelerator.device)
        with self._weighted_metrics() as end_of_chunk:
            for number, chunk in enumerate(chunks):
                last = number == len(chunks) - 1
                part = select(inputs, chunk)
                index = torch.as_tensor(chunk, device=real.device)
                tokens = mask[index].sum()
                token_share = (tokens / totals[1]).item()
                loss_share = self._share_of_loss(len(chunk), token_share, totals[0].item())
                with nullcontext() if last else self.accelerator.no_sync(model):
                    with self._coefficients_over(loss_share, token_share):
                        loss = super().compute_loss(model, part) * loss_share
                    end_of_chunk(tokens.item())
                    if not last:
                        self.accelerator.backward(loss)
                        finished += loss.detach()
        # The caller reports the value and differentiates the last micro-batch only.
        return loss + finished

    def _share_of_loss(self, rows: int, token_share: float, real_rows: float) -> float:
        """What to multiply TRL's loss of a micro-batch by, so that all add up to the batch's."""
        if self.loss_type in _MEAN_OVER_ROWS:
            return rows / max(real_rows, 1e-9)
        return token_share if self.loss_type in _MEAN_OVER_TOKENS else 1.0

    @contextmanager
    def _coefficients_over(self, loss_share: float, token_share: float) -> Iterator[None]:
        """Entropy bonus and router loss are means over tokens, whatever the policy loss is."""
        entropy, router = self.entropy_coef, self.router_aux_loss_coef
        self.entropy_coef = entropy * token_share / loss_share if loss_share else 0.0
        self.router_aux_loss_coef = router * token_share / loss_share if loss_share else 0.0
        try:
            yield
        finally:
            self.entropy_coef, self.router_aux_loss_coef = entropy, router

    @contextmanager
    def _weighted_metrics(self) -> Iterator[Callable[[float], None]]:
        """Turn what TRL logs per micro-batch into one value per update, weighted by tokens."""
        before = {name: len(values) for name, values in self._metrics["train"].items()}
        weights: list[float] = []
        yield weights.append
        for name, values in self._metrics["train"].items():
            new = values[before.get(name, 0) :]
            if len(new) != len(weights) or name == "num_tokens":
                continue
            known = [
                (value, weight)
                for value, weight in zip(new, weights, strict=True)
                if not math.isnan(value)
            ]
            if name == "entropy_coef":
                merged = self.entropy_coef
            elif not known:
                merged = math.nan
            elif name.endswith("_min"):
                merged = min(value for value, _ in known)
            elif name.endswith("_max"):
                merged = max(value for value, _ in known)
            else:
                total = sum(weight for _, weight in known) or 1.0
                merged = sum(value * weight for value, weight in known) / total
            values[before.get(name, 0) :] = [merged]

    def training_step(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor | Any],
        num_items_in_batch: Tensor | int | None = None,
    ) -> Tensor:
        """One optimizer step's gradients, with the time that the update itself took."""
        begin = time.perf_counter()
        spent = sum(self._metrics["train"].get("time/rollout", [])[-1:])
        fresh = self._step % self.args.steps_per_generation == 0
        loss: Tensor = super().training_step(model, inputs, num_items_in_batch)
        if fresh:
            spent = sum(
                self._metrics["train"].get(name, [0.0])[-1]
                for name in ("time/rollout", "time/scoring")
            )
        self._log_metric_now("time/update", time.perf_counter() - begin - (spent if fresh else 0.0))
        return loss

    # ---- logging, evaluation, checkpoints ----------------------------------------------------

    def _log_metric_now(self, name: str, value: float) -> None:
        self._metrics["train"][name].append(value)

    def _replace_reward_metrics(
        self, kept: Mapping[str, Any], trials: Sequence[Trial], groups: Sequence[int]
    ) -> None:
        """TRL's reward statistics would be over turns in meaningless groups; ours are of trials."""
        metrics = self._metrics["train"]
        for name in [*metrics]:
            if name.startswith(("rewards/", "reward", "frac_reward_zero_std")):
                if name in kept:
                    metrics[name] = kept[name]
                else:
                    del metrics[name]
        everything: list[tuple[int, Trial]] = gather_object([*zip(groups, trials, strict=True)])
        returns: dict[int, list[float]] = {}
        for group, trial in everything:
            returns.setdefault(group, []).append(trial.returns[0])
        flat = torch.tensor([value for values in returns.values() for value in values])
        still = sum(max(values) - min(values) < 1e-9 for values in returns.values())
        turns = [turn for _, trial in everything for turn in trial.turns]
        episodes = [episode for _, trial in everything for episode in trial.episodes]
        count = len(everything)
        for name, value in (
            ("reward", flat.mean().item()),
            ("reward_std", flat.std().item()),
            ("frac_reward_zero_std", still / len(returns)),
            ("rollout/success", sum(trial.success for _, trial in everything) / count),
            ("rollout/success_first", sum(t.first_success == 0 for _, t in everything) / count),
            ("rollout/episodes", len(episodes) / count),
            ("rollout/turns", len(turns) / len(episodes)),
            ("rollout/invalid", sum(not turn.action_valid for turn in turns) / len(turns)),
            ("rollout/rows", float(len(turns))),
        ):
            self._log_metric_now(name, value)

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

    def play_tasks(
        self, task_seeds: Sequence[int], trials_per_task: int, *, make_env: MakeEnv | None = None
    ) -> list[Trial]:
        """Play tasks at the evaluation sampling settings, shared out over the processes.

        Returns:
            The trials of all processes, in every process.
        """
        mine = task_seeds[self.accelerator.process_index :: self.accelerator.num_processes]
        specs = [TrialSpec(int(seed), trial) for seed in mine for trial in range(trials_per_task)]
        trials = self.play(specs, evaluate=True, make_env=make_env, seed=int(self.args.seed))
        gathered: list[Trial] = gather_object(trials)
        return sorted(gathered, key=lambda trial: (trial.task_seed, trial.trial))

    def _save_checkpoint(self, model: torch.nn.Module, trial: Any) -> None:
        """TRL's, only where a generation ends, and after the step's metrics are on disk."""
        if self.state.global_step % self.args.steps_per_generation:
            return
        if self.accelerator.is_main_process:
            self.metrics_file.flush()
        super()._save_checkpoint(model, trial)


def make_wrapped_env(args: MetaRLConfig, split: str | None = None) -> MultiEpisodeReflectionWrapper:
    """The environment that a configuration describes, of another split where one is given."""
    kwargs = dict(as_mapping(args.env_kwargs))
    if split is not None:
        kwargs["split"] = split
    return MultiEpisodeReflectionWrapper(gym.make(args.env_id, **kwargs), **args.wrapper_kwargs())


def flat_summary(trials: Sequence[Trial]) -> dict[str, float]:
    """`lamer_envs.evaluation.metrics.summarize` as flat numbers.

    `pass@k`, `adaptation_gain`, `diversity_first`, ..., each with its standard error under
    `<name>_se` where there is one.
    """
    summary = summarize(trials)
    estimates = {f"pass@{k}": value for k, value in enumerate(summary.pass_at, start=1)}
    for field in fields(summary):
        value = getattr(summary, field.name)
        if isinstance(value, Estimate):
            estimates[field.name] = value
    flat: dict[str, float] = {}
    for name, value in estimates.items():
        flat[name] = value.mean
        if value.se is not None:
            flat[f"{name}_se"] = value.se
    return flat


def _return_of_row(prompts: list[str], ret: list[float], **kwargs: Any) -> list[float]:
    """What TRL takes for rewards; the advantages that it makes of them are replaced."""
    return ret


def _collected_rows(prompts: list[str], trainer: MetaRLTrainer) -> dict[str, Any]:
    """The rollout function: the rows that are there already, fillers masked out of the loss."""
    rows = trainer._rows
    known = all(row.logprobs is not None for row in rows)
    return {
        "prompt_ids": [list(row.prompt_ids) for row in rows],
        "completion_ids": [list(row.completion_ids) for row in rows],
        "logprobs": [list(row.logprobs or ()) for row in rows] if known else None,
        "env_mask": [
            [int(index < trainer._real_rows)] * len(row.completion_ids)
            for index, row in enumerate(rows)
        ],
    }


def _run(play: Callable[[], Any]) -> list[Trial]:
    """Run a coroutine to its end, also where an event loop is running already (a notebook)."""

    def run() -> list[Trial]:
        result: list[Trial] = asyncio.run(play())
        return result

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return run()
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(run).result()
