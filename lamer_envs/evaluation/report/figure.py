"""The report's figures as one picture (extra `eval`: matplotlib)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lamer_envs.evaluation.metrics import Estimate
from lamer_envs.evaluation.report.curves import difficulty_curves
from lamer_envs.evaluation.report.runs import Run

COLOURS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#5b5bb5",
    "#4c5553",
)
"""Told apart with any colour vision (Okabe and Ito, 2008, and two more); dashes follow."""

_MARKERS = "os^D"
_PANEL = (5.2, 3.6)


def draw(runs: Sequence[Run], path: Path) -> None:
    """Write a PNG: pass@k by environment, diversity, and curves over difficulty where there are.

    Raises:
        ValueError: no runs.
        ModuleNotFoundError: matplotlib is not installed; the message says how to install it.
    """
    if not runs:
        raise ValueError("a report needs at least one run")
    if find_spec("matplotlib") is None:
        raise ModuleNotFoundError('a PNG needs matplotlib: pip install "lamer[eval]"')
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    envs = list(dict.fromkeys(run.summary.env_id for run in runs))
    curves = difficulty_curves(runs)
    harder = list(dict.fromkeys(curve.env_id for curve in curves))
    diverse = any(run.summary.diversity_first is not None for run in runs)
    columns = max(2 if diverse else 1, len(harder))
    rows = len(envs) + bool(harder)
    figure = Figure(figsize=(_PANEL[0] * columns, _PANEL[1] * rows), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for row, env_id in zip(grid, envs, strict=False):
        own = [(number, run) for number, run in enumerate(runs) if run.summary.env_id == env_id]
        _pass_at_k(row[0], env_id, own)
        if diverse:
            _diversity(row[1], own)
    for axes, env_id in zip(grid[-1], harder, strict=False):
        _axes(axes, f"{_short(env_id)}, harder tasks")
        for number, curve in enumerate(curves):
            if curve.env_id == env_id:
                points = [(x, runs[run].summary.pass_at[-1]) for x, run in curve.points]
                _line(axes, number, curve.name, points)
                axes.set_xlabel(curve.counts)
        axes.set_ylabel("solved within all episodes (%)")
        axes.legend(fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Neither a date nor a version: the same runs give the same bytes.
    figure.savefig(path, format="png", metadata={"Software": None})


def _short(env_id: str) -> str:
    return env_id.removeprefix("LaMer/")


def _axes(axes: Any, title: str) -> None:
    axes.set_axis_on()
    axes.set_title(title, fontsize=11, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3)
    axes.xaxis.get_major_locator().set_params(integer=True)


def _pass_at_k(axes: Any, env_id: str, runs: Sequence[tuple[int, Run]]) -> None:
    _axes(axes, _short(env_id))
    for number, run in runs:
        _line(axes, number, run.name, list(enumerate(run.summary.pass_at, start=1)))
    axes.set_xlabel("episodes (k)")
    axes.set_ylabel("pass@k (%)")
    axes.legend(fontsize=8)


def _line(axes: Any, number: int, name: str, points: Sequence[tuple[int, Estimate]]) -> None:
    means = [100 * each.mean for _, each in points]
    axes.errorbar(
        [x for x, _ in points],
        means,
        _reach([each for _, each in points], 100),
        color=COLOURS[number % len(COLOURS)],
        linestyle="-" if number < len(COLOURS) else "--",
        marker=_MARKERS[number % len(_MARKERS)],
        capsize=3,
        label=name,
    )
    axes.set_ylim(-3, 103)


def _diversity(axes: Any, runs: Sequence[tuple[int, Run]]) -> None:
    known = [
        (number, run.name, run.summary.diversity_first)
        for number, run in runs
        if run.summary.diversity_first is not None
    ]
    if not known:
        return
    _axes(axes, "Trajectory diversity")
    axes.grid(False)
    places = range(len(known))
    axes.barh(
        places,
        [each.mean for _, _, each in known],
        xerr=_reach([each for _, _, each in known], 1),
        color=[COLOURS[number % len(COLOURS)] for number, _, _ in known],
        capsize=3,
        height=0.6,
    )
    axes.set_yticks(places, [name for _, name, _ in known], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("entropy of first episodes (nats)")


def _reach(estimates: Sequence[Estimate], scale: float) -> list[list[float]]:
    """How far intervals reach below and above their means."""
    ends = [each.interval or (each.mean, each.mean) for each in estimates]
    below = [
        scale * max(0.0, each.mean - low) for each, (low, _) in zip(estimates, ends, strict=True)
    ]
    above = [
        scale * max(0.0, high - each.mean) for each, (_, high) in zip(estimates, ends, strict=True)
    ]
    return [below, above]
