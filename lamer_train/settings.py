"""Settings as a person writes them: presets, YAML files, and `name=value` overrides.

A file may name others that it extends: `base: minesweeper-tiny`, or `base: [paper, sokoban]`, where
later ones win over earlier ones, and the file itself over all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

PRESETS = Path(__file__).parent / "presets"

GROUPS = ("tiny", "paper")
"""The folders of presets, in the order of their listing."""

_PARTS = "base"
"""The folder of files that presets extend and that are no experiments by themselves."""

_BASE = "base"


def preset_names() -> dict[str, list[str]]:
    """The names of all presets by their group."""
    return {
        group: sorted(path.stem for path in (PRESETS / group).glob("*.yaml")) for group in GROUPS
    }


def preset_path(name: str) -> Path:
    """The YAML file of a preset's name, or of a path.

    Raises:
        ValueError: there is neither; the message lists the presets.
    """
    found = _find(name, GROUPS, Path())
    if found is None:
        known = ", ".join(name for names in preset_names().values() for name in names)
        raise ValueError(f"no preset or YAML file {name!r}; the presets are: {known}")
    return found


def _find(name: str, folders: tuple[str, ...], here: Path) -> Path | None:
    candidates = [PRESETS / folder / f"{name}.yaml" for folder in folders]
    return next((path for path in (*candidates, here / name) if path.is_file()), None)


def read_settings(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file, over those of the files that it extends.

    A name under `base` is that of a preset, of one of the files in `presets/base`, or a path beside
    the file. Values replace each other whole, mappings included; `summary` is a file's own.

    Raises:
        ValueError: a file is no YAML mapping, or extends itself or a file that is not there.
    """
    return _read(path, ())


def _read(path: Path, chain: tuple[Path, ...]) -> dict[str, Any]:
    if path.resolve() in chain:
        cycle = " → ".join(each.name for each in (*chain, path))
        raise ValueError(f"{path.name} extends itself: {cycle}")
    own = _mapping(path)
    bases = own.pop(_BASE, None) or []
    names = [bases] if isinstance(bases, str) else bases
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{path}: base must be the name of a file or a list of names")
    merged: dict[str, Any] = {}
    for name in names:
        base = _find(name, (_PARTS, *GROUPS), path.parent)
        if base is None:
            raise ValueError(f"{path} extends {name!r}, which is no preset or file beside it")
        merged |= _read(base, (*chain, path.resolve()))
    merged.pop("summary", None)
    return merged | own


def _mapping(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is no YAML file: {error}") from error
    if not isinstance(raw, dict):
        raise ValueError(f"{path} must hold a mapping of settings, not {type(raw).__name__}")
    return raw


def parse_overrides(overrides: list[str]) -> dict[str, Any]:
    """`["learning_rate=1e-4", …]` as a mapping; values are read as YAML.

    Raises:
        ValueError: an item has no `=`, or no name before it.
    """
    parsed: dict[str, Any] = {}
    for item in overrides:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            raise ValueError(f"an override is written name=value, not {item!r}")
        parsed[name.strip().replace("-", "_")] = yaml.safe_load(value)
    return parsed


def list_presets() -> list[tuple[str, str, str]]:
    """Group, name and one-line summary of every preset."""
    return [
        (group, name, str(read_settings(preset_path(name)).get("summary", "")))
        for group, names in preset_names().items()
        for name in names
    ]


def show_preset(name: str) -> str:
    """The settings of a preset or YAML file as YAML, those of what it extends included.

    Raises:
        ValueError: see `preset_path` and `read_settings`.
    """
    return write_settings(read_settings(preset_path(name)))


def write_settings(settings: Mapping[str, Any]) -> str:
    """Settings as the text of a YAML file, in their order."""
    text: str = yaml.safe_dump(dict(settings), sort_keys=False, allow_unicode=True)
    return text
