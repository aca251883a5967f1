"""Small runs to report on, and the inverse of how a page packs them."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

from lamer_envs.evaluation.run import EvalConfig, evaluate
from lamer_envs.rollout.policy import Policy, PromptRequest, Response
from lamer_envs.rollout.scripted import ExpertPolicy, RandomPolicy, ScriptedPolicy

MINES = ("LaMer/MineSweeper-v0", {"split": "test", "size": 4, "num_mines": 2})

HOSTILE = (
    "</script><script>document.title='owned'</script><!--<script>"
    "<img src=x onerror=\"document.title='owned'\">\u2028\u2029\x00\ud800 $script ${data} &lt;b&gt;"
)


class Learner(ScriptedPolicy):
    """Wastes its first episode on what is no action, and plays as the expert from then on."""

    def __init__(self) -> None:
        self._expert = ExpertPolicy()

    async def act(self, request: PromptRequest) -> Response:
        if request.phase == "reflect":
            return Response("That went nowhere.\n<remark>Name a cell.</remark>")
        if request.episode == 0:
            return Response("<action>dig deep</action>" if request.turn else "no tag at all")
        return Response(f"First I count.\n<action>{self._expert.action(request)}</action>")


class Hostile:
    """Answers with markup, and with everything else that breaks pages."""

    async def act(self, request: PromptRequest) -> Response:
        tag = "remark" if request.phase == "reflect" else "action"
        return Response(f"{HOSTILE}<{tag}>{HOSTILE}</{tag}>")


def play(
    folder: Path,
    policy: Policy,
    env: tuple[str, dict[str, Any]] = MINES,
    *,
    tasks: int = 3,
    trials: int = 1,
    name: str = "",
) -> Path:
    """Play a run into a folder."""
    player = {"name": name or type(policy).__name__.lower()}
    config = EvalConfig(env[0], env[1], player, num_tasks=tasks, trials_per_task=trials)
    evaluate(config, policy, folder)
    return folder


def play_everything(root: Path) -> Path:
    """Runs in all environments: some that share tasks, some of one difficulty and the next."""
    play(root / "expert", ExpertPolicy(), trials=2)
    play(root / "learner", Learner(), trials=2)
    play(root / "hostile", Hostile(), tasks=1)
    for boxes in (2, 3):
        sokoban = ("LaMer/Sokoban-v0", {"split": "test", "num_boxes": boxes})
        play(root / f"boxes-{boxes}", RandomPolicy(), sokoban, tasks=2)
    shop = ("LaMer/WebShop-v0", {"split": "test", "num_products": 200})
    play(root / "shop", RandomPolicy(), shop, tasks=1)
    play(root / "rooms", RandomPolicy(), ("LaMer/ALFWorld-v0", {"split": "test"}), tasks=4)
    return root


def unpack(packed: str) -> Any:
    """The inverse of `pack`."""
    return json.loads(gzip.decompress(base64.b64decode(packed, validate=True)))


def parts(page: str) -> dict[str, Any]:
    """The data of a page by name: `report`, `index`, and each chunk."""
    pattern = r'<script type="([a-z/]+)" id="([a-z0-9-]+)">(.*?)</script>'
    found = {}
    for kind, name, text in re.findall(pattern, page, re.DOTALL):
        found[name] = json.loads(text) if kind == "application/json" else unpack(text)
    return found
