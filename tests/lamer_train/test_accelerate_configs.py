from __future__ import annotations

from pathlib import Path

import pytest
from accelerate.commands.config.config_args import ClusterConfig, load_config_from_file
from accelerate.commands.launch import launch_command_parser
from accelerate.utils import DistributedType

import lamer_train

CONFIGS = sorted((Path(lamer_train.__file__).parent / "accelerate_configs").glob("*.yaml"))
GPUS = {"1gpu": 1, "4gpu": 4, "8gpu": 8, "2x8gpu": 16}
KINDS = {
    "": DistributedType.NO,
    "ddp": DistributedType.MULTI_GPU,
    "fsdp2": DistributedType.FSDP,
    "zero2": DistributedType.DEEPSPEED,
    "zero3": DistributedType.DEEPSPEED,
}


def test_every_engine_is_there_for_4_and_8_gpus() -> None:
    names = {path.stem for path in CONFIGS}
    many = {f"{gpus}-{kind}" for gpus in ("4gpu", "8gpu") for kind in KINDS if kind}
    assert names == many | {"1gpu", "2x8gpu-fsdp2"}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_accelerate_reads_what_the_name_says(path: Path) -> None:
    config = load_config_from_file(str(path))
    assert isinstance(config, ClusterConfig)
    size, _, kind = path.stem.partition("-")
    assert config.num_processes == GPUS[size]
    assert config.num_machines == (2 if "x" in size else 1)
    assert config.distributed_type == KINDS[kind]
    assert config.mixed_precision == "bf16"
    if kind == "fsdp2":
        assert config.fsdp_config["fsdp_version"] == 2
    if kind.startswith("zero"):
        assert config.deepspeed_config["zero_stage"] == int(kind[-1])
        # A step accumulates nothing: the trainer cuts its own micro-batches.
        assert config.deepspeed_config["gradient_accumulation_steps"] == 1


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_accelerate_launch_knows_every_key(path: Path) -> None:
    config = load_config_from_file(str(path))
    known = {action.dest for action in launch_command_parser()._actions}
    for section in ("fsdp_config", "deepspeed_config"):
        assert set(getattr(config, section) or {}) <= known, section
