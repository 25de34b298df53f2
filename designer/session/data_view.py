"""A data set, or an image as a run sees it, through the engine: one child process answers one request after the other.

Nothing here waits: a thread reads answers, and `poll`, called by a timer, hands them out.
"""

from __future__ import annotations

import itertools
import queue
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.engine.protocol import Preparing, Unreadable
from designer.engine.protocol_data import (
    Answer,
    Describe,
    Refused,
    Request,
    SetName,
    ShowSamples,
    ShowTransforms,
    TryImage,
    read_answer,
    write_request,
)
from designer.engine.recipe import Recipe
from designer.runs.folder import with_absolute_paths
from designer.session import engine_process
from designer.session.trust import require_run_trust

_MAX_LINE = 1 << 27  # bytes; what is longer is no answer


class DataView:
    """Asks the engine about data sets and images. Requests return their number, which the answer bears.

    All from one thread.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[Answer | Preparing] = queue.SimpleQueue()
        self._waiting: set[int] = set()

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return bool(self._waiting)

    @property
    def alive(self) -> bool:
        """Whether a child is there to answer."""
        return self._process is not None and self._process.poll() is None

    def describe(self, recipe: Recipe, fetch: bool = False, whole: bool = False) -> int:
        """What does the recipe's data set hold? fetch, whole: as `Describe` says."""
        self._waiting.clear()  # what was asked before is of no interest now
        return self._ask(Describe(next(self._numbers), with_absolute_paths(recipe), fetch, whole))

    def samples(self, recipe: Recipe, part: SetName, label: int | None, first: int, count: int) -> int:
        """Some images of a set. label: of one class only."""
        return self._ask(ShowSamples(next(self._numbers), with_absolute_paths(recipe), part, label, first, count))

    def transforms(self, recipe: Recipe, seed: int, count: int, draws: int) -> int:
        """What becomes of some training images."""
        return self._ask(ShowTransforms(next(self._numbers), with_absolute_paths(recipe), seed, count, draws))

    def try_image(self, run_dir: Path, path: Path, top: int = 5, invert: bool = False, best: bool = False) -> int:
        """What does a run's network make of an image file? top, invert, best: as `TryImage` says.

        Raises UntrustedError where the run's module was neither made here nor trusted.
        """
        require_run_trust(run_dir)
        run, file = str(Path(run_dir).absolute()), str(Path(path).absolute())
        return self._ask(TryImage(next(self._numbers), run, file, top, invert, best))

    def poll(self) -> list[Answer | Preparing]:
        """What has come since the last call, without waiting; of answers, only those that are still awaited."""
        found: list[Answer | Preparing] = []
        with suppress(queue.Empty):
            while True:
                answer = self._answers.get_nowait()
                if isinstance(answer, Preparing):
                    found.append(answer)
                elif answer.request in self._waiting:
                    self._waiting.discard(answer.request)
                    found.append(answer)
        return found

    def answers(self) -> Iterator[Answer | Preparing]:
        """Everything until no answer is awaited, waiting for it: for a caller that has nothing else to do."""
        while self._waiting:
            answer = self._answers.get()
            if not isinstance(answer, Preparing):
                self._waiting.discard(answer.request)
            yield answer

    def close(self) -> None:
        """End the child at once; what it was doing is given up."""
        self._waiting.clear()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        self._process = None

    def _ask(self, request: Request) -> int:
        self._waiting.add(request.request)
        line = write_request(request).encode() + b"\n"
        try:
            if not self.alive:
                self._process = self._started()
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except OSError as error:
            raise BlockyardError(
                Text("The engine cannot be asked: {reason}.", reason=error.strerror),
                fix="Check the installation of Python and torch.",
            ) from error
        return request.request

    def _started(self) -> subprocess.Popen[bytes]:
        command = engine_process.engine_command("viewer")
        process = engine_process.start(command, Path(tempfile.gettempdir()))
        threading.Thread(target=self._read, args=(process,), name="data answers", daemon=True).start()
        return process

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        with process.stdout:
            while line := process.stdout.readline(_MAX_LINE):
                answer = read_answer(line)
                if not isinstance(answer, Unreadable):
                    self._answers.put(answer)
        exit_code = process.wait()
        with suppress(OSError):
            process.stdin.close()
        for request in tuple(self._waiting):  # nobody else will answer them
            message = Text("The engine ended before it could answer: {how}.", how=engine_process.told(exit_code))
            self._answers.put(Refused(request, message, fix="Try again; check that torch is installed."))
