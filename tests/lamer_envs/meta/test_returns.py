import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamer_envs.meta import (
    cross_episode_returns,
    episode_returns,
    final_episode_rewards,
    trial_objective,
    trial_returns,
)

REWARDS = st.floats(-10, 10, allow_nan=False)
TRIALS = st.lists(st.lists(REWARDS, min_size=1, max_size=7), min_size=1, max_size=5)
GAMMAS = st.floats(0, 1)


def test_within_an_episode_by_hand() -> None:
    assert episode_returns([1.0, 0.0, 4.0], 0.5) == [2.0, 2.0, 4.0]


def test_paper_credit_by_hand() -> None:
    # g^(0) = 0, 0; g^(1) = 1; g^(2) = 0.5 * 8, 8.
    across = cross_episode_returns([[0.0, 0.0], [1.0], [0.0, 8.0]], 0.5, 0.25)
    assert across == [[0.25 * 1 + 0.0625 * 4] * 2, [1 + 0.25 * 4], [4.0, 8.0]]


def test_compounded_credit_by_hand() -> None:
    across = cross_episode_returns([[0.0, 0.0], [1.0], [0.0, 8.0]], 0.5, 0.25, "compounded")
    # Start of episode 1: 1 + 0.25 * 4 = 2; end of episode 0: 0.25 * 2; its start: half of that.
    assert across == [[0.25, 0.5], [2.0], [4.0, 8.0]]


def test_the_default_trial_of_the_paper() -> None:
    failed, won = [0.0] * 7, [0.0, 0.0, 10.0]
    returns = trial_returns([failed, failed, won], [True, True, False])
    start = 10 * 0.95**2
    expected = [0.36 * start] * 7 + [0.6 * start] + [0.6 * start] * 7 + [start]
    assert returns == pytest.approx([*expected, start, 9.5, 10.0])


def test_a_reflection_has_the_undiscounted_return_of_the_next_start() -> None:
    for credit in ("paper", "compounded"):
        returns = trial_returns([[2.0], [4.0, 4.0]], [True, False], 0.5, 0.5, credit)
        assert returns == [2 + 0.5 * 6, 6.0, 6.0, 4.0]


def test_a_reflection_that_nothing_follows_has_none() -> None:
    assert trial_returns([[2.0]], [True]) == [2.0, 0.0]


def test_final_episode_rewards_by_hand() -> None:
    assert final_episode_rewards([[1.0, 2.0], [5.0], [0.0, 4.0]]) == [
        [0.0, 3.0],
        [2.0],
        [0.0, -1.0],
    ]


def test_final_episode_returns_by_hand() -> None:
    across = cross_episode_returns([[0.0, 0.0], [10.0]], 0.5, 1.0, objective="final_episode")
    assert across == [[10.0, 10.0], [10.0]]


@given(TRIALS, GAMMAS, GAMMAS)
def test_paper_credit_is_equation_4(rewards: list[list[float]], step: float, traj: float) -> None:
    def g(n: int, t: int) -> float:
        return sum(step ** (k - t) * rewards[n][k] for k in range(t, len(rewards[n])))

    def big_g(n: int, t: int) -> float:
        return g(n, t) + sum(traj ** (m - n) * g(m, 0) for m in range(n + 1, len(rewards)))

    across = cross_episode_returns(rewards, step, traj)
    for n, episode in enumerate(rewards):
        assert across[n] == pytest.approx([big_g(n, t) for t in range(len(episode))], abs=1e-9)


@given(TRIALS, GAMMAS, GAMMAS)
def test_objective_is_equation_5(rewards: list[list[float]], step: float, traj: float) -> None:
    expected = sum(
        traj**n * sum(step**t * reward for t, reward in enumerate(episode))
        for n, episode in enumerate(rewards)
    )
    assert trial_objective(rewards, step, traj) == pytest.approx(expected, abs=1e-9)


@given(TRIALS, GAMMAS, GAMMAS)
def test_compounded_credit_is_the_recursion(
    rewards: list[list[float]], step: float, traj: float
) -> None:
    flat: list[float] = []
    following = 0.0
    for episode in reversed(rewards):
        for t in reversed(range(len(episode))):
            gamma = traj if t == len(episode) - 1 else step
            following = episode[t] + gamma * following
            flat.insert(0, following)
    across = cross_episode_returns(rewards, step, traj, "compounded")
    assert [value for episode in across for value in episode] == pytest.approx(flat, abs=1e-9)


@given(TRIALS)
def test_final_episode_telescopes(rewards: list[list[float]]) -> None:
    changed = final_episode_rewards(rewards)
    assert [len(episode) for episode in changed] == [len(episode) for episode in rewards]
    assert sum(map(sum, changed)) == pytest.approx(sum(rewards[-1]), abs=1e-9)
    start = trial_objective(rewards, 1.0, 1.0, "final_episode")
    assert start == pytest.approx(sum(rewards[-1]), abs=1e-9)


@given(TRIALS, GAMMAS)
def test_without_discount_inside_both_credits_agree(
    rewards: list[list[float]], traj: float
) -> None:
    paper = cross_episode_returns(rewards, 1.0, traj, "paper")
    compounded = cross_episode_returns(rewards, 1.0, traj, "compounded")
    for one, other in zip(paper, compounded, strict=True):
        assert one == pytest.approx(other, abs=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"gamma_step": 1.1}, r"gamma_step must be a number in \[0, 1\]"),
        ({"gamma_traj": -0.1}, r"gamma_traj must be a number in \[0, 1\]"),
        ({"gamma_traj": float("nan")}, "gamma_traj"),
        ({"gamma_step": True}, "gamma_step"),
        ({"credit": "none"}, "'paper', 'compounded'"),
        ({"objective": "last"}, "'cumulative', 'final_episode'"),
    ],
)
def test_arguments_out_of_range(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cross_episode_returns([[1.0]], **arguments)  # type: ignore[arg-type]


def test_odd_shapes() -> None:
    assert trial_objective([]) == 0.0
    with pytest.raises(ValueError, match="at least one reward"):
        cross_episode_returns([[1.0], []])
    with pytest.raises(ValueError, match="one reflection flag per episode"):
        trial_returns([[1.0]], [])
