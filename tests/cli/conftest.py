"""The command line as a person uses it: a process of its own, in another folder, with nothing but its arguments."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Result:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


Blockyard = Callable[..., Result]


@pytest.fixture
def blockyard(tmp_path: Path) -> Blockyard:
    """Runs `python -m designer` with the arguments; a traceback is a failure, whatever the arguments were."""

    def run(*arguments: str | Path, **environment: str) -> Result:
        personal = {"BLOCKYARD_DATA_DIR": str(tmp_path / "data"), "BLOCKYARD_CONFIG_DIR": str(tmp_path / "config")}
        removed = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
        inherited = {key: value for key, value in os.environ.items() if key not in removed}
        done = subprocess.run(
            [sys.executable, "-m", "designer", *map(str, arguments)],
            cwd=tmp_path,
            env={**inherited, **personal, **environment},
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        assert "fault of its own" not in done.stderr, done.stderr
        return Result(done.returncode, done.stdout, done.stderr)

    return run
