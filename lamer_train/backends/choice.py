"""Which backend a configuration asks for."""

from __future__ import annotations

from importlib.util import find_spec

from transformers import Trainer

from lamer_train.backends.base import Backend
from lamer_train.backends.prompts import PromptEncoder
from lamer_train.backends.trainer_model import TrainerModelBackend
from lamer_train.config import MetaRLConfig, as_mapping


def make_backend(trainer: Trainer, share: int) -> Backend:
    """The backend of a trainer's configuration; all processes make theirs together.

    Args:
        trainer: whose weights it samples under.
        share: trials of this process in a generation.

    Raises:
        EngineError: an engine does not start, or a server does not answer.
    """
    args: MetaRLConfig = trainer.args
    prompts = PromptEncoder(trainer.processing_class, as_mapping(args.chat_template_kwargs))
    # vLLM takes seconds to import where it is installed.
    if args.backend == "vllm":
        from lamer_train.backends.vllm_colocate import VLLMColocateBackend

        return VLLMColocateBackend(trainer, prompts, args.rollout_concurrency or share)
    if args.backend == "vllm_server":
        from lamer_train.backends.vllm_server import VLLMServerBackend

        return VLLMServerBackend(trainer, prompts)
    return TrainerModelBackend(trainer, prompts)


def require_vllm(backend: str) -> None:
    """Raise `ValueError` where a run needs vLLM in its own processes and it is not installed."""
    if backend == "vllm" and find_spec("vllm") is None:
        raise ValueError('the backend "vllm" needs a package: pip install "lamer[vllm]"')
