"""The environments for PrimeIntellect's `verifiers` (0.4 and later, its `verifiers.v1`).

A `Taskset` of task seeds, and an `Env` that plays a trial with one agent in one conversation, as
`Conversation` words it. `vf-eval lamer-verifiers --env.taskset.environment LaMer/Sokoban-v0` finds
both by the name of the package `lamer_verifiers`. Needs `pip install "lamer[verifiers]"`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import verifiers.v1 as vf
from pydantic import Field

import lamer_envs  # noqa: F401  registers the ids
from lamer_envs.integrations.conversation import make_conversation


class LamerTasksetConfig(vf.TasksetConfig):  # type: ignore[misc]
    """Which trials to play; see `make_conversation` and `MultiEpisodeReflectionWrapper`."""

    environment: str = "LaMer/Sokoban-v0"
    """Gymnasium id."""
    env_kwargs: dict[str, Any] = Field(default_factory=dict)
    """Arguments of the environment."""
    num_tasks: int = Field(64, ge=1)
    """Number of tasks; their seeds are `first_seed`, `first_seed` + 1, …"""
    first_seed: int = Field(0, ge=0)
    """Seed of the first task."""
    num_episodes: int = Field(3, ge=1)
    """Attempts at a task."""
    reflection: bool = True
    """Whether to ask for a note between two attempts."""
    prompts: str = "default"
    """Name of the prompt set."""
    gamma_step: float = 0.95
    """Discount per turn (Equation 3)."""
    gamma_traj: float = 0.6
    """Discount per episode (Equation 4)."""


class LamerData(vf.TaskData):  # type: ignore[misc]
    """What a task is on the wire: its seed, and how it is played."""

    task_seed: int
    conversation: dict[str, Any]


class LamerTask(vf.Task[LamerData]):  # type: ignore[misc]
    """A task seed; the rewards come from the environment."""


class LamerTaskset(vf.Taskset[LamerTask, LamerTasksetConfig]):  # type: ignore[misc]
    """The tasks of consecutive seeds."""

    def load(self) -> Iterator[LamerTask]:
        """Yield the tasks in the order of their seeds."""
        config = self.config
        conversation = {
            "env_id": config.environment,
            **config.model_dump(
                include={
                    "env_kwargs",
                    "num_episodes",
                    "reflection",
                    "prompts",
                    "gamma_step",
                    "gamma_traj",
                }
            ),
        }
        for task_seed in range(config.first_seed, config.first_seed + config.num_tasks):
            yield LamerTask(
                LamerData(
                    name=f"{config.environment}#{task_seed}",
                    prompt=None,
                    task_seed=task_seed,
                    conversation=conversation,
                ),
                config.task,
            )


class LamerEnvConfig(vf.EnvConfig):  # type: ignore[misc]
    """One seat: a chat without tools, in a process of this machine, since it runs no code."""

    player: vf.AgentConfig = vf.AgentConfig(harness={"id": "null"}, runtime=vf.SubprocessConfig())


class LamerEnv(vf.Env[LamerEnvConfig]):  # type: ignore[misc]
    """One trial a rollout, the environment in the place of the user.

    Reward: `trial_return`, the trial objective G_0^(0) (Equation 5). Metrics: `pass_at_1` to
    `pass_at_N`, whether the task was solved within so many attempts. `trace.info["lamer"]` has the
    task's id and the return of every turn, reflections included.
    """

    async def run(self, task: vf.Task[Any], agents: vf.Agents) -> None:
        """Play one trial."""
        data: LamerData = task.data
        conversation = make_conversation(**data.conversation)
        message: str | None = conversation.open(data.task_seed)
        async with agents.player.interaction(task) as interaction:
            while message is not None:
                segment = await interaction.turn(message)
                if segment.terminated:
                    break
                message = conversation.reply(segment.last_reply)
        conversation.env.close()
        trace, trial = interaction.trace, conversation.trial
        if not trace.ok:
            # The endpoint failed, not the agent: no reward, so that the rollout is played again.
            return
        trace.record_reward("trial_return", conversation.objective())
        first = None if trial is None else trial.first_success
        for k in range(data.conversation["num_episodes"]):
            trace.record_metric(f"pass_at_{k + 1}", float(first is not None and first <= k))
        if trial is not None:
            trace.info["lamer"] = {"task_id": trial.task_id, "returns": list(trial.returns)}


__all__ = ["LamerEnv", "LamerTaskset"]
