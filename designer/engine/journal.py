"""Where a run's messages go: its metrics log, its status file, and whoever listens."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Self

from .event_log import EventLog
from .processes import this_process
from .protocol import (
    HEARTBEAT_S,
    METRICS_FILE,
    STATUS_FILE,
    Batch,
    EngineError,
    Epoch,
    Failed,
    Finished,
    Kept,
    Message,
    Paused,
    Preparing,
    Resumed,
    Started,
    Status,
    Unreadable,
    read_metrics,
    write_line,
)
from .run_files import append_to, begin_anew, replace_file
from .text import Text

_OVER = ("finished", "stopped", "failed")


class Journal:
    """Writes messages into a run folder, and keeps its status file fresh, from any thread.

    As a context manager: entering begins the run's log and its heartbeat, leaving ends them.
    """

    def __init__(
        self,
        run_dir: Path,
        listener: Callable[[Message], None],
        resume: bool = False,
        silent_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """listener: is told each message after it was written. resume: add to the log that there is.

        silent_s: for how many seconds training has not come to the end of a batch.
        """
        now, process = time.time(), this_process()
        self._run_dir = run_dir
        self._listener = listener
        self._resume = resume
        self._status = Status(
            "starting", process.pid, started_at=now, heartbeat=now, host=process.host, began=process.began
        )
        self._silent_s, self._running_since = silent_s, time.monotonic()
        self._events: EventLog | None = None
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        try:
            replace_file(self._run_dir / STATUS_FILE, self._status_text())
            self._metrics = self._open(self._resume)
        except OSError as error:
            raise _unwritable(self._run_dir, error) from error
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._heart.join()
        if self._events is not None:
            self._events.close()
        try:
            self._metrics.close()
        except OSError:
            self._metrics = None  # a full disk was told of when the write failed

    def _open(self, goes_on: bool = True) -> TextIOWrapper:
        path = self._run_dir / METRICS_FILE
        return TextIOWrapper(append_to(path) if goes_on else begin_anew(path), encoding="utf-8", newline="\n")

    def write_events(self) -> None:
        """From `Started` on, write the figures for TensorBoard too."""
        self._events = EventLog(self._run_dir)

    def go_on_from(self, step: int, epoch: int) -> None:
        """Take out of the log what will be told again, and how the run ended before. Raises EngineError.

        step, epoch: batches and whole epochs that the checkpoint holds.
        """
        kept = [message for message in self._told() if _stays(message, step, epoch)]
        figures = [asdict(message) for message in kept if isinstance(message, Epoch)]
        with self._lock:
            try:
                self._metrics.close()
                lines = (write_line(message) + "\n" for message in kept)
                replace_file(self._run_dir / METRICS_FILE, "".join(lines))
                self._metrics = self._open()
            except OSError as error:
                self._metrics = self._open()
                raise _unwritable(self._run_dir, error) from error
            self._status = replace(self._status, epoch=epoch, figures=figures[-1] if figures else None)

    def _told(self) -> list[Message | Unreadable]:
        try:
            return list(read_metrics(self._run_dir))
        except OSError as error:
            raise _unwritable(self._run_dir, error) from error

    def tell(self, message: Message) -> None:
        """Log the message, note what it means for the status, pass it on. Raises EngineError on a full disk.

        A run has one last message; what comes after it is left out.
        """
        with self._lock:
            if self._status.state in _OVER:
                return
            try:
                self._metrics.write(write_line(message) + "\n")
                self._metrics.flush()
                if self._events is not None:
                    self._events.tell(message)
            except OSError as error:
                if not isinstance(message, Failed):
                    raise _unwritable(self._run_dir, error) from error
            self._note(message)
            self._listener(message)

    def _note(self, message: Message) -> None:
        match message:
            case Started():
                self._running_since = time.monotonic()
                self._status = replace(self._status, state="running", epochs=message.epochs)
            case Batch():
                self._status = replace(self._status, epoch=message.epoch)
                return  # the next heartbeat writes it
            case Epoch():
                self._status = replace(self._status, figures=asdict(message))
            case Paused():
                self._status = replace(self._status, state="paused")
            case Resumed():
                self._status = replace(self._status, state="running")
            case Failed():
                self._status = replace(self._status, state="failed", message=message.message)
            case Finished():
                self._status = replace(self._status, state="stopped" if message.stopped else "finished")
            case _:
                return
        self._write_status()

    def _beat(self) -> None:
        while not self._ended.wait(HEARTBEAT_S):
            self._write_status()

    def _write_status(self) -> None:
        with self._lock:
            silent_s = min(self._silent_s(), time.monotonic() - self._running_since)
            silent_s = round(silent_s, 1) if self._status.state == "running" else 0.0
            self._status = replace(self._status, heartbeat=time.time(), silent_s=silent_s)
            try:
                replace_file(self._run_dir / STATUS_FILE, self._status_text())
            except OSError:
                return  # the metrics log, written first, tells of a full disk; a reader in the way is gone next time

    def _status_text(self) -> str:
        return json.dumps(asdict(self._status))


def _stays(message: Message | Unreadable, step: int, epoch: int) -> bool:
    if any(isinstance(value, float) and not math.isfinite(value) for value in vars(message).values()):
        return False  # of a damaged log: it cannot be written again
    match message:
        case Batch():
            return message.step <= step
        case Epoch() | Kept():
            return message.epoch <= epoch
        case Finished() | Failed() | Paused() | Resumed() | Preparing() | Unreadable():
            return False
    return True


def _unwritable(run_dir: Path, error: OSError) -> EngineError:
    return EngineError(
        Text("The run folder {run_dir} cannot be written: {reason}.", run_dir=run_dir, reason=error.strerror),
        expected="a folder with room and the right to write",
        fix="Free some space on the disk, or train into another folder.",
    )
