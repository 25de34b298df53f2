"""Where one is: the design, and the blocks that were opened on the way in. Each step but the last is a button.

Before it stand the ways back and forward, once one has gone anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from designer.ui.rich_text import menu_text
from designer.ui.theme.tokens import Theme

LONGEST_STEP = 28  # characters


class Breadcrumb(QWidget):
    """`ResNet › b3 › Residual`."""

    crumb_clicked = Signal(str)  # the key of a step

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: tuple[tuple[str, str], ...] | None = None
        whole = QHBoxLayout(self)
        self._ways, self._row = QHBoxLayout(), QHBoxLayout()
        for row in (whole, self._ways, self._row):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(0)
        whole.addLayout(self._ways)
        whole.addLayout(self._row)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Path to the block that is open"))

    def set_ways(self, actions: Sequence[QAction]) -> None:
        """Have a button for each of these before the path: back and forward. They are seen while one of them works."""
        for action in actions:
            button = QToolButton(self)
            button.setDefaultAction(action)
            button.setObjectName("crumb_way")
            button.setAccessibleName(action.text())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setVisible(False)
            self._ways.addWidget(button)
            action.enabledChanged.connect(lambda _enabled: self._show_ways())

    def _show_ways(self) -> None:
        buttons = [self._ways.itemAt(index).widget() for index in range(self._ways.count())]
        works = any(button.isEnabled() for button in buttons)
        for button in buttons:
            button.setVisible(works)

    def set_path(self, path: Sequence[tuple[str, str]]) -> None:
        """Show the way from the design to what is open, as (label, key) from the outside in."""
        if tuple(path) == self._path:
            return
        self._path = tuple(path)
        while (taken := self._row.takeAt(0)) is not None:
            if taken.widget() is not None:
                taken.widget().hide()
                taken.widget().deleteLater()
        for index, (label, key) in enumerate(path):
            if index:
                between = QLabel("›", self)
                between.setObjectName("crumb_between")
                self._row.addWidget(between)
                between.show()
            is_last = index == len(path) - 1
            button = QToolButton(self)
            shown = label if len(label) <= LONGEST_STEP else label[: LONGEST_STEP - 1] + "…"
            button.setText(menu_text(shown))
            button.setToolTip("" if shown == label else label)
            button.setObjectName("crumb_here" if is_last else "crumb")
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus if is_last else Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(label)
            if not is_last:
                button.setCursor(Qt.CursorShape.PointingHandCursor)
                button.clicked.connect(lambda _checked=False, key=key: self.crumb_clicked.emit(key))
            self._row.addWidget(button)
            button.show()  # or a breadcrumb that is already seen would not count it in its size
        self.setVisible(bool(path))

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:  # a step, another font or theme: nothing else sizes it
            self.resize(self.sizeHint())
        return done

    def sizeHint(self) -> QSize:
        self._row.invalidate()
        self.layout().invalidate()
        return self.layout().sizeHint()

    def set_theme(self, theme: Theme) -> None:
        """Wear another palette."""
        self.setStyleSheet(
            f"""
            QToolButton {{ border: none; border-radius: 5px; padding: 3px 6px; background: {theme.ground};
                           color: {theme.muted}; font-size: 12px; }}
            QToolButton#crumb_way {{ padding: 3px 4px; }}
            QToolButton#crumb:hover, QToolButton#crumb_way:hover {{ background: {theme.raised}; color: {theme.text}; }}
            QToolButton#crumb:focus, QToolButton#crumb_way:focus {{ border: 1px solid {theme.accent}; }}
            QToolButton#crumb_here {{ color: {theme.text}; font-weight: 600; }}
            QLabel {{ color: {theme.muted}; font-size: 12px; background: {theme.ground}; }}
            """
        )
