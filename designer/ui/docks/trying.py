"""The page of the results dock on which images are tried: those that a person drops, chooses or pastes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from designer.ui.docks.tried_card import CARD_PX, TriedCard
from designer.ui.docks.trying_views import TriedView
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import ElidedLabel, EmptyState

_GAP_PX = 12


class Trying(QWidget):
    """Shows a card an image, the newest first. `tools` are the controls, to stand in the dock's bar.

    choose_requested, paste_requested, clear_requested, help_requested: a button was pressed. invert_changed(on),
    best_changed(on).
    """

    choose_requested = Signal()
    paste_requested = Signal()
    clear_requested = Signal()
    help_requested = Signal()
    invert_changed = Signal(bool)
    best_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Try an image"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.cards: list[TriedCard] = []
        self._shown = 0
        self._sheet = QWidget()
        self._grid = QGridLayout(self._sheet)
        self._grid.setContentsMargins(16, 0, 4, 12)
        self._grid.setSpacing(_GAP_PX)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._sheet)
        self._scroll.viewport().installEventFilter(self)
        self._empty = EmptyState("image", "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._scroll)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._stack)
        self.tools = self._make_tools()
        shortcut = QShortcut(QKeySequence.StandardKey.Paste, self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.paste_requested)
        self.show_readiness(False)

    def _make_tools(self) -> QWidget:
        self.note = ElidedLabel("", "muted")
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.invert = QCheckBox(self.tr("Invert"))
        self.invert.setToolTip(self.tr("Dark becomes bright: for runs on bright things before black, such as digits"))
        self.invert.toggled.connect(self.invert_changed)
        self.best = QCheckBox(self.tr("Best weights"))
        self.best.setToolTip(self.tr("Of the epoch whose figure was the best, not of the last: the recipe's keep best"))
        self.best.toggled.connect(self.best_changed)
        self.choose, self.paste, self.clear = (
            QPushButton(words) for words in (self.tr("Choose…"), self.tr("Paste"), self.tr("Clear"))
        )
        self.help = QToolButton()
        self.help.setToolTip(self.tr("What the network sees, and what the figures are"))
        self.help.setAccessibleName(self.help.toolTip())
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.note, 1)
        row.addWidget(self.best)
        row.addWidget(self.invert)
        for button, icon, signal in (
            (self.choose, "folder-open", self.choose_requested),
            (self.paste, "clipboard-paste", self.paste_requested),
            (self.clear, "x", self.clear_requested),
            (self.help, "circle-question-mark", self.help_requested),
        ):
            wear_icon(button, icon)
            button.clicked.connect(signal)
            row.addWidget(button)
        tools = QWidget()
        tools.setLayout(row)
        return tools

    @property
    def views(self) -> tuple[TriedView, ...]:
        """What is shown, in order."""
        return tuple(card.view for card in self.cards[: self._shown])

    def show_readiness(self, ready: bool, has_best: bool = False) -> None:
        """Whether the run that is shown has weights to try images with, and those of a best epoch too."""
        self.best.setEnabled(ready and has_best)
        if ready:
            words = self.tr("Drop images here"), self.tr("or choose or paste one: see what the network takes it for.")
        else:
            words = self.tr("This run has no weights"), self.tr("They are saved after each epoch. Train it again.")
        self._empty.set_texts(*words)
        for part in (self.invert, self.choose, self.paste, self.clear):
            part.setEnabled(ready)

    def show_tried(self, views: Sequence[TriedView], note: str = "") -> None:
        """Show these in place of the others. note: what holds for all of them."""
        while len(self.cards) < len(views):
            self.cards.append(TriedCard())
        for card, view in zip(self.cards, views, strict=False):
            card.show_view(view)
        if len(views) != self._shown:
            self._shown = len(views)
            self._place_cards()
        self.note.setText(note)
        self._stack.setCurrentWidget(self._scroll if views else self._empty)

    def _place_cards(self) -> None:
        while self._grid.takeAt(0) is not None:
            pass
        across = max(1, (self._scroll.viewport().width() - 20 + _GAP_PX) // (CARD_PX + _GAP_PX))
        for number, card in enumerate(self.cards):
            if number < self._shown:
                self._grid.addWidget(card, number // across, number % across)
            card.setVisible(number < self._shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place_cards()
        return False
