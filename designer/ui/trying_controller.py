"""Between the page for trying images and the engine: one child answers image after image, and is let go when idle."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QImage

from designer.base.errors import BlockyardError
from designer.engine.protocol_data import IMAGE_SUFFIXES, Refused, Tried
from designer.session.data_view import DataView
from designer.ui import files
from designer.ui.background import Background
from designer.ui.canvas.dropping import dragged_files
from designer.ui.docks.trying import Trying
from designer.ui.docks.trying_views import TriedView
from designer.ui.presenters.trying import has_no_names, refused_view, tried_view
from designer.ui.trust_controller import TrustController

translate = QCoreApplication.translate
_POLL_MS = 30
_IDLE_MS = 60_000  # a network that nobody tries is let go
_MOST_IMAGES = 48  # that are shown


@dataclass
class _Image:
    """An image to try. request: the number of the last one about it, 0 before there is one."""

    path: Path
    name: str
    view: TriedView
    request: int = 0
    answer: Tried | None = None


class TryingController(QObject):
    """Tries images on one run at a time. tell(error): says what went wrong."""

    def __init__(
        self, page: Trying, trusting: TrustController, tell: Callable[[BlockyardError], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page, self._trusting, self._tell = page, trusting, tell
        self._view = DataView()
        self._run_dir: Path | None = None  # None where no run is shown, or one without weights
        self._images: list[_Image] = []  # the newest first
        self._pasted: tempfile.TemporaryDirectory[str] | None = None
        self._pastes = 0
        self._saving = Background(self)
        self._poll_timer = QTimer(self, interval=_POLL_MS)
        self._poll_timer.timeout.connect(self._poll)
        self._idle = QTimer(self, interval=_IDLE_MS, singleShot=True)
        self._idle.timeout.connect(self._view.close)
        page.choose_requested.connect(self._choose)
        page.paste_requested.connect(self._paste)
        page.clear_requested.connect(self.clear)
        page.invert_changed.connect(lambda _on: self._ask(self._images))
        page.best_changed.connect(lambda _on: self._ask(self._images))

    def set_run(self, run_dir: Path, has_weights: bool, has_best: bool = False) -> None:
        """From now on images are tried on this run; those that are shown are tried on it too."""
        before, self._run_dir = self._run_dir, run_dir if has_weights else None
        self._page.show_readiness(has_weights, has_best)
        if not has_weights:
            self.clear()
        elif before != run_dir:
            self._ask(self._images)

    def add(self, paths: Sequence[Path], name: str = "") -> None:
        """Try these images. name: what a person knows them by, if not by their files."""
        if self._run_dir is None:
            return
        new = [_Image(path, name or path.name, TriedView(name or path.name)) for path in paths[:_MOST_IMAGES]]
        self._images = [*new, *self._images][:_MOST_IMAGES]
        self._ask(new)
        if len(paths) > len(new):
            what = self.tr("{0} images are too many to show: the first {1} are tried.")
            self._tell(
                BlockyardError(
                    what.format(f"{len(paths):,}", len(new)),
                    expected=self.tr("at most {0}").format(_MOST_IMAGES),
                    fix=self.tr("On the command line, `blockyard predict` takes them all."),
                )
            )

    def clear(self) -> None:
        """Show no images any more."""
        self._images = []
        self._show()

    def let_go(self) -> None:
        """The window closes: nothing stays behind."""
        self._poll_timer.stop()
        self._idle.stop()
        self._saving.forget()
        self._view.close()
        if self._pasted is not None:
            self._pasted.cleanup()
            self._pasted = None

    # -- where images come from -------------------------------------------------------------------------------------

    def _choose(self) -> None:
        kinds = self.tr("Images ({0})").format(" ".join(f"*{suffix}" for suffix in IMAGE_SUFFIXES))
        files.ask_files(self._page.window(), self.tr("Try images"), kinds, self.add)

    def _paste(self) -> None:
        data = QGuiApplication.clipboard().mimeData()
        if data is not None and (paths := dragged_files(data)):
            self.add(paths)
        elif data is not None and data.hasImage():
            self.add_image(QGuiApplication.clipboard().image())
        else:
            self._tell(
                BlockyardError(
                    self.tr("There is no image to paste."),
                    expected=self.tr("an image, or image files, on the clipboard"),
                    fix=self.tr("Copy one first."),
                )
            )

    def add_image(self, image: QImage) -> None:
        """Try an image that is in no file: it is written into one that goes with the window."""
        if self._pasted is None:
            self._pasted = tempfile.TemporaryDirectory(prefix="blockyard-", ignore_cleanup_errors=True)
        self._pastes += 1
        path = Path(self._pasted.name, f"{self._pastes}.png")
        name = self.tr("Pasted image {0}").format(self._pastes)
        self._saving.run(lambda: _saved(image, path), lambda saved: self.add([saved], name), self._tell, "paste")

    # -- asking and hearing -----------------------------------------------------------------------------------------

    def _ask(self, images: Sequence[_Image]) -> None:
        run_dir = self._run_dir
        if run_dir is None or not images:
            return
        for image in images:
            image.view, image.answer, image.request = TriedView(image.name), None, 0
        self._show()
        self._trusting.of_run(run_dir, self.tr("Trust and try"), lambda: self._ask_engine(run_dir, tuple(images)))

    def _ask_engine(self, run_dir: Path, images: Sequence[_Image]) -> None:
        if run_dir != self._run_dir:  # it was trusted when another run was looked at already
            return
        invert, best = self._page.invert.isChecked(), self._page.best.isEnabled() and self._page.best.isChecked()
        try:
            for image in images:
                image.request = self._view.try_image(run_dir, image.path, invert=invert, best=best)
        except BlockyardError as error:
            self._tell(error)
            return
        self._idle.stop()
        self._poll_timer.start()

    def _poll(self) -> None:
        answers = {answer.request: answer for answer in self._view.poll() if isinstance(answer, Tried | Refused)}
        for image in self._images:
            answer = answers.get(image.request)
            if isinstance(answer, Tried):
                image.answer, image.view = answer, tried_view(image.name, answer)
            elif answer is not None:
                image.view = refused_view(image.name, answer)
        if answers:
            self._show()
        if not self._view.busy:
            self._poll_timer.stop()
            self._idle.start()

    def _show(self) -> None:
        self._page.show_tried([image.view for image in self._images], self._note())

    def _note(self) -> str:
        """What holds for the figures of all images, as far as one does not see it."""
        answer = next((image.answer for image in self._images if image.answer is not None), None)
        if answer is None:
            return ""
        scales = {
            "softmax": self.tr("Shares of 1 (softmax)."),
            "sigmoid": self.tr("Each class has a chance of its own (sigmoid)."),
            "raw": self.tr("The values that the network gives, as they are."),
        }
        epoch = self.tr("After epoch {0}.").format(answer.epoch)
        names = self.tr("The run's data have no names for their classes.") if has_no_names(answer) else ""
        return " ".join(part for part in (epoch, scales[answer.scale], names) if part)


def _saved(image: QImage, path: Path) -> Path:
    if image.isNull() or not image.save(str(path), "PNG"):
        raise BlockyardError(
            translate("TryingController", "The pasted image cannot be kept."),
            expected=translate("TryingController", "an image, and room in {0}").format(path.parent),
            fix=translate("TryingController", "Save it as a file, and choose that."),
        )
    return path
