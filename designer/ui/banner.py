"""A quiet bar above the canvas with a sentence and buttons, for what a person should decide without being held up."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton

from designer.ui.rich_text import menu_text
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.icons import icon_pixmap, wear_icon
from designer.ui.widgets import Sentence, set_state


class Banner(QFrame):
    """Hidden until `ask`; gone when a button was pressed. left: by a key, and the focus has to go elsewhere."""

    left = Signal()

    def __init__(self, icon_name: str, role: str = "accent") -> None:
        super().__init__()
        self.setProperty("role", "banner")
        self._icon_name, self._role = icon_name, role
        self._picture = QLabel()
        self.words = Sentence()
        self.buttons: list[QPushButton] = []
        self.close_button = QToolButton()
        self.close_button.setAccessibleName(self.tr("Not now"))
        self.close_button.setToolTip(self.tr("Not now"))
        set_state(self.close_button, "small", True)
        wear_icon(self.close_button, "x", size=14)
        self._let_leave(self.close_button)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 8, 12, 8)
        self._row.setSpacing(8)
        self._row.addWidget(self._picture)
        self._row.addWidget(self.words, 1)
        self._row.addWidget(self.close_button)
        theme_source().changed.connect(self._draw)
        self._draw()
        self.hide()

    def ask(self, text: str, *answers: tuple[str, Callable[[], object]]) -> None:
        """Show a sentence and a button for each answer, the first of them the one that is suggested."""
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = []
        self.words.setText(text)
        self.setAccessibleName(text)
        for title, answer in answers:
            button = QPushButton(menu_text(title))
            set_state(button, "quiet", bool(self.buttons))
            self._let_leave(button)
            button.clicked.connect(lambda _=False, answer=answer: answer())
            self._row.insertWidget(self._row.count() - 1, button)
            self.buttons.append(button)
        self.show()

    def _let_leave(self, button: QAbstractButton) -> None:
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus where it is
        button.clicked.connect(lambda: self._leave(button.hasFocus()))

    def _leave(self, has_focus: bool) -> None:
        if has_focus:
            self.left.emit()
        self.hide()

    def _draw(self, _theme: object = None) -> None:
        colour = getattr(current_theme(), self._role)
        self._picture.setPixmap(icon_pixmap(self._icon_name, colour, 18, self.devicePixelRatioF()))
