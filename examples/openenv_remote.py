"""Play an environment that another process serves, through OpenEnv.

    python -m lamer_envs.integrations.openenv --env LaMer/Sokoban-v0 --port 8000
    python examples/openenv_remote.py --url http://127.0.0.1:8000

Without `--url` a server is started on this machine first. The player draws among the actions that
the server says are possible; put a model in its place. Needs `lamer[openenv]`.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

from lamer_envs.evaluation.metrics import summarize
from lamer_envs.integrations.openenv import LamerAction, LamerClient, LamerObservation
from lamer_envs.meta.trial import Trial

PORT = 8731
"""Where the server that is started here listens."""


def answer(seen: LamerObservation, rng: random.Random) -> str:
    """A model's place: from a prompt to a response."""
    if seen.phase == "reflect":
        return "<remark>That did not work. I will try something else.</remark>"
    return f"<action>{rng.choice(seen.admissible_actions or ['wait'])}</action>"


def play(url: str, tasks: int) -> list[Trial]:
    """A trial on each of the tasks 0, 1, …, in one session."""
    trials = []
    with LamerClient(base_url=url).sync() as env:
        for seed in range(tasks):
            rng = random.Random(seed)
            result = env.reset(seed=seed)
            while not result.done:
                result = env.step(LamerAction(response=answer(result.observation, rng)))
            # The record is the one that a trial on this machine would have.
            trials.append(Trial.from_json(result.observation.trial))
    return trials


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Return once the server answers."""
    while server.poll() is None:
        try:
            urlopen(f"{url}/health").close()
            return
        except (URLError, ConnectionError):
            time.sleep(0.2)
    raise RuntimeError(f"the server ended with code {server.returncode}")


def main() -> None:
    """Play, and print pass@k."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--url", help="of a server that runs already")
    parser.add_argument("--tasks", type=int, default=20, help="number of tasks")
    arguments = parser.parse_args()
    server = None
    url = arguments.url
    if url is None:
        url = f"http://127.0.0.1:{PORT}"
        command = [sys.executable, "-m", "lamer_envs.integrations.openenv"]
        server = subprocess.Popen([*command, "--env", "LaMer/MineSweeper-v0", "--port", str(PORT)])
        wait_for(url, server)
    try:
        trials = play(url, arguments.tasks)
    finally:
        if server is not None:
            server.terminate()
            server.wait()
    for k, share in enumerate(summarize(trials).pass_at, start=1):
        print(f"pass@{k}: {100 * share.mean:.0f}%")


if __name__ == "__main__":
    main()
