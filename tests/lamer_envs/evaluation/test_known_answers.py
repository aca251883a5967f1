"""Players whose figures are known before they play."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from doors import make_doors, play

from lamer_envs.evaluation.metrics import Estimate, summarize
from lamer_envs.evaluation.run import EvalConfig, evaluate
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.rollout.runner import TrialSpec, play_trials
from lamer_envs.rollout.scripted import RandomPolicy, scripted_policy


@pytest.mark.parametrize(
    ("env_id", "player"),
    [
        ("LaMer/Sokoban-v0", "expert"),
        ("LaMer/MineSweeper-v0", "privileged"),
        ("LaMer/ALFWorld-v0", "privileged"),
        ("LaMer/WebShop-v0", "privileged"),
    ],
)
def test_the_expert_solves_every_task_at_once(env_id: str, player: str, tmp_path: Path) -> None:
    """Where something is hidden, the one who sees it; the others have to look or guess first."""
    config = EvalConfig(env_id, {"split": "test"}, {"name": player}, num_tasks=12)
    summary = evaluate(config, scripted_policy(player), tmp_path)
    assert summary.pass_at == (Estimate(1.0, 0.0, 12, (1.0, 1.0)),) * 3
    assert summary.adaptation_gain.mean == 0.0
    assert summary.invalid_action_rate.mean == 0.0


class FailsThenRemembers:
    """Opens a door that hides no prize, notes where the prize is, and opens what its notes say."""

    async def act(self, request: PromptRequest) -> Response:
        env = request.env
        prize = env.task.prize  # type: ignore[attr-defined]
        if request.phase == "reflect":
            return Response(f"<remark>it is behind door {prize}</remark>")
        noted = re.search(r"it is behind door (\d)", request.prompt)
        door = int(noted[1]) if noted else (prize + 1) % 4
        return Response(f"<action>open {door}</action>")


def test_failing_first_and_succeeding_from_memory() -> None:
    summary = summarize(play(FailsThenRemembers(), tasks=20))
    assert [each.mean for each in summary.pass_at] == [0.0, 1.0, 1.0]
    assert summary.adaptation_gain == Estimate(1.0, 0.0, 20)
    assert summary.turns_to_success == Estimate(2.0, 0.0, 20)


@pytest.mark.parametrize("memory", ["none", "history"])
def test_without_its_notes_it_never_succeeds(memory: str) -> None:
    summary = summarize(play(FailsThenRemembers(), tasks=20, memory=memory))
    assert [each.mean for each in summary.pass_at] == [0.0, 0.0, 0.0]


def expected_plug_in_entropy(chances: Sequence[float], n: int) -> float:
    """The mean of the entropy of the frequencies of n draws: each count is binomial."""
    total = 0.0
    for p in chances:
        for count in range(1, n):
            weight = math.comb(n, count) * p**count * (1 - p) ** (n - count)
            total += weight * count / n * math.log(n / count)
    return total


def test_the_diversity_of_random_play_is_its_analytic_entropy() -> None:
    """Four doors, two turns: the prize at once (1/4), or one of 3 x 3 other ways (1/12 each).

    The entropy is 1/4 log 4 + 3/4 log 12. That of the frequencies of n draws falls short of it on
    average by a known amount; the Miller-Madow correction makes up for it to order 1/n^2.
    """
    chances = [1 / 4] + [1 / 12] * 9
    entropy = 1 / 4 * math.log(4) + 3 / 4 * math.log(12)
    trials = 120

    def make_env():  # type: ignore[no-untyped-def]
        return make_doors(1, max_turns=2, memory="none")

    specs = [TrialSpec(task, trial) for task in range(40) for trial in range(trials)]
    summary = summarize(play_trials(make_env, RandomPolicy(), specs, concurrency=64))
    plain, corrected = summary.diversity_first, summary.diversity_corrected
    assert plain is not None
    assert plain.se is not None
    assert corrected is not None
    assert corrected.se is not None
    expected = expected_plug_in_entropy(chances, trials)
    assert abs(plain.mean - expected) < 3 * plain.se
    # The bias is far outside the error, and gone after the correction.
    assert entropy - expected > 4 * plain.se
    assert abs(corrected.mean - entropy) < 3 * corrected.se
