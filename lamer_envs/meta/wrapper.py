"""`MultiEpisodeReflectionWrapper`: several attempts at one task, with reflection in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import gymnasium as gym
import numpy as np
from gymnasium.utils import RecordConstructorArgs, seeding

from lamer_envs.meta.foreign import name_of, require_text, restart, state_key, succeeded
from lamer_envs.meta.memory import MEMORY_KINDS, keeps_remarks, render_memory
from lamer_envs.meta.prompt_sets import prompt_set_for
from lamer_envs.meta.prompts import PromptSet, PromptWriter
from lamer_envs.meta.returns import check_return_arguments, trial_returns
from lamer_envs.meta.shortening import PromptParts
from lamer_envs.meta.trial import Episode, Tokens, Trial, TrialSettings, Turn
from lamer_envs.parsing import ParseCode, extract_tag
from lamer_envs.spaces import TextSpace
from lamer_envs.text_env import Info, require_choice, require_int

REFLECTION_STATE = "reflection"
"""The `state_key` of every reflection: all reflections of a group share one anchor."""

_MAX_TASK_SEED = 1 << 31
_MAX_RESPONSE = 1 << 17
_MAX_PROMPT_PART = 1 << 16


class MultiEpisodeReflectionWrapper(gym.Wrapper[str, str, str, str], RecordConstructorArgs):
    """Turn a text environment into trials of up to `num_episodes` attempts at one task.

    The observation is the whole prompt of the coming turn, the action a model's raw response. The
    text in its last complete `<action>` tag goes to the environment, or an empty string where
    there is none. When an attempt fails and another one is left, the wrapper asks for a reflection
    (`<remark>` tag), starts the same task again, and puts the memory of earlier attempts into the
    prompts. Structure after LaMer (arXiv 2512.16848), Section 4 and Appendix B.
    With `stop_on_success=False` the trial goes on after a success as well.

    `reset(seed=s)` plays the task of seed `s`; `reset()` draws one from the wrapper's own
    `np_random`. `options={"trial": k}` names the trial's index in its group; other options go to
    the environment.

    The trial is over (`terminated`, never `truncated`) when an attempt succeeds or the last one
    ends, also by the turn limit; the observation then is the environment's last one. The reward of
    a step is the environment's; 0 for a reflection.

    Info, beside the environment's own keys:

    - `phase`, `episode`, `turn`: what the returned prompt asks for: `"play"` or `"reflect"`,
      the episode's index from 0, and the number of turns played in it.
    - `parse`, `action_valid`, `action_effective`: what became of the response just given. For a
      reflection, `action_valid` says whether it held a remark. A response without a remark leaves
      an empty note in the memory.
    - `success`, `state_key`, `task_id`, `task_seed`, `admissible_actions`: of the environment.
    - at the end of the trial, `trial`: the `Trial` record, and `returns`: the cross-episode return
      of every turn in order, reflections included.

    It works on any environment with string observations and actions that gives the same first
    observation under the same seed. Where such an environment's info lacks a key: `success` is
    `info["is_success"]`, else whether the reward was positive when it terminated; `state_key` is
    the observation; `action_valid` is whether the response held an action; `action_effective` is
    whether the observation changed; `task_id` is the id and the seed. A `TextEnv` is restarted
    through `reset(options={"restart": True})`, others through `reset(seed=...)`. An environment
    whose attribute `restart_repeats` is false may begin each episode with another observation.

    Args:
        env: the environment; wrappers that hand on `reset` options may lie between.
        num_episodes: attempts at one task, at least 1.
        reflection: whether to ask for reflections.
        memory: what later attempts see of earlier ones: `"reflection"`, `"history"` (actions and
            last observations), `"both"`, or `"none"` (independent attempts). With `"history"` and
            `"none"` no reflection is asked, whatever `reflection` says: nobody would read it.
        gamma_step: discount per turn (Equation 3).
        gamma_traj: discount per episode (Equation 4).
        credit: `"paper"` or `"compounded"`; see `lamer_envs.meta.returns`.
        objective: `"cumulative"` or `"final_episode"`.
        prompts: a `PromptSet`, the name of a registered one (`"default"`, `"compact"`), or `None`
            for the default.
        stop_on_success: whether the first success ends the trial. If not, all episodes are played,
            and a success is reflected on like a failure. `None` leaves it to the environment: its
            attribute `stop_on_success`, else `True`.

    Raises:
        ValueError: an argument is out of range, or remarks are to be remembered without
            reflections being asked.
        RestartError: from `step`: the environment did not restart to the same observation.
        TypeError: from `reset` or `step`: the environment's observation is no string.
    """

    def __init__(
        self,
        env: gym.Env[str, str],
        num_episodes: int = 3,
        reflection: bool = True,
        memory: str = "reflection",
        gamma_step: float = 0.95,
        gamma_traj: float = 0.6,
        credit: str = "paper",
        objective: str = "cumulative",
        prompts: PromptSet | str | None = None,
        stop_on_success: bool | None = None,
    ) -> None:
        require_int("num_episodes", num_episodes, low=1)
        require_choice("memory", memory, MEMORY_KINDS)
        if not isinstance(reflection, bool):
            raise ValueError(f"reflection must be True or False, not {reflection!r}")
        if stop_on_success is not None and not isinstance(stop_on_success, bool):
            raise ValueError(
                f"stop_on_success must be True, False or None, not {stop_on_success!r}"
            )
        if keeps_remarks(memory) and not reflection:
            raise ValueError(
                f"memory={memory!r} needs reflection=True; "
                "without reflections choose memory='history' or 'none'"
            )
        check_return_arguments(gamma_step, gamma_traj, credit, objective)
        RecordConstructorArgs.__init__(
            self,
            num_episodes=num_episodes,
            reflection=reflection,
            memory=memory,
            gamma_step=gamma_step,
            gamma_traj=gamma_traj,
            credit=credit,
            objective=objective,
            prompts=prompts,
            stop_on_success=stop_on_success,
        )
        gym.Wrapper.__init__(self, env)
        self.prompts = (
            prompts if isinstance(prompts, PromptSet) else prompt_set_for(env, prompts or "default")
        )
        if stop_on_success is None:
            stop_on_success = bool(getattr(env.unwrapped, "stop_on_success", True))
        self.settings = TrialSettings(
            num_episodes=int(num_episodes),
            reflection=reflection and keeps_remarks(memory),
            memory=memory,
            gamma_step=gamma_step,
            gamma_traj=gamma_traj,
            credit=credit,
            objective=objective,
            prompts=self.prompts.name,
            stop_on_success=stop_on_success,
        )
        self.action_space = TextSpace(_MAX_RESPONSE)
        # One part for the task and this episode, and one for the memory of each earlier episode.
        self.observation_space = TextSpace(_MAX_PROMPT_PART * num_episodes)
        self.env_id = name_of(env)
        self._writer = PromptWriter(self.prompts)
        self._rng: np.random.Generator | None = None
        self._task_seed = -1
        self._trial = 0
        self._first_observation = ""
        self._variables: Mapping[str, object] = {}
        self._over = True
        self._episodes: list[Episode] = []
        self._turns: list[Turn] = []
        self._phase: Literal["play", "reflect"] = "play"
        self._prompt = ""
        self._observation = ""
        self._env_info: Info = {}
        self._tokens = Tokens()

    @property
    def np_random(self) -> np.random.Generator:
        """The generator that draws the tasks of unseeded resets; apart from the environment's."""
        if self._rng is None:
            self._rng, _ = seeding.np_random()
        return self._rng

    @np_random.setter
    def np_random(self, value: np.random.Generator) -> None:
        self._rng = value

    @property
    def task_seed(self) -> int:
        """The seed of the task in play; -1 before the first reset."""
        return self._task_seed

    @property
    def observation(self) -> str:
        """What the environment itself showed last, without the prompt around it."""
        return self._observation

    @property
    def episodes_so_far(self) -> tuple[Episode, ...]:
        """The episodes of this trial that have ended."""
        return tuple(self._episodes)

    def attach_tokens(
        self,
        prompt_ids: Sequence[int] | None,
        completion_ids: Sequence[int] | None,
        logprobs: Sequence[float] | None,
        *,
        prompt: str | None = None,
        prompt_tokens: int | None = None,
        completion_tokens: int | None = None,
    ) -> None:
        """Record token ids and log-probabilities with the next response.

        Call it just before `step`; it holds for that one step.

        Args:
            prompt_ids: token ids of the prompt as the model saw it.
            completion_ids: sampled token ids.
            logprobs: their log-probabilities.
            prompt: the prompt that the model saw, where it is one of `shorter_prompt`.
            prompt_tokens, completion_tokens: how many there were, where the ids are not known.
        """
        self._tokens = Tokens.of(
            prompt_ids, completion_ids, logprobs, prompt_tokens, completion_tokens
        )
        if prompt is not None:
            self._prompt = prompt

    def shorter_prompt(self, level: int) -> str | None:
        """The prompt of this turn with `level` pieces of its history left out; see `PromptParts`.

        Returns:
            The prompt, or `None` where there are not so many pieces.
        """
        reflecting = self._phase == "reflect"
        return PromptParts(
            self.prompts,
            self._variables,
            self._first_observation,
            self.settings.memory,
            self._episodes[:-1] if reflecting else self._episodes,
            self._turns,
            self._observation,
            self._env_info.get("admissible_actions"),
            self._episodes[-1] if reflecting else None,
        ).shortened(level)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, Info]:
        """Start a trial on the task of `seed`, or on one drawn from `np_random`.

        Raises:
            ValueError: the option `restart`; reset with `seed=wrapper.task_seed` instead.
        """
        options = dict(options or {})
        if "restart" in options:
            raise ValueError(
                "a trial restarts its task by itself; for another trial on the same task, "
                "expected reset(seed=wrapper.task_seed)"
            )
        trial = options.pop("trial", 0)
        require_int("trial", trial, low=0)
        if seed is None:
            seed = int(self.np_random.integers(_MAX_TASK_SEED))
        else:
            seed = int(seed)
            self._rng, _ = seeding.np_random(seed)
        observation, info = self.env.reset(seed=seed, options=options or None)
        self._task_seed = seed
        self._trial = int(trial)
        self._episodes = []
        self._tokens = Tokens()
        self._first_observation = require_text(self.env, observation)
        variables = getattr(self.env.unwrapped, "prompt_variables", None)
        self._variables = variables() if variables else {}
        self._writer.begin_trial(self._variables, observation)
        self._over = False
        self._begin_episode(observation, info)
        return self._prompt, self._info(ParseCode.OK.value, valid=True, effective=False)

    def step(self, action: str) -> tuple[str, float, bool, bool, Info]:
        """Give one response to the last prompt: an action, or a reflection.

        Raises:
            gymnasium.error.ResetNeeded: the trial is over, or never began.
            TypeError: the response is not a string.
        """
        if self._over:
            raise gym.error.ResetNeeded("the trial is over: call reset() first")
        if not isinstance(action, str):
            raise TypeError(f"a response is a string, not {type(action).__name__}")
        if self._phase == "reflect":
            return self._reflect(action)
        return self._play(action)

    def _play(self, response: str) -> tuple[str, float, bool, bool, Info]:
        text, code = extract_tag(response, "action")
        observation, reward, terminated, truncated, info = self.env.step(text)
        require_text(self.env, observation)
        reward = float(reward)
        if code is ParseCode.OK:
            parse = str(info.get("parse", code.value))
            valid = bool(info.get("action_valid", True))
        else:
            parse = code.value
            valid = False
        effective = bool(info.get("action_effective", observation != self._observation))
        turn = self._turn("play", response, text, parse, reward, valid, effective)
        self._turns.append(turn)
        self._writer.add_turn(turn)
        self._observation = observation
        self._env_info = info
        if not (terminated or truncated):
            self._ask_to_play()
        else:
            success = succeeded(info, reward, terminated)
            episode = Episode(tuple(self._turns), observation, success, terminated)
            self._episodes.append(episode)
            last = len(self._episodes) == self.settings.num_episodes
            if last or (success and self.settings.stop_on_success):
                return self._end(reward, parse, valid, effective)
            if self.settings.reflection:
                self._phase = "reflect"
                self._prompt = self._writer.reflect(len(self._episodes), episode)
            else:
                self._restart()
        return self._prompt, reward, False, False, self._info(parse, valid, effective)

    def _reflect(self, response: str) -> tuple[str, float, bool, bool, Info]:
        text, code = extract_tag(response, "remark")
        valid = code is ParseCode.OK
        turn = self._turn("reflect", response, text, code.value, 0.0, valid, False)
        self._episodes[-1] = replace(self._episodes[-1], reflection=turn)
        self._restart()
        return self._prompt, 0.0, False, False, self._info(code.value, valid, effective=False)

    def _restart(self) -> None:
        observation, info = restart(self.env, self._task_seed, self._first_observation)
        if observation != self._first_observation:
            self._first_observation = observation
            self._writer.show_first(observation)
        self._writer.begin_episode(
            render_memory(self.settings.memory, self._episodes, self.prompts),
            after_success=any(episode.success for episode in self._episodes),
        )
        self._begin_episode(observation, info)

    def _begin_episode(self, observation: str, info: Info) -> None:
        self._phase = "play"
        self._turns = []
        self._observation = observation
        self._env_info = info
        self._ask_to_play()

    def _ask_to_play(self) -> None:
        self._prompt = self._writer.play(
            self._observation, self._env_info.get("admissible_actions")
        )

    def _end(
        self, reward: float, parse: str, valid: bool, effective: bool
    ) -> tuple[str, float, bool, bool, Info]:
        settings, episodes = self.settings, tuple(self._episodes)
        returns = trial_returns(
            [[turn.reward for turn in episode.turns] for episode in episodes],
            [episode.reflection is not None for episode in episodes],
            settings.gamma_step,
            settings.gamma_traj,
            settings.credit,
            settings.objective,
        )
        self._over = True
        info = self._info(parse, valid, effective)
        info["success"] = episodes[-1].success
        info["returns"] = returns
        info["trial"] = Trial(
            env_id=self.env_id,
            task_id=info["task_id"],
            task_seed=self._task_seed,
            episodes=episodes,
            returns=tuple(returns),
            settings=settings,
            trial=self._trial,
            task_type=str(info.get("task_type", "")),
        )
        return self._observation, reward, True, False, info

    def _turn(
        self,
        phase: Literal["play", "reflect"],
        response: str,
        text: str,
        parse: str,
        reward: float,
        valid: bool,
        effective: bool,
    ) -> Turn:
        tokens, self._tokens = self._tokens, Tokens()
        state = state_key(self._env_info, self._observation)
        return Turn(
            phase=phase,
            episode=len(self._episodes) - (phase == "reflect"),
            turn=len(self._turns),
            prompt=self._prompt,
            response=response,
            action=text,
            parse=parse,
            observation=self._observation,
            state_key=REFLECTION_STATE if phase == "reflect" else state,
            reward=reward,
            action_valid=valid,
            action_effective=effective,
            **tokens._asdict(),
        )

    def _info(self, parse: str, valid: bool, effective: bool) -> Info:
        info = dict(self._env_info)
        info.setdefault("success", False)
        info.setdefault("task_id", f"{self.env_id}/{self._task_seed}")
        info.setdefault("admissible_actions", None)
        info["task_seed"] = self._task_seed
        info["state_key"] = state_key(self._env_info, self._observation)
        info["phase"] = self._phase
        info["episode"] = len(self._episodes) - (self._phase == "reflect" or self._over)
        info["turn"] = len(self._turns)
        info["parse"] = parse
        info["action_valid"] = valid
        info["action_effective"] = effective
        return info
