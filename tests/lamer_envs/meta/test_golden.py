"""The corpus that fixes how responses are read; a change of its lines is a change of the rules.

Each line of `golden_responses.jsonl` has `env` (the id), `phase`, `response`, the expected `parse`
code and `action` (the text inside the tag), and `canonical`: the plain action that does the same,
or null where nothing may change. MineSweeper is played on the board below, Sokoban on a level of
the generator.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest

import lamer_envs
from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.minesweeper.engine import Board, geometry
from lamer_envs.parsing import ParseCode

assert lamer_envs
CORPUS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "golden_responses.jsonl").read_text("ascii").splitlines()
]


def board() -> Board:
    """Mines at (2, 2), (2, 4) and (3, 1); opened from (6, 6).

    Row 1: ? ? ? ? 1 .
    Row 2: ? ? ? ? 1 .
    Row 3: ? 2 2 1 1 .
    Row 4: 1 1 . . . .
    Row 5: . . . . . .
    Row 6: . . . . . .
    """
    shape = geometry(6, 6)
    mines = sum(1 << shape.index[name] for name in ("(2, 2)", "(2, 4)", "(3, 1)"))
    opening, zeros = shape.index["(6, 6)"], shape.zeros(mines)
    start = shape.opened_by(opening, zeros)
    clicks = shape.clicks_left(mines, zeros, start)
    return Board(shape, mines, zeros, start, opening, clicks, "golden")


def started(env_id: str, phase: str) -> tuple[MultiEpisodeReflectionWrapper, dict[str, Any]]:
    env = gym.make(env_id)
    if env_id == "LaMer/MineSweeper-v0":
        env.unwrapped._generate = lambda task_seed: board()  # type: ignore[attr-defined]
    wrapper = MultiEpisodeReflectionWrapper(env)
    _, info = wrapper.reset(seed=0)
    if phase == "reflect":
        info = wrapper.step("<action>(2, 2)</action>")[4]
    assert info["phase"] == phase
    return wrapper, info


@pytest.mark.parametrize("case", CORPUS, ids=[f"line-{n}" for n in range(1, len(CORPUS) + 1)])
def test_a_response_is_read_as_written_down(case: dict[str, Any]) -> None:
    wrapper, before = started(case["env"], case["phase"])
    _, reward, terminated, truncated, info = wrapper.step(case["response"])
    assert info["parse"] == case["parse"]
    assert info["action_valid"] == (case["parse"] == "ok")
    assert (reward, terminated, truncated) == (0.0, False, False)
    if case["phase"] == "reflect":
        turn = wrapper.episodes_so_far[0].reflection
        assert turn is not None
        assert turn.action == case["action"]
        assert (info["phase"], info["episode"]) == ("play", 1)
        return
    assert info["turn"] == before["turn"] + 1
    assert wrapper._turns[-1].action == case["action"]
    if case["canonical"] is None:
        assert info["state_key"] == before["state_key"]
        assert not info["action_effective"]
    else:
        plain, _ = started(case["env"], case["phase"])
        assert plain.env.step(case["canonical"])[4]["state_key"] == info["state_key"]


def test_the_corpus_is_large_and_covers_every_code() -> None:
    assert len(CORPUS) >= 100
    assert len({(c["env"], c["phase"], c["response"]) for c in CORPUS}) == len(CORPUS)
    codes = Counter((case["env"], case["parse"]) for case in CORPUS)
    assert {code for _, code in codes} == {code.value for code in ParseCode}
    for env_id in {case["env"] for case in CORPUS}:
        assert codes[env_id, "ok"] >= 10
        assert codes[env_id, "not_an_action"] >= 10
