"""What `lamer train` and `lamer presets` do.

Imports of torch and what stands on it wait until a run begins: listing presets takes no seconds.
"""

from __future__ import annotations

import logging
import os
import warnings
from contextlib import nullcontext
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from lamer_envs.lock import exclusive
from lamer_train.settings import list_presets, show_preset

__all__ = ["dry_run", "list_presets", "show_preset", "train"]


def train(preset: str, out: Path | None, resume: bool, overrides: list[str]) -> None:
    """Run an experiment from a preset's name or a YAML file.

    Args:
        preset: the name of a preset, or the path of a YAML file.
        out: the run folder; `runs/train/<name>` by default.
        resume: continue the run in that folder.
        overrides: `name=value` settings that replace those of the preset.

    Raises:
        ValueError: settings or a run folder that cannot be used, or that another process is using;
            the message says why.
        SystemExit: with code 143, the run was asked to stop (SIGTERM) and has saved where it is;
            with code 1, there was no room to write, or vLLM has failed. A message says how to go
            on.
    """
    _prepare_libraries()
    from lamer_train.experiment import load_experiment

    experiment = load_experiment(preset, out, resume=resume, overrides=overrides)
    from accelerate import PartialState

    from lamer_envs.rollout.runner import TrialError
    from lamer_train.backends.base import EngineError
    from lamer_train.interruption import EXIT_STOPPED, CheckpointError, RunStoppedError, is_full
    from lamer_train.pipeline import run_experiment

    run_dir = experiment.run_dir
    # Several processes share a run; the first one holds the folder for all of them.
    alone = exclusive(run_dir) if PartialState().is_main_process else nullcontext()
    go_on = f"lamer train {preset} --out {run_dir} --resume"
    with alone:
        try:
            run_experiment(experiment, Console())
        except RunStoppedError as stopped:
            Console(stderr=True).print(f"{stopped}; go on with: {go_on}", soft_wrap=True)
            raise SystemExit(EXIT_STOPPED) from None
        except OSError as error:
            if not (isinstance(error, CheckpointError) or is_full(error)):
                raise
            _stop_short(error, "make room, then", go_on)
        except (EngineError, TrialError) as error:
            cause = error if isinstance(error, EngineError) else error.__cause__
            if not isinstance(cause, EngineError):
                raise
            _stop_short(error, "when that is mended,", go_on)


def _stop_short(error: Exception, cure: str, go_on: str) -> NoReturn:
    Console(stderr=True).print(
        f"Error: {error}; {cure} go on with: {go_on}",
        style="bold red",
        soft_wrap=True,
        markup=False,
    )
    raise SystemExit(1) from error


def dry_run(preset: str, overrides: list[str], processes: int) -> None:
    """Print what an experiment would do and need; no model is loaded, nothing is written.

    Args:
        preset: the name of a preset, or the path of a YAML file.
        overrides: as in `train`.
        processes: how many processes would share the run.

    Raises:
        ValueError: settings that cannot be used; the message says why.
    """
    _prepare_libraries()
    from lamer_train.dry_run import report
    from lamer_train.experiment import plan_experiment

    report(plan_experiment(preset, overrides), processes, Console())


def _prepare_libraries() -> None:
    """Settings that the libraries below read while they are imported, and less noise from them."""
    # Threads that spin as they wait for each other are slower than sleeping ones on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # A run reports to nobody unless it is asked to.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    logging.getLogger("transformers").setLevel(logging.ERROR)
    from transformers.utils.logging import disable_progress_bar

    # Of the bars for loading and saving weights; the stages show their own.
    disable_progress_bar()
