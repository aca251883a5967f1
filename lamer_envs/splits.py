"""Which split a task belongs to, decided by the task itself and not by its seed."""

from __future__ import annotations

SPLITS = ("train", "validation", "test")
"""The splits of the procedural environments; no task is in two of them."""


def split_of(digest: bytes) -> str:
    """The split of a task, from a digest of what makes it the task it is.

    One task in five is `"test"`, one in ten `"validation"` (for choosing settings, so that none is
    chosen on the test tasks), the others are `"train"`.

    Args:
        digest: at least four uniformly distributed bytes.
    """
    number = int.from_bytes(digest[:4], "big")
    if number % 5 == 0:
        return "test"
    return "validation" if number % 10 == 1 else "train"
