"""Draw the pictures of the environment pages with the environments themselves.

Run from the root of the repository: `python docs/make_assets.py` (needs `lamer[eval]`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from matplotlib.image import imsave
from numpy.typing import NDArray

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.sokoban.expert import next_action

ASSETS = Path(__file__).parent / "assets"
GAP = 24


def main() -> None:
    """Write one strip per environment, of states of one episode from left to right."""
    ASSETS.mkdir(exist_ok=True)
    # The start, two states on the way, and the solution.
    sokoban = frames("LaMer/Sokoban-v0", seed=1, play=next_action)
    third = (len(sokoban) - 1) // 3
    save("sokoban", [sokoban[index] for index in (0, third, 2 * third, -1)])
    # The opening, two safe cells, a mine.
    clicks = iter(("(1, 1)", "(4, 4)", "(5, 4)"))
    save("minesweeper", frames("LaMer/MineSweeper-v0", seed=0, play=lambda env: next(clicks)))


def frames(
    env_id: str, seed: int, play: Callable[[gym.Env[Any, Any]], str]
) -> list[NDArray[np.uint8]]:
    """The picture of the start, and of the state after each turn of one episode."""
    env = gym.make(env_id, render_mode="rgb_array")
    env.reset(seed=seed)
    pictures = [env.render()]
    over = False
    while not over:
        _, _, terminated, truncated, _ = env.step(play(env))
        over = terminated or truncated
        pictures.append(env.render())
    env.close()
    return pictures


def save(name: str, pictures: Sequence[NDArray[np.uint8]]) -> None:
    """Write the pictures side by side, with a transparent gap between them."""
    height = pictures[0].shape[0]
    opaque = [np.dstack([p, np.full(p.shape[:2], 255, np.uint8)]) for p in pictures]
    gap = np.zeros((height, GAP, 4), np.uint8)
    parts = [part for picture in opaque for part in (gap, picture)][1:]
    imsave(ASSETS / f"{name}.png", np.hstack(parts), pil_kwargs={"optimize": True})


if __name__ == "__main__":
    main()
