"""Tokens a second and peak memory of rollout and update on one GPU, beside stock TRL.

    python benchmarks/gpu_train.py

A Qwen3-4B of random weights plays and is updated at the batch shapes of the paper, in bfloat16 with
gradient checkpointing; `trl.GRPOTrainer` updates on the same rows with the same loss. Without a GPU
a toy model runs on the CPU, and the result says so. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import machine as machines
import torch
from gpu_measures import gpu_name, measure_ours, measure_rollout, measure_stock
from gpu_workload import PAPER, SIZES, TOY, Sizes

RESULTS = Path(__file__).resolve().parent / "results"
PACKAGES = ("torch", "transformers", "trl", "accelerate")
GIB = 2**30


def alone(measure: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a process of its own, so that memory peaks are its own too."""
    # A GPU does not outlive a fork; without one, a fork need not import everything again.
    context = multiprocessing.get_context("spawn" if torch.cuda.is_available() else "fork")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(measure, *arguments).result()


def throughput(update: dict[str, Any]) -> float:
    """Tokens a second of the steps after the first, padding not counted."""
    return float(sum(update["step_tokens"][1:]) / sum(update["step_seconds"][1:]))


def padding(update: dict[str, Any]) -> float:
    """The share of padding in what went through the model."""
    return float(1 - sum(update["step_tokens"]) / sum(update["step_padded"]))


def to_markdown(record: dict[str, Any]) -> str:
    """The figures as a page."""
    machine, sizes, rollout = record["machine"], record["sizes"], record["rollout"]
    updates = {"MetaRLTrainer": record["ours"], "stock GRPOTrainer": record["stock"]}
    on = machine["gpu"] or "the CPU, as there is no GPU: **the figures say nothing about GPUs**"
    lines = [
        f"# Rollout and update: {sizes['name']}",
        "",
        f"Measured on {on}.",
        "",
        f"Rollout: {rollout['requests']:,} requests of {sizes['tasks'] * sizes['group']} trials at "
        f"once, prompts of {rollout['prompt_tokens'] / rollout['requests']:,.0f} tokens, responses "
        f"of {rollout['sampled_tokens'] / rollout['requests']:,.0f}, at most {sizes['longest']:,}.",
        "",
        "| backend | sampled tokens/s | peak memory |",
        "|---|---:|---:|",
        f"| transformers | {rollout['sampled_tokens'] / rollout['seconds']:,.0f} | "
        f"{rollout['peak_bytes'] / GIB:,.1f} GiB |",
        "",
        f"Update: {record['ours']['rows']:,} rows of {record['ours']['tokens']:,} tokens in "
        f"{sizes['steps']} optimizer steps, the first of which is not timed; micro-batches of at "
        f"most {sizes['budget']:,} tokens.",
        "",
        "| trainer | tokens/s | padding | scoring | peak memory | norm of the gradient |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for name, update in updates.items():
        norms = ", ".join(f"{norm:.4g}" for norm in update["grad_norms"])
        lines.append(
            f"| {name} | {throughput(update):,.0f} | {padding(update):.0%} | "
            f"{update['scoring_seconds']:,.1f} s | {update['peak_bytes'] / GIB:,.1f} GiB | "
            f"{norms} |"
        )
    lines += [
        "",
        f"`MetaRLTrainer` does {record['speedup']:.2f} times the tokens a second. Tokens are those "
        "of prompts and responses without padding; scoring is the pass for the old policy's "
        "log-probabilities, which a run of `lamer train` saves where it sampled them itself; equal "
        "norms show that both follow the same loss.",
        "",
        machines.sentence(machine),
        "",
    ]
    return "\n".join(lines)


def measure(sizes: Sizes) -> dict[str, Any]:
    """Everything, one after the other."""
    machine = machines.describe("benchmarks/gpu_train.py")
    machine["gpu"] = alone(gpu_name)
    for package in PACKAGES:
        machine["packages"][package] = machines.version_of(package)
    rollout = alone(measure_rollout, sizes.name)
    ours, stock = alone(measure_ours, sizes.name), alone(measure_stock, sizes.name)
    machine["load_average_at_end"] = machines.load_average()
    return {
        "machine": machine,
        "sizes": asdict(replace(sizes, model=None)) | {"model": sizes.model.to_diff_dict()},
        "rollout": rollout,
        "ours": ours,
        "stock": stock,
        "speedup": throughput(ours) / throughput(stock),
    }


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--size", choices=SIZES, help=f"{PAPER.name} by default where there is a GPU, else toy"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the result files")
    arguments = parser.parse_args()
    gpu = torch.cuda.is_available()
    sizes = SIZES[arguments.size or (PAPER.name if gpu else TOY.name)]
    if not gpu:
        print(f"There is no GPU: size {sizes.name} on the CPU, whose figures say nothing of GPUs.")
    record = measure(sizes)
    page = to_markdown(record)
    arguments.out.mkdir(parents=True, exist_ok=True)
    stem = "gpu_train" if gpu and sizes is PAPER else "gpu_train_toy"
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (arguments.out / f"{stem}.json").write_text(text, encoding="utf-8")
    (arguments.out / f"{stem}.md").write_text(page, encoding="utf-8")
    print(page, end="")


if __name__ == "__main__":
    main()
