"""One engine at a time is at work on a run folder. Standard library only.

Its process holds a lock of the system's on a file in the folder, and the file says which process it is. The system lets
go of the lock when the process ends, however it ends. Where the folder's file system has no locks, or does not share
them among machines, what counts is whether that process lives, or whether the run's heartbeat goes on.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from .processes import ProcessIdentity, this_process
from .protocol import EngineError
from .records import HEARTBEAT_S, read_status
from .run_files import open_to_change, parse_json
from .text import Text

LOCK_FILE = "engine.lock"
_LOOK_S = 0.1
_PATIENCE_S = 2.5 * HEARTBEAT_S  # for a heartbeat of another machine
_MOST_BYTES = 4096
_TAKEN = (errno.EACCES, errno.EAGAIN)

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 40  # Windows locks bytes, and would keep others from reading them: this one is far behind the end

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        # a record lock: children that are forked do not have it, and NFS knows it
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class RunLock:
    """Held as a context manager. Entering raises EngineError where another engine is at work on the run."""

    _held: ClassVar[set[Path]] = set()  # by this process, from which its own locks would not keep it

    def __init__(self, run_dir: Path) -> None:
        self._path = Path(run_dir).resolve() / LOCK_FILE
        self._descriptor = -1

    def __enter__(self) -> Self:
        if self._path in self._held:
            raise self._taken(this_process())
        descriptor = self._opened()
        while not self._take(descriptor):  # its holder has just ended, and removed the file
            os.close(descriptor)
            descriptor = self._opened()
        self._descriptor = descriptor
        self._held.add(self._path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.discard(self._path)
        if sys.platform != "win32":  # where a file that is open cannot be removed
            self._remove()
        os.close(self._descriptor)
        if sys.platform == "win32":
            self._remove()

    def _remove(self) -> None:
        with suppress(OSError):  # what is left says which process it was, which has ended
            self._path.unlink()

    def _opened(self) -> int:
        try:
            return open_to_change(self._path)
        except OSError as error:
            reason = error.strerror
            raise EngineError(
                Text("The run folder {run_dir} cannot be written: {reason}.", run_dir=self._path.parent, reason=reason),
                expected="a folder with room and the right to write",
                fix="Free some space on the disk, or train into another folder.",
            ) from error

    def _take(self, descriptor: int) -> bool:
        """Whether the file is locked now, and still the folder's. Raises EngineError where another engine has it."""
        try:
            owner, is_locked = _owner(os.read(descriptor, _MOST_BYTES)), True
            try:
                _lock(descriptor)
            except OSError as error:
                if error.errno in _TAKEN:
                    raise self._taken(owner) from error
                is_locked = False  # a file system without locks
            if owner is not None and owner != this_process() and self._lives(owner, is_locked):
                raise self._taken(owner)
            if not _is_still_there(descriptor, self._path):
                return False
        except BaseException:
            os.close(descriptor)
            raise
        with suppress(OSError):  # a full disk, of which the journal tells
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, json.dumps(asdict(this_process())).encode())
        return True

    def _lives(self, owner: ProcessIdentity, is_locked: bool) -> bool:
        if owner.is_here:
            return not is_locked and owner.is_alive() is True
        first, began = read_status(self._path.parent), time.monotonic()
        if first is None or first.state in ("finished", "stopped", "failed"):
            return False
        while time.monotonic() - began < _PATIENCE_S:
            time.sleep(_LOOK_S)
            status = read_status(self._path.parent)
            if status is not None and status.heartbeat != first.heartbeat:
                return True
        return False

    def _taken(self, owner: ProcessIdentity | None) -> EngineError:
        run = self._path.parent.name
        where = Text("another process")
        if owner is not None:
            where = Text("process {pid} on {host}", pid=owner.pid, host=owner.host)
        return EngineError(
            Text("The run {run} is under way in {where}.", run=run, where=where),
            expected="a run that no other engine is at work on",
            fix="Stop that one first, or wait for its end.",
        )


def _is_still_there(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _owner(content: bytes) -> ProcessIdentity | None:
    try:
        values = parse_json(content.decode("utf-8"))
        owner = ProcessIdentity(values["host"], values["pid"], values["began"])
    except (ValueError, LookupError, TypeError):
        return None
    sound = type(owner.pid) is int and 0 < owner.pid < 2**31
    return owner if sound and isinstance(owner.host, str) and isinstance(owner.began, str) else None
