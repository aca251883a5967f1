"""What each prompting method shows and remembers, in every environment."""

from __future__ import annotations

import pickle
from dataclasses import replace

import gymnasium as gym
import pytest

import lamer_envs
from lamer_envs.evaluation.methods import METHODS, THOUGHT_LIMIT, method_named
from lamer_envs.meta.prompt_sets import prompt_set_for
from lamer_envs.meta.trial import Trial
from lamer_envs.meta.wrapper import MultiEpisodeReflectionWrapper
from lamer_envs.registration import ENVIRONMENTS
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.rollout.runner import TrialSpec, play_trials
from lamer_envs.rollout.scripted import RandomPolicy

assert lamer_envs
ENV_IDS = [row.id for row in ENVIRONMENTS]


class Thinking(RandomPolicy):
    """A random player that says what it thinks, and never buys or wins on purpose."""

    async def act(self, request: PromptRequest) -> Response:
        if request.phase == "reflect":
            return Response(f"So.<remark>lesson {request.episode}</remark>")
        action = (await super().act(request)).text
        return Response(f"idea {request.episode}/{request.turn}\n is here. {action}")


def played(env_id: str, method: str, *, wanted_episodes: int = 3) -> Trial:
    """The first trial in which every attempt has failed."""
    chosen = METHODS[method]

    def make_env() -> MultiEpisodeReflectionWrapper:
        env = gym.make(env_id)
        prompts = chosen.prompts(prompt_set_for(env))
        return MultiEpisodeReflectionWrapper(env, memory=chosen.memory, prompts=prompts)

    for seed in range(50):
        (trial,) = play_trials(make_env, Thinking(), [TrialSpec(seed)], concurrency=1)
        episodes = trial.episodes
        if len(episodes) == wanted_episodes and len(episodes[0].turns) > 1:
            return trial
    raise AssertionError(f"no long trial of {env_id}")


@pytest.mark.parametrize("env_id", ENV_IDS)
@pytest.mark.parametrize("method", ["zero-shot", "react"])
def test_attempts_without_memory_are_independent(env_id: str, method: str) -> None:
    trial = played(env_id, method)
    assert {turn.phase for turn in trial.turns} == {"play"}
    assert len({episode.turns[0].prompt for episode in trial.episodes}) == 1
    assert trial.settings.memory == "none"
    assert trial.settings.prompts == f"default+{method}"


@pytest.mark.parametrize("env_id", ENV_IDS)
def test_zero_shot_asks_for_the_action_alone(env_id: str) -> None:
    prompt = played(env_id, "zero-shot").episodes[0].turns[1].prompt
    form = prompt_set_for(gym.make(env_id)).action_form
    assert f"write {form}." in prompt
    assert "no reasoning" in prompt
    assert "Think" not in prompt
    assert "thought" not in prompt
    assert "idea" not in prompt


@pytest.mark.parametrize("env_id", ENV_IDS)
@pytest.mark.parametrize("method", ["react", "reflexion"])
def test_thoughts_are_asked_for_and_stay_with_their_turns(env_id: str, method: str) -> None:
    first, second = played(env_id, method).episodes[0].turns[:2]
    form = prompt_set_for(gym.make(env_id)).action_form
    assert f"Then write {form}." in first.prompt
    assert "First write a thought" in first.prompt
    assert "Thought:" not in first.prompt
    assert "Thought: idea 0/0 is here.\nTurn 1: " in second.prompt


@pytest.mark.parametrize("env_id", ENV_IDS)
@pytest.mark.parametrize("method", ["reflexion", "lamer"])
def test_notes_are_remembered(env_id: str, method: str) -> None:
    trial = played(env_id, method)
    assert [turn.action for turn in trial.turns if turn.phase == "reflect"] == [
        "lesson 0",
        "lesson 1",
    ]
    last = trial.episodes[2].turns[0].prompt
    assert "after attempt 1: lesson 0" in last
    assert "after attempt 2: lesson 1" in last
    # The notes, not the turns.
    assert "idea" not in last


def test_reflexion_reflects_on_thoughts_too() -> None:
    trial = played(ENV_IDS[0], "reflexion")
    reflection = trial.episodes[0].reflection
    assert reflection is not None
    assert "Thought: idea 0/0 is here." in reflection.prompt
    assert "Think it through first" in reflection.prompt


@pytest.mark.parametrize("env_id", ENV_IDS)
def test_lamer_is_the_wrapper_as_it_is(env_id: str) -> None:
    env = gym.make(env_id)
    method = METHODS["lamer"]
    prompts = prompt_set_for(env)
    assert method.prompts(prompts) is prompts
    assert MultiEpisodeReflectionWrapper(env).settings.memory == method.memory


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_worded_prompt_set_can_be_sent_to_other_processes(method: str) -> None:
    prompts = METHODS[method].prompts(prompt_set_for(gym.make(ENV_IDS[0])))
    assert pickle.loads(pickle.dumps(prompts)) is not None


def test_a_long_thought_is_cut_and_a_missing_one_left_out() -> None:
    trial = played(ENV_IDS[0], "react")
    turn = trial.episodes[0].turns[0]
    show = METHODS["react"].prompts(prompt_set_for(gym.make(ENV_IDS[0]))).format_turn
    long = replace(turn, response="x" * 10_000 + "<action>up</action>")
    assert show(long).splitlines()[0] == f"Thought: {'x' * (THOUGHT_LIMIT - 1)}…"
    assert show(replace(turn, response="<action>up</action>")).startswith("Turn 1:")


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match="'zero-shot', 'react', 'reflexion', 'lamer'"):
        method_named("cot")
