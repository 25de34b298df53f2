"""Making a run folder: everything that decides one training, so that it can be read, compared and repeated.

The folder gets the design, the generated module, the recipe and `run.json`, which says when and under what it was
made; the engine adds its own files. Called by session and the command line before they start the engine.
"""

from __future__ import annotations

import json
import platform
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from designer import __version__
from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.engine.protocol import METRICS_FILE, MODEL_FILE, RECIPE_FILE, STATUS_FILE
from designer.engine.recipe import Recipe
from designer.engine.resumption import has_best as has_best
from designer.engine.resumption import has_checkpoint as has_checkpoint
from designer.graph.expressions import Value

DESIGN_FILE = "design.blockyard"
RUN_FILE = "run.json"
_PACKAGES = ("torch", "numpy", "pillow", "torchinfo")


class RunFolderError(BlockyardError):
    """A run folder that cannot be made or used."""


@dataclass(frozen=True)
class RunDesign:
    """The design that is trained. document: the bytes of its file. source: its generated module."""

    name: str
    title: str
    document: bytes
    source: str
    variables: Mapping[str, Value] = field(default_factory=dict)


def create_run(root: Path, design: RunDesign, recipe: Recipe, run_dir: Path | None = None) -> Path:
    """A new run folder under `root`, named by time and design; or `run_dir`, which must be new or empty.

    Returns the folder, absolute. Raises RunFolderError.
    """
    recipe = with_absolute_paths(recipe)
    about = {
        "blockyard": __version__,
        "design": design.name,
        "title": design.title or design.name,
        "created": datetime.now().astimezone().isoformat(timespec="milliseconds"),
        "variables": dict(design.variables),
        "seed": recipe.seed,
        "environment": environment(),
    }
    try:
        folder = _new_folder(Path(root), design.name) if run_dir is None else _own_folder(Path(run_dir))
        (folder / DESIGN_FILE).write_bytes(design.document)
        (folder / MODEL_FILE).write_text(design.source, "utf-8")
        (folder / RECIPE_FILE).write_bytes(_json(recipe.to_json()))
        (folder / RUN_FILE).write_bytes(_json(about))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise RunFolderError(
            Text("The run folder cannot be made: {reason}.", reason=getattr(error, "strerror", None) or error),
            expected="a folder that can be written",
            fix="Choose another folder, or make room.",
        ) from error
    return folder


def environment() -> dict[str, Any]:
    """What a training depends on besides its folder: versions of Python and packages, the machine. Imports nothing."""
    versions = {name: _version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), "platform": platform.platform(), "executable": sys.executable} | {
        "packages": {name: version for name, version in versions.items() if version}
    }


def _version(package: str) -> str | None:
    from importlib import metadata  # brings the whole of email with it, which only the start of a run needs

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def with_absolute_paths(recipe: Recipe) -> Recipe:
    """The engine works in another folder: a path must not depend on where one stands. Names of data sets stay names."""
    folder = Path(recipe.data.source).expanduser()
    if folder.exists():
        recipe = replace(recipe, data=replace(recipe.data, source=str(folder.resolve())))
    if recipe.start.weights:
        weights = str(Path(recipe.start.weights).expanduser().resolve())
        recipe = replace(recipe, start=replace(recipe.start, weights=weights))
    return recipe


def _new_folder(root: Path, design: str) -> Path:
    root = root.absolute()
    root.mkdir(parents=True, exist_ok=True)
    name = f"{time.strftime('%Y-%m-%d_%H%M%S')}_{re.sub(r'[^A-Za-z0-9_-]', '_', design)[:60]}"
    number = 1
    while True:
        folder = root / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder


def _own_folder(folder: Path) -> Path:
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if any((folder / name).exists() for name in (METRICS_FILE, STATUS_FILE, MODEL_FILE, RUN_FILE)):
        raise RunFolderError(
            Text("{folder} holds a run already.", folder=folder),
            expected="a new or an empty folder",
            fix="Name another folder.",
        )
    if any(folder.iterdir()):
        raise RunFolderError(
            Text("{folder} is not empty.", folder=folder),
            expected="a new or an empty folder",
            fix="Name another folder.",
        )
    return folder


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")
