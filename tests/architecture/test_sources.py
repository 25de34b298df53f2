"""What every file of the project keeps to that ruff cannot check."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import designer

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (".ci", "designer", "presets", "resources", "tests")
TEXT = {"", ".blockyard", ".json", ".md", ".py", ".svg", ".toml", ".txt"}
MAX_LINES = 400
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.~])/(?:home|root|Users|work)/")


def _files() -> list[Path]:
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    files = [path for path in [*ROOT.iterdir(), *inside] if path.is_file() and path.suffix in TEXT]
    return [path for path in files if path.name != ".git"]  # a file where the clone is a work tree of another


def test_no_module_is_too_long() -> None:
    modules = [path for path in _files() if path.suffix == ".py"]
    long = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in modules}
    assert {path: lines for path, lines in long.items() if lines > MAX_LINES} == {}


def test_no_file_names_somebodys_folder() -> None:
    assert [path for path in _files() if SOMEBODYS_FOLDER.search(path.read_text("utf-8"))] == []


def test_the_version_is_that_of_the_changelog() -> None:
    newest = re.search(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert designer.__version__ == newest[1] == version("blockyard")


def test_the_version_is_written_once() -> None:
    written = re.compile(rf"""["']{re.escape(designer.__version__)}["']""")
    modules = [path for path in (ROOT / "designer").rglob("*.py") if written.search(path.read_text("utf-8"))]
    assert modules == [ROOT / "designer" / "__init__.py"]
