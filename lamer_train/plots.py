"""Pictures of a run: pass@k, return and diversity, as PNG files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lamer_envs.evaluation.metrics import Estimate

_SIZE = (6.0, 4.0)
_NOISY, _WINDOWS = 60, 15
"""Curves of so many points also get a running mean over this part of them."""


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """The lines of a metrics file, in order."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def plot_pass_at_k(curves: Mapping[str, Sequence[Estimate]], path: Path) -> None:
    """pass@1, pass@2, … in percent with standard errors, one line a curve."""
    figure, axes = _figure("Episodes (k)", "pass@k (%)")
    for name, estimates in curves.items():
        axes.errorbar(
            range(1, len(estimates) + 1),
            [100 * estimate.mean for estimate in estimates],
            [100 * (estimate.se or 0.0) for estimate in estimates],
            marker="o",
            capsize=3,
            label=name,
        )
    longest = max((len(estimates) for estimates in curves.values()), default=1)
    axes.set_xticks(range(1, longest + 1))
    _save(figure, axes, path)


def plot_metrics(
    metrics: Sequence[Mapping[str, Any]], names: Mapping[str, str], ylabel: str, path: Path
) -> None:
    """Metrics against the optimizer step; those that were never logged are left out.

    Args:
        metrics: the lines of a metrics file.
        names: key of each metric and its label.
        ylabel: of the vertical axis.
        path: of the picture.
    """
    figure, axes = _figure("Optimizer step", ylabel)
    for key, label in names.items():
        points = [(line["step"], line[key]) for line in metrics if key in line]
        if not points:
            continue
        steps, values = np.array(points).T
        if len(points) < _NOISY:
            axes.plot(steps, values, marker="o", label=label)
            continue
        (raw,) = axes.plot(steps, values, alpha=0.3)
        window = len(points) // _WINDOWS
        mean = np.convolve(values, np.ones(window) / window, mode="valid")
        axes.plot(
            steps[window - 1 :], mean, color=raw.get_color(), label=f"{label}, mean of {window}"
        )
    _save(figure, axes, path)


def _figure(xlabel: str, ylabel: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=_SIZE, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.grid(alpha=0.3)
    return figure, axes


def _save(figure: Figure, axes: Axes, path: Path) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
