"""Hears controls, JSON lines on a file descriptor or in a file, while training goes on; holds what is wanted of it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from .protocol import Control, Pause, Resume, Stop, Unreadable, Warned, read_control
from .run_files import open_file
from .text import Text

_MAX_LINE_BYTES = 2**16
_LOOK_S = 0.2  # between two looks at a mailbox


class Wishes:
    """What is wanted of a run: to go on, to wait, or to stop. Told by any thread or signal handler, asked by the loop.

    Plain flags and no locks, since a signal handler may find a lock taken by the very code that it interrupted.
    """

    def __init__(self) -> None:
        self.pausing = False
        self._stopping = False
        self._asked_at = time.monotonic()

    @property
    def stopping(self) -> bool:
        """Whether it is to stop. Who asks is at the end of a batch, or nearly: training goes on."""
        self._asked_at = time.monotonic()
        return self._stopping

    @property
    def silent_s(self) -> float:
        """For how long nobody has asked."""
        return time.monotonic() - self._asked_at

    def stop(self) -> None:
        """End with the current batch, also when paused. There is no way back."""
        self._stopping = True

    def hear(self, control: Control) -> None:
        """Take a control to heart."""
        match control:
            case Stop():
                self._stopping = True
            case Pause():
                self.pausing = True
            case Resume():
                self.pausing = False


def listen(descriptor: int, on_control: Callable[[Control], None], on_warning: Callable[[Warned], None]) -> None:
    """Hear in a thread of its own until the other side closes, which by itself changes nothing.

    on_control: called for each control. on_warning: called for each line that is none.
    """
    arguments = (descriptor, on_control, on_warning)
    threading.Thread(target=_hear, args=arguments, name="controls", daemon=True).start()


def _hear(descriptor: int, on_control: Callable[[Control], None], on_warning: Callable[[Warned], None]) -> None:
    pending = b""
    while chunk := _read(descriptor):
        pending = _pass_on(pending + chunk, on_control, on_warning)


def _pass_on(text: bytes, on_control: Callable[[Control], None], on_warning: Callable[[Warned], None]) -> bytes:
    """Tell of each whole line. Returns the line that is not yet whole."""
    *lines, pending = text.split(b"\n")
    if len(pending) > _MAX_LINE_BYTES:
        lines, pending = [*lines, pending], b""
    for line in filter(bytes.strip, lines):
        control = read_control(line)
        if isinstance(control, Unreadable):
            on_warning(_unreadable(control))
        else:
            on_control(control)
    return pending


class Mailbox:
    """Hears lines that anybody adds to a file: how a run is led by those who did not start it.

    As a context manager: entering begins to listen, and what was in the file before is left alone.
    """

    def __init__(self, path: Path, on_control: Callable[[Control], None], on_warning: Callable[[Warned], None]) -> None:
        """on_control, on_warning: as with `listen`."""
        self._path = path
        self._tell = (on_control, on_warning)
        self._seen = 0  # bytes
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="mailbox", daemon=True)

    def __enter__(self) -> Self:
        self._seen = self._size()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        pending = b""
        while not self._ended.wait(_LOOK_S):
            if self._size() > self._seen and (chunk := self._more()):
                self._seen += len(chunk)
                pending = _pass_on(pending + chunk, *self._tell)

    def _size(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def _more(self) -> bytes:
        try:
            with open_file(self._path) as lines:
                lines.seek(self._seen)
                return lines.read(_MAX_LINE_BYTES)
        except OSError:
            return b""


def _read(descriptor: int) -> bytes:
    # os.read and not sys.stdin: a thread that waits in a buffered reader is fatal to the interpreter's shutdown
    try:
        return os.read(descriptor, _MAX_LINE_BYTES)
    except OSError:
        return b""


def _unreadable(control: Unreadable) -> Warned:
    return Warned(
        code="unreadable_control",
        message=Text(
            "The engine was sent a line that it cannot read, {line}: {reason}.",
            line=repr(control.line),
            reason=control.reason,
        ),
        fix='Send {"type": "stop"}, or "pause" or "resume"; nothing else is understood.',
    )
