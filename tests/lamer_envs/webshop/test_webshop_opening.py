"""Catalogues are built once, shared, and built again where what they are made of changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from real_schema import asked, item, notes, write

from lamer_envs.splits import SPLITS
from lamer_envs.webshop import opening
from lamer_envs.webshop.catalogue import Catalogue
from lamer_envs.webshop.data import VARIABLE, DataMissingError
from lamer_envs.webshop.env import WebShopEnv
from lamer_envs.webshop.judge import best_choice
from lamer_envs.webshop.opening import CatalogueSpec, open_catalogue


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAMER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def embedded(count: int = 25, **kwargs: Any) -> CatalogueSpec:
    return CatalogueSpec.of(num_products=count, **kwargs)


def real(folder: Path, **kwargs: Any) -> CatalogueSpec:
    return CatalogueSpec.of(**{"source": "data", "data_root": folder, "nouns": "rule", **kwargs})


def afresh(spec: CatalogueSpec) -> Catalogue:
    """As a new process opens it."""
    return open_catalogue.__wrapped__(spec)


def titles(catalogue: Catalogue) -> list[str]:
    return [product.title for product in catalogue.products]


def instructions(catalogue: Catalogue) -> dict[str, list[str]]:
    return {split: [goal.instruction for goal in catalogue.goals[split]] for split in SPLITS}


def test_a_process_opens_a_catalogue_once() -> None:
    assert open_catalogue(embedded()) is open_catalogue(embedded())
    assert open_catalogue(embedded(seed=1)) is not open_catalogue(embedded())


def test_the_second_process_builds_nothing(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = afresh(embedded())

    def never(*args: object) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr(opening, "write_products", never)
    monkeypatch.setattr(opening, "write_goals", never)
    again = afresh(embedded())
    assert titles(again) == titles(first)
    assert instructions(again) == instructions(first)
    query = first.products[3].title.lower()
    assert again.search(query) == first.search(query)
    assert again.search(query).hits[0] in range(len(first.products))
    with pytest.raises(AssertionError, match="built again"):
        afresh(embedded(seed=1))


def test_a_damaged_cache_is_built_again(own_cache: Path) -> None:
    first = afresh(embedded())
    for file in own_cache.rglob("*.npy"):
        file.write_bytes(file.read_bytes()[:-3])
    again = afresh(embedded())
    assert titles(again) == titles(first)
    assert instructions(again) == instructions(first)
    assert again.search("black").hits == first.search("black").hits


def test_prices_follow_the_seed_and_judges_share_the_products() -> None:
    one, compat, other = (
        afresh(embedded()),
        afresh(embedded(compat=True)),
        afresh(embedded(seed=5)),
    )
    assert titles(compat) == titles(one)
    assert [one.price(n) for n in range(25)] == [compat.price(n) for n in range(25)]
    assert titles(one) != titles(other)
    low_and_high = [one.products[n].prices for n in range(25)]
    assert all(low[0] <= one.price(n) <= low[-1] for n, low in enumerate(low_and_high))


BUILD = """
from lamer_envs.webshop.opening import CatalogueSpec, open_catalogue
catalogue = open_catalogue(CatalogueSpec.of(num_products=400))
print(len(catalogue.products), catalogue.search("black shoes").key)
"""


def test_processes_that_build_at_once_get_the_same(own_cache: Path) -> None:
    builders = [
        subprocess.Popen([sys.executable, "-c", BUILD], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    shown = {builder.communicate()[0] for builder in builders}
    assert [builder.returncode for builder in builders] == [0, 0, 0]
    assert len(shown) == 1
    assert shown.pop().startswith("400 ")
    assert not list(own_cache.glob("*.draft"))


def test_real_data_become_a_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    human = {f"B{n:09d}": [asked(n)] for n in range(8)}
    folder = write(tmp_path / "data", [item(n) for n in range(8)], None, human)
    monkeypatch.setenv(VARIABLE, str(folder))
    for goals in ("synthetic", "human"):
        env = WebShopEnv(None, source="data", goals=goals, nouns="rule", split="train")
        first, _ = env.reset(seed=0)
        goal = env.task
        assert goal.goal_id.startswith(goals)
        assert goal.instruction in first
        product = next(p for p in env.shop.catalogue.products if p.asin == goal.asin)
        env.step(f"search[{product.title}]")
        env.step(f"click[{goal.asin}]")
        for value in best_choice(goal, product).values():
            assert env.step(f"click[{value}]")[4]["action_effective"]
        assert env.step("click[buy now]")[4]["score"] == 1.0
    assert len(afresh(real(folder, num_products=3)).products) == 3


def test_changed_data_are_read_again(tmp_path: Path) -> None:
    folder = write(tmp_path / "data", [item(n) for n in range(6)])
    first = afresh(real(folder))
    assert titles(first)[0] == "Acme Walking Shoes Model"
    # Names of one length: the file keeps its size, and only its time tells.
    for time, name in enumerate(("Some Acme Thing", "Same Acme Thing"), 1):
        write(folder, [item(n, name=name) for n in range(6)])
        os.utime(folder / "items_shuffle.json", ns=(time, time))
        assert titles(afresh(real(folder))) == [name] * 6


def test_other_code_makes_other_folders(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "webshop"
    shutil.copytree(Path(opening.__file__).parent, code)
    monkeypatch.setattr(opening, "_CODE", code)
    afresh(embedded())
    # The judge decides which goals there are; the search engine what products come with.
    for place, built in (("judge.py", 1), ("search/porter.py", 2)):
        before = set(own_cache.iterdir())
        with (code / place).open("a") as file:
            file.write("# Changed.\n")
        afresh(embedded())
        assert len(set(own_cache.iterdir()) - before) == built


def test_goals_depend_on_what_they_are_made_with(tmp_path: Path) -> None:
    folder = write(tmp_path / "data", [item(n) for n in range(6)])
    limits = [
        [goal.price_limit for split in SPLITS for goal in afresh(spec).goals[split]]
        for spec in (real(folder), real(folder, seed=1), real(folder, compat=True))
    ]
    assert limits[0] != limits[1]
    assert len(limits[2]) >= len(limits[0])


def test_goals_whose_option_another_one_hides_are_left_out(tmp_path: Path) -> None:
    options = {"color": [{"value": "grey"}, {"value": "red"}], "trim": [{"value": "grey"}]}
    folder = write(tmp_path / "data", [item(n, customization_options=options) for n in range(6)])
    kept = [goal.options for split in SPLITS for goal in afresh(real(folder)).goals[split]]
    assert set(kept) == {("red", "grey")}


def test_broken_records_are_named_when_the_shop_is_built(tmp_path: Path) -> None:
    folder = write(tmp_path / "data", [item(0), item(1, name=7), item(2)])
    with pytest.warns(UserWarning, match=r"items_shuffle.json\[1\].name"):
        catalogue = afresh(real(folder))
    assert len(catalogue.products) == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        afresh(real(folder))


def test_missing_data_say_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(DataMissingError, match=r"\$WEBSHOP_DATA"):
        WebShopEnv(source="data", nouns="rule")
    with pytest.raises(DataMissingError, match="no folder"):
        WebShopEnv(source="data", data_root=tmp_path / "nowhere", nouns="rule")
    folder = write(tmp_path / "data", [item(0)], {"B000000000": notes(0)})
    with pytest.raises(DataMissingError, match="items_human_ins"):
        WebShopEnv(source="data", data_root=folder, goals="human", nouns="rule")
    with pytest.raises(ValueError, match="leaves the split 'validation' without goals"):
        WebShopEnv(source="data", data_root=folder, split="validation", nouns="rule")
    with pytest.raises(ValueError, match=r"expected more products, or compat=False$"):
        WebShopEnv(source="data", data_root=folder, compat=True, nouns="rule")


def test_every_goal_can_be_won_under_the_originals_judge_too() -> None:
    strict, loose = (
        open_catalogue(CatalogueSpec.of(num_products=80, compat=compat)) for compat in (False, True)
    )
    goals = {goal.goal_id for split in SPLITS for goal in loose.goals[split]}
    assert goals < {goal.goal_id for split in SPLITS for goal in strict.goals[split]}
    numbers = {product.asin: number for number, product in enumerate(loose.products[:])}
    for split in SPLITS:
        for goal in loose.goals[split]:
            number = numbers[goal.asin]
            choice = best_choice(goal, loose.products[number], compat=True)
            assert loose.judge(goal, number, tuple(choice.items())).success
