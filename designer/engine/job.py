"""Carries a run out: whatever happens becomes a last message and an exit status. No torch until it begins."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

from .control import Mailbox, Wishes, listen
from .fate import Follower, PartnerLostError, Watch, last_words
from .journal import Journal
from .protocol import CONTROLS_FILE, LOG_FILE, EngineError, Failed, Finished, Message, first_line
from .run_files import append_to
from .run_lock import RunLock
from .text import Text


def carry_out(
    run_dir: Path,
    listener: Callable[[Message], None],
    wishes: Wishes,
    controls: int | None = None,
    resume: bool = False,
) -> int:
    """Train the run folder, and log it there. Returns the exit status: 0 fine or stopped, 1 failed.

    listener: told every message. wishes: to stop or to wait, heeded after each batch. controls: a file descriptor to
    hear control lines on, if any, beside the folder's own. resume: go on from the folder's last checkpoint, its log
    continued.
    """
    if rank_in_environment():
        with Watch(run_dir):
            return _carry_out(run_dir, Follower(run_dir), wishes, resume)
    try:
        with RunLock(run_dir), Journal(run_dir, listener, resume, lambda: wishes.silent_s) as journal:
            if controls is not None:
                listen(controls, wishes.hear, journal.tell)
            with Mailbox(run_dir / CONTROLS_FILE, wishes.hear, journal.tell), Watch(run_dir, journal.tell):
                return _carry_out(run_dir, journal, wishes, resume)
    except EngineError as error:  # the folder cannot be written to begin with, or another engine is at work on it
        listener(Failed.of(error))
        return 1


def rank_in_environment() -> int:
    """Which process of a group that torchrun started this one is, from 0; 0 where there is no group."""
    return int(os.environ.get("RANK", "0")) if int(os.environ.get("WORLD_SIZE", "1")) > 1 else 0


def _carry_out(run_dir: Path, journal: Journal | Follower, wishes: Wishes, resume: bool) -> int:
    try:
        warnings.filterwarnings("ignore", "Failed to initialize NumPy")  # torch alone will do
        from .training import train_folder  # brings torch: the status file is there before that

        stopped = train_folder(run_dir, journal, wishes, resume)
        journal.tell(Finished(str(run_dir), stopped))
    except PartnerLostError as error:
        journal.tell(last_words(run_dir) or Failed.of(error))
        return 1
    except EngineError as error:
        journal.tell(Failed.of(error))
        return 1
    except Exception as error:
        with suppress(OSError), TextIOWrapper(append_to(run_dir / LOG_FILE), encoding="utf-8") as log:
            traceback.print_exc(file=log)
        journal.tell(
            Failed(
                Text(
                    "Training broke off: {reason}",
                    reason=": ".join(filter(None, (type(error).__name__, first_line(error)))),
                ),
                expected="a network that trains on this data",
                fix=Text("Check the design; {log} tells where it happened.", log=run_dir / LOG_FILE),
            )
        )
        return 1
    return 0
