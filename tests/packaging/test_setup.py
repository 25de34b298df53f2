"""The set-up script where it cannot go on: one sentence with what to do, and nothing half done."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("bash", "dirname", "uname", "cat", "tr", "find")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A clone's set-up script, and a machine with a Python that is too old and no other programs than those needed."""
    (tmp_path / "clone" / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "setup", tmp_path / "clone" / ".ci")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in NEEDED:
        (programs / name).symlink_to(shutil.which(name) or name)
    python = programs / "python3"
    python.write_text(f"""#!{shutil.which("bash")}\n[[ $1 == --version ]] && echo 'Python 3.9.2'\n""", "utf-8")
    python.chmod(0o755)
    return tmp_path


def _set_up(machine: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["bash", ".ci/setup", *arguments],
        cwd=machine / "clone",
        env={"PATH": str(machine / "bin"), "HOME": str(machine)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert [path.name for path in (machine / "clone").iterdir()] == [".ci"]
    return done.stderr


def test_an_old_python_is_named(machine: Path) -> None:
    assert "needs Python 3.11 or newer, and this machine has Python 3.9.2" in _set_up(machine)


def test_an_unknown_word_is_refused(machine: Path) -> None:
    assert "'tests' is not known. Use: bash .ci/setup [test]" in _set_up(machine, "tests")
