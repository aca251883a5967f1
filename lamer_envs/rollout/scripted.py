"""Scripted players: random, expert, privileged, equilibrium and replay."""

from __future__ import annotations

import copy
import hashlib
import importlib
import importlib.util
import random
from collections.abc import Iterable
from functools import cache
from types import ModuleType
from typing import Any

import gymnasium as gym

from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.policy import Policy, PromptRequest, Response

SCRIPTED = ("random", "expert", "privileged", "nash")
"""Names that `scripted_policy` knows."""

_REMARKS = {
    False: Response("<remark>That attempt failed. Try another way next time.</remark>"),
    True: Response("<remark>That attempt succeeded. Do as well next time.</remark>"),
}


def request_rng(seed: int, request: PromptRequest) -> random.Random:
    """A generator that depends on `seed` and the request's place, not on what was asked before.

    The place is (task seed, trial, episode, turn): equal in every order of play and every process.
    """
    place = (seed, request.task_seed, request.trial, request.episode, request.turn)
    digest = hashlib.blake2b(",".join(map(str, place)).encode(), digest_size=16).digest()
    return random.Random(int.from_bytes(digest, "big"))


def player_module(env: gym.Env[Any, Any]) -> ModuleType | None:
    """The module `expert` beside the module of the environment's class, or `None`.

    It may define `next_action(env)` (plays by what an agent can know), `privileged_action(env)`
    (sees hidden state too), `random_action(env, rng)` (where a uniform draw over the admissible
    actions is no fair random player) and, in a game, `nash_action(env, rng)` (plays an
    equilibrium); each returns one action string.
    """
    modules = (_expert_beside(kind.__module__) for kind in type(env.unwrapped).__mro__)
    return next((module for module in modules if module is not None), None)


@cache
def _expert_beside(module: str) -> ModuleType | None:
    package, _, _ = module.rpartition(".")
    if not package or importlib.util.find_spec(f"{package}.expert") is None:
        return None
    return importlib.import_module(f"{package}.expert")


class ScriptedPolicy:
    """Answers at once: `action` in the tag that play asks for, a plain remark in reflections."""

    async def act(self, request: PromptRequest) -> Response:
        """Answer one request."""
        if request.phase == "reflect":
            return _REMARKS[bool(request.info.get("success"))]
        return Response(f"<action>{self.action(request)}</action>")

    def action(self, request: PromptRequest) -> str:
        """The action to play in the environment's current state."""
        raise NotImplementedError


class RandomPolicy(ScriptedPolicy):
    """Draws an action, uniformly over `info["admissible_actions"]`.

    In an environment that takes several actions a turn (it has `moves_per_turn`), a turn is that
    many draws. Where the environment lists no actions, the draw is from its action space. An
    environment whose player module has a `random_action` is played by that.

    Args:
        seed: together with the place of the turn it decides every draw.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def action(self, request: PromptRequest) -> str:
        """A random action."""
        rng = request_rng(self.seed, request)
        draw = getattr(player_module(request.env), "random_action", None)
        if draw is not None:
            return str(draw(request.env, rng))
        admissible = request.info.get("admissible_actions")
        if admissible:
            count = getattr(request.env, "moves_per_turn", 1)
            return ", ".join(rng.choices(admissible, k=count))
        space = copy.deepcopy(request.env.action_space)
        space.seed(rng.getrandbits(31))
        return space.sample()


class ExpertPolicy(ScriptedPolicy):
    """Plays `next_action` of the environment's expert module.

    Args:
        privileged: prefer `privileged_action`, which sees hidden state, where there is one. An
            environment that hides nothing has none, and its expert is the ceiling.

    Raises:
        LookupError: (when asked) the environment has no expert.
    """

    def __init__(self, *, privileged: bool = False) -> None:
        self.privileged = privileged

    def action(self, request: PromptRequest) -> str:
        """The expert's action."""
        module = player_module(request.env)
        play = getattr(module, "next_action", None)
        if self.privileged:
            play = getattr(module, "privileged_action", play)
        if play is None:
            raise LookupError(f"{type(request.env).__name__} has no scripted expert")
        return str(play(request.env))


class NashPolicy(ScriptedPolicy):
    """Plays `nash_action` of a game's expert module, whoever its opponent is.

    Args:
        seed: together with the place of the turn it decides every draw.

    Raises:
        LookupError: (when asked) the environment is no game.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def action(self, request: PromptRequest) -> str:
        """A move of the equilibrium."""
        play = getattr(player_module(request.env), "nash_action", None)
        if play is None:
            raise LookupError(f"{type(request.env).__name__} has no equilibrium player")
        return str(play(request.env, request_rng(self.seed, request)))


class ReplayPolicy:
    """Gives the recorded responses again, token ids and log-probabilities included.

    Args:
        trials: recorded trials; (task_seed, trial) must not repeat.

    Raises:
        ValueError: two trials have one task seed and trial index.
        LookupError: (when asked) the record has no such turn.
    """

    def __init__(self, trials: Iterable[Trial]) -> None:
        self._trials: dict[tuple[int, int], dict[tuple[str, int, int], Response]] = {}
        for trial in trials:
            place = (trial.task_seed, trial.trial)
            if place in self._trials:
                raise ValueError(f"two records of task seed {place[0]}, trial {place[1]}")
            self._trials[place] = {
                (turn.phase, turn.episode, turn.turn): Response(
                    turn.response, turn.prompt_ids, turn.completion_ids, turn.logprobs
                )
                for turn in trial.turns
            }

    async def act(self, request: PromptRequest) -> Response:
        """The recorded response of this place."""
        try:
            trial = self._trials[request.task_seed, request.trial]
            return trial[request.phase, request.episode, request.turn]
        except KeyError:
            raise LookupError(
                f"no recorded response for task seed {request.task_seed}, trial {request.trial}, "
                f"episode {request.episode}, turn {request.turn} ({request.phase})"
            ) from None


def scripted_policy(name: str, *, seed: int = 0) -> Policy:
    """The scripted player of a name in `SCRIPTED`.

    Raises:
        ValueError: no such player.
    """
    if name == "random":
        return RandomPolicy(seed)
    if name in ("expert", "privileged"):
        return ExpertPolicy(privileged=name == "privileged")
    if name == "nash":
        return NashPolicy(seed)
    raise ValueError(f"policy must be one of {', '.join(SCRIPTED)}, not {name!r}")
