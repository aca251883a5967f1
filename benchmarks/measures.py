"""Samples of an environment's speed: resets, restarts, turns, and what the wrapper adds.

The clock is that of the processor time: everything here runs in one thread that never waits, so on
a quiet machine it goes as fast as the one on the wall, and on a busy one it stands still while
others run.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from time import process_time as clock
from typing import Any

import gymnasium as gym

from lamer_envs.meta import MultiEpisodeReflectionWrapper

Measure = Callable[[int, float], float]
"""Number of the repetition, seconds to spend -> a rate per second, or microseconds a turn."""

THOUGHTS = "I look at the whole board first and name what is known. " * 10
REMARK = "Something went wrong near the end of this attempt; I would begin on the other side. " * 3


def resets(make: Callable[[], Any]) -> Measure:
    """Resets a second, each with a seed of its own."""
    env = make()

    def measure(repeat: int, seconds: float) -> float:
        seed = 10_000_000 * repeat
        done = 0
        start = clock()
        while (spent := clock() - start) < seconds or not done:
            env.reset(seed=seed + done)
            done += 1
        return done / spent

    return measure


def restarts(make: Callable[[], Any]) -> Measure:
    """Restarts of one task a second."""
    env = make()

    def measure(repeat: int, seconds: float) -> float:
        env.reset(seed=repeat)
        options = {"restart": True}
        done = 0
        start = clock()
        while (spent := clock() - start) < seconds:
            for _ in range(100):
                env.reset(options=options)
            done += 100
        return done / spent

    return measure


def turns(
    make: Callable[[], Any], actions: Sequence[Sequence[str]], *, resets_too: bool = False
) -> Measure:
    """Turns a second of play to the end of the episode, with the resets or without them."""
    env = make()

    def measure(repeat: int, seconds: float) -> float:
        spent = 0.0
        done = 0
        begin = clock()
        for seed in itertools.count(10_000_000 * repeat):
            plan = actions[seed % len(actions)]
            start = clock()
            env.reset(seed=seed)
            if not resets_too:
                start = clock()
            for action in plan:
                _, _, terminated, truncated, _ = env.step(action)
                done += 1
                if terminated or truncated:
                    break
            spent += clock() - start
            # Where resets take far longer than turns, they decide the length of the sample.
            if spent >= seconds or clock() - begin >= 4 * seconds:
                break
        return done / spent

    return measure


def wrapper_overhead(env_id: str, actions: Sequence[Sequence[str]], memory: str) -> Measure:
    """Microseconds that the wrapper adds to a turn.

    Whole trials of three episodes are played under the wrapper, and then the same resets, actions
    and restarts without it; the difference, prompts, records and returns included, is divided by
    the number of responses, reflections included.
    """
    env = gym.make(env_id)
    trials = MultiEpisodeReflectionWrapper(env, num_episodes=3, memory=memory)
    answers = [[f"{THOUGHTS}<action>{action}</action>" for action in plan] for plan in actions]
    remark = f"<remark>{REMARK}</remark>"

    def play_wrapped(seed: int) -> tuple[float, int, list[list[str]]]:
        plans = itertools.cycle(answers[seed % len(answers)])
        start = clock()
        _, info = trials.reset(seed=seed)
        responses = 0
        over = False
        while not over:
            response = next(plans) if info["phase"] == "play" else remark
            _, _, over, _, info = trials.step(response)
            responses += 1
        spent = clock() - start
        played = [[turn.action for turn in episode.turns] for episode in info["trial"].episodes]
        return spent, responses, played

    def play_bare(seed: int, played: list[list[str]]) -> float:
        start = clock()
        env.reset(seed=seed)
        for number, episode in enumerate(played):
            if number:
                env.reset(options={"restart": True})
            for action in episode:
                env.step(action)
        return clock() - start

    def measure(repeat: int, seconds: float) -> float:
        added = spent_in_all = 0.0
        done = 0
        for seed in itertools.count(10_000_000 * repeat):
            wrapped, responses, played = play_wrapped(seed)
            bare = play_bare(seed, played)
            added += wrapped - bare
            spent_in_all += wrapped + bare
            done += responses
            if spent_in_all >= seconds:
                break
        return 1e6 * added / done

    return measure
