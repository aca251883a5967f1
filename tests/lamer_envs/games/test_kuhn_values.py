"""Exact values in Kuhn poker: equilibrium, best responses, CFR."""

import itertools
import random

import pytest

from lamer_envs.games.kuhn.best_response import best_response, exploitability, value
from lamer_envs.games.kuhn.engine import CARDS, DEALS, INFORMATION_SETS, mover
from lamer_envs.games.kuhn.opponents import Behaviour, cfr, from_table, nash, opponent
from lamer_envs.games.kuhn.populations import POPULATIONS

EVERYBODY = [POPULATIONS.get(name) for name in POPULATIONS.names]
ALPHAS = [0, 0.1, 0.2, 1 / 3]


def tables(count: int) -> list[Behaviour]:
    rng = random.Random(0)
    return [from_table({seen: rng.random() for seen in INFORMATION_SETS}) for _ in range(count)]


@pytest.mark.parametrize("alpha", ALPHAS)
def test_equilibria_are_worth_the_value_of_the_game_and_cannot_be_exploited(alpha: float) -> None:
    player = nash(alpha)
    assert exploitability(player) == pytest.approx(0, abs=1e-12)
    for other in ALPHAS:
        assert value(player, nash(other), 0) == pytest.approx(-1 / 18)
        assert value(player, nash(other), 1) == pytest.approx(1 / 18)


def test_no_equilibrium_loses_to_anybody() -> None:
    for other in (*EVERYBODY, *tables(20)):
        assert value(nash(0.2), other, 0) >= -1 / 18 - 1e-12
        assert value(nash(0.2), other, 1) >= 1 / 18 - 1e-12


@pytest.mark.parametrize("other", [*EVERYBODY, *tables(3)], ids=lambda each: each.name)
def test_a_best_response_is_the_best_of_all_pure_policies(other: Behaviour) -> None:
    response = best_response(other)
    for seat in (0, 1):
        own = [seen for seen in INFORMATION_SETS if mover(seen[1:]) == seat]
        assert len(own) == 6
        worth = {
            moves: value(
                from_table(
                    dict.fromkeys(INFORMATION_SETS, 0.0) | dict(zip(own, moves, strict=True))
                ),
                other,
                seat,
            )
            for moves in itertools.product((0.0, 1.0), repeat=6)
        }
        assert len(worth) == 64
        assert value(response, other, seat) == pytest.approx(max(worth.values()), abs=1e-12)


def test_the_mean_over_deals_is_the_value() -> None:
    for one, other in itertools.product(tables(3), tables(3)):
        deals = [value(one, other, 0, cards) for cards in DEALS]
        assert value(one, other, 0) == pytest.approx(sum(deals) / 6)
        swapped = [value(other, one, 1, cards) for cards in DEALS]
        assert deals == pytest.approx([-chips for chips in swapped])


def test_the_ruler_for_a_player_that_never_bets_nor_calls() -> None:
    timid = POPULATIONS.get("conservative")
    assert timid is not None
    assert [value(best_response(timid), timid, seat) for seat in (0, 1)] == [1, 1]


@pytest.mark.parametrize("bad", [-0.1, 0.34, float("nan")])
def test_wrong_alphas_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match=r"alpha must be in \[0, 1/3\]"):
        nash(bad)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("nobody", "opponent must be 'population', one of 'conservative'.*not 'nobody'"),
        (3, "opponent must be"),
        ("nash-high", r"expected 'nash-' and a number in \[0, 1/3\]"),
        ("nash-0.5", "alpha must be"),
        ({"J": 0.5}, "missing .*'Jb'"),
        (dict.fromkeys(INFORMATION_SETS, 0.5) | {"A": 1}, r"unknown \['A'\]"),
        (dict.fromkeys(INFORMATION_SETS, 1.5), "expected a probability after J, not 1.5"),
        (dict.fromkeys(INFORMATION_SETS, "x"), "expected a probability after J, not 'x'"),
    ],
)
def test_wrong_opponents_are_refused(spec: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        opponent(spec)


def test_opponents_by_name_table_and_object() -> None:
    table = dict.fromkeys(INFORMATION_SETS, 0.25)
    assert opponent("nash-0.1") == nash(0.1)
    assert opponent("rock") is POPULATIONS.get("rock")
    assert opponent(table).odds("Qpb") == {"b": 0.25, "p": 0.75}
    assert opponent(nash(0)) == nash(0)


def spiel_policy(player: Behaviour) -> dict[str, list[tuple[int, float]]]:
    return {
        f"{CARDS.index(seen[0])}{seen[1:]}": [(0, 1 - bet), (1, bet)]
        for seen, bet in zip(INFORMATION_SETS, player.bets, strict=True)
    }


@pytest.mark.parametrize("other", [*EVERYBODY, *tables(5)], ids=lambda each: each.name)
def test_best_responses_are_worth_what_openspiel_says(other: Behaviour) -> None:
    spiel = pytest.importorskip("pyspiel", reason="OpenSpiel (lamer[games]) is the reference")
    game = spiel.load_game("kuhn_poker")
    policy = spiel_policy(other)
    for seat in (0, 1):
        reference = spiel.TabularBestResponse(game, seat, policy).value_from_state(
            game.new_initial_state()
        )
        assert value(best_response(other), other, seat) == pytest.approx(reference, abs=1e-6)
    assert exploitability(other) == pytest.approx(spiel.exploitability(game, policy), abs=1e-6)


def test_cfr_is_openspiels_and_nears_the_equilibrium() -> None:
    spiel = pytest.importorskip("pyspiel", reason="CFR is OpenSpiel's (lamer[games])")
    game = spiel.load_game("kuhn_poker")
    solver = spiel.CFRSolver(game)
    for _ in range(200):
        solver.evaluate_and_update_policy()
    reference = spiel.exploitability(game, solver.average_policy())
    player = opponent("cfr-200")
    assert player is cfr(200)
    assert exploitability(player) == pytest.approx(reference, abs=1e-6)
    assert exploitability(cfr(2000)) < 0.002 < exploitability(cfr(5))
    with pytest.raises(ValueError, match="at least one iteration"):
        opponent("cfr-0")
