from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import doors
import pytest
from typer.testing import CliRunner, Result

from lamer_envs.cli import app
from lamer_envs.evaluation.metrics import Summary
from lamer_envs.evaluation.report import number
from lamer_envs.lock import exclusive
from lamer_envs.meta.trial import read_trials
from lamer_envs.registration import ENVIRONMENTS
from lamer_envs.rollout.policy import PromptRequest, Response
from lamer_envs.rollout.scripted import RandomPolicy

IMPOSSIBLE = ["--env-arg", "size=2", "--env-arg", "num_mines=2", "--env-arg", "no_guess=true"]
"""Arguments that no board meets, which shows only when one is asked for."""


def lamer(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments], input=stdin)


def refused(*arguments: object) -> str:
    """The one red line of a command that exits with code 2."""
    result = lamer(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("Error: ")
    assert "Traceback" not in result.stderr
    return result.stderr


def evaluate(out: Path, *more: object, env: str = "minesweeper", policy: str = "random") -> Result:
    base = ("eval", env, "--policy", policy, "--tasks", 5, "--trials", 2, "--out", out)
    return lamer(*base, *more)


def stand_in_backend(monkeypatch: pytest.MonkeyPatch, policy: type) -> dict[str, bool]:
    """Put `policy` in the place of the training extra's; returns which bars would be shown."""
    shown = {"weights": True, "downloads": True}
    modules = {
        "lamer_train.backends.transformers": {"TransformersPolicy": policy},
        "transformers.utils.logging": {
            "disable_progress_bar": lambda: shown.update(weights=False, downloads=False)
        },
        "huggingface_hub.utils": {
            "are_progress_bars_disabled": lambda: not shown["downloads"],
            "enable_progress_bars": lambda: shown.update(downloads=True),
        },
    }
    for name, content in modules.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    return shown


@pytest.mark.parametrize("command", ["envs", "play", "eval", "report", "train", "presets"])
def test_every_command_has_help(command: str) -> None:
    result = lamer(command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_the_version_is_that_of_the_package() -> None:
    from lamer_envs import __version__

    assert lamer("--version").output == f"lamer {__version__}\n"


def test_envs_lists_every_id_with_its_turns() -> None:
    result = lamer("envs")
    assert result.exit_code == 0
    for row in ENVIRONMENTS:
        assert row.id in result.stdout
        assert row.summary in result.stdout
    assert "num_boxes=2" in result.stdout


class TestEval:
    def test_it_writes_a_run_folder_and_shows_its_summary(self, tmp_path: Path) -> None:
        result = evaluate(tmp_path)
        assert result.exit_code == 0
        summary = Summary.from_json((tmp_path / "summary.json").read_text())
        assert (summary.num_tasks, summary.num_trials) == (5, 10)
        for name in ("pass@1", "pass@3", "adaptation gain", "diversity", str(tmp_path)):
            assert name in result.stdout
        assert "10/10" in result.stderr

    def test_the_same_command_again_plays_nothing(self, tmp_path: Path) -> None:
        evaluate(tmp_path)
        before = (tmp_path / "trials.jsonl").read_bytes()
        result = evaluate(tmp_path)
        assert "10 of 10 trials are there" in result.stderr
        assert (tmp_path / "trials.jsonl").read_bytes() == before

    def test_options_reach_the_config(self, tmp_path: Path) -> None:
        more = ["--env-arg", "size=[4,5]", "--env-arg", "num-mines=2", "--episodes", 2]
        more += ["--memory", "none", "--seed", 7, "--policy-seed", 3, "--prompts", "compact"]
        assert evaluate(tmp_path, *more).exit_code == 0
        config = json.loads((tmp_path / "config.json").read_text())
        assert config["env_kwargs"] == {"size": [4, 5], "num_mines": 2, "split": "test"}
        assert config["policy"] == {"name": "random", "seed": 3}
        expected = {"num_episodes": 2, "memory": "none", "seed": 7, "prompts": "compact"}
        assert expected.items() <= config.items()
        trials = list(read_trials(tmp_path / "trials.jsonl"))
        assert {trial.task_seed for trial in trials} == set(range(7, 12))
        assert all(trial.turns[0].observation.count("Row") == 4 for trial in trials)

    def test_the_split_is_test_unless_named(self, tmp_path: Path) -> None:
        evaluate(tmp_path / "a")
        evaluate(tmp_path / "b", "--split", "train")
        evaluate(tmp_path / "c", "--env-arg", "split=train")
        splits = [
            json.loads((tmp_path / name / "config.json").read_text())["env_kwargs"]["split"]
            for name in "abc"
        ]
        assert splits == ["test", "train", "train"]

    def test_the_default_folder_depends_on_the_question(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for seed in (0, 1, 0):
            base = ("eval", "sokoban", "--policy", "expert", "--tasks", 2)
            assert lamer(*base, "--seed", seed).exit_code == 0
        folders = list((tmp_path / "runs" / "eval").iterdir())
        assert len(folders) == 2
        assert all(folder.name.startswith("Sokoban-v0-expert-") for folder in folders)

    def test_another_question_in_the_same_folder_is_refused(self, tmp_path: Path) -> None:
        evaluate(tmp_path)
        line = refused(
            "eval", "minesweeper", "--policy", "expert", "--tasks", 6, "--trials", 2,
            "--out", tmp_path,
        )  # fmt: skip
        assert "num_tasks: 5 against 6" in line
        assert "policy: {'name': 'random', 'seed': 0} against {'name': 'expert'}" in line

    def test_a_folder_in_use_is_refused(self, tmp_path: Path) -> None:
        with exclusive(tmp_path):
            line = refused("eval", "sokoban", "--policy", "random", "--out", tmp_path)
        assert f"{tmp_path} is in use by another process" in line

    def test_a_damaged_or_unwritable_folder_is_one_line(self, tmp_path: Path) -> None:
        evaluate(tmp_path / "run")
        path = tmp_path / "run" / "trials.jsonl"
        path.write_text("{}\n" + path.read_text())
        base = ("eval", "minesweeper", "--policy", "random", "--tasks", 5, "--trials", 2, "--out")
        assert "trials.jsonl, line 1" in refused(*base, tmp_path / "run")
        (tmp_path / "file").write_text("")
        assert "file" in refused(*base, tmp_path / "file")

    def test_an_interrupt_says_how_to_go_on(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(*args: Any, **kwargs: Any) -> Any:
            raise KeyboardInterrupt

        monkeypatch.setattr("lamer_envs.commands.playing.evaluate", interrupted)
        result = evaluate(tmp_path)
        assert result.exit_code == 130
        assert "goes on from" in result.stderr

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["eval", "Chess-v0", "--policy", "random"], "LaMer/Sokoban-v0, LaMer/MineSweeper-v0"),
            (["eval", "sokoban", "--policy", "rnadom"], "random, expert, privileged"),
            (["eval", "sokoban", "--policy", "random", "--memory", "all"], "'history'"),
            (["eval", "sokoban", "--policy", "random", "--split", "dev"], "not 'dev'"),
            (["eval", "sokoban", "--policy", "random", "--prompts", "x"], "'compact'"),
            (["eval", "sokoban", "--policy", "random", "--env-arg", "size"], "key=value"),
            (["eval", "sokoban", "--policy", "random", "--env-arg", "boxes=2"], "boxes"),
            (["eval", "sokoban", "--policy", "random", "--env-arg", "num_boxes=0"], "num_boxes"),
            (
                [
                    "eval",
                    "sokoban",
                    "--policy",
                    "random",
                    "--split",
                    "test",
                    "--env-arg",
                    "split=test",
                ],
                "split once",
            ),
            (["eval", "doors:Doors-v0", "--policy", "expert"], "no scripted expert"),
            (["eval", "sokoban", "--policy", "nash"], "no equilibrium player; expected a game"),
            (["eval", "nowhere:Doors-v0", "--policy", "random"], "nowhere"),
            (["eval", "sokoban", "--policy", "/no/such/model"], "no policy '/no/such/model'"),
            (["eval", "sokoban", "--policy", "./model"], "no policy './model'"),
            (["eval", "CartPole-v1", "--policy", "random"], "expected a string"),
            (["eval", "minesweeper", "--policy", "random", *IMPOSSIBLE], "in 10000 draws"),
        ],
    )
    def test_bad_input_is_one_clear_line_and_leaves_nothing(
        self,
        arguments: list[str],
        expected: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert expected in refused(*arguments)
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        ("error", "told"), [(ValueError("no room"), True), (KeyError(), False)]
    )
    def test_what_a_policy_refuses_is_one_line_and_a_bug_is_not(
        self, error: Exception, told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def respond(*_: object) -> str:
            raise error

        monkeypatch.setattr(RandomPolicy, "action", respond)
        result = evaluate(tmp_path)
        assert result.exit_code == (2 if told else 1)
        assert ("no room" in result.stderr) == told
        assert isinstance(result.exception, SystemExit) == told

    @pytest.mark.parametrize("option", ["--tasks", "--trials", "--episodes", "--concurrency"])
    def test_counts_start_at_one(self, option: str) -> None:
        assert lamer("eval", "sokoban", "--policy", "random", option, 0).exit_code == 2

    def test_a_model_is_given_its_sampling_settings(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The backend of the training extra is replaced by one that plays at random."""
        asked: dict[str, Any] = {}

        class TransformersPolicy(RandomPolicy):
            @classmethod
            def from_pretrained(cls, path: str, **kwargs: Any) -> TransformersPolicy:
                asked.update(kwargs, path=path)
                return cls()

        stand_in_backend(monkeypatch, TransformersPolicy)
        model = tmp_path / "model"
        model.mkdir()
        more = ["--temperature", 0.5, "--max-new-tokens", 16, "--policy-seed", 4]
        assert evaluate(tmp_path / "run", *more, policy=str(model)).exit_code == 0
        sampling = {"temperature": 0.5, "top_p": 0.8, "top_k": 20, "max_new_tokens": 16, "seed": 4}
        assert asked == {**sampling, "path": str(model)}
        config = json.loads((tmp_path / "run" / "config.json").read_text())
        assert config["policy"] == {"model": str(model), **sampling}

    @pytest.mark.parametrize("downloads_shown", [True, False])
    def test_loading_a_model_shows_no_bar_and_downloads_keep_theirs(
        self, downloads_shown: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bars = {}

        class TransformersPolicy(RandomPolicy):
            @classmethod
            def from_pretrained(cls, path: str, **kwargs: Any) -> TransformersPolicy:
                bars.update(shown)
                return cls()

        shown = stand_in_backend(monkeypatch, TransformersPolicy)
        shown["downloads"] = downloads_shown
        assert evaluate(tmp_path / "run", policy=str(tmp_path)).exit_code == 0
        assert bars == {"weights": False, "downloads": downloads_shown}

    def test_a_model_without_room_for_the_answer_names_the_option(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class TransformersPolicy(RandomPolicy):
            @classmethod
            def from_pretrained(cls, path: str, **kwargs: Any) -> TransformersPolicy:
                return cls()

            async def act(self, request: PromptRequest) -> Response:
                raise ValueError("no room; shorten max_new_tokens")

        stand_in_backend(monkeypatch, TransformersPolicy)
        result = evaluate(tmp_path / "run", policy=str(tmp_path))
        assert result.exit_code == 2
        assert "shorten max_new_tokens (--max-new-tokens)\n" in result.stderr


def test_games_are_measured_by_score_and_share(tmp_path: Path) -> None:
    result = evaluate(tmp_path / "game", env="kuhnpoker", policy="nash")
    assert result.exit_code == 0
    for k in (1, 2, 3):
        assert f"score in episode {k}" in result.stdout
        assert f"exploited in episode {k}" in result.stdout
    trials = list(read_trials(tmp_path / "game" / "trials.jsonl"))
    assert {len(trial.episodes) for trial in trials} == {3}
    stopped = evaluate(tmp_path / "short", "--stop-on-success", env="kuhnpoker", policy="nash")
    assert "score in" not in stopped.stdout
    table = lamer("report", tmp_path / "game", tmp_path / "short").stdout
    assert "score in 3" in table
    page = tmp_path / "report.html"
    lamer("report", tmp_path / "game", tmp_path / "short", "-o", page)
    shown = page.read_text()
    assert shown.count('"scoreIn":[{"mean":') == 1
    assert shown.count('"scoreIn":[]') == 1


def test_scores_of_several_players_are_compared(tmp_path: Path) -> None:
    result = lamer(
        "eval", "kuhnpoker", "--policy", "nash", "--policy", "expert", "--tasks", 8,
        "--out", tmp_path,
    )  # fmt: skip
    assert result.exit_code == 0
    assert "Sum of rewards in an episode." in result.stdout
    text = (tmp_path / "comparison.md").read_text()
    assert "| evaluation | player | score in 1 | score in 2 | score in 3 |" in text
    summary = Summary.from_json((tmp_path / "expert" / "summary.json").read_text())
    assert f"| expert | {number(summary.score_in[0])} |" in text


def test_report_compares_run_folders(tmp_path: Path) -> None:
    evaluate(tmp_path / "first")
    evaluate(tmp_path / "second", policy="privileged")
    result = lamer("report", tmp_path / "first", tmp_path / "second")
    assert result.exit_code == 0
    rows = [line for line in result.stdout.splitlines() if "MineSweeper" in line]
    assert "first" in rows[0]
    assert "privileged" in rows[1]
    assert "100.0 ± 0.0" in rows[1]
    (tmp_path / "empty").mkdir()
    assert "no readable run folder" in refused("report", tmp_path / "empty")
    assert "missing" in refused("report", tmp_path / "missing")


def test_report_of_a_training_run_shows_its_evaluations(tmp_path: Path) -> None:
    evaluate(tmp_path / "tiny" / "eval" / "model-none")
    evaluate(tmp_path / "other")
    result = lamer("report", tmp_path / "other", tmp_path / "tiny")
    rows = [line for line in result.stdout.splitlines() if "MineSweeper" in line]
    assert ["other" in rows[0], "tiny/model-none" in rows[1]] == [True, True]


class TestPlay:
    DOORS = ("play", "doors:Doors-v0")

    def losing(self, seed: int = 0) -> tuple[int, int]:
        """The prize of a seed and a door without one."""
        env = doors.make_doors()
        env.reset(seed=seed)
        prize: int = env.unwrapped.task.prize  # type: ignore[attr-defined]
        return prize, (prize + 1) % 4

    def test_a_trial_with_bare_answers_is_recorded(self, tmp_path: Path) -> None:
        prize, wrong = self.losing()
        out = tmp_path / "mine.jsonl"
        result = lamer(
            *self.DOORS, "--out", out, stdin=f"open {wrong}\n\nnot there\nopen {prize}\n"
        )
        assert result.exit_code == 0
        assert "attempt 1: failed" in result.stdout
        assert "attempt 2: solved" in result.stdout
        assert "Solved in attempt 2." in result.stdout
        (trial,) = read_trials(out)
        assert [turn.action for turn in trial.turns] == [
            f"open {wrong}",
            "not there",
            f"open {prize}",
        ]
        assert trial.turns[1].phase == "reflect"
        assert f"{trial.returns[0]:.3f}" in result.stdout

    def test_an_answer_in_its_tag_is_taken_as_it_is(self, tmp_path: Path) -> None:
        prize, _ = self.losing()
        result = lamer(*self.DOORS, stdin=f"I guess <action>open {prize}</action>\n")
        assert "Solved in attempt 1." in result.stdout

    def test_a_trial_may_go_on_after_a_success(self) -> None:
        prize, wrong = self.losing()
        result = lamer(*self.DOORS, "--memory", "none", "--no-stop-on-success",
                       stdin=f"open {wrong}\nopen {prize}\nopen {wrong}\n")  # fmt: skip
        assert "attempt 3: failed" in result.stdout
        assert "Solved in attempt 2." in result.stdout

    def test_a_game_ends_with_who_the_opponent_was(self) -> None:
        result = lamer(
            "play", "kuhnpoker", "--split", "train", "--memory", "none", "--env-arg",
            "opponent=conservative", "--env-arg", "seat=second",
            stdin="bet\nbet\ncheck\nno\nno\nno\n",
        )  # fmt: skip
        assert result.exit_code == 0
        assert "attempt 1: won" in result.stdout
        before, after = result.stdout.split("Your opponent was conservative.")
        assert "conservative" not in before
        assert after.startswith("\nNever bets and never calls.\nYour reward by attempt: +5, +5, ")
        assert "One who knows it would expect +15.0 here" in after
        assert "of what could be exploited." in after

    def test_nobody_exploits_an_equilibrium(self) -> None:
        result = lamer(
            "play", "kuhnpoker", "--memory", "none", "--env-arg", "opponent=nash-0.2",
            "--episodes", 1, stdin="check\nfold\n",
        )  # fmt: skip
        assert "Your opponent was nash-0.2." in result.stdout
        assert "There was nothing to exploit." in result.stdout

    def test_all_attempts_may_fail(self) -> None:
        _, wrong = self.losing()
        result = lamer(*self.DOORS, "--episodes", 2, "--memory", "none",
                       stdin=f"open {wrong}\n" * 2)  # fmt: skip
        assert "attempt 2: failed" in result.stdout
        assert "Not solved in 2 attempts." in result.stdout

    def test_the_last_observation_of_a_lost_attempt_is_shown(self) -> None:
        _, wrong = self.losing()
        result = lamer(*self.DOORS, "--memory", "none", stdin=f"open {wrong}\nq\n")
        rest = [door for door in range(4) if door != wrong]
        assert f"closed doors: {rest}" in result.stdout
        assert result.stdout.count("closed doors: [0, 1, 2, 3]") >= 2

    def test_an_impossible_action_is_explained(self) -> None:
        result = lamer(*self.DOORS, stdin="dance\nq\n")
        assert "not_an_action" in result.stdout

    @pytest.mark.parametrize("stdin", ["q\n", "Quit\n", ""])
    def test_quitting_leaves_no_record(self, stdin: str, tmp_path: Path) -> None:
        out = tmp_path / "mine.jsonl"
        result = lamer(*self.DOORS, "--out", out, stdin=stdin)
        assert result.exit_code == 0
        assert "You left" in result.stdout
        assert not out.exists()

    def test_the_seed_decides_the_task_and_the_prompt_can_be_shown(self) -> None:
        shown = [
            lamer("play", "minesweeper", "--seed", seed, "--prompt", stdin="q\n").stdout
            for seed in (1, 1, 2)
        ]
        assert shown[0] == shown[1] != shown[2]
        assert "<action>" in shown[0]

    def test_the_rules_come_first_with_their_numbers_filled_in(self) -> None:
        shown = lamer("play", "minesweeper", "--env-arg", "num_mines=2", stdin="q\n").stdout
        assert "2 mines" in shown[: shown.index("attempt 1, turn 1")]

    def test_what_can_be_done_is_shown_where_a_model_is_told_it(self) -> None:
        _, wrong = self.losing()
        shown = lamer(*self.DOORS, "--env-arg", "max_turns=2", stdin=f"open {wrong}\nq\n").stdout
        first, second = shown.split("Actions that are possible now:")[1:]
        assert f"- open {wrong}" in first
        assert f"- open {wrong}" not in second
        assert "'look'" in lamer("play", "alfworld", stdin="q\n").stdout
        assert "possible now" not in lamer("play", "minesweeper", stdin="q\n").stdout

    def test_bad_input_is_one_clear_line(self) -> None:
        assert "known ids" in refused("play", "chess")
        assert "memory" in refused("play", "sokoban", "--memory", "all")
        assert "in 10000 draws" in refused("play", "minesweeper", *IMPOSSIBLE)

    def test_a_record_that_cannot_be_kept_is_refused_before_play(self, tmp_path: Path) -> None:
        assert "nowhere" in refused(*self.DOORS, "--out", tmp_path / "nowhere" / "mine.jsonl")


class TestTrain:
    def cli(self, monkeypatch: pytest.MonkeyPatch, **functions: Any) -> None:
        module = ModuleType("lamer_train.cli")
        vars(module).update(functions)
        monkeypatch.setitem(sys.modules, "lamer_train.cli", module)

    def test_it_hands_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[Any] = []
        self.cli(monkeypatch, train=lambda *arguments: asked.extend(arguments))
        result = lamer("train", "tiny", "--resume", "--out", "x", "--set", "a=1", "--set", "b=c")
        assert result.exit_code == 0
        assert asked == ["tiny", Path("x"), True, ["a=1", "b=c"]]
        asked.clear()
        lamer("train", "tiny")
        assert asked == ["tiny", None, False, []]

    def test_a_dry_run_is_handed_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[Any] = []
        self.cli(monkeypatch, dry_run=lambda *arguments: asked.extend(arguments))
        lamer("train", "tiny", "--dry-run", "--processes", "8", "--set", "a=1")
        assert asked == ["tiny", ["a=1"], 8]
        assert "accelerate launch" in refused("train", "tiny", "--processes", "8")

    def test_settings_that_cannot_be_used_are_one_line(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unknown(*arguments: Any) -> None:
            raise ValueError("no preset 'x'")

        def unwritable(*arguments: Any) -> None:
            raise PermissionError("no writing here")

        self.cli(monkeypatch, train=unwritable)
        assert "no writing here" in refused("train", "x")
        self.cli(monkeypatch, train=unknown)
        assert "no preset 'x'" in refused("train", "x")
        assert "key=value" in refused("train", "tiny", "--set", "a")

    def test_a_run_that_fails_keeps_its_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        scope: dict[str, Any] = {"__name__": "lamer_train.pipeline"}
        exec("def train(*arguments):\n    raise ValueError('nan in the loss')", scope)
        self.cli(monkeypatch, train=scope["train"])
        result = lamer("train", "tiny")
        assert result.exit_code == 1
        assert isinstance(result.exception, ValueError)

    def test_presets_are_listed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = [("tiny", "one", "a small [one]"), ("paper", "big", "more")]
        self.cli(monkeypatch, list_presets=lambda: rows)
        result = lamer("presets")
        for word in ("tiny", "a small [one]", "paper", "big"):
            assert word in result.stdout

    def test_a_preset_is_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def show_preset(name: str) -> str:
            if name != "one":
                raise ValueError(f"no preset {name!r}")
            return "seed: 1\n"

        self.cli(monkeypatch, show_preset=show_preset)
        assert lamer("presets", "one").stdout == "seed: 1\n"
        assert "no preset 'two'" in refused("presets", "two")

    @pytest.mark.parametrize(
        ("command", "missing"),
        [(["train", "minesweeper-tiny"], "transformers"), (["presets"], "yaml")],
    )
    def test_without_the_extra_it_says_what_to_install(
        self, command: list[str], missing: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(sys.modules, "lamer_train.cli", raising=False)
        for name in [n for n in sys.modules if n.startswith("lamer_train.")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, missing, None)
        line = refused(*command)
        assert 'pip install "lamer[train]"' in line
        assert f"missing: {missing}" in line


def test_the_command_line_does_not_load_the_training_stack() -> None:
    code = (
        "import sys, lamer_envs.cli\n"
        "print([n for n in ('torch', 'transformers', 'lamer_train') if n in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert shown.stdout == "[]\n"


def test_the_packages_without_a_face_load_neither_typer_nor_rich() -> None:
    code = (
        "import sys, lamer_envs.evaluation.report, lamer_envs.rollout.batching\n"
        "import lamer_envs.rollout.scripted\n"
        "print([n for n in ('typer', 'rich', 'click') if n in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert shown.stdout == "[]\n"
