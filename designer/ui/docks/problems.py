"""The problems dock: each diagnostic in words, the node it belongs to, and a button for each way to mend it.

Hints, what could be neater, are counted in one line and shown when a person asks for them.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from designer.ui.docks.views import ProblemView
from designer.ui.rich_text import menu_text
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.icons import icon_pixmap
from designer.ui.widgets import EmptyState, label, set_state

_ICONS = {"error": ("circle-alert", "bad"), "warning": ("triangle-alert", "warn"), "info": ("info", "accent")}
HINT = "hint"  # the severity of what nobody is told unless he asks
_NARROW_PX = 620  # below, the fixes stand under the words; also where they are wider than these
_MOST_CARDS = 60  # a broken design of a thousand nodes is not mended by reading a thousand cards


class _Card(QFrame):
    jump = Signal()
    fix = Signal(int)
    why = Signal()

    def __init__(self, problem: ProblemView) -> None:
        super().__init__()
        self._problem = problem
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        severity = {"error": self.tr("Error"), "warning": self.tr("Warning")}.get(problem.severity, self.tr("Note"))
        severity = self.tr("Hint") if problem.severity == HINT else severity
        self.setAccessibleName(f"{severity}: {problem.node_label}: {problem.message}")
        self._badge = QLabel()
        self._badge.setToolTip(f"{severity} · {problem.code}")
        words = QVBoxLayout()
        words.setSpacing(2)
        message = label(problem.message, wrap=True)
        message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(message)
        words.addLayout(self._origin())
        self.buttons = [self._button(index, title) for index, title in enumerate(problem.fixes)]
        fixes = QHBoxLayout()
        fixes.setSpacing(6)
        for button in self.buttons:
            fixes.addWidget(button)
        fixes.addStretch()
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._parts.setSpacing(8)
        self._parts.addLayout(words, 1)
        self._parts.addLayout(fixes)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._parts, 1)
        self._draw()
        theme_source().changed.connect(self._draw)

    def _origin(self) -> QHBoxLayout:
        """The second line: the node, as a link, then what came and what was wanted."""
        box = QHBoxLayout()
        box.setSpacing(8)
        self.link = QPushButton(menu_text(self._problem.node_label), self)  # or it would be shown as a window
        set_state(self.link, "link", True)
        self.link.setCursor(Qt.CursorShape.PointingHandCursor)
        self.link.setToolTip(self.tr("Show this node on the canvas"))
        self.link.setFixedHeight(20)
        self.link.setVisible(bool(self._problem.node_label))
        self.link.clicked.connect(self.jump)
        detail = label(self._detail(), "muted", wrap=True)
        detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        detail.setMinimumHeight(20)
        detail.setParent(self)
        detail.setVisible(bool(detail.text()))
        self.why_link = QPushButton(self.tr("Why?"), self)
        set_state(self.why_link, "link", True)
        self.why_link.setCursor(Qt.CursorShape.PointingHandCursor)
        self.why_link.setToolTip(self.tr("What this means, and what the fixes do"))
        self.why_link.setAccessibleName(self.tr("Why? {0}").format(self._problem.code))
        self.why_link.setFixedHeight(20)
        self.why_link.clicked.connect(self.why)
        box.addWidget(self.link, 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(self.why_link, 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(detail, 1)
        box.addStretch(0 if detail.text() else 1)
        return box

    def _detail(self) -> str:
        parts = []
        if self._problem.received:
            parts.append(self.tr("received {0}").format(self._problem.received))
        if self._problem.expected:
            parts.append(self.tr("expected {0}").format(self._problem.expected))
        return " · ".join(parts)

    def _button(self, index: int, title: str) -> QPushButton:
        button = QPushButton(menu_text(title))
        button.setAccessibleName(f"{title}: {self._problem.node_label}")
        button.clicked.connect(lambda: self.fix.emit(index))
        return button

    def _draw(self, _theme: object = None) -> None:
        name, role = _ICONS.get(self._problem.severity, _ICONS["info"])
        colour = getattr(current_theme(), role)
        self._badge.setPixmap(icon_pixmap(name, colour, 18, self.devicePixelRatioF()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        fixes_px = sum(button.sizeHint().width() for button in self.buttons)
        narrow = self.width() < _NARROW_PX or 2 * fixes_px > self.width()  # words need the greater half
        directions = QBoxLayout.Direction
        self._parts.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.jump.emit()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.jump.emit()


class Problems(QWidget):
    """jump_requested(node_key): show that node. fix_requested(problem, fix): apply that fix, both by index.

    why_requested(code): tell what a diagnostic means.
    """

    jump_requested = Signal(object)
    fix_requested = Signal(int, int)
    why_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Problems"))
        self.problems: tuple[ProblemView, ...] = ()
        self.cards: list[_Card] = []
        self._is_stale = False
        self._shows_hints = False
        self._empty = EmptyState("circle-check", self.tr("No problems. Every shape fits."), role="good")
        self._more = label(role="muted")
        self._body = QWidget()
        self._box = QVBoxLayout(self._body)
        self._box.setContentsMargins(12, 12, 12, 12)
        self._box.setSpacing(6)
        self._box.addWidget(self._more)
        self._box.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._body)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(scroll)
        self.hints = QPushButton()
        set_state(self.hints, "link", True)
        self.hints.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hints.setToolTip(self.tr("What could be neater: the network runs and learns as it is"))
        self.hints.clicked.connect(self._toggle_hints)
        self.hints.hide()
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 0, 16, 4)
        foot.addWidget(self.hints)
        foot.addStretch()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._stack, 1)
        box.addLayout(foot)

    def sizeHint(self) -> QSize:
        return QSize(720, 220)

    def show_problems(self, problems: Sequence[ProblemView]) -> None:
        """Show these, in this order; what has not changed keeps its card, and its focus. Hidden, it waits."""
        if tuple(problems) == self.problems and not self._is_stale:
            return
        self.problems = tuple(problems)
        self._is_stale = True
        if self.isVisible() or not self.cards:
            self._update_cards()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and self._is_stale:
            self._update_cards()
        return super().event(event)

    def _toggle_hints(self) -> None:
        self._shows_hints = not self._shows_hints
        self._update_cards()

    def _update_cards(self) -> None:
        self._is_stale = False
        old: dict[ProblemView, list[_Card]] = {}
        for card in self.cards:
            old.setdefault(card._problem, []).append(card)
        self.cards = []
        num_hints = sum(problem.severity == HINT for problem in self.problems)
        shown = [problem for problem in self.problems if self._shows_hints or problem.severity != HINT]
        for index, problem in enumerate(shown[:_MOST_CARDS]):
            kept = old.get(problem)
            card = kept.pop(0) if kept else self._make(problem)
            self.cards.append(card)
            if self._box.indexOf(card) != index:
                self._box.insertWidget(index, card)
        for card in (card for cards in old.values() for card in cards):
            card.hide()
            self._box.removeWidget(card)
            card.deleteLater()
        left_out = len(shown) - len(self.cards)
        self._more.setText(self.tr("and {0} more").format(left_out))
        self._more.setVisible(left_out > 0)
        self._stack.setCurrentIndex(1 if shown else 0)
        self._tell_hints(num_hints)

    def _tell_hints(self, count: int) -> None:
        if self._shows_hints:
            text = self.tr("Hide the hint") if count == 1 else self.tr("Hide the hints")
        else:
            text = self.tr("1 hint") if count == 1 else self.tr("{0} hints").format(count)
        self.hints.setText(text)
        self.hints.setVisible(count > 0)

    def _make(self, problem: ProblemView) -> _Card:
        card = _Card(problem)
        card.jump.connect(lambda: self.jump_requested.emit(problem.node_key))
        card.why.connect(lambda: self.why_requested.emit(problem.code))
        card.fix.connect(lambda fix: self.fix_requested.emit(self.cards.index(card), fix))
        return card
