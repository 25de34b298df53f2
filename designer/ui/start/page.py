"""The start page: at the left what one begins with and the files of before, at the right templates by family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from designer.ui.start.recents import Recent, when
from designer.ui.start.template import TemplateCard, TemplateGrid
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import figure_font, ui_font
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import label, set_state

_SIDE_PX = 296
_ROW_PX = 46


class RecentRow(QAbstractButton):
    """A file: its name and where it lies, and when it was open."""

    def __init__(self, recent: Recent) -> None:
        super().__init__()
        self.recent = recent
        self.is_missing = False
        self.setAccessibleName(recent.path.stem)
        self.setToolTip(str(recent.path))
        self.setFixedHeight(_ROW_PX)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._describe()

    def show_missing(self) -> None:
        """There is no such file any more."""
        self.is_missing = True
        self._describe()
        self.update()

    def _describe(self) -> None:
        place = self.tr("This file is gone") if self.is_missing else str(self.recent.path.parent)
        self._place = place
        self.setAccessibleDescription(f"{place}, {when(self.recent.at)}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, inner = current_theme(), self.rect().adjusted(8, 5, -8, -5)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.accent) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.raised) if self.underMouse() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        clock = when(self.recent.at)
        painter.setFont(figure_font(-1))
        painter.setPen(theme.muted)
        upper = inner.adjusted(0, 0, 0, -inner.height() // 2)
        lower = inner.adjusted(0, inner.height() // 2, 0, 0)
        painter.drawText(upper, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, clock)
        room = inner.width() - painter.fontMetrics().horizontalAdvance(clock) - 12
        metrics = painter.fontMetrics()
        where = metrics.elidedText(self._place, Qt.TextElideMode.ElideMiddle, inner.width())
        painter.setPen(theme.warn_text if self.is_missing else theme.muted)
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, where)
        font = ui_font(weight=QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.text)
        name = QFontMetrics(font).elidedText(self.recent.path.stem, Qt.TextElideMode.ElideRight, room)
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, name)
        painter.end()


class StartPage(QWidget):
    """new_requested, open_requested: the buttons. template_chosen(id), recent_chosen(path): what to open."""

    new_requested = Signal()
    open_requested = Signal()
    template_chosen = Signal(str)
    recent_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("start_page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Start page"))
        self.cards: dict[str, TemplateCard] = {}
        self.recent_rows: list[RecentRow] = []
        self.new_button = QPushButton(self.tr("New design"))
        set_state(self.new_button, "primary", True)
        wear_icon(self.new_button, "file-plus", "on_accent")
        self.new_button.clicked.connect(self.new_requested)
        self.open_button = QPushButton(self.tr("Open a file…"))
        wear_icon(self.open_button, "folder-open")
        self.open_button.clicked.connect(self.open_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._make_side())
        row.addWidget(self._make_templates(), 1)
        theme_source().changed.connect(self._dress)
        self._dress()

    def _make_side(self) -> QWidget:
        side = QWidget()
        side.setObjectName("start_side")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        side.setFixedWidth(_SIDE_PX)
        self._recents = QVBoxLayout()
        self._recents.setSpacing(0)
        self._no_recents = label(self.tr("Files that you open or save are listed here."), "muted", wrap=True)
        title = label("Blockyard")
        title.setFont(ui_font(11, weight=QFont.Weight.DemiBold))
        column = QVBoxLayout(side)
        column.setContentsMargins(24, 28, 24, 20)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(label(self.tr("Neural networks, block by block"), "muted", wrap=True))
        column.addSpacing(16)
        for button in (self.new_button, self.open_button):
            column.addWidget(button)
        column.addSpacing(20)
        column.addWidget(label(self.tr("Recent files"), "section"))
        column.addWidget(self._no_recents)
        self._recents.setContentsMargins(-8, 0, -8, 0)  # their words stand in line with the heading
        column.addLayout(self._recents)
        column.addStretch(1)
        keys = self.tr("{0} a new design · {1} a file").format(_native("Ctrl+N"), _native("Ctrl+O"))
        column.addWidget(label(keys, "muted"))
        return side

    def _make_templates(self) -> QWidget:
        inner = QWidget()
        inner.setObjectName("start_templates")
        inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._families = QVBoxLayout(inner)
        self._families.setContentsMargins(32, 32, 32, 32)
        self._families.setSpacing(12)
        self.scroll = QScrollArea()
        self.scroll.setWidget(inner)
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll.setAccessibleName(self.tr("Templates"))
        return self.scroll

    def sizeHint(self) -> QSize:
        return QSize(1200, 800)

    def set_templates(self, families: Sequence[tuple[str, Sequence[str]]], titles: Mapping[str, str]) -> None:
        """The templates by family: ids, and what each is called."""
        while (item := self._families.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().deleteLater()
        self.cards = {}
        for family, names in families:
            grid = TemplateGrid()
            made = [TemplateCard(name, titles[name], grid) for name in names]
            for card in made:
                card.clicked.connect(lambda _=False, key=card.key: self.template_chosen.emit(key))
                card.installEventFilter(self)
                self.cards[card.key] = card
            grid.set_cards(made)
            self._families.addWidget(label(family, "section"))
            self._families.addWidget(grid)
            self._families.addSpacing(12)
        self._families.addStretch(1)

    def set_recents(self, recents: Sequence[Recent]) -> None:
        """The files that were open, the last one first."""
        for row in self.recent_rows:
            row.hide()
            row.deleteLater()
        self.recent_rows = []
        for recent in recents:
            row = RecentRow(recent)
            row.clicked.connect(lambda _=False, path=recent.path: self.recent_chosen.emit(path))
            self._recents.addWidget(row)
            self.recent_rows.append(row)
        self._no_recents.setVisible(not recents)

    def show_missing(self, paths: Sequence[Path]) -> None:
        """Mark files that are gone."""
        for row in self.recent_rows:
            if row.recent.path in paths:
                row.show_missing()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, TemplateCard):
            self.scroll.ensureWidgetVisible(watched, 0, 48)
        return False

    def _dress(self, _theme: object = None) -> None:
        theme = current_theme()
        self.setStyleSheet(
            f"#start_page, #start_templates {{ background: {theme.ground}; }}"
            f"#start_side {{ background: {theme.panel}; border-right: 1px solid {theme.line}; }}"
        )


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
