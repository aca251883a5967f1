"""Train on an environment with TRL's own `GRPOTrainer`, through `environment_factory`.

    python examples/trl_environment.py --model Qwen/Qwen3-0.6B --env LaMer/Sokoban-v0

The model plays by calling tools, several attempts at a task in one conversation, with a note to
itself in between. Without `--model` a model of a few thousand parameters is made from scratch,
which knows nothing but some tool calls: enough to see the whole path run on a CPU in a minute.
Needs `lamer[train]`.
"""

from __future__ import annotations

import argparse
import os
from importlib.resources import files
from typing import Any

from lamer_envs.integrations.trl import environment_factory, task_rows

SIZE = 4
"""Rows and columns of the board that the small model plays on."""

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")


def parse_arguments() -> argparse.Namespace:
    """The run's settings."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", help="path or name of a model whose chat template has tools")
    parser.add_argument("--env", default="LaMer/MineSweeper-v0", help="environment id")
    parser.add_argument("--episodes", type=int, default=2, help="attempts at a task")
    parser.add_argument("--tasks", type=int, default=4, help="different tasks")
    parser.add_argument("--group", type=int, default=8, help="trials of a task")
    parser.add_argument("--steps", type=int, default=2, help="optimizer steps")
    parser.add_argument("--tokens", type=int, default=2048, help="longest conversation")
    parser.add_argument("--out", default="runs/trl-example", help="run folder")
    return parser.parse_args()


def small_model(texts: list[str], context: int) -> tuple[Any, Any, list[int]]:
    """A Qwen3 from scratch, its tokenizer, and the tokens that it can say.

    A whole tool call is one token, so that a model that has learned nothing calls tools.

    Args:
        texts: what the tokenizer learns its other words from.
        context: tokens that the model can look back on.
    """
    import torch
    from tokenizers import Tokenizer, decoders, pre_tokenizers, trainers
    from tokenizers.models import BPE
    from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

    calls = [
        f'<tool_call>\n{{"name": "act", "arguments": {{"action": "({row}, {col})"}}}}\n</tool_call>'
        for row in range(1, SIZE + 1)
        for col in range(1, SIZE + 1)
    ]
    calls.append(
        '<tool_call>\n{"name": "reflect", "arguments": {"remark": "other cells"}}\n</tool_call>'
    )
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = ["<pad>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=800, initial_alphabet=alphabet, special_tokens=special, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens(calls)
    made = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="<|im_end|>",
        # TRL can read the tool calls of the chat templates that it knows.
        chat_template=(files("trl") / "chat_templates" / "qwen3.jinja").read_text(encoding="utf-8"),
    )
    config = Qwen3Config(
        vocab_size=len(made),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=context,
        pad_token_id=made.pad_token_id,
        eos_token_id=made.eos_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Qwen3ForCausalLM(config)
    return model, made, [*made.convert_tokens_to_ids(calls), made.eos_token_id]


def main() -> None:
    """Train, and print what was logged."""
    arguments = parse_arguments()
    # torch and TRL take seconds to import, which --help should not wait for.
    import torch
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    model: Any = arguments.model
    tokenizer = None
    generation: dict[str, Any] = {}
    board = {} if arguments.model else {"size": SIZE, "num_mines": 2}
    factory = environment_factory(arguments.env, num_episodes=arguments.episodes, env_kwargs=board)
    if model is None:
        texts = [factory().reset(task_seed=task) for task in range(arguments.tasks)]
        model, tokenizer, sayable = small_model(texts, context=2 * arguments.tokens)
        mute = sorted(set(range(len(tokenizer))) - set(sayable))
        # One call a turn: the end becomes likely after the first token.
        generation = {"suppress_tokens": mute, "exponential_decay_length_penalty": (1, 1000.0)}
    trainer = GRPOTrainer(
        model=model,
        processing_class=tokenizer,
        args=GRPOConfig(
            output_dir=arguments.out,
            num_generations=arguments.group,
            per_device_train_batch_size=arguments.group,
            max_steps=arguments.steps,
            learning_rate=1e-6 if arguments.model else 1e-2,
            warmup_steps=0,
            max_completion_length=arguments.tokens,
            # Nothing but the model's silence ends a rollout: the turns and the note of an attempt.
            max_tool_calling_iterations=8 * arguments.episodes,
            generation_kwargs=generation,
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            use_cpu=not torch.cuda.is_available(),
            bf16=torch.cuda.is_available(),
        ),
        train_dataset=Dataset.from_list(task_rows(arguments.tasks)),
        environment_factory=factory,
    )
    trainer.train()
    for entry in trainer.state.log_history:
        if "reward" in entry:
            print(
                f"step {entry['step']}:  return {entry['reward']:.2f}  "
                f"tool calls {entry['tools/call_frequency']:.1f} a trial  "
                f"refused {100 * entry['tools/failure_frequency']:.0f}%",
                flush=True,
            )


if __name__ == "__main__":
    main()
