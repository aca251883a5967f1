"""Plays the native engine and the real TextWorld side by side and compares all that they show."""

from __future__ import annotations

import json
import random
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lamer_envs.alfworld.data import GAME_FILE, PASSED_OVER
from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.pddl import scene_from_game
from lamer_envs.alfworld.scene import Scene
from lamer_envs.alfworld.textworld_backend import TextWorldGame

_WEIGHTS = {
    **dict.fromkeys(("heat", "cool", "clean", "slice", "use"), 12.0),
    **dict.fromkeys(("take", "put", "move", "open", "close"), 4.0),
    **dict.fromkeys(("examine", "look", "help", "inventory"), 2.0),
}
_STRAY = ("", "  look ", "LOOK", "look around", "go to", "take apple 1", "examine", "use", "xyzzy")
_CROWDED_PLACE = 4.0
_FROM_A_PLAN = 0.7
_FROM_NOWHERE = 0.04


@dataclass(frozen=True)
class Difference:
    """Where the two engines part.

    Attributes:
        scene_id: the scene.
        commands: what was played, the last one being the one that they answered differently.
        native, real: (answer, admissible commands, won) of each.
    """

    scene_id: str
    commands: tuple[str, ...]
    native: tuple[str, tuple[str, ...], bool]
    real: tuple[str, tuple[str, ...], bool]


def games_in(archive: Path) -> dict[str, dict[str, Any]]:
    """The playable real games of a `.tar.xz` archive that is laid out as the data folder is.

    Returns:
        From the path of each `game.tw-pddl` to its content, sorted by path.
    """
    games: dict[str, dict[str, Any]] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            if Path(member.name).name != GAME_FILE or any(x in member.name for x in PASSED_OVER):
                continue
            file = tar.extractfile(member)
            assert file is not None
            game = json.load(file)
            if game["solvable"]:
                games[member.name] = game
    return dict(sorted(games.items()))


def compare(
    real: TextWorldGame,
    game: Mapping[str, Any],
    rng: random.Random,
    steps: int,
    plan: Iterable[str] = (),
) -> tuple[int, Difference | None]:
    """Walk a game on both engines and compare answer, admissible commands in order and win flag.

    The walk is random, and oversamples what is rare: heating, cooling, cleaning, slicing, lamps,
    places with several receptacles, and strays that no game understands. With a plan it mostly
    follows that, so that walks get to the end, and past it.

    Args:
        real: a running real engine.
        game: the content of a `game.tw-pddl` file.
        rng: decides the walk.
        steps: commands to play.
        plan: commands that win.

    Returns:
        How many steps were compared (the introduction is one), and the first difference.
    """
    scene = scene_from_game(game)
    native = Game(scene)
    played: list[str] = []
    waiting = list(plan)[::-1]
    answers = native.introduction(), real.load(game)
    for step in range(steps + 1):
        seen = answers[0], tuple(native.admissible()), native.won
        truth = answers[1], tuple(real.admissible()), real.won
        if seen != truth:
            return step + 1, Difference(scene.scene_id, tuple(played), seen, truth)
        if step == steps:
            break
        command = _choose(scene, truth[1], rng, waiting)
        played.append(command)
        answers = native.step(command), real.step(command)
    return steps + 1, None


def _choose(
    scene: Scene, admissible: tuple[str, ...], rng: random.Random, waiting: list[str]
) -> str:
    if rng.random() < _FROM_NOWHERE:
        return rng.choice(_STRAY)
    if waiting and waiting[-1] in admissible and rng.random() < _FROM_A_PLAN:
        return waiting.pop()
    return rng.choices(admissible, [_weight(scene, command) for command in admissible])[0]


def _weight(scene: Scene, command: str) -> float:
    verb, _, rest = command.partition(" ")
    if verb == "go":
        place = scene.receptacle_places[scene.wording.receptacles[rest.removeprefix("to ")]]
        return _CROWDED_PLACE if len(scene.receptacles_at[place]) > 1 else 1.0
    return _WEIGHTS.get(verb, 1.0)
