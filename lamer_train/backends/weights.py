"""The trainer's weights on their way to vLLM."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import Trainer
from trl.generation.vllm_client import VLLMClient
from trl.generation.vllm_generation import VLLMGeneration

from lamer_train.backends.base import EngineError
from lamer_train.backends.replicas import Replicas

FOLDER = "weights_for_vllm"


class WholeWeights(VLLMGeneration):  # type: ignore[misc]
    """TRL's walk over a model's weights, put together where they are sharded, adapters merged.

    Args:
        trainer: whose model it is.
    """

    def __init__(self, trainer: Trainer) -> None:
        super().__init__(
            trainer.model, trainer.accelerator, trainer.processing_class, mode="server"
        )

    def _init_vllm(self) -> None:
        """There is no engine here, and servers are reached otherwise."""

    def named(self, model: Any) -> Iterator[tuple[str, Tensor]]:
        """Every weight under the name that vLLM knows; all processes must go through all of them.

        Tied weights come under each of their names.
        """
        self.model = model
        yield from with_tied(model, self._iter_named_params())


def with_tied(model: Any, named: Iterator[tuple[str, Tensor]]) -> Iterator[tuple[str, Tensor]]:
    """`named`, and each tied weight of a model under its other names as well.

    vLLM may hold a weight in another layout for each of its uses, so that a head which is given
    by the embedding's name only would stay as it was.
    """
    others: dict[str, list[str]] = {}
    if model.config.get_text_config().tie_word_embeddings:
        for other, name in (getattr(model, "_tied_weights_keys", None) or {}).items():
            others.setdefault(name, []).append(other)
    for name, weight in named:
        yield name, weight
        for other in others.get(name, ()):
            yield other, weight


class WeightsOverNCCL:
    """Sends weights to servers from GPU to GPU, by TRL's client and vLLM's transfer engine.

    Args:
        trainer: whose weights they are.
        urls: of the servers.
    """

    def __init__(self, trainer: Trainer, urls: list[str]) -> None:
        self._trainer = trainer
        self._weights = WholeWeights(trainer)
        self._clients: list[VLLMClient] = []
        if trainer.accelerator.is_main_process:
            for index, url in enumerate(urls):
                client = VLLMClient(url, group_port=trainer.args.vllm_group_port + index)
                client.init_communicator(device=trainer.accelerator.device)
                self._clients.append(client)
        self._count = len(urls)

    def send(self) -> None:
        """Bring the current weights to all servers."""
        self._weights.model = self._trainer.model
        for index in range(self._count):
            if self._clients:
                self._weights.vllm_client = self._clients[index]
            self._weights.sync_weights()

    def close(self) -> None:
        """Leave the transfer groups."""
        for client in self._clients:
            client.close_communicator()


class WeightsThroughFolder:
    """Writes weights where servers read them: for servers without a GPU, on a shared disk.

    Args:
        trainer: whose weights they are; the folder is in its run folder.
        replicas: the servers, which must see that folder under the same path.
    """

    def __init__(self, trainer: Trainer, replicas: Replicas) -> None:
        self._trainer = trainer
        self._replicas = replicas
        self._weights = WholeWeights(trainer)
        self._folder = Path(trainer.args.output_dir).resolve() / FOLDER

    def send(self) -> None:
        """Bring the current weights to all servers.

        Raises:
            EngineError: a server could not take them.
        """
        trainer = self._trainer
        main = trainer.accelerator.is_main_process
        kept: dict[str, Tensor] = {}
        for name, weight in self._weights.named(trainer.model):
            if main:
                kept[name] = weight.detach().to("cpu", copy=True).contiguous()
        if not main:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        save_file(kept, self._folder / "model.safetensors", metadata={"format": "pt"})
        body = {"method": "reload_weights", "kwargs": {"weights_path": str(self._folder)}}
        try:
            self._replicas.tell("/collective_rpc", body)
        except EngineError as error:
            raise EngineError(f"{error}; it reads weights from {self._folder}") from error

    def close(self) -> None:
        """Remove the folder."""
        if self._trainer.accelerator.is_main_process:
            shutil.rmtree(self._folder, ignore_errors=True)


def can_use_nccl(device: torch.device) -> bool:
    """Whether weights can go from this process's GPU to a server's."""
    from trl.import_utils import is_vllm_available

    return device.type == "cuda" and bool(is_vllm_available())
