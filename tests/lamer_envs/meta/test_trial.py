import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.meta import Episode, Trial, TrialSettings, Turn, read_trials, write_trials

ANY_TEXT = st.text(st.characters(), max_size=20)
ODD_TEXT = st.sampled_from(
    ["", "\x00", "\ud83d", "\ude00", "\ud83d\ude00", "\ude00\ud83d\ud83d\ude00", "\\ud83d\ude00",
     "\u2028\x85\r\n", "√ 😀", '"}{']
)  # fmt: skip
TEXT = st.one_of(ANY_TEXT, ODD_TEXT, st.builds(str.__add__, ODD_TEXT, ODD_TEXT))
FLOAT = st.floats(allow_nan=False)
IDS = st.none() | st.lists(st.integers(0, 1 << 20), max_size=3).map(tuple)
TURN = st.builds(
    Turn,
    phase=st.sampled_from(["play", "reflect"]),
    episode=st.integers(0, 9),
    turn=st.integers(0, 9),
    prompt=TEXT,
    response=TEXT,
    action=TEXT,
    parse=st.just("ok"),
    observation=TEXT,
    state_key=TEXT,
    reward=FLOAT,
    action_valid=st.booleans(),
    action_effective=st.booleans(),
    prompt_ids=IDS,
    completion_ids=IDS,
    logprobs=st.none() | st.lists(FLOAT, max_size=3).map(tuple),
)
EPISODE = st.builds(
    Episode,
    turns=st.lists(TURN, min_size=1, max_size=3).map(tuple),
    final_observation=TEXT,
    success=st.booleans(),
    terminated=st.booleans(),
    reflection=st.none() | TURN,
)
TRIAL = st.builds(
    Trial,
    env_id=TEXT,
    task_id=TEXT,
    task_seed=st.integers(0, 1 << 62),
    episodes=st.lists(EPISODE, max_size=2).map(tuple),
    returns=st.lists(FLOAT, max_size=5).map(tuple),
    settings=st.builds(TrialSettings, memory=TEXT, gamma_step=FLOAT, stop_on_success=st.booleans()),
    trial=st.integers(0, 99),
)


def turn(phase: str = "play", **values: object) -> Turn:
    plain = Turn("play", 0, 0, "p", "r", "a", "ok", "o", "s", 0.0, True, True)
    return replace(plain, phase=phase, **values)  # type: ignore[arg-type]


def some_trial() -> Trial:
    first = Episode((turn(), turn(action="b")), "x", False, True, reflection=turn("reflect"))
    second = Episode((turn(reward=10.0),), "y", True, True)
    return Trial("id", "task", 5, (first, second), (6.0, 6.0, 10.0, 10.0))


@given(TRIAL)
def test_round_trip_is_lossless(trial: Trial) -> None:
    line = trial.to_json()
    assert "\n" not in line
    assert "\r" not in line
    assert Trial.from_json(line) == trial
    on_disk = line.encode("utf-8", "surrogatepass")
    assert Trial.from_json(on_disk.decode("utf-8", "surrogatepass")) == trial


@given(st.lists(TRIAL, max_size=3))
def test_files_give_the_trials_back(
    tmp_path_factory: pytest.TempPathFactory, trials: list[Trial]
) -> None:
    path = tmp_path_factory.mktemp("trials") / "trials.jsonl"
    write_trials(path, trials[:1])
    write_trials(path, trials[1:])
    assert list(read_trials(path)) == trials


def test_lone_surrogates_leave_the_file_readable_by_anyone() -> None:
    line = replace(some_trial(), task_id="\ud83d and \ude00").to_json()
    assert json.loads(line.encode("utf-8"))["task_id"] == "\ud83d and \ude00"


def test_odd_floats() -> None:
    trial = replace(some_trial(), returns=(math.inf, -math.inf, math.nan, -0.0))
    back = Trial.from_json(trial.to_json()).returns
    assert back[:2] == (math.inf, -math.inf)
    assert math.isnan(back[2])
    assert math.copysign(1, back[3]) == -1


def test_turns_in_order_with_reflections() -> None:
    trial = some_trial()
    assert [t.phase for t in trial.turns] == ["play", "play", "reflect", "play"]
    assert trial.success
    assert trial.first_success == 1
    assert trial.episodes[0].actions == ("a", "b")
    assert trial.episodes[1].reward == 10.0


def test_a_trial_without_success() -> None:
    trial = replace(some_trial(), episodes=some_trial().episodes[:1])
    assert not trial.success
    assert trial.first_success is None


def _changed(**changes: object) -> str:
    data = json.loads(some_trial().to_json())
    data.update(changes)
    return json.dumps(data)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "not a trial record"),
        ("[1]", "no schema version"),
        ("{}", "no schema version"),
        ("null", "no schema version"),
        (some_trial().to_json()[:-5], "not a trial record"),
        (_changed(schema=2), "schema 2; this version reads 1"),
        (_changed(colour="red"), r"trial with unknown fields \['colour'\]"),
        (_changed(episodes=[{}]), r"episode with .*missing fields \['final_observation'"),
        (_changed(episodes=7), "not a trial record"),
        (_changed(episodes=[7]), "expected the fields of episode, not int"),
        (_changed(settings={"gamma": 1}), r"trialsettings with unknown fields \['gamma'\]"),
        (
            some_trial().to_json().replace('"parse"', '"prase"'),
            r"turn with unknown fields \['prase'\]",
        ),
    ],
)
def test_what_is_no_trial(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Trial.from_json(line)


def test_records_from_before_trials_could_go_on_are_read() -> None:
    data = json.loads(some_trial().to_json())
    del data["settings"]["stop_on_success"]
    assert Trial.from_json(json.dumps(data)).settings.stop_on_success


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_a_line_cut_off_is_named_after_the_good_ones(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "trials.jsonl"
    write_trials(path, [some_trial(), replace(some_trial(), task_id="√√√√")])
    path.write_bytes(path.read_bytes()[:-cut])
    reader = read_trials(path)
    assert next(reader) == some_trial()
    if cut == 1:
        assert next(reader).task_id == "√√√√"
    else:
        with pytest.raises(ValueError, match=r"trials\.jsonl, line 2"):
            next(reader)


def test_a_line_cut_inside_a_character(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    whole = replace(some_trial(), env_id="√").to_json().encode()
    path.write_bytes(whole[: whole.index("√".encode()) + 1])
    with pytest.raises(ValueError, match="line 1"):
        next(read_trials(path))
