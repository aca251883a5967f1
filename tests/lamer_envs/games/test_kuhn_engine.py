"""The rules of Kuhn poker, by hand and against OpenSpiel."""

import itertools

import pytest

from lamer_envs.games.kuhn.engine import (
    CARDS,
    DEALS,
    ENDINGS,
    HISTORIES,
    INFORMATION_SETS,
    MOVES,
    Hand,
)


def hands(hand: Hand) -> list[Hand]:
    """A hand and all that can follow."""
    if hand.to_move is None:
        return [hand]
    return [hand, *itertools.chain.from_iterable(hands(hand.played(move)) for move in MOVES)]


@pytest.mark.parametrize(
    ("cards", "history", "chips"),
    [
        ("KQ", "pp", 1),
        ("JQ", "pp", -1),
        ("JK", "bp", 1),
        ("KJ", "pbp", -1),
        ("QJ", "bb", 2),
        ("QK", "bb", -2),
        ("KQ", "pbb", 2),
        ("JQ", "pbb", -2),
    ],
)
def test_what_a_hand_pays(cards: str, history: str, chips: int) -> None:
    hand = Hand((cards[0], cards[1]), history)
    assert hand.to_move is None
    assert (hand.payoff(0), hand.payoff(1)) == (chips, -chips)


def test_the_tree_has_nine_histories() -> None:
    seen = {hand.history: hand.to_move for hand in hands(Hand(("J", "Q")))}
    assert {history for history, mover in seen.items() if mover is None} == set(ENDINGS)
    assert {history: mover for history, mover in seen.items() if mover is not None} == {
        "": 0,
        "p": 1,
        "b": 1,
        "pb": 0,
    }
    assert set(HISTORIES) == {"", "p", "b", "pb"}
    assert len(DEALS) == 6
    assert len(set(INFORMATION_SETS)) == 12


def test_what_a_player_sees_of_a_hand() -> None:
    fold, showdown = Hand(("J", "K"), "bp"), Hand(("J", "K"), "bb")
    assert Hand(("J", "K"), "b").seen_by(1) == "Kb"
    assert [hand.sight(0).other for hand in (fold, showdown, Hand(("J", "K"), "b"))] == [
        None,
        "K",
        None,
    ]


def test_wrong_moves_are_refused() -> None:
    with pytest.raises(ValueError, match="no move 'x' after ''; expected one of"):
        Hand(("J", "Q")).played("x")
    with pytest.raises(ValueError, match="no move 'b' after 'pp'"):
        Hand(("J", "Q"), "pp").played("b")
    with pytest.raises(ValueError, match="not over after 'pb'"):
        Hand(("J", "Q"), "pb").payoff(0)


def test_every_history_is_openspiels() -> None:
    spiel = pytest.importorskip("pyspiel", reason="OpenSpiel (lamer[games]) is the reference")
    game = spiel.load_game("kuhn_poker")
    compared = 0
    for cards in DEALS:
        for hand in hands(Hand(cards)):
            state = game.new_initial_state()
            for card in cards:
                state.apply_action(CARDS.index(card))
            for move in hand.history:
                state.apply_action(MOVES.index(move))
            assert state.is_terminal() == (hand.to_move is None)
            if hand.to_move is None:
                assert state.returns() == [hand.payoff(0), hand.payoff(1)]
            else:
                assert state.current_player() == hand.to_move
                assert state.legal_actions() == [0, 1]
                seen = hand.seen_by(hand.to_move)
                assert state.information_state_string() == f"{CARDS.index(seen[0])}{seen[1:]}"
            compared += 1
    assert compared == 6 * 9
