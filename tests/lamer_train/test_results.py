from __future__ import annotations

import io

import gymnasium as gym
from rich.console import Console

from lamer_envs.evaluation.metrics import summarize
from lamer_envs.evaluation.report import percent
from lamer_envs.meta import MultiEpisodeReflectionWrapper
from lamer_envs.rollout.runner import TrialSpec, play_trials
from lamer_envs.rollout.scripted import scripted_policy
from lamer_train.results import Measured, result_table


def make_env() -> MultiEpisodeReflectionWrapper:
    return MultiEpisodeReflectionWrapper(gym.make("LaMer/MineSweeper-v0", size=3, num_mines=1))


def test_the_table_fits_a_terminal_and_says_the_same_in_markdown() -> None:
    specs = [TrialSpec(seed, trial) for seed in range(9) for trial in range(2)]
    summary = summarize(play_trials(make_env, scripted_policy("random"), specs, concurrency=4))
    assert 0 < summary.pass_at[0].mean < 1
    models = ("warm start, reflections", "warm start, no memory", "trained, both", "trained, none")
    table, text = result_table("a run", dict.fromkeys(models, Measured(summary)))

    stream = io.StringIO()
    Console(file=stream, width=80).print(table)
    rows = [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in stream.getvalue().splitlines()
        if line.startswith("│")
    ]
    assert rows[0] == ["pass@1", *[percent(summary.pass_at[0])] * 4]
    names = ["pass@1", "pass@2", "pass@3", "gain 1→3", "H first", "H all"]
    assert [row[0] for row in rows] == names

    written = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    assert written[0] == ["", *names]
    assert [row[0] for row in written[2:]] == list(models)
    assert all(line[1:] == [row[1] for row in rows] for line in written[2:])
