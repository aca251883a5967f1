import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_house import OLD, small_house

from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.goals import progress
from lamer_envs.alfworld.pddl import scene_from_game
from lamer_envs.alfworld.scene import TASK_TYPES, number_names
from lamer_envs.alfworld.text import HELP, NOTHING_HAPPENS, listing

WINS = {
    "pick_and_place_simple": (
        "go to cabinet 2; open cabinet 2; take mug 1 from cabinet 2; go to countertop 1;"
        "move mug 1 to countertop 1"
    ),
    "pick_clean_then_place_in_recep": (
        "go to countertop 1; take apple 1 from countertop 1; go to sinkbasin 1;"
        "clean apple 1 with sinkbasin 1; go to cabinet 1; open cabinet 1; move apple 1 to cabinet 1"
    ),
    "pick_heat_then_place_in_recep": (
        "go to countertop 1; take apple 1 from countertop 1; go to microwave 1;"
        "heat apple 1 with microwave 1; go to fridge 1; open fridge 1; move apple 1 to fridge 1"
    ),
    "pick_cool_then_place_in_recep": (
        "go to fridge 1; open fridge 1; take apple 2 from fridge 1; cool apple 2 with fridge 1;"
        "go to countertop 1; move apple 2 to countertop 1"
    ),
    "pick_two_obj_and_place": (
        "go to countertop 1; take apple 1 from countertop 1; go to cabinet 1; open cabinet 1;"
        "move apple 1 to cabinet 1; go to fridge 1; open fridge 1; take apple 2 from fridge 1;"
        "go to cabinet 1; move apple 2 to cabinet 1"
    ),
    "look_at_obj_in_light": "go to shelf 1; take book 1 from shelf 1; use desklamp 1",
}

EVERYTHING_CLOSED = "(openable Shelf_bar_3) (openable Sink_bar_7_SinkBasin)"
CLOSED_DOORS = (
    "go to shelf 1; use desklamp 1; go to countertop 1; take apple 1 from countertop 1;"
    "go to sinkbasin 1; clean apple 1 with sinkbasin 1; go to microwave 1;"
    "heat apple 1 with microwave 1; go to fridge 1; cool apple 1 with fridge 1; go to countertop 1;"
    "move apple 1 to countertop 1; take knife 1 from countertop 1; go to fridge 1;"
    "slice apple 2 with knife 1"
)
"""With everything closed that can be: all that is done at closed doors."""


def start(task_type: str = "pick_and_place_simple", **kwargs: str) -> Game:
    return Game(scene_from_game(small_house(task_type, **kwargs)))


def play(game: Game, commands: str) -> list[str]:
    answers = []
    for command in map(str.strip, commands.split(";")):
        assert command in game.admissible(), command
        answers.append(game.step(command))
    return answers


def test_the_introduction_lists_receptacles_in_id_order_and_looking_sees_nothing() -> None:
    game = start()
    assert game.introduction() == (
        "-= Welcome to TextWorld, ALFRED! =-\n\n"
        "You are in the middle of a room. Looking quickly around you, you see a cabinet 2, a "
        "cabinet 1, a countertop 1, a fridge 1, a microwave 1, a shelf 1, and a sinkbasin 1.\n\n"
        "Your task is to: do the errand."
    )
    nothing = "You are in the middle of a room. Looking quickly around you, you see nothing."
    assert game.step("look") == nothing


@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_each_task_type_is_won_by_its_last_act(task_type: str) -> None:
    game = start(task_type)
    assert game.scene.task_type == task_type
    *acts, last = WINS[task_type].split(";")
    done = [progress(game)]
    for act in acts:
        play(game, act)
        done.append(progress(game))
        assert not game.won
    assert done == sorted(done)
    assert 0 < done[-1] < 1
    play(game, last)
    assert (game.won, progress(game)) == (True, 1.0)
    for command in ("look", "inventory", "xyzzy"):
        game.step(command)
        assert game.won


def test_undoing_what_won_makes_a_game_unwon_as_in_the_original() -> None:
    game = start()
    play(game, WINS["pick_and_place_simple"])
    play(game, "go to fridge 1; go to countertop 1")
    assert game.won
    play(game, "take mug 1 from countertop 1")
    assert not game.won
    play(game, "move mug 1 to countertop 1")
    assert game.won


def test_an_errand_needs_the_treatment_before_the_place() -> None:
    game = start("pick_clean_then_place_in_recep")
    acts = WINS["pick_clean_then_place_in_recep"].replace("clean apple 1 with sinkbasin 1", "look")
    play(game, acts)
    assert not game.won


def test_the_two_grammars_differ_in_putting_arriving_and_help() -> None:
    new, old = start(), start(grammar=OLD)
    take = "go to countertop 1; take knife 1 from countertop 1"
    assert play(new, take)[0].startswith("You arrive at countertop 1. On the countertop 1, you")
    assert play(old, take)[0].startswith("You arrive at loc 6. On the countertop 1, you see")
    assert new.step("put knife 1 in/on countertop 1") == NOTHING_HAPPENS
    assert new.step("move knife 1 to countertop 1") == "You move the knife 1 to the countertop 1."
    assert old.step("move knife 1 to countertop 1") == NOTHING_HAPPENS
    put = "put knife 1 in/on countertop 1"
    assert old.step(put) == "You put the knife 1 in/on the countertop 1."
    assert (new.step("help"), old.step("help")) == (HELP, NOTHING_HAPPENS)
    assert "help" in new.admissible()
    assert "help" not in old.admissible()


def test_a_shared_place_is_one_place() -> None:
    game = start()
    assert play(game, "go to shelf 1") == [
        "You arrive at shelf 1. On the shelf 1, you see a book 1, and a desklamp 1."
    ]
    beside_nothing = "You are facing the cabinet 2, and shelf 1. Next to it, you see nothing."
    assert game.step("look") == beside_nothing
    assert "go to cabinet 2" not in game.admissible()
    assert game.step("go to cabinet 2") == NOTHING_HAPPENS
    play(game, "open cabinet 2; take book 1 from shelf 1; move book 1 to cabinet 2")
    # In the cabinet now, and still "next to" the shelf that it was taken from.
    assert game.step("look").endswith("Next to it, you see a book 1.")
    play(game, "take book 1 from cabinet 2; move book 1 to shelf 1")
    assert game.step("look").endswith("Next to it, you see a book 1.")


def test_objects_are_examined_in_hand_only() -> None:
    game = start()
    play(game, "go to countertop 1")
    assert "examine apple 1" not in game.admissible()
    assert game.step("examine apple 1") == NOTHING_HAPPENS
    play(game, "take apple 1 from countertop 1")
    assert play(game, "examine apple 1") == ["There's nothing special about apple 1."]
    assert game.step("inventory") == "You are carrying: a apple 1."


def test_what_examining_says_of_an_object() -> None:
    game = start()
    said = []
    for before in (
        "go to countertop 1; take apple 1 from countertop 1; go to fridge 1",
        "cool apple 1 with fridge 1",
        "go to sinkbasin 1; clean apple 1 with sinkbasin 1",
        "go to microwave 1; heat apple 1 with microwave 1",
        "go to countertop 1; move apple 1 to countertop 1; take knife 1 from countertop 1;"
        "slice apple 1 with knife 1; move knife 1 to countertop 1; take apple 1 from countertop 1",
        "go to fridge 1; cool apple 1 with fridge 1",
    ):
        play(game, before)
        said.append(game.step("examine apple 1"))
    assert said == [
        "There's nothing special about apple 1.",
        "This is a cold apple 1.",
        "This is a cool and clean apple 1.",
        "This is a hot and clean apple 1.",
        "This is a hot and clean sliced apple 1.",
        "This is a cool and clean sliced apple 1.",
    ]


def test_a_vessel_shows_what_is_in_it() -> None:
    game = start(extra="(inReceptacleObject Book_bar_1 Mug_bar_1)")
    play(game, "go to cabinet 2; open cabinet 2; take mug 1 from cabinet 2")
    assert game.step("examine mug 1") == "This is a normal mug 1. In it, you see a book 1."


def test_lamps_always_go_on() -> None:
    game = start()
    play(game, "go to shelf 1")
    assert play(game, "use desklamp 1; use desklamp 1") == ["You turn on the desklamp 1."] * 2


def test_using_cleaning_heating_cooling_and_slicing_need_nothing_opened() -> None:
    game = start(extra=EVERYTHING_CLOSED)
    answers = play(game, CLOSED_DOORS)
    acts = [
        (before, answer)
        for before, answer in itertools.pairwise(answers)
        if answer.startswith(("You turn on", "You clean", "You heat", "You cool", "You sliced"))
    ]
    assert len(acts) == 5
    assert all(before.endswith(" is closed.") for before, _ in acts)
    assert not game.opened


def test_commands_are_stripped_and_case_sensitive() -> None:
    game = start()
    assert game.step("\t go to fridge 1 \n").startswith("You arrive at fridge 1.")
    for command in ("Look", "OPEN fridge 1", "open  fridge 1", "open fridge", "open", "", "go"):
        assert game.step(command) == NOTHING_HAPPENS
        assert not game.changed


def test_a_copy_goes_its_own_way() -> None:
    game = start()
    play(game, "go to fridge 1; open fridge 1")
    twin, key = game.copy(), game.key()
    assert twin.key() == key
    play(twin, "take apple 2 from fridge 1")
    assert game.key() == key
    assert "take apple 2 from fridge 1" in game.admissible()


def test_keys_are_equal_exactly_when_states_are() -> None:
    game = start()
    play(game, "go to countertop 1")
    before = game.key()
    play(game, "take apple 1 from countertop 1; move apple 1 to countertop 1; look")
    assert game.key() == before
    play(game, "take knife 1 from countertop 1")
    assert game.key() != before


WORDS = ("go to", "take", "move", "put", "examine", "open", "close", "use", "heat", "slice", "look")
PARTS = st.sampled_from(
    [*WORDS, "from", "with", "to", "in/on", "apple 1", "fridge 1", "knife 1", "cabinet 2", "", "x"]
)


@given(st.lists(st.one_of(st.text(max_size=12), st.lists(PARTS, max_size=5).map(" ".join))))
def test_any_text_is_answered_and_only_the_admissible_does_something(commands: list[str]) -> None:
    game = start()
    for command in commands:
        admissible, key = game.admissible(), game.key()
        assert admissible == sorted(set(admissible))
        answer = game.step(command)
        assert (answer != NOTHING_HAPPENS) == (command.strip() in admissible)
        assert game.changed == (game.key() != key)


@given(st.lists(st.integers(0, 1 << 30), max_size=60), st.sampled_from(TASK_TYPES))
def test_everything_admissible_is_answered(choices: list[int], task_type: str) -> None:
    game = start(task_type)
    for choice in choices:
        admissible, key = game.admissible(), game.key()
        assert game.step(admissible[choice % len(admissible)]) != NOTHING_HAPPENS
        assert game.changed == (game.key() != key)


def test_names_count_down_in_id_order() -> None:
    ids = ["Cabinet_bar_b", "Cabinet_bar_a", "Sink_bar_1", "Sink_bar_1_SinkBasin"]
    assert number_names(ids) == {
        "cabinet_bar_a": "cabinet 2",
        "cabinet_bar_b": "cabinet 1",
        "sink_bar_1": "sink 1",
        "sink_bar_1_sinkbasin": "sinkbasin 1",
    }


def test_lists_read_as_the_original_writes_them() -> None:
    assert listing([]) == "nothing"
    assert listing(["a cup 1"]) == "a cup 1"
    assert listing(["a cup 1", "a cup 2"]) == "a cup 1, and a cup 2"
    assert listing(["a", "b", "c"]) == "a, b, and c"
