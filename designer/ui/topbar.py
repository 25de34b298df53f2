"""The slim bar above: the program's menu, the open designs, edit actions, the recipe and the one button: Train."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from designer.ui.design_tabs import DesignTabs
from designer.ui.docks.recipe_form import RecipeChip
from designer.ui.menu_button import MenuButton
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import ui_font
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import set_state

_HEIGHT_PX = 48
_LEAST_RECIPE_PX = 148
_SHOWN = ("undo", "redo", "arrange", "fit", "overlay_next")


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
        self.tabs = DesignTabs()
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
        row.addWidget(self.tabs)
        row.addWidget(_tool_button(actions["new_tab"]))
        row.addSpacing(12)
        self._of_design: list[QWidget] = [_tool_button(actions[name]) for name in _SHOWN]
        for part in self._of_design:
            row.addWidget(part)
        self._of_design += [self.recipe, self.train]
        row.addStretch(1)
        row.addWidget(self.recipe)
        row.addSpacing(8)
        row.addWidget(self.train)
        theme_source().changed.connect(self._dress)
        self._dress()

    def show_design_parts(self, shown: bool) -> None:
        """Show what concerns a design, or hide it where there is none."""
        for part in self._of_design:
            part.setVisible(shown)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._make_room()
        return super().event(event)

    def _make_room(self) -> None:
        """The tabs take what the others leave them. Where that is too little, the recipe's line gives way first."""
        row = self.layout()
        parts = [row.itemAt(index) for index in range(row.count())]
        fixed = sum(part.sizeHint().width() for part in parts if part.widget() not in (self.tabs, self.recipe))
        margins = row.contentsMargins()
        room = self.width() - fixed - row.spacing() * (len(parts) - 1) - margins.left() - margins.right()
        recipe = 0
        if not self.recipe.isHidden():
            wanted = self.recipe.whole_px
            recipe = max(min(wanted, room - self.tabs.sizeHint().width()), min(wanted, _LEAST_RECIPE_PX))
            self.recipe.shorten(recipe)
        self.tabs.setMaximumWidth(max(room - recipe, self.tabs.minimumSizeHint().width()))

    def _dress(self, _theme: object = None) -> None:
        theme = current_theme()
        self.setStyleSheet(f"#top_bar {{ background: {theme.panel}; border-bottom: 1px solid {theme.line}; }}")

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
