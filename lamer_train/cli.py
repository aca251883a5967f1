"""What `lamer train` and `lamer presets` do."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path

# Read while the imports below run. Threads that spin as they wait for each other are slower than
# sleeping ones on a busy machine; and a run reports to nobody unless it is asked to.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from transformers.utils.logging import disable_progress_bar

from lamer_envs.commands.console import console
from lamer_train.experiment import PRESETS, load_experiment, read_settings


def train(preset: str, out: Path | None, resume: bool, overrides: list[str]) -> None:
    """Run an experiment from a preset's name or a YAML file.

    Args:
        preset: the name of a preset, or the path of a YAML file.
        out: the run folder; `runs/train/<name>` by default.
        resume: continue the run in that folder.
        overrides: `name=value` settings that replace those of the preset.

    Raises:
        ValueError: settings or a run folder that cannot be used; the message says why.
    """
    _quiet()
    experiment = load_experiment(preset, out, resume=resume, overrides=overrides)
    # Loads the models' code, which takes seconds, only once the settings are known to be good.
    from lamer_train.pipeline import run_experiment

    run_experiment(experiment, console())


def list_presets() -> list[tuple[str, str]]:
    """Name and one-line summary of every preset."""
    return [
        (path.stem, str(read_settings(path).get("summary", "")))
        for path in sorted(PRESETS.glob("*.yaml"))
    ]


def _quiet() -> None:
    """Keep notices of the libraries below that a user can do nothing about off the terminal."""
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    logging.getLogger("transformers").setLevel(logging.ERROR)
    # Of the bars for loading and saving weights; the stages show their own.
    disable_progress_bar()
