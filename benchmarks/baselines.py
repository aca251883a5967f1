"""What players that need no training reach: random, expert, and one that knows what is hidden.

    python benchmarks/baselines.py

Plays the first test tasks of every registered environment, three independent episodes a task
(memory "none"), and MineSweeper in two more settings: on boards of all kinds, with and without a
limit of seven clicks, and on the 4×4 boards of the tiny experiment. Writes `baselines.json` and
`baselines.md`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import gymnasium as gym
from machine import describe, load_average, sentence

import lamer_envs  # noqa: F401 - registers the ids
from lamer_envs.evaluation.metrics import Estimate, Summary, estimate, summarize
from lamer_envs.evaluation.report import number, percent
from lamer_envs.evaluation.run import EvalConfig
from lamer_envs.games.env import GameEnv
from lamer_envs.meta.trial import Trial
from lamer_envs.minesweeper.engine import bits
from lamer_envs.minesweeper.env import MineSweeperEnv
from lamer_envs.minesweeper.expert import single_point_action, single_point_distribution
from lamer_envs.minesweeper.solver import View, analyse
from lamer_envs.registration import ENVIRONMENTS
from lamer_envs.rollout.policy import Policy, PromptRequest
from lamer_envs.rollout.runner import play_trials
from lamer_envs.rollout.scripted import (
    ScriptedPolicy,
    player_module,
    request_rng,
    scripted_policy,
)

RESULTS = Path(__file__).parent / "results"
EPISODES = 3
CLICKS = 7
MINESWEEPER = "LaMer/MineSweeper-v0"
SMALL_BOARDS = {
    "4×4, 3 mines": {"size": 4, "num_mines": 3},
    "4×4, 4 mines": {"size": 4, "num_mines": 4},
}


class SinglePoint(ScriptedPolicy):
    """Looks at one number at a time, and draws among the cells that this does not rule out."""

    def action(self, request: PromptRequest) -> str:
        """An action drawn from the player's distribution."""
        return single_point_action(request.env, request_rng(0, request))


class SinglePointRemembers(ScriptedPolicy):
    """The same, but it does not click again where it hit a mine in an earlier episode."""

    def __init__(self) -> None:
        self._last_click: dict[tuple[int, int, int], str] = {}

    def action(self, request: PromptRequest) -> str:
        """An action drawn from the distribution without the mines it has met."""
        seed, trial = request.task_seed, request.trial
        clicks = [self._last_click[seed, trial, episode] for episode in range(request.episode)]
        board = minesweeper(request).task
        index = board.geometry.index
        # An attempt may also have run out of turns: then its last click was on a safe cell.
        met = {click for click in clicks if board.mines >> index[click] & 1}
        odds = single_point_distribution(request.env)
        left = {str(cell): weight for cell, weight in odds.items() if str(cell) not in met}
        action = request_rng(0, request).choices(list(left), weights=list(left.values()))[0]
        self._last_click[seed, trial, request.episode] = action
        return action


class LeastRisk(ScriptedPolicy):
    """Exact probabilities as the expert, but among equal risks simply the first cell."""

    def action(self, request: PromptRequest) -> str:
        """The first cell of least risk."""
        view = View.of(minesweeper(request).game)
        known = analyse(view)
        cell = min(bits(known.closed), key=known.mine_layouts.__getitem__)
        return view.shape.names[cell]


def minesweeper(request: PromptRequest) -> MineSweeperEnv:
    """The environment in play."""
    env = request.env.unwrapped
    assert isinstance(env, MineSweeperEnv)
    return env


@dataclass(frozen=True)
class Row:
    """One player on one kind of task.

    Attributes:
        setting: what is played, as the table shows it.
        env_id, env_kwargs: what is played, as code.
        player: who plays.
        summary: every metric.
    """

    setting: str
    env_id: str
    env_kwargs: Mapping[str, Any]
    player: str
    summary: Summary


@dataclass(frozen=True)
class LimitRow:
    """One player on boards of all kinds: what a limit of seven clicks costs.

    Attributes:
        player: who plays.
        boards: which boards are counted.
        unlimited: share of boards won.
        limited: share of boards won within seven clicks.
    """

    player: str
    boards: str
    unlimited: Estimate
    limited: Estimate


@dataclass
class Baselines:
    """Both tables."""

    rows: list[Row] = field(default_factory=list)
    limits: list[LimitRow] = field(default_factory=list)


def play(
    env_id: str, kwargs: Mapping[str, Any], policy: Policy, tasks: int, episodes: int = EPISODES
) -> list[Trial]:
    """One trial of independent episodes on each of the first test tasks."""
    config = EvalConfig(
        env_id,
        env_kwargs={**kwargs, "split": "test"},
        num_tasks=tasks,
        num_episodes=episodes,
        memory="none",
    )
    return play_trials(config.make_env, policy, config.specs(), concurrency=1)


def players_of(env_id: str) -> dict[str, Policy]:
    """The scripted players that an environment has, weakest first."""
    module = player_module(gym.make(env_id))
    players: dict[str, Policy] = {"random": scripted_policy("random")}
    if hasattr(module, "next_action"):
        players["expert"] = scripted_policy("expert")
    if hasattr(module, "privileged_action"):
        players["privileged"] = scripted_policy("privileged")
    return players


def measure(tasks: int) -> Baselines:
    """Play everything."""
    found = Baselines()
    for registered in ENVIRONMENTS:
        if isinstance(gym.make(registered.id).unwrapped, GameEnv):
            continue  # `games.py` measures them, by score and not by success
        for name, policy in players_of(registered.id).items():
            trials = play(registered.id, {}, policy, tasks)
            found.rows.append(Row("defaults", registered.id, {}, name, summarize(trials)))
    for setting, kwargs in SMALL_BOARDS.items():
        players: dict[str, Policy] = {
            "random": scripted_policy("random"),
            "single-point logic": SinglePoint(),
            "single-point logic, avoids mines it has met": SinglePointRemembers(),
            "expert": scripted_policy("expert"),
            "privileged": scripted_policy("privileged"),
        }
        for name, policy in players.items():
            trials = play(MINESWEEPER, kwargs, policy, tasks)
            found.rows.append(Row(setting, MINESWEEPER, kwargs, name, summarize(trials)))
    for name, policy in (
        ("expert", scripted_policy("expert")),
        ("least risk, first cell among equals", LeastRisk()),
    ):
        found.limits += with_and_without_limit(name, policy, tasks)
    return found


def with_and_without_limit(name: str, policy: Policy, tasks: int) -> list[LimitRow]:
    """MineSweeper with as many turns as there are cells, hence boards of every length."""
    kwargs: dict[str, Any] = {"max_turns": 36}
    trials = play(MINESWEEPER, kwargs, policy, tasks, episodes=1)
    env = gym.make(MINESWEEPER, split="test", **kwargs)
    short = {
        trial.task_seed
        for trial in trials
        if env.reset(seed=trial.task_seed)[1]["min_clicks"] <= CLICKS
    }
    rows = []
    for boards, chosen in (
        ("all", trials),
        (f"winnable in {CLICKS} clicks", [t for t in trials if t.task_seed in short]),
    ):
        rows.append(
            LimitRow(
                name,
                boards,
                estimate([float(trial.success) for trial in chosen]),
                estimate([float(t.success and len(t.episodes[0].turns) <= CLICKS) for t in chosen]),
            )
        )
    return rows


def rows_of(table: Sequence[Row]) -> list[str]:
    """The lines of a pass@k table."""
    lines = ["| player | pass@1 | pass@2 | pass@3 | turns to success |", "|---|---|---|---|---|"]
    for row in table:
        summary = row.summary
        shares = " | ".join(percent(each) for each in summary.pass_at)
        lines.append(f"| {row.player} | {shares} | {number(summary.turns_to_success)} |")
    return lines


def to_markdown(found: Baselines, machine: dict[str, Any], tasks: int) -> str:
    """Every table, ready to be shown."""
    lines = [
        "# Baselines",
        "",
        f"`{machine['command']}`",
        "",
        f"{sentence(machine)}",
        "",
        f"The first {tasks:,} test tasks, three independent episodes each (memory `none`); percent "
        "± standard error. Turns to success count the failed episodes before it. A player that "
        "makes no random choice repeats itself, so its three shares are equal.",
    ]
    settings = dict.fromkeys((row.env_id, row.setting) for row in found.rows)
    for env_id, setting in settings:
        chosen = [row for row in found.rows if (row.env_id, row.setting) == (env_id, setting)]
        lines += ["", f"## {env_id}, {setting}", "", *rows_of(chosen)]
    lines += [
        "",
        f"## {MINESWEEPER} with and without a limit of {CLICKS} clicks",
        "",
        f"| player | boards | number | won | won in {CLICKS} clicks |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.player} | {row.boards} | {row.unlimited.n} | {percent(row.unlimited)} "
        f"| {percent(row.limited)} |"
        for row in found.limits
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Parse the arguments, play, write both files."""
    parser = argparse.ArgumentParser(description="What players that need no training reach.")
    parser.add_argument("--tasks", type=int, default=1_000, help="number of test tasks")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the result files")
    arguments = parser.parse_args()
    if arguments.tasks < 2:
        parser.error("--tasks must be at least 2: a standard error needs two")
    machine = describe("benchmarks/baselines.py")
    found = measure(arguments.tasks)
    machine["load_average_at_end"] = load_average()
    arguments.out.mkdir(parents=True, exist_ok=True)
    record = json.dumps({"machine": machine, **asdict(found)}, indent=1, ensure_ascii=False)
    (arguments.out / "baselines.json").write_text(record + "\n", encoding="utf-8")
    table = to_markdown(found, machine, arguments.tasks)
    (arguments.out / "baselines.md").write_text(table, encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
