"""Several devices from the session: heard, paused, stopped and resumed as one is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from designer.base.errors import TrainingError
from designer.engine.protocol import Epoch, Finished, Paused, Started
from designer.session import engine_process
from designer.session.leading import Leading
from designer.session.resuming import resume_run
from designer.session.session import Session


def wait_for(control: Leading, kind: type, seconds: float = 120) -> object:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for report in control.poll():
            if isinstance(report, kind):
                return report
            assert not isinstance(report, Finished), report
        assert not control.done, control.outcome
        time.sleep(0.01)
    raise AssertionError(f"no {kind.__name__} in {seconds} s")


def test_two_devices_are_led_as_one(monkeypatch: pytest.MonkeyPatch):
    session = Session.open("lenet_relu")
    recipe = replace(session.recipe, devices=2, device="cpu", epochs=300)
    control = session.train(replace(recipe, data=replace(recipe.data, limit=256)))
    assert wait_for(control, Started).devices == 2
    wait_for(control, Epoch)
    control.pause()
    wait_for(control, Paused)
    control.resume()
    control.stop()
    assert wait_for(control, Finished).stopped
    control.close()
    begun: list[str] = []

    def note(command: Sequence[str], cwd: Path) -> None:
        begun.extend(command)
        raise FileNotFoundError(2, "noted")

    monkeypatch.setattr(engine_process, "start", note)
    with pytest.raises(TrainingError, match="noted"):
        resume_run(control.run_dir)
    assert begun[-2:] == [str(control.run_dir), "--resume"]
    assert begun[begun.index("--nproc-per-node") + 1] == "2"
