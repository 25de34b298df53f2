"""The wheel: it carries what ships, and runs from anywhere without the clone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEPT_OUT = {"tests", ".ci", "__pycache__"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT), cwd=folder)
    return next(folder.glob("blockyard-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the installed wheel and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    install = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(folder))
    _run(*install, str(wheel), cwd=folder)
    return folder


def _run(*command: str, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _shipped(folder: str) -> set[str]:
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {f"designer/{path.relative_to(ROOT).as_posix()}" for path in files if not KEPT_OUT & set(path.parts)}


def test_the_wheel_carries_presets_and_resources_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    presets, resources = _shipped("presets"), _shipped("resources")
    assert presets
    assert resources
    assert names >= presets | resources
    assert not [name for name in names if KEPT_OUT & set(Path(name).parts)]


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = next(name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        assert "blockyard = designer.__main__:main" in archive.read(info).decode()
        assert archive.read(info.replace("entry_points.txt", "licenses/LICENSE"))


def test_installed_it_opens_its_presets_from_another_folder(installed: Path, tmp_path: Path) -> None:
    where = "import designer; print(designer.__file__)"
    assert Path(_run(sys.executable, "-c", where, cwd=tmp_path, PYTHONPATH=str(installed)).strip()).is_relative_to(
        installed
    )
    told = _run(sys.executable, "-m", "designer", "presets", "--json", cwd=tmp_path, PYTHONPATH=str(installed))
    presets = {preset["id"]: preset for preset in json.loads(told)}
    assert {"lenet_sigmoid", "vgg11_fashion", "vgg11_small", "googlenet", "resnet"} <= set(presets)
    assert all(preset["params"] > 0 and preset["input_shape"] for preset in presets.values())
