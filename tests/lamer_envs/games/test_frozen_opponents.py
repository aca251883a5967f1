"""The test populations are frozen by name: results name them, so their play never changes.

`frozen_opponents.json` holds, for each member, a digest of its odds in every position. A new
opponent belongs into another population, or under a new name into a new version of the game.
"""

import hashlib
import json
from pathlib import Path

import pytest
from test_tictactoe_engine import every_board

from lamer_envs.games.kuhn.engine import INFORMATION_SETS
from lamer_envs.games.kuhn.populations import POPULATIONS as KUHN
from lamer_envs.games.opponents import Opponent, Populations
from lamer_envs.games.tictactoe.populations import POPULATIONS as TICTACTOE

FROZEN: dict[str, dict[str, str]] = json.loads(
    (Path(__file__).parent / "frozen_opponents.json").read_text("ascii")
)


def digest(opponent: Opponent, game: str) -> str:
    positions = (
        list(INFORMATION_SETS)
        if game == "KuhnPoker"
        else [
            board.seen_by(board.to_move)
            for _, board in sorted(every_board().items())
            if board.to_move is not None
        ]
    )
    odds = [
        sorted((str(move), f"{share:.9f}") for move, share in opponent.odds(seen).items())
        for seen in positions
    ]
    return hashlib.blake2b(json.dumps(odds).encode(), digest_size=8).hexdigest()


@pytest.mark.parametrize(("game", "populations"), [("KuhnPoker", KUHN), ("TicTacToe", TICTACTOE)])
def test_the_test_population_is_what_it_was(game: str, populations: Populations) -> None:
    assert {each.name: digest(each, game) for each in populations.of("test")} == FROZEN[game]


def test_names_are_unique() -> None:
    rock = KUHN.get("rock")
    assert rock is not None
    with pytest.raises(ValueError, match=r"in one population, once; twice: \['rock'\]"):
        Populations({"train": [rock], "test": [rock]})
    for populations in (KUHN, TICTACTOE):
        for name in populations.names:
            opponent = populations.get(name)
            assert opponent is not None
            assert opponent.description.endswith(".")
