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


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each contract says of one copy of the package in which all of them are violated, by its name."""
    folder = tmp_path_factory.mktemp("planted")
    package = _copy(folder)
    (package / "engine" / "innards.py").touch()
    for contract, plants in PLANTS.items():
        for index, (room, imported) in enumerate(plants):
            place = package.joinpath(*room.split("."))
            if place.is_dir():
                (place / f"{_planted(contract, index)}.py").write_text(f"import {imported}\n", "utf-8")
            else:
                with place.with_suffix(".py").open("a", encoding="utf-8") as module:
                    module.write(f"\nimport {imported}\n")
    status, report = _check(folder)
    assert status == 1, report
    return _by_contract(report)


def _planted(contract: str, index: int) -> str:
    return f"planted_{contract.replace('-', '_')}_{index}"


def _by_contract(report: str) -> dict[str, str]:
    """The parts of a report that tell of broken contracts, each under its name; a long name is folded."""
    broken = report[report.index("Broken contracts") :]
    starts = {contract["name"]: broken.find(f"\n{contract['name'][:60]}") for contract in CONTRACTS}
    bounds = sorted([*(start for start in starts.values() if start >= 0), len(broken)])
    return {name: broken[start : bounds[bounds.index(start) + 1]] for name, start in starts.items() if start >= 0}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["id"])
def test_a_contract_reports_every_planted_violation(contract: dict[str, str], reports: dict[str, str]) -> None:
    report = reports[contract["name"]]
    planted = []
    for index, (room, imported) in enumerate(PLANTS[contract["id"]]):
        is_package = (ROOT / "designer").joinpath(*room.split(".")).is_dir()
        importer = f"designer.{room}.{_planted(contract['id'], index)}" if is_package else f"designer.{room}"
        planted.append(f"{importer} -> {imported} ")
    assert not [line for line in planted if line not in report], report


def test_a_new_room_has_to_take_its_place(tmp_path: Path) -> None:
    room = _copy(tmp_path) / "attic"
    room.mkdir()
    (room / "__init__.py").touch()
    status, report = _check(tmp_path, "--contract", "rooms")
    assert status == 1
    assert "designer.attic" in report
