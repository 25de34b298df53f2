"""What all who lead a training have in common: they hear reports and say what is wanted.

`training` leads an engine that it started itself; `following` one that was started by somebody else.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from designer.base.text import Text, joined
from designer.engine.protocol import (
    LOG_FILE,
    Control,
    Failed,
    Finished,
    Message,
    Pause,
    Resume,
    Stop,
    Unreadable,
    Warned,
    read_status,
)
from designer.engine.run_files import open_file
from designer.runs.silence import silence
from designer.session.liveness import Liveness

AT_ONCE = 400  # reports that one `poll` hands out: the window has other things to do
_POLL_S = 0.05
_SILENT_FIX = Text("Wait if it has much to do, such as a large batch; to end it now, press Ctrl-C twice.")
_LOG_TAIL = 2048  # bytes


@dataclass(frozen=True)
class EngineDied:
    """The engine ended without a last message. message: how, in words, with the end of its log."""

    type: ClassVar = "died"
    message: str
    exit_code: int | None = None  # not known of an engine that somebody else started
    fix: str = Text("The run folder keeps what was reached: go on from its last checkpoint.")


Report = Message | Unreadable | EngineDied


class Leading(ABC):
    """One training, by its run folder. `poll` it until `done`; all from one thread."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = Path(run_dir)
        self._last: Finished | Failed | EngineDied | None = None
        self._liveness = Liveness(self.run_dir)

    @property
    def silent_s(self) -> float:
        """For how long the engine has not answered, where a person should know of it; else 0."""
        return self._liveness.silent_s if self._liveness.has_fallen_silent else 0.0

    @property
    def done(self) -> bool:
        """Whether the last message has been handed out."""
        return self._last is not None

    @property
    def outcome(self) -> Finished | Failed | EngineDied | None:
        """The last message, None while the training is under way."""
        return self._last

    @abstractmethod
    def poll(self) -> list[Report]:
        """What the engine has told since the last call, without waiting. The last report ends the training."""

    def reports(self) -> Iterator[Report]:
        """Every report until the last, waiting for each: for a caller that has nothing else to do.

        An engine that does not answer is told of once, by a warning.
        """
        told = False
        while not self.done:
            reports = self.poll()
            yield from reports
            if self.silent_s and not told:
                yield Warned("not_answering", silence(self.silent_s), _SILENT_FIX)
            told = bool(self.silent_s)
            if not reports:
                time.sleep(_POLL_S)

    def stop(self) -> None:
        """Ask the engine to stop at the end of the current batch."""
        self._say(Stop())

    def pause(self) -> None:
        """Ask the engine to save and wait at the end of the current batch."""
        self._say(Pause())

    def resume(self) -> None:
        """Ask a paused engine to go on."""
        self._say(Resume())

    @abstractmethod
    def _say(self, control: Control) -> None: ...

    @abstractmethod
    def kill(self) -> bool:
        """End the engine at once; the run folder keeps what was reached. Returns whether it was there to be ended."""

    @abstractmethod
    def close(self) -> None:
        """Let go of a training that is done. One that is under way goes on by itself."""


def kill_engine(run_dir: Path) -> bool:
    """End the engine that the run folder speaks of at once, if it still runs on this machine; never another process
    that has come to have its number. Returns whether it was ended."""
    status = read_status(run_dir)
    return status is not None and status.under_way and status.process.end()


def death(run_dir: Path, how: str) -> str:
    """That an engine died, in words. how: `it was killed (SIGKILL)`."""
    lines = _tail(run_dir / LOG_FILE)
    log = Text("Its log ends with: {line}", line=lines[-1]) if lines else ""
    return joined(Text("The engine died: {how}.", how=how), log)


def _tail(path: Path) -> list[str]:
    try:
        with open_file(path) as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _LOG_TAIL))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line.strip()[:300] for line in text.splitlines() if line.strip()]
