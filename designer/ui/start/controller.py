"""Between the start page and the documents: fills the page in idle time, and opens what is chosen on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from designer.document.presets import list_presets
from designer.ui.background import Background
from designer.ui.central import Central
from designer.ui.document_controller import DocumentController, preset_families
from designer.ui.rich_text import menu_text
from designer.ui.start.recents import Recent, Recents
from designer.ui.start.thumbnails import Thumbnail, Thumbnails
from designer.ui.theme.current import theme_source

if TYPE_CHECKING:
    from designer.ui.start.page import StartPage


class StartController(QObject):
    """missing(path): a file was chosen that is gone."""

    missing = Signal(object)

    def __init__(self, central: Central, documents: DocumentController, recents: Recents, parent: QObject) -> None:
        super().__init__(parent)
        self._central, self._documents, self._recents = central, documents, recents
        self._page: StartPage | None = None
        self._ids = {preset.path: preset.id for preset in list_presets()}
        self._thumbnails = Thumbnails(self)
        self._looking = Background(self)
        self._is_drawn_in: object = None  # the theme of the pictures
        self._thumbnails.ready.connect(self._show_thumbnail)
        recents.changed.connect(self._show_recents)
        documents.titles_known.connect(self._fill)
        theme_source().changed.connect(self._draw)

    def make(self) -> None:
        """Make the page, if it is not there: when it is first shown, or in idle time."""
        if self._page is None:
            self._page = page = self._central.start
            page.new_requested.connect(self._documents.new)
            page.open_requested.connect(self._documents.ask_open)
            page.template_chosen.connect(self._documents.open)
            page.recent_chosen.connect(self.open_recent)

    def show(self) -> None:
        """The page is seen: bring it up to date."""
        self.make()
        self._show_recents()
        self._documents.read_presets()

    def open_recent(self, path: Path) -> None:
        """Open a file that was open before; one that is gone is told."""
        if path.exists():
            self._documents.open(str(path))
        else:
            self.missing.emit(path)

    def fill_menu(self, menu: QMenu) -> None:
        """Put the files of before into a menu."""
        menu.clear()
        for item in self._recents.items():
            action = menu.addAction(menu_text(item.path.name))
            action.setToolTip(str(item.path))
            action.triggered.connect(lambda _=False, path=item.path: self.open_recent(path))
        menu.setToolTipsVisible(True)
        if menu.isEmpty():
            menu.addAction(self.tr("No file yet")).setEnabled(False)
        else:
            menu.addSeparator()
            menu.addAction(self.tr("Forget these files")).triggered.connect(self._recents.clear)

    def let_go(self) -> None:
        """The window closes."""
        self._thumbnails.let_go()
        self._looking.forget()

    def _fill(self, titles: dict[str, str]) -> None:
        if self._page is not None and not self._page.cards and self._page.isVisible():
            self._page.set_templates(preset_families(titles), titles)
            self._draw()

    def _draw(self, theme: object = None) -> None:
        if self._page is not None and self._page.cards:
            by_id = {name: path for path, name in self._ids.items()}
            self._thumbnails.ask([by_id[name] for name in self._page.cards])

    def _show_thumbnail(self, path: Path, thumbnail: Thumbnail) -> None:
        self._page.cards[self._ids[path]].show_thumbnail(thumbnail)

    def _show_recents(self) -> None:
        if self._page is None:
            return
        items = self._recents.items()
        self._page.set_recents(items)
        self._looking.run(lambda: _gone(items), self._page.show_missing, lambda _error: None, "recent files")


def _gone(items: Sequence[Recent]) -> list[Path]:
    return [item.path for item in items if not item.path.exists()]
