"""The slim bar above: the program's menu, the design's name, edit actions, the recipe and the one button: Train."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from designer.ui.docks.recipe_form import RecipeChip
from designer.ui.menu_button import MenuButton
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import ui_font
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import ElidedLabel, label, set_state

_HEIGHT_PX = 48
_SHOWN = ("undo", "redo", "arrange", "fit")


class TopBar(QWidget):
    """What stands in it is public; the window says what each part does."""

    def __init__(self, menu: QMenu, actions: Mapping[str, QAction], presets: QMenu) -> None:
        super().__init__()
        self.setFixedHeight(_HEIGHT_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("top_bar")
        self.menu_button = MenuButton(self.tr("Blockyard"), menu)
        self.menu_button.setFont(ui_font(2, weight=QFont.Weight.DemiBold))
        self.presets_button = MenuButton(self.tr("Presets"), presets)
        self.title = ElidedLabel(role="heading")
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.modified = label("●", "warn")
        self.modified.setToolTip(self.tr("There are changes that are not saved"))
        self.modified.hide()
        self.recipe = RecipeChip()
        self.train = QPushButton(self.tr("Train"))
        set_state(self.train, "primary", True)
        self.train.setMinimumWidth(112)
        self.train.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus on the canvas
        wear_icon(self.train, "play", "on_accent", size=14)
        self.train.clicked.connect(actions["train"].trigger)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(4)
        for part in (self.menu_button, self.presets_button):
            row.addWidget(part)
        row.addSpacing(12)
        row.addWidget(self.title)
        row.addWidget(self.modified)
        row.addSpacing(12)
        for name in _SHOWN:
            row.addWidget(_tool_button(actions[name]))
        row.addStretch(1)
        row.addWidget(self.recipe)
        row.addSpacing(8)
        row.addWidget(self.train)
        theme_source().changed.connect(self._dress)
        self._dress()

    def _dress(self, _theme: object = None) -> None:
        theme = current_theme()
        self.setStyleSheet(f"#top_bar {{ background: {theme.panel}; border-bottom: 1px solid {theme.line}; }}")

    def show_title(self, title: str, modified: bool) -> None:
        """The design's name, and whether it has unsaved changes."""
        self.title.setText(title)
        self.modified.setVisible(modified)

    def show_running(self, running: bool, device: str = "") -> None:
        """Train becomes Stop while a run goes on."""
        self.train.setText(self.tr("Stop") if running else self._train_text(device))
        wear_icon(self.train, "square" if running else "play", "on_accent", size=14)

    def _train_text(self, device: str) -> str:
        return self.tr("Train on {0}").format(device) if device else self.tr("Train")


def _tool_button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setIconSize(QSize(16, 16))
    button.setAccessibleName(action.text())
    return button
