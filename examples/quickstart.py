"""Play a task over several episodes, look at the trial, and measure pass@k.

Needs the base install only: `python examples/quickstart.py`.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Mapping
from typing import Any

import gymnasium as gym

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.evaluation.metrics import summarize
from lamer_envs.meta import MultiEpisodeReflectionWrapper, Trial
from lamer_envs.rollout.policy import Policy, PromptRequest, Response
from lamer_envs.rollout.runner import TrialSpec, play_trials
from lamer_envs.rollout.scripted import request_rng, scripted_policy


def make_env() -> MultiEpisodeReflectionWrapper:
    """Up to three attempts at one board, with a reflection after each that fails."""
    env = gym.make("LaMer/MineSweeper-v0", size=4)
    return MultiEpisodeReflectionWrapper(env, num_episodes=3)


def answer(prompt: str, info: Mapping[str, Any], rng: random.Random) -> str:
    """Your model goes here. This player guesses, notes the mine it hit, and avoids noted mines."""
    if info["phase"] == "reflect":
        board = [row.partition(": ")[2].split() for row in re.findall(r"Row .*", prompt)[-4:]]
        hit = [(r + 1, c + 1) for r, row in enumerate(board) for c in range(4) if row[c] == "*"]
        return f"<remark>mines: {hit}</remark>"
    noted = set(re.findall(r"\(\d+, \d+\)", " ".join(re.findall(r"mines: \[.*\]", prompt))))
    possible = [cell for cell in info["admissible_actions"] if cell not in noted]
    return f"I have seen mines at {sorted(noted)}. <action>{rng.choice(possible)}</action>"


def play_one_trial(task_seed: int) -> Trial:
    """One trial by hand: the plain Gymnasium loop."""
    env = make_env()
    rng = random.Random(0)
    prompt, info = env.reset(seed=task_seed)
    done = False
    while not done:
        prompt, _, terminated, truncated, info = env.step(answer(prompt, info, rng))
        done = terminated or truncated
    trial: Trial = info["trial"]
    return trial


class NotingPolicy:
    """The same player for the runner, which plays many trials at once."""

    async def act(self, request: PromptRequest) -> Response:
        """Answer one request."""
        return Response(answer(request.prompt, request.info, request_rng(0, request)))


def main() -> None:
    """Play one trial by hand, then many at once, and print pass@1 to pass@3."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=200, help="tasks to measure on")
    tasks = parser.parse_args().tasks

    trial = play_one_trial(task_seed=8)
    print("return  episode  what was answered")
    for turn, value in zip(trial.turns, trial.returns, strict=True):
        print(f"{value:6.2f}  {turn.episode:7}  {turn.phase}: {turn.action}")
    print("solved" if trial.success else "not solved", end="\n\n")

    policies: dict[str, Policy] = {
        "random": scripted_policy("random"),
        "noting": NotingPolicy(),
        "expert": scripted_policy("expert"),
    }
    specs = [TrialSpec(task_seed=seed) for seed in range(tasks)]
    for name, policy in policies.items():
        summary = summarize(play_trials(make_env, policy, specs, concurrency=32))
        shares = (f"pass@{k} {100 * s.mean:3.0f}%" for k, s in enumerate(summary.pass_at, start=1))
        print(f"{name}:  " + "  ".join(shares))


if __name__ == "__main__":
    main()
