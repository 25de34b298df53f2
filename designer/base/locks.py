"""Locks on open files: whoever holds one lives. The system lets go of them with the process, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import BinaryIO

_FAR = 1 << 40  # Windows locks bytes, and would keep others from reading them: this one is far behind the end

if sys.platform == "win32":
    import msvcrt

    def try_lock(file: BinaryIO) -> bool:
        """Lock an open file for this process until it is closed. Returns whether nobody else holds it."""
        place = file.tell()
        try:
            file.seek(_FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(place)
        return True

else:
    import fcntl

    def try_lock(file: BinaryIO) -> bool:
        """Lock an open file for this process until it is closed. Returns whether nobody else holds it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class Held:
    """An open file that is locked; let go of with the last reference to it, or before."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def release(self) -> None:
        """Let others have it."""
        self.file.close()

    def __del__(self) -> None:
        self.file.close()


def is_still_there(file: BinaryIO, path: Path) -> bool:
    """Whether `path` is still the name of an open file: it may have been deleted between opening and locking."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False
