"""Evaluate a model on an environment with PrimeIntellect's `verifiers`.

    python examples/verifiers_eval.py --base-url http://127.0.0.1:8000/v1 --model Qwen/Qwen3-4B

Any OpenAI-compatible endpoint will do. It is what `vf-eval lamer-verifiers` does, in Python and
without its files. Needs `lamer[verifiers]` and `uv`, with which verifiers starts its chat program.
"""

from __future__ import annotations

import argparse
import asyncio

import verifiers.v1 as vf


def parse_arguments() -> argparse.Namespace:
    """The run's settings."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--base-url", required=True, help="endpoint, up to and with /v1")
    parser.add_argument("--model", required=True, help="name of the model there")
    parser.add_argument("--key", default="OPENAI_API_KEY", help="variable that holds the key")
    parser.add_argument("--env", default="LaMer/MineSweeper-v0", help="environment id")
    parser.add_argument("--tasks", type=int, default=4, help="number of tasks")
    parser.add_argument("--episodes", type=int, default=3, help="attempts at a task")
    parser.add_argument("--concurrency", type=int, default=4, help="trials at a time")
    return parser.parse_args()


async def evaluate(arguments: argparse.Namespace) -> list[vf.Episode]:
    """An episode of verifiers, which is a trial of ours, for every task."""
    taskset = {
        "id": "lamer-verifiers",
        "environment": arguments.env,
        "num_tasks": arguments.tasks,
        "num_episodes": arguments.episodes,
    }
    env = vf.load_environment(vf.resolve_env_config({"taskset": taskset}))
    client = vf.EvalClientConfig(base_url=arguments.base_url, api_key_var=arguments.key)
    context = vf.ModelContext(model=arguments.model, client=client)
    places = asyncio.Semaphore(arguments.concurrency)
    async with env.serving():
        slots = [slot for task in env.taskset for slot in env.slots(task)]
        return await asyncio.gather(*(env.run_slot(slot, context, places) for slot in slots))


def main() -> None:
    """Play all tasks and print what came of them."""
    arguments = parse_arguments()
    traces = []
    for episode in asyncio.run(evaluate(arguments)):
        trace = episode.traces[0] if episode.ok else None
        if trace is None:
            print(f"{episode.task.data.name}: failed, {episode.errors or episode.traces}")
            continue
        traces.append(trace)
        print(f"{episode.task.data.name}: return {trace.rewards['trial_return'].score:.2f}")
    for k in range(1, arguments.episodes + 1) if traces else ():
        share = sum(trace.metrics[f"pass_at_{k}"] for trace in traces) / len(traces)
        print(f"pass@{k}: {100 * share:.0f}%")


if __name__ == "__main__":
    main()
