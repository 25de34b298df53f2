"""Between the palette and the rest: what it offers, its favourites, the menu of an entry."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from designer.base.paths import presets_dir
from designer.document.format import EXTENSION
from designer.editing.blocks import remove_block
from designer.editing.customs import remove_custom
from designer.graph.design import Design
from designer.ui.canvas.add_search import AddEntry
from designer.ui.canvas.cards import PortRef
from designer.ui.canvas_controller import CanvasController
from designer.ui.docks.palette import Palette
from designer.ui.docks.palette_model import DESIGN, LIBRARY, can_be_starred
from designer.ui.docks.views import PaletteEntry
from designer.ui.document_controller import DocumentController
from designer.ui.help_controller import HelpController
from designer.ui.library_controller import LibraryController
from designer.ui.presenters.fitting import fitting
from designer.ui.presenters.palette import NEW_CUSTOM, add_entries, palette_entries
from designer.ui.shortlist import Shortlist


class PaletteController(QObject):
    """Fills the palette and the search at the cursor, and does what a person asks of an entry. `menu` is the last."""

    def __init__(
        self,
        palette: Palette,
        canvas: CanvasController,
        library: LibraryController,
        documents: DocumentController,
        helping: HelpController,
    ) -> None:
        super().__init__(palette)
        self._palette, self._canvas, self._library = palette, canvas, library
        self._documents, self._helping = documents, helping
        self.shortlist = Shortlist(self)
        self.menu: QMenu | None = None
        canvas.blocks_changed.connect(self.refresh)
        canvas.adding.offers = self._offers
        canvas.adding.added.connect(self._used)
        library.changed.connect(self.refresh)
        palette.add_requested.connect(canvas.adding.add_behind)
        palette.star_requested.connect(self.shortlist.toggle)
        palette.menu_requested.connect(self._open_menu)
        palette.renamed.connect(lambda key, name: library.rename(_name(key), name))
        library.renamed.connect(lambda old, new: self.shortlist.renamed(f"personal:{old}", f"personal:{new}"))
        self.shortlist.changed.connect(self._show_shortlist)
        self._show_shortlist()

    def refresh(self) -> None:
        """Show what can be added to the design that is shown."""
        if self._canvas.session is not None:
            self._palette.set_entries(palette_entries(self._canvas.session.design, self._library.shelf))

    def _show_shortlist(self) -> None:
        self._palette.set_shortlist(self.shortlist.favourites, self.shortlist.recents)

    def _used(self, key: str) -> None:
        design = self._canvas.session.design
        entries = palette_entries(design, self._library.shelf)
        if any(entry.kind == key and can_be_starred(entry) for entry in entries):
            self.shortlist.used(key)

    def _offers(self, end: PortRef | None) -> list[AddEntry]:
        """What the search at the cursor offers; where a wire waits at `end`, what fits there before the rest."""
        canvas = self._canvas
        design = canvas.session.design
        entries = add_entries(design, self._library.shelf, self.shortlist.rank, self._palette.heading)
        if end is not None:
            entries = fitting(entries, design, canvas.facts, end)
        return sorted(entries, key=lambda entry: entry.rank)

    def _open_menu(self, entry: PaletteEntry, where: QPoint) -> None:
        if self.menu is not None:
            self.menu.deleteLater()
        if entry.kind == NEW_CUSTOM:
            return
        self.menu = menu = QMenu(self._palette)
        menu.addAction(self.tr("Add"), lambda: self._canvas.adding.add_behind(entry.kind))
        if can_be_starred(entry):
            is_starred = entry.kind in self.shortlist.favourites
            words = self.tr("Remove from favourites") if is_starred else self.tr("Add to favourites")
            menu.addAction(words, lambda: self.shortlist.toggle(entry.kind))
        menu.addSeparator()
        if entry.family == "block":
            self._fill_for_block(menu, entry)
            menu.addSeparator()
        elif entry.kind in self._canvas.session.design.customs:
            menu.addAction(self.tr("Edit the layer…"), lambda: self._canvas.custom_requested.emit(entry.kind))
            menu.addAction(self.tr("Delete from this design"), lambda: self._remove_layer(entry.kind))
            menu.addSeparator()
        menu.addAction(self.tr("Help"), lambda: self._helping.open_kind(entry.kind))
        menu.popup(where)

    def _fill_for_block(self, menu: QMenu, entry: PaletteEntry) -> None:
        name = _name(entry.kind)
        if entry.group == DESIGN:
            design = self._canvas.session.design
            menu.addAction(self.tr("Save to your library"), lambda: self._library.keep(name))
            remove = menu.addAction(self.tr("Delete from this design"), lambda: self._remove(name))
            users = design.uses.pred[name]
            remove.setEnabled(not users)
            if users:
                remove.setText(self.tr("Delete from this design (it is in use)"))
        elif entry.group == LIBRARY:
            menu.addAction(self.tr("Open to edit"), lambda: self._documents.open(str(self._library.path_of(name))))
            menu.addAction(self.tr("Rename…"), lambda: self._palette.edit_name(entry.kind))
            menu.addAction(self.tr("Remove from your library"), lambda: self._library.remove(name))
        elif (path := _shipped(name)).is_file():
            menu.addAction(self.tr("Open a copy"), lambda: self._documents.open_copy(path))

    def _remove(self, name: str) -> None:
        def change(design: Design, _block: str) -> Design:
            return remove_block(design, name)

        self._canvas.edit(self.tr("Delete block {0}").format(name), change)

    def _remove_layer(self, name: str) -> None:
        self._canvas.edit(self.tr("Delete {0}").format(name), lambda design, _block: remove_custom(design, name))


def _name(key: str) -> str:
    return key.rpartition(":")[2]


def _shipped(name: str) -> Path:
    return presets_dir() / "blocks" / f"{name}{EXTENSION}"
