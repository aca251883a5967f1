from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.meta.returns import trial_returns
from lamer_train.advantages import gae, whiten

NUMBERS = st.floats(-10, 10).map(lambda value: round(value, 3))
UNIT = st.sampled_from([0.0, 0.3, 0.9, 1.0])
CREDITS = st.sampled_from(["paper", "compounded"])


@dataclass
class Played:
    """Rewards and values of a trial: `turns[n]` of episode n, `notes[n]` of its reflection."""

    turns: list[list[tuple[float, float]]]
    notes: list[tuple[float, float] | None]


@st.composite
def played(draw: st.DrawFn) -> Played:
    pair = st.tuples(NUMBERS, NUMBERS)
    episodes = draw(st.integers(1, 3))
    notes: list[tuple[float, float] | None] = [
        draw(st.one_of(st.none(), pair)) for _ in range(episodes - 1)
    ]
    return Played(
        [draw(st.lists(pair, min_size=1, max_size=4)) for _ in range(episodes)], [*notes, None]
    )


def columns(trials: list[Played]) -> dict[str, list[float]]:
    """One row per turn, trials two to a group, in the order of play."""
    rows: list[dict[str, float]] = []
    for index, trial in enumerate(trials):
        own = []
        for n, turns in enumerate(trial.turns):
            own.extend((reward, value, n, False) for reward, value in turns)
            note = trial.notes[n]
            if note is not None:
                own.append((*note, n + 1, True))
        rows.extend(
            {
                "reward": reward,
                "value": value,
                "group": index // 2,
                "trial": index % 2,
                "position": position,
                "episode": episode,
                "reflects": reflects,
            }
            for position, (reward, value, episode, reflects) in enumerate(own)
        )
    return {name: [row[name] for row in rows] for name in rows[0]}


def naive_compounded(trial: Played, step: float, traj: float, lam: float) -> list[float]:
    """Advantages as the plain sum of temporal differences, discount by discount."""
    sequence: list[tuple[float, float, float]] = []
    for n, turns in enumerate(trial.turns):
        for t, (reward, value) in enumerate(turns):
            sequence.append((reward, value, traj if t + 1 == len(turns) else step))
        note = trial.notes[n]
        if note is not None:
            sequence.append((*note, 1.0))
    values = [value for _, value, _ in sequence] + [0.0]
    found = []
    for k in range(len(sequence)):
        total, weight = 0.0, 1.0
        for i in range(k, len(sequence)):
            reward, value, discount = sequence[i]
            total += weight * (reward + discount * values[i + 1] - value)
            weight *= discount * lam
        found.append(total)
    return found


def naive_paper(trial: Played, step: float, traj: float, lam: float) -> list[float]:
    """Advantages by episode, last one first; inside it forward sums around the later episodes."""
    found: list[list[float]] = []
    following = 0.0
    for n in reversed(range(len(trial.turns))):
        turns = trial.turns[n]
        own: list[float] = []
        note = trial.notes[n]
        if note is not None:
            target = note[0] + following
            own.append(target - note[1])
            following = (1 - lam) * note[1] + lam * target
        later = traj * following
        targets = []
        for t in range(len(turns)):
            total = later
            for i in range(t, len(turns)):
                weight = (step * lam) ** (i - t)
                total += weight * turns[i][0]
                if i + 1 < len(turns):
                    total += weight * step * (1 - lam) * (turns[i + 1][1] - later)
            targets.append(total)
        found.append(
            [target - value for target, (_, value) in zip(targets, turns, strict=True)] + own
        )
        following = (1 - lam) * turns[0][1] + lam * targets[0]
    return [value for own in reversed(found) for value in own]


@given(st.lists(played(), min_size=1, max_size=4), UNIT, UNIT, UNIT, CREDITS)
def test_gae_is_its_definition(
    trials: list[Played], step: float, traj: float, lam: float, credit: str
) -> None:
    rows = columns(trials)
    found, targets = gae(**rows, gamma_step=step, gamma_traj=traj, lam=lam, credit=credit)
    naive = naive_paper if credit == "paper" else naive_compounded
    expected = [value for trial in trials for value in naive(trial, step, traj, lam)]
    np.testing.assert_allclose(found, expected, atol=1e-9)
    np.testing.assert_allclose(targets, np.add(found, rows["value"]), atol=1e-9)


@given(played(), UNIT, UNIT, CREDITS)
def test_with_lambda_one_the_targets_are_the_returns(
    trial: Played, step: float, traj: float, credit: str
) -> None:
    trial.notes = [None if note is None else (0.0, note[1]) for note in trial.notes]
    _, targets = gae(**columns([trial]), gamma_step=step, gamma_traj=traj, lam=1.0, credit=credit)
    rewards = [[reward for reward, _ in turns] for turns in trial.turns]
    reflected = [note is not None for note in trial.notes]
    expected = trial_returns(rewards, reflected, step, traj, credit)
    np.testing.assert_allclose(targets, expected, atol=1e-9)


@given(played(), UNIT, UNIT)
def test_with_lambda_zero_the_advantage_is_the_temporal_difference(
    trial: Played, step: float, traj: float
) -> None:
    rows = columns([trial])
    found, _ = gae(**rows, gamma_step=step, gamma_traj=traj, lam=0.0, credit="compounded")
    episodes, notes, values = rows["episode"], rows["reflects"], rows["value"]
    for k, (reward, value) in enumerate(zip(rows["reward"], values, strict=True)):
        expected = reward - value
        if k + 1 < len(values):
            discount = traj if episodes[k] != episodes[k + 1] else 1.0 if notes[k] else step
            expected += discount * values[k + 1]
        assert found[k] == pytest.approx(expected, abs=1e-9)


@given(played(), UNIT, UNIT, CREDITS)
def test_right_values_leave_no_advantage(
    trial: Played, traj: float, lam: float, credit: str
) -> None:
    rows = columns([trial])
    settings: dict[str, Any] = {"gamma_step": 0.9, "gamma_traj": traj, "credit": credit}
    _, rows["value"] = gae(**rows, lam=1.0, **settings)
    found, _ = gae(**rows, lam=lam, **settings)
    np.testing.assert_allclose(found, 0, atol=1e-9)


@given(st.lists(played(), min_size=2, max_size=4), st.randoms(use_true_random=False), CREDITS)
def test_order_of_rows_does_not_matter(trials: list[Played], random: Any, credit: str) -> None:
    rows = columns(trials)
    order = [*range(len(rows["value"]))]
    random.shuffle(order)
    settings: dict[str, Any] = {"gamma_step": 0.9, "gamma_traj": 0.6, "lam": 0.8, "credit": credit}
    shuffled = {name: [values[index] for index in order] for name, values in rows.items()}
    found, targets = gae(**shuffled, **settings)
    expected, expected_targets = gae(**rows, **settings)
    np.testing.assert_allclose(found, expected[order], atol=1e-12)
    np.testing.assert_allclose(targets, expected_targets[order], atol=1e-12)


@given(st.integers(1, 4), NUMBERS, NUMBERS, UNIT, CREDITS)
def test_equal_trials_of_one_turn_teach_nothing_once_whitened(
    count: int, reward: float, value: float, lam: float, credit: str
) -> None:
    trials = [Played([[(reward, value)]], [None]) for _ in range(count)]
    found, _ = gae(**columns(trials), gamma_step=0.9, gamma_traj=0.6, lam=lam, credit=credit)
    np.testing.assert_allclose(whiten(found), 0, atol=1e-6)


def test_a_trial_worked_by_hand() -> None:
    # One turn, a reflection, and an episode of two turns that ends with a reward of 1.
    trial = Played([[(0.0, 0.1)], [(0.0, 0.3), (1.0, 0.5)]], [(0.0, 0.2), None])
    found, targets = gae(**columns([trial]), gamma_step=0.5, gamma_traj=0.6, lam=0.5)
    # Last turn 1; before it 0.5 · (0.5 · 0.5 + 0.5 · 1) = 0.375; the reflection mixes 0.3 and that.
    reflection = 0.5 * 0.3 + 0.5 * 0.375
    first = 0.6 * (0.5 * 0.2 + 0.5 * reflection)
    np.testing.assert_allclose(targets, [first, reflection, 0.375, 1.0])
    np.testing.assert_allclose(found, targets - [0.1, 0.2, 0.3, 0.5])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lam": 1.5}, "lam must be in"),
        ({"gamma_traj": -0.1}, "gamma_traj must be"),
        ({"credit": "none"}, "credit must be one of"),
        ({"value": [1.0, 2.0]}, "one value per row"),
    ],
)
def test_bad_arguments_say_what_was_expected(changes: dict[str, Any], message: str) -> None:
    rows = columns([Played([[(1.0, 0.0)]], [None])])
    settings = {"gamma_step": 0.9, "gamma_traj": 0.6, "lam": 0.9, "credit": "paper"}
    with pytest.raises(ValueError, match=message):
        gae(**{**rows, **settings, **changes})
