"""The environments as classes for `environment_factory` of TRL's `GRPOTrainer`.

TRL makes one instance for each rollout, calls `reset` with the columns of a row of the data set,
offers the public methods to the model as tools, and reads `get_reward` in the end. Nothing of TRL
is imported here; it needs `pip install "lamer[train]"` where it is used.

TRL trains on whole conversations: one reward and so one advantage for a trial, all attempts in one
context. `lamer_train.MetaRLTrainer` gives each turn its own return and a prompt of its own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

from lamer_envs.integrations.conversation import Conversation, make_conversation
from lamer_envs.meta.prompts import PromptSet
from lamer_envs.text_env import require_int

_TAGGED = re.compile(r",? ?inside <action> and </action>|</?action>")
_REMARKED = re.compile(r"inside <remark> and </remark>")


def tool_prompts(prompts: PromptSet) -> PromptSet:
    """The same prompts for a model that calls the tools `act` and `reflect` instead of tags."""
    form = _TAGGED.sub("", prompts.action_form).strip(" ,")
    return replace(
        prompts,
        answer=f"Decide what to do next, then call the tool `act` with {form}.",
        reflect=_REMARKED.sub("with the tool `reflect`", prompts.reflect),
    )


class ToolEnvironment:
    """One environment and its trials, played by calling tools; made by `environment_factory`."""

    # TRL offers every public function of the class as a tool.
    _make: Any = None

    def __init__(self) -> None:
        self._conversation: Conversation = type(self)._make()

    def reset(self, **row: Any) -> str:
        """Start a trial on the task of the row's `task_seed` and return what the user says.

        Raises:
            ValueError: the row has no `task_seed`. All rollouts of a group must play one task, and
                only the row tells them which.
        """
        if "task_seed" not in row:
            raise ValueError(
                "the data set has no column 'task_seed'; expected the task of each row, as "
                "Dataset.from_list(task_rows(64)) gives it"
            )
        return self._conversation.open(int(row["task_seed"]))

    def act(self, action: str) -> str:
        """
        Take the next action in the environment.

        Args:
            action: The action, as the rules word it.

        Returns:
            What you see next.
        """
        self._expect("play")
        return self._told(self._conversation.reply(f"<action>{action}</action>"))

    def get_reward(self) -> float:
        """The trial objective G_0^(0) (Equation 5) over the turns that were played."""
        return self._conversation.objective()

    def _expect(self, phase: str) -> None:
        # TRL shows the message to the model, and counts the call as a failure.
        there = self._conversation.phase
        if there == "over":
            raise ValueError("the task is over; there is nothing left to do")
        if there != phase:
            raise ValueError(f"call the tool `{'act' if there == 'play' else 'reflect'}` now")

    def _told(self, message: str | None) -> str:
        if message is not None:
            return message
        solved = "The task is solved." if self._conversation.success else "The task is not solved."
        return f"{self._conversation.env.observation}\n\n{solved} There is nothing left to do."


class ReflectiveToolEnvironment(ToolEnvironment):
    """A `ToolEnvironment` that asks for a note between two attempts."""

    def reflect(self, remark: str) -> str:
        """
        Write a note to yourself between two attempts.

        Args:
            remark: What went wrong, what you have learned, and what to do differently.

        Returns:
            The start of the next attempt.
        """
        self._expect("reflect")
        return self._told(self._conversation.reply(f"<remark>{remark}</remark>"))


def environment_factory(
    env_id: str,
    *,
    num_episodes: int = 3,
    reflection: bool = True,
    prompts: PromptSet | str | None = None,
    env_kwargs: dict[str, Any] | None = None,
    **settings: Any,
) -> type[ToolEnvironment]:
    """The class to pass to `GRPOTrainer(environment_factory=...)`.

    Its name, under which TRL logs its reward, is that of the environment.

    Args:
        env_id: a Gymnasium id.
        num_episodes: attempts at a task; 1 is plain reinforcement learning.
        reflection: whether to ask for a note between two attempts.
        prompts: a prompt set or its name; what it says of tags is said of tools.
        env_kwargs: arguments of `gym.make`.
        settings: `gamma_step`, `gamma_traj`, `credit` and `objective` of the wrapper.

    Raises:
        gymnasium.error.Error: an unknown id.
        TypeError, ValueError: arguments that the environment or the wrapper refuses.
    """
    make = partial(
        make_conversation,
        env_id,
        num_episodes=num_episodes,
        reflection=reflection,
        env_kwargs=env_kwargs,
        **settings,
    )
    plain = make(prompts=prompts).env
    plain.close()
    make = partial(make, prompts=tool_prompts(plain.prompts))
    asked = reflection and num_episodes > 1
    base = ReflectiveToolEnvironment if asked else ToolEnvironment
    name = re.sub(r"-v\d+$|\W", "", env_id.rpartition("/")[2])
    return type(name, (base,), {"_make": staticmethod(make), "__doc__": base.__doc__})


def task_rows(num_tasks: int, first_seed: int = 0) -> list[dict[str, Any]]:
    """Rows of a data set of tasks: an empty user message, which `reset` fills, and the task's seed.

    Args:
        num_tasks: at least 1.
        first_seed: the seeds are `first_seed`, `first_seed + 1`, …
    """
    require_int("num_tasks", num_tasks, low=1)
    require_int("first_seed", first_seed, low=0)
    return [
        {"prompt": [{"role": "user", "content": ""}], "task_seed": first_seed + task}
        for task in range(num_tasks)
    ]
