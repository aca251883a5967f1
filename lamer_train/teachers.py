"""Scripted teachers for the warm start, one for each environment that has a tiny preset."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import gymnasium as gym

from lamer_envs.alfworld.catalogue import USUAL
from lamer_envs.alfworld.env import ALFWorldEnv
from lamer_envs.games.kuhn.env import EQUILIBRIUM, KuhnPokerEnv
from lamer_envs.games.kuhn.text import word
from lamer_envs.games.tictactoe.env import TicTacToeEnv
from lamer_envs.games.tictactoe.populations import POPULATIONS
from lamer_envs.games.tictactoe.text import cell_name
from lamer_envs.minesweeper.env import MineSweeperEnv
from lamer_envs.minesweeper.expert import single_point_distribution
from lamer_envs.sokoban.engine import MOVES
from lamer_envs.sokoban.env import SokobanEnv
from lamer_envs.sokoban.expert import next_action
from lamer_envs.webshop.env import WebShopEnv
from lamer_envs.webshop.shop import BUY, PREVIOUS, plain
from lamer_envs.webshop.wishes import asked_value, read_instruction, stands_in, terms
from lamer_train.warm_start import Teacher


def teacher_for(env_id: str, noise: float) -> Teacher:
    """The weak scripted player of an environment.

    Args:
        env_id: the Gymnasium id.
        noise: share of its choices that is uniform, in [0, 1].

    Raises:
        ValueError: the environment has no teacher.
    """
    if env_id not in _TEACHERS:
        raise ValueError(
            f"there is no warm-start teacher for {env_id!r}; expected one of "
            f"{', '.join(map(repr, _TEACHERS))}, or warm_start_steps: 0 with a pretrained model"
        )
    choices = _TEACHERS[env_id]
    return lambda env: choices(env, noise)


def reflection_teacher_for(env_id: str, noise: float) -> Teacher | None:
    """What the scripted player of an environment writes after a failed episode, if it writes.

    Args:
        env_id: the Gymnasium id.
        noise: share of its remarks that is uniform, in [0, 1].
    """
    if env_id not in _REFLECTIONS:
        return None
    remarks = _REFLECTIONS[env_id]
    return lambda env: remarks(env, noise)


def _minesweeper(env: gym.Env[str, str], noise: float) -> dict[str, float]:
    odds = single_point_distribution(env, noise)
    return {str(cell): weight for cell, weight in odds.items()}


def _minesweeper_remarks(env: gym.Env[str, str], noise: float) -> dict[str, float]:
    """Where the mine was, and with probability `noise` (or if none was hit) any cell."""
    inner = env.unwrapped
    assert isinstance(inner, MineSweeperEnv)
    cells = [f"hit:{row + 1},{col + 1}" for row in range(inner.rows) for col in range(inner.cols)]
    hit = inner.game.exploded
    if hit < 0:
        return dict.fromkeys(cells, 1 / len(cells))
    return _mixed({cells[hit]: 1.0}, cells, noise)


def _sokoban(env: gym.Env[str, str], noise: float) -> dict[str, float]:
    """The first move of a shortest solution, and with probability `noise` any move."""
    game = env.unwrapped
    assert isinstance(game, SokobanEnv)
    best = next_action(game).partition(",")[0]
    odds = dict.fromkeys(MOVES, noise / len(MOVES))
    odds[best] += 1 - noise
    return odds


def _alfworld(env: gym.Env[str, str], noise: float) -> dict[str, float]:
    """A player that looks where such things usually lie, drawn at random, and takes what it sees.

    It knows where it has been in this episode. With probability `noise` it gives any command that
    changes something.
    """
    game = env.unwrapped
    assert isinstance(game, ALFWorldEnv)
    wanted = game.task.goal.object_kind.lower()
    target = game.task.goal.target_kind.lower()
    possible = [c for c in game._admissible_actions() if c.split(" ")[0] in _MOVING]
    done = frozenset(game.transcript[1::2])
    puts = [c for c in possible if c.startswith("move ")]
    steps = (
        [c for c in puts if re.match(rf"move {wanted} \d+ to {target} ", c)],
        # What is held and not wanted is in the way.
        [c for c in puts if not c.startswith(f"move {wanted} ")],
        [c for c in possible if re.match(rf"take {wanted} \d+ from (?!{target} )", c)],
        [c for c in possible if c.startswith("open ") and c not in done],
    )
    best = dict.fromkeys(next(filter(None, steps), ()), 1.0)
    if not best:
        ways = [c for c in possible if c.startswith("go to ")]
        homes = _HOMES[wanted] if game.game.held < 0 else {target: 1.0}
        new = _by_home([way for way in ways if way not in done], homes)
        best = new or dict.fromkeys(ways, 1.0)
    return _mixed(best, possible, noise)


_MOVING = frozenset(("close", "go", "move", "open", "take"))
_HOMES = {
    kind.lower(): {home.lower(): weight for home, weight in homes.items()}
    for kind, homes in USUAL.items()
}


def _by_home(ways: Sequence[str], homes: Mapping[str, float]) -> dict[str, float]:
    """Ways to places of the classes `homes`, a class's weight shared between its places."""
    kinds = {way: way.split(" ")[2] for way in ways}
    sizes = Counter(kinds.values())
    return {way: homes[kind] / sizes[kind] for way, kind in kinds.items() if kind in homes}


def _webshop(env: gym.Env[str, str], noise: float) -> dict[str, float]:
    """A shopper that buys what shares most words with the wish, reading titles only.

    It searches for what the shop calls such products, and chooses the options that it was told.
    With probability `noise` it clicks anything.
    """
    shop = env.unwrapped
    assert isinstance(shop, WebShopEnv)
    view, wishes = shop.view, read_instruction(shop.task.instruction)
    if view.kind == "search":
        return {f"search[{shop.task.query}]": 1.0}
    if view.kind == "results":
        best = {
            f"click[{listing.asin.lower()}]": math.exp(
                _EAGERNESS * len(frozenset(terms(listing.title)).intersection(wishes.terms))
                - _THRIFT * (float(_FIRST_PRICE.findall(listing.price_tag)[0]) > wishes.budget)
            )
            for listing in shop.shop.listed(view)
        }
    elif view.kind == "item":
        chosen = dict(view.chosen)
        asked = {
            name: asked_value(wishes.terms, name, values)
            for name, values in shop.shop.catalogue.item(view.product).product.options
        }
        missing = [
            value
            for name, value in asked.items()
            if value is not None and stands_in(value, wishes.terms) and chosen.get(name) != value
        ]
        best = {f"click[{plain(missing[0] if missing else BUY)}]": 1.0}
    else:
        best = {f"click[{PREVIOUS}]": 1.0}
    return _mixed(best, shop._admissible_actions(), noise)


_EAGERNESS, _THRIFT = 0.7, 2.0
_FIRST_PRICE = re.compile(r"\d+(?:\.\d+)?")


def _mixed(best: Mapping[str, float], possible: Sequence[str], noise: float) -> dict[str, float]:
    """Odds in proportion to `best`, and with probability `noise` anything that is possible."""
    odds = dict.fromkeys(possible, noise / len(possible))
    total = sum(best.values())
    for action, weight in best.items():
        odds[action] = odds.get(action, 0.0) + (1 - noise) * weight / total
    return odds


def _kuhn(env: gym.Env[str, str], noise: float) -> dict[str, float]:
    """A player of an equilibrium, and with probability `noise` either move."""
    game = env.unwrapped
    assert isinstance(game, KuhnPokerEnv)
    hand = game.position
    odds = EQUILIBRIUM.odds(hand.seen_by(game.task.seat))
    best = {word(hand.history, move): share for move, share in odds.items()}
    return _mixed(best, game._admissible_actions(), noise)


def _tictactoe(env: gym.Env[str, str], noise: float) -> dict[str, float]:
    """A player that takes a win or stops one, and else marks any free cell."""
    game = env.unwrapped
    assert isinstance(game, TicTacToeEnv)
    greedy = POPULATIONS.get("lookahead")
    assert greedy is not None
    odds = greedy.odds(game.position.seen_by(game.task.seat))
    best = {cell_name(game.size, cell): share for cell, share in odds.items()}
    return _mixed(best, game._admissible_actions(), noise)


_REFLECTIONS: dict[str, Callable[[gym.Env[str, str], float], dict[str, float]]] = {
    "LaMer/MineSweeper-v0": _minesweeper_remarks,
}

_TEACHERS: dict[str, Callable[[gym.Env[str, str], float], dict[str, float]]] = {
    "LaMer/ALFWorld-v0": _alfworld,
    "LaMer/KuhnPoker-v0": _kuhn,
    "LaMer/MineSweeper-v0": _minesweeper,
    "LaMer/Sokoban-v0": _sokoban,
    "LaMer/TicTacToe-v0": _tictactoe,
    "LaMer/WebShop-v0": _webshop,
}
