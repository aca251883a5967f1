"""Every private or undocumented piece of TRL and transformers that the trainer leans on.

When an upgrade breaks training, this file says which piece moved.
"""

from __future__ import annotations

import inspect
from importlib.metadata import version

import pytest
from accelerate import Accelerator
from accelerate.state import GradientState
from accelerate.utils.deepspeed import DeepSpeedEngineWrapper
from transformers import Trainer
from trl import GRPOConfig, GRPOTrainer
from trl.generation.vllm_client import VLLMClient
from trl.generation.vllm_generation import VLLMGeneration
from trl.models import unwrap_model_for_generation
from trl.trainer.utils import add_fused_lm_head

from lamer_train.accumulate import LOSS_TYPES
from lamer_train.trainer import MetaRLTrainer


def parameters(function: object) -> list[str]:
    return list(inspect.signature(function).parameters)  # type: ignore[arg-type]


def source(function: object) -> str:
    return inspect.getsource(function)  # type: ignore[arg-type]


def test_trl_is_the_pinned_minor_version() -> None:
    assert version("trl").startswith("1.16.")


@pytest.mark.parametrize(
    ("hook", "expected"),
    [
        ("_generate_and_score_completions", ["self", "inputs"]),
        ("compute_loss", ["self", "model", "inputs", "return_outputs", "num_items_in_batch"]),
        ("training_step", ["self", "model", "inputs", "num_items_in_batch"]),
        ("_save_checkpoint", ["self", "model", "trial"]),
        ("_save_optimizer_and_scheduler", ["self", "output_dir"]),
        ("_load_optimizer_and_scheduler", ["self", "checkpoint"]),
        ("_prepare_inputs", ["self", "generation_batch"]),
        ("_get_train_sampler", ["self", "dataset"]),
        ("log", ["self", "logs", "start_time"]),
    ],
)
def test_overridden_and_relied_on_methods_keep_their_signature(
    hook: str, expected: list[str]
) -> None:
    assert parameters(getattr(GRPOTrainer, hook)) == expected, hook


def test_the_scoring_hook_takes_what_the_override_hands_on() -> None:
    hook = GRPOTrainer._get_per_token_logps_and_entropies
    assert parameters(hook)[:6] == [
        "self",
        "model",
        "input_ids",
        "attention_mask",
        "logits_to_keep",
        "batch_size",
    ]
    assert "compute_entropy" in parameters(hook)


@pytest.mark.parametrize(
    "argument", ["model", "reward_funcs", "args", "train_dataset", "eval_dataset", "rollout_func"]
)
def test_the_constructor_keeps_its_arguments(argument: str) -> None:
    assert argument in parameters(GRPOTrainer.__init__)


def test_evaluation_is_called_with_the_arguments_of_the_override() -> None:
    assert parameters(Trainer.evaluate) == parameters(MetaRLTrainer.evaluate)


@pytest.mark.parametrize(
    ("method", "pieces"),
    [
        # The rollout function gets (prompts, trainer), and its masks become the tool mask.
        # There is no vLLM to be told of new weights while `_last_loaded_step` is the current one.
        (
            "_generate",
            [
                "self.rollout_func(prompts, self)",
                '"env_mask"',
                '"logprobs"',
                "if self.use_vllm and self.state.global_step != self._last_loaded_step:",
            ],
        ),
        # Names of the batch that micro-batches are cut from.
        (
            "_generate_and_score_completions",
            [
                '"prompt_ids": prompt_ids',
                '"prompt_mask": prompt_mask',
                '"completion_ids": completion_ids',
                '"completion_mask": completion_mask',
                '"advantages": advantages',
                '"num_items_in_batch": num_items_in_batch',
                'output["old_per_token_logps"]',
                'output["sampling_per_token_logps"]',
                'output["ref_per_token_logps"]',
                'output["tool_mask"]',
                "self._get_per_token_logps_and_entropies(",
                'self._metrics[mode]["frac_reward_zero_std"]',
                # `sampling_corrected` has rows taken for vLLM's.
                "self.use_vllm and self.vllm_importance_sampling_correction",
                'output["importance_sampling_ratio"] = vllm_importance_sampling_ratio',
                '"sampling/importance_sampling_ratio/mean"',
                '"sampling/sampling_logp_difference/mean"',
            ],
        ),
        # Normalisers that `share_of_loss` undoes, and the coefficients that are scaled.
        (
            "_compute_loss",
            [
                'completion_mask * inputs["tool_mask"]',
                'if self.loss_type in ["grpo", "sapo"]:',
                "/ mask.sum(-1).clamp(min=1.0)).mean()",
                "(per_token_loss * mask).sum() / mask.sum().clamp(min=1.0)",
                "(per_token_loss.size(0) * self.max_completion_length)",
                'elif self.loss_type in ["cispo", "dapo", "vespo"]:',
                'inputs["num_items_in_batch"].clamp(min=1.0) / self.accelerator.num_processes',
                "(per_token_loss * mask).sum(-1).mean()",
                "(entropies * effective_mask).sum() / effective_mask.sum().clamp(min=1.0)",
                'per_token_loss * inputs["importance_sampling_ratio"]',
                "apply_coef = self.entropy_coef",
                "self.router_aux_loss_coef * aux_loss",
            ],
        ),
        # A new generation every K steps, split into K slices after a shuffle.
        (
            "_prepare_inputs",
            [
                "self._step % generate_every == 0",
                "shuffle_sequence_dict(",
                "split_tensor_dict(generation_batch, self.args.steps_per_generation)",
            ],
        ),
        # The tasks come in the order of the data set.
        ("_get_train_sampler", ["RepeatSampler(", "shuffle=self.shuffle_dataset"]),
    ],
)
def test_the_bodies_still_do_what_the_wrappers_assume(method: str, pieces: list[str]) -> None:
    body = source(getattr(GRPOTrainer, method))
    missing = [piece for piece in pieces if piece not in body]
    assert not missing, f"GRPOTrainer.{method} no longer contains {missing}"


@pytest.mark.parametrize(
    "attribute", ["_metrics", "_step", "_entropy_bonus_enabled", "shuffle_dataset", "ref_model"]
)
def test_the_constructor_sets_the_attributes_that_are_read(attribute: str) -> None:
    assert f"self.{attribute} = " in source(GRPOTrainer.__init__), attribute


def test_every_loss_type_of_trl_has_a_rule_for_micro_batches() -> None:
    body = source(GRPOTrainer._compute_loss)
    for loss_type in LOSS_TYPES:
        assert f'"{loss_type}"' in body, loss_type
    helped = GRPOConfig.__dataclass_fields__["loss_type"].metadata["help"]
    for named in ("grpo", "dr_grpo", "dapo", "bnpo", "cispo", "sapo", "luspo", "vespo"):
        assert named in LOSS_TYPES
        assert named in helped


def test_the_scored_forward_goes_through_the_backbone_that_the_critic_listens_to() -> None:
    body = source(add_fused_lm_head)
    for piece in (
        'backbone_attr = "base_model"',
        "backbone_outputs = getattr(self, backbone_attr)(*args, **kwargs)",
        "hidden_states = backbone_outputs.last_hidden_state",
    ):
        assert piece in body, piece


def test_generation_unwraps_the_model_through_trl() -> None:
    assert {
        "model",
        "accelerator",
        "gather_deepspeed3_params",
        "gradient_checkpointing_kwargs",
    } <= {*parameters(unwrap_model_for_generation)}


def test_the_trainer_state_is_the_last_file_of_a_checkpoint() -> None:
    body = source(Trainer._save_checkpoint)
    state = body.index("save_to_json(os.path.join(output_dir, TRAINER_STATE_NAME))")
    for earlier in ("self.save_model(", "_save_optimizer_and_scheduler(", "_save_rng_state("):
        assert body.index(earlier) < state, earlier


def test_deepspeed_takes_a_step_only_where_gradients_are_synchronised() -> None:
    body = source(DeepSpeedEngineWrapper.backward)
    assert "set_gradient_accumulation_boundary(is_boundary=sync_gradients)" in body
    assert "if sync_gradients:" in body
    assert body.index("if sync_gradients:") < body.index("self.engine.step()")
    handed = "self.deepspeed_engine_wrapped.backward(loss, sync_gradients=self.sync_gradients"
    assert handed in source(Accelerator.backward)
    assert parameters(GradientState._set_sync_gradients) == ["self", "sync_gradients"]


def test_a_step_is_logged_once_where_gradients_are_synchronised() -> None:
    # TRL's loss looks at the same flag, so it is lowered for the backward pass alone.
    assert 'if mode == "train" and self.accelerator.sync_gradients:' in source(
        GRPOTrainer._compute_loss
    )


def test_trls_engine_is_made_and_told_of_weights_as_the_backends_assume() -> None:
    assert "self._init_vllm()" in source(VLLMGeneration.__init__)
    for piece in (
        "if not is_vllm_available():",
        "raise ImportError(",
        "self.llm = LLM(",
        'logprobs_mode="processed_logprobs"',
        'distributed_executor_backend="external_launcher"',
        "self.llm.sleep(level=2)",
    ):
        assert piece in source(VLLMGeneration._init_vllm), piece
    for piece in (
        'self.llm.wake_up(tags=["weights"])',
        "for name, param in self._iter_named_params():",
        "self.vllm_client.update_named_params(self._weight_metadata, self._iter_named_params())",
        "self.llm.reset_prefix_cache()",
    ):
        assert piece in source(VLLMGeneration.sync_weights), piece
    # The model is read anew each time.
    assert "model = self.model" in source(VLLMGeneration._iter_named_params)


def test_trls_client_brings_weights_to_one_server_each() -> None:
    assert {"base_url", "group_port"} <= {*parameters(VLLMClient.__init__)}
    assert parameters(VLLMClient.init_communicator) == ["self", "device"]
    assert parameters(VLLMClient.update_named_params) == ["self", "metadata", "named_params"]
    assert parameters(VLLMClient.close_communicator) == ["self"]
