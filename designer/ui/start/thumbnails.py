"""Pictures of designs as the canvas shows them, small, kept in the cache folder by what they show.

Reading and checking a design is done in the background; the picture is drawn in the window's thread, one at a time, in
a few milliseconds.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis
from designer.base import numbers
from designer.base.errors import BlockyardError
from designer.base.paths import cache_dir
from designer.document.reading import parse_document, read_bytes
from designer.graph.design import Design
from designer.ui.background import Background
from designer.ui.canvas.afar import FLAT_BELOW
from designer.ui.canvas.geometry import card_size
from designer.ui.canvas.scene import CanvasScene
from designer.ui.presenters.cards import CardMaker
from designer.ui.theme.current import current_theme
from designer.ui.theme.tokens import Theme

translate = QCoreApplication.translate

SIZE = QSize(248, 112)  # of a picture, in px
_RATIO = 2.0  # device pixels to one of these: sharp on every screen
_MARGIN = 64.0  # around the cards, in scene units
_MOST_ZOOM = 0.55
_VERSION = 2  # of how pictures are drawn
_MOST_KEPT = 400  # files in the cache


@dataclass(frozen=True)
class Thumbnail:
    """image: of a design in one theme. facts: what it costs, in a line."""

    image: QImage
    facts: str


@dataclass(frozen=True)
class _Read:
    file: Path  # in the cache
    known: Thumbnail | None
    design: Design | None = None
    analysis: Analysis | None = None


class Thumbnails(QObject):
    """ready(path, thumbnail): what was asked for. One at a time; of files that cannot be read there is none."""

    ready = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: list[Path] = []
        self._theme = current_theme()
        self._reading, self._keeping = Background(self), Background(self)

    def ask(self, paths: list[Path]) -> None:
        """Ask for pictures in the theme that is worn now; what was asked for before is forgotten."""
        self._theme = current_theme()
        self._waiting = list(paths)
        self._reading.forget()
        self._next()

    def let_go(self) -> None:
        """The window closes."""
        self._waiting = []
        self._reading.forget()
        self._keeping.forget()

    def _next(self) -> None:
        if self._waiting:
            path, theme = self._waiting.pop(0), self._theme
            self._reading.run(
                lambda: _read(path, theme),
                lambda found: self._found(path, found),
                lambda _error: self._next(),
                "picture",
            )

    def _found(self, path: Path, found: _Read) -> None:
        thumbnail = found.known
        if thumbnail is None:
            thumbnail = Thumbnail(draw(found.design, found.analysis, self._theme), _facts(found.analysis))
            self._keeping.run(_keeper(found.file, thumbnail), lambda _kept: None, lambda _error: None, "picture cache")
        self.ready.emit(path, thumbnail)
        self._next()


def draw(design: Design, analysis: Analysis, theme: Theme) -> QImage:
    """The picture of a design's outermost block."""
    scene = CanvasScene(theme)
    scene.set_content(*CardMaker().content(design, analysis.root, card_size))
    image = QImage(SIZE * _RATIO, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(_RATIO)
    image.fill(QColor(theme.ground))
    bounds = scene.bounds().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
    if bounds.isValid() and scene.cards:
        zoom = min(SIZE.width() / bounds.width(), SIZE.height() / bounds.height(), _MOST_ZOOM)
        seen = QRectF(0, 0, SIZE.width() / zoom, SIZE.height() / zoom)
        seen.moveCenter(bounds.center())
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if zoom < FLAT_BELOW:
            painter.scale(zoom, zoom)
            painter.translate(-seen.topLeft())
            scene.afar.paint(painter, zoom)
        else:
            whole = QRectF(0, 0, SIZE.width(), SIZE.height())
            scene.render(painter, whole, seen, Qt.AspectRatioMode.IgnoreAspectRatio)
        painter.end()
    scene.deleteLater()
    return image


def _facts(analysis: Analysis) -> str:
    return numbers.count(analysis.totals.params) if analysis.ok else ""


def _read(path: Path, theme: Theme) -> _Read:
    """The picture in the cache, else what it is drawn of. Raises BlockyardError where the file cannot be read."""
    data = read_bytes(path)
    key = hashlib.sha256(f"{_VERSION} {theme} {SIZE.toTuple()}".encode() + data).hexdigest()[:40]
    file = cache_dir() / "thumbnails" / f"{key}.png"
    image = QImage(str(file)) if file.exists() else QImage()
    if not image.isNull():
        image.setDevicePixelRatio(_RATIO)
        return _Read(file, Thumbnail(image, image.text("facts")))
    document = parse_document(data, path.name)
    try:
        return _Read(file, None, document.design, Analyser().analyse(document.design))
    except RecursionError as error:
        raise BlockyardError(translate("Thumbnails", "{0} is too deep to be drawn.").format(path.name)) from error


def _keeper(file: Path, thumbnail: Thumbnail) -> Callable[[], None]:
    """What puts a picture into the cache, and sweeps out the oldest ones."""

    def keep() -> None:
        with suppress(OSError):  # a cache that cannot be written is no cache
            file.parent.mkdir(parents=True, exist_ok=True)
            thumbnail.image.setText("facts", thumbnail.facts)
            descriptor, name = tempfile.mkstemp(prefix=".", suffix=".png", dir=file.parent)
            os.close(descriptor)
            if thumbnail.image.save(name):
                Path(name).replace(file)
            kept = sorted(file.parent.glob("*.png"), key=lambda each: each.stat().st_mtime)
            for old in kept[:-_MOST_KEPT]:
                old.unlink()

    return keep
