"""A question to the engine about a generated module: torch never enters this process, and nobody waits."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Generic, TypeVar

from designer.base.text import Text
from designer.engine.protocol import MODEL_FILE, Failed, Message, read_line
from designer.session import engine_process

_TIMEOUT_S = 120

Answer = TypeVar("Answer", bound=Message)


class Question(Generic[Answer]):
    """One question under way. `poll` it until it is answered.

    It runs the module: whoever asks has made sure that the person trusts it.
    """

    def __init__(self, source: str, program: str, arguments: Sequence[str], answer: type[Answer], what: str) -> None:
        """source: the generated module. program, arguments: the engine's. answer: the message that answers.

        what: what is asked for, in words, such as `The table`.
        """
        self._source = source
        self._program, self._arguments = program, tuple(arguments)
        self._expected, self._what = answer, what
        self._answer: Answer | Failed | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = False
        self._thread = threading.Thread(target=self._run, name=program, daemon=True)
        self._thread.start()

    def poll(self) -> Answer | Failed | None:
        """The answer, or why there is none; None while it is being made."""
        return None if self._thread.is_alive() else self._answer

    def wait(self, timeout_s: float | None = None) -> Answer | Failed | None:
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
            self._answer = Failed(
                Text("{what} cannot be made: {reason}.", what=self._what, reason=error.strerror),
                fix="Check the disk, try again.",
            )

    def _ask(self, folder: Path) -> Answer | Failed:
        model = folder / MODEL_FILE
        model.write_text(self._source, "utf-8")
        command = engine_process.engine_command(self._program, str(model), *self._arguments)
        self._process = engine_process.start(command, folder, controls=False)
        if self._cancelled:
            self._process.kill()
        try:
            output, _ = self._process.communicate(timeout=_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            return Failed(
                Text("{what} was not ready after {seconds} seconds.", what=self._what, seconds=_TIMEOUT_S),
                fix="Try again.",
            )
        for line in output.splitlines():
            message = read_line(line)
            if isinstance(message, self._expected | Failed):
                return message
        return Failed(
            Text(
                "{what} cannot be made: {how}.",
                what=self._what,
                how=engine_process.told(self._process.returncode),
            ),
            expected="torch and torchinfo",
            fix="Run: pip install torch torchinfo",
        )
