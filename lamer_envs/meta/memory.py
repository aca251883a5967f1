"""Inter-episode memory: what earlier episodes of a trial leave in the prompts of later ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from lamer_envs.meta.prompts import PromptSet
from lamer_envs.meta.trial import Episode

MemoryKind = Literal["reflection", "history", "both", "none"]
MEMORY_KINDS: tuple[str, ...] = get_args(MemoryKind)


def keeps_remarks(kind: str) -> bool:
    """Whether remarks are remembered, and so whether reflections are worth asking for."""
    return kind in ("reflection", "both")


def keeps_history(kind: str) -> bool:
    """Whether the actions and last observations of earlier episodes are remembered."""
    return kind in ("history", "both")


def render_memory(
    kind: str,
    episodes: Sequence[Episode],
    prompts: PromptSet,
    *,
    attempt_prompts: Sequence[PromptSet | None] | None = None,
) -> str:
    """The memory of earlier episodes in the wording of `prompts`, oldest first.

    Each episode leaves its history, its remark, or both, in this order. Empty with `"none"`, and
    with no episode to remember.

    Args:
        kind: the kind of memory.
        episodes: the earlier episodes.
        prompts: the wording.
        attempt_prompts: for each episode, another wording of its history, or `None` to leave it
            out; by default `prompts` for all.
    """
    entries: list[str] = []
    wordings = attempt_prompts or [prompts] * len(episodes)
    for number, (episode, wording) in enumerate(zip(episodes, wordings, strict=True), start=1):
        if keeps_history(kind) and wording is not None:
            entries.append(wording.format_attempt(wording, number, episode))
        if keeps_remarks(kind):
            remark = "" if episode.reflection is None else episode.reflection.action
            entries.append(prompts.format_remark(number, remark))
    return prompts.line_break.join(entry for entry in entries if entry)
