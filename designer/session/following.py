"""Following a training that somebody else started: another window, one that closed or crashed, a command line.

What it told so far is read from its log, thinned where it is long; from then on every message is heard as it is
written. Nothing here waits: a thread reads, and `poll`, called by a timer, hands out a little at a time.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from designer.base.text import Text
from designer.engine.protocol import (
    METRICS_FILE,
    Control,
    Failed,
    Finished,
    Message,
    Unreadable,
    read_line,
    read_status,
    send_control,
)
from designer.engine.run_files import open_file
from designer.session.leading import AT_ONCE, EngineDied, Leading, Report, death, kill_engine
from designer.session.recalling import thinned

_LOOK_S = 0.1  # between two looks at the log
_LOOKS_A_STATUS = 10
_CHUNK, _SHOWN = 1 << 20, 200  # bytes


class Followed(Leading):
    """A training that is under way in an engine of its own. `begin` to follow it, then `poll` until `done`."""

    def __init__(self, run_dir: Path) -> None:
        super().__init__(run_dir)
        self._queue: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="follow a run", daemon=True)

    def begin(self) -> None:
        """Begin to read."""
        self._thread.start()
        self._liveness.start()

    def poll(self) -> list[Report]:
        """What the engine has told since the last call, without waiting. The last report ends the training."""
        reports: list[Report] = []
        with suppress(queue.Empty):
            while not self.done and len(reports) < AT_ONCE:
                report = self._queue.get_nowait()
                reports.append(report)
                if isinstance(report, Finished | Failed | EngineDied):
                    self._last = report
                    self._liveness.stop()
        return reports

    def _say(self, control: Control) -> None:
        with suppress(OSError):  # a disk that is full is told of by the engine itself
            send_control(self.run_dir, control)

    def kill(self) -> bool:
        """End the engine at once, if it is on this machine; the run folder keeps what was reached."""
        return kill_engine(self.run_dir)

    def close(self) -> None:
        """Follow it no longer. It goes on by itself."""
        self._ended.set()
        self._liveness.stop(wait=True)
        if self._thread.is_alive():
            self._thread.join()

    def _follow(self) -> None:
        while _is_starting(self.run_dir):  # a run that goes on writes its log anew before it is running
            if self._ended.wait(_LOOK_S):
                return
        try:
            with open_file(self.run_dir / METRICS_FILE) as log:
                lines = _Lines(log)
                told = [read_line(line) for line in lines]
                for message in thinned(told):
                    self._queue.put(message)
                self._listen(lines, any(_is_last(message) for message in told))
        except OSError as error:
            self._queue.put(EngineDied(Text("The run's log cannot be read: {reason}.", reason=error.strerror)))

    def _listen(self, lines: _Lines, over: bool) -> None:
        looks = 0
        while not over and not self._ended.wait(_LOOK_S):
            looks += 1
            died = looks % _LOOKS_A_STATUS == 0 and _is_dead(self.run_dir)  # asked before the last look at its log
            for line in lines:
                message = read_line(line)
                self._queue.put(message)
                over = over or _is_last(message)
            if died and not over:
                self._queue.put(EngineDied(death(self.run_dir, "it is not heard of any more")))
                return


class _Lines:
    """The whole lines that a growing file has now; asked again, those that have come since."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._pending = b""

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._file.read(_CHUNK):
            *lines, self._pending = (self._pending + chunk).split(b"\n")
            yield from filter(bytes.strip, lines)
            if len(self._pending) > _CHUNK:  # no message is so long
                self._pending = self._pending[:_SHOWN]


def _is_last(message: Message | Unreadable) -> bool:
    return isinstance(message, Finished | Failed)


def _is_starting(run_dir: Path) -> bool:
    status = read_status(run_dir)
    return status is not None and status.state == "starting"


def _is_dead(run_dir: Path) -> bool:
    status = read_status(run_dir)
    return status is None or status.state == "died"
