"""What the Bayesian believes, against sums over everything that could have happened."""

import itertools

import pytest

from lamer_envs.games.kuhn.bayes import beliefs, opponent_posterior
from lamer_envs.games.kuhn.best_response import best_response, move_values, value
from lamer_envs.games.kuhn.engine import CARDS, DEALS, Hand, Sight, mover
from lamer_envs.games.kuhn.populations import POPULATIONS
from lamer_envs.games.opponents import Opponent

TRAIN = POPULATIONS.of("train")


def likelihood(other: Opponent, sight: Sight, card: str) -> float:
    """How likely the opponent's moves in one hand are, if it holds this card."""
    if card == sight.card or sight.other not in (None, card):
        return 0.0
    chance = 1.0
    for index, move in enumerate(sight.history):
        if index % 2 != sight.seat:
            chance *= other.odds(card + sight.history[:index]).get(move, 0.0)
    return chance


PAST = [
    [],
    [Sight(0, "Q", "pbp", None)],
    [Sight(0, "Q", "pp", "J"), Sight(0, "Q", "bp", None)],
]


@pytest.mark.parametrize("redeal", [False, True])
@pytest.mark.parametrize("past", PAST)
def test_the_posterior_is_bayes_rule(past: list[Sight], redeal: bool) -> None:
    now = Sight(0, "Q", "pb", None)
    found = beliefs(TRAIN, past, now, redeal=redeal)
    weights: dict[tuple[str, str], float] = {}
    for other in TRAIN:
        for cards in itertools.product(CARDS, repeat=len(past) + 1):
            if not redeal and len(set(cards)) > 1:
                continue
            chance = 1.0
            for sight, card in zip((*past, now), cards, strict=True):
                chance *= likelihood(other, sight, card) / 2
            place = (other.name, cards[-1])
            weights[place] = weights.get(place, 0.0) + chance
    total = sum(weights.values())
    expected = {place: weight / total for place, weight in weights.items() if weight}
    assert {(o.name, card): weight for (o, card), weight in found.items()} == pytest.approx(
        expected
    )
    assert sum(opponent_posterior(found).values()) == pytest.approx(1)


def test_a_revealed_card_is_known_if_it_is_dealt_again() -> None:
    past, now = [Sight(1, "K", "bb", "J")], Sight(1, "K", "p", None)
    again = beliefs(TRAIN, past, now, redeal=False)
    assert {card for _, card in again} == {"J"}
    anew = beliefs(TRAIN, past, now, redeal=True)
    assert {card for _, card in anew} == {"J", "Q"}


def test_what_nobody_would_do_leaves_no_belief() -> None:
    (timid,) = (each for each in TRAIN if each.name == "conservative")
    assert beliefs([timid], [], Sight(1, "K", "b", None), redeal=True) == {}


@pytest.mark.parametrize("other", TRAIN, ids=lambda each: each.name)
@pytest.mark.parametrize("seat", [0, 1])
def test_with_one_candidate_the_values_are_those_of_its_best_response(
    other: Opponent, seat: int
) -> None:
    total = 0.0
    for cards in DEALS:
        histories = [""] if seat == 0 else ["p", "b"]
        for history in histories:
            chance = 1.0
            if seat == 1:
                chance = other.odds(cards[0]).get(history, 0.0)
            if chance:
                sight = Hand(cards, history).sight(seat)
                assert mover(history) == seat
                joint = beliefs([other], [], sight, redeal=True)
                worth = max(move_values(seat, cards[seat], history, joint).values())
                total += chance * worth / len(DEALS)
    assert total == pytest.approx(value(best_response(other), other, seat))
