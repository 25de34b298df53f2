"""Overlays: cards take colours and figures, the legend says what they mean, and all of it goes again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.editing import parameters
from designer.ui.canvas.heat import VIRIDIS, heat_colour
from designer.ui.theme.tokens import DARK, LIGHT
from tests.ui.editing.conftest import Editor


def card(editor: Editor, key: str):
    return editor.window.panel.scene.cards[key].card


def checked(editor: Editor) -> list[str]:
    names = ("none", "parameters", "macs", "memory", "field")
    return [name for name in names if editor.window.actions_by_id[f"overlay_{name}"].isChecked()]


def test_o_goes_through_the_overlays_and_back_to_none(editor: Editor) -> None:
    legend = editor.window.panel.legend
    assert checked(editor) == ["none"]
    assert not legend.isVisible()
    seen = {}
    for name in ("parameters", "macs", "memory", "field"):
        editor.key(Qt.Key.Key_O)
        assert checked(editor) == [name]
        assert legend.isVisible()
        seen[legend.title] = (card(editor, "conv1").kind, card(editor, "conv2").kind, legend.least, legend.most)
    assert seen == {
        "Parameters": ("224", "584", "0", "584"),
        "MACs": ("55.30 k", "147.46 k", "0", "147.46 k"),
        "Activation memory / image": ("0 B", "0 B", "0 B", "8.0 KiB"),
        "Receptive field": ("3×3", "5×5", "1×1", "5×5"),
    }
    editor.key(Qt.Key.Key_O)
    assert checked(editor) == ["none"]
    assert not legend.isVisible()
    assert card(editor, "conv1").kind == "Conv2d"
    assert card(editor, "conv1").heat is None


def test_figures_follow_an_edit(editor: Editor) -> None:
    editor.key(Qt.Key.Key_O)
    editor.session.edit("Set", lambda d: parameters.set_param(d, "Net", "conv1", "out_channels", 80))
    assert card(editor, "conv1").kind == "2.24 k"
    assert editor.window.panel.legend.most == "5.77 k"
    assert card(editor, "conv2").heat == 1.0
    assert 0.8 < card(editor, "conv1").heat < 1.0
    assert card(editor, "relu1").heat == 0.0


def test_the_least_is_told_however_far_below_the_most(open_window) -> None:
    window = open_window("vgg11_fashion")
    window.actions_by_id["overlay_memory"].trigger()
    assert window.panel.scene.cards["fc3"].card.kind == "0 B"
    assert (window.panel.legend.least, window.panel.legend.most) == ("0 B", "21.4 MiB")


def test_a_long_title_keeps_clear_of_the_cross(editor: Editor) -> None:
    legend, rights = editor.window.panel.legend, set()
    for name in ("field", "memory", "macs"):
        editor.window.actions_by_id[f"overlay_{name}"].trigger()
        rights.add(legend.geometry().right())
        image = legend.grab().toImage()
        gap = range(legend.width() - 29, legend.width() - 24)
        assert len({image.pixel(x, y) for x in gap for y in range(8, 25)}) == 1, name
    assert len(rights) == 1


def test_the_cross_puts_the_overlay_away(editor: Editor) -> None:
    editor.window.actions_by_id["overlay_macs"].trigger()
    legend = editor.window.panel.legend
    QTest.mouseClick(legend, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(30, 30))
    assert checked(editor) == ["macs"]
    QTest.mouseClick(legend, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(200, 16))
    assert checked(editor) == ["none"]
    assert not legend.isVisible()


@pytest.mark.parametrize("zoom", [0.3, 1.0])
def test_the_colour_is_seen_at_every_zoom(editor: Editor, zoom: float) -> None:
    editor.key(Qt.Key.Key_O)
    editor.window.panel.view.zoom_to(zoom)
    QApplication.processEvents()
    picture = editor.window.panel.view.grab().toImage()
    body = editor.window.panel.scene.cards["conv2"].body_in_scene()
    wanted = heat_colour(1.0, DARK)
    pixel = picture.pixelColor(editor.hand.at(body.center().x(), body.bottom() - 2.5))
    assert max(abs(pixel.red() - wanted.red()), abs(pixel.green() - wanted.green())) < 12


def test_more_is_further_from_the_ground() -> None:
    dark = [heat_colour(step / 10, DARK).lightness() for step in range(11)]
    light = [heat_colour(step / 10, LIGHT).lightness() for step in range(11)]
    assert dark[0] < dark[10]
    assert light[0] > light[10]


def test_the_colours_are_those_of_viridis(qapp: QApplication) -> None:
    colormap = pytest.importorskip("pyqtgraph").colormap
    table = colormap.get("viridis").getLookupTable(nPts=len(VIRIDIS))
    assert ["#{:02x}{:02x}{:02x}".format(*row[:3]) for row in table] == list(VIRIDIS)
