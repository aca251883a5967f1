"""What is taken from OpenSpiel: counterfactual regret minimisation and Monte Carlo tree search.

OpenSpiel is imported when a function is called and never before.
"""

from __future__ import annotations

from types import ModuleType

from lamer_envs.games.kuhn.engine import INFORMATION_SETS

_EXPLORATION = 2.0
_MEGABYTES = 64


def load() -> ModuleType:
    """The module `pyspiel`.

    Raises:
        ModuleNotFoundError: it is not installed; the message says how to get it.
    """
    try:
        import pyspiel
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "opponents by CFR and MCTS need OpenSpiel: pip install 'lamer[games]'"
        ) from error
    module: ModuleType = pyspiel
    return module


def cfr_kuhn(iterations: int) -> dict[str, float]:
    """The betting probability in each information set after CFR on Kuhn poker (its average policy).

    Args:
        iterations: updates of both players, at least 1.
    """
    spiel = load()
    solver = spiel.CFRSolver(spiel.load_game("kuhn_poker"))
    for _ in range(iterations):
        solver.evaluate_and_update_policy()
    policy = solver.average_policy()
    return {
        seen: float(dict(policy.get_state_policy(f"{'JQK'.index(seen[0])}{seen[1:]}"))[1])
        for seen in INFORMATION_SETS
    }


def search_tictactoe(own: int, other: int, simulations: int) -> int:
    """The move of Monte Carlo tree search in a position of 3×3 Tic-Tac-Toe.

    Seeded by the position, so that equal positions have equal moves.

    Args:
        own: mask of the marks of the player to move.
        other: mask of the other player's.
        simulations: of the search, at least 1.
    """
    spiel = load()
    marks = [[cell for cell in range(9) if mask >> cell & 1] for mask in (own, other)]
    begins = 0 if len(marks[0]) == len(marks[1]) else 1
    state = spiel.load_game("tic_tac_toe").new_initial_state()
    # No line is full yet, so the marks can be made in any order.
    for ply in range(len(marks[0]) + len(marks[1])):
        state.apply_action(marks[(ply + begins) % 2].pop())
    seed = own << 9 | other
    bot = spiel.MCTSBot(
        state.get_game(),
        spiel.RandomRolloutEvaluator(1, seed),
        _EXPLORATION,
        simulations,
        _MEGABYTES,
        False,
        seed,
        False,
    )
    return int(bot.step(state))
