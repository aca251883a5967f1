"""What the two-player games have in common as Gymnasium environments."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar

from lamer_envs.games.opponents import POPULATION, Opponent, draw
from lamer_envs.games.streams import uniform
from lamer_envs.parsing import ParseCode
from lamer_envs.text_env import ActionResult, Info, Split, TextEnv, require_choice

Seat = Literal["first", "second", "mixed"]
SEATS = ("first", "second")
OUTCOMES = ("loss", "draw", "win")

FORFEIT = -1.0
"""The payoff of a player who runs out of turns: the least that a lost game costs."""


class Position(Protocol):
    """A position of a two-player zero-sum game; players are 0 and 1."""

    @property
    def to_move(self) -> int | None:
        """Whose turn it is; `None` when the game is over."""

    @property
    def ply(self) -> int:
        """Moves made so far."""

    def played(self, move: Any) -> Any:
        """The position after a move."""

    def payoff(self, seat: int) -> float:
        """What a player wins when the game is over."""

    def seen_by(self, seat: int) -> Any:
        """What a player knows, as opponents read it."""


PositionT = TypeVar("PositionT", bound=Position)


@dataclass(frozen=True)
class GameTask:
    """Whom the agent meets, and where it sits.

    Attributes:
        seed: the task seed, which also decides the deals and the opponent's draws.
        opponent: the same in all episodes of a trial and all trials of a group.
        seat: the agent's, 0 or 1.
    """

    seed: int
    opponent: Opponent
    seat: int

    @property
    def task_id(self) -> str:
        """Names opponent, seat and seed."""
        return f"{self.opponent.name}-{SEATS[self.seat]}-{self.seed}"


class GameEnv(TextEnv[GameTask], Generic[PositionT]):
    """A game against an opponent that moves inside `step` (and inside `reset`, where it begins).

    A restart keeps opponent and seat, and is the next episode: the opponent draws its moves anew,
    by (task seed, episode, move), so that the first observation may differ where it begins. The
    number of restarts since the last `reset(seed=...)` is the index of the episode. A game that is
    not over when the turns run out is lost by forfeit, so nobody gains by wasting turns.

    Info keys beside those of `TextEnv`: `opponent` (its name, for records and never for prompts),
    `task_type` (the same, as the kind of the task), `seat` (`"first"` or `"second"`) and `outcome`
    (`"win"`, `"draw"`, `"loss"`, or `None` before the end). `success` is a win.

    Subclasses implement `_opening`, `_move`, `_moves`, `_text`, `_state_key` and `references`.

    Args:
        population: the opponents of the split.
        chosen: the opponent that is named, or `None` to draw from the population.
        seat: `"first"`, `"second"` or `"mixed"` (by the task seed).
        scale: reward of one unit of payoff.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 2}  # noqa: RUF012
    restart_repeats = False
    stop_on_success = False

    def __init__(
        self,
        *,
        population: tuple[Opponent, ...],
        chosen: Opponent | None,
        seat: Seat,
        scale: float,
        max_turns: int,
        split: Split,
        render_mode: str | None,
    ) -> None:
        super().__init__(max_turns=max_turns, split=split, render_mode=render_mode)
        require_choice("seat", seat, (*SEATS, "mixed"))
        self.seat = seat
        self._scale = scale
        self._chosen = chosen
        self._candidates = population
        if chosen is not None and all(each.name != chosen.name for each in population):
            self._candidates = (*population, chosen)
        self._episode = -1
        self._past: list[PositionT] = []
        self._position: PositionT | None = None
        self._forfeited = False

    @property
    def position(self) -> PositionT:
        """The game in play, for experts and tests; never shown to the agent."""
        self.task  # noqa: B018 - says that a reset is needed
        assert self._position is not None
        return self._position

    @property
    def past(self) -> tuple[PositionT, ...]:
        """How the earlier episodes of this trial ended."""
        return tuple(self._past)

    @property
    def episode(self) -> int:
        """Index of the episode in the trial, from 0."""
        return self._episode

    @property
    def candidates(self) -> tuple[Opponent, ...]:
        """Whom a well-informed observer thinks possible: the population and a named opponent."""
        return self._candidates

    @property
    def opponents(self) -> tuple[Opponent, ...]:
        """Whom tasks may bring: the one that was named, or else the population."""
        return self._candidates if self._chosen is None else (self._chosen,)

    def references(self, task: GameTask, episode: int) -> tuple[float, float] | None:
        """What could be expected of one episode, in units of reward.

        Args:
            task: opponent and seat.
            episode: its index; it decides the deal.

        Returns:
            The expected reward of the best response to the opponent, and of an equilibrium player;
            `None` where the game is too large for exact values.
        """
        return None

    def task_of(self, task_seed: int) -> GameTask:
        """Opponent and seat of a task seed, without a reset."""
        opponent = self._chosen
        if opponent is None:
            population = self._candidates
            opponent = population[int(uniform("opponent", task_seed) * len(population))]
        if self.seat == "mixed":
            seat = int(uniform("seat", task_seed) * 2)
        else:
            seat = SEATS.index(self.seat)
        return GameTask(task_seed, opponent, seat)

    def _generate(self, task_seed: int) -> GameTask:
        self._episode = -1
        return self.task_of(task_seed)

    def _start(self, task: GameTask) -> str:
        if self._episode < 0:
            self._past = []
        elif self._position is not None:
            self._past.append(self._position)
        self._episode += 1
        self._forfeited = False
        self._position = self._opponent_played(self._opening(task, self._episode))
        return self._text()

    def _act(self, action: str) -> ActionResult:
        move = self._move(action)
        parse = ParseCode.OK
        if isinstance(move, ParseCode):
            parse = move
        else:
            self._position = self._opponent_played(self.position.played(move))
        over = self.position.to_move is None
        self._forfeited = not over and self._turn + 1 >= self.max_turns
        payoff = self._payoff() or 0.0
        return ActionResult(
            self._text(), parse, parse is ParseCode.OK, payoff > 0, over, self._scale * payoff
        )

    def _reward(self, result: ActionResult) -> float:
        return result.progress

    def _opponent_played(self, position: PositionT) -> PositionT:
        task = self.task
        other = 1 - task.seat
        while position.to_move == other:
            odds = self._odds(task.opponent, position.seen_by(other))
            number = uniform("move", task.seed, self._episode, position.ply)
            position = position.played(draw(odds, number))
        return position

    def _odds(self, opponent: Opponent, seen: Any) -> Mapping[Any, float]:
        return opponent.odds(seen)

    def _payoff(self) -> float | None:
        """What the agent wins; `None` while the game goes on."""
        if self._forfeited:
            return FORFEIT
        return None if self.position.to_move is not None else self.position.payoff(self.task.seat)

    def _extra_info(self) -> Info:
        payoff = self._payoff()
        sign = 0 if payoff is None else (payoff > 0) - (payoff < 0)
        return {
            "opponent": self.task.opponent.name,
            "task_type": self.task.opponent.name,
            "seat": SEATS[self.task.seat],
            "outcome": None if payoff is None else OUTCOMES[sign + 1],
        }

    def _admissible_actions(self) -> list[str]:
        return [] if self._forfeited or self.position.to_move is None else self._moves()

    @abstractmethod
    def _opening(self, task: GameTask, episode: int) -> PositionT:
        """The position before anyone has moved."""

    @abstractmethod
    def _move(self, action: str) -> Any:
        """The move that an action names, or the `ParseCode` that says why it names none."""

    @abstractmethod
    def _moves(self) -> list[str]:
        """The actions that are possible now."""

    @abstractmethod
    def _text(self) -> str:
        """The position as the agent sees it."""


def named(opponent: object) -> bool:
    """Whether the `opponent` argument means one opponent, and not the population."""
    return not (isinstance(opponent, str) and opponent == POPULATION)
