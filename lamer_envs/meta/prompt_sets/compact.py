"""Prompts of a few words for very small models; the sets of the environments start from these."""

from __future__ import annotations

from lamer_envs.meta.prompts import REMARK_LIMIT, PromptSet, clip


def compact_remark(number: int, remark: str) -> str:
    """`note …`, or nothing where no remark was written."""
    return f"note {clip(remark, REMARK_LIMIT)}" if remark else ""


BASE = PromptSet(
    name="compact",
    answer="act",
    reflect="reflect",
    play_layout=("current", "memory", "answer"),
    reflect_layout=("final", "attempt", "reflect"),
    separator=" ",
    line_break=" ",
    format_remark=compact_remark,
)
