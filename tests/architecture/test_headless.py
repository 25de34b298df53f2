"""What a fresh process loads: no Qt and no torch without a window, and nothing slow before the window's first paint."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
QT = ("PySide6", "shiboken6", "pyqtgraph")
TORCH = ("torch", "torchinfo")
WITH_A_WINDOW = ("designer.ui",)
WITH_TORCH = ("designer.engine",)
ENGINE_FACE = tuple(
    f"designer.engine.{name}"
    for name in (
        *("recipe", "recipe_options", "resumption", "protocol", "protocol_data"),
        *("text", "event_file", "run_files", "checksums"),
    )
)

# Imports its arguments up to `--` one after the other; tells the first that loads a module named behind it.
PROBE = """
import importlib, sys
names, unwanted = sys.argv[1:sys.argv.index("--")], set(sys.argv[sys.argv.index("--") + 1:])
for name in names:
    importlib.import_module(name)
    if loaded := sorted(unwanted & set(sys.modules)):
        sys.exit(f"importing {name} loads {loaded}")
"""


def _modules() -> list[str]:
    files = sorted((ROOT / "designer").rglob("*.py"))
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files)
    return [name.removesuffix(".__init__") for name in names]


def _inside(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _loads_none(names: list[str], unwanted: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *names, "--", *unwanted],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_room_without_a_window_loads_neither_qt_nor_torch() -> None:
    rooms = [name for name in _modules() if not _inside(name, WITH_A_WINDOW + WITH_TORCH)]
    assert {"designer.__main__", "designer.cli", "designer.session"} <= set(rooms)
    _loads_none([*rooms, *ENGINE_FACE], QT + TORCH)


def test_the_window_opens_without_torch_and_without_plots() -> None:
    _loads_none(["designer.__main__", "designer.ui.app"], (*TORCH, "pyqtgraph"))


def test_the_probe_can_fail() -> None:
    with pytest.raises(AssertionError, match=r"importing designer\.base\.paths loads"):
        _loads_none(["designer.base", "designer.base.paths"], ("platformdirs",))
