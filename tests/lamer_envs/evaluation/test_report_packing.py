"""How a page carries trials."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_runs import HOSTILE, play, unpack

from lamer_envs.evaluation.report.packing import Packer, pack, task_words
from lamer_envs.meta.trial import Episode, Trial, Turn, read_trials
from lamer_envs.rollout.scripted import RandomPolicy

JSON = st.recursive(
    st.none() | st.integers(-(2**53), 2**53) | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


# No deadline: the processor may be someone else's for a while.
@settings(deadline=None)
@given(JSON)
def test_what_is_packed_comes_back_and_is_plain_letters(value: Any) -> None:
    packed = pack(value)
    assert unpack(packed) == value
    assert packed == pack(value)
    assert packed.replace("+", "").replace("/", "").replace("=", "").isalnum()


def turn(number: int, text: str, reward: float = 0.0, phase: Any = "play") -> Turn:
    return Turn(
        phase=phase,
        episode=0,
        turn=number,
        prompt=f"{text}\nprompt {number}\n",
        response=f"{text} response {number}",
        action=text,
        parse="ok",
        observation=f"{text}\n\nseen {number}",
        state_key=str(number),
        reward=reward,
        action_valid=number % 2 == 0,
        action_effective=number % 3 == 0,
        completion_tokens=number,
    )


def trial(seed: int, text: str, reward: float = 10.0) -> Trial:
    first = Episode((turn(0, text), turn(1, text)), f"{text}\nend", False, True, turn(2, text))
    second = Episode((turn(0, text, reward),), "won", True, True)
    returns = (1.0, 2.0, 3.0, reward)
    return Trial("Env-v0", f"task {seed}", seed, (first, second), returns, task_type="kind")


def packed(trials: list[Trial], chunk_size: int) -> tuple[dict[str, Any], list[Any]]:
    chunks: list[str] = []
    packer = Packer(chunks.append, chunk_size)
    assert list(packer.add(0, trials)) == trials
    return unpack(packer.finish()), [unpack(chunk) for chunk in chunks]


@pytest.mark.parametrize("chunk_size", [1, 700, 10**9])
def test_every_trial_can_be_found_with_all_its_texts(chunk_size: int) -> None:
    trials = [trial(seed, text) for seed, text in enumerate(["b", HOSTILE, "", "a\n\nb"])]
    index, chunks = packed(trials[::-1], chunk_size)
    assert len(chunks) == {1: 4, 700: len(chunks), 10**9: 1}[chunk_size]
    assert index["seed"] == [0, 1, 2, 3]
    for row, expected in enumerate(trials):
        chunk = chunks[index["chunk"][row]]

        def text(numbers: list[int], lines: list[str] = chunk["lines"]) -> str:
            return "\n".join(lines[number] for number in numbers)

        first, second = chunk["trials"][index["place"][row]]
        turns = [*first["turns"], first["reflection"], *second["turns"]]
        assert second["reflection"] is None
        assert [text(each["final"]) for each in (first, second)] == [
            episode.final_observation for episode in expected.episodes
        ]
        for there, turn_, return_ in zip(turns, expected.turns, expected.returns, strict=True):
            assert [text(numbers) for numbers in there[:4]] == [
                turn_.prompt,
                turn_.response,
                turn_.action,
                turn_.observation,
            ]
            assert there[4:] == [
                "ok",
                turn_.reward,
                return_,
                turn_.action_valid,
                turn_.action_effective,
                turn_.completion_tokens,
            ]


def test_the_index_is_sorted_and_says_how_trials_ended() -> None:
    failed = replace(trial(7, "x"), episodes=trial(7, "x").episodes[:1], returns=(0.0, 0.0, 0.0))
    index, _ = packed([failed, trial(2, "y")], 10**6)
    assert index["firstSuccess"] == [1, -1]
    assert index["episodes"] == [2, 1]
    assert index["turns"] == [3, 2]
    assert index["return"] == [1.0, 0.0]
    assert [index["tasks"][task] for task in index["task"]] == [
        ["Env-v0", "task 2", "", "kind"],
        ["Env-v0", "task 7", "", "kind"],
    ]


def test_what_json_of_a_browser_does_not_know_is_text() -> None:
    _, chunks = packed([trial(0, "x", float("nan")), trial(1, "x", float("-inf"))], 10**6)
    rewards = [each[1]["turns"][0][5] for each in chunks[0]["trials"]]
    assert rewards == ["nan", "-inf"]


def test_nothing_packed_is_an_index_of_nothing() -> None:
    index, chunks = packed([], 100)
    assert chunks == []
    assert index["seed"] == index["tasks"] == []


@pytest.mark.parametrize(
    ("env", "words"),
    [
        (("LaMer/ALFWorld-v0", {}), "put|find|look|examine|heat|cool|clean"),
        (("LaMer/WebShop-v0", {"num_products": 200}), "dollars"),
        (("LaMer/Sokoban-v0", {}), ""),
    ],
)
def test_a_task_is_called_by_what_it_asks_for(
    tmp_path: Path, env: tuple[str, dict[str, Any]], words: str
) -> None:
    run = play(tmp_path / "run", RandomPolicy(), env, tasks=1)
    (played,) = read_trials(run / "trials.jsonl")
    found = task_words(played)
    assert any(word in found for word in words.split("|")) if words else found == ""
    assert "\n" not in found
    assert "[SEP]" not in found
