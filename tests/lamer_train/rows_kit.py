"""Rows of trials with arbitrary values, as advantages are made from."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

RETURNS = st.floats(-10, 10, allow_nan=False).map(lambda value: round(value, 3))

Rows = list[dict[str, Any]]


def group_rows(
    draw: st.DrawFn, *, episodes: int, rows: int, anchors: list[str], **shared: Any
) -> Rows:
    """Rows of up to four trials of one group.

    The values of a trial and of an episode are shared by their rows.

    Args:
        draw: of the strategy.
        episodes: most episodes in a trial.
        rows: most rows in an episode.
        anchors: the anchor states to draw from.
        **shared: further values of every row, its group above all.
    """
    found: Rows = []
    for trial in range(draw(st.integers(1, 4))):
        whole = draw(RETURNS)
        for episode in range(draw(st.integers(1, episodes))):
            part, reward = draw(RETURNS), draw(RETURNS)
            found.extend(
                {
                    **shared,
                    "trial": trial,
                    "episode": episode,
                    "whole": whole,
                    "part": part,
                    "reward": reward,
                    "ret": draw(RETURNS),
                    "anchor": draw(st.sampled_from(anchors)),
                }
                for _ in range(draw(st.integers(1, rows)))
            )
    return found
