"""The documentation keeps its word: its code runs, prints what it shows, and its numbers are right."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from lamer_envs.meta.returns import (
    cross_episode_returns,
    episode_returns,
    final_episode_rewards,
    trial_returns,
)

DOCS = Path(__file__).parent.parent / "docs"
PAGES = sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))
TRAINING_PAGES = {"training.md"}
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[str, str, bool]]:
    """Language and text of each fenced block, and whether it follows the one before directly."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = []
    end = -1
    for match in FENCE.finditer(text):
        follows = end >= 0 and not text[end : match.start()].strip()
        found.append((match[1], match[2], follows))
        end = match.end()
    return found


def run_python(page: str) -> None:
    """Run the Python blocks of a page one after the other, and compare what they print.

    A block of the language `text` that follows one of Python directly is what it prints.
    """
    namespace: dict[str, object] = {"__name__": "__main__"}
    printed = ""
    for number, (language, text, follows) in enumerate(blocks(page)):
        if language == "python":
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(compile(text, f"{page}, block {number}", "exec"), namespace)
            printed = output.getvalue()
        elif language == "text" and follows:
            assert printed == text, f"{page}, block {number}"


@pytest.mark.parametrize("page", [page for page in PAGES if page not in TRAINING_PAGES])
def test_code_runs_and_prints_what_is_shown(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run_python(page)
