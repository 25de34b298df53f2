"""Fetches a data set into the data folder: mirrors in turn, cut connections taken up again, checksums, one at a time.

Only over https, also where a server leads elsewhere; over plain http from this very machine alone.

A set appears in the data folder whole or not at all. What was fetched of it before stays beside it, to go on from.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import tarfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from .protocol import EngineError, Preparing
from .recipe_sets import KnownSet, RemoteFile
from .text import Text

HOME_VARIABLE = "BLOCKYARD_DATA"  # the folder that data sets are fetched into
MIRROR_VARIABLE = "BLOCKYARD_MIRROR"  # an address to fetch from in place of all others; files lie there as SET/FILE
_OWN_HOSTS = ("127.0.0.1", "::1", "localhost")
_TIMEOUT_S = 30
_CHUNK_BYTES = 2**18
_TELL_EVERY_S = 0.3
_TRIES = 5  # of one mirror, as long as each brings something
_MAX_MEMBER_BYTES = 2**30

Tell = Callable[[Preparing], object]


def data_home() -> Path:
    """The folder that data sets are fetched into."""
    if own := os.environ.get(HOME_VARIABLE):
        return Path(own).expanduser()
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "blockyard" / "data"


def fetch(known: KnownSet, home: Path, tell: Tell) -> Path:
    """The folder of the data set, fetched unless it is there. tell: hears how far it is. Raises EngineError."""
    folder = home / known.name
    scratch = home / f".{known.name}.part"
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        with _alone(home / f".{known.name}.lock", known, scratch, tell):
            if folder.is_dir():  # the other one, whom we waited for, has fetched it
                return folder
            for file in known.files:
                _fetch_file(known, file, scratch, tell)
            if known.members:
                _unpack(scratch / known.files[0].name, known.members, scratch)
            scratch.rename(folder)
            return folder
    except OSError as error:
        raise EngineError(
            Text(
                "{name} cannot be kept in {folder}: {reason}.",
                name=known.name,
                folder=home,
                reason=error.strerror or error,
            ),
            expected=Text("a folder that can be written, with room for {size:,.0f} MiB", size=known.size_bytes / 2**20),
            fix=Text("Make room, or set {variable} to another folder.", variable=HOME_VARIABLE),
        ) from error


def _fetch_file(known: KnownSet, file: RemoteFile, scratch: Path, tell: Tell) -> None:
    target = scratch / file.name
    if target.is_file():
        return  # checked before it got this name
    part = scratch / f"{file.name}.part"
    own = os.environ.get(MIRROR_VARIABLE, "")
    reasons: dict[str, str] = {}
    for mirror in [f"{own.rstrip('/')}/{known.name}/"] if own else known.mirrors:
        reason = _fetch_from(mirror + file.name, file, part, tell)
        if not reason:
            part.rename(target)
            return
        reasons[mirror] = reason
    told = "; ".join(f"{mirror} ({reason})" for mirror, reason in reasons.items())
    raise EngineError(
        Text("{file} of {known} could not be fetched: {told}.", file=file.name, known=known.name, told=told),
        expected=Text(
            "{size_bytes:,} bytes with the SHA-256 {sha256}…", size_bytes=file.size_bytes, sha256=file.sha256[:12]
        ),
        fix=Text(
            "Check the connection and try again, which goes on where this ended; or fetch it by hand "
            "from {page} and name its folder as data.",
            page=known.page,
        ),
    )


def _fetch_from(address: str, file: RemoteFile, part: Path, tell: Tell) -> str:
    """Fetch into `part` from one place. Returns why it could not be, empty where the file is whole."""
    reason = ""
    for _ in range(_TRIES):
        before = _size(part)
        try:
            _receive(address, file, part, tell)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and before:
                part.unlink()  # of another file than the one that lies there
                continue
            return Text("it answers {code} {reason}", code=error.code, reason=error.reason)
        except _UnsafeAddressError as error:
            return error.reason
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            reason = f"the connection failed: {getattr(error, 'reason', None) or error or type(error).__name__}"
            if _size(part) <= before:
                return reason
            continue
        size = _size(part)
        if size < file.size_bytes:
            reason = Text("it ended after {size:,} of {size_bytes:,} bytes", size=size, size_bytes=file.size_bytes)
            if size <= before:
                return reason
            continue
        if _sha256(part) == file.sha256:
            return ""
        part.unlink()
        reason = "what it gives has another checksum"
        if not before:
            return reason  # all of it was from there
    return reason


def _receive(address: str, file: RemoteFile, part: Path, tell: Tell) -> None:
    """Add to `part` what is missing, or begin anew where the server knows no ranges."""
    have = _size(part)
    if have == file.size_bytes:
        return
    if not _is_safe(address):
        raise _UnsafeAddressError(Text("it is no https address"))
    request = urllib.request.Request(address, headers={"User-Agent": "blockyard", "Accept-Encoding": "identity"})
    if 0 < have < file.size_bytes:
        request.add_header("Range", f"bytes={have}-")
    with urllib.request.build_opener(_SafeRedirects).open(request, timeout=_TIMEOUT_S) as answer:
        goes_on = answer.status == http.HTTPStatus.PARTIAL_CONTENT and answer.headers.get(
            "Content-Range", ""
        ).startswith(f"bytes {have}-")
        with part.open("ab" if goes_on else "wb") as output:
            _copy(answer, output, file, have if goes_on else 0, tell)


class _UnsafeAddressError(Exception):
    """An address that nothing is fetched from. reason: why, in words."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a server to another address only where that is as safe as https, or stays on this machine."""

    def http_error_302(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
    ) -> http.client.HTTPResponse | None:
        led = headers.get("location") or headers.get("uri") or ""
        wanted = urllib.parse.urljoin(req.full_url, led) if _parts(led).geturl() else led
        if not _is_safe(wanted) or (_is_own(wanted) and not _is_own(req.full_url)):
            fp.close()
            raise _UnsafeAddressError(Text("it leads to {address}, and only https is followed", address=wanted[:200]))
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _is_safe(address: str) -> bool:
    return _parts(address).scheme == "https" or (_parts(address).scheme == "http" and _is_own(address))


def _is_own(address: str) -> bool:
    """Whether an address is one of this machine's: what goes there crosses no network."""
    return _parts(address).hostname in _OWN_HOSTS


def _parts(address: str) -> urllib.parse.SplitResult:
    try:
        return urllib.parse.urlsplit(address)
    except ValueError:  # brackets that are none of an address
        return urllib.parse.SplitResult("", "", "", "", "")


def _copy(answer: http.client.HTTPResponse, output: BinaryIO, file: RemoteFile, done: int, tell: Tell) -> None:
    told_at = 0.0
    while done <= file.size_bytes and (chunk := answer.read1(min(_CHUNK_BYTES, file.size_bytes + 1 - done))):
        output.write(chunk)
        done += len(chunk)
        if time.monotonic() - told_at > _TELL_EVERY_S:
            told_at = time.monotonic()
            tell(Preparing(Text("Downloading {file}", file=file.name), done, file.size_bytes, "bytes"))


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unpack(archive: Path, members: tuple[str, ...], folder: Path) -> None:
    """The files of these names, whatever folder they are in, and nothing else; then the archive goes."""
    with tarfile.open(archive) as packed:
        found = {Path(entry.name).name: entry for entry in packed if entry.isfile() and entry.size < _MAX_MEMBER_BYTES}
        for name in members:
            source = packed.extractfile(found[name]) if name in found else None
            if source is None:
                raise EngineError(
                    Text("{archive} lacks {name}.", archive=archive.name, name=name),
                    expected=", ".join(members),
                    fix="Fetch the data set by hand.",
                )
            (folder / name).write_bytes(source.read())
    archive.unlink()


@contextmanager
def _alone(path: Path, known: KnownSet, scratch: Path, tell: Tell) -> Iterator[None]:
    """Hold the lock of a data set; wait while another program fetches it."""
    with path.open("ab") as lock:
        while not _locked(lock):
            done = sum(map(_size, scratch.glob("*"))) if scratch.is_dir() else 0
            tell(
                Preparing(
                    Text("Another program is downloading {known}", known=known.name), done, known.size_bytes, "bytes"
                )
            )
            time.sleep(_TELL_EVERY_S)
        scratch.mkdir(exist_ok=True)  # the other one may have renamed it
        try:
            yield
        finally:
            with suppress(OSError):
                scratch.rmdir()  # empty where the set was there already


def _locked(lock: BinaryIO) -> bool:
    """Take the lock if it is free. It ends with the process, however that ends."""
    try:
        if os.name == "nt":
            import msvcrt

            lock.seek(0)
            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
