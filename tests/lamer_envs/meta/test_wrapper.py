import re
import time
from typing import Any

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv
from gymnasium.wrappers import RecordEpisodeStatistics, TimeLimit

import lamer_envs
from lamer_envs.meta import REFLECTION_STATE, MultiEpisodeReflectionWrapper, Trial, TrialSettings
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
