"""The small languages of the text environments, and the players that speak them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
import torch
from rich.console import Console

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.meta.prompt_sets import alfworld
from lamer_train.experiment import load_experiment, plan_experiment
from lamer_train.pipeline import run_experiment
from lamer_train.playing import make_wrapped_env
from lamer_train.teachers import teacher_for
from lamer_train.tiny import build_model, build_tokenizer, count_parameters, vocabulary_for
from lamer_train.tiny.words import ANSWER_WORDS, Phrase, Vocabulary, phrases

PRESETS = ("alfworld-tiny", "webshop-tiny")


@cache
def tokenizer_of(preset: str) -> Any:
    vocabulary = vocabulary_for(make_wrapped_env(plan_experiment(preset).training))
    return build_tokenizer(vocabulary.words, max_length=512, rule=vocabulary.rule)


def sayable(preset: str, env: MultiEpisodeReflectionWrapper, actions: list[str]) -> list[str]:
    """The possible actions that the prompt lists."""
    if preset == "webshop-tiny":
        return actions
    listed = alfworld.compact_commands(actions)
    return listed.split("; ") if listed else []


def played(preset: str, split: str, seeds: range, **kwargs: Any) -> Iterator[tuple[Any, ...]]:
    """(environment, prompt, info, teacher's choices) of every turn that a teacher plays."""
    training = plan_experiment(preset).training
    env = MultiEpisodeReflectionWrapper(
        gym.make(training.env_id, **{**training.env_kwargs, **kwargs, "split": split}),
        **training.wrapper_kwargs(),
    )
    teacher = teacher_for(training.env_id, 0.3)
    for seed in seeds:
        rng = random.Random(seed)
        prompt, info = env.reset(seed=seed)
        over = False
        while not over:
            choices = teacher(env.unwrapped)
            yield env, prompt, info, choices
            action = rng.choices(list(choices), list(choices.values()))[0]
            prompt, _, over, _, info = env.step(f"<action>{action}</action>")
            assert info["action_valid"], action


@pytest.mark.parametrize(
    ("preset", "split", "kwargs"),
    [
        ("alfworld-tiny", "train", {}),
        ("alfworld-tiny", "valid_unseen", {}),
        ("alfworld-tiny", "train", {"rooms": "all"}),
        ("webshop-tiny", "train", {}),
        ("webshop-tiny", "test", {}),
    ],
)
def test_all_that_is_said_is_known_and_an_answer_survives_the_tokenizer(
    preset: str, split: str, kwargs: dict[str, Any]
) -> None:
    tokenizer = tokenizer_of(preset)
    most = plan_experiment(preset).training.max_completion_length
    unknown = tokenizer.unk_token_id
    lengths = []
    for env, prompt, info, choices in played(preset, split, range(25), **kwargs):
        ids = tokenizer(prompt).input_ids
        assert unknown not in ids, prompt
        lengths.append(len(ids))
        assert sum(choices.values()) == pytest.approx(1.0)
        for action in (*choices, *sayable(preset, env, info["admissible_actions"])):
            spoken = tokenizer(f"<action>{action}</action>").input_ids
            assert unknown not in spoken, action
            room = most - len(spoken)
            # The end of an answer is a token too; where all answers are equally long, none is
            # needed, and a free one would earn the entropy bonus.
            assert room == 0 if preset == "webshop-tiny" else room > 0
            assert tokenizer.decode(spoken) == f"<action> {action} </action>"
    assert sum(lengths) / len(lengths) < 70


@pytest.mark.parametrize("preset", PRESETS)
def test_the_teacher_ignores_earlier_episodes(preset: str) -> None:
    first: dict[tuple[str, tuple[str, ...]], dict[str, float]] = {}
    later = 0
    for env, _, info, choices in played(preset, "train", range(40)):
        done = tuple(turn.action for turn in env._turns)
        known = first.setdefault((info["state_key"], done), choices)
        assert known == choices
        later += bool(env.episodes_so_far) and known is not choices
    assert later > 20


def test_every_kind_of_page_is_in_the_language() -> None:
    words = set(tokenizer_of("webshop-tiny").get_vocab())
    assert {"want", "found", "item", "read", "dear", "unsure", "click[buy now]"} <= words


def test_phrases_are_alike_by_their_parts() -> None:
    words = (Phrase("go desk", ("go", "desk")), Phrase("from desk", ("from", "desk")))
    vocabulary = Vocabulary(
        (), phrases=(*phrases((*ANSWER_WORDS, "desk", "bed")), *words), rule=RULE
    )
    tokenizer = build_tokenizer(vocabulary.words, max_length=64, rule=RULE)
    model = build_model(tokenizer, vocabulary, seed=0)
    for table in (model.get_input_embeddings(), model.get_output_embeddings()):
        rows = torch.nn.functional.normalize(table.weight, dim=1)
        go, off, desk, bed = (
            rows[tokenizer.convert_tokens_to_ids(word)]
            for word in ("go desk", "from desk", "desk", "bed")
        )
        assert go @ desk > 0.5 > go @ bed
        assert go @ off > 0.3


RULE = r"<[^<>\s]*>|(?:go|from) [a-z]+|[a-z]+"


@pytest.mark.parametrize("preset", PRESETS)
def test_the_model_stays_small(preset: str) -> None:
    vocabulary = vocabulary_for(make_wrapped_env(plan_experiment(preset).training))
    model = build_model(tokenizer_of(preset), vocabulary, seed=0)
    assert 125_000 < count_parameters(model) < 500_000


@pytest.mark.parametrize("preset", PRESETS)
def test_two_updates_from_nothing(preset: str, tmp_path: Path) -> None:
    small = {
        "max_steps": 4,
        "save_steps": 4,
        "tasks_per_update": 2,
        "num_generations": 2,
        "eval_every": 0,
        "warm_start_trials": 4,
        "warm_start_steps": 2,
        "warm_start_batch_size": 4,
        "final_tasks": 2,
        "final_trials": 1,
        "progress": "false",
    }
    overrides = [f"{name}={value}" for name, value in small.items()]
    experiment = load_experiment(preset, tmp_path / "run", overrides=overrides)
    summaries = run_experiment(experiment, Console(quiet=True))
    assert {name.split(",")[0] for name in summaries} == {"warm start", "trained"}
    assert all(len(summary.pass_at) == 3 for summary in summaries.values())
