"""Control of one training: starts the engine as a child process, hears what it tells, leads it, notices its death.

Nothing here waits: a reader thread puts messages into a queue, and `poll`, called by a timer, hands them out. The child
lives in a session of its own; when the window closes or dies, it trains on.
"""

from __future__ import annotations

import queue
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from designer.base.errors import TrainingError
from designer.base.text import Text
from designer.engine.protocol import Control, Failed, Finished, Message, Started, Unreadable, read_line, write_line
from designer.session import engine_process
from designer.session.leading import AT_ONCE, EngineDied, Leading, Report, death, kill_engine
from designer.session.recalling import told_before

_MAX_LINE = 1 << 16  # bytes; what is longer is no message
_GRACE_S = 0.3  # after the child's death, for the reader to bring its last words


class TrainingControl(Leading):
    """One training. `start` it, then `poll` until `done`; all from one thread."""

    def __init__(
        self,
        run_dir: Path,
        command: Sequence[str] | None = None,
        *,
        resume: bool = False,
        recalls: bool = False,
        devices: int = 1,
    ) -> None:
        """run_dir: a run folder made by `runs.create_run`. command: in place of the engine's own, for tests.

        resume: go on from the folder's last checkpoint. recalls: what was told before is told again then.
        devices: processes that train together.
        """
        super().__init__(run_dir)
        options = (str(self.run_dir), *(("--resume",) if resume else ()))
        self._command = list(command or engine_process.engine_command("worker", *options, devices=devices))
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._recalls = recalls
        self._queue: queue.SimpleQueue[Message | Unreadable] = queue.SimpleQueue()
        self._died_at: float | None = None
        self._killed = False

    def start(self) -> None:
        """Start the engine. Raises TrainingError."""
        try:
            self._process = engine_process.start(self._command, self.run_dir)
        except OSError as error:
            raise TrainingError(
                Text("The engine cannot be started: {reason}.", reason=error.strerror),
                fix="Check the installation of Python and torch.",
            ) from error
        self._reader = threading.Thread(target=self._read, args=(self._process,), name="engine messages", daemon=True)
        self._reader.start()
        self._liveness.start()

    @property
    def pid(self) -> int | None:
        """The child's process id."""
        return self._process.pid if self._process else None

    def poll(self) -> list[Report]:
        """What the engine has told since the last call, without waiting. The last report ends the training."""
        if self._process is None or self.done:
            return []
        reports: list[Report] = []
        exit_code = self._process.poll()
        silent = self._reader is None or not self._reader.is_alive()
        with suppress(queue.Empty):
            while not self.done and len(reports) < AT_ONCE:
                report = self._queue.get_nowait()
                reports.append(report)
                if isinstance(report, Finished | Failed):
                    self._last = report
                    self._liveness.stop()
        if self.done or exit_code is None or len(reports) == AT_ONCE:
            return reports
        self._died_at = self._died_at or time.monotonic()
        # A grandchild may hold the pipe open: the reader's end is not waited for long.
        if silent or time.monotonic() - self._died_at > _GRACE_S:
            self._last = EngineDied(self._death(exit_code), exit_code)
            self._liveness.stop()
            reports.append(self._last)
        return reports

    def _say(self, control: Control) -> None:
        if self._process and self._process.stdin and self._process.poll() is None:
            with suppress(OSError, ValueError):  # it has just ended
                self._process.stdin.write(write_line(control).encode() + b"\n")
                self._process.stdin.flush()

    def kill(self) -> bool:
        """End the engine at once; the run folder keeps what was reached."""
        if self._process is None or self._process.poll() is not None:
            return False
        self._killed = True
        kill_engine(self.run_dir)  # which is another process where torchrun started several
        self._process.kill()
        return True

    def close(self, timeout_s: float = 10) -> None:
        """Wait until a training that is done has let go of everything. One that is under way goes on by itself."""
        self._liveness.stop(wait=True)
        if self.done and self._reader:
            self._reader.join(timeout_s)

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        # This thread keeps the child's handle for as long as it lives, and cleans up behind it.
        output, controls = process.stdout, process.stdin
        if output is None or controls is None:
            return
        with output:
            while line := output.readline(_MAX_LINE):
                if line.strip():
                    self._tell(read_line(line))
        process.wait()
        with suppress(OSError):  # what was still to be sent has nobody to go to
            controls.close()

    def _tell(self, message: Message | Unreadable) -> None:
        self._queue.put(message)
        if self._recalls and isinstance(message, Started):
            with suppress(OSError):  # a curve that begins later is no reason to hear nothing
                for earlier in told_before(self.run_dir, message):
                    self._queue.put(earlier)

    def _death(self, exit_code: int) -> str:
        return (
            Text("The training was ended at once.")
            if self._killed
            else death(self.run_dir, engine_process.told(exit_code))
        )
