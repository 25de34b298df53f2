"""What a save replaces is kept beside the file: `NAME.1.bak` is the version before, `NAME.5.bak` the oldest."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from designer.base.text import Text
from designer.document.document import DocumentError

MOST_VERSIONS = 5


def version_name(path: Path, number: int) -> Path:
    """Where a version is kept. number: from 1, the last, to MOST_VERSIONS."""
    return path.with_name(f"{path.name}.{number}.bak")


def keep_version(path: Path, replacing: bytes) -> Path | None:
    """Keep what a file holds, before it is replaced. Returns the copy, None where nothing is lost: there is no file,
    or it holds these very bytes. Raises DocumentError where it cannot be kept; the file is untouched in any case."""
    path = Path(os.path.realpath(path))
    try:
        if not path.is_file() or _holds(path, replacing):
            return None
        copy = _make_room(path)
        try:
            os.link(path, copy)  # in one step; the file that is about to be renamed over the name is another one
        except OSError:  # not every file system has links
            scratch = copy.with_name(f".{copy.name[:100]}.new")
            shutil.copy2(path, scratch)
            scratch.replace(copy)
    except OSError as error:
        raise _not_kept(path, error) from error
    return copy


def keep_bytes(path: Path, data: bytes) -> Path:
    """Keep something as the last version of a file, such as what was never saved to it. Raises DocumentError."""
    from designer.document.writing import write_atomically

    path = Path(os.path.realpath(path))
    try:
        copy = _make_room(path)
    except OSError as error:
        raise _not_kept(path, error) from error
    write_atomically(copy, data)
    return copy


def _make_room(path: Path) -> Path:
    """Each version moves on by one, up to the first gap; the oldest goes only where there are as many as are kept."""
    names = [version_name(path, number) for number in range(1, MOST_VERSIONS + 1)]
    gap = next((index for index, name in enumerate(names) if not os.path.lexists(name)), MOST_VERSIONS - 1)
    for index in range(gap, 0, -1):
        names[index - 1].replace(names[index])
    return names[0]


def _holds(path: Path, data: bytes) -> bool:
    return path.stat().st_size == len(data) and path.read_bytes() == data


def _not_kept(path: Path, error: OSError) -> DocumentError:
    return DocumentError(
        Text(
            "What {path} holds cannot be kept as {copy}: {reason}.",
            path=path.name,
            copy=version_name(path, 1).name,
            reason=error.strerror or error,
        ),
        fix="Make room, or save under another name; nothing was lost.",
    )
