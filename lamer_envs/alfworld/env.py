"""`ALFWorldEnv`, the Gymnasium face of ALFWorld."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from lamer_envs.alfworld.catalogue import ROOM_NAMES
from lamer_envs.alfworld.data import GameFolder, load_scene
from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.export import game_file
from lamer_envs.alfworld.goals import progress
from lamer_envs.alfworld.households import HouseholdSpec, generate
from lamer_envs.alfworld.scene import ID_TASK_TYPES, OOD_TASK_TYPES, TASK_TYPES, Scene
from lamer_envs.alfworld.text import NOTHING_HAPPENS
from lamer_envs.alfworld.textworld_backend import TextWorldGame
from lamer_envs.parsing import ParseCode
from lamer_envs.text_env import (
    SUCCESS_REWARD,
    ActionResult,
    Info,
    RewardMode,
    Split,
    TextEnv,
    require_choice,
)

_NAMED_TASK_TYPES = {"all": TASK_TYPES, "id": ID_TASK_TYPES, "ood": OOD_TASK_TYPES}
_NOT_IN_PROMPTS = "help"


class ALFWorldEnv(TextEnv[Scene]):
    """Run an errand in a household: find things, clean, heat or cool them, put them somewhere.

    ## Description
    A kitchen, living room, bedroom or bathroom with receptacles (`cabinet 2`, `fridge 1`) and
    objects in them (`apple 1`). The agent goes from receptacle to receptacle; what is inside is
    seen on arriving, or on opening what is closed. There are six task types: put an object
    somewhere, put two there, put one there cleaned, heated or cooled, and look at one under a
    lamp. Rules and texts are ALFWorld's (Shridhar et al., 2021): the native engine answers as the
    original does, word for word.

    ## Action Space
    A string that is exactly one of `info["admissible_actions"]`, such as `go to fridge 1`,
    `take apple 1 from fridge 1` or `heat apple 1 with microwave 1`. Surrounding white space is
    forgiven, case is not (as in the original). Anything else costs a turn, changes nothing and is
    answered by `Nothing happens.`; `info["parse"]` then says `"empty"` or `"not_an_action"`.

    ## Observation Space
    A string. First an introduction that names all receptacles and the task, then the answer to
    each action.

    ## Rewards
    - `"sparse"`: 10 for the turn that does the errand, else 0.
    - `"shaped"`: the change in how much of the goal is done (from 0 to 1, so that putting a thing
      back costs what taking it gave), and 10 more for the turn that does the errand. Native
      backend only.

    ## Starting State
    The agent stands in the middle of the room with empty hands.

    ## Episode End
    Terminated when the errand is done (`success`). Truncated after `max_turns` turns.

    ## Arguments
    - `source`: `"procedural"` (default; generated games, all of them winnable within `max_turns`)
      or `"data"` (the games in `$ALFWORLD_DATA`; seed s plays game s modulo their number, in a
      fixed shuffled order).
    - `split`: `"train"` (default), `"valid_seen"` (rooms of `"train"`, other errands) or
      `"valid_unseen"` (rooms that `"train"` never has). `"test"` is another name of
      `"valid_unseen"`.
    - `task_types`: `"all"` (default), `"id"` (the four that the paper's generalisation study trains
      on), `"ood"` (the other two), or a list of names.
    - `rooms`: `"all"` (default), or a name or list of names out of `"kitchen"`, `"livingroom"`,
      `"bedroom"` and `"bathroom"` (`source="procedural"` only).
    - `backend`: `"native"` (default) or `"textworld"` (the original engine, in a process of its
      own; needs `pip install 'lamer[alfworld]'`).
    - `max_turns`: turns in an episode. Default 10.
    - `grammar`: `"own"` (default: generated games say `move X to Y`, games of the data say what
      their file says, which is `put X in/on Y` in the data that can be downloaded) or `"new"`
      (`move X to Y` always).
    - `data_root`: the data folder, in place of `$ALFWORLD_DATA`.
    - `reward_mode`: `"sparse"` (default) or `"shaped"`.
    - `render_mode`: `None` or `"ansi"`; the game is text and draws no pictures.

    ## Information
    The keys of `TextEnv`, with `admissible_actions` all commands of the moment, sorted, except
    `help` (which works and is no use), `task_type`, and `game_file` (`source="data"`) or
    `generator_seed` (`source="procedural"`).

    ## Version History
    - v0: first version.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 2}  # noqa: RUF012
    splits = ("train", "valid_seen", "valid_unseen", "test")

    def __init__(
        self,
        source: Literal["procedural", "data"] = "procedural",
        split: Split = "train",
        task_types: str | Sequence[str] = "all",
        backend: Literal["native", "textworld"] = "native",
        max_turns: int = 10,
        *,
        rooms: str | Sequence[str] = "all",
        grammar: Literal["own", "new"] = "own",
        data_root: str | Path | None = None,
        reward_mode: RewardMode = "sparse",
        render_mode: str | None = None,
    ) -> None:
        super().__init__(
            max_turns=max_turns, split=split, reward_mode=reward_mode, render_mode=render_mode
        )
        require_choice("source", source, ("procedural", "data"))
        require_choice("backend", backend, ("native", "textworld"))
        require_choice("grammar", grammar, ("own", "new"))
        if backend == "textworld" and reward_mode == "shaped":
            raise ValueError("reward_mode='shaped' needs backend='native'")
        self.source = source
        self.task_types = _task_types(task_types)
        self.rooms = _rooms(rooms)
        if source == "data" and self.rooms != ROOM_NAMES:
            raise ValueError("rooms needs source='procedural'; games of the data are in all rooms")
        self.backend = backend
        self.grammar = grammar
        folder_name = "valid_unseen" if split == "test" else split
        self._games: GameFolder | None = None
        if source == "data":
            self._games = GameFolder(folder_name, self.task_types, data_root)
        self._spec = HouseholdSpec(folder_name, self.task_types, max_turns, self.rooms)
        self._real = TextWorldGame() if backend == "textworld" else None
        self._loaded: Scene | None = None
        self._game: Game | TextWorldGame | None = self._real
        self._file = ""
        self.transcript: list[str] = []

    @property
    def game(self) -> Game:
        """The episode in play, for experts and tests; never shown to the agent.

        Raises:
            TypeError: the episode is played by the real engine, whose state is out of reach.
        """
        self.task  # noqa: B018 - says that a reset is needed
        if not isinstance(self._game, Game):
            raise TypeError("backend='textworld' has no native game to look into")
        return self._game

    def prompt_variables(self) -> dict[str, object]:
        """`max_turns`."""
        return {"max_turns": self.max_turns}

    def close(self) -> None:
        """End the real engine's process, if there is one."""
        if self._real is not None:
            self._real.close()
        super().close()

    def _generate(self, task_seed: int) -> Scene:
        if self._games is None:
            return generate(self._spec, task_seed)
        forced: Literal["new"] | None = "new" if self.grammar == "new" else None
        return load_scene(self._games.file(task_seed), forced)

    def _start(self, task: Scene) -> str:
        if self._games is not None:
            self._file = str(self._games.file(self._task_seed))
        if self._real is None:
            self._game = Game(task)
            first = self._game.introduction()
        elif self._loaded is task:
            first = self._real.reset()
        else:
            first = self._real.load(self._real_game(task))
            self._loaded = task
        self.transcript = [first]
        return first

    def _real_game(self, task: Scene) -> dict[str, Any]:
        """The content of the task's `game.tw-pddl` file, for the real engine."""
        if self._games is None:
            return game_file(task)
        data: dict[str, Any] = json.loads(Path(self._file).read_text(encoding="utf-8"))
        if self.grammar == "new":
            return {"pddl_problem": data["pddl_problem"], "task": task.task}
        return data

    def _act(self, action: str) -> ActionResult:
        game = self._game
        assert game is not None
        before = self._progress()
        answer = game.step(action)
        self.transcript += (action, answer)
        if answer == NOTHING_HAPPENS:
            parse = ParseCode.NOT_AN_ACTION if action.strip() else ParseCode.EMPTY
            return ActionResult(answer, parse, False, game.won, game.won)
        reward = self._progress() - before + (SUCCESS_REWARD if game.won else 0.0)
        return ActionResult(answer, ParseCode.OK, game.changed, game.won, game.won, reward)

    def _progress(self) -> float:
        """How much of the goal is done; counted only where a reward depends on it."""
        if self.reward_mode == "sparse" or not isinstance(self._game, Game):
            return 0.0
        return progress(self._game)

    def _state_key(self) -> str:
        assert self._game is not None
        return f"{self.task.task_id}:{self._game.key()}"

    def _admissible_actions(self) -> list[str]:
        assert self._game is not None
        commands = self._game.admissible()
        if _NOT_IN_PROMPTS in commands:
            commands.remove(_NOT_IN_PROMPTS)
        return commands

    def _extra_info(self) -> Info:
        info: Info = {"task_type": self.task.task_type}
        if self._games is None:
            info["generator_seed"] = self._task_seed
        else:
            info["game_file"] = self._file
        return info


def _task_types(wanted: str | Sequence[str]) -> tuple[str, ...]:
    if isinstance(wanted, str):
        if wanted in _NAMED_TASK_TYPES:
            return _NAMED_TASK_TYPES[wanted]
        wanted = (wanted,)
    unknown = [name for name in wanted if name not in TASK_TYPES]
    if unknown or not wanted:
        raise ValueError(
            f"task_types must be 'all', 'id', 'ood' or names out of {', '.join(TASK_TYPES)}, "
            f"not {unknown or wanted!r}"
        )
    # In the table's order, so that the same set is the same task space.
    return tuple(name for name in TASK_TYPES if name in wanted)


def _rooms(wanted: str | Sequence[str]) -> tuple[str, ...]:
    names = ROOM_NAMES if wanted == "all" else (wanted,) if isinstance(wanted, str) else wanted
    unknown = [name for name in names if name not in ROOM_NAMES]
    if unknown or not names:
        raise ValueError(
            f"rooms must be 'all' or names out of {', '.join(ROOM_NAMES)}, "
            f"not {unknown or wanted!r}"
        )
    # In the table's order, so that the same set is the same task space.
    return tuple(name for name in ROOM_NAMES if name in names)
