"""Warm start: supervised imitation of a weak scripted player, before any reward is seen.

The teacher knows nothing of earlier episodes, so the model that comes out of it plays every episode
as if it were the first: whatever adaptation it shows later, meta-RL has taught it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
import torch
from datasets import Dataset
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback, TrainerCallback
from trl import SFTConfig, SFTTrainer

from lamer_envs.meta import MultiEpisodeReflectionWrapper

Teacher = Callable[[gym.Env[str, str]], Mapping[str, float]]
"""What a scripted player would do now: probabilities of action strings, or of remarks where the
player is asked to reflect, summing to 1."""

IGNORED = -100


@dataclass(frozen=True, slots=True)
class Demonstration:
    """One prompt with the teacher's choices.

    Attributes:
        prompt: the wrapper's prompt.
        choices: the teacher's probability of each response.
        response: the one that was given.
    """

    prompt: str
    choices: Mapping[str, float]
    response: str


def answer(action: str) -> str:
    """The response that gives an action in its tag."""
    return f"<action>{action}</action>"


def note(remark: str) -> str:
    """The response that gives a remark in its tag."""
    return f"<remark>{remark}</remark>"


def collect_demonstrations(
    env: MultiEpisodeReflectionWrapper,
    teacher: Teacher,
    *,
    trials: int,
    seed: int,
    reflect: Teacher | None = None,
) -> list[Demonstration]:
    """Let the teacher play one trial of each of the tasks with seeds 0 to `trials` - 1.

    Args:
        env: what it plays.
        teacher: its actions.
        trials: how many trials.
        seed: of its choices.
        reflect: its remarks, where the wrapper asks for reflections.

    Raises:
        ValueError: the wrapper asks for reflections, and `reflect` is missing.
    """
    if env.settings.reflection and reflect is None:
        raise ValueError(
            "this teacher writes no reflections; use a wrapper with reflection=False, or give it "
            "`reflect`"
        )
    demonstrations: list[Demonstration] = []
    for task_seed in range(trials):
        rng = random.Random(f"{seed} {task_seed}")
        prompt, info = env.reset(seed=task_seed)
        over = False
        while not over:
            if info["phase"] == "reflect" and reflect is not None:
                choices = {note(remark): odds for remark, odds in reflect(env.unwrapped).items()}
            else:
                choices = {answer(action): odds for action, odds in teacher(env.unwrapped).items()}
            response = rng.choices(list(choices), list(choices.values()))[0]
            demonstrations.append(Demonstration(prompt, choices, response))
            prompt, _, terminated, truncated, info = env.step(response)
            over = terminated or truncated
    return demonstrations


def tokenize(
    demonstrations: Sequence[Demonstration], tokenizer: PreTrainedTokenizerBase
) -> Dataset:
    """Rows of `input_ids`, `labels`, and the teacher's choices at the tokens that it decides.

    Each row holds the prompt and the played answer. Given the tokens before, the teacher's choice
    of an answer is one of a next token; where more than one is possible, `choice_places` has the
    token's position, and `choice_ids` and `choice_weights` the distribution, which stands in for a
    hard label. `labels` is `IGNORED` there, and on the prompt.
    """
    texts = [_chat(tokenizer, item.prompt) for item in demonstrations]
    prompts = tokenizer(texts, add_special_tokens=False)["input_ids"]
    responses = sorted({response for item in demonstrations for response in item.choices})
    encoded = tokenizer(responses, add_special_tokens=False)
    answers = {
        response: [*tokens, tokenizer.eos_token_id]
        for response, tokens in zip(responses, encoded["input_ids"], strict=True)
    }
    rows = []
    for item, prompt in zip(demonstrations, prompts, strict=True):
        labels = [IGNORED] * len(prompt)
        row: dict[str, list[Any]] = {"choice_places": [], "choice_ids": [], "choice_weights": []}
        odds = _next_tokens(item, answers)
        for token, next_tokens in zip(answers[item.response], odds, strict=True):
            if len(next_tokens) > 1:
                row["choice_places"].append(len(labels))
                row["choice_ids"].append(list(next_tokens))
                row["choice_weights"].append(list(next_tokens.values()))
            labels.append(token if len(next_tokens) == 1 else IGNORED)
        row |= {"input_ids": prompt + answers[item.response], "labels": labels}
        rows.append(row)
    return Dataset.from_list(rows)


def _chat(tokenizer: PreTrainedTokenizerBase, prompt: str) -> str:
    text: str = tokenizer.apply_chat_template(
        [{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True
    )
    return text


def _next_tokens(
    item: Demonstration, answers: Mapping[str, Sequence[int]]
) -> list[dict[int, float]]:
    """For each token of the played answer, the teacher's odds of it and its alternatives.

    All answers end with the same token, which they have nowhere else, so that none begins with
    another one.
    """
    alive = dict(item.choices)
    odds: list[dict[int, float]] = []
    for place, token in enumerate(answers[item.response]):
        weights: dict[int, float] = {}
        for response, weight in alive.items():
            following = answers[response][place]
            weights[following] = weights.get(following, 0.0) + weight
        total = sum(alive.values())
        odds.append({following: weight / total for following, weight in weights.items()})
        alive = {r: weight for r, weight in alive.items() if answers[r][place] == token}
    return odds


@dataclass(frozen=True)
class _Collator:
    pad_token_id: int
    vocab_size: int

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Tensor]:
        """A batch padded on the left, with labels for its last columns only.

        Prompts need no logits, and those of a batch would take longer than all the rest.
        """
        lengths = [len(row["input_ids"]) for row in rows]
        longest = max(lengths)
        # One column before the longest answer, whose logits are of the answer's first token.
        kept = 1 + max(map(_answer_length, rows))
        choices = [
            (index, place - lengths[index] + kept, ids, weights)
            for index, row in enumerate(rows)
            for place, ids, weights in zip(
                row["choice_places"], row["choice_ids"], row["choice_weights"], strict=True
            )
        ]
        batch = {
            "input_ids": torch.full((len(rows), longest), self.pad_token_id),
            "attention_mask": torch.zeros((len(rows), longest), dtype=torch.long),
            "labels": torch.full((len(rows), kept), IGNORED),
            "choice_rows": torch.tensor([choice[0] for choice in choices], dtype=torch.long),
            "choice_places": torch.tensor([choice[1] for choice in choices], dtype=torch.long),
            "choice_weights": torch.zeros((len(choices), self.vocab_size)),
        }
        for index, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            batch["input_ids"][index, longest - length :] = torch.tensor(row["input_ids"])
            batch["attention_mask"][index, longest - length :] = 1
            last = row["labels"][-kept:]
            batch["labels"][index, kept - len(last) :] = torch.tensor(last)
        for index, (_, _, ids, weights) in enumerate(choices):
            batch["choice_weights"][index, ids] = torch.tensor(weights)
        return batch


def _answer_length(row: Mapping[str, Any]) -> int:
    first = next(place for place, label in enumerate(row["labels"]) if label != IGNORED)
    return len(row["labels"]) - min([first, *row["choice_places"]])


class SoftTargetSFTTrainer(SFTTrainer):  # type: ignore[misc]
    """`SFTTrainer` with the teacher's whole distribution as target at the tokens it decides.

    A teacher that is torn between five cells says so in one row; with hard labels a small model
    needs many rows of the same board to find that out.
    """

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """Cross-entropy of the decided tokens, a row's added up, plus the mean of the others."""
        outputs = model(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            logits_to_keep=inputs["labels"].shape[1],
        )
        log_probs = torch.log_softmax(outputs.logits[:, :-1].float(), dim=-1)
        chosen = log_probs[inputs["choice_rows"], inputs["choice_places"] - 1]
        soft = -(inputs["choice_weights"] * chosen).sum() / len(log_probs)
        hard = torch.nn.functional.nll_loss(
            log_probs.flatten(0, 1), inputs["labels"][:, 1:].flatten(), ignore_index=IGNORED
        )
        loss = soft + hard
        return (loss, outputs) if return_outputs else loss


def imitate(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    demonstrations: Sequence[Demonstration],
    *,
    steps: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    work_dir: Path,
    use_cpu: bool = False,
    callbacks: Sequence[TrainerCallback] = (),
) -> float:
    """Fit the model to the demonstrations in place, and return the mean loss of the last tenth.

    AdamW with a cosine schedule; nothing is written to `work_dir` but what the trainer insists on.
    """
    config = SFTConfig(
        output_dir=str(work_dir),
        max_steps=steps,
        per_device_train_batch_size=batch_size,
        learning_rate=learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=max(1, steps // 20),
        weight_decay=0.01,
        adam_beta2=0.95,
        max_grad_norm=1.0,
        seed=seed,
        data_seed=seed,
        logging_steps=max(1, steps // 10),
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        bf16=False,
        gradient_checkpointing=False,
        remove_unused_columns=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        use_cpu=use_cpu,
    )
    trainer = SoftTargetSFTTrainer(
        model=model,
        args=config,
        train_dataset=tokenize(demonstrations, tokenizer),
        processing_class=tokenizer,
        data_collator=_Collator(tokenizer.pad_token_id, model.config.vocab_size),
        callbacks=list(callbacks),
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return float(losses[-1])
