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
    prompt_tokens=st.none() | st.integers(0, 1 << 20),
    completion_tokens=st.none() | st.integers(0, 1 << 20),
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
    task_type=TEXT,
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


@pytest.mark.parametrize("name", ["trials.jsonl", "trials.jsonl.gz"])
@given(trials=st.lists(TRIAL, max_size=3))
def test_files_give_the_trials_back(
    tmp_path_factory: pytest.TempPathFactory, name: str, trials: list[Trial]
) -> None:
    path = tmp_path_factory.mktemp("trials") / name
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
        (_changed(schema=99), "schema 99; this version of lamer reads 1 to 3"),
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


def _of_schema_2(line: str) -> str:
    """The same trial as the second version wrote it."""
    data = json.loads(line)
    del data["settings"]["stop_on_success"]
    return json.dumps({**data, "schema": 2})


def test_a_trial_of_schema_2_ended_with_a_success() -> None:
    assert Trial.from_json(_of_schema_2(some_trial().to_json())).settings.stop_on_success


def _of_schema_1(line: str) -> str:
    """The same trial as the first version wrote it."""
    data = json.loads(_of_schema_2(line))
    del data["task_type"]
    for episode in data["episodes"]:
        for each in (*episode["turns"], *filter(None, [episode["reflection"]])):
            del each["prompt_tokens"], each["completion_tokens"]
    return json.dumps({**data, "schema": 1})


def test_a_trial_of_schema_1_is_read() -> None:
    assert Trial.from_json(_of_schema_1(some_trial().to_json())) == some_trial()


def test_tokens_of_a_trial_of_schema_1_are_counted() -> None:
    trial = some_trial()
    known = replace(trial.turns[0], prompt_ids=(1, 2, 3), completion_ids=(), logprobs=())
    first = replace(trial.episodes[0], turns=(known, *trial.episodes[0].turns[1:]))
    old = _of_schema_1(replace(trial, episodes=(first, *trial.episodes[1:])).to_json())
    counts = [(t.prompt_tokens, t.completion_tokens) for t in Trial.from_json(old).turns]
    assert counts == [(3, 0), (None, None), (None, None), (None, None)]


@pytest.mark.parametrize("change", [{"episodes": 7}, {"episodes": [7]}, {"episodes": [{}]}])
def test_what_is_no_trial_of_schema_1(change: dict[str, object]) -> None:
    data = {**json.loads(_of_schema_1(some_trial().to_json())), **change}
    with pytest.raises(ValueError, match="not a trial record"):
        Trial.from_json(json.dumps(data))


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_a_line_cut_off_is_left_out_with_a_warning(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "trials.jsonl"
    last = replace(some_trial(), task_id="√√√√")
    write_trials(path, [some_trial(), last])
    path.write_bytes(path.read_bytes()[:-cut])
    if cut == 1:
        assert list(read_trials(path)) == [some_trial(), last]
    else:
        with pytest.warns(UserWarning, match=r"trials\.jsonl was cut off .* line 2 is left out"):
            assert list(read_trials(path)) == [some_trial()]


def test_a_line_cut_inside_a_character_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    whole = replace(some_trial(), env_id="√").to_json().encode()
    path.write_bytes(whole[: whole.index("√".encode()) + 1])
    with pytest.warns(UserWarning, match="line 1 is left out"):
        assert list(read_trials(path)) == []


def test_a_damaged_line_before_others_is_named(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    line = some_trial().to_json().encode()
    path.write_bytes(line + b"\n" + line[:-30] + b"\n" + line + b"\n")
    reader = read_trials(path)
    assert next(reader) == some_trial()
    with pytest.raises(ValueError, match=r"trials\.jsonl, line 2: not a trial record"):
        next(reader)
