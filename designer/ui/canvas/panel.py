"""The canvas as the window takes it: the view with its overlays, and the search for what to add.

Overlays are children of the panel, not of the view's viewport, which scrolls what lies in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.ui.canvas.add_search import AddEntry, AddSearch
from designer.ui.canvas.breadcrumb import Breadcrumb
from designer.ui.canvas.glide import Glide
from designer.ui.canvas.hints import KEYS_AIR_PX, EmptyHint, KeyHint
from designer.ui.canvas.legend import Legend
from designer.ui.canvas.minimap import Minimap
from designer.ui.canvas.note_editor import NoteEditor
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.title_editor import TitleEditor
from designer.ui.canvas.view import CanvasView
from designer.ui.theme.tokens import DARK, Theme

MARGIN_PX = 12
_TEXT_PX = 12  # the path's words stand so far within it, and the key hint in line with them


class CanvasPanel(QWidget):
    """`scene` takes content, `view` tells of gestures; the rest are overlays. `picker` is free for any list."""

    renamed = Signal(str, str)  # card id and new title, typed on the card
    note_edited = Signal(str, str)  # note id, and its new text
    block_renamed = Signal(str, str)  # id of an instance, and another name for its block
    crumb_clicked = Signal(str)  # key of a step of the path
    kind_chosen = Signal(str, QPointF)  # from the search: kind, and the point of the scene it was asked at

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = CanvasScene(theme, self)
        self.view = CanvasView(self.scene, self)
        self.breadcrumb = Breadcrumb(self)
        self.minimap = Minimap(self.view, self)
        self.empty_hint = EmptyHint(self)
        self.key_hint = KeyHint(self)
        self.legend = Legend(self)
        self.title_editor = TitleEditor(self.view, self)
        self.note_editor = NoteEditor(self.view, self)
        self.search = AddSearch(self)
        self.picker = AddSearch(self)
        self.picker.setAccessibleName(self.tr("Find and choose"))
        self.glide = Glide(self.scene, self)
        self._asked_at = QPointF()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.setFocusProxy(self.view)
        self.view.rename_requested.connect(self.title_editor.edit)
        self.title_editor.renamed.connect(self.renamed)
        self.view.note_edit_requested.connect(self.note_editor.edit)
        self.note_editor.edited.connect(self.note_edited)
        self.title_editor.block_renamed.connect(self.block_renamed)
        self.breadcrumb.crumb_clicked.connect(self.crumb_clicked)
        for search in (self.search, self.picker):
            search.closed.connect(self.view.setFocus)
        self.view.hint_changed.connect(self.key_hint.show_words)
        self.search.closed.connect(self.view.loose_wire.hide)
        self.search.chosen.connect(lambda kind: self.kind_chosen.emit(kind, self._asked_at))
        self.scene.content_changed.connect(self._show_hint)
        self.set_path(())
        self.set_theme(theme)
        self._show_hint()

    def set_theme(self, theme: Theme) -> None:
        """Wear another palette."""
        self.view.set_theme(theme)
        overlays = (self.breadcrumb, self.empty_hint, self.key_hint, self.legend, self.search, self.picker)
        for overlay in (*overlays, self.title_editor, self.note_editor):
            overlay.set_theme(theme)
        self.minimap.update()
        self._place_overlays()

    def set_path(self, path: Sequence[tuple[str, str]]) -> None:
        """Show the way to what is open, as (label, key) from the outside in."""
        self.breadcrumb.set_path(path)
        self._place_overlays()

    def ask_what_to_add(self, entries: Sequence[AddEntry], at: QPointF) -> None:
        """Open the search at a point of the scene; `kind_chosen` brings the answer."""
        self._asked_at = at
        pixel = self.view.viewportTransform().map(at)
        self.search.set_entries(entries)
        self.search.open_at(self.view.viewport().mapTo(self, QPoint(round(pixel.x()), round(pixel.y()))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_overlays()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place_overlays()

    def _show_hint(self) -> None:
        self.empty_hint.setVisible(self.scene.is_empty)

    def _place_overlays(self) -> None:
        width, height = self.width(), self.height()
        for overlay in (self.breadcrumb, self.empty_hint, self.key_hint):
            overlay.resize(overlay.sizeHint())
        self.breadcrumb.move(MARGIN_PX, MARGIN_PX - 2)
        self.empty_hint.move((width - self.empty_hint.width()) // 2, (height - self.empty_hint.height()) // 2)
        left = MARGIN_PX + _TEXT_PX - KEYS_AIR_PX
        self.key_hint.move(left, height - self.key_hint.height() - MARGIN_PX + KEYS_AIR_PX)
        self.legend.move(width - self.legend.width() - MARGIN_PX, MARGIN_PX)
        self.minimap.move(width - self.minimap.width() - MARGIN_PX, height - self.minimap.height() - MARGIN_PX)
