"""The real games of the archive: all of them are read, and won by the planner within ten turns.

Reading and planning them takes less than a second, so no sample is taken. `-s` prints the lengths.
"""

import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

from real_games import needs_archive, real_games

from lamer_envs.alfworld.engine import Game
from lamer_envs.alfworld.pddl import scene_from_game
from lamer_envs.alfworld.planner import shortest_plan
from lamer_envs.alfworld.scene import TASK_TYPES

MAX_TURNS = 10


def plan_length(name: str, game: dict[str, Any]) -> int:
    """Play the plan: every command must be admissible, and only the last one wins."""
    play = Game(scene_from_game(game))
    plan = shortest_plan(play)
    assert plan, name
    for command in plan:
        assert not play.won, name
        assert command in play.admissible(), (name, command)
        play.step(command)
    assert play.won, name
    return len(plan)


@needs_archive
def test_the_planner_wins_every_real_game_within_ten_turns() -> None:
    lengths: defaultdict[str, list[int]] = defaultdict(list)
    for name, game in real_games().items():
        lengths[Path(name).parts[-3].partition("-")[0]].append(plan_length(name, game))
    assert set(lengths) == set(TASK_TYPES)
    lengths["all"] = [length for of_type in lengths.values() for length in of_type]
    for kind in (*TASK_TYPES, "all"):
        of_kind = lengths[kind]
        middle, most = statistics.median(of_kind), max(of_kind)
        print(f"{kind}: {len(of_kind)} games, median {middle:g}, most {most}")
        assert most <= MAX_TURNS
    assert len(lengths["all"]) == 340


@needs_archive
def test_real_games_speak_the_old_grammar_and_say_their_task_type() -> None:
    for name, game in real_games().items():
        scene = scene_from_game(game)
        assert scene.task_type == Path(name).parts[-3].partition("-")[0]
        assert scene.grammar == "old"
        assert scene_from_game(game, grammar="new").task == scene.task
