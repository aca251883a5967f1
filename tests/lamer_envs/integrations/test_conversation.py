from __future__ import annotations

from typing import Any

import gymnasium as gym
import pytest
from doors import make_doors

from lamer_envs.integrations.conversation import Conversation, make_conversation
from lamer_envs.meta.returns import trial_objective
from lamer_envs.registration import ENVIRONMENTS

IDS = [row.id for row in ENVIRONMENTS]


def play(conversation: Conversation, seed: int, *answers: str) -> list[str]:
    """The messages of a trial in which `answers` are given over and over."""
    messages = [conversation.open(seed)]
    while True:
        answer = answers[(len(messages) - 1) % len(answers)]
        message = conversation.reply(answer)
        if message is None:
            return messages
        messages.append(message)


@pytest.mark.parametrize("env_id", IDS)
def test_a_message_holds_only_what_is_new(env_id: str) -> None:
    conversation = make_conversation(env_id, num_episodes=2, env_kwargs={"max_turns": 7})
    messages = play(conversation, 0, "nothing")
    prompts = conversation.env.prompts
    trial = conversation.trial
    assert trial is not None
    assert len(messages) == len(trial.turns)
    first, *others = messages
    rules = prompts.rules.split("{")[0].strip()[:40]
    assert rules in first
    assert trial.turns[0].observation in first
    assert not any(rules in message for message in others)
    for message, turn in zip(messages, trial.turns, strict=True):
        asked = prompts.reflect if turn.phase == "reflect" else prompts.answer
        assert message.endswith(asked)
    # The record shows what was asked.
    assert [turn.prompt for turn in trial.turns] == messages
    (again,) = [message for message in messages if message.startswith("Attempt 2 of 2")]
    assert trial.turns[0].observation in again


def test_an_impossible_action_is_told() -> None:
    conversation = Conversation(make_doors(2, num_doors=4, max_turns=2))
    first, second, *_ = play(conversation, 0, "<action>fly</action>")
    assert "not possible" not in first
    assert second.startswith("That was not possible: nothing changed.")


@pytest.mark.parametrize("settings", [{}, {"credit": "compounded"}, {"objective": "final_episode"}])
def test_the_objective_is_that_of_the_trial(settings: dict[str, Any]) -> None:
    seen = set()
    for seed in range(8):
        conversation = make_conversation(
            "doors:Doors-v0", env_kwargs={"num_doors": 4, "max_turns": 2}, **settings
        )
        play(conversation, seed, *(f"<action>open {door}</action>" for door in range(4)))
        trial = conversation.trial
        assert trial is not None
        assert conversation.objective() == pytest.approx(trial.returns[0])
        rewards = [[turn.reward for turn in episode.turns] for episode in trial.episodes]
        if not settings:
            assert conversation.objective() == pytest.approx(trial_objective(rewards))
        seen.add(len(trial.episodes))
    assert len(seen) > 1


def test_the_objective_of_a_trial_in_progress_is_that_of_its_turns() -> None:
    conversation = make_conversation("LaMer/Sokoban-v0", env_kwargs={"reward_mode": "shaped"})
    assert conversation.objective() == 0.0
    conversation.open(0)
    assert conversation.objective() == 0.0
    conversation.reply("<action>nowhere</action>")
    reward = conversation._rewards[0][0]
    assert reward != 0.0
    assert conversation.objective() == reward


def test_a_trial_can_follow_another_and_repeats_itself() -> None:
    conversation = make_conversation("LaMer/MineSweeper-v0", num_episodes=2)
    first = play(conversation, 5, "<action>(1, 1)</action>")
    other = play(conversation, 6, "<action>(1, 1)</action>")
    assert play(conversation, 5, "<action>(1, 1)</action>") == first != other


def test_phases() -> None:
    conversation = make_conversation(
        "LaMer/MineSweeper-v0", num_episodes=2, env_kwargs={"max_turns": 1}
    )
    assert conversation.phase == "over"
    conversation.open(0)
    assert (conversation.phase, conversation.trial) == ("play", None)
    conversation.reply("hm")
    assert conversation.phase == "reflect"
    conversation.reply("<remark>hm</remark>")
    assert conversation.phase == "play"
    assert conversation.reply("hm") is None
    assert conversation.phase == "over"
    assert not conversation.success
    with pytest.raises(gym.error.ResetNeeded, match="call open"):
        conversation.reply("hm")


def test_without_reflections_the_next_attempt_follows_at_once() -> None:
    conversation = make_conversation(
        "LaMer/MineSweeper-v0", num_episodes=2, reflection=False, env_kwargs={"max_turns": 1}
    )
    messages = play(conversation, 0, "hm")
    assert len(messages) == 2
    assert messages[1].startswith("Attempt 2 of 2")
    assert conversation.trial is not None
    assert conversation.trial.settings.memory == "history"


def test_independent_attempts_are_refused() -> None:
    with pytest.raises(ValueError, match="num_episodes=1"):
        Conversation(make_doors(3, memory="none"))
