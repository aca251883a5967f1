"""Opening catalogues: built once into the cache, then memory-mapped by every process."""

from __future__ import annotations

import hashlib
import os
import warnings
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from lamer_envs.cache import cached_folder
from lamer_envs.splits import SPLITS
from lamer_envs.text_env import require_choice, require_int
from lamer_envs.webshop.catalogue import Catalogue
from lamer_envs.webshop.data import VARIABLE, WebShopData, find_files
from lamer_envs.webshop.embedded import generate_goals, generate_products, split_of_goal
from lamer_envs.webshop.judge import winnable
from lamer_envs.webshop.nouns import NounReader, ReaderName, default_nouns, noun_reader
from lamer_envs.webshop.prices import hidden_price
from lamer_envs.webshop.real_goals import GoalKind, RealGoals
from lamer_envs.webshop.records import Goal, Product
from lamer_envs.webshop.search.bm25 import SearchIndex
from lamer_envs.webshop.store import GoalStore, ProductStore, write_goals, write_products

_CODE = Path(__file__).parent
_OPEN_AT_ONCE = 8
_BLOCK = 1 << 22
_INDEX = "index"

# The code that decides what is in a cached folder: another version of it gets another folder.
_PRODUCT_CODE = ("records.py", "store.py", "search", "opening.py")
_GOAL_CODE = ("judge.py", "colours.py", "nouns.py", "prices.py", "shop.py")
_DATA_CODE = ("data.py", "json_stream.py", "real_records.py")


@dataclass(frozen=True, slots=True)
class CatalogueSpec:
    """All that a catalogue depends on, save the content of data files.

    Attributes:
        source: `"embedded"` or `"data"`.
        num_products: products, or records of the data that are read; `None` for all of them.
        seed: of the generator and of the hidden prices.
        goals: `"synthetic"` or `"human"`.
        data_root: the folder of the data; empty for the embedded catalogue.
        compat: judge as the original does, and keep its goals.
        nouns: `"rule"` or `"spacy"`.
    """

    source: Literal["embedded", "data"]
    num_products: int | None
    seed: int
    goals: GoalKind
    data_root: str
    compat: bool
    nouns: ReaderName

    @classmethod
    def of(
        cls,
        *,
        source: Literal["embedded", "data"] = "embedded",
        num_products: int | None = 1000,
        seed: int = 0,
        goals: GoalKind = "synthetic",
        data_root: str | Path | None = None,
        compat: bool = False,
        nouns: ReaderName | None = None,
    ) -> CatalogueSpec:
        """The spec of checked arguments.

        Raises:
            ValueError: an argument is out of range, or does not go with `source`.
        """
        require_choice("source", source, ("embedded", "data"))
        require_choice("goals", goals, ("synthetic", "human"))
        if nouns is not None:
            require_choice("nouns", nouns, ("rule", "spacy"))
        if num_products is not None or source == "embedded":
            require_int("num_products", num_products, low=1)
        require_int("catalogue_seed", seed, low=0)
        if not isinstance(compat, bool):
            raise ValueError(f"compat must be True or False, not {compat!r}")
        root = ""
        if source == "data":
            named = os.environ.get(VARIABLE, "") if data_root is None else data_root
            if not isinstance(named, (str, Path)):
                raise ValueError(f"data_root must be a folder's path, not {named!r}")
            root = str(named and Path(named).expanduser().absolute())
        elif goals == "human":
            raise ValueError("goals='human' needs source='data'; expected goals='synthetic'")
        elif data_root is not None:
            raise ValueError(f"data_root={str(data_root)!r} needs source='data'; expected None")
        return cls(
            source=source,
            num_products=None if num_products is None else int(num_products),
            seed=int(seed),
            goals=goals,
            data_root=root,
            compat=compat,
            nouns=nouns or ("rule" if source == "embedded" else default_nouns()),
        )


class SplitGoals(Sequence[Goal]):
    """The goals of one split, in the order in which seeds number them.

    Args:
        store: all goals.
        numbers: those of the split, as document numbers of the store.
    """

    def __init__(self, store: Sequence[Goal], numbers: NDArray[np.int64]) -> None:
        self._store = store
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> Goal: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Goal, ...]: ...
    def __getitem__(self, index: int | slice) -> Goal | tuple[Goal, ...]:
        if isinstance(index, slice):
            return tuple(self._store[int(number)] for number in self._numbers[index])
        return self._store[int(self._numbers[index])]


@lru_cache(maxsize=_OPEN_AT_ONCE)
def open_catalogue(spec: CatalogueSpec) -> Catalogue:
    """The catalogue of a spec: one for all that ask in this process.

    The first one on a machine builds it.

    Raises:
        DataMissingError: a file of the data is not there.
        DataFileError: a file of the data is no JSON of the kind expected.
        ModuleNotFoundError: `nouns="spacy"` without the extra.
    """
    nouns = noun_reader(spec.nouns)
    shelf = _EmbeddedShelf(spec, nouns) if spec.source == "embedded" else _DataShelf(spec, nouns)

    def build_products(folder: Path) -> None:
        write_products(folder, shelf.products())
        written = ProductStore(folder)
        asins = [written.listing(number)[0] for number in range(len(written))]
        texts = (product.search_text for product in written)
        SearchIndex.build(texts, asins).write(folder / _INDEX)

    product_folder = cached_folder(shelf.product_key, build_products)
    products = ProductStore(product_folder)

    def build_goals(folder: Path) -> None:
        places: dict[str, array[int]] = {split: array("Q") for split in SPLITS}
        numbers: dict[str, array[int]] = {split: array("q") for split in SPLITS}

        def sorted_out() -> Iterator[Goal]:
            for number, (split, goal) in enumerate(shelf.goals(products)):
                places[split].append(shelf.place(number, goal))
                numbers[split].append(number)
                yield goal

        write_goals(folder, sorted_out())
        for split in SPLITS:
            order = np.argsort(np.array(places[split], dtype=np.uint64), kind="stable")
            np.save(folder / f"{split}.npy", np.array(numbers[split], dtype=np.int64)[order])

    goal_folder = cached_folder(shelf.goal_key, build_goals)
    goals = GoalStore(goal_folder)
    return Catalogue(
        products,
        SearchIndex.open(product_folder / _INDEX),
        {
            split: SplitGoals(goals, np.asarray(np.load(goal_folder / f"{split}.npy", "r")))
            for split in SPLITS
        },
        price_seed=spec.seed,
        nouns=nouns,
        compat=spec.compat,
        reopen=partial(open_catalogue, spec),
    )


class _EmbeddedShelf:
    """What the embedded catalogue is made of."""

    def __init__(self, spec: CatalogueSpec, nouns: NounReader) -> None:
        assert spec.num_products is not None
        self._nouns = nouns
        self._compat = spec.compat
        self._places: dict[str, int] = {}
        self._count = spec.num_products
        self._seed = spec.seed
        code = ("embedded", *_PRODUCT_CODE)
        self.product_key = _key(code, spec.num_products, spec.seed)
        loose = (spec.nouns,) if spec.compat else ()
        self.goal_key = _key(_GOAL_CODE, self.product_key, *loose)

    def products(self) -> Iterator[Product]:
        return generate_products(self._count, self._seed)

    def goals(self, products: Sequence[Product]) -> Iterator[tuple[str, Goal]]:
        for goal in generate_goals(products, self._seed):
            if not self._compat or self._winnable(goal, products):
                yield split_of_goal(goal), goal

    def _winnable(self, goal: Goal, products: Sequence[Product]) -> bool:
        # The generator proves it for the judge; the original's, told to, misses some values.
        if not self._places:
            self._places = {product.asin: number for number, product in enumerate(products)}
        product = products[self._places[goal.asin]]
        price = hidden_price(product, self._seed)
        return winnable(goal, product, price, self._nouns, compat=True)

    def place(self, number: int, goal: Goal) -> int:
        """Shuffled by name: products are generated family by family."""
        digest = hashlib.blake2b(goal.goal_id.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big")


class _DataShelf:
    """What the files of WebShop's data hold; they are read when something has to be built."""

    def __init__(self, spec: CatalogueSpec, nouns: NounReader) -> None:
        self._spec = spec
        self._nouns = nouns
        items, attributes, human = find_files(root=spec.data_root, limit=spec.num_products)
        self.product_key = _key(
            (*_DATA_CODE, *_PRODUCT_CODE),
            *(_content(path) for path in (items, attributes)),
            spec.num_products,
        )
        self.goal_key = _key(
            (*_DATA_CODE, *_GOAL_CODE, "real_goals.py"),
            self.product_key,
            _content(human) if human is not None else None,
            *(spec.goals, spec.seed, spec.compat, spec.nouns),
        )

    @cached_property
    def _data(self) -> WebShopData:
        return WebShopData.load(root=self._spec.data_root, limit=self._spec.num_products)

    def products(self) -> Iterator[Product]:
        yield from self._data.products()
        broken = [str(part) for part in self._data.summary if part.broken]
        if broken:
            warnings.warn("some records are not in the shop\n" + "\n".join(broken), stacklevel=2)

    def goals(self, products: Sequence[Product]) -> Iterable[tuple[str, Goal]]:
        spec = self._spec
        return RealGoals(
            self._data,
            products,
            kind=spec.goals,
            seed=spec.seed,
            nouns=self._nouns,
            compat=spec.compat,
        )

    def place(self, number: int, goal: Goal) -> int:
        """They come in the original's shuffled order."""
        return number


def _key(code: Sequence[str], *parts: Any) -> str:
    """A name for what these files of code make of these arguments."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=16)
    for name in code:
        path = _CODE / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else (path,):
            digest.update(file.relative_to(_CODE).as_posix().encode() + b"\0")
            digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


def _content(path: Path) -> str:
    """The digest of a file's content, remembered while its size and time stay the same."""
    status = path.stat()

    def build(folder: Path) -> None:
        digest = hashlib.blake2b(digest_size=16)
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        (folder / "digest").write_text(digest.hexdigest(), encoding="ascii")

    folder = cached_folder(_key((), str(path), status.st_size, status.st_mtime_ns), build)
    return (folder / "digest").read_text(encoding="ascii")
