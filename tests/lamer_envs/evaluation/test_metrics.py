"""The metrics on trials whose values can be worked out by hand."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from doors import Fixed, play
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.evaluation.metrics import (
    Estimate,
    Summary,
    adaptation_gain,
    estimate,
    pass_at_k,
    score_in,
    summarize,
    trajectory_diversity,
)
from lamer_envs.meta.trial import Episode, Trial, TrialSettings, Turn
from lamer_envs.rollout.scripted import RandomPolicy


def turn(action: str, *, state: str = "s", valid: bool = True, reward: float = 0.0) -> Turn:
    return Turn(
        phase="play",
        episode=0,
        turn=0,
        prompt="",
        response=action,
        action=action,
        parse="ok",
        observation="",
        state_key=state,
        reward=reward,
        action_valid=valid,
        action_effective=valid,
    )


def trial(
    first_success: int | None,
    *,
    task: int = 0,
    index: int = 0,
    num_episodes: int = 3,
    actions: Sequence[Sequence[str]] | None = None,
) -> Trial:
    """A trial that succeeds in an episode, or plays them all in vain."""
    played = num_episodes if first_success is None else first_success + 1
    actions = actions or [["a"]] * played
    episodes = tuple(
        Episode(tuple(turn(action) for action in actions[n]), "", n == first_success, True)
        for n in range(played)
    )
    return Trial(
        "Test-v0",
        f"task-{task}",
        task,
        episodes,
        (0.0,) * sum(len(episode.turns) for episode in episodes),
        TrialSettings(num_episodes=num_episodes),
        index,
    )


def test_pass_at_k_counts_the_first_k_episodes() -> None:
    trials = [trial(first, task=n) for n, first in enumerate([0, 1, 1, 2, None])]
    assert [pass_at_k(trials, k).mean for k in (1, 2, 3)] == [0.2, 0.6, 0.8]


def test_the_standard_error_of_single_trials_is_the_binomial_one() -> None:
    trials = [trial(0 if n < 3 else None, task=n) for n in range(10)]
    assert pass_at_k(trials, 1) == Estimate(0.3, pytest.approx(math.sqrt(0.3 * 0.7 / 9)), 10)


def test_trials_of_a_task_are_averaged_first() -> None:
    """Task 0: 1 of 4, task 1: 1 of 1. The mean is over tasks, and so is its error."""
    trials = [trial(0 if n == 0 else None, index=n) for n in range(4)] + [trial(0, task=1)]
    assert pass_at_k(trials, 1) == Estimate(0.625, pytest.approx(0.375), 2)


def test_one_task_has_no_standard_error() -> None:
    assert pass_at_k([trial(0)], 1) == Estimate(1.0, None, 1)


def test_the_gain_has_a_paired_standard_error() -> None:
    """Every task gains one half: pass@1 varies over tasks, the gain does not."""
    trials = [
        *(trial(first, task=0, index=n) for n, first in enumerate([0, 1])),
        *(trial(first, task=1, index=n) for n, first in enumerate([2, None])),
    ]
    assert pass_at_k(trials, 1).se == pytest.approx(0.25)
    assert adaptation_gain(trials, 3) == Estimate(0.5, 0.0, 2)


@pytest.mark.parametrize("k", [0, 4, 1.0])
def test_k_must_be_an_episode_of_the_trial(k: int) -> None:
    with pytest.raises(ValueError, match="k must be an integer in"):
        pass_at_k([trial(None)], k)


def test_no_trials_are_an_error() -> None:
    with pytest.raises(ValueError, match="no trials"):
        summarize([])


def test_diversity_is_the_entropy_of_the_distinct_trajectories() -> None:
    """Frequencies 1/2, 1/4, 1/4: 1.5 bits."""
    first = [["a", "b"], ["a", "b"], ["a"], ["b", "a"]]
    trials = [trial(0, index=n, actions=[each]) for n, each in enumerate(first)]
    assert trajectory_diversity(trials) == Estimate(pytest.approx(1.5 * math.log(2)), None, 1)


def test_diversity_of_equal_trajectories_is_zero_and_of_distinct_ones_log_n() -> None:
    same = [trial(0, index=n, actions=[["a"]]) for n in range(5)]
    assert trajectory_diversity(same) == Estimate(0.0, None, 1)
    distinct = [trial(0, index=n, actions=[[str(n)]]) for n in range(5)]
    assert trajectory_diversity(distinct) == Estimate(pytest.approx(math.log(5)), None, 1)


def test_diversity_tells_states_apart_and_forgives_case_and_spaces() -> None:
    one = trial(0, actions=[["Open 1"]])
    spaced = trial(0, index=1, actions=[["open  1 "]])
    assert trajectory_diversity([one, spaced]) == Estimate(0.0, None, 1)
    (episode,) = one.episodes
    elsewhere = replace(episode, turns=(turn("Open 1", state="t"),))
    moved = replace(one, trial=1, episodes=(elsewhere,))
    assert trajectory_diversity([one, moved]) == Estimate(pytest.approx(math.log(2)), None, 1)


def test_diversity_over_first_or_all_episodes() -> None:
    """One trial a task says nothing of first episodes; its three attempts are a sample."""
    single = [trial(None, task=task, actions=[["a"], ["b"], ["b"]]) for task in range(4)]
    assert trajectory_diversity(single, "first") is None
    expected = math.log(3) - 2 / 3 * math.log(2)
    assert trajectory_diversity(single, "all") == Estimate(pytest.approx(expected), 0.0, 4)


def test_a_summary_of_hand_made_trials() -> None:
    lost = trial(None, task=0, num_episodes=2, actions=[["a", "b"], ["c"]])
    invalid = replace(lost.episodes[0], turns=(turn("a"), turn("", valid=False)))
    remark = replace(turn("note"), phase="reflect")
    lost = replace(
        lost,
        episodes=(
            replace(invalid, reflection=replace(remark, action_valid=False)),
            lost.episodes[1],
        ),
        returns=(0.0, 0.0, 0.0, 0.0),
    )
    won = trial(1, task=1, num_episodes=2, actions=[["a"], ["b", "c", "d"]])
    won = replace(
        won,
        episodes=(replace(won.episodes[0], reflection=remark), won.episodes[1]),
        returns=(4.0, 1.0, 2.0, 3.0, 10.0),
    )
    summary = summarize([lost, won])
    assert (summary.num_tasks, summary.num_trials) == (2, 2)
    assert [each.mean for each in summary.pass_at] == [0.0, 0.5]
    assert summary.adaptation_gain.mean == 0.5
    assert summary.turns_to_success == Estimate(4.0, None, 1)
    assert summary.episodes == Estimate(2.0, 0.0, 2)
    assert summary.invalid_action_rate.mean == pytest.approx((1 / 3 + 0) / 2)
    assert summary.reflection_validity == Estimate(0.5, 0.5, 2)
    assert summary.mean_return == Estimate(2.0, 2.0, 2)


def goes_on(task: int, *rewards: float) -> Trial:
    """A trial that plays all its episodes; a positive reward is a success."""
    episodes = tuple(
        Episode((turn("a"), turn("b", reward=reward)), "", reward > 0, True) for reward in rewards
    )
    settings = TrialSettings(num_episodes=len(rewards), stop_on_success=False)
    returns = (0.0,) * 2 * len(rewards)
    return Trial("Test-v0", f"task-{task}", task, episodes, returns, settings)


def test_trials_that_go_on_after_a_success() -> None:
    """Pass@k and the turns to success end with the first success; scores count every episode."""
    summary = summarize([goes_on(0, 5.0, -10.0, 5.0), goes_on(1, -5.0, 5.0, 10.0)])
    assert [each.mean for each in summary.pass_at] == [0.5, 1.0, 1.0]
    assert summary.adaptation_gain.mean == 0.5
    assert summary.turns_to_success == Estimate(3.0, 1.0, 2)
    assert summary.episodes.mean == 3.0
    assert [(each.mean, each.se) for each in summary.score_in] == [
        (0.0, 5.0),
        (-2.5, 7.5),
        (7.5, 2.5),
    ]
    assert score_in([goes_on(0, 5.0, -10.0)], 2) == Estimate(-10.0, None, 1)
    assert summarize([trial(0)]).score_in == ()


def test_scores_are_told_apart_by_the_kind_of_task() -> None:
    trials = [
        replace(goes_on(task, 0.0, reward), task_type=kind)
        for task, (kind, reward) in enumerate([("rock", 5.0), ("rock", -5.0), ("thief", 10.0)])
    ]
    summary = summarize(trials, bootstrap=True)
    means = {kind: [e.mean for e in each] for kind, each in summary.score_by_type.items()}
    assert means == {"rock": [0.0, 0.0], "thief": [0.0, 10.0]}
    assert summary.by_type.keys() == summary.score_by_type.keys()
    assert Summary.from_json(summary.to_json()) == summary
    assert summarize([replace(trial(0), task_type="rock")]).score_by_type == {}


def test_a_summary_of_schema_2_has_no_scores() -> None:
    summary = summarize([trial(0), trial(None, task=1)], bootstrap=True)
    data = json.loads(summary.to_json())
    del data["score_in"], data["score_by_type"], data["settings"]["stop_on_success"]
    assert Summary.from_json(json.dumps({**data, "schema": 2})) == summary


def test_an_episode_that_was_not_played_has_no_score() -> None:
    with pytest.raises(ValueError, match="was over after 1 episodes; expected stop_on_success"):
        score_in([trial(0)], 2)
    with pytest.raises(ValueError, match="k must be an integer in"):
        score_in([trial(0)], 4)


def test_what_never_happened_has_no_value() -> None:
    summary = summarize([trial(None)])
    assert summary.turns_to_success is None
    assert summary.reflection_validity is None
    assert summary.diversity_first is None


def test_a_summary_survives_json() -> None:
    for trials in ([trial(None)], [goes_on(0, 1.0, 2.0)], play(RandomPolicy(), tasks=5, trials=2)):
        summary = summarize(trials)
        assert Summary.from_json(summary.to_json()) == summary


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 99}', '{"schema": 1}'])
def test_other_text_is_no_summary(text: str) -> None:
    with pytest.raises(ValueError, match="summary"):
        Summary.from_json(text)


def test_trials_of_different_settings_do_not_mix() -> None:
    with pytest.raises(ValueError, match="different kinds"):
        summarize([trial(0), trial(0, task=1, num_episodes=2)])


@given(
    firsts=st.lists(
        st.tuples(st.integers(0, 3), st.one_of(st.none(), st.integers(0, 2))), min_size=1
    ),
    seed=st.integers(0, 1000),
)
def test_order_changes_nothing_and_pass_at_k_never_falls(
    firsts: list[tuple[int, int | None]], seed: int
) -> None:
    trials = [trial(first, task=task, index=n) for n, (task, first) in enumerate(firsts)]
    summary = summarize(trials)
    random.Random(seed).shuffle(trials)
    assert summarize(trials) == summary
    means = [each.mean for each in summary.pass_at]
    assert means == sorted(means)
    assert summary.adaptation_gain.mean == pytest.approx(means[-1] - means[0])


@given(st.lists(st.floats(-10, 10), min_size=2))
def test_an_estimate_is_mean_and_standard_error(values: list[float]) -> None:
    found = estimate(values)
    n = len(values)
    mean = sum(values) / n
    assert found.mean == pytest.approx(mean)
    assert found.se == pytest.approx(
        math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1) / n), abs=1e-9
    )


def test_random_guesses_match_theory() -> None:
    """One guess among four doors, without memory: pass@k = 1 - (3/4)^k, first choices uniform."""
    summary = summarize(play(RandomPolicy(), tasks=60, trials=24, memory="none"))
    for k, found in enumerate(summary.pass_at, start=1):
        assert found.se is not None
        assert abs(found.mean - (1 - 0.75**k)) < 4 * found.se
    assert summary.diversity_first is not None
    assert summary.diversity_first.mean < math.log(4)
    # The entropy of n draws from m equal choices falls short by about (m - 1) / 2n.
    assert summary.diversity_first.mean == pytest.approx(math.log(4) - 3 / 48, abs=0.02)


def test_a_player_that_never_repeats_a_door_gains_exactly() -> None:
    """Episode n opens door n: pass@k is the share of tasks whose prize is among the first k."""
    trials = play(Fixed(lambda request: f"open {request.episode}"), tasks=40)
    prizes = [int(each.task_id.removeprefix("prize-")) for each in trials]
    summary = summarize(trials)
    for k, found in enumerate(summary.pass_at, start=1):
        assert found.mean == sum(prize < k for prize in prizes) / 40
