"""That a file is open in a window, said to the other windows and processes of this person.

A locked file in the state folder, one for each open file. The system lets go of a lock with its process, however that
ends, so a mark that somebody left behind says nothing.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from designer.base.locks import is_still_there, try_lock
from designer.base.paths import data_dir

_TRIES = 3


class OpenMark:
    """The mark of one file. is_ours: whether no other window had it open when we last tried."""

    def __init__(self, path: Path) -> None:
        name = hashlib.sha256(os.fsencode(os.path.realpath(path))).hexdigest()[:32]
        self.path = path
        self._file = data_dir() / "open" / f"{name}.lock"
        self._held: BinaryIO | None = None
        self.is_ours = self.take()

    def take(self) -> bool:
        """Try to be the window that has the file. Returns whether it is; also where no marks can be kept at all."""
        if self._held is not None:
            return True
        self.is_ours = True
        for _ in range(_TRIES):
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                stream = self._file.open("ab")
            except OSError:  # nobody can leave a mark there, so nobody has
                return True
            if not try_lock(stream):
                stream.close()
                self.is_ours = False
                return False
            if is_still_there(stream, self._file):
                self._held = stream
                return True
            stream.close()  # whoever had it has just let go, and taken the file away
        return True

    def release(self) -> None:
        """The file is closed here."""
        if self._held is not None:
            self._file.unlink(missing_ok=True)
            self._held.close()
            self._held = None
