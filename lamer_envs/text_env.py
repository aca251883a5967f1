"""`TextEnv`, the contract that every environment of the suite keeps."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from lamer_envs.parsing import ParseCode
from lamer_envs.spaces import TextSpace
from lamer_envs.splits import SPLITS

Split = str
RewardMode = Literal["sparse", "shaped"]
Info = dict[str, Any]

SUCCESS_REWARD = 10.0
"""Reward of a solved episode (paper, Appendix C)."""

_MAX_ACTION_LENGTH = 1 << 17
_MAX_TASK_SEED = 1 << 31


class TextTask(Protocol):
    """What an engine's generator hands out: everything that the initial state depends on."""

    @property
    def task_id(self) -> str:
        """A short name, equal for equal tasks in every process."""


TaskT = TypeVar("TaskT", bound=TextTask)


@dataclass(frozen=True)
class ActionResult:
    """What one action string did.

    Attributes:
        observation: the text that the agent sees next.
        parse: `ParseCode.OK`, or why the string was not understood or not possible.
        effective: whether the state changed.
        success: whether the task is solved now.
        over: whether the episode ends here; true with `success`, on a loss and at a dead end.
        progress: the shaped reward of this turn, used with `reward_mode="shaped"` in place of the
            sparse one. The success reward is part of it. In a game, its reward.
    """

    observation: str
    parse: ParseCode
    effective: bool
    success: bool
    over: bool
    progress: float = 0.0

    @property
    def valid(self) -> bool:
        """Whether the string was a possible action."""
        return self.parse is ParseCode.OK


class TextEnv(gym.Env[str, str], Generic[TaskT]):
    """A text task for a language agent: one string in, one string out, a turn each.

    Any string is a legal action. One that cannot be understood costs a turn, changes nothing and
    is marked in `info`. `reset(seed=s)` is a pure function of the constructor's arguments and `s`;
    `reset()` draws the next task from `np_random`; `reset(options={"restart": True})` plays the
    current task again from the same initial state, first observation and hidden state alike.

    Info keys, at every reset and step: `success`, `action_valid`, `action_effective` (bool),
    `parse` (a `ParseCode` value), `state_key` (canonical state: what GiGPO calls the anchor),
    `task_id`, `task_seed`, `turn`, `admissible_actions` (`list[str] | None`), and what the
    environment adds.

    Subclasses implement `_generate`, `_start`, `_act`, `_state_key`, and where they apply
    `_admissible_actions`, `_extra_info`, `_draw` and `prompt_variables`.

    Args:
        max_turns: turns after which the episode is truncated, at least 1.
        split: the task space to draw from; one of the class's `splits`.
        reward_mode: `"sparse"` (10 on success, else 0) or `"shaped"`.
        render_mode: `None`, `"ansi"` or `"rgb_array"`.
        max_observation_length: bound of the observation space, in characters.

    Raises:
        ValueError: an argument is outside of its range; the message says what was expected.
    """

    metadata = {"render_modes": ["ansi", "rgb_array"], "render_fps": 2}  # noqa: RUF012
    splits: tuple[str, ...] = SPLITS
    restart_repeats: bool = True
    """Whether a restart gives the first observation again; not where an opponent may begin."""
    stop_on_success: bool = True
    """Whether a trial ends with the first success, where the wrapper's arguments leave it open."""

    def __init__(
        self,
        *,
        max_turns: int,
        split: Split = "train",
        reward_mode: RewardMode = "sparse",
        render_mode: str | None = None,
        max_observation_length: int = 1 << 14,
    ) -> None:
        require_int("max_turns", max_turns, low=1)
        require_choice("split", split, self.splits)
        require_choice("reward_mode", reward_mode, ("sparse", "shaped"))
        if render_mode is not None:
            require_choice("render_mode", render_mode, tuple(self.metadata["render_modes"]))
        self.max_turns = max_turns
        self.split = split
        self.reward_mode = reward_mode
        self.render_mode = render_mode
        self.observation_space = TextSpace(max_observation_length)
        self.action_space = TextSpace(_MAX_ACTION_LENGTH)
        self._task: TaskT | None = None
        self._task_seed = -1
        self._turn = 0
        self._over = True
        self._success = False
        self._observation = ""

    @property
    def task(self) -> TaskT:
        """The task in play, for experts and tests; never shown to the agent."""
        if self._task is None:
            raise gym.error.ResetNeeded("call reset() before asking for the task")
        return self._task

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, Info]:
        """Start the task of `seed`, the next drawn task, or (`{"restart": True}`) this one again.

        Raises:
            ValueError: an unknown option, or a restart together with a seed or before any task.
        """
        restart = False
        if options:
            unknown = sorted(set(options) - {"restart"})
            if unknown:
                raise ValueError(f"unknown reset options {unknown}; expected 'restart' only")
            restart = bool(options.get("restart"))
        if restart:
            if seed is not None:
                raise ValueError("a restart keeps the task: pass either seed or restart, not both")
            if self._task is None:
                raise ValueError("nothing to restart: call reset(seed=...) first")
        else:
            super().reset(seed=seed)
            task_seed = int(self.np_random.integers(_MAX_TASK_SEED)) if seed is None else seed
            self._task = self._generate(task_seed)
            self._task_seed = task_seed
        assert self._task is not None
        self._turn = 0
        self._over = False
        self._success = False
        self._observation = self._start(self._task)
        return self._observation, self._info(ParseCode.OK, effective=False)

    def step(self, action: str) -> tuple[str, float, bool, bool, Info]:
        """Play one turn.

        Raises:
            gymnasium.error.ResetNeeded: the episode is over, or never began.
            TypeError: `action` is not a string.
        """
        if self._over:
            raise gym.error.ResetNeeded("the episode is over: call reset() first")
        if not isinstance(action, str):
            raise TypeError(f"an action is a string, not {type(action).__name__}")
        result = self._act(action)
        self._turn += 1
        self._success = result.success
        self._observation = result.observation
        terminated = result.over
        truncated = not terminated and self._turn >= self.max_turns
        self._over = terminated or truncated
        info = self._info(result.parse, effective=result.effective)
        return result.observation, self._reward(result), terminated, truncated, info

    def prompt_variables(self) -> dict[str, object]:
        """What the rules in a `PromptSet` may name, such as the size of the board."""
        return {}

    def render(self) -> Any:
        """The current observation (`"ansi"`) or a picture of shape (height, width, 3), uint8."""
        if self.render_mode == "ansi":
            return self._observation
        if self.render_mode == "rgb_array":
            return self._draw()
        return None

    def _info(self, parse: ParseCode, *, effective: bool) -> Info:
        info: Info = {
            "success": self._success,
            "action_valid": parse is ParseCode.OK,
            "action_effective": effective,
            "parse": parse.value,
            "state_key": self._state_key(),
            "task_id": self.task.task_id,
            "task_seed": self._task_seed,
            "turn": self._turn,
            "admissible_actions": self._admissible_actions(),
        }
        info.update(self._extra_info())
        return info

    @abstractmethod
    def _generate(self, task_seed: int) -> TaskT:
        """Make the task of a seed: a pure function of the constructor's arguments and the seed."""

    @abstractmethod
    def _start(self, task: TaskT) -> str:
        """Put the task's initial state in place and return the first observation."""

    @abstractmethod
    def _act(self, action: str) -> ActionResult:
        """Apply one action string; must accept any string."""

    @abstractmethod
    def _state_key(self) -> str:
        """The canonical state, equal exactly when the states are equal."""

    def _reward(self, result: ActionResult) -> float:
        if self.reward_mode == "sparse":
            return SUCCESS_REWARD if result.success else 0.0
        return result.progress

    def _admissible_actions(self) -> list[str] | None:
        return None

    def _extra_info(self) -> Info:
        return {}

    def _draw(self) -> NDArray[np.uint8]:
        raise NotImplementedError(f"{type(self).__name__} draws no pictures")


def require_int(name: str, value: object, *, low: int, high: int | None = None) -> None:
    """Raise `ValueError` unless `value` is an integer in `[low, high]`."""
    wanted = f"an integer of at least {low}" if high is None else f"an integer in [{low}, {high}]"
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise ValueError(f"{name} must be {wanted}, not {value!r}")
    if value < low or (high is not None and value > high):
        raise ValueError(f"{name} must be {wanted}, not {value}")


def require_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise `ValueError` unless `value` is one of `choices`."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, not {value!r}")
