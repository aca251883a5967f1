"""What is taken from OpenSpiel: counterfactual regret minimisation and Monte Carlo tree search.

OpenSpiel is imported when a function is called and never before.
"""

from __future__ import annotations

from types import ModuleType

from lamer_envs.games.kuhn.engine import INFORMATION_SETS


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
