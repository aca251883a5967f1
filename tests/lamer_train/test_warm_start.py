from __future__ import annotations

from pathlib import Path

import gymnasium as gym
import pytest
import torch

from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_train.teachers import reflection_teacher_for, teacher_for
from lamer_train.tiny import build_model, build_tokenizer, minesweeper_vocabulary
from lamer_train.warm_start import (
    IGNORED,
    Demonstration,
    answer,
    collect_demonstrations,
    imitate,
    tokenize,
)

VOCABULARY = minesweeper_vocabulary(2, 2)
CHOICES = {"(1, 1)": 0.25, "(1, 2)": 0.75}


def test_rows_hold_the_answer_with_the_choice_at_its_one_deciding_token() -> None:
    tokenizer = build_tokenizer(VOCABULARY.words, max_length=64)
    choices = {answer(action): odds for action, odds in CHOICES.items()}
    demonstration = Demonstration("1,1=? act", choices, answer("(1, 2)"))
    (row,) = tokenize([demonstration], tokenizer)
    words = tokenizer.convert_ids_to_tokens(row["input_ids"])
    assert words[-4:] == ["<action>", "(1, 2)", "</action>", tokenizer.eos_token]
    place = len(words) - 3
    assert row["choice_places"] == [place]
    labels = row["labels"]
    assert labels[: place - 1] == [IGNORED] * (place - 1)
    assert labels[place] == IGNORED
    kept = [place - 1, place + 1, place + 2]
    assert [labels[i] for i in kept] == [row["input_ids"][i] for i in kept]
    assert [tokenizer.convert_ids_to_tokens(ids) for ids in row["choice_ids"]] == [list(CHOICES)]
    assert row["choice_weights"] == [list(CHOICES.values())]


def test_the_choice_of_a_longer_answer_is_one_of_token_after_token() -> None:
    tokenizer = build_tokenizer(VOCABULARY.words, max_length=64)
    choices = {"act": 0.5, "try act": 0.125, "try bad": 0.375}
    for action in choices:
        responses = {answer(each): odds for each, odds in choices.items()}
        (row,) = tokenize([Demonstration("act", responses, answer(action))], tokenizer)
        shown = [
            dict(zip(tokenizer.convert_ids_to_tokens(ids), weights, strict=True))
            for ids, weights in zip(row["choice_ids"], row["choice_weights"], strict=True)
        ]
        first = {"act": 0.5, "try": 0.5}
        assert shown == [first, *([{"act": 0.25, "bad": 0.75}] if action != "act" else [])]
        tokens = row["input_ids"]
        begin = tokens.index(tokenizer.convert_tokens_to_ids("<action>"))
        assert row["choice_places"] == [begin + 1, begin + 2][: len(shown)]
        decided = [label == IGNORED for label in row["labels"][begin:]]
        assert decided == [place in row["choice_places"] for place in range(begin, len(tokens))]


def test_imitation_approaches_the_teachers_distribution(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(VOCABULARY.words, max_length=64)
    model = build_model(tokenizer, VOCABULARY, seed=0, hidden_size=32, num_heads=2)
    choices = {answer(action): odds for action, odds in CHOICES.items()}
    item = Demonstration("1,1=? 1,2=? act", choices, answer("(1, 2)"))
    imitate(
        model,
        tokenizer,
        [item] * 8,
        steps=80,
        batch_size=8,
        learning_rate=1e-2,
        seed=0,
        work_dir=tmp_path,
    )
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": item.prompt}], tokenize=False, add_generation_prompt=True
    )
    prompt = tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids
    start = tokenizer(answer("(1, 1)"), add_special_tokens=False).input_ids[:1]
    with torch.no_grad():
        logits = model.eval()(torch.cat([prompt, torch.tensor([start])], dim=1)).logits[0, -1]
    probs = logits.softmax(-1)
    for action, weight in CHOICES.items():
        assert probs[tokenizer.convert_tokens_to_ids(action)] == pytest.approx(weight, abs=0.05)


def test_a_wrapper_that_asks_for_reflections_needs_a_teacher_who_writes_them() -> None:
    env = MultiEpisodeReflectionWrapper(gym.make("lamer_envs:LaMer/MineSweeper-v0"))
    with pytest.raises(ValueError, match="writes no reflections"):
        collect_demonstrations(env, lambda env: {"(1, 1)": 1.0}, trials=1, seed=0)


def test_the_teacher_notes_where_the_mine_was() -> None:
    env = MultiEpisodeReflectionWrapper(
        gym.make("lamer_envs:LaMer/MineSweeper-v0", size=4, num_mines=4), prompts="compact"
    )
    name = "LaMer/MineSweeper-v0"
    demonstrations = collect_demonstrations(
        env,
        teacher_for(name, 0.2),
        trials=40,
        seed=0,
        reflect=reflection_teacher_for(name, 0.2),
    )
    notes = [item for item in demonstrations if item.response.startswith("<remark>")]
    assert len(notes) > 40
    hits = 0
    for item in notes:
        assert sum(item.choices.values()) == pytest.approx(1.0)
        likeliest = max(item.choices, key=lambda response: item.choices[response])
        cell = likeliest.removeprefix("<remark>hit:").removesuffix("</remark>")
        hits += f"{cell}=*" in item.prompt.split()
    assert hits == sum("=*" in item.prompt for item in notes) > 30
    assert any("note hit:" in item.prompt for item in demonstrations)
