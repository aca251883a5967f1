"""An inference engine that exists only in arithmetic, on an event loop that never really waits."""

from __future__ import annotations

import asyncio
import heapq
import random
import selectors
from collections import deque
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
from gymnasium.spaces import Text

from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.rollout.policy import PromptRequest, Response


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop with a clock of its own: where others wait for a timer, it moves the clock."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_InstantSelector(self))

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self.now


class _InstantSelector(selectors.SelectSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("nothing is left to wait for: everyone waits for everyone")
        self._loop.now += max(0.0, timeout)
        return super().select(0)


@dataclass(frozen=True)
class Engine:
    """What a decoding step costs: Qwen3-4B in bfloat16 on one H100 SXM under vLLM's scheduling.

    From data sheets, not measured. The card reads 3.35 TB/s and computes 989 dense bfloat16
    TFLOP/s; 70% of the one and 50% of the other are taken for reachable. A step

        step + sequence · running + cached_token · tokens in the cache + prefill_token · new prompts

    takes seconds: reading 8 GB of weights (3.4 ms) and 2.6 ms of scheduling and launching kernels;
    8 GFLOP a running sequence; 36 layers × 2 × 8 heads × 128 × 2 bytes = 147,456 bytes to read for
    each token in the cache; 8 GFLOP for each prompt token that is not in the prefix cache.

    Attributes:
        step: seconds of any step.
        sequence: more for each running sequence.
        cached_token: more for each token of theirs in the cache.
        prefill_token: more for each prompt token computed in this step.
        max_sequences: sequences that run at a time; vLLM's `max_num_seqs`.
        max_prefill: prompt tokens computed in one step; vLLM's `max_num_batched_tokens`.
    """

    step: float = 6e-3
    sequence: float = 16e-6
    cached_token: float = 63e-9
    prefill_token: float = 16e-6
    max_sequences: int = 256
    max_prefill: int = 8192


@dataclass(frozen=True)
class Game:
    """How trials go: success probabilities of the paper, lengths that are assumed.

    Attributes:
        name: of the environment and the moment in training.
        pass_at: pass@1, pass@2, pass@3 of meta-RL, as shares.
        rl_pass: pass@1 of RL.
        success_turns: fewest and most turns of a successful episode, uniform in between.
        failure_turns: the same of a failed one.
        response_median: median tokens of a response; log-normal.
        response_sigma: standard deviation of their logarithm.
        response_most: where responses are cut off, Appendix C.
        rules: prompt tokens that are the same in all prompts of a task, and so in the prefix cache.
        frame: other prompt tokens that every prompt has (current observation, what to answer).
        per_turn: more for each earlier turn of the episode.
        per_remark: more for each earlier episode.
    """

    name: str
    pass_at: tuple[float, float, float]
    rl_pass: float
    success_turns: tuple[int, int]
    failure_turns: tuple[int, int]
    response_median: float = 200.0
    response_sigma: float = 0.6
    response_most: int = 1024
    rules: int = 350
    frame: int = 150
    per_turn: int = 25
    per_remark: int = 120

    def chances(self, episodes: int) -> list[float]:
        """The probability that episode n succeeds once the ones before have failed."""
        if episodes == 1:
            return [self.rl_pass]
        before = (0.0, *self.pass_at[:-1])
        return [(p - q) / (1 - q) for p, q in zip(self.pass_at, before, strict=True)]


class SimulatedPolicy:
    """Answers after the time that the engine would take, with continuous batching.

    Sequences join at a step's beginning as long as there is room, first come, first served, and
    leave it when their last token is there. Lengths and outcomes are functions of the place of the
    turn, so that every runner plays the same trials.

    Args:
        engine: what steps cost.
        game: how trials go.
        episodes: of a trial.
    """

    def __init__(self, engine: Engine, game: Game, episodes: int) -> None:
        self.engine = engine
        self.game = game
        self._chances = game.chances(episodes)
        self._waiting: deque[tuple[int, int, int, asyncio.Future[None]]] = deque()
        self._running: list[tuple[int, int, int, asyncio.Future[None]]] = []
        self._serving: asyncio.Task[None] | None = None
        self._arrived = 0
        self._steps = 0
        self._cached = 0
        self.sequence_seconds = 0.0
        self.tokens = 0

    async def act(self, request: PromptRequest) -> Response:
        """Wait for as long as the engine needs, and answer."""
        game = self.game
        place = f"{request.sampling_seed} {request.task_seed} {request.trial} {request.episode}"
        rng = random.Random(f"{place} {request.turn} {request.phase}")
        length = rng.lognormvariate(0.0, game.response_sigma) * game.response_median
        length = max(1, min(game.response_most, round(length)))
        own = game.frame + game.per_turn * request.turn + game.per_remark * request.episode
        done = asyncio.get_running_loop().create_future()
        self._arrived += 1
        self._waiting.append((self._arrived, own, length, done))
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        await done
        if request.phase == "reflect":
            return Response("<remark>Take another way.</remark>")
        outcome = random.Random(place)
        won = outcome.random() < self._chances[request.episode]
        turns = outcome.randint(*(game.success_turns if won else game.failure_turns))
        over = "win" if won else "lose"
        return Response(f"<action>{over if request.turn + 1 == turns else 'go on'}</action>")

    async def _serve(self) -> None:
        engine = self.engine
        # All requests that come at this moment can join the same step.
        await asyncio.sleep(0)
        while self._waiting or self._running:
            prefill = 0
            while (
                self._waiting
                and len(self._running) < engine.max_sequences
                and (not prefill or prefill + self._waiting[0][1] <= engine.max_prefill)
            ):
                number, own, length, done = self._waiting.popleft()
                prefill += own
                cached = self.game.rules + own
                self._cached += cached
                heapq.heappush(self._running, (self._steps + length, number, cached + length, done))
            running = len(self._running)
            # Nothing changes until the next sequence ends, unless prompts wait for their turn.
            room = self._waiting and running < engine.max_sequences
            steps = 1 if room else self._running[0][0] - self._steps
            seconds = steps * (engine.step + engine.sequence * running)
            seconds += engine.prefill_token * prefill
            seconds += engine.cached_token * (
                steps * self._cached + running * steps * (steps - 1) / 2
            )
            self._steps += steps
            self._cached += running * steps
            self.sequence_seconds += running * seconds
            self.tokens += running * steps
            await asyncio.sleep(seconds)
            while self._running and self._running[0][0] == self._steps:
                _, _, cached, done = heapq.heappop(self._running)
                self._cached -= cached
                done.set_result(None)
            # Their trials ask again before the next step.
            for _ in range(_ROUNDS):
                await asyncio.sleep(0)


_ROUNDS = 4
"""Rounds of the event loop within which a trial has acted and asked again."""


class OutcomeEnv(gym.Env[str, str]):
    """An environment that believes whoever says that an episode is won or lost."""

    observation_space = Text(16)
    action_space = Text(16)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Begin an episode."""
        super().reset(seed=seed)
        return "start", {"success": False}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """`win` and `lose` end the episode, everything else goes on."""
        won = action == "win"
        return "next", 10.0 * won, won or action == "lose", False, {"success": won}


def make_outcome_env(episodes: int) -> MultiEpisodeReflectionWrapper:
    """The environment under the wrapper, with reflections."""
    return MultiEpisodeReflectionWrapper(OutcomeEnv(), num_episodes=episodes)
