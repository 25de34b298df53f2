"""The training dock: lazy, fast under a flood of batches, honest at the end."""

from __future__ import annotations

import math
import subprocess
import sys
import time

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QBoxLayout
from pytestqt.qtbot import QtBot

from designer.exchange.tensorboard import TAGS
from designer.runs.curves import BATCH_FIGURES, EPOCH_FIGURES
from designer.ui.docks.figures import FIGURES
from designer.ui.docks.series import Series
from designer.ui.docks.training import Training, duration
from designer.ui.theme.apply import apply_theme
from designer.ui.theme.current import current_theme
from designer.ui.theme.tokens import DARK, LIGHT


def batch(step: int, per_epoch: int = 100) -> dict:
    return {
        "epoch": (step - 1) // per_epoch + 1,
        "batch": (step - 1) % per_epoch + 1,
        "step": step,
        "loss": 2.0 / step,
        "accuracy": 0.9,
        "learning_rate": 0.05,
        "examples_per_second": 14210.4,
        "memory_bytes": 3 << 30,
    }


@pytest.fixture
def training(show) -> Training:
    made = Training()
    show(made, 1200, 280)
    return made


def test_no_plot_library_before_a_run() -> None:
    program = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from designer.ui.docks import code, inspector, palette, problems, recipe_form, runs, summary, training\n"
        "from designer.ui import toasts\n"
        "app = QApplication([])\n"
        "docks = [training.Training(), code.Code(), runs.Runs()]\n"
        "[dock.show() for dock in docks]; app.processEvents()\n"
        "sys.exit(' '.join({'torch', 'pyqtgraph', 'numpy', 'pygments'} & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_before_the_first_run(training: Training) -> None:
    training.set_recipe_line("fashion-mnist-mini · SGD · 10 epochs")
    assert training.empty.isVisible()
    assert training.loss is None


def test_a_run_from_begin_to_finish(qtbot: QtBot, training: Training) -> None:
    training.begin("Run 12", 10, 100, "cuda:0")
    assert (training.heading.text(), training.stage.text()) == ("Run 12", "starting")
    for step in range(1, 151):
        training.add_batch(batch(step))
    training.add_epoch({"epoch": 1, "test_loss": 0.268, "test_accuracy": 0.903})
    qtbot.waitUntil(lambda: training.stage.text() == "epoch 2 of 10")
    assert training.progress.value() == 150
    assert training.progress.maximum() == 1000
    assert training.loss.curves[1].key.value() == "0.268"
    assert training.accuracy.curves[1].key.value() == "90.3 %"
    assert training.accuracy.curves[0].key.value() == "90.0 %"
    facts = dict(training.facts.texts())
    assert facts["examples/s"] == "14,210"
    assert facts["memory"] == "3.0 GiB"
    assert facts["device"] == "cuda:0"
    assert facts["learning rate"] == "0.05"
    training.finish("Finished in 12 s.")
    assert training.message.text() == "Finished in 12 s."
    assert not training.buttons.stop.isVisible()


def test_a_flood_of_batches_leaves_the_window_alone(qtbot: QtBot, training: Training) -> None:
    training.begin("Run 1", 100, 1000)
    drawn: list[float] = []
    redraw = training.loss.redraw
    training.loss.redraw = lambda: (drawn.append(time.monotonic()), redraw())
    start = time.monotonic()
    for step in range(1, 5001):
        training.add_batch(batch(step, 1000))
        if step % 100 == 0:
            QApplication.processEvents()
    elapsed = time.monotonic() - start
    assert len(drawn) <= elapsed * 1000 / 50 + 2
    qtbot.waitUntil(lambda: training.progress.value() == 5000)


def test_stopping(qtbot: QtBot, training: Training) -> None:
    training.begin("Run 1", 1, 10)
    with qtbot.waitSignal(training.stop_requested):
        qtbot.mouseClick(training.buttons.stop, Qt.MouseButton.LeftButton)
    assert training.buttons.stop.text() == "Stopping…"
    assert not training.buttons.stop.isEnabled()
    with qtbot.waitSignal(training.open_run_requested):
        qtbot.mouseClick(training.buttons.open, Qt.MouseButton.LeftButton)


def test_failing_says_what_to_do(training: Training) -> None:
    training.fail("The engine was killed in epoch 3.", "Train again; the last checkpoint is kept.")
    assert training.message.isVisible()
    assert training.message.property("role") == "error"
    assert training.advice.text().startswith("Train again")


def test_a_hidden_dock_catches_up(qtbot: QtBot, training: Training) -> None:
    training.begin("Run 1", 1, 100)
    training.hide()
    training.add_batch(batch(50))
    training.show()
    qtbot.waitUntil(lambda: training.progress.value() == 50)


def test_a_second_run_starts_empty(qtbot: QtBot, training: Training) -> None:
    training.begin("Run 1", 1, 10)
    training.add_batch(batch(5))
    training.begin("Run 2", 1, 10)
    assert training.loss.train.size == 0
    assert training.facts.texts() == []


def test_the_plots_wear_the_theme(training: Training, qapp: QApplication) -> None:
    training.begin("Run 1", 1, 10)
    apply_theme(qapp, LIGHT)
    assert training.loss.plot.backgroundBrush().color().name() == LIGHT.ground


def test_a_narrow_dock_stacks(training: Training) -> None:
    training.begin("Run 1", 1, 10)
    training.resize(420, 640)
    assert training._row.direction() == QBoxLayout.Direction.TopToBottom


def test_zooming_shows_more_and_a_double_click_all(qtbot: QtBot, training: Training) -> None:
    training.begin("Run 1", 10, 10_000)
    for step in range(1, 50_000):
        training.loss.train.append(step / 10_000, math.sin(step))
    training.loss.redraw()
    box = training.loss.plot.getPlotItem().getViewBox()
    box.setXRange(1.0, 1.01, padding=0)
    x, _y = training.loss.curves[0].line.getOriginalDataset()
    assert 95 <= len(x) <= 110
    qtbot.mouseDClick(training.loss.plot.viewport(), Qt.MouseButton.LeftButton)
    x, _y = training.loss.curves[0].line.getOriginalDataset()
    assert x[0] < 0.1
    assert x[-1] > 4.9


def test_series_keep_their_peaks() -> None:
    series = Series()
    for step in range(100_003):
        series.append(step, 0.0)
    series._y[77_777], series._y[100_002] = 9.0, -9.0
    x, y = series.thinned(-math.inf, math.inf, 300)
    assert len(x) <= 4 * 300
    assert y.max() == 9.0
    assert y.min() == -9.0
    assert np.all(np.diff(x) > 0)
    assert x[-1] == 100_002


def test_averages_show_the_trend_and_stay_where_they_are() -> None:
    series = Series()
    for step in range(1000):
        series.append(step, step % 2)
    x, y = series.averaged(-math.inf, math.inf, 100)
    assert 50 <= len(x) <= 100
    assert y == pytest.approx(0.5)
    series.append(1000, 0)
    later, _ = series.averaged(-math.inf, math.inf, 100)
    assert np.array_equal(later[: len(x) - 1], x[:-1])
    assert len(Series().averaged(0, 1, 10)[0]) == 0


def test_series_leave_out_what_is_no_number() -> None:
    series = Series()
    series.append(1, math.nan)
    series.append(2, 0.5)
    assert series.size == 1
    assert series.last() == 0.5


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (59, "59 s"), (72, "1 min 12 s"), (3720, "1 h 02 min"), (-3, "0 s")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("low", "high"), [(15.0, 90.0), (-2.0, 99.0), (0.0, 100.0), (49.0, 91.0), (2.28, 2.36), (0.4, 2.4)]
)
@pytest.mark.parametrize("px", [60, 90, 400])
def test_every_plot_has_two_ticks_to_read_by_and_room_for_each(training: Training, low, high, px) -> None:
    training.begin("Run", 1, 10)
    [(step, ticks)] = training.loss._axes[1].tickValues(low, high, px)
    edge = (high - low) * 6 / px
    assert sum(low + edge <= tick <= high - edge for tick in ticks) >= 2
    assert step / (high - low) * px >= 11


def test_a_loss_that_explodes_is_told_in_a_few_letters(training: Training) -> None:
    training.begin("Run", 1, 10)
    assert FIGURES["loss"].say(25_796_857_036_800.0) == "2.6e+13"
    assert training.loss._axes[1].tickStrings([6e13, 60_000.0, 0.5], 1, 1) == ["6e+13", "60,000", "0.5"]


def test_a_remedy_has_room_for_its_words(training: Training) -> None:
    training.begin("Run", 1, 10)
    training.fail("The loss became nan.")
    training.offer_to_go_on(True)
    remedy = training.buttons.remedy
    for text, is_cut in (("Train with batches of 64", False), ("Show features.block1.convs.first.conv1", True)):
        training.offer_remedy(text)
        QApplication.processEvents()
        assert remedy.isVisible()
        assert remedy.width() >= remedy.sizeHint().width()
        assert (remedy.text() != text, remedy.toolTip()) == (is_cut, text if is_cut else "")


def test_a_curve_of_one_point_is_a_dot(qtbot: QtBot, training: Training) -> None:
    training.begin("Run", 3, 10)
    plot = training.loss

    def inked() -> int:
        image = plot.plot.viewport().grab().toImage()
        ink = QColor(plot.curves[1].look.colour(current_theme())).rgb()
        return sum(image.pixel(x, y) == ink for x in range(image.width()) for y in range(image.height()))

    training.add_epoch({"epoch": 1, "test_loss": 0.5, "test_accuracy": 0.9})
    plot.redraw()
    assert 9 <= inked() <= 25
    training.add_epoch({"epoch": 2, "test_loss": 0.25, "test_accuracy": 0.9})
    plot.redraw()
    assert plot.curves[1].line.opts["symbol"] is None


def test_a_plot_is_looked_at_scaled_smoothed_and_saved(qtbot: QtBot, training: Training) -> None:
    training.begin("Run", 2, 1000)
    for step in range(1, 2001):
        training.add_batch(batch(step, 1000) | {"loss": 10.0 ** (-(step % 2))})
    training.add_epoch({"epoch": 1, "test_loss": 0.5, "test_accuracy": 0.9})
    training.add_epoch({"epoch": 2, "test_loss": 0.25, "test_accuracy": 0.9})
    training.finish("Done")
    plot = training.loss
    assert plot.told_at(1.9).splitlines()[2] == "test 0.250"
    assert plot.told_at(9.0) == ""
    points = len(plot.curves[0].line.getData()[0])
    plot.menu.smoothness[2].trigger()
    assert len(plot.curves[0].line.getData()[0]) < points / 4
    plot.menu.logarithmic.trigger()
    assert plot.curves[1].line.getData()[1][0] == pytest.approx(math.log10(0.5))
    assert plot._axes[1].tickStrings([-1.0], 1, 1) == ["0.1"]
    box = plot.plot.getPlotItem().getViewBox()
    plot.crosshair.look_at(box.sceneBoundingRect().center())
    assert plot.crosshair.label.isVisible()
    plot.crosshair.look_at(box.sceneBoundingRect().bottomRight() * 2)
    assert not plot.crosshair.label.isVisible()
    heading, *rows = plot.as_csv().splitlines()
    assert heading == "epoch,train,test"
    assert rows[999] == "1.0,1.0,0.5"
    with qtbot.waitSignal(training.csv_requested) as asked:
        plot.csv_requested.emit()
    assert asked.args == [plot]


def test_a_validation_set_has_a_curve_of_its_own_where_there_is_one(qtbot: QtBot, training: Training):
    training.begin("Run 1", 3, 1)
    training.add_epoch({"epoch": 1, "test_loss": 0.5, "validation_loss": None})
    training.loss.redraw()
    assert [curve.key.isVisible() for curve in training.loss.curves] == [False, True, False]
    assert "validation" not in training.loss.as_csv()
    training.add_epoch({"epoch": 2, "test_loss": 0.25, "validation_loss": 0.375, "validation_accuracy": 0.9})
    training.loss.redraw()
    assert training.loss.curves[2].key.value() == "0.375"
    assert training.loss.as_csv().splitlines() == ["epoch,test,validation", "1.0,0.5,", "2.0,0.25,0.375"]
    assert "validation 0.375" in training.loss.told_at(2.0)


def test_the_time_left_is_guessed_from_when_batches_were_told_and_not_from_when_they_came(training: Training):
    training.begin("Run 1", 1, 1000)
    for step in range(1, 101):  # a second each, a day ago; all read at once
        training.add_batch(batch(step, 1000) | {"time": 1e9 + step})
    training._draw_side()
    assert dict(training.facts.texts())["time left"] == "15 min 00 s"
    for step in range(101, 111):  # two seconds each
        training.add_batch(batch(step, 1000) | {"time": 2e9 + 2 * step})
    training._draw_side()
    assert dict(training.facts.texts())["time left"] == "29 min 40 s"


def test_further_plots_are_chosen_and_know_what_was_told_before(qtbot: QtBot, training: Training) -> None:
    training.begin("Run", 1, 100)
    for step in range(1, 51):
        training.add_batch(batch(step) | {"gradient_norm": 100.0 / step})
    assert list(training.board.plots) == ["loss", "accuracy"]
    training.choice.entries["gradient_norm"].trigger()
    training.choice.entries["memory_bytes"].trigger()
    training.choice.entries["accuracy"].trigger()
    assert list(training.board.plots) == ["loss", "memory_bytes", "gradient_norm"]
    assert training.accuracy is None
    norm, memory = training.board.plots["gradient_norm"], training.board.plots["memory_bytes"]
    assert norm.isVisible()
    assert norm.told_at(0.5).splitlines() == ["epoch 0.50", "train 2"]
    assert memory.curves[0].key.value() == "3.0 GiB"
    assert memory.curves[0].line.getData()[1][-1] == 3.0
    training.add_batch(batch(51) | {"gradient_norm": 4.0})
    qtbot.waitUntil(lambda: norm.curves[0].key.value() == "4")
    for key in ("memory_bytes", "gradient_norm", "loss"):
        training.choice.entries[key].trigger()
    assert training.choice.chosen == ("loss",)  # the last one stays


def test_plots_share_the_room_that_there_is(qtbot: QtBot, training: Training) -> None:
    training.begin("Run", 1, 100)
    training.choice.choose(list(FIGURES)[:4])
    assert training.board.columns == 4  # narrow, since the dock is too low for two rows
    training.choice.choose(list(FIGURES))
    assert training.board.columns == 3  # of five that would fit: rows of equal length
    training.resize(600, 700)
    qtbot.waitUntil(lambda: training.board.columns == 2)
    training.choice.choose(["loss"])
    assert training.board.columns == 1
    training.choice.choose(["what a later version plots"])
    assert training.choice.chosen == ("loss",)


def test_the_crosshair_tells_curves_by_their_colours(training: Training) -> None:
    training.begin("Run", 2, 10)
    training.add_batch(batch(10, 10))
    training.add_batch(batch(20, 10))
    training.add_epoch({"epoch": 1, "test_loss": 0.5})
    first, *lines = training.loss.told_in_colour(1.0).split("<br>")
    assert first == "epoch 1.00"
    assert [(DARK.accent in line, DARK.warn in line) for line in lines] == [(True, False), (False, True)]


def test_many_points_at_once_and_then_one() -> None:
    series = Series()
    series.extend([1, 2, 3], [0.5, math.inf, 0.25])
    series.append(4, 0.125)
    assert series.points() == ([1.0, 3.0, 4.0], [0.5, 0.25, 0.125])
    series.clear()
    series.extend([], [])
    series.append(1, 1)
    assert series.points() == ([1.0], [1.0])


def test_a_value_that_never_changes_is_seen_at_its_height(training: Training) -> None:
    training.choice.choose(["learning_rate"])
    training.begin("Run", 1, 10)
    plot = training.board.plots["learning_rate"]
    box = plot.plot.getPlotItem().getViewBox()
    for step in (1, 2, 3):
        training.add_batch(batch(step, 10) | {"learning_rate": 0.02})
    plot.redraw()
    assert box.viewRange()[1] == pytest.approx([0.01, 0.03])
    training.add_batch(batch(4, 10) | {"learning_rate": 2.0})
    plot.redraw()
    box.updateAutoRange()
    assert box.viewRange()[1][1] > 2


def test_the_crosshair_stays_within_its_plot(training: Training) -> None:
    training.resize(520, 300)
    training.begin("Run", 1, 10)
    for step in (1, 10):
        training.add_batch(batch(step, 10))
    plot = training.loss
    room = plot.plot.getPlotItem().getViewBox().sceneBoundingRect()
    for share in (0.1, 0.45, 0.55, 0.9):
        plot.crosshair.look_at(QPointF(room.left() + share * room.width(), room.center().y()))
        left = plot.crosshair.label.sceneBoundingRect().left()
        assert room.left() - 1 <= left <= room.right() - plot.crosshair.label.boundingRect().width() + 1


def test_what_is_told_can_be_plotted_read_again_and_exported() -> None:
    assert tuple(FIGURES) == BATCH_FIGURES
    assert set(TAGS) == {*BATCH_FIGURES, *EPOCH_FIGURES}
