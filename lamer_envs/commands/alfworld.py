"""`lamer alfworld export`, which writes generated games as files that TextWorld loads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lamer_envs.alfworld.export import game_file
from lamer_envs.alfworld.households import SPLITS, HouseholdSpec, generate
from lamer_envs.alfworld.scene import ID_TASK_TYPES, OOD_TASK_TYPES, TASK_TYPES, Scene
from lamer_envs.alfworld.textworld_worker import complete
from lamer_envs.commands.console import BadInputError, console, reports_bad_input

_GROUPS = {"all": TASK_TYPES, "id": ID_TASK_TYPES, "ood": OOD_TASK_TYPES}
_FILE = "game.tw-pddl"

app = typer.Typer(no_args_is_help=True, help="Tools for ALFWorld games.")


@app.callback()
def alfworld() -> None:
    """Tools for ALFWorld games."""


@app.command()
@reports_bad_input
def export(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write.")],
    split: Annotated[str, typer.Option(help="train, valid_seen or valid_unseen.")] = "train",
    task_types: Annotated[str, typer.Option(help="all, id, ood, or one name.")] = "all",
    games: Annotated[int, typer.Option(min=1, help="How many games.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the first; the next ones follow.")] = 0,
    max_turns: Annotated[int, typer.Option(min=1, help="The longest plan allowed.")] = 10,
) -> None:
    """Write generated games as FOLDER/SPLIT/TASK/trial_SEED/game.tw-pddl, as ALFWorld's data are.

    The domain and the grammar come from the installed alfworld: pip install "lamer[alfworld]".
    """
    if split not in SPLITS:
        raise BadInputError(f"--split must be one of {', '.join(SPLITS)}, not {split!r}")
    names = _GROUPS.get(task_types, (task_types,))
    if not set(names) <= set(TASK_TYPES):
        raise BadInputError(
            f"--task-types must be all, id, ood or one of {', '.join(TASK_TYPES)}, "
            f"not {task_types!r}"
        )
    spec = HouseholdSpec(split, names, max_turns)
    for number in range(seed, seed + games):
        try:
            scene = generate(spec, number)
            content = complete(game_file(scene))
        except ModuleNotFoundError as error:
            raise BadInputError(
                f'this needs the alfworld extra: pip install "lamer[alfworld]" '
                f"(missing: {error.name})"
            ) from error
        except RuntimeError as error:
            raise BadInputError(str(error)) from error
        folder = out / split / _folder_name(scene) / f"trial_{number}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / _FILE).write_text(json.dumps(content), encoding="utf-8")
        except OSError as error:
            raise BadInputError(f"cannot write {folder / _FILE}: {error.strerror}") from error
    console().print(f"wrote {games} games to {out / split}", markup=False)


def _folder_name(scene: Scene) -> str:
    goal = scene.goal
    layout = scene.scene_id.partition("-")[0]
    return f"{goal.task_type}-{goal.object_kind}-None-{goal.target_kind}-{layout}"
