"""An engine that hangs is told of, and can be ended: from whoever started it, and from whoever follows it."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace

import pytest

from designer.document.document import Document
from designer.engine.protocol import Batch, Warned, read_status
from designer.session import liveness
from designer.session.following import Followed
from designer.session.leading import EngineDied, Leading
from designer.session.preparing import prepare_run
from designer.session.session import Session
from designer.session.training import TrainingControl

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

HANG = """
import torch


def _hang(module, arguments):
    import time
    while module.training and arguments[0].shape[0] > 2:
        time.sleep(0.01)


torch.nn.modules.module.register_module_forward_pre_hook(_hang)
"""


def begin() -> TrainingControl:
    session = Session.open("lenet_relu")
    data = replace(session.recipe.data, limit=512)
    control = session.train(replace(session.recipe, epochs=500, device="cpu", data=data))
    wait_until(control, lambda reports: any(isinstance(report, Batch) for report in reports))
    return control


def wait_until(control: Leading, holds) -> None:
    deadline = time.monotonic() + 60
    while not holds(control.poll()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_stopped_process_is_silent_until_it_goes_on(monkeypatch):
    monkeypatch.setattr(liveness, "SILENT_S", 4.0)
    control = begin()
    followed = Followed(control.run_dir)
    followed.begin()
    os.kill(control.pid, signal.SIGSTOP)
    for leading in (control, followed):
        wait_until(leading, lambda _, leading=leading: leading.silent_s >= 4)
    assert read_status(control.run_dir).state == "running"
    os.kill(control.pid, signal.SIGCONT)
    for leading in (control, followed):
        wait_until(leading, lambda _, leading=leading: leading.silent_s == 0)
    os.kill(control.pid, signal.SIGSTOP)
    told = False
    for report in control.reports():
        if isinstance(report, Warned):
            assert (report.code, told) == ("not_answering", False)
            assert report.message.startswith("The engine has not answered for ")
            assert "Ctrl-C twice" in report.fix
            told = followed.kill()
    assert told
    assert isinstance(control.outcome, EngineDied)
    wait_until(followed, lambda _: followed.done)
    for leading in (control, followed):
        leading.close()


def test_a_batch_that_never_ends_is_silent_though_its_heart_beats(monkeypatch):
    monkeypatch.setattr(liveness, "SILENT_S", 3.0)
    session = Session.open("lenet_relu")
    recipe = replace(session.recipe, device="cpu", data=replace(session.recipe.data, limit=64))
    run_dir = prepare_run(Document(session.design, recipe), recipe)
    model = run_dir / "model.py"
    model.write_text(HANG + model.read_text())
    control = TrainingControl(run_dir)
    control.start()
    wait_until(control, lambda _: control.silent_s >= 3)
    assert abs(read_status(run_dir).heartbeat - time.time()) < 5
    assert control.kill()
    wait_until(control, lambda _: control.done)
    control.close()
