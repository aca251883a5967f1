"""What the values of a `MetaRLConfig` must be, each by itself and together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamer_envs.meta.memory import MEMORY_KINDS
from lamer_envs.meta.returns import check_return_arguments
from lamer_train.accumulate import LOSS_TYPES
from lamer_train.advantages import LEVELS, NORMS
from lamer_train.backends.base import require_sampling
from lamer_train.reporters import require_reporters

if TYPE_CHECKING:
    from lamer_train.config import MetaRLConfig

BACKENDS = ("transformers", "vllm", "vllm_server")
ALGORITHMS = ("grpo", "gigpo", "rloo", "reinforce", "ppo")
DEFAULT_NORMS = {"grpo": "mean_std", "gigpo": "mean"}

_NOT_NEGATIVE = (
    "step_weight",
    "invalid_penalty",
    "length_penalty",
    "value_learning_rate",
    "value_coef",
)

_OPTIONAL = frozenset(
    {
        "rollout_concurrency",
        "tokens_per_generation_batch",
        "steps_per_generation",
        "num_train_tasks",
    }
)


def check_values(config: MetaRLConfig) -> None:
    """See that each value is possible, and that they go together.

    Raises:
        ValueError: one is not; the message names it and says what was expected.
    """
    for name, choices in (
        ("memory", MEMORY_KINDS),
        ("algorithm", ALGORITHMS),
        ("advantage_level", LEVELS),
        ("normalize_by", ("group", "opponent")),
        ("opponent_sampling", ("uniform", "win_rate")),
        ("advantage_norm", NORMS if config.algorithm in DEFAULT_NORMS else (None, *NORMS)),
        ("loss_type", LOSS_TYPES),
        ("backend", BACKENDS),
    ):
        value = getattr(config, name)
        if value not in choices:
            listed = ", ".join(map(repr, choices))
            raise ValueError(f"{name} must be one of {listed}, not {value!r}")
    for name, low in (
        ("num_episodes", 1),
        ("num_generations", 2),
        ("tasks_per_update", 1),
        ("tokens_per_microbatch", 1),
        ("first_task_seed", 0),
        ("eval_every", 0),
        ("trials_every", 0),
        ("trials_kept", 1),
        ("eval_tasks", 1),
        ("eval_trials", 1),
        ("eval_first_task_seed", 0),
        ("rollout_concurrency", 1),
        ("tokens_per_generation_batch", 1),
        ("steps_per_generation", 1),
        ("num_train_tasks", config.tasks_per_update),
    ):
        value = getattr(config, name)
        optional = name in _OPTIONAL
        if not (optional and value is None) and not (isinstance(value, int) and value >= low):
            raise ValueError(f"{name} must be an integer of at least {low}, not {value!r}")
    if config.overlap not in (0, 1) or isinstance(config.overlap, bool):
        raise ValueError(f"overlap must be 0 or 1, not {config.overlap!r}")
    for name in _NOT_NEGATIVE:
        if not getattr(config, name) >= 0:
            raise ValueError(f"{name} must be at least 0, not {getattr(config, name)!r}")
    if config.normalize_by == "opponent" and (
        config.algorithm == "rloo" or config.advantage_norm == "mean"
    ):
        raise ValueError(
            "normalize_by: opponent is about a standard deviation, which this estimator does "
            "not divide by; expected advantage_norm: mean_std with grpo or gigpo, or reinforce "
            "or ppo"
        )
    if config.opponent_sampling == "win_rate" and (config.overlap or config.num_train_tasks):
        raise ValueError(
            "opponent_sampling: win_rate draws a fresh task every time, when the generation "
            "before is over; expected no num_train_tasks, and overlap: 0"
        )
    if config.advantage_norm is not None and config.algorithm not in DEFAULT_NORMS:
        raise ValueError(
            f"advantage_norm is for {' and '.join(DEFAULT_NORMS)}; {config.algorithm} has one "
            "form only"
        )
    require_reporters(config.report_to)
    if not config.value_clip > 0:
        raise ValueError(f"value_clip must be above 0, not {config.value_clip!r}")
    if not 0 <= config.gae_lambda <= 1:
        raise ValueError(f"gae_lambda must be in [0, 1], not {config.gae_lambda!r}")
    check_return_arguments(config.gamma_step, config.gamma_traj, config.credit, config.objective)
    require_sampling(config.temperature, config.top_p, config.top_k)
    require_sampling(config.eval_temperature, config.eval_top_p, config.eval_top_k)


def check_steps(config: MetaRLConfig, per_generation: int) -> None:
    """See that generations begin where a run may end or resume, and refuse what is not supported.

    Raises:
        ValueError: a number of steps does not fit, or TRL has a field that meta-RL cannot follow.
    """
    if config.max_steps <= 0:
        raise ValueError(
            "max_steps must be positive: training tasks are drawn as needed, so only it says "
            "when to stop"
        )
    for name in ("max_steps", "save_steps"):
        value = getattr(config, name)
        if (name == "max_steps" or config.save_strategy == "steps") and value % per_generation:
            raise ValueError(
                f"{name} must be a multiple of steps_per_generation ({per_generation}), not "
                f"{value}: a run resumes only where a generation begins"
            )
    unsupported = {
        "gradient_accumulation_steps > 1 (micro-batches are cut by tokens_per_microbatch)": (
            config.gradient_accumulation_steps != 1
        ),
        "num_iterations > 1": config.num_iterations != 1,
        "use_adaptive_entropy": config.use_adaptive_entropy,
        "generation_batch_size (it follows from tasks_per_update)": (
            config.generation_batch_size is not None
        ),
        "save_strategy other than 'steps' or 'no'": config.save_strategy not in ("steps", "no"),
        "fp16 with ppo, whose critic has no loss scaling (use bf16)": (
            config.fp16 and config.algorithm == "ppo"
        ),
        "loss_type='vespo' with overlap or vLLM and a correction other than 'token_truncate' "
        "or 'token_mask' (vllm_importance_sampling_mode)": (
            config.sampler_differs
            and config.loss_type == "vespo"
            and config.vllm_importance_sampling_correction
            and config.vllm_importance_sampling_mode not in ("token_truncate", "token_mask")
        ),
        "use_vllm (set backend)": config.use_vllm,
        "vllm_mode (set backend: vllm_server)": (
            config.vllm_mode == "server" and config.backend != "vllm_server"
        ),
        "backend 'vllm' with vllm_tensor_parallel_size > 1 (each process plays trials of its "
        "own; use vllm_server)": (
            config.backend == "vllm" and config.vllm_tensor_parallel_size != 1
        ),
        "vllm_structured_outputs_regex": config.vllm_structured_outputs_regex is not None,
        "use_transformers_continuous_batching": config.use_transformers_continuous_batching,
        "min_p, repetition_penalty or generation_kwargs": (
            config.min_p is not None
            or config.repetition_penalty != 1.0
            or bool(config.generation_kwargs)
        ),
        "top_entropy_quantile < 1 (a micro-batch does not know the batch's quantile)": (
            config.top_entropy_quantile < 1
        ),
    }
    for what, asked in unsupported.items():
        if asked:
            raise ValueError(f"MetaRLConfig does not support {what}")
