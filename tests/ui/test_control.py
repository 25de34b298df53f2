"""Leading a run from the window: pause, resume, stop, go on; runs that a window left behind, alive or dead."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.engine.protocol import Epoch, Finished, Started, read_metrics, read_status
from designer.session import liveness
from designer.session.preparing import prepare_run
from designer.session.session import Session
from designer.session.training import TrainingControl
from designer.ui.window import MainWindow
from tests.ui.failing import failing

pytestmark = [
    pytest.mark.qt_log_ignore("This plugin does not support", extend=True),
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
]
Open = Callable[..., MainWindow]
LEFT = Qt.MouseButton.LeftButton
PATIENCE_MS = 60_000


def short(session: Session, epochs: int) -> Session:
    recipe = session.recipe
    session.set_recipe(replace(recipe, epochs=epochs, device="cpu", data=replace(recipe.data, limit=512)))
    return session


def begin(epochs: int) -> TrainingControl:
    """A run that no window knows of, under way."""
    control = short(Session.open("lenet_relu"), epochs).train()
    while not any(isinstance(report, Epoch) for report in control.poll()):
        assert not control.done
    return control


def test_paused_resumed_stopped_and_gone_on_with(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    short(window.session, 500)
    buttons = window.training_dock.buttons
    qtbot.mouseClick(window.top.train, LEFT)
    qtbot.waitUntil(lambda: window.training_dock.loss is not None and window.training_dock.loss.test.size > 0,
                    timeout=PATIENCE_MS)  # fmt: skip
    qtbot.mouseClick(buttons.pause, LEFT)
    qtbot.waitUntil(lambda: window.training.paused, timeout=PATIENCE_MS)
    assert buttons.pause.text() == "Resume"
    assert window.training_dock.stage.text().endswith("paused")
    assert "saved" in window.training_dock.message.text()
    qtbot.keyClick(window, Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.training.paused, timeout=PATIENCE_MS)
    assert buttons.pause.text() == "Pause"
    qtbot.mouseClick(buttons.stop, LEFT)
    qtbot.waitUntil(lambda: not window.training.running, timeout=PATIENCE_MS)
    assert window.training.control.outcome.stopped
    assert not buttons.pause.isVisible()
    before = read_status(window.training.control.run_dir).epoch
    qtbot.mouseClick(buttons.go_on, LEFT)
    assert window.top.train.text() != "Stop"  # it is no training of the design as it is now
    qtbot.waitUntil(lambda: window.training_dock.loss.test.size > before, timeout=PATIENCE_MS)
    assert not buttons.go_on.isVisible()
    loss = window.training_dock.loss
    assert loss.test.points()[0] == [*range(1, loss.test.size + 1)]  # what was reached before stands there too
    steps = loss.train.points()[0]
    assert steps[0] < 1
    assert steps == sorted(set(steps))
    log = list(read_metrics(window.training.control.run_dir))
    assert sum(isinstance(message, Started) for message in log) == 2
    qtbot.mouseClick(buttons.stop, LEFT)
    qtbot.waitUntil(lambda: not window.training.running, timeout=PATIENCE_MS)
    window.panels.show("runs")
    qtbot.waitUntil(lambda: window.runs.table.model().rowCount() == 1, timeout=PATIENCE_MS)
    window.runs.table.menu_requested.emit(str(window.training.control.run_dir), window.rect().center())
    menu = QApplication.activePopupWidget()
    menu.actions()[0].trigger()  # it stands there too
    menu.close()
    qtbot.waitUntil(lambda: window.training.running)
    assert window.training_dock.heading.text().startswith("LeNet with ReLU · ")


def test_a_window_takes_up_what_is_under_way(qtbot: QtBot, open_window: Open):
    control = begin(500)
    window = open_window()
    qtbot.waitUntil(lambda: window.training.running, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.training_dock.loss is not None and window.training_dock.loss.test.size > 0,
                    timeout=PATIENCE_MS)  # fmt: skip
    assert window.training_dock.heading.text().startswith("LeNet with ReLU · ")
    assert any("still training" in toast.text for toast in window.toasts.shown)
    qtbot.mouseClick(window.training_dock.buttons.stop, LEFT)
    qtbot.waitUntil(lambda: not window.training.running, timeout=PATIENCE_MS)
    *_, last = control.reports()
    assert isinstance(last, Finished)
    control.close()


def test_an_engine_that_hangs_is_told_of_and_ended(qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(liveness, "SILENT_S", 4.0)
    window = open_window("lenet_relu")
    short(window.session, 500)
    dock = window.training_dock
    qtbot.mouseClick(window.top.train, LEFT)
    qtbot.waitUntil(lambda: dock.loss is not None, timeout=PATIENCE_MS)
    pid = window.training.control.pid
    os.kill(pid, signal.SIGSTOP)
    qtbot.waitUntil(dock.buttons.end.isVisible, timeout=PATIENCE_MS)
    assert re.fullmatch(r"The engine has not answered for \d+ s\.", dock.silence.text())
    os.kill(pid, signal.SIGCONT)
    qtbot.waitUntil(lambda: not dock.buttons.end.isVisible(), timeout=PATIENCE_MS)
    assert dock.silence.isHidden()
    os.kill(pid, signal.SIGSTOP)
    qtbot.waitUntil(dock.buttons.end.isVisible, timeout=PATIENCE_MS)
    qtbot.mouseClick(dock.buttons.end, LEFT)
    qtbot.waitUntil(lambda: not window.training.running, timeout=PATIENCE_MS)
    assert "ended at once" in dock.message.text()
    assert dock.buttons.end.isHidden()
    assert dock.buttons.go_on.isVisible()


def test_a_window_tells_once_of_a_run_that_died_and_goes_on_with_it(qtbot: QtBot, open_window: Open):
    control = begin(3)
    os.kill(control.pid, signal.SIGKILL)
    *_, _ = control.reports()
    control.close()
    status = control.run_dir / "status.json"
    status.write_text(status.read_text().replace('"heartbeat": ', '"heartbeat": 0.0, "was": '), "utf-8")
    starting = Session.open("lenet_relu")
    prepare_run(starting.document, starting.recipe)  # whose engine is not there yet
    window = open_window()
    qtbot.waitUntil(lambda: bool(window.toasts.shown), timeout=PATIENCE_MS)
    [toast] = window.toasts.shown
    assert re.fullmatch(r"The training of LeNet with ReLU ended before its time \([0-3] / 3 epochs\)\.", toast.text)
    qtbot.mouseClick(toast.action_button, LEFT)
    qtbot.waitUntil(lambda: window.training.running)
    qtbot.waitUntil(lambda: not window.training.running, timeout=PATIENCE_MS)
    assert window.training.control.outcome == Finished(str(control.run_dir), False)
    assert [m.epoch for m in read_metrics(control.run_dir) if isinstance(m, Epoch)] == [1, 2, 3]


def test_trainings_wait_in_a_queue_and_one_starts_from_the_weights_of_another(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    short(window.session, 1)
    ended: list[str] = []
    window.training.ended.connect(lambda kind, text: ended.append(kind))
    qtbot.mouseClick(window.top.train, LEFT)
    qtbot.waitUntil(lambda: window.training.control is not None, timeout=PATIENCE_MS)
    first = window.training.control.run_dir.name
    window.recipes.set_field("start.weights", first)
    for _ in range(2):
        window.actions_by_id["queue"].trigger()
    assert window.training_dock.buttons.queue_line.text().endswith(", +1")
    qtbot.waitUntil(lambda: len(ended) == 1, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.training.running)
    qtbot.mouseClick(window.training_dock.buttons.clear, LEFT)
    took = f"Took 4 of 4 layers from {first}"
    qtbot.waitUntil(lambda: window.training_dock.message.text() == took, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not window.training.running, timeout=PATIENCE_MS)
    assert ended == ["success", "success"]


def test_a_batch_that_fits_is_offered_where_the_memory_runs_out(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    short(window.session, 1)
    failing(window, "if len(x) > 20: raise torch.OutOfMemoryError('CUDA out of memory')")
    qtbot.mouseClick(window.top.train, LEFT)
    qtbot.waitUntil(lambda: window.training_dock.buttons.remedy.isVisible(), timeout=PATIENCE_MS)
    assert "batches of 16 fit" in window.training_dock.message.text()
    del window.session.training_task
    qtbot.mouseClick(window.training_dock.buttons.remedy, LEFT)
    assert (window.session.recipe.batch_size, window.session.recipe.accumulate) == (16, 4)
    qtbot.waitUntil(lambda: not window.training.running, timeout=PATIENCE_MS)
    assert isinstance(window.training.control.outcome, Finished)
    assert not window.training_dock.buttons.remedy.isVisible()


def test_the_node_that_gave_no_number_is_shown(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    short(window.session, 1)
    recipe = window.session.recipe
    window.session.set_recipe(replace(recipe, optimizer=replace(recipe.optimizer, kind="SGD", lr=1e25)))
    qtbot.mouseClick(window.top.train, LEFT)
    remedy = window.training_dock.buttons.remedy
    qtbot.waitUntil(remedy.isVisible, timeout=PATIENCE_MS)
    node = remedy.text().removeprefix("Show ")
    assert f"It began in {node} (" in window.training_dock.message.text()
    qtbot.mouseClick(remedy, LEFT)
    path, selected = window.canvas.path, window.canvas.selected
    block = window.session.design.blocks["LeNetFeatures" if path else window.session.design.main]
    assert block.nodes[selected[0]].name == node.rpartition(".")[2]
