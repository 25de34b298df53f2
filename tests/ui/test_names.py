"""Names are read whole wherever the program itself has the say: its presets, its blocks, parameters, classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from designer.document.presets import list_presets
from designer.engine.protocol import Evaluation
from designer.session.session import Session
from designer.ui.canvas.hints import KEYS_AIR_PX
from designer.ui.docks.form import Form, RowLabel
from designer.ui.docks.results import Results
from designer.ui.docks.views import ParameterView
from designer.ui.presenters.results import results_view
from designer.ui.theme.tokens import DARK, LIGHT
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Callable[[QWidget], list[str]]:
    """The texts that a widget shortens when it is painted."""
    found: list[str] = []
    elided = QFontMetrics.elidedText

    def noting(metrics: QFontMetrics, text: str, *how: object) -> str:
        shown = elided(metrics, text, *how)
        if shown != text:
            found.append(text)
        return shown

    monkeypatch.setattr(QFontMetrics, "elidedText", noting)

    def painted(widget: QWidget) -> list[str]:
        QApplication.processEvents()
        found.clear()
        widget.grab()
        return list(found)

    return painted


def test_presets_and_blocks_are_read_whole_on_the_start_page_and_in_the_palette(
    qtbot: QtBot, open_window: Open, cut: Callable
):
    window = open_window(size=(1440, 2400))
    window.tabs.open_start()
    page = window.central.start
    qtbot.waitUntil(lambda: len(page.cards) == len(list_presets()) and page.cards["vgg19"].isVisible())
    assert {key: cut(card) for key, card in page.cards.items() if cut(card)} == {}
    for preset in list_presets():
        window.tabs.open(Session.open(preset.id))
        assert (preset.id, cut(window.palette_dock)) == (preset.id, [])


def test_a_tab_is_as_wide_as_its_name_and_tells_it_whole_where_there_is_no_room(qtbot: QtBot, open_window: Open):
    window = open_window("vgg11_fashion")
    bar = window.top.tabs
    text = bar.fontMetrics().horizontalAdvance("VGG-11 for Fashion-MNIST")
    assert bar.tabRect(0).width() >= text + bar.tabButton(0, bar.ButtonPosition.RightSide).width() + 12
    window.session.edit("Title", lambda d: d.with_block(replace(d.root, title="A network with a very long name " * 3)))
    QApplication.processEvents()
    assert bar.tabRect(0).width() == 240
    assert bar.tabToolTip(0).startswith("A network with a very long name A network")


def test_long_parameters_get_the_room_that_they_need(qtbot: QtBot, show: Callable, cut: Callable):
    form, below = Form(), Form()
    form.line_up_with([below])
    long = ParameterView("out", "in_channels * width_multiple // groups", "int", is_expression=True, doc="How many.")
    form.show_parameters([ParameterView("dim_feedforward", "2048", "int", doc="Inside."), long], ("width_multiple",))
    below.show_parameters([ParameterView("repeat", "1", "int")])
    host = QWidget()
    show(host, form, below)
    assert cut(host) == []
    first, wide, last = form.editor("dim_feedforward"), form.editor("out"), below.editor("repeat")
    assert first.x() == last.x()  # the forms stand in line
    assert wide.x() < first.x()
    assert wide.width() == form.width()
    wide.setFocus()
    wide.selectAll()
    qtbot.keyClicks(wide, "8")  # nothing jumps about while one types
    assert wide.width() == form.width()
    host.resize(100, 300)
    QApplication.processEvents()
    label = next(part for part in form.findChildren(RowLabel) if part.text() == "dim_feedforward")
    assert cut(host) == ["dim_feedforward"]
    assert label.toolTip() == "dim_feedforward\nInside."


@pytest.fixture
def show(qtbot: QtBot) -> Callable[..., None]:
    def shown(host: QWidget, *parts: QWidget) -> None:
        column = QVBoxLayout(host)
        for part in parts:
            column.addWidget(part)
        qtbot.addWidget(host)
        host.resize(290, 300)
        with qtbot.waitExposed(host):
            host.show()
        host.activateWindow()

    return shown


def test_the_classes_of_the_results_are_read_whole(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    window.panels.show("results")
    results: Results = window.later.reviewing.dock
    names = ("T-shirt/top", "A class with a longer name")
    results.show_run("Run", results_view(Evaluation(1, names, ((2, 0), (1, 0)), ()), "Run"), can_try=False)
    QApplication.processEvents()
    assert results.classes.columnWidth(0) >= results.classes.sizeHintForColumn(0)
    assert results.classes.item(1, 0).toolTip() == "A class with a longer name"


def test_the_words_in_the_corner_are_read_over_a_card(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    panel, view = window.panel, window.panel.view
    hint = panel.key_hint.geometry()
    for theme in (DARK, LIGHT):
        panel.set_theme(theme)
        view.zoom_to(2.0)
        card = next(iter(panel.scene.cards.values())).body_in_scene()
        view.pan_by(QPointF(hint.center()) - view.viewportTransform().map(card.center()))
        assert view.canvas.grid.within(view.mapToScene(hint).boundingRect())
        picture = panel.grab(hint).toImage()
        ground = picture.pixelColor(KEYS_AIR_PX // 2, picture.height() // 2).name()
        assert ground == theme.ground


def test_the_recipe_gives_way_before_the_names_of_tabs(qtbot: QtBot, open_window: Open):
    window = open_window("vgg11_fashion")
    top = window.top
    whole = top.recipe.text()
    assert top.recipe.whole_px == top.recipe.width()
    for name in ("googlenet", "resnet18", "lenet_relu"):
        window.tabs.open(Session.open(name))
    QApplication.processEvents()
    assert all(top.tabs.tabRect(index).width() == top.tabs.tabSizeHint(index).width() for index in range(4))
    assert top.recipe.text().endswith("…")
    assert "Adam · 5 epochs" in top.recipe.toolTip()
    for part in (top.recipe, top.train):
        assert part.width() >= part.sizeHint().width()
        assert top.rect().contains(part.geometry())
    for _ in range(3):
        window.tabs.close(window.tabs.current)
    QApplication.processEvents()
    assert top.recipe.text() == whole
