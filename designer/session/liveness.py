"""For how long an engine has not answered: its heartbeat has stopped, or training comes to the end of no batch.

A thread looks at the run's status once a second, since a disk may be slow; time is taken by a clock that nobody sets.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

from designer.engine.protocol import HEARTBEAT_S, SILENT_S, read_status

_LATE_S = 3 * HEARTBEAT_S


class Liveness:
    """Watches one run. `start` it, ask it for `silent_s`, `stop` it."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="liveness of a run", daemon=True)
        self._silent_s = 0.0

    @property
    def silent_s(self) -> float:
        """For how long the engine has not answered, 0 while it does."""
        return self._silent_s

    @property
    def has_fallen_silent(self) -> bool:
        """Whether that is so long that a person should know."""
        return self._silent_s >= SILENT_S

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self, wait: bool = False) -> None:
        """Watch no longer."""
        self._ended.set()
        self._silent_s = 0.0
        if wait and self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        heartbeat: float | None = None
        heard_at, told_s = time.monotonic(), 0.0
        while not self._ended.wait(HEARTBEAT_S):
            status = read_status(self._run_dir)
            if status is not None and not status.under_way:
                heartbeat, heard_at, told_s = None, time.monotonic(), 0.0
            elif status is not None and status.heartbeat != heartbeat:  # else it has not begun to tell
                heartbeat, heard_at, told_s = status.heartbeat, time.monotonic(), status.silent_s
            late_s = time.monotonic() - heard_at
            self._silent_s = told_s + (late_s if late_s > _LATE_S else 0.0)
        self._silent_s = 0.0
