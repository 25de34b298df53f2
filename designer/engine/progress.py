"""Shows a run to a person at a terminal: a line an epoch, and a moving bar where the terminal can. No torch here."""

from __future__ import annotations

import sys
from typing import TextIO

from .protocol import (
    Batch,
    Epoch,
    Failed,
    Finished,
    Message,
    Paused,
    Preparing,
    Resumed,
    Started,
    Summary,
    WarmStarted,
    Warned,
)

_BAR_WIDTH = 24


class Progress:
    """Writes messages as text. Call it with each message in turn."""

    def __init__(self, output: TextIO, errors: TextIO) -> None:
        """output: gets figures; only a terminal gets the bar. errors: gets warnings and the failure."""
        self._output = output
        self._errors = errors
        self._bar_shown = False

    def __call__(self, message: Message) -> None:
        match message:
            case Started():
                steps = f", from batch {message.steps_done + 1}" if message.steps_done else ""
                epochs = "1 epoch" if message.epochs == 1 else f"{message.epochs} epochs"
                self._line(
                    f"Training {message.params:,} parameters on {message.device}: {message.train_examples:,} images, "
                    f"{epochs} of {message.batches_per_epoch} batches{steps}"
                )
            case Preparing():
                self._moving(f"{message.what}: {message.done:,}{_of(message.total)} {message.unit}")
            case WarmStarted():
                self._line(
                    f"Took {len(message.taken)} of {message.layers} layers from {message.source}"
                    + "".join(f"\n  anew: {line}" for line in message.left)
                )
            case Batch():
                self._bar(message)
            case Paused():
                self._line(f"Paused in epoch {message.epoch}, after batch {message.batch}")
            case Resumed():
                self._line("Going on")
            case Epoch():
                held_out = ""
                if message.validation_loss is not None:
                    loss, accuracy = message.validation_loss, message.validation_accuracy
                    held_out = f" | validation loss {loss:.3f}, accuracy {accuracy:.3f}"
                self._line(
                    f"epoch {message.epoch}: train loss {message.train_loss:.3f}, accuracy {message.train_accuracy:.3f}"
                    f"{held_out}"
                    f" | test loss {message.test_loss:.3f}, accuracy {message.test_accuracy:.3f}"
                    f" | {message.examples_per_second:,.0f} examples/s"
                )
            case Warned():
                self._line(f"Warning: {message.message} {message.fix}", self._errors)
            case Failed():
                expected = f"Expected {message.expected}." if message.expected else ""
                self._line(" ".join(filter(None, (message.message, expected, message.fix))), self._errors)
            case Finished():
                self._line(f"{'Stopped' if message.stopped else 'Finished'}: {message.run}")
            case Summary():
                self._line(message.text)

    def _bar(self, batch: Batch) -> None:
        filled = _BAR_WIDTH * batch.batch // batch.batches
        self._moving(
            f"epoch {batch.epoch} {'━' * filled}{'─' * (_BAR_WIDTH - filled)} {batch.batch}/{batch.batches}"
            f"  loss {batch.loss:.3f}  accuracy {batch.accuracy:.3f}  {batch.examples_per_second:,.0f} examples/s"
        )

    def _moving(self, text: str) -> None:
        """A line that the next one replaces, where the output can."""
        if self._output.isatty():
            self._output.write(f"\r\033[K{text}")
            self._output.flush()
            self._bar_shown = True

    def _line(self, text: str, stream: TextIO | None = None) -> None:
        if self._bar_shown:
            self._output.write("\r\033[K")
            self._output.flush()
            self._bar_shown = False
        (stream or self._output).write(text + "\n")
        (stream or self._output).flush()


def _of(total: int | None) -> str:
    return "" if total is None else f" of {total:,}"


def at_the_terminal() -> Progress:
    """Progress on this process's standard output and standard error."""
    return Progress(sys.stdout, sys.stderr)
