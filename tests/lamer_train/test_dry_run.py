from __future__ import annotations

import io
import socket
from typing import Any

import pytest
from rich.console import Console

from lamer_train.dry_run import model_shape, report, workload
from lamer_train.experiment import Experiment, plan_experiment
from lamer_train.memory import GIB, Memory, memories
from lamer_train.tiny import build_model, build_tokenizer, count_parameters, sokoban_vocabulary


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a dry run talks to nobody")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_turns_and_tokens_are_those_of_the_environment() -> None:
    load = workload(plan_experiment("sokoban-tiny"))
    assert load.trials == 16 * 8
    # Three episodes of eight turns, no reflections.
    assert load.most_rows == 128 * 24
    assert 128 * 3 < load.rows <= load.most_rows
    # The begin token, 36 cells, the word that asks, the token that begins the answer, and memory.
    assert 36 < load.prompt_tokens < load.longest_prompt <= 36 + 2 * (1 + 2 * 8) + 4
    assert load.counted

    load = workload(plan_experiment("sokoban-lamer-qwen3-4b"))
    assert load.most_rows == 128 * (3 * 7 + 2)
    assert not load.counted
    load = workload(plan_experiment("sokoban-gigpo-qwen3-4b"))
    assert load.most_rows == 384 * 7


@pytest.mark.parametrize(
    ("preset", "millions"),
    [("sokoban-lamer-qwen3-4b", 4022), ("sokoban-lamer-llama-3.1-8b", 8030)],
)
def test_models_of_the_paper_are_known_without_their_files(preset: str, millions: int) -> None:
    shape = model_shape(plan_experiment(preset))
    assert shape.parameters // 10**6 == millions
    assert shape.learning == shape.parameters
    assert "table" in shape.source


def test_a_model_from_scratch_has_the_weights_that_are_told() -> None:
    shape = model_shape(plan_experiment("sokoban-tiny"))
    vocabulary = sokoban_vocabulary(6, 6)
    tokenizer = build_tokenizer(vocabulary.words, max_length=512)
    assert shape.parameters == count_parameters(build_model(tokenizer, vocabulary, seed=0))


def test_adapters_learn_and_the_rest_does_not() -> None:
    shape = model_shape(plan_experiment("sokoban-lamer-qwen3-4b", ["lora_rank=16"]))
    # Rank 16 on the seven linear maps of each of the 36 layers.
    widths = (2560 + 4096, 2560 + 1024, 2560 + 1024, 4096 + 2560, *(3 * (2560 + 9728,)))
    assert shape.learning == 36 * 16 * sum(widths)


def estimated(experiment: Experiment, processes: int) -> dict[str, Memory]:
    training = experiment.training
    return memories(model_shape(experiment), training, 128 // processes, 2000, processes)


def test_memory_is_sixteen_bytes_a_weight_spread_over_processes() -> None:
    """By hand, for the 4,022,468,096 weights of Qwen3-4B."""
    experiment = plan_experiment("sokoban-lamer-qwen3-4b")
    weights = 4_022_468_096

    def states(memory: Memory) -> float:
        return memory.weights + memory.gradients + memory.moments

    (alone,) = estimated(experiment, 1).values()
    assert states(alone) == 16 * weights
    assert alone.whole == 2 * weights
    spread = estimated(experiment, 8)
    # The buckets of DDP are as large as the gradients.
    assert states(spread["DDP"]) == 20 * weights
    assert states(spread["ZeRO-2"]) == states(spread["FSDP2, ZeRO-3"]) == 2 * weights
    # 36 layers, 8 heads of 128, keys and values, two bytes each, for the 131,072 tokens of a batch,
    # or for the 16 trials of a process.
    assert alone.cache == 131_072 * 36 * 8 * 128 * 2 * 2
    assert spread["DDP"].cache == 16 * 2000 * 36 * 8 * 128 * 2 * 2
    # The float32 inputs of 36 layers and the inside of one, for a micro-batch of 16,384 tokens.
    inside = 16_384 * (8 * 2560 + 3 * 9728) * 2
    assert alone.activations == 16_384 * 2560 * 4 * 36 + inside
    assert spread["ZeRO-2"].activations == 16_384 * 2560 * 2 * 36 + inside
    assert alone.reference == 0


def test_playing_and_updating_hold_different_things() -> None:
    (alone,) = estimated(plan_experiment("sokoban-lamer-qwen3-4b"), 1).values()
    both = alone.weights + alone.whole + alone.moments
    assert alone.playing == both + alone.cache
    assert alone.updating == both + alone.gradients + alone.activations
    assert 70 * GIB < alone.playing < 72 * GIB
    assert 74 * GIB < alone.updating < 76 * GIB
    # Spread weights are put together to play, and only then.
    spread = estimated(plan_experiment("sokoban-lamer-qwen3-4b"), 8)["FSDP2, ZeRO-3"]
    assert spread.playing == spread.weights + spread.whole + spread.moments + spread.cache
    assert spread.updating == (
        spread.weights + spread.gradients + spread.moments + spread.activations
    )


def test_a_reference_model_takes_room_and_adapters_save_it() -> None:
    penalised = plan_experiment("sokoban-lamer-qwen3-4b", ["beta=0.01"])
    assert estimated(penalised, 1)["1 process"].reference == 4 * 4_022_468_096
    assert estimated(penalised, 8)["FSDP2, ZeRO-3"].reference == 4 * 4_022_468_096 / 8
    adapted = plan_experiment("sokoban-lamer-qwen3-4b", ["beta=0.01", "lora_rank=16"])
    assert estimated(adapted, 1)["1 process"].reference == 0
    assert estimated(adapted, 1)["1 process"].updating < 18 * GIB


def shown(preset: str, processes: int = 1, *overrides: str) -> str:
    out = io.StringIO()
    report(plan_experiment(preset, list(overrides)), processes, Console(file=out, width=120))
    return out.getvalue()


def test_the_report_says_what_would_run() -> None:
    text = shown("minesweeper-gigpo-qwen3-4b", 4)
    for piece in (
        "Qwen/Qwen3-4B: 4,022,468,096 weights",
        "16 tasks × 24 trials × up to 1 episodes = 384 trials",
        "at most 2,688",
        "32 a generation",
        "9,600 in all",
        "4, 96 trials each",
        "FSDP2, ZeRO-3",
        "45.0 GiB, every 32 optimizer steps; 3 at a time at most, 134.9 GiB",
        "59.9 GiB while 4 processes load the model",
    ):
        assert piece in text, piece


def test_what_cannot_run_is_named() -> None:
    with pytest.raises(ValueError, match="128 trials cannot be shared out over 3 processes"):
        shown("sokoban-tiny", 3)
    with pytest.raises(ValueError, match="the shape of 'nobody/nothing' is not known"):
        shown("sokoban-tiny", 1, "model=nobody/nothing")
