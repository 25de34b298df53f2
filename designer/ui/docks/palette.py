"""The palette: all that can be put on the canvas, found by typing, added by dragging, Return or double click."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QCursor,
    QDrag,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListView, QStackedWidget, QVBoxLayout, QWidget

from designer.ui.docks.palette_model import (
    DESIGN,
    FAVOURITES,
    LIBRARY,
    RECENTS,
    PaletteDelegate,
    PaletteModel,
    can_be_starred,
    star_rect,
)
from designer.ui.docks.views import PaletteEntry
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import ui_font
from designer.ui.theme.icons import icon_pixmap
from designer.ui.widgets import EmptyState

_CARD = QSize(168, 44)


def drag_card(entry: PaletteEntry, ratio: float) -> QPixmap:
    """The card that hangs on the cursor while `entry` is dragged: a node in small."""
    theme = current_theme()
    pixmap = QPixmap(_CARD * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    body = QRectF(0.5, 0.5, _CARD.width() - 1, _CARD.height() - 1)
    painter.setPen(QColor(theme.accent))
    painter.setBrush(QColor(theme.card))
    painter.drawRoundedRect(body, 8, 8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.family(entry.family)))
    painter.drawRoundedRect(QRectF(1, 1, 5, _CARD.height() - 2), 2.5, 2.5)
    painter.setFont(ui_font(weight=ui_font().Weight.DemiBold))
    painter.setPen(QColor(theme.text))
    space = QRectF(16, 0, _CARD.width() - 24, _CARD.height())
    title = painter.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideRight, int(space.width()))
    painter.drawText(space, Qt.AlignmentFlag.AlignVCenter, title)
    painter.end()
    return pixmap


class _List(QListView):
    add_requested = Signal(str)
    star_requested = Signal(str)
    menu_requested = Signal(object, QPoint)

    def __init__(self, model: PaletteModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(PaletteDelegate(self))
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.doubleClicked.connect(self._add)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._press_star(event):
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._press_star(event):
            super().mouseDoubleClickEvent(event)

    def _press_star(self, event: QMouseEvent) -> bool:
        at = event.position().toPoint()
        index = self.indexAt(at)
        entry = self.model().entry(index)
        if entry is None or not can_be_starred(entry) or event.button() != Qt.MouseButton.LeftButton:
            return False
        is_hit = star_rect(self.visualRect(index)).contains(at)
        if is_hit:
            self.star_requested.emit(entry.kind)
        return is_hit

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        entry = self.model().entry(index)
        if entry is not None:
            self.setCurrentIndex(index)
            below = self.visualRect(index).bottomLeft() + QPoint(40, 0)
            self.menu_requested.emit(entry, self.viewport().mapToGlobal(below) if by_key else event.globalPos())

    def staying(self, change: Callable[[], object]) -> None:
        """Change the rows, and leave what is under the mouse, or what was scrolled to, where it is."""
        model, mouse = self.model(), self.viewport().mapFromGlobal(QCursor.pos())
        is_over = self.viewport().rect().contains(mouse)
        is_at_top = not is_over and self.verticalScrollBar().value() == 0
        index = QModelIndex() if is_at_top else self.indexAt(mouse if is_over else QPoint(24, 4))
        place, top = model.place(index), self.visualRect(index).top()
        current = model.place(self.currentIndex())
        change()
        self.doItemsLayout()
        if (again := model.find(place)).isValid():
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.visualRect(again).top() - top)
        if (chosen := model.find(current)).isValid():
            self.selectionModel().setCurrentIndex(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _add(self, index: QModelIndex) -> None:
        entry = self.model().entry(index)
        if entry is not None:
            self.add_requested.emit(entry.kind)

    def add_current(self) -> None:
        """Ask for what is selected, or for the first of what was found."""
        index = self.currentIndex()
        self._add(index if self.model().entry(index) else self.model().first_entry())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_typing = self.state() == QAbstractItemView.State.EditingState  # a name: its line leaves Return to us
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not is_typing:
            self.add_current()
        else:
            super().keyPressEvent(event)

    def startDrag(self, _actions: Qt.DropAction) -> None:
        entry = self.model().entry(self.currentIndex())
        if entry is None:
            return
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData([self.currentIndex()]))
        drag.setPixmap(drag_card(entry, self.devicePixelRatioF()))
        drag.setHotSpot(QPoint(20, _CARD.height() // 2))
        drag.exec(Qt.DropAction.CopyAction)


class _Search(QLineEdit):
    def __init__(self, view: _List) -> None:
        super().__init__()
        self._view = view
        self.hint = ""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        needed = self.fontMetrics().horizontalAdvance(self.placeholderText() + self.hint) + 44
        if self.hint and not self.text() and not self.hasFocus() and self.width() >= needed:
            painter = QPainter(self)
            painter.setFont(ui_font(-1))
            painter.setPen(QColor(current_theme().muted))
            space = self.rect().adjusted(0, 0, -10, 0)
            painter.drawText(space, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.hint)
            painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._view.add_current()
        elif event.key() in moves:
            if not self._view.currentIndex().isValid():
                self._view.setCurrentIndex(self._view.model().first_entry())
            else:
                self._view.keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class Palette(QWidget):
    """add_requested(kind): a person wants one of these, at a place that the canvas chooses. star_requested(kind): it
    should be a favourite, or no longer. menu_requested(entry, where): it was right-clicked. renamed(kind, name): a
    block of the library should be called otherwise."""

    add_requested = Signal(str)
    star_requested = Signal(str)
    menu_requested = Signal(object, QPoint)
    renamed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Palette"))
        self._model = PaletteModel(self.heading)
        self.view = _List(self._model)
        self.view.setAccessibleName(self.tr("Layers and blocks"))
        self.search = _Search(self.view)
        self.search.setPlaceholderText(self.tr("Search layers and blocks"))
        self.search.setAccessibleName(self.tr("Search layers and blocks"))
        self.search.setToolTip(self.tr("Type to search; Down and Up choose, Return adds"))
        self.search.hint = self.tr("Tab")
        self.search.setTextMargins(-8, 0, 0, 0)  # the loupe brings a gap of its own
        self._loupe = self.search.addAction(self._loupe_icon(), QLineEdit.ActionPosition.LeadingPosition)
        self._nothing = EmptyState("search", self.tr("Nothing found"), self.tr("Try a shorter word."))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._nothing)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(12, 12, 12, 4)
        top.addWidget(self.search)
        box.addLayout(top)
        box.addWidget(self._stack)
        self.search.textChanged.connect(self._search)
        self.view.add_requested.connect(self.add_requested)
        self.view.star_requested.connect(self.star_requested)
        self.view.menu_requested.connect(self.menu_requested)
        # Later, because the rows change under the line in which the name was typed.
        self._model.renamed.connect(self.renamed, Qt.ConnectionType.QueuedConnection)
        theme_source().changed.connect(self._retheme)

    def sizeHint(self) -> QSize:
        return QSize(248, 640)

    def minimumSizeHint(self) -> QSize:
        return QSize(168, 160)

    def set_entries(self, entries: Sequence[PaletteEntry]) -> None:
        """Show these kinds, grouped by family."""
        self.view.staying(lambda: self._model.set_entries(entries))

    def set_shortlist(self, favourites: Sequence[str], recents: Sequence[str]) -> None:
        """Let these kinds stand at the top."""
        self.view.staying(lambda: self._model.set_shortlist(favourites, recents))

    def edit_name(self, kind: str) -> None:
        """Let the name of a block of the library be typed over."""
        rows = (self._model.index(row) for row in range(self._model.rowCount()))
        for index in rows:
            entry = self._model.entry(index)
            if entry is not None and entry.kind == kind:
                self.view.setCurrentIndex(index)
                self.view.edit(index)
                break

    def focus_search(self) -> None:
        """Put the cursor into the search box, its text selected."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def titles(self) -> list[str]:
        """The names that are shown, in order, without the headings."""
        entries = (self._model.entry(self._model.index(row)) for row in range(self._model.rowCount()))
        return [entry.title for entry in entries if entry is not None]

    def _search(self, query: str) -> None:
        self._model.search(query)
        if query.strip():
            self.view.setCurrentIndex(self._model.first_entry())
        self._stack.setCurrentIndex(0 if self._model.rowCount() else 1)

    def heading(self, family: str) -> str:
        """What a group is called."""
        words = {
            FAVOURITES: self.tr("Favourites"),
            RECENTS: self.tr("Recent"),
            DESIGN: self.tr("This design"),
            LIBRARY: self.tr("Your library"),
            "block": self.tr("Blocks"),
            "io": self.tr("Input and output"),
            "convolution": self.tr("Convolution"),
            "pooling": self.tr("Pooling"),
            "normalisation": self.tr("Normalisation"),
            "activation": self.tr("Activation"),
            "linear": self.tr("Linear"),
            "merge": self.tr("Merge"),
            "shape": self.tr("Shape"),
            "custom": self.tr("Custom"),
        }
        return words.get(family, family[:1].upper() + family[1:])

    def _loupe_icon(self) -> QPixmap:
        return icon_pixmap("search", current_theme().muted, 16, self.devicePixelRatioF())

    def _retheme(self, _theme: object) -> None:
        self._loupe.setIcon(self._loupe_icon())
        self.view.viewport().update()
