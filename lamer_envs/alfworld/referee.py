"""Plays the native engine and the real TextWorld side by side and compares all that they show."""

from __future__ import annotations

import json
import random
import tarfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from lamer_envs.alfworld.data import GAME_FILE, PASSED_OVER
from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.pddl import scene_from_game

_OFTEN = {
    **dict.fromkeys(("heat", "cool", "clean", "slice", "use"), 8.0),
    **dict.fromkeys(("go", "take"), 6.0),
    **dict.fromkeys(("put", "move", "open"), 3.0),
    **dict.fromkeys(("look", "examine", "close"), 1.0),
    **dict.fromkeys(("help", "inventory"), 0.3),
}
"""How often each verb is chosen where all of them are possible, in relation to each other."""

_OFTEN_IN_A_CROWD = {**_OFTEN, **dict.fromkeys(("take", "put", "move"), 12.0), "look": 4.0}
"""The same where receptacles share the place: things go from one to the next, and looking tells."""

_STRAY = ("", "  look ", "LOOK", "look around", "go to", "take apple 1", "examine", "use", "xyzzy")
_CROWDED_PLACE = 4.0
_PURPOSE = 30.0
_SLICER = 100.0
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


class Walk(NamedTuple):
    """What a comparison went through.

    Attributes:
        steps: how many steps were compared; the introduction is one.
        verbs: how often each verb was played; `"stray"` counts what no game understands.
        difference: the first difference, at which the walk ended, or `None`.
    """

    steps: int
    verbs: Counter[str]
    difference: Difference | None


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


class Engine(Protocol):
    """What a comparison asks of a real engine; `TextWorldGame` is one."""

    @property
    def won(self) -> bool:
        """Whether the engine calls the game won."""

    def load(self, game: Mapping[str, Any]) -> str:
        """Start the content of a game file and return its introduction."""

    def step(self, command: str) -> str:
        """Play a command and return the answer."""

    def admissible(self) -> list[str]:
        """The admissible commands, in the engine's order."""


def compare(
    real: Engine,
    game: Mapping[str, Any],
    rng: random.Random,
    steps: int,
    plan: Iterable[str] = (),
) -> Walk:
    """Walk a game on both engines and compare answer, admissible commands in order and win flag.

    The walk is random, and oversamples what is rare: heating, cooling, cleaning, slicing and the
    ways there, lamps, places with several receptacles, and strays that no game understands. With a
    plan it mostly follows that, so that walks get to the end, and past it.

    Args:
        real: a running real engine.
        game: the content of a `game.tw-pddl` file.
        rng: decides the walk.
        steps: commands to play.
        plan: commands that win.
    """
    scene = scene_from_game(game)
    native = Game(scene)
    played: list[str] = []
    verbs: Counter[str] = Counter()
    waiting = list(plan)[::-1]
    answers = native.introduction(), real.load(game)
    for step in range(steps + 1):
        seen = answers[0], tuple(native.admissible()), native.won
        truth = answers[1], tuple(real.admissible()), real.won
        if seen != truth:
            return Walk(step + 1, verbs, Difference(scene.scene_id, tuple(played), seen, truth))
        if step == steps:
            break
        command = _choose(native, truth[1], rng, waiting)
        played.append(command)
        verbs[command.partition(" ")[0] if command in truth[1] else "stray"] += 1
        answers = native.step(command), real.step(command)
    return Walk(steps + 1, verbs, None)


def _choose(game: Game, admissible: tuple[str, ...], rng: random.Random, waiting: list[str]) -> str:
    if rng.random() < _FROM_NOWHERE:
        return rng.choice(_STRAY)
    if waiting and waiting[-1] in admissible and rng.random() < _FROM_A_PLAN:
        return waiting.pop()
    by_verb: dict[str, list[str]] = {}
    for command in admissible:
        by_verb.setdefault(command.partition(" ")[0], []).append(command)
    often = _OFTEN
    if len(game.scene.receptacles_at[game.place]) > 1:
        often = _OFTEN_IN_A_CROWD
    verb = rng.choices(list(by_verb), [often[verb] for verb in by_verb])[0]
    commands = by_verb[verb]
    return rng.choices(commands, [_weight(game, command) for command in commands])[0]


def _weight(game: Game, command: str) -> float:
    """How likely a command is in relation to others of its verb."""
    scene = game.scene
    verb, _, rest = command.partition(" ")
    if verb == "take":
        thing = scene.wording.objects[rest.partition(" from ")[0]]
        if scene.slicers >> thing & 1:
            return _SLICER
        useful = scene.cleanable | scene.heatable | scene.coolable
        return _PURPOSE if useful >> thing & 1 else 1.0
    if verb != "go":
        return 1.0
    place = scene.receptacle_places[scene.wording.receptacles[rest.removeprefix("to ")]]
    if game.held >= 0 and _serves(game, place):
        return _PURPOSE
    return _CROWDED_PLACE if len(scene.receptacles_at[place]) > 1 else 1.0


def _serves(game: Game, place: int) -> bool:
    """Whether the object in hand can be used at a place: treated there, or slice what is there."""
    scene, held = game.scene, game.held
    if scene.slicers >> held & 1 and game.at[place] & scene.sliceable:
        return True
    uses = (
        (scene.cleanable, scene.cleaners),
        (scene.heatable, scene.heaters),
        (scene.coolable, scene.coolers),
    )
    receptacles = scene.receptacles_at[place]
    return any(able >> held & 1 and mask >> r & 1 for able, mask in uses for r in receptacles)
