import re
import time
from dataclasses import replace
from typing import Any

import doors  # noqa: F401 - registers its id
import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv
from gymnasium.wrappers import RecordEpisodeStatistics, TimeLimit

import lamer_envs
from lamer_envs.meta import (
    REFLECTION_STATE,
    MultiEpisodeReflectionWrapper,
    Trial,
    TrialSettings,
    prompt_set_for,
    trial_returns,
)
from lamer_envs.minesweeper.env import MineSweeperEnv

assert lamer_envs  # its import registers the ids

KEYS = {
    *("phase", "episode", "turn", "parse", "success", "action_valid", "action_effective"),
    *("state_key", "task_id", "task_seed", "admissible_actions"),
}
SEED = 3
REFLECT = "I hit a mine. <remark>stay away from that corner</remark>"


def wrapped(**settings: Any) -> MultiEpisodeReflectionWrapper:
    return MultiEpisodeReflectionWrapper(gym.make("LaMer/MineSweeper-v0"), **settings)


def answers(wrapper: MultiEpisodeReflectionWrapper, *, win: bool = False) -> str:
    """An action that hits a mine, or one that opens a safe cell."""
    env = wrapper.unwrapped
    assert isinstance(env, MineSweeperEnv)
    mines, cols = env.task.mines, env.cols
    for name in env._admissible_actions():
        row, col = map(int, re.findall(r"\d+", name))
        if bool(mines >> ((row - 1) * cols + col - 1) & 1) != win:
            return f"<action>{name}</action>"
    raise AssertionError("no such cell")


def lose(wrapper: MultiEpisodeReflectionWrapper) -> tuple[str, float, bool, bool, dict[str, Any]]:
    return wrapper.step(answers(wrapper))


def win(wrapper: MultiEpisodeReflectionWrapper) -> tuple[str, float, bool, bool, dict[str, Any]]:
    while True:
        outcome = wrapper.step(answers(wrapper, win=True))
        if outcome[2] or outcome[4]["phase"] == "reflect":
            return outcome


def test_a_whole_trial_with_reflections() -> None:
    wrapper = wrapped()
    prompt, info = wrapper.reset(seed=SEED, options={"trial": 4})
    assert info.keys() >= KEYS
    assert (info["phase"], info["episode"], info["turn"]) == ("play", 0, 0)
    assert info["task_seed"] == wrapper.task_seed == SEED

    assert wrapper.step("no tag at all")[4]["turn"] == 1
    reflect_prompt, reward, terminated, truncated, info = lose(wrapper)
    assert (reward, terminated, truncated) == (0.0, False, False)
    assert info.keys() >= KEYS
    assert (info["phase"], info["episode"], info["turn"]) == ("reflect", 0, 2)
    assert "<remark>" in reflect_prompt
    assert "*" in reflect_prompt

    second_prompt, reward, terminated, _, info = wrapper.step(REFLECT)
    assert (reward, terminated) == (0.0, False)
    assert (info["phase"], info["episode"], info["turn"]) == ("play", 1, 0)
    assert (info["parse"], info["action_valid"]) == ("ok", True)
    assert "stay away from that corner" in second_prompt
    assert "I hit a mine" not in second_prompt

    final, reward, terminated, truncated, info = win(wrapper)
    assert (reward, terminated, truncated) == (10.0, True, False)
    assert info["success"]
    assert info["episode"] == 1
    trial: Trial = info["trial"]
    assert final == trial.episodes[-1].final_observation
    assert trial.first_success == 1
    assert trial.trial == 4
    assert trial.task_seed == SEED
    assert trial.settings == TrialSettings(prompts="default")
    assert trial.turns[0].prompt == prompt
    assert trial.turns[2].prompt == reflect_prompt
    assert trial.turns[2].response == REFLECT
    assert trial.turns[3].prompt == second_prompt
    assert trial.turns[2].state_key == REFLECTION_STATE
    assert trial.turns[0].state_key == trial.turns[3].state_key
    assert [t.phase for t in trial.turns[:4]] == ["play", "play", "reflect", "play"]
    assert [(t.episode, t.turn) for t in trial.turns[:4]] == [(0, 0), (0, 1), (0, 2), (1, 0)]
    assert (trial.turns[0].parse, trial.turns[0].action_valid) == ("no_tag", False)

    wins = len(trial.episodes[1].turns)
    start = 10 * 0.95 ** (wins - 1)
    assert info["returns"] == pytest.approx(
        [0.6 * start, 0.6 * start, start, *(10 * 0.95**k for k in reversed(range(wins)))]
    )
    assert trial.returns == tuple(info["returns"])
    with pytest.raises(gym.error.ResetNeeded, match="trial is over"):
        wrapper.step("more")


def test_a_trial_may_go_on_after_a_success() -> None:
    wrapper = wrapped(stop_on_success=False)
    assert not wrapper.settings.stop_on_success
    wrapper.reset(seed=SEED)
    won, reward, terminated, _, info = win(wrapper)
    assert (reward, terminated, info["phase"]) == (10.0, False, "reflect")
    assert info["success"]
    assert "the task is solved. The last observation was:" in won
    assert "not cleared" not in won
    assert "what was it that worked" in won
    second, *_, info = wrapper.step("<remark>the corner first</remark>")
    assert (info["phase"], info["episode"]) == ("play", 1)
    assert not info["success"]
    assert "and solved it at least once" in second
    lost, _, terminated, _, info = lose(wrapper)
    assert (terminated, info["phase"], info["success"]) == (False, "reflect", False)
    assert "the board is not cleared" in lost
    wrapper.step(REFLECT)
    _, reward, terminated, _, info = win(wrapper)
    assert (reward, terminated, info["success"]) == (10.0, True, True)
    trial: Trial = info["trial"]
    assert [episode.success for episode in trial.episodes] == [True, False, True]
    assert [episode.reflection is None for episode in trial.episodes] == [False, False, True]
    assert trial.first_success == 0
    assert Trial.from_json(trial.to_json()) == trial
    rewards = [[turn.reward for turn in episode.turns] for episode in trial.episodes]
    assert info["returns"] == trial_returns(rewards, [True, True, False])
    assert [sum(episode) for episode in rewards] == [10.0, 0.0, 10.0]


def test_a_success_in_the_last_episode_only_ends_the_same_trial() -> None:
    trials = []
    for stop in (True, False):
        wrapper = wrapped(num_episodes=2, stop_on_success=stop)
        wrapper.reset(seed=SEED)
        lose(wrapper)
        wrapper.step(REFLECT)
        trials.append(win(wrapper)[4]["trial"])
    assert trials[0].settings == replace(trials[1].settings, stop_on_success=True)
    assert trials[0].episodes == trials[1].episodes
    assert trials[0].returns == trials[1].returns


@pytest.mark.parametrize("memory", ["history", "both"])
def test_the_memory_says_which_attempt_succeeded(memory: str) -> None:
    wrapper = wrapped(stop_on_success=False, memory=memory)
    wrapper.reset(seed=SEED)
    prompt, *_, info = win_and_go_on(wrapper)
    assert "It ended with success. Its last observation:" in prompt
    assert wrapper.shorter_prompt(0) == prompt
    lose(wrapper)
    if info["phase"] == "reflect":
        prompt, *_ = wrapper.step(REFLECT)
    shorter = wrapper.shorter_prompt(1)
    assert shorter is not None
    assert "and solved it at least once" in shorter


def win_and_go_on(wrapper: MultiEpisodeReflectionWrapper) -> Any:
    """Win the episode, and start the next one."""
    while not wrapper.episodes_so_far:
        outcome = wrapper.step(answers(wrapper, win=True))
    return wrapper.step(REFLECT) if outcome[4]["phase"] == "reflect" else outcome


def test_the_environment_decides_where_nothing_is_said() -> None:
    assert wrapped().settings.stop_on_success
    for given, expected in ((None, False), (True, True)):
        wrapper = MultiEpisodeReflectionWrapper(
            gym.make("LaMer/KuhnPoker-v0", opponent="conservative", seat="second"),
            memory="none",
            stop_on_success=given,
        )
        wrapper.reset(seed=SEED)
        over, episodes = False, 0
        while not over:
            _, reward, over, _, _ = wrapper.step("<action>bet</action>")
            assert reward == 5.0
            episodes += 1
        assert episodes == (1 if expected else 3)


def test_where_an_opponent_begins_episodes_may_begin_in_other_ways() -> None:
    wrapper = MultiEpisodeReflectionWrapper(
        gym.make("LaMer/TicTacToe-v0", opponent="random", seat="second"),
        memory="none",
        num_episodes=12,
        prompts=prompt_set_for(gym.make("Doors-v0")),
    )
    prompt, _ = wrapper.reset(seed=SEED)
    shown = [prompt]
    over = False
    while not over:
        prompt, _, over, _, info = wrapper.step("no tag")
        if info["turn"] == 0 and not over:
            shown.append(prompt)
            # The first observation of the prompt is that of this episode.
            assert prompt.count(wrapper.unwrapped._observation) == 2  # type: ignore[attr-defined]
            assert wrapper.shorter_prompt(0) == prompt
    assert len(shown) == 12
    assert len(set(shown)) > 3


def test_the_restart_is_the_same_task() -> None:
    wrapper = wrapped(memory="none")
    prompt, info = wrapper.reset(seed=SEED)
    mines = wrapper.unwrapped.task.mines  # type: ignore[attr-defined]
    again, _, _, _, later = lose(wrapper)
    assert again == prompt
    assert later["state_key"] == info["state_key"]
    assert later["task_id"] == info["task_id"]
    assert wrapper.unwrapped.task.mines == mines  # type: ignore[attr-defined]


@pytest.mark.parametrize("memory", ["none", "history"])
def test_without_remarks_to_remember_no_reflection_is_asked(memory: str) -> None:
    wrapper = wrapped(memory=memory)
    assert not wrapper.settings.reflection
    wrapper.reset(seed=SEED)
    phases = []
    terminated = False
    while not terminated:
        _, _, terminated, _, info = lose(wrapper)
        phases.append((info["phase"], info["episode"]))
    assert phases == [("play", 1), ("play", 2), ("play", 2)]
    assert [e.reflection for e in info["trial"].episodes] == [None] * 3


def test_an_outcome_survives_an_immediate_restart() -> None:
    wrapper = wrapped(memory="none")
    wrapper.reset(seed=SEED)
    info = lose(wrapper)[4]
    assert (info["parse"], info["action_valid"], info["action_effective"]) == ("ok", True, True)
    assert info["turn"] == 0


def test_no_reflection_after_the_last_episode() -> None:
    wrapper = wrapped(num_episodes=1)
    wrapper.reset(seed=SEED)
    _, _, terminated, _, info = lose(wrapper)
    assert terminated
    assert info["phase"] == "play"
    assert info["returns"] == [0.0]


@pytest.mark.parametrize(
    ("memory", "seen", "unseen"),
    [
        ("reflection", {"note": "by the wall", "number": "attempt 1"}, {"turn": "Turn 1:"}),
        ("history", {"turn": "Turn 1:", "mine": "*"}, {"note": "by the wall"}),
        ("both", {"note": "by the wall", "turn": "Turn 1:"}, {}),
        ("none", {}, {"note": "by the wall", "turn": "Turn 1:", "again": "attempt 1"}),
    ],
)
def test_what_each_memory_shows(memory: str, seen: dict[str, str], unseen: dict[str, str]) -> None:
    wrapper = wrapped(memory=memory)
    first, _ = wrapper.reset(seed=SEED)
    prompt, *_, info = lose(wrapper)
    if info["phase"] == "reflect":
        prompt, *_ = wrapper.step("<remark>the mine is by the wall {0} {rows}</remark>")
    added = "\n".join(line for line in prompt.split("\n") if line not in first.split("\n"))
    assert {k: v in added for k, v in seen.items()} == dict.fromkeys(seen, True)
    assert {k: v in added for k, v in unseen.items()} == dict.fromkeys(unseen, False)


def test_a_reflection_without_a_remark() -> None:
    wrapper = wrapped()
    wrapper.reset(seed=SEED)
    lose(wrapper)
    prompt, _, _, _, info = wrapper.step("I have nothing to say")
    assert (info["phase"], info["parse"], info["action_valid"]) == ("play", "no_tag", False)
    assert "nothing to say" not in prompt
    assert "(none)" in prompt
    reflection = wrapper.episodes_so_far[0].reflection
    assert reflection is not None
    assert reflection.action == ""


def test_an_action_tag_is_no_remark_and_a_remark_no_action() -> None:
    wrapper = wrapped()
    wrapper.reset(seed=SEED)
    assert wrapper.step("<remark>(1, 1)</remark>")[4]["parse"] == "no_tag"
    lose(wrapper)
    assert wrapper.step("<action>(1, 1)</action>")[4]["parse"] == "no_tag"


def test_the_turn_limit_ends_the_trial_as_terminated() -> None:
    wrapper = wrapped(num_episodes=2, memory="none")
    wrapper.reset(seed=SEED)
    for _ in range(13):
        _, _, terminated, truncated, info = wrapper.step("<action></action>")
        assert not terminated
        assert not truncated
        assert info["parse"] == "empty"
    _, _, terminated, truncated, info = wrapper.step("<action></action>")
    assert terminated
    assert not truncated
    assert [e.terminated for e in info["trial"].episodes] == [False, False]
    assert [len(e.turns) for e in info["trial"].episodes] == [7, 7]


def test_restarts_pass_through_other_wrappers() -> None:
    env = RecordEpisodeStatistics(TimeLimit(gym.make("LaMer/MineSweeper-v0"), 1))
    wrapper = MultiEpisodeReflectionWrapper(env, memory="none")
    prompt, _ = wrapper.reset(seed=SEED)
    again, _, terminated, _, info = wrapper.step("pass")
    assert again == prompt
    assert not terminated
    assert info["episode"] == 1
    assert not wrapper.episodes_so_far[0].terminated


def test_tokens_go_into_the_next_turn_only() -> None:
    wrapper = wrapped(num_episodes=2)
    wrapper.reset(seed=SEED)
    wrapper.attach_tokens([1, 2], (3,), [-0.5])
    wrapper.step("a")
    wrapper.step("b")
    lose(wrapper)
    wrapper.attach_tokens((9,), (8,), None)
    wrapper.step(REFLECT)
    trial = lose(wrapper)[4]["trial"]
    kept = [(t.prompt_ids, t.completion_ids, t.logprobs) for t in trial.turns]
    assert kept == [
        ((1, 2), (3,), (-0.5,)),
        (None, None, None),
        (None, None, None),
        ((9,), (8,), None),
        (None, None, None),
    ]


def test_tokens_do_not_outlive_a_reset() -> None:
    wrapper = wrapped(num_episodes=1)
    wrapper.reset(seed=SEED)
    wrapper.attach_tokens([1], [2], [0.0])
    wrapper.reset(seed=SEED)
    assert lose(wrapper)[4]["trial"].turns[0].prompt_ids is None


def test_unseeded_resets_follow_the_last_seed() -> None:
    one, other = wrapped(), wrapped()
    one.reset(seed=8)
    other.reset(seed=8)
    drawn = [one.reset()[1]["task_seed"] for _ in range(4)]
    assert drawn == [other.reset()[1]["task_seed"] for _ in range(4)]
    assert len(set(drawn)) == 4
    replayed, _ = other.reset(seed=drawn[0])
    one.reset(seed=8)
    assert one.reset()[0] == replayed


def test_credit_and_objective_reach_the_returns() -> None:
    returns = {}
    for credit, objective in (("paper", "final_episode"), ("compounded", "cumulative")):
        wrapper = wrapped(memory="none", credit=credit, objective=objective, gamma_traj=0.5)
        wrapper.reset(seed=SEED)
        wrapper.step("wasted")
        lose(wrapper)
        returns[credit] = win(wrapper)[4]["returns"]
    start = returns["compounded"][2]
    assert returns["compounded"][:2] == pytest.approx([0.95 * 0.5 * start, 0.5 * start])
    assert returns["paper"][:2] == pytest.approx([0.5 * start, 0.5 * start])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_episodes": 0}, "num_episodes must be an integer of at least 1"),
        ({"num_episodes": 1.5}, "num_episodes must be an integer"),
        ({"memory": "all"}, "memory must be one of 'reflection', 'history', 'both', 'none'"),
        ({"memory": "both", "reflection": False}, "needs reflection=True"),
        ({"reflection": False}, "needs reflection=True"),
        ({"reflection": "yes", "memory": "none"}, "reflection must be True or False"),
        ({"gamma_step": 2}, r"gamma_step must be a number in \[0, 1\]"),
        ({"gamma_traj": "high"}, "gamma_traj must be a number"),
        ({"credit": "all"}, "credit must be one of"),
        ({"objective": "first"}, "objective must be one of"),
        ({"stop_on_success": "no"}, "stop_on_success must be True, False or None, not 'no'"),
        ({"prompts": "fancy"}, "expected a PromptSet or one of 'compact', 'default'"),
    ],
)
def test_wrong_arguments(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrapped(**settings)


def test_wrong_calls() -> None:
    wrapper = wrapped()
    with pytest.raises(gym.error.ResetNeeded):
        wrapper.step("early")
    with pytest.raises(ValueError, match=r"expected reset\(seed=wrapper.task_seed\)"):
        wrapper.reset(seed=1, options={"restart": True})
    with pytest.raises(ValueError, match="trial must be an integer"):
        wrapper.reset(seed=1, options={"trial": -1})
    with pytest.raises(ValueError, match="unknown reset options"):
        wrapper.reset(seed=1, options={"level": 2})
    wrapper.reset(seed=1)
    with pytest.raises(TypeError, match="a response is a string, not int"):
        wrapper.step(3)  # type: ignore[arg-type]


@pytest.mark.filterwarnings("error", "ignore:.*different from the unwrapped version")
def test_gymnasium_accepts_it() -> None:
    check_env(wrapped(), skip_render_check=True)


def test_its_spec_makes_it_again() -> None:
    wrapper = wrapped(memory="history", gamma_traj=0.5)
    assert wrapper.spec is not None
    again = gym.make(wrapper.spec)
    assert isinstance(again, MultiEpisodeReflectionWrapper)
    assert again.settings == wrapper.settings
    assert again.reset(seed=2)[0] == wrapper.reset(seed=2)[0]


@pytest.mark.parametrize("vector", [SyncVectorEnv, AsyncVectorEnv])
def test_vectors_show_what_single_environments_show(vector: Any) -> None:
    singles = [wrapped(num_episodes=2) for _ in range(2)]
    expected = [w.reset(seed=5 + k) for k, w in enumerate(singles)]
    envs = vector([lambda: wrapped(num_episodes=2)] * 2)
    try:
        prompts, infos = envs.reset(seed=5)
        assert tuple(prompts) == tuple(prompt for prompt, _ in expected)
        for _ in range(3):
            responses = [REFLECT if w._phase == "reflect" else answers(w) for w in singles]
            expected_steps = [w.step(r) for w, r in zip(singles, responses, strict=True)]
            prompts, rewards, terminated, _, infos = envs.step(tuple(responses))
            assert tuple(prompts) == tuple(step[0] for step in expected_steps)
            assert list(rewards) == [step[1] for step in expected_steps]
            assert list(infos["phase"]) == [step[4]["phase"] for step in expected_steps]
        assert all(terminated)
        assert [t.task_seed for t in infos["trial"]] == [5, 6]
        assert infos["trial"][0] == expected_steps[0][4]["trial"]
    finally:
        envs.close()


def test_a_turn_is_cheap() -> None:
    """A loose bound; `benchmarks/envs.py` measures the figure that counts."""
    wrapper = wrapped(memory="both")
    wrapper.reset(seed=SEED)
    env = wrapper.env
    inner, step = 0.0, env.step

    def timed(action: str) -> Any:
        nonlocal inner
        begin = time.perf_counter()
        outcome = step(action)
        inner += time.perf_counter() - begin
        return outcome

    env.step = timed  # type: ignore[method-assign]
    best = float("inf")
    for _ in range(10):
        inner, begin, turns = 0.0, time.perf_counter(), 0
        for _ in range(20):
            terminated = False
            while not terminated:
                terminated = wrapper.step(REFLECT)[2]
                turns += 1
            wrapper.reset(seed=SEED)
        best = min(best, (time.perf_counter() - begin - inner) / turns)
    assert best < 150e-6
