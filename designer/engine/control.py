"""Hears controls, JSON lines on a file descriptor, while training goes on."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from .protocol import Stop, Unreadable, Warned, read_control

_MAX_LINE_BYTES = 2**16


def listen(descriptor: int, on_stop: Callable[[], None], on_warning: Callable[[Warned], None]) -> None:
    """Hear in a thread of its own until the other side closes, which by itself changes nothing.

    on_stop: called for each `Stop`. on_warning: called for each line that is no control.
    """
    arguments = (descriptor, on_stop, on_warning)
    threading.Thread(target=_hear, args=arguments, name="controls", daemon=True).start()


def _hear(descriptor: int, on_stop: Callable[[], None], on_warning: Callable[[Warned], None]) -> None:
    pending = b""
    while chunk := _read(descriptor):
        *lines, pending = (pending + chunk).split(b"\n")
        if len(pending) > _MAX_LINE_BYTES:
            lines, pending = [*lines, pending], b""
        for line in filter(bytes.strip, lines):
            control = read_control(line)
            if isinstance(control, Stop):
                on_stop()
            else:
                on_warning(_unreadable(control))


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
        fix='Send {"type": "stop"} to stop the run; nothing else is understood.',
    )
