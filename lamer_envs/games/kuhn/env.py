"""`KuhnPokerEnv`, the Gymnasium face of Kuhn poker."""

from __future__ import annotations

from collections.abc import Mapping

from lamer_envs.games.env import GameEnv, GameTask, Seat, named
from lamer_envs.games.kuhn.best_response import best_response, value
from lamer_envs.games.kuhn.engine import DEALS, Hand
from lamer_envs.games.kuhn.opponents import nash
from lamer_envs.games.kuhn.opponents import opponent as find_opponent
from lamer_envs.games.kuhn.populations import POPULATIONS
from lamer_envs.games.kuhn.text import parse_move, render, words
from lamer_envs.games.opponents import Opponent
from lamer_envs.games.streams import uniform
from lamer_envs.parsing import ParseCode
from lamer_envs.text_env import Split, require_choice

REWARD_PER_CHIP = 5.0

EQUILIBRIUM = nash(0.2)
"""The equilibrium player that results are compared with."""


class KuhnPokerEnv(GameEnv[Hand]):
    """Win chips from an opponent whom only its play gives away.

    ## Description

    Kuhn poker: a jack, a queen and a king, one card for each of two players, one chip each in the
    pot. The first player checks or bets one chip; whoever faces a bet calls it or folds. Without a
    fold the higher card takes the pot. The opponent is a fixed player, drawn by the seed from the
    population of the split. The agent is not told who it is, and over the episodes of a trial it
    can find out and take advantage.

    ## Action Space

    `TextSpace`: any string. An action is exactly one of `check`, `bet`, `fold`, `call`, in any
    case. `info["parse"]` says what became of it: `ok`; `empty`; `outside` for a word that does not
    fit now, such as `call` where nobody has bet; else `not_an_action`. What is not possible takes
    a turn and changes nothing.

    ## Observation Space

    `TextSpace`: three lines, with the agent's card and place, the moves so far, and what can be
    done or how the hand ended. The opponent's card is shown after a showdown only.

    ## Starting State

    The seed draws opponent, seat and deal. A restart keeps all three, or with `redeal=True`
    opponent and seat: then the deal of each episode is drawn by (seed, episode). The opponent
    draws its moves anew either way.

    ## Rewards

    5 for each chip won or lost, when the hand is over: -10 to 10.

    ## Episode End

    Terminated when the hand is over; `success` is a hand won. Truncated after `max_turns` turns,
    which folds the hand.

    ## Arguments

    - `opponent="population"`: or the name of one, `"nash-ALPHA"` with alpha in [0, 1/3],
      `"cfr-ITERATIONS"` (needs `pip install 'lamer[games]'`), a mapping from each of the twelve
      information sets (`"J"`, `"Qpb"`, ...: card and history) to the probability of a bet or
      call, or an `Opponent`.
    - `seat="mixed"`: `"first"`, `"second"`, or by the seed.
    - `redeal=False`: whether a restart deals anew.
    - `max_turns=4`: a hand takes one or two; the others forgive answers that are not possible.
    - `split="train"`: the population, or `"validation"`, `"test"`; no opponent is in two of them.
    - `render_mode=None`: or `"ansi"`.

    ## Info

    The keys of `TextEnv`, `admissible_actions` being the two words that fit, and those of
    `GameEnv`: `opponent`, `seat`, `outcome`.

    ## Version History

    - v0: first version.
    """

    def __init__(
        self,
        opponent: str | Mapping[str, float] | Opponent = "population",
        *,
        seat: Seat = "mixed",
        redeal: bool = False,
        max_turns: int = 4,
        split: Split = "train",
        render_mode: str | None = None,
    ) -> None:
        require_choice("split", split, self.splits)
        if not isinstance(redeal, bool):
            raise ValueError(f"redeal must be True or False, not {redeal!r}")
        super().__init__(
            population=POPULATIONS.of(split),
            chosen=find_opponent(opponent) if named(opponent) else None,
            seat=seat,
            scale=REWARD_PER_CHIP,
            max_turns=max_turns,
            split=split,
            render_mode=render_mode,
        )
        self.redeal = redeal

    def prompt_variables(self) -> dict[str, object]:
        """`max_turns`, and `dealing`: what happens to the cards between attempts."""
        return {
            "max_turns": self.max_turns,
            "dealing": "the cards are dealt anew"
            if self.redeal
            else "both of you are dealt the same cards again",
        }

    def references(self, task: GameTask, episode: int) -> tuple[float, float]:
        """See `GameEnv`; both players know their own card only, and the deal is the episode's."""
        cards = self._deal(task, episode)
        best = value(best_response(task.opponent), task.opponent, task.seat, cards)
        equilibrium = value(EQUILIBRIUM, task.opponent, task.seat, cards)
        return REWARD_PER_CHIP * best, REWARD_PER_CHIP * equilibrium

    def _deal(self, task: GameTask, episode: int) -> tuple[str, str]:
        number = uniform("deal", task.seed, episode if self.redeal else 0)
        return DEALS[int(number * len(DEALS))]

    def _opening(self, task: GameTask, episode: int) -> Hand:
        return Hand(self._deal(task, episode))

    def _move(self, action: str) -> str | ParseCode:
        return parse_move(self.position.history, action)

    def _moves(self) -> list[str]:
        return words(self.position.history)

    def _text(self) -> str:
        return render(self.position, self.task.seat, out_of_turns=self._forfeited)

    def _state_key(self) -> str:
        hand, task = self.position, self.task
        return f"{task.opponent.name}.{task.seat}.{''.join(hand.cards)}.{hand.history}"
