"""One process of a short run under an engine that spreads the model; see `test_engines.py`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import torch
from accelerate.state import PartialState
from accelerate.utils import DistributedType
from safetensors.torch import save_file
from trainer_kit import make_config, make_env, make_model, make_tokenizer

from lamer_train.config import MetaRLConfig
from lamer_train.trainer import MetaRLTrainer

FSDP2 = {
    "ACCELERATE_USE_FSDP": "true",
    "FSDP_VERSION": "2",
    "FSDP_AUTO_WRAP_POLICY": "TRANSFORMER_BASED_WRAP",
    "FSDP_STATE_DICT_TYPE": "FULL_STATE_DICT",
    "FSDP_RESHARD_AFTER_FORWARD": "true",
    "FSDP_CPU_RAM_EFFICIENT_LOADING": "false",
}
DEEPSPEED = {
    "DS_ACCELERATOR": "cpu",
    "ACCELERATE_USE_DEEPSPEED": "true",
    "ACCELERATE_GRADIENT_ACCUMULATION_STEPS": "1",
    "ACCELERATE_GRADIENT_CLIPPING": "1.0",
    "ACCELERATE_DEEPSPEED_OFFLOAD_OPTIMIZER_DEVICE": "none",
    "ACCELERATE_DEEPSPEED_OFFLOAD_PARAM_DEVICE": "none",
    "ACCELERATE_DEEPSPEED_ZERO3_SAVE_16BIT_MODEL": "true",
    "ACCELERATE_DEEPSPEED_ZERO3_INIT": "false",
}
ENGINES = {
    "one process": {},
    "fsdp2": FSDP2,
    "zero2": DEEPSPEED | {"ACCELERATE_DEEPSPEED_ZERO_STAGE": "2"},
    "zero3": DEEPSPEED | {"ACCELERATE_DEEPSPEED_ZERO_STAGE": "3"},
}


def configured(folder: Path, algorithm: str) -> MetaRLConfig:
    return make_config(
        folder,
        max_steps=2,
        algorithm=algorithm,
        learning_rate=1e-2,
        optim="adamw_torch",
        entropy_coef=0.01,
        tokens_per_microbatch=100,
        # Scored anew, so that forward passes without gradients are made in all processes.
        reuse_sampling_logprobs=False,
        save_strategy="steps",
        save_steps=1,
    )


def train(engine: str, folder: Path, algorithm: str) -> None:
    """Train for two steps, and leave the weights in `folder`."""
    args = configured(folder, algorithm)
    if engine == "fsdp2":
        # accelerate offers FSDP to accelerators alone, though torch can do it on a CPU.
        PartialState._shared_state["distributed_type"] = DistributedType.MULTI_XPU
    trainer = MetaRLTrainer(
        make_model(layers=2), args, make_tokenizer(), make_env=make_env, make_eval_env=make_env
    )
    trainer.train()
    weights = trainer.accelerator.get_state_dict(trainer.model_wrapped)
    if trainer.accelerator.is_main_process:
        kept = {name: value.detach().clone().contiguous() for name, value in weights.items()}
        save_file(kept, folder / "weights.safetensors")


if __name__ == "__main__":
    torch.set_num_threads(1)
    train(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
    assert os.environ["WORLD_SIZE"] == "2"
