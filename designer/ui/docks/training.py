"""The training dock: the run's figures as they come, how far it is, and what it says when it ends."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from designer.base import numbers
from designer.ui.docks.plot_board import PlotBoard
from designer.ui.docks.plot_grid import PlotChoice
from designer.ui.docks.run_buttons import RunButtons
from designer.ui.theme.fonts import figure_font
from designer.ui.widgets import ElidedLabel, EmptyState, FactTable, label, set_state

if TYPE_CHECKING:
    from designer.ui.docks.plots import CurvePlot

_WIDE_PX, _TALL_PX = 760, 400  # narrower and taller: the figures stand below the plots
_SIDE_PX, _SIDE_LEAST_PX, _ANY_PX = 288, 200, (1 << 24) - 1
_RATE_MEMORY_S = 8.0  # how far back the speed looks from which the time left is guessed
_MOST_MARKS = 1 << 30  # that a progress bar counts


def duration(seconds: float) -> str:
    """A time as people say it: `12 s`, `1 min 12 s`, `2 h 05 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


class _Clock:
    """Steps per second of late, from the moments at which steps were told."""

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = []

    def tell(self, step: int, now: float) -> None:
        if self._marks and not 0 <= now - self._marks[-1][0] < _RATE_MEMORY_S:
            self._marks = []  # the run had stopped in between, or was paused
        if not self._marks or now - self._marks[-1][0] > 0.1:
            self._marks.append((now, step))
            while len(self._marks) > 2 and now - self._marks[1][0] > _RATE_MEMORY_S:
                self._marks.pop(0)

    def seconds_for(self, steps: int) -> float | None:
        if len(self._marks) < 3:
            return None
        (start, first), (end, last) = self._marks[0], self._marks[-1]
        return steps * (end - start) / (last - first) if last > first else None


class Training(QWidget):
    """What is told comes as plain mappings with the engine's names; missing figures are left out of the table.

    add_batch: epoch, batch, step, loss, accuracy, learning_rate, examples_per_second, memory_bytes, and if known
    gradient_norm, memory_total_bytes and device. add_epoch: epoch, train_loss, train_accuracy, test_loss,
    test_accuracy, and where there is a validation set validation_loss, validation_accuracy.
    """

    stop_requested = Signal()
    pause_requested = Signal()
    go_on_requested = Signal()
    clear_queue_requested = Signal()
    remedy_requested = Signal()
    end_requested = Signal()
    picture_requested = Signal(object)
    csv_requested = Signal(object)
    open_run_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Training"))
        self._title, self._epochs, self._per_epoch, self._device = "", 0, 1, ""
        self._batch: dict[str, Any] = {}
        self._epoch, self._step, self._is_running, self._is_paused = 0, 0, False, False
        self._clock, self._steps_a_mark = _Clock(), 1
        self.board, self.choice = PlotBoard(), PlotChoice()
        self.board.picture_requested.connect(self.picture_requested)
        self.board.csv_requested.connect(self.csv_requested)
        self.board.drawn.connect(self._draw_side)
        self.choice.changed.connect(self.board.choose)
        self.empty = EmptyState("chart-line", self.tr("Nothing has been trained yet"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._make_page())
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._stack)
        self._show_warnings([])

    def _make_page(self) -> QWidget:
        self.heading, self.stage = ElidedLabel(role="heading"), label("", "muted")
        self.stage.setFont(figure_font())
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.heading, 1)
        head.addWidget(self.choice)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress"))
        reached = QHBoxLayout()
        reached.setSpacing(12)
        reached.addWidget(self.progress, 1)
        reached.addWidget(self.stage)
        self.facts = FactTable(22)
        self.message, self.advice = label(wrap=True), label("", "muted", wrap=True)
        self.warnings, self.silence = label(wrap=True), label(wrap=True)
        self.silence.hide()
        for part in (self.warnings, self.silence):
            set_state(part, "role", "warn")
        for part in (self.message, self.advice, self.warnings, self.silence):
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons = RunButtons()
        self.buttons.stop_requested.connect(self.stop_requested)
        self.buttons.pause_requested.connect(self.pause_requested)
        self.buttons.go_on_requested.connect(self.go_on_requested)
        self.buttons.clear_queue_requested.connect(self.clear_queue_requested)
        self.buttons.open_run_requested.connect(self.open_run_requested)
        self.buttons.remedy_requested.connect(self.remedy_requested)
        self.buttons.end_requested.connect(self.end_requested)
        panel = QWidget()
        side = QVBoxLayout(panel)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(8)
        for part in (self.message, self.advice, self.warnings, self.silence, self.facts):  # what was said is read first
            side.addWidget(part)
        side.addStretch()
        self._side = QScrollArea()  # so that a low dock stays possible
        self._side.setWidgetResizable(True)
        self._side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._side.setWidget(panel)
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addLayout(head)
        rows.addLayout(reached)
        rows.addWidget(self._side, 1)
        rows.addWidget(self.buttons)
        page = QWidget()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, page)
        self._row.setContentsMargins(16, 12, 16, 12)
        self._row.setSpacing(20)
        self._row.addWidget(self.board, 1)
        self._row.addWidget(column)
        self._panel = column
        return page

    def sizeHint(self) -> QSize:
        return QSize(900, 260)

    @property
    def loss(self) -> CurvePlot | None:
        """Its plot, None before a run or where it is not chosen."""
        return self.board.plots.get("loss")

    @property
    def accuracy(self) -> CurvePlot | None:
        """Likewise."""
        return self.board.plots.get("accuracy")

    # -- what is told

    def set_recipe_line(self, text: str) -> None:
        """The recipe in one line, shown while there is no run: `fashion-mnist-mini · SGD · 10 epochs`."""
        self.empty.set_texts(self.tr("Nothing has been trained yet"), text)

    def expect(self, title: str, epochs: int, text: str) -> None:
        """A run is being made ready; there is nothing to plot yet, and nothing is loaded for it."""
        self._reset(title, epochs, 1, "")
        self._show_warnings([])
        self.board.clear()
        self.show_message(text)

    def begin(self, title: str, epochs: int, batches_per_epoch: int, device: str = "") -> None:
        """A run begins: empty curves. title: `Run 12`."""
        self.board.begin()
        self._reset(title, epochs, batches_per_epoch, device)

    def _reset(self, title: str, epochs: int, batches_per_epoch: int, device: str) -> None:
        self._title, self._epochs, self._device = title, epochs, device
        self._per_epoch = max(1, batches_per_epoch)
        self._batch, self._epoch, self._step, self._is_running = {}, 0, 0, True
        self._clock = _Clock()
        steps = max(1, epochs * self._per_epoch)
        self._steps_a_mark = -(-steps // _MOST_MARKS)
        self.progress.setRange(0, -(-steps // self._steps_a_mark))
        self._is_paused = False
        self.buttons.show_running(True)
        self.show_message("")
        self._stack.setCurrentIndex(1)
        self._draw()

    def add_batch(self, batch: Mapping[str, Any]) -> None:
        """Figures of the batches since the last call."""
        self._batch.update({name: value for name, value in batch.items() if value is not None and value == value})
        self._epoch = max(self._epoch, int(batch.get("epoch", 1)))
        self._step = int(batch.get("step") or (self._epoch - 1) * self._per_epoch + int(batch.get("batch", 0)))
        self._clock.tell(self._step, batch.get("time") or time.time())  # what was told long ago may come only now
        self.board.add_batch(self._step / self._per_epoch, batch)

    def add_epoch(self, epoch: Mapping[str, Any]) -> None:
        """Figures of a whole epoch."""
        number = int(epoch["epoch"])
        self._epoch = max(self._epoch, number)
        self.board.add_epoch(float(number), epoch)

    def finish(self, text: str) -> None:
        """The run ended as it should; `text` says how: `Finished in 3 min 20 s`."""
        self._end()
        self.show_message(text, role="good")

    def fail(self, message: str, fix: str = "") -> None:
        """The run ended in an error, told in words, with what to do."""
        self._stack.setCurrentIndex(1)
        self._end()
        self.show_message(message, fix, role="error")

    def warn(self, text: str) -> None:
        """What may be wrong with this run. It stays, whatever else is said of the run, also when it has ended."""
        if text not in self._warned:
            self._show_warnings([*self._warned, text])

    def _show_warnings(self, texts: list[str]) -> None:
        self._warned = texts
        self.warnings.setText("\n".join(texts))
        self.warnings.setVisible(bool(texts))

    def show_silence(self, text: str) -> None:
        """That the engine does not answer, with a way to end it; an empty text where it does again."""
        self.silence.setText(text)
        self.silence.setVisible(bool(text))
        self.buttons.offer_end(bool(text))

    def show_message(self, text: str, advice: str = "", role: str = "muted") -> None:
        """What the run is at, and what to do; empty texts take no room. role: `muted`, `good` or `error`."""
        set_state(self.message, "role", role)
        for part, words in ((self.message, text), (self.advice, advice)):
            part.setText(words)
            part.setVisible(bool(words))

    def show_paused(self, paused: bool) -> None:
        """Whether the run waits."""
        self._is_paused = paused
        self.buttons.show_paused(paused)
        self._draw_side()

    def show_queue(self, titles: Sequence[str]) -> None:
        """What is trained next, in order."""
        self.buttons.show_queue(titles)

    def offer_remedy(self, text: str) -> None:
        """What would help a run that failed: `Train with batches of 32`."""
        self.buttons.offer_remedy(text)

    def offer_to_go_on(self, offered: bool) -> None:
        """Whether the run that ended can be trained on."""
        self.buttons.offer_to_go_on(offered)

    # -- showing it

    def _end(self) -> None:
        self._is_running = False
        self.show_silence("")
        self.buttons.show_running(False)
        self._draw()

    def _draw(self) -> None:
        """Everything at once: at the beginning and the end of a run."""
        self.board.redraw()
        self._draw_side()

    def _draw_side(self) -> None:
        self.heading.setText(self._title)
        self.stage.setText(self._stage())
        self.progress.setValue(min(self._step // self._steps_a_mark, self.progress.maximum()))
        self.facts.set_facts(self._figures())

    def _stage(self) -> str:
        if not self._epoch:
            return self.tr("starting") if self._is_running else ""
        stage = self.tr("epoch {0} of {1}").format(self._epoch, self._epochs)
        return self.tr("{0}, paused").format(stage) if self._is_paused else stage

    def _figures(self) -> list[tuple[str, str]]:
        known = self._batch
        rows = []
        if "examples_per_second" in known:
            rows.append((self.tr("examples/s"), f"{known['examples_per_second']:,.0f}"))
        left = self._clock.seconds_for(self._epochs * self._per_epoch - self._step)
        if self._is_running and not self._is_paused and left is not None:
            rows.append((self.tr("time left"), duration(left)))
        device = known.get("device") or self._device
        if device:
            rows.append((self.tr("device"), str(device)))
        if "memory_bytes" in known:
            used = numbers.size_bytes(known["memory_bytes"])
            total = known.get("memory_total_bytes")
            used = self.tr("{0} of {1}").format(used, numbers.size_bytes(total)) if total else used
            rows.append((self.tr("memory"), used))
        if "learning_rate" in known:
            rows.append((self.tr("learning rate"), f"{known['learning_rate']:.4g}"))
        if "gradient_norm" in known:
            rows.append((self.tr("gradient norm"), f"{known['gradient_norm']:.3g}"))
        return rows

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self.board.draw_soon()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        wide = self.width() >= _WIDE_PX or self.height() < _TALL_PX
        self._row.setDirection(ways.LeftToRight if wide else ways.TopToBottom)
        side_px = min(max(_SIDE_LEAST_PX, self.width() // 3), _SIDE_PX)
        self._panel.setMinimumWidth(side_px if wide else 0)
        self._panel.setMaximumWidth(side_px if wide else _ANY_PX)
