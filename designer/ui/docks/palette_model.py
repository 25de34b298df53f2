"""The palette's rows as a Qt list model, and the delegate that paints them: headings, stripes, names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QByteArray, QMimeData, QModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from designer.ui.canvas.ranking import ranked
from designer.ui.docks.views import PaletteEntry
from designer.ui.theme.current import current_theme
from designer.ui.theme.fonts import section_font, ui_font
from designer.ui.theme.stylesheet import mix

KIND_MIME = "application/x-blockyard-kind"
ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
FAMILY_ORDER = ("block", "io", "convolution", "pooling", "normalisation", "activation", "linear", "merge", "shape",
                "custom")  # fmt: skip
ROW_PX, HEADING_PX = 26, 30


class PaletteModel(QAbstractListModel):
    """Rows are headings (plain strings) and entries; while a search runs, entries alone, best first."""

    def __init__(self, heading: Callable[[str], str]) -> None:
        super().__init__()
        self._heading = heading
        self._entries: list[PaletteEntry] = []
        self._rows: list[str | PaletteEntry] = []
        self._query = ""

    def set_entries(self, entries: Sequence[PaletteEntry]) -> None:
        """Show these kinds."""
        self._entries = list(entries)
        self._arrange()

    def search(self, query: str) -> None:
        """Show only what fits `query`; everything in groups for an empty one."""
        if query.strip() != self._query:
            self._query = query.strip()
            self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        self._rows = self._found() if self._query else self._grouped()
        self.endResetModel()

    def _found(self) -> list[str | PaletteEntry]:
        def fields(entry: PaletteEntry) -> tuple[str, ...]:
            return (entry.title, entry.kind, self._heading(entry.family), entry.summary)

        return list(ranked(self._query, self._entries, fields))

    def _grouped(self) -> list[str | PaletteEntry]:
        rest = dict.fromkeys(entry.family for entry in self._entries if entry.family not in FAMILY_ORDER)
        rows: list[str | PaletteEntry] = []
        for family in (*FAMILY_ORDER, *rest):
            members = [entry for entry in self._entries if entry.family == family]
            if members:
                rows += [family, *members]
        return rows

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def entry(self, index: QModelIndex) -> PaletteEntry | None:
        """The entry at `index`; None for a heading or nothing."""
        row = self._rows[index.row()] if index.isValid() else None
        return row if isinstance(row, PaletteEntry) else None

    def first_entry(self) -> QModelIndex:
        """Where the first entry stands."""
        for row, what in enumerate(self._rows):
            if isinstance(what, PaletteEntry):
                return self.index(row)
        return QModelIndex()

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        what = self._rows[index.row()]
        entry = what if isinstance(what, PaletteEntry) else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return entry.title if entry else self._heading(what)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole) and entry:
            return entry.summary
        return entry if role == ENTRY_ROLE else None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        if self.entry(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        return [KIND_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        entry = self.entry(indexes[0]) if indexes else None
        if entry is not None:
            mime.setData(KIND_MIME, QByteArray(entry.kind.encode()))
        return mime


class PaletteDelegate(QStyledItemDelegate):
    """Paints a heading in small capitals, an entry as stripe and name."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        is_heading = index.data(ENTRY_ROLE) is None
        return QSize(80, HEADING_PX if is_heading else ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme = current_theme()
        entry = index.data(ENTRY_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = Qt.AlignmentFlag.AlignVCenter
        if entry is None:
            painter.setFont(section_font())
            painter.setPen(QColor(theme.muted))
            painter.drawText(option.rect.adjusted(16, 8, -8, 0), middle, index.data())
        else:
            self._paint_ground(painter, option)
            stripe = QRectF(option.rect.left() + 16, option.rect.top() + 5, 3, option.rect.height() - 10)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.family(entry.family)))
            painter.drawRoundedRect(stripe, 1.5, 1.5)
            painter.setFont(ui_font())
            painter.setPen(QColor(theme.text))
            space = option.rect.adjusted(30, 0, -10, 0)
            text = painter.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideRight, space.width())
            painter.drawText(space, middle, text)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        theme = current_theme()
        selected = option.state & QStyle.StateFlag.State_Selected
        hovered = option.state & QStyle.StateFlag.State_MouseOver
        if selected or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(mix(theme.panel, theme.accent, 0.22) if selected else theme.raised))
            painter.drawRoundedRect(QRectF(option.rect).adjusted(8, 1, -8, -1), 6, 6)
