"""What both games promise as environments."""

from __future__ import annotations

import itertools
import pickle
import random
import sys
from collections import Counter
from typing import Any

import gymnasium as gym
import pytest

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.games.env import GameEnv
from lamer_envs.games.kuhn.opponents import from_table, nash
from lamer_envs.games.kuhn.populations import POPULATIONS as KUHN
from lamer_envs.games.streams import uniform
from lamer_envs.games.tictactoe.populations import POPULATIONS as TICTACTOE
from lamer_envs.meta import MultiEpisodeReflectionWrapper

POPULATIONS = {"LaMer/KuhnPoker-v0": KUHN, "LaMer/TicTacToe-v0": TICTACTOE}
IDS = list(POPULATIONS)
SPLITS = ("train", "validation", "test")
games = pytest.mark.parametrize("env_id", IDS)


def make(env_id: str, **kwargs: Any) -> GameEnv[Any]:
    env = gym.make(env_id, **kwargs).unwrapped
    assert isinstance(env, GameEnv)
    return env


def play_out(env: GameEnv[Any], rng: random.Random) -> list[tuple[Any, ...]]:
    """Play the episode to its end at random."""
    steps = []
    while env._admissible_actions():
        steps.append(env.step(rng.choice(env._admissible_actions())))
    return steps


@games
def test_populations_are_disjoint_and_each_is_met(env_id: str) -> None:
    met = {}
    for split in SPLITS:
        env = make(env_id, split=split)
        met[split] = {env.reset(seed=seed)[1]["opponent"] for seed in range(200)}
        assert met[split] == {each.name for each in POPULATIONS[env_id].of(split)}
    for one, other in itertools.combinations(SPLITS, 2):
        assert met[one].isdisjoint(met[other])


@games
def test_no_opponent_plays_like_one_of_another_split(env_id: str) -> None:
    """The odds in every position that came up in many games are nobody else's."""
    env = make(env_id)
    rng = random.Random(0)
    positions = set()
    for seed in range(400):
        env.reset(seed=seed)
        play_out(env, rng)
        position = env.position
        while position.ply:
            before = position.moves[:-1] if hasattr(position, "moves") else position.history[:-1]
            position = env._opening(env.task, 0)
            for move in before:
                position = position.played(move)
            positions.add(position.seen_by(position.to_move))
    habits = {
        (split, each.name): tuple(tuple(sorted(each.odds(seen).items())) for seen in positions)
        for split in SPLITS
        for each in POPULATIONS[env_id].of(split)
    }
    assert len(positions) > 10
    assert len(set(habits.values())) == len(habits)


@games
def test_seats_are_fair_and_independent_of_the_opponent(env_id: str) -> None:
    env = make(env_id)
    drawn = Counter(
        (env.task_of(seed).opponent.name, env.task_of(seed).seat) for seed in range(8000)
    )
    size = len(POPULATIONS[env_id].of("train"))
    assert len(drawn) == 2 * size
    for count in drawn.values():
        # Five standard deviations of a binomial count.
        expected = 8000 / (2 * size)
        assert abs(count - expected) < 5 * expected**0.5
    for seat in ("first", "second"):
        assert make(env_id, seat=seat).reset(seed=5)[1]["seat"] == seat


@games
def test_a_restart_is_the_next_episode_against_the_same_opponent(env_id: str) -> None:
    for seed in range(20):
        one, other = make(env_id), make(env_id)
        told = [[], []]  # type: ignore[var-annotated]
        for env, story in zip((one, other), told, strict=True):
            rng = random.Random(seed)
            story.append(env.reset(seed=seed))
            story += play_out(env, rng)
            for episode in (1, 2):
                story.append(env.reset(options={"restart": True}))
                assert env.episode == episode
                assert len(env.past) == episode
                story += play_out(env, rng)
            assert len({each[-1]["opponent"] for each in story}) == 1
            assert len({each[-1]["seat"] for each in story}) == 1
            assert env.task == env.task_of(seed)
        assert told[0] == told[1]
        assert one.reset(seed=seed) == told[0][0]
        assert one.past == ()


def test_a_restart_draws_the_opponents_moves_anew() -> None:
    env = make("LaMer/TicTacToe-v0", opponent="random", seat="second")
    openings = set()
    env.reset(seed=0)
    for _ in range(60):
        openings.add(env.position.moves[0])
        env.reset(options={"restart": True})
    assert len(openings) > 5


def test_cards_are_kept_or_dealt_anew() -> None:
    for redeal in (False, True):
        env = make("LaMer/KuhnPoker-v0", redeal=redeal)
        deals = []
        for seed in range(300):
            env.reset(seed=seed)
            row = [env.position.cards]
            for _ in range(2):
                env.reset(options={"restart": True})
                row.append(env.position.cards)
            deals.append(tuple(row))
        assert (len({len(set(row)) for row in deals}) > 1) == redeal
        counts = Counter(row[-1] for row in deals)
        assert len(counts) == 6
        assert min(counts.values()) > 20


@games
def test_the_outcome_is_told_at_the_end(env_id: str) -> None:
    env = make(env_id)
    rng = random.Random(1)
    seen = set()
    for seed in range(150):
        _, info = env.reset(seed=seed)
        assert info["outcome"] is None
        *before, last = play_out(env, rng)
        assert all(step[1] == 0 and step[4]["outcome"] is None for step in before)
        _, reward, terminated, truncated, info = last
        assert terminated
        assert not truncated
        payoff = env.position.payoff(env.task.seat)
        scale = 5 if env_id == "LaMer/KuhnPoker-v0" else 10
        assert reward == scale * payoff
        assert info["outcome"] == {1: "win", 0: "draw", -1: "loss"}[(payoff > 0) - (payoff < 0)]
        assert info["success"] == (info["outcome"] == "win")
        assert info["admissible_actions"] == []
        seen.add(info["outcome"])
    assert seen == ({"win", "loss"} if scale == 5 else {"win", "draw", "loss"})


@games
@pytest.mark.parametrize("legal", [False, True])
def test_running_out_of_turns_loses(env_id: str, legal: bool) -> None:
    env = make(env_id, max_turns=2, seat="first", opponent="random")
    observation, info = env.reset(seed=0)
    if legal and env_id == "LaMer/TicTacToe-v0":
        env.step("(1, 1)")
        _, reward, terminated, truncated, info = env.step("(3, 3)")
    else:
        middle, reward, *_ = env.step("I pass")
        assert (middle, reward) == (observation, 0)
        _, reward, terminated, truncated, info = env.step("I pass")
    assert (terminated, truncated) == (False, True)
    assert (info["outcome"], info["success"]) == ("loss", False)
    assert reward == (-5 if env_id == "LaMer/KuhnPoker-v0" else -10)
    assert info["admissible_actions"] == []
    with pytest.raises(gym.error.ResetNeeded):
        env.step("bet")
    assert env.reset(options={"restart": True})[1]["outcome"] is None


@games
def test_the_opponent_is_hidden_from_the_prompt(env_id: str) -> None:
    for split, prompts in itertools.product(SPLITS, ("default", "compact")):
        wrapper = MultiEpisodeReflectionWrapper(
            gym.make(env_id, split=split), memory="both", prompts=prompts
        )
        rng = random.Random(0)
        names = {each.name for each in POPULATIONS[env_id].of(split)} - {"random", "tight", "bold"}
        for seed in range(20):
            prompt, info = wrapper.reset(seed=seed)
            while "trial" not in info:
                assert not names & set(prompt.replace(".", " ").split()), prompt
                assert info["opponent"] not in prompt or info["opponent"] not in names
                action = rng.choice(info["admissible_actions"] or [""])
                prompt, *_, info = wrapper.step(f"<action>{action}</action><remark>hm</remark>")
            assert len(info["trial"].episodes) == 3


@games
def test_a_pickled_game_goes_on_alike(env_id: str) -> None:
    env = make(env_id, seat="first")
    env.reset(seed=4)
    env.step("nothing")
    twin = pickle.loads(pickle.dumps(env))
    action = env._admissible_actions()[0]
    assert twin.step(action) == env.step(action)
    restart = {"restart": True}
    assert twin.reset(options=restart) == env.reset(options=restart)


def test_any_opponent_can_be_named() -> None:
    table = dict.fromkeys(KUHN_SETS, 1.0)
    for named, name in (
        ("maniac", "maniac"),
        ("nash-0.3", "nash-0.3"),
        (table, "table"),
        (nash(0.1), "nash-0.1"),
    ):
        env = make("LaMer/KuhnPoker-v0", opponent=named)
        assert {env.reset(seed=seed)[1]["opponent"] for seed in range(10)} == {name}
        assert name in {each.name for each in env.candidates}
        assert len(env.candidates) == len(KUHN.of("train")) + 1
    assert from_table(table).name == "table"
    env = make("LaMer/KuhnPoker-v0", opponent="rock")
    assert len(env.candidates) == len(KUHN.of("train"))


KUHN_SETS = [card + history for history in ("", "pb", "p", "b") for card in "JQK"]


@pytest.mark.parametrize(
    ("env_id", "kwargs", "message"),
    [
        (IDS[0], {"seat": "third"}, "seat must be one of 'first', 'second', 'mixed'"),
        (IDS[0], {"opponent": "nobody"}, "opponent must be 'population', one of 'conservative'"),
        (IDS[0], {"redeal": "yes"}, "redeal must be True or False"),
        (IDS[1], {"seat": 1}, "seat must be one of"),
        (IDS[1], {"size": 2}, r"size must be an integer in \[3, 6\], not 2"),
        (IDS[1], {"opponent": "minimax", "size": 4}, "minimax plays on 3×3 boards only"),
    ],
)
def test_wrong_arguments(env_id: str, kwargs: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gym.make(env_id, **kwargs)


@pytest.mark.parametrize(("env_id", "name"), [(IDS[0], "cfr-10"), (IDS[1], "mcts-10")])
def test_without_openspiel_its_opponents_say_what_to_install(
    env_id: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspiel", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'lamer\[games\]'"):
        gym.make(env_id, opponent=name)


@pytest.mark.parametrize("size", [4, 6])
def test_larger_boards_play_and_have_no_ruler(size: int) -> None:
    env = make("LaMer/TicTacToe-v0", size=size, max_turns=size * size, split="test")
    rng = random.Random(0)
    for seed in range(20):
        env.reset(seed=seed)
        assert play_out(env, rng)[-1][2]
        assert env.references(env.task, 0) is None


def test_numbers_of_the_streams_are_spread_evenly_and_apart() -> None:
    numbers = [uniform("move", seed, 0, 1) for seed in range(2000)]
    assert 0 <= min(numbers) < max(numbers) < 1
    assert abs(sum(numbers) / 2000 - 0.5) < 5 * (1 / 12 / 2000) ** 0.5
    assert len({*numbers, *(uniform("deal", seed, 0, 1) for seed in range(2000))}) == 4000
    assert uniform("move", 1, 2, 3) == 0.3734066557299688
