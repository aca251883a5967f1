"""Which opponents the tasks of a generation meet, where that follows how the agent fares.

In a population drawn evenly, opponents that are beaten already take the tasks that the others could
use (MAGE, arXiv 2603.03680, keeps its population diverse). With `opponent_sampling: win_rate`
opponent o of n comes with probability

    p_o = FLOOR / n + (1 - FLOOR) · (1 - w_o) / sum_p (1 - w_p),

where w_o is the agent's win rate against it: the mean over the last episodes of the trials so far
of 1 for a win, 1/2 for a draw and 0 for a loss, a trial that is one generation older counting
`DECAY` times as much, and one trial at 1/2 to begin with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

from lamer_envs.games.env import GameEnv
from lamer_envs.meta.trial import Trial

OPPONENTS_FILE = "opponents.json"

FLOOR = 0.5
"""Share of the tasks that is spread evenly: no opponent comes less than half as often as then."""

DECAY = 0.9
"""Weight of a trial against that of one a generation later."""


@dataclass
class Record:
    """What is known of the play against one opponent.

    Attributes:
        won: decayed sum of wins, a draw being half of one.
        played: decayed number of trials.
        next_seed: the smallest task seed that has not been looked at for this opponent.
    """

    won: float
    played: float
    next_seed: int

    @property
    def win_rate(self) -> float:
        """Above 0 and below 1, as one trial that was half won counts too."""
        return (self.won + 0.5) / (self.played + 1)


def game_of(env: gym.Env[str, str], setting: str) -> GameEnv[Any]:
    """The game that an environment wraps.

    Args:
        env: the environment.
        setting: who wants to know, for the message.

    Raises:
        ValueError: the environment has no opponents.
    """
    inner = env.unwrapped
    if not isinstance(inner, GameEnv):
        name = env.spec.id if env.spec else type(inner).__name__
        raise ValueError(
            f"{setting} needs opponents, and {name} has none; expected one of the games, such as "
            "LaMer/KuhnPoker-v0"
        )
    return inner


class OpponentSampler:
    """Chooses the task seeds of generations by the agent's win rates.

    The choice depends on the seed, the generation and the trials that were noted, so that processes
    which note the same trials choose alike.

    Args:
        game: its population, and the opponents of its task seeds.
        first_seed: the smallest task seed; each one is played at most once.
        seed: of the choice.

    Raises:
        ValueError: fewer than two opponents.
    """

    def __init__(
        self,
        game: GameEnv[Any],
        *,
        first_seed: int = 0,
        seed: int = 0,
    ) -> None:
        self._game = game
        self._seed = seed
        names = sorted(each.name for each in game.opponents)
        self._records = {name: Record(0.0, 0.0, first_seed) for name in names}
        if len(self._records) < 2:
            raise ValueError(
                "opponent_sampling: win_rate needs a population to choose from, not "
                f"{', '.join(names)}; expected opponent: population"
            )

    @property
    def weights(self) -> Mapping[str, float]:
        """The probability of each opponent in the next generation."""
        missing = np.array([1 - record.win_rate for record in self._records.values()])
        shares = FLOOR / len(missing) + (1 - FLOOR) * missing / missing.sum()
        return dict(zip(self._records, shares.tolist(), strict=True))

    def draw(self, generation: int, tasks: int) -> list[int]:
        """Task seeds of a generation, of which none has been drawn before."""
        weights = self.weights
        rng = np.random.default_rng([self._seed, generation])
        chosen = rng.choice(list(weights), size=tasks, p=list(weights.values()))
        return [self._next_task(str(name)) for name in chosen]

    def _next_task(self, name: str) -> int:
        record = self._records[name]
        seed = record.next_seed
        while self._game.task_of(seed).opponent.name != name:
            seed += 1
        record.next_seed = seed + 1
        return seed

    def note(self, outcomes: Iterable[tuple[str, float]]) -> None:
        """Take in a generation.

        Args:
            outcomes: opponent and reward of the last episode of each trial.
        """
        for record in self._records.values():
            record.won *= DECAY
            record.played *= DECAY
        for name, reward in outcomes:
            record = self._records[name]
            record.won += 1.0 if reward > 0 else 0.5 if reward == 0 else 0.0
            record.played += 1

    def save(self, folder: Path) -> None:
        """Write what has been noted and drawn into a folder."""
        state = {name: asdict(record) for name, record in self._records.items()}
        (folder / OPPONENTS_FILE).write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Read what `save` wrote.

        Raises:
            ValueError: the folder holds no opponents, or others.
        """
        path = folder / OPPONENTS_FILE
        if not path.is_file():
            raise ValueError(
                f"{folder} holds no opponents; it was not saved by a run with "
                "opponent_sampling: win_rate"
            )
        state = json.loads(path.read_text(encoding="utf-8"))
        if state.keys() != self._records.keys():
            raise ValueError(
                f"{path} is of the opponents {', '.join(state)}, not {', '.join(self._records)}"
            )
        self._records = {name: Record(**record) for name, record in state.items()}


def last_outcomes(trials: Iterable[Trial]) -> list[tuple[str, float]]:
    """Opponent and reward of the last episode of each trial."""
    return [(trial.task_type, trial.episodes[-1].reward) for trial in trials]
