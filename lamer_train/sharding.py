"""Weights that are spread over processes, put together while each process plays by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.distributed.fsdp import FSDPModule


@contextmanager
def whole_weights(model: torch.nn.Module) -> Iterator[None]:
    """Keep the weights of an FSDP2 model whole in every process; others are left alone.

    Inside of the context a forward pass talks to no other process, so that processes may make
    different numbers of them. All processes must enter it together.
    """
    shards = [module for module in model.modules() if isinstance(module, FSDPModule)]
    for module in shards:
        module.set_reshard_after_forward(False, recurse=False)
        module.unshard()
    try:
        yield
    finally:
        for module in shards:
            module.set_reshard_after_forward(True, recurse=False)
            module.reshard()
