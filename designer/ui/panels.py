"""The panels around the canvas as docks: where each stands at first, and how the layout is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from designer.base.paths import config_dir

_LAYOUT_VERSION = 2
_SIDE = {"palette": Qt.DockWidgetArea.LeftDockWidgetArea, "inspector": Qt.DockWidgetArea.RightDockWidgetArea}
_BOTTOM = ("problems", "code", "data", "training", "results", "runs", "summary")
_SIZES = {"palette": 248, "inspector": 304, "problems": 252}


class Panels:
    """The docks of one window. Title bars are hidden until the person wants to move panels."""

    def __init__(self, window: QMainWindow, widgets: Mapping[str, tuple[str, QWidget | None]]) -> None:
        """widgets: title and content of each panel, by its id; None where one of the `makers` will `put` it there."""
        self.window = window
        self.docks: dict[str, QDockWidget] = {}
        self._state: QByteArray | None = None  # of the panels that are put away
        self.makers: dict[str, Callable[[], object]] = {}  # of the panels that have no content yet
        self._seen: set[str] = set()  # those that are not behind another's tab
        for key, (title, widget) in widgets.items():
            dock = QDockWidget(title, window)
            dock.setObjectName(f"dock_{key}")
            if widget is not None:
                dock.setWidget(widget)
            self.docks[key] = dock
            dock.visibilityChanged.connect(lambda seen, key=key: self._note(key, seen))
        window.setDockOptions(
            QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.GroupedDragging
            | QMainWindow.DockOption.AllowNestedDocks
        )
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setDocumentMode(True)
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea),
            (Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.BottomDockWidgetArea),
        ):
            window.setCorner(corner, area)
        self.set_movable(False)
        self.reset()

    def reset(self) -> None:
        """Put every panel where it stands at first."""
        for key, dock in self.docks.items():
            self.window.removeDockWidget(dock)
            self.window.addDockWidget(_SIDE.get(key, Qt.DockWidgetArea.BottomDockWidgetArea), dock)
            dock.setFloating(False)
        first = self.docks[_BOTTOM[0]]
        for key in _BOTTOM[1:]:
            self.window.tabifyDockWidget(first, self.docks[key])
        for dock in self.docks.values():
            dock.show()
        self.show("problems")
        sides = [self.docks[key] for key in _SIDE]
        self.window.resizeDocks(sides, [_SIZES[key] for key in _SIDE], Qt.Orientation.Horizontal)
        self.window.resizeDocks([first], [_SIZES["problems"]], Qt.Orientation.Vertical)

    def set_movable(self, movable: bool) -> None:
        """Show title bars to drag panels by, or hide them."""
        for dock in self.docks.values():
            bar = dock.titleBarWidget()
            if movable and bar is not None:
                dock.setTitleBarWidget(None)
                bar.deleteLater()
            elif not movable and bar is None:
                dock.setTitleBarWidget(QWidget())

    def put_away(self, away: bool) -> None:
        """Hide all panels for now, or bring them back as they were."""
        if away and self._state is None:
            self._state = self.window.saveState(_LAYOUT_VERSION)
            for dock in self.docks.values():
                dock.hide()
        elif not away and self._state is not None:
            self.window.restoreState(self._state, _LAYOUT_VERSION)
            self._state = None

    def show(self, key: str) -> None:
        """Bring a panel to the front."""
        self.docks[key].show()
        self.docks[key].raise_()

    def is_shown(self, key: str) -> bool:
        """Whether a person can see the panel, not only its tab."""
        return key in self._seen and self.docks[key].isVisible()

    def _note(self, key: str, seen: bool) -> None:
        if seen:
            self._seen.add(key)
            self.make(key)
        else:
            self._seen.discard(key)

    def make(self, key: str) -> None:
        """Make the content of a panel that has none yet."""
        if key in self.makers:
            self.makers[key]()

    def put(self, key: str, content: QWidget) -> None:
        """Give a panel its content."""
        del self.makers[key]
        self.docks[key].setWidget(content)

    def set_title(self, key: str, title: str) -> None:
        """What the panel's tab says."""
        if self.docks[key].windowTitle() != title:
            self.docks[key].setWindowTitle(title)

    def restore(self) -> None:
        """Take up the layout of the last time, where there is one."""
        settings = window_settings()
        geometry, state = settings.value("geometry"), settings.value("state")
        if geometry is not None:
            self.window.restoreGeometry(geometry)
        if state is not None:
            self.window.restoreState(state, _LAYOUT_VERSION)

    def keep(self) -> None:
        """Keep the layout for the next time."""
        settings = window_settings()
        settings.setValue("geometry", self.window.saveGeometry())
        state = self.window.saveState(_LAYOUT_VERSION) if self._state is None else self._state
        settings.setValue("state", state)
        settings.sync()


def window_settings() -> QSettings:
    """What the window remembers: an ini file among the person's settings."""
    return QSettings(str(config_dir() / "window.ini"), QSettings.Format.IniFormat)
