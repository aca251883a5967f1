from dataclasses import replace
from typing import Any

import gymnasium as gym
import pytest
from guessing import ENV_ID, GuessNumber, register
from hypothesis import given
from hypothesis import strategies as st

import lamer_envs
from lamer_envs.meta import (
    Episode,
    MultiEpisodeReflectionWrapper,
    PromptSet,
    PromptWriter,
    Turn,
    prompt_set_for,
    register_prompts,
    render_memory,
)
from lamer_envs.meta.prompt_sets import alfworld, generic, minesweeper, sokoban
from lamer_envs.meta.prompts import ACTION_LIMIT, REMARK_LIMIT, clip, fill

assert lamer_envs
register()

BOARD = "Row 1: ? 1\nRow 2: . *"


def turn(number: int, action: str, **values: Any) -> Turn:
    plain = Turn("play", 0, number, "", "", action, "ok", f"obs{number}", "s", 0.0, True, True)
    return replace(plain, **values)


def episode(*actions: str, final: str = BOARD, remark: str | None = None, **values: Any) -> Episode:
    turns = tuple(turn(k, action, **values) for k, action in enumerate(actions))
    reflection = None if remark is None else turn(len(turns), remark, phase="reflect")
    return Episode(turns, final, False, True, reflection)


def test_fill_reads_values_once() -> None:
    assert fill("{a} and {b} {0x} {}", {"a": "{b}", "b": 2, "0x": 1}) == "{b} and 2 1 {}"
    with pytest.raises(ValueError, match=r"names \{c\}, but the environment offers \['a'\]"):
        fill("{c}", {"a": 1})


@given(st.text(), st.integers(1, 50))
def test_clip_keeps_the_limit(text: str, limit: int) -> None:
    clipped = clip(text, limit)
    assert len(clipped) <= limit
    assert clipped == text or clipped == text[: limit - 1] + "…"


def test_the_order_of_a_play_prompt() -> None:
    writer = PromptWriter(
        replace(
            generic.DEFAULT, rules="RULES {size}", goal="GOAL", admissible="CAN:", answer="ANSWER"
        )
    )
    writer.begin_trial({"size": 3}, "obs0")
    writer.begin_episode("REMEMBERED")
    for k in range(4):
        writer.add_turn(turn(k, f"act{k}"))
    prompt = writer.play("obs4", ["go", "stay"])
    places = [
        prompt.index(part)
        for part in (
            *("RULES 3", "GOAL", "obs0", "REMEMBERED", "act0", "act1", "act2", "obs3", "act3"),
            *("obs4", "CAN:\n- go\n- stay", "ANSWER"),
        )
    ]
    assert places == sorted(places)
    assert "act2\nAfter this turn you saw:\nobs3\nTurn 4: act3\n\nCurrent" in prompt
    assert "obs1" not in prompt
    assert "obs2" not in prompt


@pytest.mark.parametrize(("shown", "expected"), [(1, [0, 4]), (2, [0, 3, 4]), (9, [0, 1, 2, 3, 4])])
def test_older_observations_are_left_out(shown: int, expected: list[int]) -> None:
    writer = PromptWriter(replace(generic.DEFAULT, observations_in_full=shown))
    writer.begin_trial({}, "obs0")
    for k in range(4):
        writer.add_turn(turn(k, "wait"))
    prompt = writer.play("obs4", None)
    assert [k for k in range(5) if f"obs{k}" in prompt] == expected
    assert prompt.count("obs0") == 1


def test_an_unknown_list_of_actions_is_left_out() -> None:
    writer = PromptWriter(replace(generic.DEFAULT, admissible="CAN:"))
    writer.begin_trial({}, "obs0")
    assert "CAN:" in writer.play("obs0", [])
    assert "CAN:" not in writer.play("obs0", None)


def test_history_says_what_did_not_count() -> None:
    lines = [
        generic.DEFAULT.format_turn(t)
        for t in (
            turn(0, "up\n  up"),
            turn(1, "", action_valid=False),
            turn(2, "fly", action_valid=False),
            turn(3, "x" * 100_000),
        )
    ]
    assert lines[0] == "Turn 1: up up"
    assert lines[1] == "Turn 2: no action given, nothing changed"
    assert lines[2] == "Turn 3: fly (not possible, nothing changed)"
    assert len(lines[3]) == len("Turn 4: ") + ACTION_LIMIT


def test_memory_is_rendered_oldest_first() -> None:
    episodes = [episode("a", remark="first"), episode("b", remark="second"), episode("c")]
    for kind, expected in {
        "none": [],
        "reflection": ["first", "second", "after attempt 3: (none)"],
        "history": ["Turn 1: a", "Turn 1: b", "Turn 1: c"],
        "both": ["Turn 1: a", "first", "Turn 1: b", "second", "Turn 1: c", "(none)"],
    }.items():
        text = render_memory(kind, episodes, generic.DEFAULT)
        places = [text.index(part) for part in expected]
        assert places == sorted(places)
        assert bool(text) == bool(expected)


def test_a_long_remark_is_cut_in_the_prompt_only() -> None:
    text = render_memory("reflection", [episode("a", remark="y" * 100_000)], generic.DEFAULT)
    assert text.count("y") == REMARK_LIMIT - 1 + "Your note".count("y")


def test_compact_minesweeper_board() -> None:
    assert minesweeper.compact_board(BOARD) == "1,1=? 1,2=1 2,1=. 2,2=*"


@pytest.mark.parametrize(
    ("actions", "final", "expected"),
    [
        (["(1, 2)", "2,2"], BOARD, "try 1,2 hit:2,2"),
        (["(1,2)", "( 1 , 1 )"], BOARD, "try 1,2 1,1"),
        (["(2, 2)"], BOARD, "try hit:2,2"),
        (["(02, 2)"], BOARD, "try hit:2,2"),
    ],
)
def test_compact_minesweeper_attempt(actions: list[str], final: str, expected: str) -> None:
    shown = minesweeper.compact_attempt(minesweeper.COMPACT, 1, episode(*actions, final=final))
    assert shown == expected


def test_compact_minesweeper_has_one_word_for_every_bad_answer() -> None:
    bad = tuple(turn(k, "what, 2 3 4", parse=p) for k, p in enumerate(("no_tag", "outside")))
    again = turn(2, "(1, 2)", parse="repeated", action_valid=False)
    shown = minesweeper.compact_attempt(
        minesweeper.COMPACT, 1, Episode((*bad, again), BOARD, False, False)
    )
    assert shown == "try bad bad 1,2"


def test_compact_minesweeper_prompts() -> None:
    writer = PromptWriter(minesweeper.COMPACT)
    writer.begin_trial({}, BOARD)
    assert writer.play(BOARD, ["(1, 1)"]) == "1,1=? 1,2=1 2,1=. 2,2=* act"
    failed = episode("(1, 2)", "(2, 2)", remark="mind {2,2}")
    assert writer.reflect(1, failed) == "1,1=? 1,2=1 2,1=. 2,2=* try 1,2 hit:2,2 reflect"
    writer.begin_episode(render_memory("both", [failed, episode("(2, 2)")], minesweeper.COMPACT))
    assert writer.play(BOARD, None) == (
        "1,1=? 1,2=1 2,1=. 2,2=* try 1,2 hit:2,2 note mind {2,2} try hit:2,2 act"
    )


def test_compact_sokoban_prompts() -> None:
    writer = PromptWriter(sokoban.COMPACT)
    grid = "0: # _\n1: P √\n"
    writer.begin_trial({}, grid)
    failed = episode("Up, left", "down", final=grid)
    writer.begin_episode(render_memory("history", [failed], sokoban.COMPACT))
    assert writer.play(grid, None) == "0,0=# 0,1=_ 1,0=P 1,1=√ try up left ; down act"
    bad = episode("fly", final=grid, action_valid=False)
    assert writer.reflect(1, bad) == "0,0=# 0,1=_ 1,0=P 1,1=√ try bad reflect"


def test_compact_alfworld_prompts() -> None:
    writer = PromptWriter(alfworld.COMPACT)
    first = "Hello.\n\nYour task is to: put a cd in desk."
    writer.begin_trial({}, first)
    assert writer.play(first, ["examine bed 1", "go to bed 1", "inventory", "look"]) == (
        "can go to bed 1 task put a cd in desk act"
    )
    failed = episode("go to bed 1", "take cd 1 from bed 1", final="You pick up the cd 1 from the")
    assert writer.reflect(1, failed) == (
        "task put a cd in desk try go to bed 1 take cd 1 from bed 1 reflect"
    )
    writer.begin_episode(render_memory("history", [failed], alfworld.COMPACT))
    writer.add_turn(turn(0, "go to bed 1", observation=first))
    writer.add_turn(turn(1, "fly", observation="On the bed 1, ...", action_valid=False))
    assert writer.play("Nothing happens.", ["go to desk 1", "open safe 1"]) == (
        "try go to bed 1 take cd 1 from bed 1 do go to bed 1 bad can go to desk 1; open safe 1 "
        "task put a cd in desk act"
    )
    assert alfworld.compact_task("Nothing\nhappens.") == "Nothing happens."


def test_lookup_by_id_class_and_base() -> None:
    class Harder(GuessNumber):
        pass

    mine = gym.make("LaMer/MineSweeper-v0")
    assert prompt_set_for(mine) is minesweeper.DEFAULT
    assert prompt_set_for(mine, "compact") is minesweeper.COMPACT
    assert prompt_set_for(Harder()) is generic.DEFAULT
    by_class = replace(generic.DEFAULT, name="test-class")
    by_id = replace(generic.DEFAULT, name="test-id")
    register_prompts("guessing:GuessNumber", by_class)
    register_prompts(ENV_ID, by_id)
    assert prompt_set_for(Harder(), "test-class") is by_class
    assert prompt_set_for(gym.make(ENV_ID), "test-id") is by_id
    with pytest.raises(ValueError, match=r"expected a PromptSet or one of .*'default'"):
        prompt_set_for(Harder(), "test-id")


def test_a_prompt_set_of_ones_own() -> None:
    own = replace(
        minesweeper.DEFAULT, name="terse", rules="{num_mines} mines", reflect="Why? <remark>"
    )
    wrapper = MultiEpisodeReflectionWrapper(gym.make("LaMer/MineSweeper-v0"), prompts=own)
    prompt, _ = wrapper.reset(seed=0)
    assert prompt.startswith("3 mines\n\n")
    assert wrapper.settings.prompts == "terse"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"play_layout": ("rules", "weather")}, r"unknown sections \['weather'\]"),
        ({"observations_in_full": 0}, "observations_in_full must be at least 1, not 0"),
    ],
)
def test_wrong_prompt_sets(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PromptSet(**values)


@pytest.mark.parametrize("name", ["default", "compact"])
@pytest.mark.parametrize("env_id", [row.id for row in lamer_envs.registration.ENVIRONMENTS])
def test_every_id_has_its_sets(env_id: str, name: str) -> None:
    wrapper = MultiEpisodeReflectionWrapper(gym.make(env_id), prompts=name)
    prompt, _ = wrapper.reset(seed=1)
    assert "{" not in prompt
    if name == "default":
        assert "<action>" in prompt
        assert str(wrapper.unwrapped.max_turns) in prompt  # type: ignore[attr-defined]
    else:
        assert prompt.endswith(" act")
