"""Who may import whom: the contracts in pyproject.toml hold, and every one of them can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


class Plant(NamedTuple):
    """A forbidden import: the room that commits it, and the module that it imports."""

    room: str
    imports: str


def _plants() -> dict[str, list[Plant]]:
    layers = next(contract["layers"] for contract in CONTRACTS if contract["id"] == "rooms")
    floors = [floor.split(" | ") for floor in layers]  # from the top down
    rooms = [room for floor in floors for room in floor]
    upwards = [
        Plant(room, f"designer.{higher}") for above, below in pairwise(floors) for higher in above for room in below
    ]
    sideways = [Plant(a, f"designer.{b}") for floor in floors for a in floor for b in floor if a != b]
    packages = [room for room in rooms if room != "__main__"]  # a module, so nothing can be planted inside
    others = [room for room in packages if room != "engine"]
    return {
        "rooms": upwards + sideways,
        "engine-face": [Plant(room, "designer.engine.innards") for room in others],
        "torch-free-face": [Plant("engine.recipe", "torch"), Plant("engine.protocol", "torchinfo")],
        "torch": [Plant(room, library) for room in others for library in ("torch", "torchinfo")],
        "qt": [Plant(room, library) for room in packages if room != "ui" for library in ("PySide6", "pyqtgraph")],
    }


PLANTS = _plants()


def _check(folder: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"]
    done = subprocess.run(
        [*command, "--no-cache", "--no-logo", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def _copy(folder: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "designer", folder / "designer", ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "designer"


def test_the_contracts_hold() -> None:
    status, report = _check(ROOT)
    assert status == 0, report


def test_each_contract_has_its_violations() -> None:
    assert list(PLANTS) == [contract["id"] for contract in CONTRACTS]


@pytest.mark.parametrize("contract", PLANTS)
def test_a_contract_reports_every_planted_violation(contract: str, tmp_path: Path) -> None:
    package = _copy(tmp_path)
    (package / "engine" / "innards.py").touch()
    planted = []
    for index, (room, imported) in enumerate(PLANTS[contract]):
        place = package.joinpath(*room.split("."))
        if place.is_dir():
            importer = f"designer.{room}.planted_{index}"
            (place / f"planted_{index}.py").write_text(f"import {imported}\n", "utf-8")
        else:
            importer = f"designer.{room}"
            with place.with_suffix(".py").open("a", encoding="utf-8") as module:
                module.write(f"\nimport {imported}\n")
        planted.append(f"{importer} -> {imported} ")
    status, report = _check(tmp_path, "--contract", contract)
    assert status == 1, report
    assert not [line for line in planted if line not in report], report


def test_a_new_room_has_to_take_its_place(tmp_path: Path) -> None:
    room = _copy(tmp_path) / "attic"
    room.mkdir()
    (room / "__init__.py").touch()
    status, report = _check(tmp_path, "--contract", "rooms")
    assert status == 1
    assert "designer.attic" in report
