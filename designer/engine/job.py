"""Carries a run out: whatever happens becomes a last message and an exit status. No torch until it begins."""

from __future__ import annotations

import threading
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

from .control import listen
from .journal import Journal
from .protocol import LOG_FILE, EngineError, Failed, Finished, Message


def carry_out(
    run_dir: Path,
    listener: Callable[[Message], None],
    stop: threading.Event,
    controls: int | None = None,
) -> int:
    """Train the run folder, and log it there. Returns the exit status: 0 fine or stopped, 1 failed.

    listener: told every message. stop: once set, the run ends with the current batch. controls: a file descriptor to
    hear control lines on, if any.
    """
    try:
        with Journal(run_dir, listener) as journal:
            if controls is not None:
                listen(controls, stop.set, journal.tell)
            return _carry_out(run_dir, journal, stop)
    except EngineError as error:  # the folder cannot be written to begin with
        listener(Failed.of(error))
        return 1


def _carry_out(run_dir: Path, journal: Journal, stop: threading.Event) -> int:
    try:
        warnings.filterwarnings("ignore", "Failed to initialize NumPy")  # torch alone will do
        from .training import train_folder  # brings torch: the status file is there before that

        stopped = train_folder(run_dir, journal.tell, stop.is_set)
        journal.tell(Finished(str(run_dir), stopped))
    except EngineError as error:
        journal.tell(Failed.of(error))
        return 1
    except Exception as error:
        with (run_dir / LOG_FILE).open("a", encoding="utf-8") as log:
            traceback.print_exc(file=log)
        reason = str(error).strip().splitlines()
        journal.tell(
            Failed(
                f"Training broke off: {': '.join([type(error).__name__, *reason[:1]])}",
                expected="a network that trains on this data",
                fix=f"Check the design; {run_dir / LOG_FILE} tells where it happened.",
            )
        )
        return 1
    return 0
