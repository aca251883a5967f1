"""Pictures of a run: pass@k, return and diversity, as PNG files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lamer_envs.evaluation.metrics import Summary

_SIZE = (6.0, 4.0)


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """The lines of a metrics file, in order."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def plot_pass_at_k(summaries: Mapping[str, Summary], path: Path) -> None:
    """pass@k against k with standard errors, one line a summary."""
    figure, axes = _figure("Episodes (k)", "pass@k")
    for name, summary in summaries.items():
        axes.errorbar(
            range(1, len(summary.pass_at) + 1),
            [estimate.mean for estimate in summary.pass_at],
            [estimate.se or 0.0 for estimate in summary.pass_at],
            marker="o",
            capsize=3,
            label=name,
        )
    longest = max((len(summary.pass_at) for summary in summaries.values()), default=1)
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
        if points:
            axes.plot(*zip(*points, strict=True), label=label)
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
