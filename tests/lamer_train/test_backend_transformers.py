from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import gymnasium as gym
import numpy as np
import pytest
import torch
from trainer_kit import make_env, make_model, make_tokenizer

from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.rollout.runner import TrialError, TrialSpec, play_trials
from lamer_train.backends.prompts import PromptTooLongError
from lamer_train.backends.transformers import (
    TransformersPolicy,
    restrict,
    uniforms,
)

PROMPTS = ("guess now answer", "guess again answer", "notes so far Turn 1: a guess now answer")


ENV = make_env()


def request(prompt: str, trial: int = 0, turn: int = 0) -> PromptRequest:
    return PromptRequest(prompt, "play", 0, turn, 7, trial, ENV)


def make_policy(**arguments: object) -> TransformersPolicy:
    arguments = {"max_new_tokens": 4, **arguments}
    return TransformersPolicy(make_model(layers=2).train(), make_tokenizer(), **arguments)  # type: ignore[arg-type]


def naive_logprobs(
    policy: TransformersPolicy, prompt: Sequence[int], completion: Sequence[int]
) -> list[float]:
    """One unpadded forward pass."""
    ids = torch.tensor([[*prompt, *completion]])
    with torch.no_grad():
        logits = policy.model(input_ids=ids).logits[0] / policy.sampling.temperature
    rows = restrict(logits, policy.sampling.top_p, policy.sampling.top_k).log_softmax(-1)
    return [rows[len(prompt) - 1 + place, token].item() for place, token in enumerate(completion)]


@pytest.mark.parametrize(
    "sampling", [{}, {"temperature": 0.5}, {"temperature": 0.7, "top_p": 0.8, "top_k": 6}]
)
def test_logprobs_are_those_of_the_sampling_distribution(sampling: dict[str, float]) -> None:
    policy = make_policy(**sampling)
    for response in policy.respond([request(PROMPTS[i % 3], trial=i) for i in range(12)]):
        assert response.prompt_ids is not None
        assert response.completion_ids is not None
        expected = naive_logprobs(policy, response.prompt_ids, response.completion_ids)
        assert response.logprobs == pytest.approx(expected, abs=1e-4)


def test_a_response_does_not_depend_on_its_batch() -> None:
    requests = [request(PROMPTS[i % 3], trial=i) for i in range(12)]
    together = make_policy().respond(requests)
    alone = [make_policy().respond([one])[0] for one in reversed(requests)][::-1]
    small = make_policy(max_batch_tokens=20).respond(requests)
    for responses in (alone, small):
        for one, other in zip(together, responses, strict=True):
            assert (one.text, one.completion_ids) == (other.text, other.completion_ids)
            assert one.logprobs == pytest.approx(other.logprobs, abs=1e-5)


def test_seed_trial_and_turn_each_change_the_draw() -> None:
    def texts(seed: int, trial: int, turn: int) -> list[str]:
        policy = make_policy(seed=seed)
        return [r.text for r in policy.respond([request(p, trial, turn) for p in PROMPTS * 3])]

    draws = [texts(0, 0, 0), texts(1, 0, 0), texts(0, 1, 0), texts(0, 0, 1)]
    assert texts(0, 0, 0) == draws[0]
    assert all(one != other for i, one in enumerate(draws) for other in draws[:i])


def test_frequencies_follow_the_probabilities() -> None:
    policy = make_policy(max_new_tokens=1)
    count = 4000
    responses = policy.respond([request(PROMPTS[0], trial=i) for i in range(count)])
    prompt = responses[0].prompt_ids
    assert prompt is not None
    with torch.no_grad():
        probs = policy.model(input_ids=torch.tensor([prompt])).logits[0, -1].softmax(-1)
    drawn = Counter(response.completion_ids[0] for response in responses)  # type: ignore[index]
    frequencies = np.array([drawn[token] / count for token in range(len(probs))])
    error = 5 * np.sqrt(probs.numpy() * (1 - probs.numpy()) / count) + 1e-3
    assert (np.abs(frequencies - probs.numpy()) < error).all()


def test_zero_temperature_takes_the_likeliest_token() -> None:
    policy = make_policy(temperature=0.0, max_new_tokens=1)
    one, other = policy.respond([request(PROMPTS[0], trial=i) for i in range(2)])
    assert one.prompt_ids is not None
    with torch.no_grad():
        best = policy.model(input_ids=torch.tensor([one.prompt_ids])).logits[0, -1].argmax()
    assert one.completion_ids == other.completion_ids == (best.item(),)


def test_restrict_keeps_the_smallest_nucleus() -> None:
    logits = torch.tensor([[0.5, 0.3, 0.15, 0.05]]).log()
    finite = [
        torch.isfinite(restrict(logits, top_p, top_k))[0].tolist()
        for top_p, top_k in ((1.0, 0), (0.5, 0), (0.51, 0), (0.8, 3), (1.0, 2), (0.9, 0))
    ]
    assert finite == [
        [True, True, True, True],
        [True, False, False, False],
        [True, True, False, False],
        [True, True, False, False],
        [True, True, False, False],
        [True, True, True, False],
    ]


def test_completions_end_with_the_end_token_and_texts_without_it() -> None:
    policy = make_policy(max_new_tokens=8)
    end = policy.tokenizer.eos_token_id
    responses = policy.respond([request(PROMPTS[i % 3], trial=i) for i in range(60)])
    ended = [r for r in responses if r.completion_ids and r.completion_ids[-1] == end]
    assert ended
    assert len(ended) < len(responses)
    for response in responses:
        assert response.completion_ids is not None
        assert response.logprobs is not None
        assert len(response.logprobs) == len(response.completion_ids)
        assert end not in response.completion_ids[:-1]
        assert "<end>" not in response.text
        if len(response.completion_ids) == 2 and response.completion_ids[-1] == end:
            first = policy.tokenizer.convert_ids_to_tokens(response.completion_ids[0])
            assert response.text == first


def test_mode_generation_config_and_random_state_are_left_alone() -> None:
    policy = make_policy()
    policy.model.generation_config.repetition_penalty = 5.0
    policy.model.generation_config.temperature = 0.01
    plain = make_policy().respond([request(p) for p in PROMPTS])
    before = torch.random.get_rng_state()
    responses = policy.respond([request(p) for p in PROMPTS])
    assert torch.equal(before, torch.random.get_rng_state())
    assert policy.model.training
    assert policy.model.generation_config.repetition_penalty == 5.0
    assert [r.completion_ids for r in responses] == [r.completion_ids for r in plain]


def test_the_chat_template_is_applied_once_per_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = make_policy(chat_template_kwargs={"enable_thinking": False})
    template = policy.tokenizer.apply_chat_template
    seen: list[str] = []

    def spy(conversations: list, **kwargs: object) -> object:
        seen.extend(messages[0]["content"] for messages in conversations)
        assert kwargs["add_generation_prompt"] is True
        assert kwargs["enable_thinking"] is False
        return template(conversations, **kwargs)

    monkeypatch.setattr(policy.tokenizer, "apply_chat_template", spy)
    for _ in range(2):
        responses = policy.respond([request(p, trial=i) for i, p in enumerate(PROMPTS * 2)])
    assert sorted(seen) == sorted(PROMPTS)
    assert responses[0].prompt_ids is not None
    assert policy.tokenizer.decode(responses[0].prompt_ids).startswith("<user> guess")


def test_without_a_chat_template_the_prompt_is_taken_as_it_is() -> None:
    policy = make_policy()
    policy.tokenizer.chat_template = None
    (response,) = policy.respond([request(PROMPTS[0])])
    assert response.prompt_ids == tuple(policy.tokenizer(PROMPTS[0])["input_ids"])


def test_whole_trials_are_played() -> None:
    specs = [TrialSpec(seed, trial) for seed in range(3) for trial in range(2)]
    trials = play_trials(make_env, make_policy(), specs, concurrency=4)
    assert [(trial.task_seed, trial.trial) for trial in trials] == [
        (s.task_seed, s.trial) for s in specs
    ]
    assert all(turn.completion_ids for trial in trials for turn in trial.turns)
    again = play_trials(make_env, make_policy(), specs, concurrency=6)
    assert [[t.response for t in trial.turns] for trial in again] == [
        [t.response for t in trial.turns] for trial in trials
    ]


def test_a_prompt_that_does_not_fit_gives_way_to_the_longest_shorter_one_that_does() -> None:
    policy = make_policy(max_new_tokens=4)
    room = 128 - 4
    asked: list[int] = []

    def shorten(level: int) -> str | None:
        asked.append(level)
        return " ".join(["guess"] * (room + 2 - level)) if level < 10 else None

    whole = " ".join(["guess"] * (room + 2))
    long = replace(request(whole), shorten=shorten)
    fits = replace(request(" ".join(["guess"] * (room - 1)), trial=1), shorten=shorten)
    one, other = policy.respond([long, fits])
    assert isinstance(one, Response)
    assert isinstance(other, Response)
    # The chat template adds one token.
    assert asked == [1, 2, 3]
    assert one.shown_prompt == " ".join(["guess"] * (room - 1))
    assert one.prompt_ids is not None
    assert len(one.prompt_ids) == room
    assert other.shown_prompt is None
    assert other.prompt_ids == one.prompt_ids


def test_a_prompt_that_cannot_be_made_to_fit_names_its_trial() -> None:
    class Long(gym.Wrapper):  # type: ignore[type-arg]
        """Its second turn shows a page that no context holds."""

        def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, object]]:
            _, reward, over, late, info = super().step(action)
            return "guess " * 200, float(reward), over, late, info

    def make_long() -> MultiEpisodeReflectionWrapper:
        env = make_env()
        env.env = Long(env.env)
        return env

    specs = [TrialSpec(seed, trial) for seed in range(2) for trial in range(2)]
    with pytest.raises(TrialError, match=r"task seed \d, trial \d, episode 0, turn 1") as caught:
        play_trials(make_long, make_policy(), specs, concurrency=4)
    assert isinstance(caught.value.__cause__, PromptTooLongError)
    assert "the model's context of 128 has room for 124" in str(caught.value)


def test_the_trials_sampling_seed_comes_before_that_of_the_policy() -> None:
    own = [replace(request(p, i), sampling_seed=5) for i, p in enumerate(PROMPTS * 3)]
    plain = [request(p, i) for i, p in enumerate(PROMPTS * 3)]

    def texts(policy: TransformersPolicy, requests: list[PromptRequest]) -> list[str]:
        return [response.text for response in policy.respond(requests)]

    assert texts(make_policy(seed=1), own) == texts(make_policy(seed=5), plain)
    assert texts(make_policy(seed=1), own) != texts(make_policy(seed=1), plain)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"temperature": -1.0}, "temperature"),
        ({"top_p": 0.0}, "top_p"),
        ({"top_k": -1}, "top_k"),
        ({"max_new_tokens": 0}, "max_new_tokens"),
        ({"max_batch_tokens": 0}, "max_batch_tokens"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_policy(**arguments)


def test_a_saved_model_is_loaded(tmp_path: object) -> None:
    policy = make_policy()
    policy.model.save_pretrained(tmp_path)
    policy.tokenizer.save_pretrained(tmp_path)
    loaded = TransformersPolicy.from_pretrained(str(tmp_path), max_new_tokens=4)
    requests = [request(prompt) for prompt in PROMPTS]
    expected = [response.text for response in policy.respond(requests)]
    assert [response.text for response in loaded.respond(requests)] == expected


def test_uniform_numbers_are_uniform_and_fixed() -> None:
    numbers = uniforms(range(200), 50)
    assert numbers.shape == (200, 50)
    assert 0 <= numbers.min() < numbers.max() < 1
    assert len(np.unique(numbers)) == numbers.size
    shares = np.histogram(numbers, bins=10, range=(0, 1))[0] / numbers.size
    assert np.abs(shares - 0.1).max() < 0.02
    np.testing.assert_array_equal(numbers[3], uniforms([3], 50)[0])
