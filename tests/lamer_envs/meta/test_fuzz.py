"""Any response, in either phase, costs a turn and nothing else that it should not."""

import random
import re
from typing import Any

import gymnasium as gym
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamer_envs.meta import MultiEpisodeReflectionWrapper, Trial
from lamer_envs.parsing import ParseCode
from lamer_envs.registration import ENVIRONMENTS

IDS = [row.id for row in ENVIRONMENTS]
FIRST_LINES = {
    "LaMer/Sokoban-v0": "0: ",
    "LaMer/MineSweeper-v0": "Row 1: ",
    "LaMer/ALFWorld-v0": "[A-Z]",
    "LaMer/WebShop-v0": "WebShop|Instruction:|Thank you",
    "LaMer/KuhnPoker-v0": "Your card: ",
    "LaMer/TicTacToe-v0": "You are [XO] and move ",
}
SETS = [(env_id, prompts) for env_id in IDS for prompts in ("default", "compact")]
CODES = {code.value for code in ParseCode}
LONGEST = 100_000

PIECES = st.sampled_from(
    [
        *("<action>", "</action>", "<remark>", "</remark>", "<ACTION>", "</", "<", ">"),
        *(
            "up",
            "down",
            "left",
            "right",
            ",",
            " ",
            "\n",
            "(",
            ")",
            "(1, 1)",
            "(2, 3)",
            "6,6",
            "-",
            "0",
        ),
        *("search[", "click[", "]", "Back to Search", "buy now"),
        *("{rows}", "{}", "%s", "$x", "\x00", "\ud800", "\udfff", "İ", "（２，３）", "🙂", "√"),
    ]
)
SOUP = st.lists(PIECES, max_size=40).map("".join)
TAGGED = st.builds(
    "{1}<{0}>{2}</{0}>{3}".format,
    st.sampled_from(["action", "remark", "Action", "REMARK"]),
    SOUP,
    SOUP | st.text(st.characters(), max_size=30),
    SOUP,
)
RESPONSES = st.one_of(SOUP, TAGGED, st.text(st.characters(), max_size=200))


def wrapped(env_id: str, **kwargs: Any) -> MultiEpisodeReflectionWrapper:
    return MultiEpisodeReflectionWrapper(gym.make(env_id), memory="both", **kwargs)


def play(wrapper: MultiEpisodeReflectionWrapper, seed: int, responses: list[str]) -> None:
    """Play a trial with these answers, over and over, and check every step."""
    prompt, info = wrapper.reset(seed=seed)
    turns = wrapper.env.unwrapped.max_turns  # type: ignore[attr-defined]
    repeats = wrapper.env.unwrapped.restart_repeats  # type: ignore[attr-defined]
    start = (wrapper.env.unwrapped.task.task_id, info["state_key"])  # type: ignore[attr-defined]
    steps = 0
    terminated = False
    while not terminated:
        before = info
        prompt, reward, terminated, truncated, info = wrapper.step(
            responses[steps % len(responses)]
        )
        steps += 1
        assert isinstance(prompt, str)
        assert len(prompt) <= wrapper.observation_space.max_length  # type: ignore[attr-defined]
        assert info["parse"] in CODES
        assert info["action_valid"] == (info["parse"] == "ok")
        assert not truncated
        assert steps <= 3 * turns + 2
        moved_on = (info["episode"], info["turn"]) != (before["episode"], before["turn"])
        assert moved_on or info["phase"] != before["phase"]
        if not info["action_valid"] and (info["phase"], before["phase"]) == ("play", "play"):
            # The last episode of a game that runs out of turns is lost at its price.
            assert reward == 0.0 or info.get("outcome") == "loss"
        if not info["action_valid"] and before["phase"] == "play":
            same_episode = info["episode"] == before["episode"]
            if same_episode or repeats:
                assert info["state_key"] == (before["state_key"] if same_episode else start[1])
        if info["phase"] == "play" and info["turn"] == 0:
            assert info["task_id"] == start[0]
            assert info["state_key"] == start[1] or not repeats
    trial = info["trial"]
    assert len(trial.turns) == steps == len(info["returns"])
    assert Trial.from_json(trial.to_json()) == trial
    observation = trial.episodes[-1].final_observation
    assert re.match(FIRST_LINES[wrapper.env_id], observation)


@pytest.mark.parametrize(("env_id", "prompts"), SETS)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 5), responses=st.lists(RESPONSES, min_size=1, max_size=8))
def test_structured_noise(env_id: str, prompts: str, seed: int, responses: list[str]) -> None:
    play(wrapped(env_id, prompts=prompts), seed, responses)


@pytest.mark.parametrize("env_id", IDS)
def test_random_bytes_up_to_the_longest(env_id: str) -> None:
    rng = random.Random(0)
    wrapper = wrapped(env_id)
    for seed in range(8):
        responses = []
        for _ in range(5):
            noise = rng.randbytes(rng.choice([0, 1, 100, LONGEST])).decode("latin-1")
            tag = rng.choice(["action", "remark"])
            whole = f"<{tag}>{noise}</{tag}>"
            responses.append(rng.choice([noise, whole, noise + whole]))
        play(wrapper, seed, responses)


@pytest.mark.parametrize("env_id", IDS)
@pytest.mark.parametrize(
    "piece",
    ["up,", "up", "1", "(1,", "((", "(1, 1)", " ", "\n", "<action>", "</remark>", "9", "{", "🙂"],
)
def test_one_piece_over_and_over(env_id: str, piece: str) -> None:
    long = piece * (LONGEST // len(piece))
    inside = f"<action>{long}</action><remark>{long}</remark>"
    play(wrapped(env_id), 1, [long, inside, f"<action>{long}", f"<action>(1, {long}</action>"])


@pytest.mark.parametrize("env_id", IDS)
def test_legal_play_among_noise_keeps_the_state_legal(env_id: str) -> None:
    rng = random.Random(1)
    for seed in range(30):
        env = gym.make(env_id)
        env.reset(seed=seed)
        legal = env.unwrapped._admissible_actions()  # type: ignore[attr-defined]
        actions = legal or ["up", "down", "left", "right", "up,left", "down, down, right"]
        responses = [
            rng.choice([f"<action>{rng.choice(actions)}</action>", "noise", "<action>x</action>"])
            for _ in range(40)
        ]
        play(wrapped(env_id), seed, responses)
