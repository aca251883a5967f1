"""Who plays: from what `lamer eval` is told to a policy."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lamer_envs.commands.console import BadInputError, user_values
from lamer_envs.commands.endpoint import EndpointOptions
from lamer_envs.commands.training import training_extra
from lamer_envs.evaluation.run import EvalConfig
from lamer_envs.rollout.policy import Policy
from lamer_envs.rollout.scripted import SCRIPTED, player_module, scripted_policy

_TOP_K = 20
_HUB_NAME = re.compile(r"\w[\w.-]*/[\w.-]+", re.ASCII)


def player_record(policy: str, seed: int, sampling: dict[str, Any]) -> dict[str, Any]:
    """What of a player its results depend on, as JSON values."""
    if policy not in SCRIPTED:
        top_k = _TOP_K if sampling["top_k"] is None else sampling["top_k"]
        return {"model": policy, **sampling, "top_k": top_k, "seed": seed}
    # Only these players draw anything.
    drawing = policy in ("random", "nash")
    return {"name": policy, "seed": seed} if drawing else {"name": policy}


def endpoint_records(
    base_url: str | None,
    models: Sequence[str],
    extra_body: dict[str, Any],
    seed: int,
    sampling: dict[str, Any],
) -> list[dict[str, Any]]:
    """What of the models at an endpoint their results depend on, as JSON values.

    Raises:
        BadInputError: a URL without models, or models or extra fields without a URL.
    """
    if base_url is None:
        if models or extra_body:
            raise BadInputError("--model and --body belong to --base-url, which is missing")
        return []
    if not models:
        raise BadInputError("--base-url needs --model: the model's name at the endpoint")
    fields = {**sampling, "extra_body": extra_body or None}
    given = {name: value for name, value in fields.items() if value is not None}
    return [{"model": model, "base_url": base_url, **given, "seed": seed} for model in models]


def check_player(config: EvalConfig) -> None:
    """See that a player can be there, before anything is loaded.

    Raises:
        BadInputError: there is no such model, or the environment has no such player.
    """
    player = config.policy
    if "base_url" in player:
        return
    if "model" in player:
        path = player["model"]
        if not Path(path).exists() and not _HUB_NAME.fullmatch(path):
            raise BadInputError(
                f"no policy {path!r}; expected {', '.join(SCRIPTED)}, the path of a model that is "
                "there, or owner/name"
            )
    elif player["name"] in ("expert", "privileged", "nash"):
        env = config.make_env()
        module = player_module(env)
        env.close()
        if module is None:
            raise BadInputError(f"{config.env_id} has no scripted expert")
        if player["name"] == "nash" and not hasattr(module, "nash_action"):
            raise BadInputError(
                f"{config.env_id} has no equilibrium player; expected a game for --policy nash"
            )


def make_policy(player: Mapping[str, Any], endpoint: EndpointOptions) -> Policy:
    """The policy of a record; it plays one evaluation after another, each in its own event loop.

    Raises:
        BadInputError: the model cannot be loaded, or an extra is missing.
    """
    if "base_url" in player:
        return endpoint.policy(player)
    if "model" not in player:
        return scripted_policy(player["name"], seed=player.get("seed", 0))
    sampling = dict(player)
    path = sampling.pop("model")
    with training_extra():
        backend = importlib.import_module("lamer_train.backends.transformers")
        _hide_loading_bar()
    with user_values():
        made: Policy = backend.TransformersPolicy.from_pretrained(path, **sampling)
    return made


def _hide_loading_bar() -> None:
    """Turn off the bar over a model's weights, which takes seconds; downloads keep theirs."""
    hub = importlib.import_module("huggingface_hub.utils")
    downloads_shown = not hub.are_progress_bars_disabled()
    importlib.import_module("transformers.utils.logging").disable_progress_bar()
    if downloads_shown:
        hub.enable_progress_bars()
