from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lamer_train.experiment import load_experiment, plan_experiment
from lamer_train.settings import (
    list_presets,
    preset_names,
    preset_path,
    read_settings,
    show_preset,
)

PAPER_ENVIRONMENTS = {
    # Appendix C: batch size, iterations. The trial objective of Table 1 has the default memory.
    "sokoban": ("LaMer/Sokoban-v0", 16, 300),
    "minesweeper": ("LaMer/MineSweeper-v0", 16, 300),
    "webshop": ("LaMer/WebShop-v0", 8, 150),
    "alfworld": ("LaMer/ALFWorld-v0", 8, 150),
}
# Section 5.1: episodes and group size. LaMer uses GiGPO.
PAPER_ALGORITHMS = {
    "lamer": ("gigpo", 3, 8),
    "gigpo": ("gigpo", 1, 24),
    "grpo": ("grpo", 1, 24),
    "rloo": ("rloo", 1, 24),
    "ppo": ("ppo", 1, 24),
    "reinforce": ("reinforce", 1, 24),
}
PAPER_MODELS = {
    "qwen3-4b": "Qwen/Qwen3-4B",
    "llama-3.1-8b": "meta-llama/Llama-3.1-8B-Instruct",
}
PAPER_RUNS = {
    *((env, how, "qwen3-4b") for env in PAPER_ENVIRONMENTS for how in PAPER_ALGORITHMS),
    # Table 4.
    *(
        (env, how, "llama-3.1-8b")
        for env in ("sokoban", "minesweeper")
        for how in ("lamer", "gigpo")
    ),
}


def test_every_preset_loads_and_says_what_it_is() -> None:
    for group, name, summary in list_presets():
        assert summary, (group, name)
        assert plan_experiment(name).name == name


def test_the_runs_of_the_paper_are_all_there() -> None:
    assert preset_names()["paper"] == sorted("-".join(run) for run in PAPER_RUNS)


@pytest.mark.parametrize("run", sorted(PAPER_RUNS), ids="-".join)
def test_the_presets_have_the_values_of_the_paper(run: tuple[str, str, str]) -> None:
    env, how, model = run
    experiment = plan_experiment("-".join(run))
    training = experiment.training
    env_id, batch, iterations = PAPER_ENVIRONMENTS[env]
    algorithm, episodes, group = PAPER_ALGORITHMS[how]
    assert experiment.around.model == PAPER_MODELS[model]
    assert (training.env_id, training.tasks_per_update) == (env_id, batch)
    assert training.num_updates == iterations
    assert training.algorithm == algorithm
    assert (training.num_episodes, training.num_generations) == (episodes, group)
    assert training.learning_rate == 1e-6
    assert training.temperature == 1.0
    assert training.eval_temperature == experiment.around.final_temperature == 0.7
    assert training.max_completion_length == 1024
    assert (training.gamma_step, training.gamma_traj) == (0.95, 0.6)
    assert training.memory == "both"
    assert training.reflection
    if model == "qwen3-4b":
        assert training.chat_template_kwargs == {"enable_thinking": False}
    # A kill loses at most the generation in progress.
    assert training.save_steps == training.steps_per_generation


@pytest.mark.parametrize("run", sorted(PAPER_RUNS), ids="-".join)
def test_mini_batches_have_about_64_turns(run: tuple[str, str, str]) -> None:
    training = plan_experiment("-".join(run)).training
    turns = training.env_kwargs["max_turns"]
    episodes = training.num_episodes
    # From every episode lost at the last turn down to half of that.
    most = training.tasks_per_update * training.num_generations * (turns * episodes + episodes - 1)
    assert most / 2 / training.steps_per_generation <= 1.2 * 64
    assert most / training.steps_per_generation >= 0.8 * 64


def test_the_environments_are_made_with_the_presets_arguments() -> None:
    gym = pytest.importorskip("gymnasium")
    import lamer_envs  # noqa: F401 - registers the ids

    for env in PAPER_ENVIRONMENTS:
        settings = read_settings(preset_path(f"{env}-lamer-qwen3-4b"))
        if settings["env_id"] not in gym.registry:
            continue
        for split in ("train", settings["eval_split"], settings["final_split"]):
            made = gym.make(settings["env_id"], **settings["env_kwargs"], split=split)
            made.reset(seed=0)
            made.close()


def test_the_baselines_differ_from_lamer_only_in_what_the_paper_says() -> None:
    ours, baseline = (
        read_settings(preset_path(f"sokoban-{how}-qwen3-4b")) for how in ("lamer", "gigpo")
    )
    differing = {key for key in ours | baseline if ours.get(key) != baseline.get(key)}
    # Whether the first or the second kind of memory is measured first is no matter of training.
    assert differing == {"summary", "num_episodes", "num_generations", "final_memories"}
    assert sorted(ours["final_memories"]) == sorted(baseline["final_memories"])


def test_the_tiny_baseline_differs_only_in_group_and_episodes() -> None:
    ours, baseline = (
        read_settings(preset_path(name)) for name in ("minesweeper-tiny", "minesweeper-tiny-rl")
    )
    differing = {key for key in ours | baseline if ours.get(key) != baseline.get(key)}
    assert differing == {"summary", "num_episodes", "num_generations"}
    for preset in (ours, baseline):
        assert preset["num_episodes"] * preset["num_generations"] == 24


def test_a_preset_is_shown_with_what_it_extends() -> None:
    shown = yaml.safe_load(show_preset("sokoban-lamer-qwen3-4b"))
    assert shown["model"] == "Qwen/Qwen3-4B"
    assert shown["algorithm"] == "gigpo"
    assert "base" not in shown
    with pytest.raises(ValueError, match="the presets are"):
        show_preset("sokoban-lamer")


class TestBases:
    def write(self, folder: Path, **files: str) -> None:
        for name, text in files.items():
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    def test_later_ones_win_and_the_file_itself_over_all(self, tmp_path: Path) -> None:
        self.write(
            tmp_path,
            one="{seed: 1, max_steps: 1, env_kwargs: {size: 1, num_mines: 2}, summary: first}",
            two="{base: one.yaml, seed: 2, env_kwargs: {size: 3}}",
            three="{base: [one.yaml, two.yaml], max_steps: 3}",
        )
        assert read_settings(tmp_path / "three.yaml") == {
            "seed": 2,
            "max_steps": 3,
            "env_kwargs": {"size": 3},
        }

    def test_a_file_of_ones_own_extends_a_preset(self, tmp_path: Path) -> None:
        self.write(tmp_path, mine="{base: minesweeper-tiny, summary: mine, learning_rate: 0.5}")
        experiment = load_experiment(str(tmp_path / "mine.yaml"), tmp_path / "run")
        assert experiment.training.learning_rate == 0.5
        assert experiment.training.env_kwargs == {"size": 4, "num_mines": 4}
        # The run keeps what the preset said when it was started.
        kept = yaml.safe_load((tmp_path / "run" / "config.yaml").read_text())
        assert kept["max_steps"] == 600
        assert "base" not in kept

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("base: one.yaml", "one.yaml extends itself: one.yaml → one.yaml"),
            ("base: [two.yaml]", "one.yaml extends itself: one.yaml → two.yaml → one.yaml"),
            ("base: nowhere", "extends 'nowhere', which is no preset or file beside it"),
            ("base: 3", "base must be the name of a file or a list of names"),
        ],
    )
    def test_what_cannot_be_extended_is_named(
        self, tmp_path: Path, text: str, message: str
    ) -> None:
        self.write(tmp_path, one=text, two="base: one.yaml")
        with pytest.raises(ValueError, match=message):
            read_settings(tmp_path / "one.yaml")
