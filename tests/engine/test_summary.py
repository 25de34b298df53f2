"""torchinfo's table, asked of the engine as the window asks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from designer.engine import protocol

ROOT = Path(__file__).resolve().parents[2]
LARGE = """
from torch import nn

print("a network that prints")

class Large(nn.Sequential):
    def __init__(self, width: int = 50_000):
        super().__init__(nn.Flatten(), nn.Linear(784, width), nn.ReLU(), nn.Linear(width, width), nn.Linear(width, 10))
"""


def summary(*arguments: object, before: str = "pass") -> tuple[int, protocol.Message | protocol.Unreadable]:
    """Run the command in a child. before: a statement to run first. Returns the exit status and its one message."""
    start = f"{before}; import runpy; runpy.run_module('designer.engine.summary', run_name='__main__')"
    command = [sys.executable, "-c", start, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    (line,) = done.stdout.splitlines()
    return done.returncode, protocol.read_line(line)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.py"
    path.write_text(LARGE)
    return path


def test_a_network_too_large_for_memory_is_shown(model):
    status, message = summary(model, "--input-size", 1, 1, 28, 28)
    assert status == 0
    assert message.params == 784 * 50_000 + 50_000 + 50_000**2 + 50_000 + 500_000 + 10  # 10 GB, were they numbers
    assert "Linear" in message.text
    assert "[1, 50000]" in message.text
    assert "Total mult-adds (G): 2.54" in message.text
    assert f"{message.params:,}" in message.text


def test_an_input_that_does_not_fit_is_told(model):
    status, message = summary(model, "--input-size", 1, 1, 20, 28)
    assert status == 1
    assert "1 × 1 × 20 × 28" in message.message


def test_without_torchinfo_it_says_what_to_install(model):
    status, message = summary(model, "--input-size", 1, before="import sys; sys.modules['torchinfo'] = None")
    assert status == 1
    assert "pip install torchinfo" in message.fix
