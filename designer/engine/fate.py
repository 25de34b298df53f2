"""What becomes of processes that train together when one of them fails: all end, and the first tells why.

One that fails leaves its last words in the run folder, which all share. The others find it gone when they next put
their gradients together; where a device waits for ever instead, the first process is told by its watch. Torchrun ends
whoever is left, and all end where torchrun itself is gone.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from .protocol import EngineError, Failed, Message, read_line, write_line
from .run_files import read_bytes, replace_file

WORDS_FILE = "last_words.json"  # in the run folder: why one of several processes failed, a `Failed` message
_LOOK_S = 0.5
_GRACE_S = 2.0  # for the first process to find out by itself
_SIGNS = ("gloo", "nccl", "connection closed by peer", "connection reset by peer", "broken pipe")


class PartnerLostError(EngineError):
    """Another process of the group has ended; why, its last words may say."""


def is_partner_lost(error: BaseException) -> bool:
    """Whether an error says that another process no longer answers."""
    if type(error).__name__.startswith("Dist"):  # torch.distributed's own
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _SIGNS)


def partner_lost() -> PartnerLostError:
    """What is told where it left no last words."""
    return PartnerLostError(
        "One of the processes that train together was ended from outside, perhaps because memory ran out.",
        expected="all devices to take each step together",
        fix="The run folder keeps what was reached: go on from its last checkpoint.",
    )


def last_words(run_dir: Path) -> Failed | None:
    """Why another process of the group failed, None where none has said so."""
    try:
        message = read_line(read_bytes(run_dir / WORDS_FILE))
    except OSError:
        return None
    return message if isinstance(message, Failed) else None


class Follower:
    """What all processes of a group but the first have in place of a journal: only their last words are kept."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir

    def tell(self, message: Message) -> None:
        """Leave a failure to the first process, unless another's came before; nothing else is told."""
        if isinstance(message, Failed) and last_words(self._run_dir) is None:
            with suppress(OSError):  # a full disk: the first one says then that somebody is gone
                replace_file(self._run_dir / WORDS_FILE, write_line(message))

    def write_events(self) -> None:
        """Nothing is written."""

    def go_on_from(self, step: int, epoch: int) -> None:
        """Nothing is written."""


class Watch:
    """Looks for torchrun's end and, in the first process, for last words that its main thread does not find.

    As a context manager: leaving ends it. Where there is no torchrun, it does nothing.
    """

    def __init__(self, run_dir: Path, tell: Callable[[Failed], object] | None = None) -> None:
        """tell: is given the last words, in the first process."""
        self._run_dir = run_dir
        self._tell = tell
        self._parent = os.getppid()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="group's watch", daemon=True)

    def __enter__(self) -> Self:
        if self._tell is not None:
            with suppress(OSError):
                (self._run_dir / WORDS_FILE).unlink(missing_ok=True)  # of an earlier training in this folder
        if "TORCHELASTIC_RUN_ID" in os.environ:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_S):
            if os.getppid() != self._parent:
                os._exit(1)
            if self._tell is not None and (words := last_words(self._run_dir)) is not None:
                if not self._ended.wait(_GRACE_S):
                    self._tell(words)
                self._tell = None
