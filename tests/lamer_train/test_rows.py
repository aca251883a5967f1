from __future__ import annotations

from dataclasses import replace

import pytest

from lamer_envs.meta.returns import trial_returns
from lamer_envs.meta.trial import Episode, Trial, TrialSettings, Turn
from lamer_train.advantages import gae
from lamer_train.rows import REFLECTION_ANCHOR, rows_of, trial_rows

INVALID = 0.5


def turn(phase: str, episode: int, index: int, *, reward: float = 0.0, valid: bool = True) -> Turn:
    return Turn(
        phase=phase,  # type: ignore[arg-type]
        episode=episode,
        turn=index,
        prompt="p",
        response="r",
        action="a",
        parse="ok",
        observation="o",
        state_key=f"state {index}",
        reward=reward,
        action_valid=valid,
        action_effective=valid,
        prompt_ids=(1, 2, episode + 3),
        completion_ids=(7, index),
        logprobs=(-0.5, -0.25),
    )


def make_trial(
    rewards: list[list[float]],
    invalid: frozenset[tuple[str, int, int]] = frozenset(),
    **settings: object,
) -> Trial:
    """A trial with reflections; `invalid` names turns as (phase, episode, turn)."""
    configured = TrialSettings(**{"gamma_step": 0.5, "gamma_traj": 0.25, **settings})  # type: ignore[arg-type]
    episodes = []
    for n, own in enumerate(rewards):
        last = n + 1 == len(rewards)
        episodes.append(
            Episode(
                turns=tuple(
                    turn("play", n, t, reward=reward, valid=("play", n, t) not in invalid)
                    for t, reward in enumerate(own)
                ),
                final_observation="",
                success=last,
                terminated=True,
                reflection=None
                if last
                else turn("reflect", n, len(own), valid=("reflect", n, len(own)) not in invalid),
            )
        )
    reflected = [episode.reflection is not None for episode in episodes]
    returns = trial_returns(
        rewards,
        reflected,
        configured.gamma_step,
        configured.gamma_traj,
        configured.credit,
        configured.objective,
    )
    return Trial("env", "task", 3, tuple(episodes), tuple(returns), configured, trial=2)


@pytest.mark.parametrize("credit", ["paper", "compounded"])
@pytest.mark.parametrize("objective", ["cumulative", "final_episode"])
def test_without_penalty_rows_carry_the_returns_of_the_trial(credit: str, objective: str) -> None:
    trial = make_trial(
        [[0.0, 1.0], [2.0], [0.0, 0.0, 10.0]],
        frozenset({("play", 0, 1), ("reflect", 0, 2)}),
        credit=credit,
        objective=objective,
    )
    rows = trial_rows(trial, group=4, invalid_penalty=0.0)
    assert [row.ret for row in rows] == pytest.approx(trial.returns)
    assert {row.trial_return for row in rows} == {trial.returns[0]}


def test_a_row_holds_what_the_turn_was() -> None:
    rows = trial_rows(make_trial([[0.0, 0.0], [8.0]]), group=4)
    assert [(row.phase, row.episode, row.credited_episode) for row in rows] == [
        ("play", 0, 0),
        ("play", 0, 0),
        ("reflect", 0, 1),
        ("play", 1, 1),
    ]
    assert [row.anchor for row in rows] == ["state 0", "state 1", REFLECTION_ANCHOR, "state 0"]
    assert [row.ret for row in rows] == [2.0, 2.0, 8.0, 8.0]
    assert [row.episode_return for row in rows] == [2.0, 2.0, 8.0, 8.0]
    assert [row.episode_reward for row in rows] == [0.0, 0.0, 8.0, 8.0]
    assert {(row.group, row.trial, row.valid) for row in rows} == {(4, 2, True)}
    assert rows[3].prompt_ids == (1, 2, 4)
    assert rows[1].completion_ids == (7, 1)
    assert rows[1].logprobs == (-0.5, -0.25)


def test_an_invalid_turn_costs_itself_and_what_led_to_it() -> None:
    trial = make_trial([[0.0, 0.0, 0.0], [8.0]], frozenset({("play", 0, 1)}))
    rows = trial_rows(trial, group=0, invalid_penalty=INVALID)
    # γ_step = 1/2 and γ_traj = 1/4: 2.0 comes from the next episode.
    assert [row.ret for row in rows] == [2.0 - 0.25, 2.0 - 0.5, 2.0, 8.0, 8.0]
    assert {row.trial_return for row in rows} == {1.75}
    assert [row.episode_reward for row in rows] == [-0.5, -0.5, -0.5, 8.0, 8.0]


def test_an_invalid_reflection_costs_itself_and_what_came_before_but_not_what_follows() -> None:
    trial = make_trial([[0.0, 0.0], [8.0]], frozenset({("reflect", 0, 2)}))
    rows = trial_rows(trial, group=0, invalid_penalty=INVALID)
    assert [row.ret for row in rows] == [2.0 - 0.125, 2.0 - 0.125, 7.5, 8.0]
    assert [row.episode_reward for row in rows] == [0.0, 0.0, 7.5, 8.0]
    assert [row.episode_return for row in rows] == [1.875, 1.875, 7.5, 7.5]


def test_penalties_are_not_telescoped_away_by_the_final_episode_objective() -> None:
    rewards = [[0.0], [8.0]]
    settings = {"objective": "final_episode", "gamma_step": 1.0, "gamma_traj": 1.0}
    fine = trial_rows(make_trial(rewards, **settings), group=0)
    poor = trial_rows(make_trial(rewards, frozenset({("play", 0, 0)}), **settings), group=0)
    assert fine[0].trial_return == 8.0
    assert poor[0].trial_return == 7.5


def test_every_token_costs_itself_and_what_led_to_it() -> None:
    trial = make_trial([[0.0, 0.0], [8.0]], frozenset({("play", 0, 1)}))
    long = replace(trial.episodes[0].turns[0], completion_ids=(7, 0, 1, 2))
    first = replace(trial.episodes[0], turns=(long, trial.episodes[0].turns[1]))
    rows = trial_rows(
        replace(trial, episodes=(first, trial.episodes[1])),
        group=0,
        invalid_penalty=INVALID,
        token_penalty=0.25,
    )
    # Two tokens a turn cost 0.5, four 1.0; the reflection's 0.5 comes before the next episode.
    assert [row.reward for row in rows] == [-1.0, -1.0, -0.5, 7.5]
    starts = 0.25 * (7.5 - 0.5)
    assert [row.ret for row in rows] == [-1.0 - 0.5 + starts, -1.0 + starts, 7.0, 7.5]
    assert [row.episode_reward for row in rows] == [-2.0, -2.0, 7.0, 7.5]


def test_rows_of_many_trials_keep_their_groups() -> None:
    trials = [make_trial([[8.0]]), make_trial([[0.0], [8.0]])]
    assert [row.group for row in rows_of(trials, [5, 6])] == [5, 6, 6, 6]


def test_turns_without_tokens_and_negative_penalties_are_refused() -> None:
    trial = make_trial([[8.0]])
    episode = trial.episodes[0]
    bare = replace(episode, turns=(replace(episode.turns[0], completion_ids=None),))
    with pytest.raises(ValueError, match="no token ids"):
        trial_rows(replace(trial, episodes=(bare,)), group=0)
    with pytest.raises(ValueError, match="token_penalty must be at least 0"):
        trial_rows(trial, group=0, token_penalty=-1.0)
    with pytest.raises(ValueError, match="at least 0"):
        trial_rows(trial, group=0, invalid_penalty=-1)


@pytest.mark.parametrize("credit", ["paper", "compounded"])
@pytest.mark.parametrize("objective", ["cumulative", "final_episode"])
def test_the_rewards_of_the_rows_add_up_to_their_returns(credit: str, objective: str) -> None:
    trial = make_trial(
        [[0.0, 1.0], [2.0, 0.0], [0.0, 0.0, 10.0]],
        frozenset({("play", 0, 1), ("reflect", 0, 2), ("play", 2, 0)}),
        credit=credit,
        objective=objective,
    )
    rows = trial_rows(trial, group=0, invalid_penalty=INVALID)
    _, targets = gae(
        [row.reward for row in rows],
        [0.0] * len(rows),
        [row.group for row in rows],
        [row.trial for row in rows],
        range(len(rows)),
        [row.credited_episode for row in rows],
        [row.phase == "reflect" for row in rows],
        gamma_step=0.5,
        gamma_traj=0.25,
        lam=1.0,
        credit=credit,
    )
    assert [row.ret for row in rows] == pytest.approx(targets.tolist())
    assert rows[2].reward == -INVALID
