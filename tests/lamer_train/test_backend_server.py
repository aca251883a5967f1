from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from peft import LoraConfig
from test_backend_vllm import END, SPECS, naive_logprobs, policy_on, responses, sampled_logprobs
from trainer_kit import make_config, make_env, make_model, make_tokenizer, make_trainer
from vllm_standin import StandInServer, serving

from lamer_envs.rollout.runner import TrialError, TrialSpec, TrialStream, play_trials
from lamer_train.backends.base import EngineError
from lamer_train.backends.replicas import Replicas
from lamer_train.backends.weights import FOLDER
from lamer_train.cli import train
from lamer_train.run_log import last_checkpoint
from lamer_train.trainer import MetaRLTrainer

MANY = [TrialSpec(task, trial) for task in range(6) for trial in range(4)]


@pytest.fixture
def servers() -> Iterator[list[StandInServer]]:
    with serving(make_model, count=2) as two:
        yield two


def connect(servers: list[StandInServer], **arguments: Any) -> Replicas:
    return Replicas([server.url for server in servers], [END], **{"wait": 5.0, **arguments})


def test_trials_are_the_same_on_one_server_and_on_two(servers: list[StandInServer]) -> None:
    both, one = connect(servers), connect(servers[:1])
    assert both.context == 128
    trials = play_trials(make_env, policy_on(both), MANY, concurrency=24)
    alone = play_trials(make_env, policy_on(one), MANY, concurrency=3)
    assert responses(trials) == responses(alone)
    assert sampled_logprobs(trials) == pytest.approx(
        naive_logprobs(servers[0].model, trials), abs=1e-4
    )
    both.close()
    one.close()


def test_servers_share_the_load_by_how_busy_they_are() -> None:
    with serving(make_model) as (fast,), serving(make_model, delay=0.5) as (slow,):
        engine = connect([slow, fast])
        play_trials(make_env, policy_on(engine), MANY, concurrency=8)
        engine.close()
    assert fast.served > slow.served > 0
    assert fast.busiest <= 5
    assert slow.busiest <= 5
    with serving(make_model, count=2, delay=0.05) as equal:
        engine = connect(equal, first=1)
        play_trials(make_env, policy_on(engine), MANY, concurrency=8)
        engine.close()
        one, other = (server.served for server in equal)
        assert abs(one - other) < 0.2 * (one + other)


def test_when_one_server_dies_the_other_answers_in_its_place(servers: list[StandInServer]) -> None:
    dying, other = servers
    expected = responses(play_trials(make_env, policy_on(connect([other])), MANY, concurrency=24))
    dying.on_completion = lambda served: dying.die() if served == 5 else None
    trials = play_trials(make_env, policy_on(connect(servers)), MANY, concurrency=24)
    assert responses(trials) == expected
    assert dying.served < other.served


def test_when_no_server_is_left_the_error_names_them(servers: list[StandInServer]) -> None:
    engine = connect(servers)
    for server in servers:
        server.die()
    begin = time.monotonic()
    with pytest.raises(TrialError, match="no vLLM server answers any more") as met:
        play_trials(make_env, policy_on(engine), SPECS, concurrency=12)
    assert time.monotonic() - begin < 20
    assert isinstance(met.value.__cause__, EngineError)
    assert all(server.url in str(met.value) for server in servers)


def test_what_is_dropped_is_asked_again_when_the_loop_goes_on() -> None:
    with serving(make_model, delay=0.02) as (server,):
        engine = connect([server])
        policy = policy_on(engine)
        expected = responses(play_trials(make_env, policy, SPECS, concurrency=12))
        loop = asyncio.new_event_loop()
        stream = TrialStream(make_env, policy, concurrency=12)

        async def begin() -> Any:
            batch = stream.add(SPECS)
            await asyncio.sleep(0.1)
            return batch

        batch = loop.run_until_complete(begin())
        engine.drop()
        served = server.served
        trials = loop.run_until_complete(stream.wait(batch))
        loop.run_until_complete(stream.close())
        loop.close()
        assert responses(trials) == expected
        assert server.served > served
        engine.close()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"logprobs_mode": "raw_logprobs"}, "--logprobs-mode processed_logprobs"),
        ({"status": {"/server_info": 404}}, "VLLM_SERVER_DEV_MODE=1"),
        ({"status": {"/v1/models": 503}}, "no vLLM server answers at"),
    ],
)
def test_a_server_that_cannot_be_used_is_refused(
    servers: list[StandInServer], change: dict[str, Any], message: str
) -> None:
    for name, value in change.items():
        setattr(servers[1], name, value)
    with pytest.raises(EngineError, match=message):
        connect(servers, wait=0.5)


def test_an_answer_that_is_no_use_ends_the_trial(servers: list[StandInServer]) -> None:
    engine = connect(servers[:1])
    servers[0].status["/v1/completions"] = 400
    with pytest.raises(TrialError, match=r"with status 400: .*as told"):
        play_trials(make_env, policy_on(engine), SPECS, concurrency=12)
    servers[0].cache_can_be_reset = False
    with pytest.raises(EngineError, match="could not empty its prefix cache"):
        engine.forget_prompts()
    engine.close()


# ---- the backend in a trainer ----------------------------------------------------------------


def trainer_of(folder: Path, servers: list[StandInServer], **changes: Any) -> MetaRLTrainer:
    return make_trainer(
        folder,
        backend="vllm_server",
        vllm_server_base_url=", ".join(server.url for server in servers),
        vllm_server_timeout=2.0,
        **changes,
    )


def metrics(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("overlap", [0, 1])
def test_a_run_trains_on_what_servers_sample_under_the_current_weights(
    tmp_path: Path, overlap: int
) -> None:
    # The servers begin with other weights than the run.
    with serving(partial(make_model, seed=7), count=2) as servers:
        trainer = trainer_of(
            tmp_path, servers, max_steps=3, overlap=overlap, rollout_concurrency=16
        )
        trainer.train()
        for server in servers:
            assert server.served
            assert server.calls.count("/collective_rpc") == 3
            assert server.calls.count("/reset_prefix_cache") == 3
        for line in metrics(tmp_path)[:3]:
            stale = line.get("rollout/stale_tokens", 0) > 0
            assert (line["sampling/sampling_logp_difference/max"] > 1e-3) is stale
            assert math.isfinite(line["loss"])
        trials = trainer.play(SPECS)
        assert sampled_logprobs(trials) == pytest.approx(
            naive_logprobs(trainer.model, trials), abs=1e-4
        )
        assert (tmp_path / FOLDER).exists()
        trainer.close()
        assert not (tmp_path / FOLDER).exists()


def test_a_run_goes_on_after_its_server_has_died(tmp_path: Path) -> None:
    run: dict[str, Any] = {"max_steps": 4, "save_strategy": "steps", "save_steps": 1}
    with serving(make_model) as (server,):
        trainer_of(tmp_path / "whole", [server], **run).train()
        each = server.served // 4
    with serving(make_model) as (server,):
        server.on_completion = lambda served: server.die() if served == 2 * each + 5 else None
        with pytest.raises(TrialError, match="no vLLM server answers any more"):
            trainer_of(tmp_path / "broken", [server], **run).train()
    assert last_checkpoint(tmp_path / "broken") is not None
    steps = len(metrics(tmp_path / "broken"))
    assert 0 < steps < 4
    with serving(partial(make_model, seed=9)) as (server,):
        trainer = trainer_of(tmp_path / "broken", [server], **run)
        trainer.train(resume_from_checkpoint=last_checkpoint(tmp_path / "broken"))
    whole, broken = (
        [(line["step"], line["reward"], line["num_tokens"]) for line in metrics(tmp_path / name)]
        for name in ("whole", "broken")
    )
    assert whole == broken


def test_servers_get_the_weights_with_the_adapters_in_them(tmp_path: Path) -> None:
    with serving(make_model) as (server,):
        trainer = MetaRLTrainer(
            make_model(),
            make_config(
                tmp_path, backend="vllm_server", vllm_server_base_url=server.url, max_steps=3
            ),
            make_tokenizer(),
            make_env=make_env,
            peft_config=LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"),
        )
        trainer.train()
        lines = metrics(tmp_path)[:3]
        assert all(line["sampling/sampling_logp_difference/max"] < 1e-3 for line in lines)
        trials = trainer.play(SPECS)
        assert sampled_logprobs(trials) == pytest.approx(
            naive_logprobs(trainer.model, trials), abs=1e-4
        )
        assert sampled_logprobs(trials) != pytest.approx(
            naive_logprobs(make_model(), trials), abs=1e-2
        )
        trainer.close()


def test_the_command_line_says_how_to_go_on_and_takes_other_servers_then(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make_model().save_pretrained(tmp_path / "start")
    make_tokenizer().save_pretrained(tmp_path / "start")
    settings = {
        "model": str(tmp_path / "start"),
        "backend": "vllm_server",
        "vllm_server_timeout": 2.0,
        "env_id": "LaMer/MineSweeper-v0",
        "env_kwargs": {"size": 4, "num_mines": 4},
        "memory": "none",
        "reflection": False,
        "prompts": "compact",
        "tasks_per_update": 2,
        "num_generations": 2,
        "num_episodes": 2,
        "max_steps": 2,
        "save_steps": 1,
        "max_completion_length": 3,
        "use_cpu": True,
        "final_tasks": 1,
        "final_trials": 1,
        "final_episodes": 2,
        "final_memories": ["none"],
        "progress": False,
    }
    preset, run = tmp_path / "run.yaml", tmp_path / "out"
    preset.write_text(json.dumps(settings), encoding="utf-8")
    with serving(make_model) as (server,):
        # The second time that weights come.
        server.on_weights = lambda times: server.die() if times == 2 else None
        with pytest.raises(SystemExit) as met:
            train(str(preset), run, False, [f"vllm_server_base_url={server.url}"])
        gone = server.url
    assert met.value.code == 1
    said = capfd.readouterr().err
    assert "Error: " in said
    assert gone in said
    assert f"go on with: lamer train {preset} --out {run} --resume" in said
    assert [line["step"] for line in metrics(run)] == [1]
    with serving(partial(make_model, seed=5)) as (server,):
        train(str(preset), run, True, [f"vllm_server_base_url={server.url}"])
        assert server.served
    assert [line["step"] for line in metrics(run)] == [1, 2]
    assert (run / "results.md").exists()
