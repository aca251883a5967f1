from __future__ import annotations

from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_train.teachers import teacher_for
from lamer_train.tiny import (
    board_vectors,
    build_model,
    build_tokenizer,
    count_parameters,
    minesweeper_vocabulary,
    vocabulary_for,
)
from lamer_train.warm_start import answer, collect_demonstrations


def compact_env(memory: str = "history", size: int = 4) -> MultiEpisodeReflectionWrapper:
    return MultiEpisodeReflectionWrapper(
        gym.make("LaMer/MineSweeper-v0", size=size, num_mines=3), memory=memory, prompts="compact"
    )


@pytest.mark.parametrize(("memory", "size"), [("history", 4), ("both", 4), ("none", 5)])
def test_every_word_of_the_compact_prompts_and_answers_is_known(memory: str, size: int) -> None:
    env = compact_env(memory, size)
    tokenizer = build_tokenizer(vocabulary_for(env).words, max_length=512)
    responses = ["nonsense", answer("(1, 1)"), answer("(2, 2)"), answer("up"), answer("(3, 3)")]
    seen = set()
    for seed in range(20):
        prompt, info = env.reset(seed=seed)
        over, turn = False, 0
        while not over:
            assert tokenizer.unk_token_id not in tokenizer(prompt).input_ids, prompt
            seen |= set(prompt.split())
            reflecting = info["phase"] == "reflect"
            response = "<remark>act</remark>" if reflecting else responses[turn % len(responses)]
            prompt, _, over, _, info = env.step(response)
            turn += 1
    assert "act" in seen
    if memory != "none":
        assert {"try", "bad"} <= seen


def test_an_answer_survives_the_tokenizer_and_its_copy_on_disk(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(minesweeper_vocabulary(4, 4).words, max_length=512)
    tokenizer.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    messages = [
        {"role": "user", "content": "1,1=? act"},
        {"role": "assistant", "content": answer("(2, 3)")},
    ]
    for each in (tokenizer, again):
        text = each.apply_chat_template(messages, tokenize=False)
        ids = each(text, add_special_tokens=False).input_ids
        start = each(
            each.apply_chat_template(messages[:1], tokenize=False, add_generation_prompt=True),
            add_special_tokens=False,
        ).input_ids
        assert ids[: len(start)] == start
        assert ids[-1] == each.eos_token_id
        assert len(ids) - len(start) == 4
        assert "(2, 3)" in each.decode(ids[len(start) :])


def test_words_that_the_tokenizer_would_split_are_refused() -> None:
    with pytest.raises(ValueError, match="not single words"):
        build_tokenizer(["two words"], max_length=8)


def test_a_seed_gives_one_model_and_leaves_the_global_generator_alone() -> None:
    vocabulary = minesweeper_vocabulary(4, 4)
    tokenizer = build_tokenizer(vocabulary.words, max_length=512)
    before = torch.get_rng_state()
    first, same, other = (
        build_model(tokenizer, vocabulary, seed=seed).state_dict() for seed in (0, 0, 1)
    )
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not torch.equal(first["lm_head.weight"], other["lm_head.weight"])


def test_the_model_is_tiny_and_loads_as_a_stock_architecture(tmp_path: Path) -> None:
    vocabulary = minesweeper_vocabulary(4, 4)
    tokenizer = build_tokenizer(vocabulary.words, max_length=512)
    model = build_model(tokenizer, vocabulary, seed=0)
    assert 100_000 < count_parameters(model) < 150_000
    model.save_pretrained(tmp_path)
    again = AutoModelForCausalLM.from_pretrained(tmp_path)
    ids = torch.tensor([[3, 4, 5]])
    assert torch.equal(model.eval()(ids).logits, again.eval()(ids).logits)


def test_cell_vectors_are_unit_long_and_alike_when_close() -> None:
    vectors = board_vectors((4, 4), 64, np.random.default_rng(0))
    products = vectors @ vectors.T
    np.testing.assert_allclose(np.diag(products), 1.0, atol=1e-5)
    assert products[0, 1] == pytest.approx(products[0, 4], abs=1e-5)
    assert products[0, 1] > products[0, 5] > products[0, 2] > products[0, 15]


def test_no_vocabulary_or_teacher_for_another_environment() -> None:
    with pytest.raises(ValueError, match="no from-scratch vocabulary for CartPoleEnv"):
        vocabulary_for(gym.make("CartPole-v1"))
    with pytest.raises(ValueError, match="no warm-start teacher for 'CartPole-v1'"):
        teacher_for("CartPole-v1", 0.2)


def test_the_teacher_ignores_earlier_episodes() -> None:
    env = compact_env()
    by_board: dict[tuple[int, str], dict[str, float]] = {}
    demonstrations = collect_demonstrations(
        env, teacher_for("LaMer/MineSweeper-v0", 0.2), trials=60, seed=0
    )
    with_memory = 0
    for item in demonstrations:
        assert sum(item.choices.values()) == pytest.approx(1.0)
        assert item.response in item.choices
        board = " ".join(word for word in item.prompt.split() if "=" in word)
        known = by_board.setdefault((0, board), dict(item.choices))
        assert known == dict(item.choices)
        with_memory += "try" in item.prompt
    assert with_memory > 50
