"""`TicTacToeEnv`, the Gymnasium face of Tic-Tac-Toe."""

from __future__ import annotations

from collections.abc import Mapping

from lamer_envs.games.env import GameEnv, GameTask, Seat, named
from lamer_envs.games.opponents import Opponent
from lamer_envs.games.tictactoe.best_response import best_value, value
from lamer_envs.games.tictactoe.engine import Board, Seen
from lamer_envs.games.tictactoe.minimax import EXACT_SIZE
from lamer_envs.games.tictactoe.opponents import Minimax, known_odds
from lamer_envs.games.tictactoe.opponents import opponent as find_opponent
from lamer_envs.games.tictactoe.populations import population
from lamer_envs.games.tictactoe.text import cell_name, read_cell, render
from lamer_envs.parsing import ParseCode
from lamer_envs.text_env import Split, require_choice, require_int

WIN_REWARD = 10.0
LARGEST = 6

EQUILIBRIUM = Minimax()
"""The perfect player that results are compared with."""


class TicTacToeEnv(GameEnv[Board]):
    """Beat an opponent whom only its play gives away.

    ## Description

    Two players mark the free cells of a board in turns, X first; whoever fills a row, a column or
    a diagonal wins. The opponent is a fixed player, drawn by the seed from the population of the
    split. The agent is not told who it is, and over the episodes of a trial it can find out and
    take advantage: perfect play draws many games that could be won.

    ## Action Space

    `TextSpace`: any string. An action is exactly one cell, `(row, col)`, both counted from 1 at the
    top left; brackets may be left out. `info["parse"]` says what became of it: `ok`; `empty`;
    `outside` for a cell off the board; `repeated` for one that is taken; else `not_an_action`. What
    is not possible takes a turn and changes nothing.

    ## Observation Space

    `TextSpace`: the agent's mark, the board in one line a row (`X`, `O`, `.`), the moves of both in
    order, and whose turn it is or how the game ended.

    ## Starting State

    An empty board, or one with the opponent's first mark. The seed draws opponent and seat; a
    restart keeps both, and the opponent draws its moves anew.

    ## Rewards

    10 for a win, 0 for a draw, -10 for a loss, when the game is over.

    ## Episode End

    Terminated when the game is over; `success` is a win. Truncated after `max_turns` turns, which
    loses the game.

    ## Arguments

    - `opponent="population"`: or the name of one, `"mcts-SIMULATIONS"` (3×3 only; needs
      `pip install 'lamer[games]'`), or an `Opponent`.
    - `size=3`: rows and columns, 3 to 6; a line is as long as the board is wide.
    - `seat="mixed"`: `"first"`, `"second"`, or by the seed.
    - `max_turns=7`: on a 3×3 board the agent needs five at most; give half the cells and a few
      more on larger ones.
    - `split="train"`: the population, or `"validation"`, `"test"`; no opponent is in two of them.
    - `render_mode=None`: or `"ansi"`.

    ## Info

    The keys of `TextEnv`, `admissible_actions` being the free cells, and those of `GameEnv`:
    `opponent`, `seat`, `outcome`.

    ## Version History

    - v0: first version.
    """

    def __init__(
        self,
        opponent: str | Opponent = "population",
        *,
        size: int = 3,
        seat: Seat = "mixed",
        max_turns: int = 7,
        split: Split = "train",
        render_mode: str | None = None,
    ) -> None:
        require_choice("split", split, self.splits)
        require_int("size", size, low=EXACT_SIZE, high=LARGEST)
        super().__init__(
            population=population(split, size),
            chosen=find_opponent(opponent, size) if named(opponent) else None,
            seat=seat,
            scale=WIN_REWARD,
            max_turns=max_turns,
            split=split,
            render_mode=render_mode,
        )
        self.size = size

    def prompt_variables(self) -> dict[str, object]:
        """`size` and `max_turns`."""
        return {"size": self.size, "max_turns": self.max_turns}

    def references(self, task: GameTask, episode: int) -> tuple[float, float] | None:
        """See `GameEnv`; `None` on boards larger than 3×3."""
        if self.size > EXACT_SIZE:
            return None
        best = best_value(task.opponent, task.seat)
        return WIN_REWARD * best, WIN_REWARD * value(EQUILIBRIUM, task.opponent, task.seat)

    def _odds(self, opponent: Opponent, seen: Seen) -> Mapping[int, float]:
        return known_odds(opponent, seen)

    def _opening(self, task: GameTask, episode: int) -> Board:
        return Board(self.size)

    def _move(self, action: str) -> int | ParseCode:
        return read_cell(self.position, action)

    def _moves(self) -> list[str]:
        return [cell_name(self.size, cell) for cell in self.position.seen_by(0).free]

    def _text(self) -> str:
        return render(self.position, self.task.seat, out_of_turns=self._forfeited)

    def _state_key(self) -> str:
        first, second = self.position.marks
        task = self.task
        return f"{task.opponent.name}.{task.seat}.{self.size}.{first:x}.{second:x}"
