"""The report as one HTML page that needs nothing but itself.

The page's source stands in `assets/`: `page.html`, `page.css`, and scripts that share one module
scope in the order of `SCRIPTS`. What runs show is data beside them: a small JSON for the overview,
an index of all trials, and chunks of trials that the page unpacks when one is opened.
"""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import takewhile
from pathlib import Path
from string import Template
from typing import IO, Any
from urllib.parse import quote

from lamer_envs.evaluation.paired import TaskScores, task_scores
from lamer_envs.evaluation.report.differences import differences
from lamer_envs.evaluation.report.overview import overview
from lamer_envs.evaluation.report.packing import Packer
from lamer_envs.evaluation.report.runs import Run
from lamer_envs.meta.trial import Trial, read_trials

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = (
    "elements.js",
    "data.js",
    "boards.js",
    "pages.js",
    "charts.js",
    "overview.js",
    "list.js",
    "timeline.js",
    "pane.js",
    "main.js",
)

_DATA = '<script type="text/plain" id="{name}">{packed}</script>\n'


def write_page(
    runs: Sequence[Run], path: Path, *, on_trial: Callable[[Trial], None] | None = None
) -> None:
    """Write the report of some runs; a file that is there is replaced when the new one is whole.

    The same runs give the same bytes. Of each run one chunk of trials is in memory at a time.

    Args:
        runs: at least one, of different names.
        path: of the page.
        on_trial: called with each trial when it is packed.

    Raises:
        ValueError: no runs, two of one name, or a file of trials cannot be read.
    """
    if not runs:
        raise ValueError("a report needs at least one run")
    runs = _without_shared_folders(runs)
    names = [run.name for run in runs]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two runs of one name: {', '.join(repeated)}; rename a folder")
    with tempfile.TemporaryFile("w+", encoding="ascii") as chunks:
        index, scores = _pack(runs, chunks, on_trial)
        style = _asset("page.css")
        script = "\n".join(_asset(name) for name in SCRIPTS)
        head, tail = (
            Template(_asset("page.html"))
            .substitute(
                title=escape(_title(runs)),
                policy=escape(_policy(style, script)),
                icon="data:image/svg+xml," + quote(_asset("icon.svg").strip()),
                style=style,
                script=script,
                report=_json(overview(runs, differences(runs, scores))),
                data=_SPLIT,
            )
            .split(_SPLIT)
        )
        draft = path.with_name(path.name + ".part")
        draft.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8", newline="\n") as page:
            page.write(head)
            page.write(_DATA.format(name="index", packed=index))
            chunks.seek(0)
            for line in chunks:
                page.write(line)
            page.write(tail)
        draft.replace(path)


_SPLIT = "\N{NULL}"
"""Stands where the data go; no text of a page holds it."""


def _pack(
    runs: Sequence[Run], chunks: IO[str], on_trial: Callable[[Trial], None] | None
) -> tuple[str, dict[int, TaskScores]]:
    """Write the chunks; give the index, and scores while the trials are at hand."""
    count = 0

    def emit(packed: str) -> None:
        nonlocal count
        chunks.write(_DATA.format(name=f"chunk-{count}", packed=packed))
        count += 1

    def packed(number: int, trials: Iterable[Trial]) -> Iterator[Trial]:
        for trial in packer.add(number, trials):
            if on_trial is not None:
                on_trial(trial)
            yield trial

    packer = Packer(emit)
    scores = {
        number: task_scores(packed(number, read_trials(run.trials_path)))
        for number, run in enumerate(runs)
        if run.trials_path is not None
    }
    return packer.finish(), scores


def _without_shared_folders(runs: Sequence[Run]) -> list[Run]:
    """The runs under names without the folders that all of them have in common."""
    folders = [run.name.split("/")[:-1] for run in runs]
    level = takewhile(lambda names: len(set(names)) == 1, zip(*folders, strict=False))
    shared = len(list(level))
    return [replace(run, name="/".join(run.name.split("/")[shared:])) for run in runs]


def _title(runs: Sequence[Run]) -> str:
    return f"{runs[0].name} – lamer" if len(runs) == 1 else f"{len(runs)} runs – lamer"


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _json(value: Any) -> str:
    """JSON that no HTML parser takes for a tag or a comment."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _policy(style: str, script: str) -> str:
    """A policy under which nothing runs, is styled or is loaded but what was written here."""
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
