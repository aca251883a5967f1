import json
import os
from pathlib import Path
from typing import Any

import pytest
from small_house import OLD, small_house

from lamer_envs.alfworld import data
from lamer_envs.alfworld.data import DataMissingError, GameFolder, load_scene
from lamer_envs.alfworld.env import ALFWorldEnv
from lamer_envs.alfworld.pddl import GameFileError, read_scene, scene_from_game
from lamer_envs.alfworld.scene import TASK_TYPES


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with eight playable games, and some that must be passed over."""
    monkeypatch.setenv("LAMER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ALFWORLD_DATA", str(tmp_path / "data"))
    split = tmp_path / "data" / "json_2.1.1" / "train"
    for task_type in TASK_TYPES:
        write(split / f"{task_type}-Apple-None-Cabinet-1" / "trial_1", small_house(task_type))
    two = f"{TASK_TYPES[5]}-Apple-None-Cabinet-2"
    write(split / two / "trial_1", small_house(TASK_TYPES[5], grammar=OLD))
    write(split / two / "trial_2", small_house(TASK_TYPES[5], grammar=OLD))
    write(split / two / "trial_3", {**small_house(), "solvable": False})
    write(split / f"{TASK_TYPES[0]}-AppleSliced-None-Fridge-1" / "trial_1", small_house())
    write(split / "pick_and_place_with_movable_recep-A-B-C-1" / "trial_1", small_house())
    (split / f"{TASK_TYPES[0]}-Mug-None-Shelf-9" / "trial_1").mkdir(parents=True)
    return tmp_path / "data"


def write(folder: Path, game: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "game.tw-pddl").write_text(json.dumps(game))


def test_the_walk_is_sorted_and_passes_over_what_is_no_game(root: Path) -> None:
    games = GameFolder("train").games
    assert len(games) == 8
    assert [game.file for game in games] == sorted(game.file for game in games)
    assert {game.task_type for game in games} == set(TASK_TYPES)
    assert len(GameFolder("train", TASK_TYPES[:4]).games) == 4


def test_as_many_seeds_as_games_play_them_all(root: Path) -> None:
    folder = GameFolder("train")
    assert len({folder.file(seed) for seed in range(100, 108)}) == 8
    assert folder.file(3) == folder.file(11)


def test_the_second_scan_reads_no_game(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = GameFolder("train").games
    monkeypatch.setattr(data, "_solvable", lambda file: pytest.fail(f"{file} was read again"))
    assert GameFolder("train").games == first


def test_the_index_follows_the_folder_and_survives_its_own_damage(root: Path) -> None:
    GameFolder("train")
    new = root / "json_2.1.1" / "train" / f"{TASK_TYPES[0]}-Pen-None-Desk-3" / "trial_1"
    write(new, small_house())
    assert len(GameFolder("train").games) == 9
    (index,) = Path(os.environ["LAMER_CACHE"]).iterdir()
    for damage in ("", "[]", '{"format": 1}', "\x00"):
        index.write_text(damage)
        assert len(GameFolder("train").games) == 9


def test_a_cache_that_cannot_be_written_costs_time_only(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMER_CACHE", str(root / "json_2.1.1" / "train" / "file"))
    (root / "json_2.1.1" / "train" / "file").write_text("not a folder")
    assert len(GameFolder("train").games) == 8


def test_missing_data_says_what_was_looked_for_and_how_to_get_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataMissingError, match=r"no folder .*valid_seen.*alfworld-download"):
        ALFWorldEnv(source="data", split="valid_seen")
    (root / "json_2.1.1" / "valid_seen").mkdir()
    with pytest.raises(DataMissingError, match=r"holds no solvable .*alfworld-download"):
        ALFWorldEnv(source="data", split="valid_seen")
    monkeypatch.delenv("ALFWORLD_DATA")
    with pytest.raises(DataMissingError, match=r"\$ALFWORLD_DATA, which is not set"):
        ALFWorldEnv(source="data")
    assert len(GameFolder("train", root=root).games) == 8


def test_a_broken_file_is_named(root: Path) -> None:
    broken = root / "json_2.1.1" / "train" / f"{TASK_TYPES[0]}-X-None-Y-1" / "trial_1"
    broken.mkdir(parents=True)
    (broken / "game.tw-pddl").write_text("{")
    with pytest.raises(
        GameFileError, match=r"X-None-Y-1/trial_1/game.tw-pddl is no readable.*download"
    ):
        GameFolder("train")
    (broken / "game.tw-pddl").write_text('{"solvable": true}')
    GameFolder("train")
    with pytest.raises(GameFileError, match=r"X-None-Y-1.*pddl_problem and grammar.*download"):
        load_scene(broken / "game.tw-pddl")


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        ("(:init", r"no \(:init"),
        ("(atLocation agent1 loc_bar_0)", "one start place, found 0"),
        ("(objectType Mug_bar_1 MugType)", "mug_bar_1 has no objectType"),
        ("(receptacleAtLocation Fridge_bar_5 loc_bar_5)", "incomplete: nothing on"),
        ("(receptacleType ?r CounterTopType)", "not one of ALFWorld's six task types"),
    ],
)
def test_a_problem_with_a_part_missing_is_refused(cut: str, message: str) -> None:
    game = small_house()
    assert cut in game["pddl_problem"]
    with pytest.raises(GameFileError, match=message):
        scene_from_game({**game, "pddl_problem": game["pddl_problem"].replace(cut, "")})


def test_what_is_no_game_file_is_refused() -> None:
    for text in ("", "[]", "{}", "null"):
        with pytest.raises(GameFileError):
            read_scene(text)
    with pytest.raises(GameFileError, match="Your task is to"):
        scene_from_game({**small_house(), "grammar": OLD})
    with pytest.raises(GameFileError, match=r"neither 'put \.\.\.' nor 'move"):
        scene_from_game({**small_house(), "grammar": '"Your task is to: x."'})


def test_the_environment_plays_the_data_in_the_files_words_or_in_new_ones(root: Path) -> None:
    env = ALFWorldEnv(source="data", task_types=[TASK_TYPES[5]])
    grammars = set()
    for seed in range(3):
        _, info = env.reset(seed=seed)
        assert info["task_type"] == TASK_TYPES[5]
        assert Path(info["game_file"]).is_file()
        assert "generator_seed" not in info
        grammars.add(env.task.grammar)
    assert grammars == {"old", "new"}
    env = ALFWorldEnv(source="data", task_types=[TASK_TYPES[5]], grammar="new")
    assert {env.reset(seed=seed) and env.task.grammar for seed in range(3)} == {"new"}
