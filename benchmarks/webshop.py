"""Speed, memory and start-up of WebShop.

    python benchmarks/webshop.py

One process, save for what is measured of several. Episodes are played beforehand by a scripted
visitor; the clock runs while their actions are played again in a catalogue whose memory of pages
and queries is empty. Writes `webshop.json` and `webshop.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from machine import describe, load_average, sentence

from lamer_envs.webshop.env import WebShopEnv
from lamer_envs.webshop.opening import CatalogueSpec, open_catalogue

RESULTS = Path(__file__).parent / "results"
MEGABYTE = 1 << 20
PRICE = re.compile(r", and price lower than .*")


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: the quantity.
        unit: of the values.
        values: samples.
        goal: what the median should reach, `None` where none is set.
        more: whether more is better.
    """

    what: str
    unit: str
    values: tuple[float, ...]
    goal: float | None = None
    more: bool = True

    @property
    def median(self) -> float:
        """Of the samples."""
        return statistics.median(self.values)

    @property
    def reached(self) -> bool | None:
        """Whether the median reaches the goal."""
        if self.goal is None:
            return None
        return self.median >= self.goal if self.more else self.median <= self.goal


def visit(env: WebShopEnv, seed: int, rng: random.Random) -> list[str]:
    """The actions of an episode: search, perhaps another page, one or two products, buy one."""
    _, info = env.reset(seed=seed)
    instruction = PRICE.sub("", env.task.instruction)
    actions: list[str] = []

    def act(action: str) -> None:
        nonlocal info
        actions.append(action)
        *_, info = env.step(action)

    words = instruction.split()
    act(f"search[{' '.join(rng.sample(words, min(len(words), 8)))}]")
    for last in (rng.random() < 0.5, True):
        if rng.random() < 0.2 and "click[next >]" in info["admissible_actions"]:
            act("click[next >]")
        products = [a for a in info["admissible_actions"] if a.startswith("click[b0")]
        act(rng.choice(products))
        if rng.random() < 0.5:
            act(f"click[{rng.choice(('description', 'features'))}]")
            act("click[< prev]")
        if last:
            break
        act("click[< prev]")
    fixed = {"back to search", "< prev", "description", "features", "reviews", "buy now"}
    choices = [a for a in info["admissible_actions"] if a[6:-1] not in fixed]
    for choice in rng.sample(choices, min(len(choices), 2)):
        act(choice)
    act("click[buy now]")
    return actions


def steps(products: int, episodes: int, repeats: int, goal: float) -> tuple[Row, dict[str, float]]:
    """Steps a second, and the share of each kind of page among what they led to."""
    env = WebShopEnv(num_products=products, max_turns=64)
    rng = random.Random(0)
    plays = [visit(env, seed, rng) for seed in range(episodes)]
    kinds: Counter[str] = Counter()
    values = []
    catalogue = env.shop.catalogue
    for _ in range(repeats):
        for memory in (catalogue.search, catalogue.listings, catalogue.item):
            memory.cache_clear()
        spent, count = 0.0, 0
        for seed, actions in enumerate(plays):
            env.reset(seed=seed)
            begin = time.process_time()
            for action in actions:
                env.step(action)
            spent += time.process_time() - begin
            count += len(actions)
        values.append(count / spent)
    for seed, actions in enumerate(plays):
        env.reset(seed=seed)
        for action in actions:
            kinds[env.step(action)[4]["page"]] += 1
    shares = {kind: round(number / kinds.total(), 3) for kind, number in kinds.most_common()}
    return Row(f"steps, {products:,} products", "1/s", tuple(values), goal), shares


def searches(products: int, queries: int, repeats: int, goal: float) -> Row:
    """Queries a second, each query once a sample and not remembered."""
    catalogue = open_catalogue(CatalogueSpec.of(num_products=products))
    goals = catalogue.goals["train"]
    asked = [PRICE.sub("", goals[n % len(goals)].instruction) for n in range(queries)]
    values = []
    for _ in range(repeats):
        begin = time.process_time()
        for query in asked:
            catalogue.index.search(query)
        values.append(len(asked) / (time.process_time() - begin))
    return Row(f"searches, {products:,} products", "1/s", tuple(values), goal)


MEMORY = """
import sys
import gymnasium as gym
import lamer_envs
from lamer_envs.webshop.env import WebShopEnv

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

make = WebShopEnv if sys.argv[1] == "class" else lambda: gym.make("LaMer/WebShop-v0")
count = int(sys.argv[2])

def started(seed):
    env = make()
    env.reset(seed=seed)
    env.step(f"search[{env.unwrapped.task.title}]")
    return env

for seed in range(count):  # what the catalogue remembers is its own, and bounded
    started(seed)
before = resident()
held = [started(seed) for seed in range(count)]
print(resident() - before)
"""

START = """
import gymnasium as gym
import lamer_envs
env = gym.make("LaMer/WebShop-v0", num_products={products})
print(len(env.reset(seed=0)[0]), flush=True)
"""

BUILD = """
import resource
import lamer_envs
from lamer_envs.webshop.env import WebShopEnv
WebShopEnv(num_products={products})
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""

SHARED = """
import sys
from lamer_envs.webshop.env import WebShopEnv
env = WebShopEnv(num_products={products})
for seed in range(200):
    env.reset(seed=seed)
    env.step(f"search[{{env.task.instruction}}]")
print("ready", flush=True)
sys.stdin.read()
"""


def memory(envs: int) -> list[Row]:
    """Megabytes that many environments take beyond the catalogue, a page of results each."""
    rows = []
    for how, goal in (("class", 60.0), ("gym.make", None)):
        grown = subprocess.run(
            [sys.executable, "-c", MEMORY, how, str(envs)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        value = int(grown) / MEGABYTE
        rows.append(Row(f"memory of {envs:,} environments, {how}", "MB", (value,), goal, False))
    return rows


def start_up(products: int, repeats: int, cached: bool, goal: float | None) -> Row:
    """Seconds on the wall from the start of a process to the first observation."""
    values = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as empty:
            place = {} if cached else {"LAMER_CACHE": empty}
            begin = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", START.format(products=products)],
                env={**os.environ, **place},
                stdout=subprocess.DEVNULL,
                check=True,
            )
            values.append(time.perf_counter() - begin)
    how = "from the cache" if cached else "nothing cached"
    return Row(f"start-up, {products:,} products, {how}", "s", tuple(values), goal, False)


def build(products: int) -> list[Row]:
    """Seconds on the wall and most memory of a process that makes a catalogue, goals and index."""
    with tempfile.TemporaryDirectory() as empty:
        begin = time.perf_counter()
        peak = subprocess.run(
            [sys.executable, "-c", BUILD.format(products=products)],
            env={**os.environ, "LAMER_CACHE": empty},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        spent = time.perf_counter() - begin
    what = f"making {products:,} products"
    return [
        Row(f"{what}, time", "s", (spent,)),
        Row(f"{what}, most memory", "MB", (int(peak) / 1024,), more=False),
    ]


def shared(products: int, processes: int) -> dict[str, float]:
    """Megabytes of each of some processes that search the same products: RSS, PSS, mapped files."""
    command = [sys.executable, "-c", SHARED.format(products=products)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    try:
        for process in running:
            assert process.stdout is not None
            process.stdout.readline()
        totals: Counter[str] = Counter()
        for process in running:
            folder = Path("/proc") / str(process.pid)
            totals.update(fields((folder / "smaps_rollup").read_text()))
            for block in re.split(r"\n(?=[0-9a-f]+-)", (folder / "smaps").read_text()):
                if re.search(r"\.(npy|jsonl)\n", block):
                    found = fields(block)
                    totals.update({f"mapped {name}": size for name, size in found.items()})
    finally:
        for process in running:
            process.communicate()
    return {name: round(size / processes / 1024, 1) for name, size in totals.items()}


def fields(text: str) -> dict[str, int]:
    """Resident and proportional sizes in a table of memory, in kB."""
    return {name: int(size) for name, size in re.findall(r"^(Rss|Pss): +(\d+)", text, re.M)}


def table(rows: Sequence[Row], notes: Sequence[str], machine: dict[str, Any]) -> str:
    """The readable form."""
    lines = [
        "# WebShop",
        "",
        f"`{machine['command']}`",
        "",
        f"{sentence(machine)} Medians, in brackets the extremes.",
        "",
        "| what | measured | goal |",
        "|---|---|---|",
    ]
    for row in rows:
        digits = 2 if row.unit == "s" else 1 if row.unit == "MB" else 0
        low, middle, high = (
            f"{value:,.{digits}f}" for value in (min(row.values), row.median, max(row.values))
        )
        span = f" ({low} – {high})" if len(row.values) > 1 else ""
        goal = "–"
        if row.goal is not None:
            bound = "at least" if row.more else "at most"
            goal = f"{bound} {row.goal:,.0f}: {'reached' if row.reached else 'missed'}"
        lines.append(f"| {row.what} | {middle} {row.unit}{span} | {goal} |")
    return "\n".join([*lines, "", *notes]) + "\n"


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description="Speed, memory and start-up of WebShop.")
    parser.add_argument("--repeats", type=int, default=5, help="samples of each quantity")
    parser.add_argument("--episodes", type=int, default=600, help="episodes a sample of steps")
    parser.add_argument("--envs", type=int, default=10_000, help="environments held in memory")
    parser.add_argument("--large", type=int, default=100_000, help="products of the large shop")
    parser.add_argument(
        "--build", type=int, nargs="*", default=[100_000], help="sizes of shops to make anew"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the result files")
    arguments = parser.parse_args()
    repeats, large = arguments.repeats, arguments.large
    if min(repeats, arguments.episodes, arguments.envs) < 1 or min([large, *arguments.build]) < 100:
        parser.error("--repeats, --episodes, --envs must be at least 1, sizes of shops 100")

    machine = describe("benchmarks/webshop.py")
    begin = time.process_time()
    rows: list[Row] = []
    shares: dict[str, dict[str, float]] = {}
    parts: list[Callable[[], Row]] = [
        lambda: searches(1000, 2000, repeats, 4000),
        lambda: searches(large, 500, repeats, 400),
        lambda: start_up(1000, repeats, cached=False, goal=1),
        lambda: start_up(1000, repeats, cached=True, goal=None),
        lambda: start_up(large, repeats, cached=True, goal=2),
    ]
    for products, goal in ((1000, 10_000.0), (large // 2, 3000.0)):
        row, shares[f"{products:,}"] = steps(products, arguments.episodes, repeats, goal)
        rows.append(row)
        print(f"{row.what}: {row.median:,.0f}", file=sys.stderr, flush=True)
    for part in parts:
        rows.append(part())
        print(f"{rows[-1].what}: {rows[-1].median:,.2f}", file=sys.stderr, flush=True)
    for products in arguments.build:
        rows += build(products)
    rows += memory(arguments.envs)
    sizes = shared(large, 4)
    machine["load_average_at_end"] = load_average()
    pages = ", ".join(f"{kind} {share:.1%}" for kind, share in next(iter(shares.values())).items())
    notes = [
        f"Steps lead to: {pages}. Seconds of steps and searches are of processor time, those of "
        "start-ups are on the wall. Environments in memory hold a page of results each.",
        "",
        f"Four processes that search {large:,} products: each has {sizes['Rss']:,.0f} MB resident "
        f"and {sizes['Pss']:,.0f} MB proportional set size; of the catalogue's mapped files "
        f"{sizes['mapped Rss']:,.0f} MB are resident in each, and {sizes['mapped Pss']:,.0f} MB "
        "are its share.",
    ]
    record = {
        "machine": machine,
        "rows": [{**asdict(row), "median": row.median, "reached": row.reached} for row in rows],
        "pages": shares,
        "four_processes_mb_each": sizes,
        "processor_seconds": round(time.process_time() - begin, 1),
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (arguments.out / "webshop.json").write_text(text, encoding="utf-8")
    (arguments.out / "webshop.md").write_text(table(rows, notes, machine), encoding="utf-8")
    print(table(rows, notes, machine))


if __name__ == "__main__":
    main()
