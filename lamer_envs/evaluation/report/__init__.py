"""What people look at after an evaluation: tables, figures, and a page of trials."""

from lamer_envs.evaluation.report.runs import Run, load_run, load_runs
from lamer_envs.evaluation.report.tables import (
    comparison,
    exploitation_rows,
    number,
    percent,
    policy_name,
    summary_rows,
)

__all__ = [
    "Run",
    "comparison",
    "exploitation_rows",
    "load_run",
    "load_runs",
    "number",
    "percent",
    "policy_name",
    "summary_rows",
]
