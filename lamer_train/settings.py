"""Settings as a person writes them: presets, YAML files, and `name=value` overrides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

PRESETS = Path(__file__).parent / "presets"


def preset_path(name: str) -> Path:
    """The YAML file of a preset's name, or of a path.

    Raises:
        ValueError: there is neither; the message lists the presets.
    """
    for path in (PRESETS / f"{name}.yaml", Path(name)):
        if path.is_file():
            return path
    known = ", ".join(sorted(path.stem for path in PRESETS.glob("*.yaml")))
    raise ValueError(f"no preset or YAML file {name!r}; the presets are: {known}")


def read_settings(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file.

    Raises:
        ValueError: the file is no YAML mapping.
    """
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


def list_presets() -> list[tuple[str, str]]:
    """Name and one-line summary of every preset."""
    return [
        (path.stem, str(read_settings(path).get("summary", "")))
        for path in sorted(PRESETS.glob("*.yaml"))
    ]
