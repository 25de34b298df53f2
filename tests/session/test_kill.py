"""kill -9 at random moments of editing: at most the last edit is lost."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from designer.document.journal import find_recoverable
from designer.document.presets import open_design
from designer.document.writing import dump_document

HERE = Path(__file__).parent
MOMENTS = 50


def brought_back(folder: Path) -> str | None:
    """The state that a killed process's journal gives, None where there is nothing unsaved."""
    found = find_recoverable(folder / "journals")
    assert len(found) <= 1
    states = [hashlib.sha256(dump_document(each.document)).hexdigest()[:16] for each in found]
    for each in found:
        each.discard()
    return states[0] if states else None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the children are forked")
def test_killed_at_fifty_moments_of_editing(tmp_path: Path):
    presets = ("lenet_relu", "vgg11_small", "resnet18")
    saved = {hashlib.sha256(dump_document(open_design(name))).hexdigest()[:16] for name in presets}
    command = [sys.executable, str(HERE / "killed_while_editing.py"), str(tmp_path), "7", str(MOMENTS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, cwd=HERE.parent.parent)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split("\n")[:-1]
    assert len(lines) == MOMENTS
    recovered = 0
    for line in lines:
        name, finished, begun = line.split()
        state = brought_back(tmp_path / name)
        if state is None:
            assert finished in saved or begun in saved, line
        else:
            assert state in (finished, begun), line
            recovered += 1
    assert recovered > MOMENTS / 2
