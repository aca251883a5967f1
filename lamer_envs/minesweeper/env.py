"""`MineSweeperEnv`, the Gymnasium face of MineSweeper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lamer_envs.minesweeper.engine import Board, Game
from lamer_envs.minesweeper.instances import BoardSpec, generate
from lamer_envs.minesweeper.text import Screen, cell_names, parse_cell
from lamer_envs.minesweeper.tiles import draw_board
from lamer_envs.parsing import ParseCode
from lamer_envs.text_env import (
    SUCCESS_REWARD,
    ActionResult,
    Info,
    RewardMode,
    Split,
    TextEnv,
    require_int,
)

_SMALLEST, _LARGEST = 2, 32


class MineSweeperEnv(TextEnv[Board]):
    """Open every cell of a grid that hides no mine.

    ## Description
    A board of cells hides a known number of mines. An open cell tells how many of its up to eight
    neighbours are mines; opening a cell without any opens its neighbours too, and so on. The seed
    fixes the mines before the first turn, and a first safe cell is already open together with
    what it opens, so an attempt that failed can be tried again on the very same board.

    ## Action Space
    A string that is exactly one cell, `(row, col)`, both counted from 1 at the top left. The
    brackets may be left out and white space is forgiven. Anything else costs a turn and changes
    nothing; `info["parse"]` then says `"empty"`, `"not_an_action"`, `"outside"` (a cell off the
    board) or `"repeated"` (a cell that is open already).

    ## Observation Space
    A string with one line for each row, for instance `Row 1: ? 1 .`: `?` is a closed cell, `.` an
    open cell with no mine beside it, `1` to `8` the number of mines beside an open cell, `*` a
    mine that was opened. The other mines stay hidden when the game is lost.

    ## Rewards
    - `"sparse"`: 10 for opening the last safe cell, else 0.
    - `"shaped"`: the share of the safe cells closed at the start that the turn opened, -1 for a
      mine, and 10 more for opening the last safe cell.

    ## Starting State
    Mines and opening are a uniform draw among those where the opening does not win and the rest
    takes at most `max_turns` clicks of a player who knows the mines.

    ## Episode End
    Terminated when all safe cells are open (`success`) or a mine is (no `success`). Truncated after
    `max_turns` turns.

    ## Arguments
    - `size`: side of the board, or `(rows, cols)`; each from 2 to 32. Default 6.
    - `rows`, `cols`: take the place of `size`, both together.
    - `num_mines`: from 1 to the number of cells minus 2. Default 3.
    - `max_turns`: turns in an episode. Default 7.
    - `split`: `"train"` (default), `"validation"` or `"test"`; one mine layout in ten is in
      `"validation"`, one in five in `"test"`, and none in two of them.
    - `reward_mode`: `"sparse"` (default) or `"shaped"`.
    - `render_mode`: `None`, `"ansi"` or `"rgb_array"` (32 pixels a cell).
    - `no_guess`: hand out only boards that certain moves win within `max_turns`. Default `False`.

    A reset raises `RuntimeError` when 10,000 draws give no board that fits the arguments.

    ## Information
    The keys of `TextEnv`, with `admissible_actions` all closed cells (none once the game is over),
    and `min_clicks` (clicks that a player who knows the mines needs from the start), `opened` (safe
    cells open now) and `safe_cells` (safe cells in all).

    ## Version History
    - v0: first version.
    """

    def __init__(
        self,
        size: int | Sequence[int] = 6,
        num_mines: int = 3,
        max_turns: int = 7,
        *,
        rows: int | None = None,
        cols: int | None = None,
        split: Split = "train",
        reward_mode: RewardMode = "sparse",
        render_mode: str | None = None,
        no_guess: bool = False,
    ) -> None:
        super().__init__(
            max_turns=max_turns, split=split, reward_mode=reward_mode, render_mode=render_mode
        )
        self.rows, self.cols = _shape(size, rows, cols)
        require_int("num_mines", num_mines, low=1, high=self.rows * self.cols - 2)
        if not isinstance(no_guess, bool):
            raise ValueError(f"no_guess must be True or False, not {no_guess!r}")
        self.num_mines = num_mines
        self.no_guess = no_guess
        self._spec = BoardSpec(self.rows, self.cols, num_mines, max_turns, split, no_guess)
        self._game: Game | None = None
        self._screen: Screen | None = None

    @property
    def game(self) -> Game:
        """The episode in play, for experts and tests; never shown to the agent."""
        if self._game is None:
            self.task  # noqa: B018 - says that a reset is needed
            raise AssertionError("a task without a game")
        return self._game

    def prompt_variables(self) -> dict[str, object]:
        """`rows`, `cols`, `num_mines` and `max_turns`."""
        return {
            "rows": self.rows,
            "cols": self.cols,
            "num_mines": self.num_mines,
            "max_turns": self.max_turns,
        }

    def _generate(self, task_seed: int) -> Board:
        return generate(self._spec, task_seed)

    def _start(self, task: Board) -> str:
        self._game = Game(task)
        self._screen = Screen(task)
        self._screen.open(task.start)
        return str(self._screen)

    def _act(self, action: str) -> ActionResult:
        game, screen = self._game, self._screen
        assert game is not None
        assert screen is not None
        board = game.board
        cell = parse_cell(board.geometry, action)
        if isinstance(cell, ParseCode):
            return ActionResult(self._observation, cell, False, False, False)
        if game.opened >> cell & 1:
            return ActionResult(self._observation, ParseCode.REPEATED, False, False, False)
        new = game.open(cell)
        if not new:
            screen.explode(cell)
            return ActionResult(str(screen), ParseCode.OK, True, False, True, -1.0)
        screen.open(new)
        won = game.won
        closed = (board.geometry.full & ~(board.mines | board.start)).bit_count()
        progress = new.bit_count() / closed + (SUCCESS_REWARD if won else 0.0)
        return ActionResult(str(screen), ParseCode.OK, True, won, won, progress)

    def _state_key(self) -> str:
        game = self.game
        key = f"{game.board.layout_id}:{game.opened:x}"
        return key if game.exploded < 0 else f"{key}*{game.exploded}"

    def _admissible_actions(self) -> list[str]:
        game = self.game
        if game.over:
            return []
        shape = game.board.geometry
        return cell_names(shape, shape.full & ~game.opened)

    def _extra_info(self) -> Info:
        game = self.game
        return {
            "min_clicks": game.board.min_clicks,
            "opened": game.opened.bit_count(),
            "safe_cells": self.rows * self.cols - self.num_mines,
        }

    def _draw(self) -> NDArray[np.uint8]:
        return draw_board(self._observation)


def _shape(size: int | Sequence[int], rows: int | None, cols: int | None) -> tuple[int, int]:
    if (rows is None) != (cols is None):
        raise ValueError(f"rows and cols go together; expected both, not {rows!r} and {cols!r}")
    if rows is None or cols is None:
        if isinstance(size, str) or (isinstance(size, Sequence) and len(size) != 2):
            raise ValueError(f"size must be an integer or (rows, cols), not {size!r}")
        rows, cols = size if isinstance(size, Sequence) else (size, size)
    require_int("rows", rows, low=_SMALLEST, high=_LARGEST)
    require_int("cols", cols, low=_SMALLEST, high=_LARGEST)
    return int(rows), int(cols)
