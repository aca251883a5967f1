"""The populations of Kuhn poker: whom an agent meets in training, and whom only afterwards."""

from __future__ import annotations

from lamer_envs.games.kuhn.opponents import Behaviour, Row, nash
from lamer_envs.games.opponents import Populations

_NEVER: Row = (0.0, 0.0, 0.0)
_ALWAYS: Row = (1.0, 1.0, 1.0)
_KING: Row = (0.0, 0.0, 1.0)
_NO_JACK: Row = (0.0, 1.0, 1.0)
_NO_QUEEN: Row = (1.0, 0.0, 1.0)

_TRAIN = (
    Behaviour("conservative", "Never bets and never calls.", _NEVER, _NEVER, _NEVER, _NEVER),
    Behaviour("aggressive", "Always bets and always calls.", _ALWAYS, _ALWAYS, _ALWAYS, _ALWAYS),
    Behaviour(
        "intermediate",
        "Bets and calls with a king, half of the time with a queen, never with a jack.",
        *[(0.0, 0.5, 1.0)] * 4,
    ),
    Behaviour("random", "Tosses a coin at every turn.", *[(0.5, 0.5, 0.5)] * 4),
    Behaviour("rock", "Bets and calls with a king only.", _KING, _KING, _KING, _KING),
    Behaviour(
        "bluffer",
        "Bets with a jack as it does with a king, and calls with a king only.",
        _NO_QUEEN,
        _KING,
        _NO_QUEEN,
        _KING,
    ),
    Behaviour(
        "station", "Bets with a king only, and calls everything.", _KING, _ALWAYS, _KING, _ALWAYS
    ),
    nash(0.2),
)

_VALIDATION = (
    Behaviour("bold", "Bets and calls unless it holds a jack.", *[_NO_JACK] * 4),
    Behaviour(
        "trickster",
        "Checks a king and bets a jack, and calls with a king only.",
        (1.0, 0.0, 0.0),
        _KING,
        (1.0, 0.0, 0.0),
        _KING,
    ),
    Behaviour(
        "loose", "Bets and calls three times in four, whatever it holds.", *[(0.75,) * 3] * 4
    ),
    Behaviour(
        "wary",
        "Bets with a king only, and calls with a king or, half of the time, a queen.",
        _KING,
        (0.0, 0.5, 1.0),
        _KING,
        (0.0, 0.5, 1.0),
    ),
)

_TEST = (
    Behaviour(
        "maniac", "Always bets, but folds a jack to a bet.", _ALWAYS, _NO_JACK, _ALWAYS, _NO_JACK
    ),
    Behaviour("trapper", "Never bets, and calls everything.", _NEVER, _ALWAYS, _NEVER, _ALWAYS),
    Behaviour("sceptic", "Never bets, and calls unless it holds a jack.", *[_NEVER, _NO_JACK] * 2),
    Behaviour(
        "thief", "Always bets, and folds everything to a bet.", _ALWAYS, _NEVER, _ALWAYS, _NEVER
    ),
    Behaviour(
        "backwards",
        "Bets and calls with a jack, half of the time with a queen, never with a king.",
        *[(1.0, 0.5, 0.0)] * 4,
    ),
    Behaviour("tight", "Bets and calls one time in four, whatever it holds.", *[(0.25,) * 3] * 4),
)

POPULATIONS = Populations({"train": _TRAIN, "validation": _VALIDATION, "test": _TEST})
"""The test population is frozen: results name it, so its members never change."""
