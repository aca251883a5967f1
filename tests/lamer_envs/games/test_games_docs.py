"""The page about games: its opponents, their values, its arguments and its parse codes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import gymnasium as gym
import pytest

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.games.kuhn import best_response as kuhn
from lamer_envs.games.kuhn.env import EQUILIBRIUM
from lamer_envs.games.kuhn.populations import POPULATIONS as KUHN
from lamer_envs.games.opponents import Opponent, Populations
from lamer_envs.games.tictactoe import best_response as tictactoe
from lamer_envs.games.tictactoe.opponents import Minimax
from lamer_envs.games.tictactoe.populations import POPULATIONS as TICTACTOE

PAGE = Path(__file__).parents[3] / "docs" / "environments" / "games.md"
NAMES = {"Kuhn poker": "LaMer/KuhnPoker-v0", "Tic-Tac-Toe": "LaMer/TicTacToe-v0"}


def section(title: str) -> str:
    """The text under a heading, up to the next one."""
    found = re.search(rf"^#+ {title}\n(.*?)(?=^#|\Z)", PAGE.read_text("utf-8"), re.M | re.S)
    assert found is not None
    return found[1]


def table(text: str) -> list[list[str]]:
    """The body of the first table."""
    lines = f"\n{text}".split("\n\n| ", 1)[1].split("\n\n", 1)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def rows(
    populations: Populations, worth: Callable[[Opponent, int], tuple[float, float]]
) -> Iterator[list[str]]:
    for split in ("train", "validation", "test"):
        for opponent in populations.of(split):
            values = [worth(opponent, seat) for seat in (0, 1)]
            best, equilibrium = (
                ", ".join(f"{pair[column]:.2f}" for pair in values) for column in (0, 1)
            )
            yield [f"`{opponent.name}`", split, opponent.description, best, equilibrium]


def kuhn_worth(opponent: Opponent, seat: int) -> tuple[float, float]:
    best = kuhn.value(kuhn.best_response(opponent), opponent, seat)
    return 5 * best, 5 * kuhn.value(EQUILIBRIUM, opponent, seat)


def tictactoe_worth(opponent: Opponent, seat: int) -> tuple[float, float]:
    best = tictactoe.best_value(opponent, seat)
    return 10 * best, 10 * tictactoe.value(Minimax(), opponent, seat)


@pytest.mark.parametrize(
    ("name", "populations", "worth"),
    [("Kuhn poker", KUHN, kuhn_worth), ("Tic-Tac-Toe", TICTACTOE, tictactoe_worth)],
)
def test_every_opponent_is_listed_with_what_it_is_worth(
    name: str, populations: Populations, worth: Callable[[Opponent, int], tuple[float, float]]
) -> None:
    assert table(section(f"Opponents of {name}")) == list(rows(populations, worth))


@pytest.mark.parametrize(("name", "env_id"), NAMES.items())
def test_every_argument_is_listed_with_its_default(name: str, env_id: str) -> None:
    constructor = inspect.signature(type(gym.make(env_id).unwrapped))
    shown = {
        row[0].strip("`"): row[1].strip("`").strip('"')
        for row in table(section(f"Arguments of {name}"))
    }
    assert shown == {each.name: str(each.default) for each in constructor.parameters.values()}


@pytest.mark.parametrize(("name", "env_id"), NAMES.items())
def test_the_table_of_parse_codes_is_right(name: str, env_id: str) -> None:
    checked = 0
    for actions, code in table(section(name)):
        for action in re.findall(r"`([^`]*)`", actions):
            env = gym.make(env_id, seat="first")
            env.reset(seed=0)
            assert env.step(action)[4]["parse"] == code.strip("`"), action
            checked += 1
    assert checked >= 7
