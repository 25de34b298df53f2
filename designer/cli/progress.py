"""Shows a training to a person: a line an epoch, and a moving bar where standard error is a terminal."""

from __future__ import annotations

from typing import TextIO

from designer.base import numbers
from designer.engine.protocol import Batch, Epoch, Finished, Kept, Preparing, Started, WarmStarted, Warned
from designer.session.leading import Report

_BAR = 24  # characters
_CLEAR = "\r\033[K"


class Progress:
    """Writes reports as text. Failures are left to the caller, who raises them."""

    def __init__(self, output: TextIO, errors: TextIO) -> None:
        """output: gets a line an epoch. errors: gets the bar, where it is a terminal, and warnings."""
        self._output = output
        self._errors = errors
        self._bar_shown = False
        self._best: Kept | None = None  # the last that was told

    def __call__(self, report: Report) -> None:
        """Show one report."""
        match report:
            case Started():
                epochs = "1 epoch" if report.epochs == 1 else f"{report.epochs} epochs"
                self._line(
                    f"Training {report.params:,} parameters on {report.device}: {report.train_examples:,} images, "
                    f"{epochs} of {report.batches_per_epoch} batches"
                )
            case Preparing():
                self._prepare(report)
            case WarmStarted():
                self._line(
                    f"Took {len(report.taken)} of {report.layers} layers from {report.source}"
                    + "".join(f"\n  anew: {line}" for line in report.left)
                )
            case Batch():
                self._bar(report)
            case Epoch():
                held_out = ""
                if report.validation_loss is not None:
                    loss, accuracy = report.validation_loss, report.validation_accuracy
                    held_out = f"validation loss {loss:.3f}, accuracy {accuracy:.3f}; "
                self._line(
                    f"epoch {report.epoch}: train loss {report.train_loss:.3f}, accuracy {report.train_accuracy:.3f}; "
                    f"{held_out}"
                    f"test loss {report.test_loss:.3f}, accuracy {report.test_accuracy:.3f}; "
                    f"{report.examples_per_second:,.0f} examples/s"
                )
            case Warned():
                self._line(f"warning: {report.message} {report.fix}".rstrip(), self._errors)
            case Kept():
                self._clear()
                self._best = report
            case Finished():
                self._line(f"{'Stopped' if report.stopped else 'Finished'}. The run is in {report.run}")
                self._tell_best()
            case _:
                self._clear()

    def _tell_best(self) -> None:
        best = self._best
        if best is not None and best.best_value is not None:
            figure = best.best_figure.replace("_", " ")
            self._line(f"Best: epoch {best.best_epoch}, by {figure} {best.best_value:.3f}; its weights are kept too")

    def _prepare(self, report: Preparing) -> None:
        if not self._errors.isatty():
            return
        done = numbers.progress(report.done, report.total, report.unit)
        self._errors.write(f"{_CLEAR}{report.what}: {done}")
        self._errors.flush()
        self._bar_shown = True

    def _bar(self, batch: Batch) -> None:
        if not self._errors.isatty():
            return
        filled = _BAR * batch.batch // max(1, batch.batches)
        self._errors.write(
            f"{_CLEAR}epoch {batch.epoch} {'━' * filled}{'─' * (_BAR - filled)} {batch.batch}/{batch.batches}"
            f"  loss {batch.loss:.3f}  accuracy {batch.accuracy:.3f}  {batch.examples_per_second:,.0f} examples/s"
        )
        self._errors.flush()
        self._bar_shown = True

    def _line(self, text: str, stream: TextIO | None = None) -> None:
        self._clear()
        stream = stream or self._output
        stream.write(text + "\n")
        stream.flush()

    def _clear(self) -> None:
        if self._bar_shown:
            self._errors.write(_CLEAR)
            self._errors.flush()
            self._bar_shown = False
