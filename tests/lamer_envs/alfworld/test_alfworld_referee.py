"""The native engine against the real TextWorld: at least 3,000 compared steps, no difference.

`benchmarks/alfworld_referee.py` compares for as long as asked.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pytest
from real_games import needs_archive, real_games
from small_house import for_textworld, small_house
from test_alfworld_engine import CLOSED_DOORS, EVERYTHING_CLOSED, WINS

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
GRAMMAR = '"Your task is to: {}."\naction PutObject {{\n template :: "move'

needs_textworld = pytest.mark.skipif(
    textworld_missing() is not None, reason=textworld_missing() or ""
)


class Walked(NamedTuple):
    """A walk to take: a game without domain and grammar, or a real one; its seed and its plan."""

    game: dict[str, Any]
    seed: str
    plan: Sequence[str] = ()


def small_walk(task_type: str) -> Walked:
    plan = tuple(map(str.strip, WINS[task_type].split(";")))
    return Walked(for_textworld(small_house(task_type)), task_type, plan)


def generated_walks(task_type: str) -> Iterator[Walked]:
    for walk in range(GENERATED_WALKS):
        split = ("train", "valid_seen", "valid_unseen")[walk % 3]
        scene = generate(HouseholdSpec(split, (task_type,), 10), walk)
        plan = shortest_plan(Game(scene)) if walk % 2 else None
        yield Walked(game_file(scene), f"{task_type} {walk}", plan or ())


def real_walks(group: int) -> Iterator[Walked]:
    games = random.Random(f"real games {group}").sample(list(real_games().values()), REAL_WALKS)
    for walk, game in enumerate(games):
        plan = shortest_plan(Game(scene_from_game(game))) if walk % 2 else None
        yield Walked(game, f"{group} {walk}", plan or ())


@pytest.fixture(scope="module")
def real() -> Iterator[TextWorldGame]:
    game = TextWorldGame()
    yield game
    game.close()


def assert_same(real: TextWorldGame, walked: Walked) -> None:
    rng = random.Random(walked.seed)
    walk = compare(real, complete(walked.game), rng, STEPS, walked.plan)
    assert walk.difference is None
    assert walk.steps == STEPS + 1


class Echo:
    """The native engine in the real one's place: walks are the same where the two engines agree."""

    def __init__(self) -> None:
        self.game = Game(scene_from_game(small_house()))

    @property
    def won(self) -> bool:
        return self.game.won

    def load(self, game: Mapping[str, Any]) -> str:
        self.game = Game(scene_from_game(game))
        return self.game.introduction()

    def step(self, command: str) -> str:
        return self.game.step(command)

    def admissible(self) -> list[str]:
        return self.game.admissible()


@needs_archive
def test_the_sample_is_large_enough_and_meets_what_is_rare() -> None:
    walks = [small_walk(task_type) for task_type in TASK_TYPES]
    for task_type in TASK_TYPES:
        walks += generated_walks(task_type)
    for group in range(REAL_GROUPS):
        walks += real_walks(group)
    verbs: Counter[str] = Counter()
    steps = 0
    for walked in walks:
        game = {"grammar": GRAMMAR.format(walked.game.get("task")), **walked.game}
        walk = compare(Echo(), game, random.Random(walked.seed), STEPS, walked.plan)
        steps += walk.steps
        verbs += walk.verbs
    assert steps >= 3_000
    rare = {verb: verbs[verb] for verb in ("heat", "cool", "clean", "slice", "use", "stray")}
    assert min(rare.values()) >= 25, rare


@needs_textworld
@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_a_small_house_is_the_same_up_to_and_past_a_win(
    real: TextWorldGame, task_type: str
) -> None:
    assert_same(real, small_walk(task_type))


@needs_textworld
def test_what_is_used_behind_a_closed_door_is_the_same(real: TextWorldGame) -> None:
    house = for_textworld(small_house("look_at_obj_in_light", extra=EVERYTHING_CLOSED))
    plan = tuple(map(str.strip, CLOSED_DOORS.split(";")))
    assert_same(real, Walked(house, "closed doors", plan))


@needs_textworld
@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_generated_games_are_the_same(real: TextWorldGame, task_type: str) -> None:
    for walked in generated_walks(task_type):
        assert_same(real, walked)


@needs_textworld
@needs_archive
@pytest.mark.parametrize("group", range(REAL_GROUPS))
def test_real_games_are_the_same(real: TextWorldGame, group: int) -> None:
    for walked in real_walks(group):
        assert_same(real, walked)


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
    renewed = {"pddl_problem": game["pddl_problem"], "task": scene.task}
    assert scene_from_game(complete(renewed)).task == scene.task
    assert_same(real, Walked(renewed, "renewed", shortest_plan(Game(scene)) or ()))


@needs_textworld
def test_a_refused_game_is_an_error_and_the_process_goes_on(real: TextWorldGame) -> None:
    with pytest.raises(TextWorldError, match="TextWorld refused"):
        real.load({"pddl_problem": "nonsense", "pddl_domain": "nonsense", "grammar": ""})
    assert real.load(complete(for_textworld(small_house()))).startswith("-= Welcome")


@pytest.mark.skipif(textworld_missing() is None, reason="the real engine is installed")
def test_without_the_extra_the_backend_says_what_to_install() -> None:
    with pytest.raises(TextWorldError, match=r"pip install 'lamer\[alfworld\]'"):
        ALFWorldEnv(backend="textworld")
