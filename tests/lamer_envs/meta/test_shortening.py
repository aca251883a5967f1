from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import gymnasium as gym
import pytest
from doors import make_doors

import lamer_envs
from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.rollout.runner import TrialSpec, play_trials

assert lamer_envs

SETS = [
    ("LaMer/Sokoban-v0", "default"),
    ("LaMer/Sokoban-v0", "compact"),
    ("LaMer/MineSweeper-v0", "default"),
    ("LaMer/MineSweeper-v0", "compact"),
    ("LaMer/ALFWorld-v0", "default"),
]


def levels(env: MultiEpisodeReflectionWrapper) -> Iterator[str]:
    """The shorter versions of the prompt, from the first level on."""
    level = 1
    while (text := env.shorter_prompt(level)) is not None:
        yield text
        level += 1


def play_to_the_end(env: MultiEpisodeReflectionWrapper) -> Iterator[str]:
    """Every prompt of a trial that never succeeds, each while it is to be answered."""
    prompt, info = env.reset(seed=3)
    over = False
    while not over:
        yield prompt
        if info["phase"] == "reflect":
            answer = f"<remark>REMARK {info['episode']}</remark>"
        else:
            answer = f"<action>move {info['episode']} {info['turn']}</action>"
        prompt, _, over, _, info = env.step(answer)


@pytest.mark.parametrize("memory", ["reflection", "history", "both", "none"])
@pytest.mark.parametrize(("env_id", "prompts"), SETS)
def test_level_zero_is_the_prompt_and_more_levels_leave_more_out(
    env_id: str, memory: str, prompts: str
) -> None:
    env = MultiEpisodeReflectionWrapper(gym.make(env_id), memory=memory, prompts=prompts)
    counts = set()
    for prompt in play_to_the_end(env):
        assert env.shorter_prompt(0) == prompt
        shorter = [*levels(env)]
        counts.add(len(shorter))
        lengths = [len(prompt), *map(len, shorter)]
        # "(left out)" may be longer than what a small set of prompts says.
        assert all(after <= before + 40 for before, after in pairwise(lengths))
        assert env.shorter_prompt(len(shorter) + 5) is None
    assert 0 in counts, "the first turn has nothing to leave out"
    if prompts == "default":
        assert max(counts) > 3


def test_the_oldest_observations_go_first_and_what_matters_stays() -> None:
    env = MultiEpisodeReflectionWrapper(gym.make("LaMer/ALFWorld-v0"), memory="both")
    prompts = [(prompt, [*levels(env)]) for prompt in play_to_the_end(env)]
    whole, shorter = next(p for p in reversed(prompts) if "REMARK 1" in p[0])
    attempts, turns = 2, 8
    assert len(shorter) == attempts + turns + attempts + turns
    blank = shorter[attempts - 1]
    assert blank.count("(left out)") == 2
    assert "(left out)" in shorter[0].split("Attempt 2:")[0]
    assert "(left out)" not in shorter[0].split("Attempt 2:")[1]
    # The current episode's observations come next, from the oldest on.
    seen = [text.count("Answer:") for text in shorter[attempts - 1 : attempts + turns]]
    assert seen == [*range(turns, -1, -1)]
    # Then the attempts themselves, but not their remarks.
    assert "Attempt 1:" not in shorter[attempts + turns]
    assert "Attempt 2:" in shorter[attempts + turns]
    assert "(1 earlier turn is left out)" in shorter[2 * attempts + turns]
    assert f"({turns} earlier turns are left out)" in shorter[-1]
    for text in (blank, shorter[-1]):
        assert "REMARK 0" in text
        assert "REMARK 1" in text
        for section in ("The first description:", "What you see now:", "Commands that are"):
            assert whole[whole.index(section) :][:60] in text
    assert "move 2 8" in shorter[-1]
    assert "move 2 7" not in shorter[-1]


def test_the_record_shows_the_prompt_that_was_answered() -> None:
    class Forgetful:
        """Answers the shortest version of every prompt."""

        async def act(self, request: PromptRequest) -> Response:
            shown, level = None, 1
            while (text := request.shorten(level)) is not None:
                shown, level = text, level + 1
            return Response("<action>nothing</action><remark>x</remark>", shown_prompt=shown)

    (trial,) = play_trials(
        lambda: make_doors(max_turns=4), Forgetful(), [TrialSpec(0)], concurrency=1
    )
    (plain,) = play_trials(lambda: make_doors(max_turns=4), Plain(), [TrialSpec(0)], concurrency=1)
    for turn, whole in zip(trial.turns, plain.turns, strict=True):
        left_out = turn.turn > 1
        assert ("left out" in turn.prompt) == left_out
        assert (turn.prompt != whole.prompt) == left_out


class Plain:
    async def act(self, request: PromptRequest) -> Response:
        return Response("<action>nothing</action><remark>x</remark>")
