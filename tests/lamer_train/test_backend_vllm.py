from __future__ import annotations

import asyncio
import json
import math
import random
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from trainer_kit import make_env, make_model, make_tokenizer, make_trainer
from transformers import AutoModelForCausalLM
from typer.testing import CliRunner
from vllm_standin import StandInEngine, StandInLLM, vllm_here

from lamer_envs.cli import app
from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.runner import TrialError, TrialSpec, TrialStream, play_trials
from lamer_train.backends.base import EngineError, Sampling
from lamer_train.backends.engine import EnginePolicy
from lamer_train.backends.prompts import PromptEncoder, PromptTooLongError
from lamer_train.backends.stepping import SteppedEngine
from lamer_train.backends.vllm_colocate import OwnVLLM
from lamer_train.backends.weights import with_tied
from lamer_train.run_log import last_checkpoint
from lamer_train.trainer import MetaRLTrainer

__all__ = ["vllm_here"]

SPECS = [TrialSpec(task, trial) for task in range(3) for trial in range(4)]
SAMPLING = Sampling(max_new_tokens=3)
END = make_tokenizer().eos_token_id


def make_params(sampling: Sampling, seed: int) -> Any:
    return SimpleNamespace(
        temperature=sampling.temperature,
        max_tokens=sampling.max_new_tokens,
        seed=seed,
        stop_token_ids=[END],
    )


def stepped(engine: StandInEngine) -> SteppedEngine:
    return SteppedEngine(engine, engine.model_config.max_model_len, make_params)


def policy_on(engine: SteppedEngine, sampling: Sampling = SAMPLING) -> EnginePolicy:
    return EnginePolicy(engine, PromptEncoder(make_tokenizer()), sampling, seed=0, ends=[END])


def responses(trials: list[Trial]) -> list[list[str]]:
    return [[turn.response for turn in trial.turns] for trial in trials]


def naive_logprobs(model: torch.nn.Module, trials: list[Trial]) -> list[float]:
    values = []
    for turn in (turn for trial in trials for turn in trial.turns):
        assert turn.prompt_ids is not None
        assert turn.completion_ids is not None
        with torch.no_grad():
            ids = torch.tensor([[*turn.prompt_ids, *turn.completion_ids]])
            rows = torch.log_softmax(model(input_ids=ids).logits[0].float(), -1)
        start = len(turn.prompt_ids) - 1
        values += [rows[start + i, t].item() for i, t in enumerate(turn.completion_ids)]
    return values


def sampled_logprobs(trials: list[Trial]) -> list[float]:
    return [value for trial in trials for turn in trial.turns for value in turn.logprobs or ()]


# ---- an engine stepped by the event loop -----------------------------------------------------


@pytest.mark.parametrize("running", [1, 3, 64])
def test_what_is_sampled_does_not_depend_on_what_runs_beside_it(running: int) -> None:
    together = StandInEngine(make_model(), max_num_seqs=running)
    trials = play_trials(make_env, policy_on(stepped(together)), SPECS, concurrency=12)
    alone = play_trials(
        make_env, policy_on(stepped(StandInEngine(make_model()))), SPECS, concurrency=1
    )
    assert responses(trials) == responses(alone)
    assert len({text for row in responses(trials) for text in row}) > 10
    assert sampled_logprobs(trials) == pytest.approx(
        naive_logprobs(together.model, trials), abs=1e-4
    )
    assert not together.aborted


def test_a_finished_response_frees_its_place_for_the_next_step() -> None:
    engine = StandInEngine(make_model())
    policy = policy_on(stepped(engine), Sampling(max_new_tokens=8))
    specs = [TrialSpec(task, trial) for task in range(10) for trial in range(4)]
    steps_at_ends: list[int] = []
    play_trials(
        make_env,
        policy,
        specs,
        concurrency=12,
        on_trial=lambda trial: steps_at_ends.append(len(engine.running)),
    )
    # While trials wait for a place, every step runs a request of each of the twelve in play.
    full = engine.running[: steps_at_ends[len(specs) - 12]]
    assert len(full) > 50
    assert {len(now) for now in full} == {12}
    joined = [len({*now} - {*before}) for before, now in pairwise(full)]
    assert any(0 < fresh < 12 for fresh in joined), "no response joined others in their middle"


def test_requests_that_were_dropped_are_asked_again_when_the_loop_goes_on() -> None:
    engine = StandInEngine(make_model())
    steps = stepped(engine)
    policy = policy_on(steps, Sampling(max_new_tokens=8))
    expected = responses(play_trials(make_env, policy, SPECS, concurrency=12))
    loop = asyncio.new_event_loop()
    stream = TrialStream(make_env, policy, concurrency=12)

    async def begin() -> list[asyncio.Future[Trial]]:
        batch = stream.add(SPECS)
        while len(engine.running) < 40:
            await asyncio.sleep(0)
        return batch

    engine.running.clear()
    batch = loop.run_until_complete(begin())
    in_flight = [*engine.requests]
    assert in_flight
    steps.drop()
    assert not engine.requests
    assert engine.aborted == in_flight
    # Another event loop may play in between.
    assert responses(play_trials(make_env, policy, SPECS[:2], concurrency=2)) == expected[:2]
    trials = loop.run_until_complete(stream.wait(batch))
    loop.run_until_complete(stream.close())
    loop.close()
    assert responses(trials) == expected


def test_an_event_loop_that_was_broken_off_leaves_nothing_behind() -> None:
    engine = StandInEngine(make_model())
    policy = policy_on(stepped(engine))
    engine.fail_at = 5
    with pytest.raises(
        TrialError, match=r"task seed \d, trial \d, .*vLLM has failed: RuntimeError: CUDA"
    ) as met:
        play_trials(make_env, policy, SPECS, concurrency=12)
    assert isinstance(met.value.__cause__, EngineError)
    engine.fail_at = None
    again = play_trials(make_env, policy, SPECS, concurrency=12)
    fresh = play_trials(
        make_env, policy_on(stepped(StandInEngine(make_model()))), SPECS, concurrency=12
    )
    assert responses(again) == responses(fresh)
    assert not engine.requests


def test_a_cancelled_request_leaves_the_engine() -> None:
    engine = StandInEngine(make_model())
    steps = stepped(engine)

    async def cancel_one() -> None:
        asked = asyncio.ensure_future(steps.sample([5, 6], SAMPLING, 1))
        await asyncio.sleep(0)
        assert len(engine.requests) == 1
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)

    asyncio.run(cancel_one())
    assert not engine.requests
    assert len(engine.aborted) == 1


def test_a_prompt_without_room_is_refused_by_the_engines_own_context() -> None:
    steps = stepped(StandInEngine(make_model(), context=8))
    with pytest.raises(TrialError, match="the model's context of 8 has room for 5") as met:
        play_trials(make_env, policy_on(steps), SPECS, concurrency=12)
    assert isinstance(met.value.__cause__, PromptTooLongError)


def test_tied_weights_come_under_all_of_their_names() -> None:
    model = make_model()
    names = [name for name, _ in model.named_parameters()]
    assert [name for name, _ in with_tied(model, iter(model.named_parameters()))] == names
    model.config.tie_word_embeddings = True
    model.tie_weights()
    named = dict(with_tied(model, iter(model.named_parameters())))
    assert named["lm_head.weight"] is named["model.embed_tokens.weight"]
    assert {*named} == {*names}


# ---- the backend in a trainer ----------------------------------------------------------------


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    make_model().save_pretrained(tmp_path / "start")
    make_tokenizer().save_pretrained(tmp_path / "start")
    return tmp_path / "start"


def trainer_of(saved: Path, name: str = "run", **changes: Any) -> MetaRLTrainer:
    model = AutoModelForCausalLM.from_pretrained(saved)
    return make_trainer(saved.parent / name, model, backend="vllm", **changes)


def metrics(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("overlap", [0, 1])
def test_a_run_trains_on_what_vllm_samples_under_the_current_weights(
    saved: Path, vllm_here: list[StandInLLM], overlap: int
) -> None:
    trainer = trainer_of(saved, max_steps=3, overlap=overlap, rollout_concurrency=16)
    trainer.train()
    (llm,) = vllm_here
    assert llm.settings["logprobs_mode"] == "processed_logprobs"
    assert llm.settings["max_num_seqs"] == 16
    assert llm.calls == ["reload_weights", "reset_prefix_cache"] * 3
    assert all("num_tokens" in line for line in metrics(saved.parent / "run"))
    for line in metrics(saved.parent / "run")[:3]:
        # The stand-in computes what the model does, so all that differs is what is stale.
        stale = line.get("rollout/stale_tokens", 0) > 0
        assert (line["sampling/sampling_logp_difference/max"] > 1e-3) is stale
        assert math.isfinite(line["loss"])
    trials = trainer.play(SPECS)
    assert llm.calls == ["reload_weights", "reset_prefix_cache"] * 4
    assert sampled_logprobs(trials) == pytest.approx(
        naive_logprobs(trainer.model, trials), abs=1e-4
    )
    start = AutoModelForCausalLM.from_pretrained(saved)
    assert sampled_logprobs(trials) != pytest.approx(naive_logprobs(start, trials), abs=1e-2)
    trainer.close()


def test_a_resumed_run_is_the_uninterrupted_one(saved: Path, vllm_here: list[StandInLLM]) -> None:
    run: dict[str, Any] = {"max_steps": 4, "save_steps": 2, "lr_scheduler_type": "constant"}
    run["save_strategy"] = "steps"
    whole = trainer_of(saved, "whole", **run)
    whole.train()
    first = trainer_of(saved, "parts", **{**run, "max_steps": 2})
    first.train()
    second = trainer_of(saved, "parts", **run)
    second.train(resume_from_checkpoint=last_checkpoint(saved.parent / "parts"))
    for one, other in zip(whole.model.parameters(), second.model.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_the_engine_leaves_random_states_alone(saved: Path, vllm_here: list[StandInLLM]) -> None:
    trainer = trainer_of(saved)
    states = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy()
    trainer.play(SPECS)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert random.getstate() == states[1]
    assert (np.random.get_state()[1] == states[2]).all()


def test_a_sleeping_engine_wakes_to_play(
    saved: Path, vllm_here: list[StandInLLM], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU, where the weights take TRL's own way."""
    monkeypatch.delattr(OwnVLLM, "sync_weights")
    trainer = trainer_of(saved, max_steps=2, vllm_enable_sleep_mode=True)
    trainer.train()
    (llm,) = vllm_here
    assert llm.settings["enable_sleep_mode"]
    weights = ["load_weights"] * len([*trainer.model.parameters()])
    once = ["wake weights", *weights, "reset_prefix_cache", "wake kv_cache", "sleep 2"]
    assert llm.calls == ["sleep 2", *once, *once]
    trials = trainer.play(SPECS)
    assert sampled_logprobs(trials) == pytest.approx(
        naive_logprobs(trainer.model, trials), abs=1e-4
    )


def test_prompts_are_encoded_once_a_run(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = make_trainer(saved.parent / "run", max_steps=3)
    seen: list[str] = []
    template = trainer.processing_class.apply_chat_template

    def spy(conversations: Any, **kwargs: Any) -> Any:
        if kwargs.get("add_generation_prompt"):
            seen.extend(messages[0]["content"] for messages in conversations)
        return template(conversations, **kwargs)

    monkeypatch.setattr(trainer.processing_class, "apply_chat_template", spy)
    trainer.train()
    trainer.play_tasks(range(4), 1)
    assert len(seen) == len({*seen}) > 5


def test_the_command_line_takes_a_backend(tmp_path: Path) -> None:
    def said(backend: str) -> str:
        arguments = ["train", "minesweeper-tiny", "--out", str(tmp_path), "--backend", backend]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 2
        return " ".join(result.output.split())

    assert "backend must be one of 'transformers', 'vllm', 'vllm_server', not 'vlm'" in said("vlm")
    if find_spec("vllm") is None:
        assert 'pip install "lamer[vllm]"' in said("vllm")
    assert not [*tmp_path.iterdir()]


def test_settings_that_do_not_go_together_are_named(tmp_path: Path) -> None:
    for changes, message in (
        ({"backend": "vlm"}, "backend must be one of"),
        ({"backend": "vllm", "vllm_tensor_parallel_size": 2}, "use vllm_server"),
        ({"backend": "vllm", "vllm_mode": "server"}, "set backend: vllm_server"),
        ({"use_vllm": True}, "set backend"),
    ):
        with pytest.raises(ValueError, match=message):
            make_trainer(tmp_path, **changes)
