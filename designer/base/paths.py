"""Where things lie: what ships with the program, and what the program keeps for a person."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def _shipped(name: str) -> Path:
    installed = _PACKAGE / name  # a wheel carries the folder inside the package
    return installed if installed.is_dir() else _PACKAGE.parent / name  # a clone has it beside the package


def presets_dir() -> Path:
    """The folder of the designs that ship with Blockyard; `blocks/` in it holds the built-in blocks."""
    return _shipped("presets")


def resources_dir() -> Path:
    """The folder of icons, help pages and the small data set."""
    return _shipped("resources")


def _personal(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or default)


def config_dir() -> Path:
    """Settings of this person. `BLOCKYARD_CONFIG_DIR` overrides it."""
    return _personal("BLOCKYARD_CONFIG_DIR", platformdirs.user_config_dir("blockyard", appauthor=False))


def data_dir() -> Path:
    """Runs, blocks and journals of this person. `BLOCKYARD_DATA_DIR` overrides it."""
    return _personal("BLOCKYARD_DATA_DIR", platformdirs.user_data_dir("blockyard", appauthor=False))


def library_dir() -> Path:
    """The folder of the blocks that this person keeps for all their designs."""
    return data_dir() / "library"


def cache_dir() -> Path:
    """What can be made again. `BLOCKYARD_CACHE_DIR` overrides it."""
    return _personal("BLOCKYARD_CACHE_DIR", platformdirs.user_cache_dir("blockyard", appauthor=False))


def runs_dir() -> Path:
    """The folder that holds one folder a run."""
    return data_dir() / "runs"
