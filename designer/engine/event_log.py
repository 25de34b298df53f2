"""TensorBoard's event files of a run under way, in its own folder: `tensorboard --logdir runs` shows it as it goes.

Each time that the engine begins or goes on with a run, it begins a file. Records are written whole and one by one, so
that a kill costs at most the last, which TensorBoard waits for and leaves out; nothing is ever written behind it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from .event_file import BATCH_TAGS, EPOCH_TAGS, EventFile
from .protocol import Batch, Epoch, Message, Started

_FILE = "events.out.tfevents.{:.6f}.blockyard"  # TensorBoard reads them in the order of their names
_NAME = re.compile(r"events\.out\.tfevents\.(\d{1,12}\.\d{6})\.blockyard")
_TICK_S = 1e-3


class EventLog:
    """Writes the figures among a run's messages. `close` it at the end."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._file: BinaryIO | None = None
        self._events: EventFile | None = None
        self._step = 0

    def tell(self, message: Message) -> None:
        """Begin a file with `Started`, and add to it what has figures. Raises OSError."""
        match message:
            case Started():
                self._begin(message.steps_done)
            case Batch():
                self._step = message.step
                self._add(message, BATCH_TAGS)
            case Epoch():
                self._add(message, EPOCH_TAGS)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def _begin(self, steps_done: int) -> None:
        self.close()
        now = time.time()
        path = self._run_dir / _FILE.format(max(now, self._latest() + _TICK_S))
        self._file = path.open("xb", buffering=0)  # each record in one write
        self._events = EventFile(self._file, now)
        self._events.restart(now, steps_done + 1)
        self._step = steps_done

    def _latest(self) -> float:
        """The moment in the name of the last file, which may be in the future where the clock was set back."""
        moments = (_NAME.fullmatch(path.name) for path in self._run_dir.iterdir())
        return max((float(found[1]) for found in moments if found), default=0.0)

    def _add(self, message: Batch | Epoch, tags: Mapping[str, str]) -> None:
        if self._events is not None:
            figures = {tag: getattr(message, name) for name, tag in tags.items()}
            known = {tag: float(value) for tag, value in figures.items() if value is not None}
            self._events.add(time.time(), self._step, known)
