"""The native engine against the real TextWorld: at least 3,000 compared steps, no difference.

`benchmarks/alfworld_referee.py` compares for as long as asked.
"""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from real_games import needs_archive, real_games
from small_house import for_textworld, small_house
from test_alfworld_engine import WINS

from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.env import ALFWorldEnv
from lamer_envs.alfworld.export import game_file
from lamer_envs.alfworld.households import HouseholdSpec, generate
from lamer_envs.alfworld.pddl import scene_from_game
from lamer_envs.alfworld.planner import shortest_plan
from lamer_envs.alfworld.referee import compare
from lamer_envs.alfworld.scene import TASK_TYPES
from lamer_envs.alfworld.textworld_backend import TextWorldError, TextWorldGame, textworld_missing
from lamer_envs.alfworld.textworld_worker import complete

STEPS = 60
GENERATED_WALKS = 4
REAL_GROUPS, REAL_WALKS = 6, 4

needs_textworld = pytest.mark.skipif(
    textworld_missing() is not None, reason=textworld_missing() or ""
)


@pytest.fixture(scope="module")
def real() -> Iterator[TextWorldGame]:
    game = TextWorldGame()
    yield game
    game.close()


def assert_same(
    real: TextWorldGame, game: dict[str, Any], seed: str, plan: list[str] | None = None
) -> None:
    compared, difference = compare(real, game, random.Random(seed), STEPS, plan or ())
    assert difference is None
    assert compared == STEPS + 1


def test_the_sample_is_large_enough() -> None:
    walks = len(TASK_TYPES) * (GENERATED_WALKS + 1) + REAL_GROUPS * REAL_WALKS
    assert walks * (STEPS + 1) >= 3_000


@needs_textworld
@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_a_small_house_is_the_same_up_to_and_past_a_win(
    real: TextWorldGame, task_type: str
) -> None:
    game = complete(for_textworld(small_house(task_type)))
    assert_same(real, game, task_type, list(map(str.strip, WINS[task_type].split(";"))))


@needs_textworld
@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_generated_games_are_the_same(real: TextWorldGame, task_type: str) -> None:
    for walk in range(GENERATED_WALKS):
        split = ("train", "valid_seen", "valid_unseen")[walk % 3]
        scene = generate(HouseholdSpec(split, (task_type,), 10), walk)
        plan = shortest_plan(Game(scene)) if walk % 2 else None
        assert_same(real, complete(game_file(scene)), f"{task_type} {walk}", plan)


@needs_textworld
@needs_archive
@pytest.mark.parametrize("group", range(REAL_GROUPS))
def test_real_games_are_the_same(real: TextWorldGame, group: int) -> None:
    rng = random.Random(f"real games {group}")
    for walk, game in enumerate(rng.sample(list(real_games().values()), REAL_WALKS)):
        plan = shortest_plan(Game(scene_from_game(game))) if walk % 2 else None
        assert_same(real, game, f"{group} {walk}", plan)


@needs_textworld
def test_the_environment_plays_alike_on_both_backends() -> None:
    native, original = ALFWorldEnv(), ALFWorldEnv(backend="textworld")
    for seed in (3, 4):
        first, info = native.reset(seed=seed)
        assert original.reset(seed=seed)[0] == first
        for command in (*(shortest_plan(native.game) or ()), "look"):
            one, other = native.step(command), original.step(command)
            assert one[:4] == other[:4]
            for key in ("success", "action_valid", "action_effective", "parse", "turn", "task_id"):
                assert one[4][key] == other[4][key], key
            assert one[4]["admissible_actions"] == other[4]["admissible_actions"]
            if one[2]:
                break
        assert one[4]["success"]
        again, restarted = original.reset(options={"restart": True})
        assert again == first
        assert restarted["admissible_actions"] == info["admissible_actions"]
    with pytest.raises(TypeError, match="no native game to look into"):
        _ = original.game
    original.close()


@needs_textworld
@needs_archive
def test_forcing_the_new_grammar_gives_the_original_in_new_words(
    real: TextWorldGame,
) -> None:
    game = next(iter(real_games().values()))
    scene = scene_from_game(game, grammar="new")
    renewed = complete({"pddl_problem": game["pddl_problem"], "task": scene.task})
    assert scene_from_game(renewed).task == scene.task
    assert_same(real, renewed, "renewed", shortest_plan(Game(scene)))


@needs_textworld
def test_a_refused_game_is_an_error_and_the_process_goes_on(real: TextWorldGame) -> None:
    with pytest.raises(TextWorldError, match="TextWorld refused"):
        real.load({"pddl_problem": "nonsense", "pddl_domain": "nonsense", "grammar": ""})
    assert real.load(complete(for_textworld(small_house()))).startswith("-= Welcome")


@pytest.mark.skipif(textworld_missing() is None, reason="the real engine is installed")
def test_without_the_extra_the_backend_says_what_to_install() -> None:
    with pytest.raises(TextWorldError, match=r"pip install 'lamer\[alfworld\]'"):
        ALFWorldEnv(backend="textworld")
