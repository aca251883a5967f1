from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from shop_pages import NUM_PRODUCTS, Page, right_clicks, shop

from lamer_envs.evaluation.run import EvalConfig, evaluate
from lamer_envs.meta.trial import Trial, read_trials, write_trials
from lamer_envs.rollout.policy import PromptRequest, Response

pytest.importorskip("starlette", reason="needs the serve extra")
pytest.importorskip("httpx2", reason="needs the browser extra")

from starlette.testclient import TestClient

from lamer_envs.webshop.serve.app import create_app
from lamer_envs.webshop.serve.recordings import Recording, frames
from lamer_envs.webshop.serve.site import make_site

HOSTILE = '<script>alert("x")</script>'
NUM_TRIALS = 3


class Shopper:
    """Fails the first episode with what may go wrong, and wins the second one."""

    async def act(self, request: PromptRequest) -> Response:
        if request.phase == "reflect":
            return Response(f"Hm. {HOSTILE}<remark>choose the options {HOSTILE}</remark>")
        title, *clicks = right_clicks(shop(show_attributes=True), request.task_seed)
        script = [f"search[{title}]", *(f"click[{target}]" for target in clicks)]
        if request.episode == 0:
            asin = script.index(next(s for s in script if s.startswith("click[b0")))
            script = [HOSTILE, "search[]", *script[: asin + 1], "click[attributes]", "wait"]
        action = script[min(request.turn, len(script) - 1)]
        return Response(f"I think: {HOSTILE}\n<action>{action}</action>")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of an evaluation."""
    folder = tmp_path_factory.mktemp("run")
    arguments = {"num_products": NUM_PRODUCTS, "split": "test", "show_attributes": True}
    config = EvalConfig(
        "LaMer/WebShop-v0", {**arguments, "max_turns": 9}, {"name": "shopper"}, num_tasks=NUM_TRIALS
    )
    evaluate(config, Shopper(), folder)
    return folder


def client(path: Path, **kwargs: Any) -> TestClient:
    kwargs = {"num_products": NUM_PRODUCTS, **kwargs}
    return TestClient(create_app(make_site(kwargs, "test", 0, 3, path)))


def records(run: Path) -> list[Trial]:
    return list(read_trials(run / "trials.jsonl"))


def written(path: Path, trials: list[Trial]) -> Path:
    write_trials(path, trials)
    return path


class TestReplay:
    def test_every_page_is_the_one_that_the_agent_saw(self, run: Path) -> None:
        trials = records(run)
        assert [[e.success for e in trial.episodes] for trial in trials] == [[False, True]] * 3
        shown = client(run)
        for number, trial in enumerate(trials):
            place = 0
            for episode in trial.episodes:
                for turn in episode.turns:
                    page = Page(shown.get(f"/trials/{number}/{place}").text)
                    assert "saw another page" not in page.text
                    for text in (turn.prompt, turn.observation, turn.response, turn.action):
                        assert text in page.text
                    place += 1
                page = Page(shown.get(f"/trials/{number}/{place}").text)
                assert "saw another page" not in page.text
                place += 1
            assert page.by_id["score"] == "1.00"
            assert shown.get(f"/trials/{number}/{place}").status_code == 404

    def test_returns_and_reflections_stand_with_their_turns(self, run: Path) -> None:
        (trial, *_) = records(run)
        _, reel = frames(shop(show_attributes=True, max_turns=9), trial)
        turns = [frame for frame in reel if frame.record]
        assert [frame.record for frame in turns] == list(trial.turns)
        assert [frame.value for frame in turns] == list(trial.returns)
        assert reel[-1].record is None
        assert [frame.deed is None for frame in reel].count(True) == len(trial.episodes)

    def test_the_used_element_is_marked(self, run: Path) -> None:
        shown = client(run)
        (trial, *_) = records(run)
        for place, turn in enumerate(trial.episodes[0].turns):
            text = shown.get(f"/trials/0/{place}").text
            marked = text.count(" used")
            # The search bar and its button are marked together.
            assert marked == {"ok": 1 + turn.action.startswith("search")}.get(turn.parse, 0)

    def test_links_lead_along_the_trial(self, run: Path) -> None:
        shown = client(run)
        page = Page(shown.get("/trials/0").text)
        addresses = {href for _, href in page.links}
        assert {"/trials/0/1", "/trials/1"} <= addresses
        assert page.scripts == ["/static/keys.js"]

    def test_the_table_lists_every_trial(self, run: Path) -> None:
        page = Page(client(run).get("/trials").text)
        env = shop()
        for number, trial in enumerate(records(run)):
            env.reset(seed=trial.task_seed)
            assert page.href(env.task.instruction) == f"/trials/{number}"

    def test_the_arguments_of_the_run_are_honoured(self, run: Path, tmp_path: Path) -> None:
        text = client(run, num_products=NUM_PRODUCTS + 50).get("/trials/0/4").text
        assert "saw another page" not in text
        assert ">Attributes</" in text
        # Without the config, the command's own hold, and the difference is told.
        bare = written(tmp_path / "bare.jsonl", records(run))
        text = client(bare).get("/trials/0/4").text
        assert "saw another page" in text
        assert ">Attributes</" not in text

    def test_another_catalogue_is_told_and_never_an_error(self, run: Path, tmp_path: Path) -> None:
        bare = written(tmp_path / "bare.jsonl", records(run))
        shown = client(bare, catalogue_seed=5)
        texts = [shown.get(f"/trials/0/{place}") for place in range(8)]
        assert {text.status_code for text in texts} <= {200, 404}
        assert any("saw another page" in text.text for text in texts)


class TestRecords:
    def test_a_folder_stands_for_its_file(self, run: Path) -> None:
        assert Recording(run).entries == Recording(run / "trials.jsonl").entries
        assert (
            Recording(run).env_kwargs == json.loads((run / "config.json").read_text())["env_kwargs"]
        )

    def test_a_record_is_read_from_its_place(self, run: Path) -> None:
        recording = Recording(run)
        assert [recording.trial(n) for n in range(NUM_TRIALS)] == records(run)

    def test_a_compressed_file_shows_the_same(self, run: Path, tmp_path: Path) -> None:
        written(tmp_path / "trials.jsonl.gz", records(run))
        recording = Recording(tmp_path)
        assert recording.entries == Recording(run).entries
        assert [recording.trial(n) for n in range(NUM_TRIALS)] == records(run)

    def test_a_record_that_was_cut_off_is_named(self, run: Path, tmp_path: Path) -> None:
        path = written(tmp_path / "t.jsonl", records(run))
        path.write_bytes(path.read_bytes()[:-40])
        recording = Recording(path)
        assert len(recording.entries) == NUM_TRIALS - 1
        assert [line.partition(":")[0] for line in recording.damaged] == [f"line {NUM_TRIALS}"]

    def test_damaged_and_foreign_lines_are_named_and_passed_over(
        self, run: Path, tmp_path: Path
    ) -> None:
        first, second, third = records(run)
        path = written(tmp_path / "t.jsonl", [first, replace(second, env_id="LaMer/Sokoban-v0")])
        with path.open("ab") as file:
            file.write(third.to_json().encode()[:-50] + b"\n\xff\n{}\n")
        write_trials(path, [third])
        recording = Recording(path)
        assert [entry.task_seed for entry in recording.entries] == [0, 2]
        assert recording.trial(1) == third
        assert [line.partition(":")[0] for line in recording.damaged] == [
            "line 2",
            "line 3",
            "line 4",
            "line 5",
        ]
        assert "4 records cannot be read: line 2" in client(path).get("/trials").text

    @pytest.mark.parametrize(
        "change", [{"episodes": ()}, {"task_seed": -1}, {"task_seed": "0"}, {"task_seed": None}]
    )
    def test_a_record_that_cannot_be_played_is_damaged(
        self, run: Path, tmp_path: Path, change: dict[str, Any]
    ) -> None:
        first, second, _ = records(run)
        recording = Recording(written(tmp_path / "t.jsonl", [replace(first, **change), second]))
        assert len(recording.entries) == len(recording.damaged) == 1

    @pytest.mark.parametrize("change", [{"action": 5}, {"action": None}, {"reward": "much"}])
    def test_a_turn_that_cannot_be_played_is_damaged(
        self, run: Path, tmp_path: Path, change: dict[str, Any]
    ) -> None:
        first, second, _ = records(run)
        *others, last = first.episodes
        last = replace(last, turns=(replace(last.turns[0], **change), *last.turns[1:]))
        broken = replace(first, episodes=(*others, last))
        recording = Recording(written(tmp_path / "t.jsonl", [broken, second]))
        assert len(recording.entries) == len(recording.damaged) == 1

    def test_a_place_without_a_file_is_named(self, tmp_path: Path) -> None:
        for place in (tmp_path, tmp_path / "trials.jsonl"):
            with pytest.raises(FileNotFoundError, match=r"no recorded trials at .*trials\.jsonl$"):
                Recording(place)

    def test_a_file_without_any_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "t.jsonl"
        path.write_text("")
        with pytest.raises(ValueError, match="no trial"):
            Recording(path)
        with pytest.raises(FileNotFoundError):
            Recording(tmp_path / "other")

    @pytest.mark.parametrize("text", ["{", "[]", "{}", '{"env_kwargs": 3}'])
    def test_a_config_that_is_none_is_refused(self, run: Path, tmp_path: Path, text: str) -> None:
        written(tmp_path / "trials.jsonl", records(run)[:1])
        (tmp_path / "config.json").write_text(text)
        with pytest.raises(ValueError, match=r"config\.json"):
            Recording(tmp_path)

    def test_a_record_that_went_away_gives_words(self, run: Path, tmp_path: Path) -> None:
        path = written(tmp_path / "t.jsonl", records(run))
        shown = client(path)
        path.write_text("")
        answer = shown.get("/trials/1")
        assert answer.status_code == 404
        assert "cannot be read any more" in answer.text


def test_recorded_markup_is_shown_and_never_run(run: Path) -> None:
    shown = client(run)
    for place in range(9):
        page = Page(shown.get(f"/trials/0/{place}").text)
        assert HOSTILE in page.text
        assert page.scripts == ["/static/keys.js"]
        assert page.handlers == []


def test_half_a_surrogate_pair_is_no_error(run: Path, tmp_path: Path) -> None:
    (trial, *_) = records(run)
    episode = trial.episodes[0]
    broken = replace(episode.turns[0], response="a \ud800 b", action="search[\udc00]")
    episode = replace(episode, turns=(broken, *episode.turns[1:]))
    path = written(tmp_path / "t.jsonl", [replace(trial, episodes=(episode,))])
    assert "a ? b" in client(path, show_attributes=True).get("/trials/0/0").text
