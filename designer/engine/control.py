"""Hears controls, JSON lines on a file descriptor, while training goes on; holds what is wanted of the run."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from .protocol import Control, Pause, Resume, Stop, Unreadable, Warned, read_control

_MAX_LINE_BYTES = 2**16


class Wishes:
    """What is wanted of a run: to go on, to wait, or to stop. Told by any thread or signal handler, asked by the loop.

    Plain flags and no locks, since a signal handler may find a lock taken by the very code that it interrupted.
    """

    def __init__(self) -> None:
        self.stopping = False
        self.pausing = False

    def stop(self) -> None:
        """End with the current batch, also when paused. There is no way back."""
        self.stopping = True

    def hear(self, control: Control) -> None:
        """Take a control to heart."""
        match control:
            case Stop():
                self.stopping = True
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
        *lines, pending = (pending + chunk).split(b"\n")
        if len(pending) > _MAX_LINE_BYTES:
            lines, pending = [*lines, pending], b""
        for line in filter(bytes.strip, lines):
            control = read_control(line)
            if isinstance(control, Unreadable):
                on_warning(_unreadable(control))
            else:
                on_control(control)


def _read(descriptor: int) -> bytes:
    # os.read and not sys.stdin: a thread that waits in a buffered reader is fatal to the interpreter's shutdown
    try:
        return os.read(descriptor, _MAX_LINE_BYTES)
    except OSError:
        return b""


def _unreadable(control: Unreadable) -> Warned:
    return Warned(
        code="unreadable_control",
        message=f"The engine was sent a line that it cannot read, {control.line!r}: {control.reason}.",
        fix='Send {"type": "stop"}, or "pause" or "resume"; nothing else is understood.',
    )
