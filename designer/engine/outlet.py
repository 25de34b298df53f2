"""Tells messages to whoever started the engine, without ever waiting for them."""

from __future__ import annotations

import os
import queue
import threading
from types import TracebackType
from typing import Self

from .protocol import Batch, Message, write_line

_MAX_WAITING = 200  # lines; beyond this, `Batch` messages are left out until the reader catches up
_PATIENCE_S = 2.0  # for a reader that is slow to take the last lines


class Outlet:
    """Writes messages as lines to a file descriptor, in a thread of its own.

    A reader that stops reading does not hold training up, one that is gone is forgotten; the metrics log has every
    message in any case. As a context manager: leaving writes what waits.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="outlet", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.put(None)
        self._thread.join(_PATIENCE_S)

    def tell(self, message: Message) -> None:
        """Write the message soon. Returns at once."""
        if not isinstance(message, Batch) or self._waiting.qsize() < _MAX_WAITING:
            self._waiting.put((write_line(message) + "\n").encode())

    def _write(self) -> None:
        read = True
        while (line := self._waiting.get()) is not None:
            while read and line:
                try:
                    line = line[os.write(self._descriptor, line) :]
                except OSError:
                    read = False
