"""The archive of real games that tests read where it is at hand: a part of ALFWorld's public data.

`LAMER_SHARED` names the folder that holds `alfworld/real_games.tar.xz`; without it, it is the
folder `shared` beside the repository.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lamer_envs.alfworld.referee import games_in

_SHARED = os.environ.get("LAMER_SHARED") or Path(__file__).resolve().parents[4] / "shared"
ARCHIVE = Path(_SHARED) / "alfworld" / "real_games.tar.xz"

needs_archive = pytest.mark.skipif(not ARCHIVE.exists(), reason=f"there is no {ARCHIVE}")


@cache
def real_games() -> dict[str, dict[str, Any]]:
    """The playable games of the archive, by path."""
    return games_in(ARCHIVE)
