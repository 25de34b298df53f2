"""Zoom, pan, fit, minimap, breadcrumb, hints, and that every zoom and theme paints."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.ui.canvas.breadcrumb import Breadcrumb
from designer.ui.theme.tokens import THEMES
from tests.ui.canvas.conftest import turn_wheel

NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


def pinch(view, pos: QPoint, share: float) -> None:
    """Two fingers go apart on a touchpad, by a share of how far they are."""
    at = QPointF(pos)
    kind, device = Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice()
    event = QNativeGestureEvent(kind, device, 2, at, at, QPointF(view.viewport().mapToGlobal(pos)), share, QPointF())
    QApplication.sendEvent(view.viewport(), event)


@pytest.mark.parametrize("steps", [1, -1, 4, -6])
def test_the_wheel_zooms_at_the_cursor(panel, hand, steps):
    pos = QPoint(700, 120)
    before = panel.view.to_scene(pos)
    turn_wheel(panel.view, pos, steps)
    assert (panel.view.zoom > 1) == (steps > 0)
    moved = (panel.view.to_scene(pos) - before) * panel.view.zoom
    assert abs(moved.x()) <= 1
    assert abs(moved.y()) <= 1


def test_zoom_stays_within_reason(panel):
    for _ in range(40):
        turn_wheel(panel.view, QPoint(300, 300), 3)
    assert panel.view.zoom == pytest.approx(4.0)
    for _ in range(60):
        turn_wheel(panel.view, QPoint(300, 300), -3)
    assert panel.view.zoom == pytest.approx(0.05)


@pytest.mark.parametrize("turn", [lambda view, at: turn_wheel(view, at, 0.125), lambda view, at: pinch(view, at, 0.01)])
def test_small_steps_lead_away_from_the_zoom_of_one(panel, turn):
    for _ in range(10):
        turn(panel.view, QPoint(300, 300))
    assert panel.view.zoom > 1.09


def test_two_fingers_pan_and_with_ctrl_they_zoom(panel):
    view, at = panel.view, QPoint(300, 300)
    before = view.to_scene(at)
    turn_wheel(view, at, 0.5, pixels=QPoint(-12, 30))
    assert view.zoom == 1.0
    assert view.to_scene(at + QPoint(-12, 30)) == before
    turn_wheel(view, at, 0.5, CTRL, pixels=QPoint(0, 60))
    assert view.zoom > 1.0


def test_shift_and_the_wheel_go_sideways(panel):
    view, at = panel.view, QPoint(300, 300)
    before = view.to_scene(at)
    turn_wheel(view, at, -1, SHIFT)
    assert view.zoom == 1.0
    assert view.to_scene(at).x() > before.x()
    assert view.to_scene(at).y() == before.y()


def test_cards_are_sharp_again_when_the_zoom_rests(panel, qtbot):
    panel.grab()
    turn_wheel(panel.view, QPoint(300, 300), -1)
    assert panel.scene.pictures.is_zooming
    panel.grab()
    qtbot.waitUntil(lambda: not panel.scene.pictures.is_zooming)


def test_middle_drag_and_space_drag_pan(panel, hand):
    view = panel.view
    start = view.to_scene(QPoint(100, 100))
    hand.drag(QPoint(400, 300), QPoint(340, 260), button=Qt.MouseButton.MiddleButton)
    assert view.to_scene(QPoint(40, 60)) == start
    QTest.keyPress(view, Qt.Key.Key_Space)
    hand.drag(QPoint(340, 260), QPoint(400, 300))
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert view.to_scene(QPoint(100, 100)) == start
    assert panel.scene.selected_cards == ()


@pytest.mark.parametrize("key", [Qt.Key.Key_H, Qt.Key.Key_Home])
def test_fit_shows_every_card(panel, hand, key):
    panel.view.zoom_to(3.0)
    hand.key(key)
    assert panel.view.seen().contains(panel.scene.bounds())
    assert panel.view.zoom <= 1.0


@pytest.mark.parametrize("key", [Qt.Key.Key_G, Qt.Key.Key_Period])
def test_fit_selection_shows_the_selected(panel, hand, key):
    panel.view.zoom_to(0.2)
    panel.scene.select(["relu"])
    hand.key(key)
    assert panel.view.seen().contains(panel.scene.bounds(["relu"]))
    assert panel.view.zoom == pytest.approx(1.5)


def test_the_minimap_shows_only_when_something_is_out_of_sight_and_pans(panel, hand):
    panel.view.fit_all()
    assert not panel.minimap.isVisible()
    panel.view.zoom_to(3.0)
    assert panel.minimap.isVisible()
    panel.minimap.grab()
    QTest.mousePress(panel.minimap, Qt.MouseButton.LeftButton, pos=QPoint(60, 30))
    before = panel.view.seen().center()
    QTest.mouseMove(panel.minimap, QPoint(140, 80))
    QTest.mouseRelease(panel.minimap, Qt.MouseButton.LeftButton, pos=QPoint(140, 80))
    after = panel.view.seen().center()
    assert after.x() > before.x()
    assert after.y() > before.y()
    at = QPoint(80, 50)
    wheel = QWheelEvent(
        QPointF(at), QPointF(panel.minimap.mapToGlobal(at)), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(panel.minimap, wheel)
    assert panel.view.zoom < 3.0
    assert (panel.view.seen().center() - after).manhattanLength() < 2


def test_the_breadcrumb_is_as_wide_as_its_steps(qtbot, panel):
    crumbs, wide = panel.breadcrumb, "QToolButton { padding: 20px; }"

    def fits() -> bool:
        return crumbs.width() == crumbs.sizeHint().width()

    for change in (lambda: crumbs.setStyleSheet(wide), lambda: panel.set_theme(THEMES["light"])):
        for title in ("ResNet-18 for large images", "ResNet-18"):
            crumbs.set_path([(title, "a")])
            qtbot.waitUntil(fits)
            change()
            qtbot.waitUntil(fits)


def test_the_breadcrumb_leads_back(qtbot):
    crumbs = Breadcrumb()
    qtbot.addWidget(crumbs)
    crumbs.set_path([("ResNet", "root"), ("b3", "root/b3")])
    crumbs.show()
    told: list[str] = []
    crumbs.crumb_clicked.connect(told.append)
    for button in crumbs.findChildren(type(crumbs.childAt(8, 8))):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told == ["root"]


def test_the_hint_stands_on_an_empty_canvas_only(panel):
    assert not panel.empty_hint.isVisible()
    panel.scene.set_content([], [])
    assert panel.empty_hint.isVisible()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("zoom", [0.1, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0])
def test_every_zoom_paints_in_every_theme(panel, theme, zoom):
    panel.set_theme(THEMES[theme])
    panel.scene.select(["conv"])
    panel.view.zoom_to(zoom)
    panel.view.centre_on(QPointF(220, 28))
    image = panel.view.grab().toImage()
    shown = {image.pixelColor(x, image.height() // 2).name() for x in range(0, image.width(), 2)}
    assert THEMES[theme].ground in shown
    assert len(shown) > 2


def test_focus_by_key_shows_a_ring(panel):
    accent = THEMES["dark"].accent
    panel.view.clearFocus()
    panel.view.setFocus(Qt.FocusReason.TabFocusReason)
    image = panel.view.grab().toImage()
    assert image.pixelColor(2, image.height() // 2).name() == accent
    assert panel.view.accessibleName()


def test_what_is_fitted_stays_so_while_the_window_grows_or_shrinks(panel, hand):
    panel.view.fit_all()
    for size in ((500, 320), (1300, 700), (900, 600)):
        panel.resize(*size)
        QApplication.processEvents()
        seen, bounds = panel.view.seen(), panel.scene.bounds()
        assert seen.contains(bounds)
        assert (seen.center() - bounds.center()).manhattanLength() * panel.view.zoom < 4


@pytest.mark.parametrize("look", ["pan", "wheel", "key"])
def test_where_one_looks_is_left_alone_when_the_window_grows(panel, hand, look):
    panel.view.fit_all()
    if look == "pan":
        hand.drag(QPoint(100, 500), QPoint(160, 520), button=Qt.MouseButton.MiddleButton)
    elif look == "wheel":
        turn_wheel(panel.view, QPoint(300, 300), -1)
    else:
        hand.key(Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    corner, zoom = panel.view.to_scene(QPoint(0, 0)), panel.view.zoom
    panel.resize(1300, 800)
    QApplication.processEvents()
    assert panel.view.zoom == zoom
    assert panel.view.to_scene(QPoint(0, 0)) == corner
    hand.key(Qt.Key.Key_H)
    panel.resize(700, 500)
    QApplication.processEvents()
    assert panel.view.seen().contains(panel.scene.bounds())


def test_a_small_window_has_no_minimap_over_its_cards(panel):
    panel.view.zoom_to(2.0)
    assert panel.minimap.isVisible()
    panel.resize(500, 320)
    QApplication.processEvents()
    assert not panel.minimap.isVisible()
    panel.resize(900, 600)
    QApplication.processEvents()
    assert panel.minimap.isVisible()


def test_the_minimap_steps_aside_for_the_one_selected_card(panel, hand):
    panel.resize(1000, 620)
    view, minimap = panel.view, panel.minimap
    view.zoom_to(1.0)
    conv = panel.scene.cards["conv"].body_in_scene()
    corner = QPointF(minimap.geometry().center())
    view.pan_by(corner - view.viewportTransform().map(conv.center()))
    view.pan_by(QPoint(0, 0))
    assert minimap.isVisible()
    panel.scene.select(["conv"])  # as one does that is just added or found
    assert not minimap.isVisible()
    panel.scene.select(["conv", "add"])
    assert minimap.isVisible()
    panel.scene.select(["conv"])
    view.pan_by(QPoint(-300, 0))
    assert minimap.isVisible()
