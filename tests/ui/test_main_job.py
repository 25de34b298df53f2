"""Journeys in a real window: each is a program that drives the window with xdotool on a screen of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.window
@pytest.mark.timeout(600)
@pytest.mark.parametrize("journey", ["draw_and_train", "mistakes", "rearrange"])
def test_journey(journey: str, xvfb: str, tmp_path: Path):
    environment = {
        **os.environ,
        "DISPLAY": xvfb,
        "QT_QPA_PLATFORM": "xcb",
        "BLOCKYARD_CONFIG_DIR": str(tmp_path / "config"),
        "BLOCKYARD_DATA_DIR": str(tmp_path / "data"),
        "JOURNEY_SHOTS": str(tmp_path),
        "PYTHONFAULTHANDLER": "1",
    }
    done = subprocess.run(
        [sys.executable, str(HERE / f"{journey}.py"), str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=580,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr
