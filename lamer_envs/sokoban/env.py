"""The Gymnasium face of Sokoban."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lamer_envs.parsing import ParseCode
from lamer_envs.sokoban.engine import MOVES, State, move
from lamer_envs.sokoban.instances import Level, LevelGenerator
from lamer_envs.sokoban.text import BoardText, parse_moves
from lamer_envs.sokoban.tiles import draw_board
from lamer_envs.text_env import (
    SUCCESS_REWARD,
    ActionResult,
    Info,
    RewardMode,
    Split,
    TextEnv,
    require_int,
)

MOVE_REWARD = -0.1
BOX_REWARD = 1.0
SMALLEST, LARGEST = 5, 12
MOST_BOXES = 5


class SokobanEnv(TextEnv[Level]):
    """Push every box onto a target: a puzzle in which a careless push cannot be taken back.

    ## Description

    A warehouse seen from above. The player walks up, down, left and right. Walking into a box
    pushes it one cell on, if the cell behind it is free of walls and boxes; boxes cannot be pulled.
    The level is solved when every box is on a target. Everything is visible; the difficulty is to
    plan, since a box in a corner stays there.

    ## Action Space

    `TextSpace`: any string. An action is one to `moves_per_turn` of `up`, `down`, `left`, `right`,
    separated by commas, such as `up,up,left`. Case and the spaces around a name do not matter.
    Anything else is invalid: it takes a turn and moves nothing. `info["parse"]` says why:

    | code | meaning |
    |---|---|
    | `ok` | the moves were made |
    | `empty` | nothing but white space |
    | `not_an_action` | some part between commas is not one of the four names (`up left`, `go up`) |
    | `too_many` | more than `moves_per_turn` moves; none of them is made |

    A move against a wall or a blocked box does nothing and the following ones are still made.
    Moves after the one that solves the level are not made.

    ## Observation Space

    `TextSpace`: the board, a line a row, cells separated by spaces:

    ```
    0: # # # # # #
    1: # _ _ P _ #
    2: # # _ X _ #
    3: # # X _ _ #
    4: # # O O _ #
    5: # # # # # #
    ```

    `#` wall, `_` floor, `O` target, `X` box, `√` box on a target, `P` player, `S` player on a
    target. Rows are numbered from 0.

    ## Starting State

    A connected room with walls of varied shape inside, `num_boxes` boxes and as many targets. No
    box is on a target. The least number of moves that solves the level is known by exhaustive
    search and lies in `[min_solution, max_solution]`; with the default arguments it has a mean of
    9 and a median of 8. A hash of the board without the player (walls, targets, boxes) decides
    whether a level belongs to the `test` split (one in five), to `validation` (one in ten) or to
    `train`, so no board is in two of them.

    ## Rewards

    - `"sparse"`: 10 when the level is solved, else 0.
    - `"shaped"`: +1 for each box that is put on a target, -1 for each that is taken off one (both
      counted over the whole turn), -0.1 for each move made, bumps included, and +10 when the level
      is solved. A turn without a valid action costs as much as a full turn of moves.

    ## Episode End

    - Terminated with `success` when every box is on a target.
    - Terminated without `success` when no solution exists any more (`end_on_dead_end`). In rooms
      of up to 65,536 states this is exact and immediate, from a table of all solvable states; every
      6×6 room is of that kind, and most 10×10 rooms with 2 boxes. In larger rooms a search of at
      most `search_budget` nodes looks for a solution: the episode ends exactly if the search proves
      that there is none. A state that it cannot decide within the budget counts as solvable, so
      such an episode goes on until the turn limit.
    - Truncated after `max_turns` turns.

    ## Arguments

    - `size=(6, 6)`: rows and columns, border walls included, 5 to 12 each; an integer for a square.
    - `num_boxes=2`: 1 to 5.
    - `min_solution=5`, `max_solution=21`: bounds of the optimal length, in moves. `max_solution`
      may not exceed `moves_per_turn * max_turns`, so every level can be won in time.
    - `moves_per_turn=3`, `max_turns=7`.
    - `end_on_dead_end=True`: whether an episode ends when it cannot be won any more.
    - `node_budget=500_000`: bound of the table work that the making of one level may take, in
      nodes of a few microseconds each; a single room may take a fifth of it.
    - `search_budget=20_000`: bound of one search from a state of a room that has no complete
      table, in nodes of about 30 microseconds each.
    - `split="train"`: or `"validation"`, `"test"`.
    - `reward_mode="sparse"`: or `"shaped"`.
    - `render_mode=None`: `"ansi"` (the observation) or `"rgb_array"` (tiles of 32 pixels).

    `reset` raises `GenerationError` if no level meets the arguments within the budget, and says
    which constraints it tried to meet.

    ## Info

    The keys of `TextEnv`; `admissible_actions` holds the four names of single moves. In addition:

    - `optimal_length`: the least number of moves from the starting state to a solution.
    - `boxes_on_target`: how many boxes are on a target now.

    ## Version History

    - v0: first release.
    """

    def __init__(
        self,
        *,
        size: int | Sequence[int] = (6, 6),
        num_boxes: int = 2,
        min_solution: int = 5,
        max_solution: int = 21,
        moves_per_turn: int = 3,
        max_turns: int = 7,
        split: Split = "train",
        reward_mode: RewardMode = "sparse",
        render_mode: str | None = None,
        end_on_dead_end: bool = True,
        node_budget: int = 500_000,
        search_budget: int = 20_000,
    ) -> None:
        super().__init__(
            max_turns=max_turns, split=split, reward_mode=reward_mode, render_mode=render_mode
        )
        height, width = _height_and_width(size)
        require_int("num_boxes", num_boxes, low=1, high=MOST_BOXES)
        cells = (height - 2) * (width - 2)
        if cells < 2 * num_boxes + 1:
            raise ValueError(
                f"num_boxes must be at most {(cells - 1) // 2} for size ({height}, {width}), "
                f"not {num_boxes}: boxes, targets and the player start on cells of their own"
            )
        require_int("moves_per_turn", moves_per_turn, low=1)
        require_int("min_solution", min_solution, low=num_boxes)
        require_int("max_solution", max_solution, low=min_solution, high=moves_per_turn * max_turns)
        require_int("node_budget", node_budget, low=1)
        require_int("search_budget", search_budget, low=1)
        if not isinstance(end_on_dead_end, bool):
            raise ValueError(f"end_on_dead_end must be True or False, not {end_on_dead_end!r}")
        self.height = height
        self.width = width
        self.num_boxes = num_boxes
        self.moves_per_turn = moves_per_turn
        self.end_on_dead_end = end_on_dead_end
        self._generator = LevelGenerator(
            height=height,
            width=width,
            num_boxes=num_boxes,
            min_solution=min_solution,
            max_solution=max_solution,
            split=split,
            node_budget=node_budget,
            search_budget=search_budget,
        )
        self._state = State(0, 0)
        self._board: BoardText | None = None
        self._key_prefix = ""

    @property
    def state(self) -> State:
        """Boxes and player now, for experts and tests."""
        return self._state

    def prompt_variables(self) -> dict[str, object]:
        """`rows`, `cols`, `num_boxes`, `moves_per_turn` and `max_turns`."""
        return {
            "rows": self.height,
            "cols": self.width,
            "num_boxes": self.num_boxes,
            "moves_per_turn": self.moves_per_turn,
            "max_turns": self.max_turns,
        }

    def _generate(self, task_seed: int) -> Level:
        return self._generator.level(task_seed)

    def _start(self, task: Level) -> str:
        room = task.room
        if self._board is None or self._board.room is not room:
            self._board = BoardText(room)
            self._key_prefix = f"{room.height}x{room.width}.{room.walls:x}.{room.targets:x}."
        self._state = task.start
        return self._board.write(task.start)

    def _act(self, action: str) -> ActionResult:
        assert self._board is not None
        moves, parse = parse_moves(action, self.moves_per_turn)
        if parse is not ParseCode.OK:
            cost = MOVE_REWARD * self.moves_per_turn
            return ActionResult(self._observation, parse, False, False, False, cost)
        level = self.task
        room = level.room
        before = after = self._state
        made = 0
        success = False
        for direction in moves:
            after = move(room, after, direction)
            made += 1
            if after.boxes == room.targets:
                success = True
                break
        self._state = after
        gained = (after.boxes & room.targets).bit_count() - (
            before.boxes & room.targets
        ).bit_count()
        progress = MOVE_REWARD * made + BOX_REWARD * gained
        over = success
        if success:
            progress += SUCCESS_REWARD
        elif self.end_on_dead_end and after != before:
            over = level.solver.is_dead(after)
        return ActionResult(
            self._board.write(after), parse, after != before, success, over, progress
        )

    def _state_key(self) -> str:
        return f"{self._key_prefix}{self._state.boxes:x}.{self._state.player}"

    def _admissible_actions(self) -> list[str]:
        return list(MOVES)

    def _extra_info(self) -> Info:
        level = self.task
        return {
            "optimal_length": level.optimal_length,
            "boxes_on_target": (self._state.boxes & level.room.targets).bit_count(),
        }

    def _draw(self) -> NDArray[np.uint8]:
        return draw_board(self.task.room, self._state)


def _height_and_width(size: object) -> tuple[int, int]:
    sides = (size, size) if isinstance(size, (int, np.integer)) else size
    if not isinstance(sides, Sequence) or isinstance(sides, str) or len(sides) != 2:
        raise ValueError(f"size must be an integer or a pair (rows, columns), not {size!r}")
    for side in sides:
        require_int("size", side, low=SMALLEST, high=LARGEST)
    return int(sides[0]), int(sides[1])
