"""Exact values on the 3×3 board: perfect play, best responses, tree search."""

import random
from functools import cache
from typing import Any

import pytest

from lamer_envs.games.opponents import Opponent
from lamer_envs.games.tictactoe.bayes import posterior
from lamer_envs.games.tictactoe.best_response import (
    best_response,
    best_value,
    exploitability,
    value,
)
from lamer_envs.games.tictactoe.engine import Board, Seen
from lamer_envs.games.tictactoe.minimax import game_value, optimal_moves
from lamer_envs.games.tictactoe.opponents import Minimax, TreeSearch, opponent
from lamer_envs.games.tictactoe.populations import POPULATIONS, population

EVERYBODY = [POPULATIONS.get(name) for name in POPULATIONS.names]


def test_the_game_is_a_draw_and_perfect_play_cannot_be_exploited() -> None:
    assert game_value(Seen(3, 0, 0)) == 0
    assert optimal_moves(Seen(3, 0, 0)) == tuple(range(9))
    # An opening in a corner is answered in the centre only.
    assert optimal_moves(Seen(3, 0, 1)) == (4,)
    assert exploitability(Minimax()) == 0
    assert value(Minimax(), Minimax(), 0) == 0


def by_boards(other: Opponent, seat: int) -> float:
    """The best response's value, over boards with their moves and without any memory of lines."""

    @cache
    def best(marks: tuple[int, int], moves: tuple[int, ...]) -> float:
        board = Board(3)
        for cell in moves:
            board = board.played(cell)
        player = board.to_move
        if player is None:
            return board.payoff(seat)
        after = {cell: board.played(cell) for cell in board.seen_by(0).free}
        values = {c: best(b.marks, canonical(b)) for c, b in after.items()}
        if player == seat:
            return max(values.values())
        odds = other.odds(board.seen_by(player))
        assert sum(odds.values()) == pytest.approx(1)
        assert odds.keys() <= values.keys()
        return sum(share * values[cell] for cell, share in odds.items())

    return best((0, 0), ())


def canonical(board: Board) -> tuple[int, ...]:
    """Moves that lead to the same marks, in the same order for every board with these marks."""
    if board.winner is not None:
        return board.moves
    marks = [[c for c in range(9) if mask >> c & 1] for mask in board.marks]
    return tuple(marks[ply % 2][ply // 2] for ply in range(board.ply))


@pytest.mark.parametrize("other", EVERYBODY[::4], ids=lambda each: each.name)
def test_best_responses_by_another_way(other: Opponent) -> None:
    for seat in (0, 1):
        assert best_value(other, seat) == pytest.approx(by_boards(other, seat), abs=1e-12)


@pytest.mark.parametrize("other", EVERYBODY, ids=lambda each: each.name)
def test_a_best_response_earns_its_value_and_more_than_perfect_play(other: Opponent) -> None:
    for seat in (0, 1):
        worth = best_value(other, seat)
        assert value(best_response(other), other, seat) == pytest.approx(worth, abs=1e-12)
        assert 0 <= value(Minimax(), other, seat) <= worth + 1e-12


@pytest.mark.parametrize("other", EVERYBODY[1::4], ids=lambda each: each.name)
def test_best_responses_over_openspiels_boards(other: Opponent) -> None:
    spiel = pytest.importorskip("pyspiel", reason="OpenSpiel (lamer[games]) is the reference")

    def best(state: Any, seat: int, known: dict[str, float]) -> float:
        place = str(state)
        if place not in known:
            if state.is_terminal():
                known[place] = state.returns()[seat]
            elif state.current_player() == seat:
                known[place] = max(
                    best(state.child(cell), seat, known) for cell in state.legal_actions()
                )
            else:
                signs = place.replace("\n", "")
                own, theirs = (
                    sum(1 << cell for cell in range(9) if signs[cell] == "xo"[player])
                    for player in (1 - seat, seat)
                )
                known[place] = sum(
                    share * best(state.child(cell), seat, known)
                    for cell, share in other.odds(Seen(3, own, theirs)).items()
                )
        return known[place]

    for seat in (0, 1):
        reference = best(spiel.load_game("tic_tac_toe").new_initial_state(), seat, {})
        assert best_value(other, seat) == pytest.approx(reference, abs=1e-6)


@pytest.mark.slow  # OpenSpiel's solver wants the policy of half a million histories.
def test_a_best_response_is_worth_what_openspiels_solver_says() -> None:
    spiel = pytest.importorskip("pyspiel", reason="OpenSpiel (lamer[games]) is the reference")
    other = POPULATIONS.get("lookahead")
    assert other is not None
    policy: dict[str, list[tuple[int, float]]] = {}

    def fill(board: Board) -> None:
        if board.to_move is None:
            return
        seen = board.seen_by(board.to_move)
        odds = other.odds(seen) if board.to_move == 0 else {}
        moves = [(cell, odds.get(cell, 0.0)) for cell in seen.free]
        policy[", ".join(map(str, board.moves))] = moves
        for cell, _ in moves:
            fill(board.played(cell))

    fill(Board(3))
    game = spiel.load_game("tic_tac_toe")
    solver = spiel.TabularBestResponse(game, 1, policy)
    reference = solver.value_from_state(game.new_initial_state())
    assert best_value(other, 1) == pytest.approx(reference, abs=1e-6)


def test_tree_search_is_openspiels_and_a_fixed_policy() -> None:
    pytest.importorskip("pyspiel", reason="MCTS is OpenSpiel's (lamer[games])")
    few, many = opponent("mcts-5", 3), opponent("mcts-200", 3)
    assert (few, few.name) == (TreeSearch(5), "mcts-5")
    for seen in (Seen(3, 0, 0), Seen(3, 0, 1 << 4), Seen(3, 0b11, 0b110000)):
        (cell,) = many.odds(seen)
        assert cell in seen.free
        assert many.odds(seen) == opponent("mcts-200", 3).odds(seen)
    # With two marks in its row, whoever is to move wins there.
    assert many.odds(Seen(3, 0b11, 0b110000)) == {2: 1.0}
    assert exploitability(many) < exploitability(few)
    with pytest.raises(ValueError, match="at least one simulation"):
        opponent("mcts-0", 3)


def test_larger_boards_have_no_exact_values() -> None:
    with pytest.raises(ValueError, match="exact values are for 3×3 boards, not 4×4"):
        best_response(POPULATIONS.of("train")[0]).move_values(Seen(4, 0, 0))
    with pytest.raises(ValueError, match="perfect play is for 3×3 boards"):
        Minimax().odds(Seen(4, 0, 0))
    with pytest.raises(ValueError, match="minimax plays on 3×3 boards only; expected size=3"):
        opponent("minimax", 4)
    assert "minimax" not in {each.name for each in population("test", 4)}


@pytest.mark.parametrize("spec", ["nobody", "mcts-many", 5, {"a": 1}])
def test_wrong_opponents_are_refused(spec: object) -> None:
    with pytest.raises(
        ValueError, match="opponent must be 'population', one of 'random', 'by-rows'"
    ):
        opponent(spec, 3)


@pytest.mark.parametrize("size", [3, 4, 5, 6])
def test_odds_are_odds_on_every_board(size: int) -> None:
    rng = random.Random(size)
    for split in ("train", "validation", "test"):
        for other in population(split, size):
            board = Board(size)
            while board.to_move is not None:
                seen = board.seen_by(board.to_move)
                odds = other.odds(seen)
                assert sum(odds.values()) == pytest.approx(1)
                assert set(odds) <= set(seen.free)
                assert min(odds.values()) > 0
                board = board.played(rng.choice(seen.free))


def test_the_careful_take_a_win_before_they_stop_one() -> None:
    careful, blocker = POPULATIONS.get("careful-rows"), POPULATIONS.get("blocker")
    assert careful is not None
    assert blocker is not None
    both = Seen(3, 0b000011000, 0b000000011)
    assert careful.odds(both) == {5: 1.0}
    assert blocker.odds(both) == {2: 1.0}
    assert careful.odds(Seen(3, 0, 1 << 8)) == {0: 1.0}


def test_the_posterior_is_bayes_rule() -> None:
    candidates = POPULATIONS.of("train")
    games = [Board(3).played(4).played(0).played(8).played(1), Board(3).played(2).played(0)]
    weights = {
        each: each.odds(Seen(3, 0, 1 << 4)).get(0, 0.0)
        * each.odds(Seen(3, 1, 1 << 4 | 1 << 8)).get(1, 0.0)
        * each.odds(Seen(3, 0, 1 << 2)).get(0, 0.0)
        for each in candidates
    }
    total = sum(weights.values())
    found = posterior(candidates, games, 0)
    assert found == pytest.approx({o: w / total for o, w in weights.items() if w})
    assert posterior(candidates, [], 0) == dict.fromkeys(candidates, 1 / len(candidates))
