"""Everything that a meta-RL run can be told."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from trl import GRPOConfig

from lamer_train.config_checks import ALGORITHMS, DEFAULT_NORMS, check_steps, check_values


@dataclass
class MetaRLConfig(GRPOConfig):  # type: ignore[misc]
    """`trl.GRPOConfig` and what meta-RL adds to it.

    TRL's fields keep their meaning, read with a trial in the place of a completion:

    - `num_generations` is the group size, trials per task;
    - `steps_per_generation` is K, the optimizer steps taken on the turns of one generation of
      trials; each sees a K-th of the rows;
    - `max_steps` counts optimizer steps, so that `max_steps / K` generations are played; it must be
      given, and `max_steps`, `save_steps` multiples of K;
    - `max_completion_length` bounds the tokens of one turn;
    - `temperature`, `top_p`, `top_k` are those of the rollout.

    `per_device_train_batch_size` follows from `tasks_per_update` and need not be set. `backend`
    takes the place of `use_vllm` and `vllm_mode`; the other `vllm_…` fields are TRL's, except that
    `vllm_server_base_url` may name several servers.

    Raises:
        ValueError: a value is outside of its range or does not go together with another one.
    """

    env_id: str = field(
        default="LaMer/Sokoban-v0", metadata={"help": "Gymnasium id of the environment."}
    )
    env_kwargs: dict | str | None = field(  # type: ignore[type-arg]
        default=None, metadata={"help": "Arguments of the environment (JSON on the command line)."}
    )
    num_episodes: int = field(default=3, metadata={"help": "Episodes per trial; 1 is plain RL."})
    memory: str = field(
        default="reflection",
        metadata={"help": "What later episodes see: reflection, history, both or none."},
    )
    reflection: bool = field(
        default=True, metadata={"help": "Whether the agent reflects after a failed episode."}
    )
    stop_on_success: bool | None = field(
        default=None,
        metadata={"help": "Whether a success ends the trial; by default as the environment says."},
    )
    prompts: str | None = field(
        default=None, metadata={"help": "Name of a prompt set; the environment's own by default."}
    )
    gamma_step: float = field(default=0.95, metadata={"help": "Discount per turn (Eq. 3)."})
    gamma_traj: float = field(default=0.6, metadata={"help": "Discount per episode (Eq. 4)."})
    credit: str = field(
        default="paper", metadata={"help": "Form of the cross-episode return: paper, compounded."}
    )
    objective: str = field(
        default="cumulative", metadata={"help": "cumulative (LaMer) or final_episode (MAGE)."}
    )
    algorithm: str = field(
        default="gigpo", metadata={"help": "Advantage estimator: " + ", ".join(ALGORITHMS) + "."}
    )
    advantage_level: str = field(
        default="trial",
        metadata={
            "help": "What grpo and rloo compare in a group: trial (G_0^(0)) or episode (G_0^(n))."
        },
    )
    advantage_norm: str | None = field(
        default=None,
        metadata={
            "help": "mean or mean_std, for grpo (default mean_std) and gigpo (default mean) only."
        },
    )
    normalize_by: str = field(
        default="group",
        metadata={
            "help": "Whose standard deviation advantages are divided by: that of the group (of the "
            "generation with reinforce and ppo), or of all trials against the same opponent."
        },
    )
    step_weight: float = field(
        default=1.0, metadata={"help": "ω, weight of GiGPO's anchor-state term."}
    )
    gae_lambda: float = field(
        default=0.95, metadata={"help": "λ of PPO's generalised advantage estimation."}
    )
    value_learning_rate: float | None = field(
        default=None,
        metadata={"help": "Learning rate of PPO's value head; 10 × learning_rate by default."},
    )
    value_coef: float = field(
        default=0.1, metadata={"help": "Weight of PPO's value loss beside the policy loss."}
    )
    value_clip: float = field(
        default=0.5,
        metadata={"help": "How far PPO's value loss lets a value move per generation, in returns."},
    )
    invalid_penalty: float = field(
        default=0.5, metadata={"help": "Reward that an invalid turn loses before normalisation."}
    )
    length_penalty: float = field(
        default=0.0,
        metadata={
            "help": "Reward that a turn of max_completion_length tokens loses before "
            "normalisation; a shorter one loses in proportion."
        },
    )
    opponent_sampling: str = field(
        default="uniform",
        metadata={
            "help": "How opponents of a population come: uniform (drawn by the task seed) or "
            "win_rate (more often those that the agent does badly against)."
        },
    )
    tasks_per_update: int = field(
        default=16, metadata={"help": "Tasks per generation of trials, over all processes."}
    )
    num_train_tasks: int | None = field(
        default=None,
        metadata={"help": "Distinct training task seeds; a fresh task every time by default."},
    )
    first_task_seed: int = field(
        default=0, metadata={"help": "Training tasks have the seeds from here on."}
    )
    tokens_per_microbatch: int = field(
        default=16384,
        metadata={"help": "Most tokens, padding included, in one forward and backward pass."},
    )
    tokens_per_generation_batch: int | None = field(
        default=None, metadata={"help": "Most tokens in one call of generate; no bound by default."}
    )
    backend: str = field(
        default="transformers",
        metadata={
            "help": "What samples: transformers (the model that is trained), vllm (an engine in "
            "the same process) or vllm_server (servers at vllm_server_base_url)."
        },
    )
    vllm_server_base_url: str | None = field(
        default=None,
        metadata={"help": "Where vLLM servers are; several with commas between."},
    )
    rollout_concurrency: int | None = field(
        default=None, metadata={"help": "Trials in play at a time per process; all by default."}
    )
    overlap: int = field(
        default=0,
        metadata={
            "help": "1 lets trials of the next generation start in places that become free, one "
            "generation ahead of their update; 0 is strictly on-policy."
        },
    )
    reuse_sampling_logprobs: bool = field(
        default=True,
        metadata={
            "help": "Take the sampler's log-probabilities as the old policy's where both are the "
            "same distribution, instead of computing them again."
        },
    )
    eval_every: int = field(
        default=0, metadata={"help": "Generations between two evaluations; 0 for none."}
    )
    eval_tasks: int = field(default=64, metadata={"help": "Held-out tasks per evaluation."})
    eval_trials: int = field(default=1, metadata={"help": "Trials per held-out task."})
    eval_split: str = field(
        default="validation",
        metadata={"help": "Split of the held-out tasks; keep test for the final figures."},
    )
    eval_first_task_seed: int = field(
        default=0, metadata={"help": "Held-out tasks have the seeds from here on."}
    )
    eval_temperature: float = field(default=0.7, metadata={"help": "Temperature of evaluation."})
    eval_top_p: float = field(default=0.8, metadata={"help": "Nucleus mass of evaluation."})
    eval_top_k: int = field(default=20, metadata={"help": "Top-k of evaluation; 0 keeps all."})
    trials_every: int = field(
        default=10,
        metadata={"help": "Generations between two of which trials are kept to read; 0 for none."},
    )
    trials_kept: int = field(
        default=8, metadata={"help": "Trials of such a generation that are kept."}
    )
    progress: bool = field(
        default=True, metadata={"help": "Show a progress bar with the phase of the update."}
    )

    chat_template_kwargs: dict | str | None = field(  # type: ignore[type-arg]
        default_factory=lambda: {"enable_thinking": False},
        metadata={"help": "Arguments of the chat template; no thinking mode by default."},
    )
    steps_per_generation: int | None = field(
        default=1, metadata={"help": "Optimizer steps per generation of trials (K)."}
    )
    bf16: bool | None = field(
        default=None,
        metadata={"help": "Train in bfloat16; by default where there is a GPU and no fp16."},
    )
    run_name: str | None = field(
        default=None, metadata={"help": "What reporters call the run; by default like its folder."}
    )
    # TRL's default of 10 would leave most steps out of the metrics file.
    logging_steps: float = field(
        default=1, metadata={"help": "Log every so many optimizer steps; 1 for every step."}
    )

    def __post_init__(self) -> None:
        self.env_kwargs = as_mapping(self.env_kwargs)
        # TRL would turn bfloat16 on everywhere; on a CPU that is slow and gains nothing.
        if self.bf16 is None and (self.use_cpu or not torch.cuda.is_available()):
            self.bf16 = False
        if self.advantage_norm is None:
            self.advantage_norm = DEFAULT_NORMS.get(self.algorithm)
        if self.value_learning_rate is None:
            self.value_learning_rate = 10 * self.learning_rate
        check_values(self)
        per_generation = self.steps_per_generation or 1
        self.steps_per_generation = per_generation
        check_steps(self, per_generation)
        if self.eval_every:
            self.eval_strategy = "steps"
            self.eval_steps = self.eval_every * per_generation
        # Evaluation has its own loop; this only satisfies TRL's check of its own one.
        self.num_generations_eval = 1
        # `world_size` is known only once TRL has set itself up, which needs the batch size.
        world = int(os.environ.get("WORLD_SIZE", "1"))
        self.per_device_train_batch_size = self._rows_drawn(world, per_generation)
        super().__post_init__()
        self.run_name = self.run_name or Path(self.output_dir).name
        if self.world_size != world:
            raise ValueError(
                f"{self.world_size} processes, but the environment variable WORLD_SIZE says {world}"
            )

    def _rows_drawn(self, processes: int, steps: int) -> int:
        """Rows of the data set that TRL draws a process and optimizer step, at least its trials.

        All steps of a generation draw equally many, in whole groups. Which trials are played does
        not depend on them.
        """
        trials = self.tasks_per_update * self.num_generations
        if trials % processes:
            raise ValueError(
                f"tasks_per_update × num_generations ({self.tasks_per_update} × "
                f"{self.num_generations}) must be divisible by the number of processes "
                f"({processes})"
            )
        whole = self.num_generations // math.gcd(self.num_generations, processes * steps)
        return whole * -(-trials // (processes * steps * whole))

    @property
    def num_updates(self) -> int:
        """Generations of trials in the run."""
        return int(self.max_steps // (self.steps_per_generation or 1))

    @property
    def sampler_differs(self) -> bool:
        """Whether rows come from another distribution than the model's that an update starts from.

        They do where they may be older, and where another engine computes it.
        """
        return self.overlap > 0 or self.backend != "transformers"

    @property
    def vllm_server_urls(self) -> list[str]:
        """Where the servers of the backend `vllm_server` are."""
        named = self.vllm_server_base_url
        if named is None:
            return [f"http://{self.vllm_server_host}:{self.vllm_server_port}"]
        return [url.strip() for url in named.split(",") if url.strip()]

    def wrapper_kwargs(self) -> dict[str, Any]:
        """The arguments of `MultiEpisodeReflectionWrapper` that the run plays with."""
        return {
            "num_episodes": self.num_episodes,
            "reflection": self.reflection,
            "memory": self.memory,
            "gamma_step": self.gamma_step,
            "gamma_traj": self.gamma_traj,
            "credit": self.credit,
            "objective": self.objective,
            "prompts": self.prompts,
            "stop_on_success": self.stop_on_success,
        }


def as_mapping(value: dict | str | None) -> dict[str, Any]:  # type: ignore[type-arg]
    """A mapping field as it comes from Python, from a YAML file, or as JSON from a command line.

    Raises:
        ValueError: it is no mapping.
    """
    parsed = json.loads(value) if isinstance(value, str) else value or {}
    if not isinstance(parsed, dict):
        raise ValueError(f"expected a mapping or its JSON text, not {value!r}")
    return parsed
