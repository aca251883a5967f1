"""A scripted player that solves every level in the least number of moves."""

from __future__ import annotations

from lamer_envs.sokoban.engine import MOVES, State, move
from lamer_envs.sokoban.env import SokobanEnv
from lamer_envs.sokoban.instances import Level
from lamer_envs.sokoban.text import write_moves


def next_action(env: SokobanEnv) -> str:
    """The next moves of a shortest solution from the current state, as one action string.

    As many moves as a turn takes, or what is left. At a dead end, and on a large board where the
    search budget is too small for the present state, it is one move that changes something.

    Args:
        env: a Sokoban environment after `reset`, wrapped or not. It is read, not stepped.
    """
    game = env.unwrapped
    assert isinstance(game, SokobanEnv)
    plan = game.task.solver.plan(game.state)
    if not plan:
        return _some_move(game.task, game.state)
    return write_moves(plan[: game.moves_per_turn])


def _some_move(level: Level, state: State) -> str:
    """A move that is no proven dead end if there is one, else any that changes something."""
    able = [d for d in range(4) if move(level.room, state, d) != state]
    safe = [d for d in able if not level.solver.is_dead(move(level.room, state, d))]
    return MOVES[(safe or able or [0])[0]]
