"""torchinfo's table of the real module, asked of the engine: torch never enters this process."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from designer.engine.protocol import MODEL_FILE, Failed, Summary, read_line
from designer.session import engine_process

_TIMEOUT_S = 120


class SummaryProcess:
    """One table under way. `poll` it until it answers."""

    def __init__(self, source: str, input_shape: Sequence[int]) -> None:
        """source: the generated module. input_shape: (N, C, H, W), the batch first."""
        self._source = source
        self._input_shape = tuple(input_shape)
        self._answer: Summary | Failed | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = False
        self._thread = threading.Thread(target=self._run, name="summary", daemon=True)
        self._thread.start()

    def poll(self) -> Summary | Failed | None:
        """The table, or why there is none; None while it is being made."""
        return None if self._thread.is_alive() else self._answer

    def wait(self, timeout_s: float | None = None) -> Summary | Failed | None:
        """The same, waiting for it."""
        self._thread.join(timeout_s)
        return self.poll()

    def cancel(self) -> None:
        """Give it up."""
        self._cancelled = True
        if self._process and self._process.poll() is None:
            self._process.kill()

    def _run(self) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="blockyard-") as folder:
                self._answer = self._ask(Path(folder))
        except OSError as error:
            self._answer = Failed(f"The table cannot be made: {error.strerror}.", fix="Check the disk and try again.")

    def _ask(self, folder: Path) -> Summary | Failed:
        model = folder / MODEL_FILE
        model.write_text(self._source, "utf-8")
        sizes = [str(int(length)) for length in self._input_shape]
        command = engine_process.engine_command("summary", str(model), "--input-size", *sizes)
        self._process = engine_process.start(command, folder, controls=False)
        if self._cancelled:
            self._process.kill()
        try:
            output, _ = self._process.communicate(timeout=_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            return Failed(f"The table was not ready after {_TIMEOUT_S} seconds.", fix="Try again.")
        for line in output.splitlines():
            message = read_line(line)
            if isinstance(message, Summary | Failed):
                return message
        return Failed(
            f"The table cannot be made: {engine_process.told(self._process.returncode)}.",
            expected="torch and torchinfo",
            fix="Run: pip install torch torchinfo",
        )
