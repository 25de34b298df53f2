"""On a screen with two device pixels to a logical one, cards, chips, wires and the minimap take each of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def test_the_canvas_is_sharp_on_a_dense_screen(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("dense_screen.py")), str(tmp_path / "canvas.png")],
        env={**os.environ, "QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["ratio"] == 2.0
    assert seen["size"] == [1440, 960]
    assert seen["pairs_that_differ"] > 100, "texts and frames have edges between device pixels"
    assert len(seen["cards"]) >= 3
    assert set(seen["cards"]) == {2.0}
    assert seen["wire_px"] == 2.0, "as thin to the eye as on any screen"
    assert seen["minimap"] == 2.0
