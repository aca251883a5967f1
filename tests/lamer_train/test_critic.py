from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate import Accelerator
from peft import LoraConfig, get_peft_model
from trainer_kit import make_model

from lamer_train.critic import Critic, ValueHead

SETTINGS: dict[str, Any] = {"seed": 0, "learning_rate": 0.1, "clip": 0.5, "max_grad_norm": 1.0}


def make_critic(**changes: Any) -> Critic:
    """A critic that no longer says 0 to everything."""
    critic = Critic(32, Accelerator(cpu=True), **{**SETTINGS, **changes})
    torch.nn.init.normal_(critic.head.out.weight, generator=torch.Generator().manual_seed(1))
    return critic


def test_a_new_head_values_everything_at_zero_and_leaves_the_global_generator_alone() -> None:
    state = torch.random.get_rng_state()
    one, two, other = ValueHead(8, 0), ValueHead(8, 0), ValueHead(8, 1)
    assert torch.equal(state, torch.random.get_rng_state())
    assert torch.equal(one.inner.weight, two.inner.weight)
    assert not torch.equal(one.inner.weight, other.inner.weight)
    assert torch.equal(one(torch.randn(3, 8)), torch.zeros(3))


@pytest.mark.parametrize("adapted", [False, True])
@pytest.mark.parametrize("budget", [1, 12, 1000])
def test_predictions_are_the_head_of_the_last_hidden_state_of_each_prompt(
    adapted: bool, budget: int
) -> None:
    model: Any = make_model()
    if adapted:
        model = get_peft_model(model, LoraConfig(r=2, target_modules=["q_proj"]))
    prompts = [[5], [6, 7, 8, 9], [9, 8, 7], [5, 6, 7, 8, 9, 10]]
    width = max(map(len, prompts))
    ids = torch.tensor([[0] * (width - len(p)) + p for p in prompts])
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts])
    critic = make_critic()
    found = critic.predict(
        lambda ids, mask: model(input_ids=ids, attention_mask=mask), model, ids, mask, budget
    )
    for prompt, value in zip(prompts, found, strict=True):
        states = model(input_ids=torch.tensor([prompt]), output_hidden_states=True).hidden_states
        torch.testing.assert_close(value, critic.head(states[-1][0, -1:])[0], atol=1e-5, rtol=0)
    assert found.unique().numel() == len(prompts)
    base = model.get_base_model() if adapted else model
    assert not base.base_model._forward_hooks


def test_the_loss_is_the_larger_of_the_plain_and_the_held_error() -> None:
    critic = make_critic(clip=0.5)
    hidden = torch.randn(6, 32, generator=torch.Generator().manual_seed(2))
    values = critic.head(hidden).tolist()
    old = [values[0], values[1] - 2, values[2] + 2, values[3] - 2, values[4], 0.0]
    targets = [values[0] + 1, values[1] + 1, values[2] + 3, values[3] - 3, values[4], 5.0]
    real = [True, True, True, True, True, False]
    expected, clipped = 0.0, 0
    for value, before, target, counts in zip(values, old, targets, real, strict=True):
        held = min(max(value, before - 0.5), before + 0.5)
        errors = (value - target) ** 2, (held - target) ** 2
        expected += max(errors) / 2 * counts
        clipped += counts and errors[1] > errors[0]
    assert clipped == 1

    loss = critic.loss(hidden, torch.tensor(old), torch.tensor(targets), torch.tensor(real), 4.0)
    assert loss.item() == pytest.approx(expected / 4, rel=1e-5)
    loss.backward()
    metrics = critic.step()
    assert metrics["value/loss"] == pytest.approx(expected / 4, rel=1e-5)
    assert metrics["value/clip_ratio"] == pytest.approx(clipped / 4)


def test_a_held_value_gets_no_gradient() -> None:
    critic = make_critic(clip=0.5)
    hidden = torch.randn(1, 32, generator=torch.Generator().manual_seed(2), requires_grad=True)
    value = critic.head(hidden).detach()
    critic.loss(hidden, value - 2, value + 0.1, torch.tensor([True]), 1.0).backward()
    assert hidden.grad is not None
    assert not hidden.grad.any()


def test_steps_fit_the_targets() -> None:
    critic = make_critic(clip=float("inf"), learning_rate=0.01)
    hidden = torch.randn(8, 32, generator=torch.Generator().manual_seed(2))
    targets, real = torch.arange(8.0), torch.ones(8, dtype=torch.bool)
    losses = []
    for _ in range(300):
        critic.loss(hidden, torch.zeros(8), targets, real, 8.0).backward()
        before = [parameter.grad.clone() for parameter in critic.head.parameters()]
        metrics = critic.step()
        losses.append(metrics["value/loss"])
        norm = torch.cat([gradient.flatten() for gradient in before]).norm().item()
        assert metrics["value/grad_norm"] == pytest.approx(norm, rel=1e-4)
    assert losses[-1] < 0.05 < losses[0]


def test_a_critic_is_saved_and_restored_with_its_optimizer(tmp_path: Path) -> None:
    def train(critic: Critic) -> None:
        critic.loss(
            hidden, torch.zeros(4), targets, torch.ones(4, dtype=torch.bool), 4.0
        ).backward()
        critic.step()

    hidden = torch.randn(4, 32, generator=torch.Generator().manual_seed(2))
    targets = torch.arange(4.0)
    one = make_critic()
    train(one)
    one.save(tmp_path)
    two = make_critic(seed=7)
    two.load(tmp_path)
    train(one)
    train(two)
    for left, right in zip(one.head.parameters(), two.head.parameters(), strict=True):
        assert torch.equal(left, right)


def test_a_folder_without_a_critic_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="holds no critic"):
        make_critic().load(tmp_path)
