"""Where else the metrics of a run may go; `metrics.jsonl` has them always."""

from __future__ import annotations

from importlib.util import find_spec

from transformers.integrations import get_reporting_integration_callbacks

_PACKAGES = ("tensorboard", "trackio", "wandb")


def require_reporters(report_to: str | list[str] | None) -> None:
    """Raise `ValueError` where metrics are to go to something unknown, or not installed."""
    get_reporting_integration_callbacks([] if report_to == ["none"] else report_to)
    for name in [report_to] if isinstance(report_to, str) else report_to or []:
        if name in _PACKAGES and find_spec(name) is None:
            raise ValueError(f"report_to {name!r} needs a package: pip install {name}")
