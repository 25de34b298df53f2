"""Data sets fetched from a server that behaves as servers do: well, badly, and not at all. No real one is asked."""

from __future__ import annotations

import email.message
import hashlib
import http.server
import io
import random
import tarfile
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from designer.engine import downloading, protocol
from designer.engine.downloading import fetch
from designer.engine.protocol import EngineError, Preparing
from designer.engine.recipe_sets import KNOWN_SETS, KnownSet, RemoteFile, known_set
from designer.engine.sources.find import find_data

CONTENT = random.Random(0).randbytes(700_000)
HALF = len(CONTENT) // 2


class Server(http.server.ThreadingHTTPServer):
    """Answers by the first part of the path, which says how to behave. asked: (path, range) of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str]] = []
        self.files = {"data.bin": CONTENT}
        self.leads: dict[str, str] = {}  # where it sends whoever asks, by behaviour
        self.release = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked has gone, as they may."""

    def mirror(self, behaviour: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{behaviour}/"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        _, behaviour, *_, name = self.path.split("/")
        given = self.headers.get("Range", "")
        self.server.asked.append((behaviour, given))
        content = self.server.files.get(name)
        if behaviour in self.server.leads:
            self.send_response(302)
            self.send_header("Location", self.server.leads[behaviour])
            self.end_headers()
            return
        if behaviour == "missing" or content is None:
            self.send_error(404)
            return
        if behaviour == "wrong":
            content = content[::-1]
        start = int(given.removeprefix("bytes=").rstrip("-")) if given and behaviour != "rangeless" else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if behaviour == "waiting":
            self.wfile.write(content[:1000])
            self.server.release.wait(30)
            start = 1000
        while behaviour == "dripping" and not self.server.release.wait(0.02):
            self.wfile.write(content[:100])
        cut = behaviour == "cutting" or (behaviour == "rangeless" and len(self.server.asked) == 1)
        self.wfile.write(content[start : min(start + HALF, len(content))] if cut else content[start:])


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.release.set()
        server.shutdown()


def made_of(server: Server, *behaviours: str, content: bytes = CONTENT, **fields: object) -> KnownSet:
    file = RemoteFile("data.bin", len(content), hashlib.sha256(content).hexdigest())
    mirrors = tuple(map(server.mirror, behaviours))
    return KnownSet("a-set", "A set", "https://example.org", (file,), mirrors, ("a", "b"), **fields)


def ignored(message: Preparing) -> None:
    pass


@pytest.mark.parametrize(
    ("behaviours", "asked"),
    [
        (["sound"], [("sound", "")]),
        (["missing", "sound"], [("missing", ""), ("sound", "")]),
        (["wrong", "sound"], [("wrong", ""), ("sound", "")]),
        (["cutting"], [("cutting", ""), ("cutting", f"bytes={HALF}-")]),
        (["rangeless"], [("rangeless", ""), ("rangeless", f"bytes={HALF}-")]),
    ],
    ids=["plain", "not found, then a mirror", "wrong checksum, then a mirror", "cut, then resumed", "no ranges"],
)
def test_fetches_a_set_whole(server, tmp_path, behaviours, asked):
    heard = []
    folder = fetch(made_of(server, *behaviours), tmp_path / "home", heard.append)
    assert folder == tmp_path / "home" / "a-set"
    assert (folder / "data.bin").read_bytes() == CONTENT
    assert server.asked == asked
    assert [path.name for path in folder.iterdir()] == ["data.bin"]
    assert {(message.unit, message.total) for message in heard} == {("bytes", len(CONTENT))}
    assert fetch(made_of(server, *behaviours), tmp_path / "home", heard.append) == folder
    assert server.asked == asked  # it is there


def test_what_an_earlier_program_fetched_is_gone_on_from(server, tmp_path):
    part = tmp_path / ".a-set.part" / "data.bin.part"
    part.parent.mkdir()
    part.write_bytes(CONTENT[:600_000])
    folder = fetch(made_of(server, "sound"), tmp_path, ignored)
    assert (folder / "data.bin").read_bytes() == CONTENT
    assert server.asked == [("sound", "bytes=600000-")]


@pytest.mark.parametrize("part", [b"another file" * 100, b"x" * len(CONTENT), b"x" * (len(CONTENT) + 1)])
def test_what_lies_there_of_another_file_is_thrown_away(server, tmp_path, part):
    path = tmp_path / ".a-set.part" / "data.bin.part"
    path.parent.mkdir()
    path.write_bytes(part)
    assert (fetch(made_of(server, "sound"), tmp_path, ignored) / "data.bin").read_bytes() == CONTENT


def test_nothing_appears_where_no_mirror_serves_and_each_is_told_of(server, tmp_path):
    known = made_of(server, "missing", "wrong")
    with pytest.raises(EngineError) as told:
        fetch(known, tmp_path, ignored)
    missing, wrong = known.mirrors
    assert f"{missing} (it answers 404 Not Found); {wrong} (what it gives has another checksum)" in told.value.message
    assert "https://example.org" in told.value.fix
    assert not (tmp_path / "a-set").exists()


def test_a_server_that_is_not_there_is_told(tmp_path, server):
    known = made_of(server, "sound")
    server.shutdown()
    server.server_close()
    with pytest.raises(EngineError, match="the connection failed: "):
        fetch(known, tmp_path, ignored)


def test_of_an_archive_only_the_named_files_are_taken(server, tmp_path):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in ("deep/inside/one.bin", "../../outside.bin", "two.bin", "three.bin"):
            entry = tarfile.TarInfo(name)
            entry.size = len(name)
            archive.addfile(entry, io.BytesIO(name.encode()))
    server.files["data.bin"] = packed.getvalue()
    known = made_of(server, "sound", content=packed.getvalue(), members=("one.bin", "two.bin"))
    folder = fetch(known, tmp_path / "home", ignored)
    assert sorted(path.name for path in folder.iterdir()) == ["one.bin", "two.bin"]
    assert (folder / "one.bin").read_text() == "deep/inside/one.bin"
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_two_that_fetch_at_once_fetch_it_once(server, tmp_path):
    known, folders, waits = made_of(server, "waiting"), [], threading.Event()

    def run(tell) -> threading.Thread:
        thread = threading.Thread(target=lambda: folders.append(fetch(known, tmp_path, tell)))
        thread.start()
        return thread

    begun = threading.Event()
    first = run(lambda _: begun.set())
    assert begun.wait(10)
    second = run(lambda message: "Another program" in message.what and waits.set())
    assert waits.wait(10)
    server.release.set()
    for thread in (first, second):
        thread.join(10)
    assert folders == [tmp_path / "a-set"] * 2
    assert len(server.asked) == 1


@pytest.mark.parametrize("name", ["cifar10", "CIFAR-10", "Fashion_MNIST", "mnist"])
def test_sets_are_known_as_people_write_them(name):
    assert known_set(name) is not None


def test_every_known_set_is_complete():
    for known in KNOWN_SETS.values():
        assert len(known.classes) == 10
        assert all(mirror.startswith(("http://", "https://")) and mirror.endswith("/") for mirror in known.mirrors)
        assert all(len(bytes.fromhex(file.sha256)) == 32 for file in known.files)
    assert known_set("imagenet") is None


def test_a_copy_that_is_there_is_found_first(tmp_path, monkeypatch):
    monkeypatch.setenv("BLOCKYARD_DATA_PATH", str(tmp_path))
    (tmp_path / "cifar-10").mkdir()
    assert find_data("cifar10", tell=ignored) == tmp_path / "cifar-10"
    with pytest.raises(EngineError, match="mnist is not on this machine yet; it is 11 MiB"):
        find_data("mnist")  # nothing is fetched where nobody asked for it


def test_a_run_can_be_stopped_while_it_downloads(run_folder, start_engine, server, monkeypatch, tmp_path):
    monkeypatch.setenv("BLOCKYARD_MIRROR", server.mirror("dripping"))
    monkeypatch.setenv("BLOCKYARD_DATA", str(tmp_path / "home"))
    server.files = {file.name: bytes(file.size_bytes) for file in KNOWN_SETS["mnist"].files}
    run_dir = run_folder(data={"source": "mnist"})
    with start_engine(run_dir) as engine:
        assert engine.wait_for(Preparing).unit == "bytes"
        engine.say('{"type": "stop"}')
        assert engine.wait_for(protocol.Finished).stopped
        assert engine.process.wait() == 0
    assert protocol.read_status(run_dir).state == "stopped"
    assert not Path(tmp_path / "home" / "mnist").exists()


@pytest.mark.parametrize(
    "address", ["http://example.org/", "ftp://example.org/", "file:///etc/", "data.bin", "http://[x/"]
)
def test_nothing_is_fetched_but_over_https(tmp_path: Path, address: str):
    known = replace(known_set("mnist"), mirrors=(address,))

    with pytest.raises(EngineError, match="it is no https address"):
        fetch(known, tmp_path, ignored)


@pytest.mark.parametrize(
    "address",
    ["http://example.org/data.bin", "HTTP://example.org/data.bin", "//example.org/data.bin", "ftp://example.org/data.bin",
     "file:///etc/hostname", "http://127.0.0.1.example.org/data.bin", "http://localhost@example.org/data.bin", "http://[x/"],
)  # fmt: skip
def test_a_server_that_leads_to_what_is_not_https_is_not_followed(server: Server, tmp_path: Path, address: str):
    server.leads = {"leading": address}

    with pytest.raises(EngineError, match="only https is followed"):
        fetch(made_of(server, "leading"), tmp_path, ignored)
    folder = fetch(made_of(server, "leading", "sound"), tmp_path, ignored)  # the next mirror is asked

    assert (folder / "data.bin").read_bytes() == CONTENT
    assert [behaviour for behaviour, _ in server.asked] == ["leading", "leading", "sound"]


def test_on_this_machine_a_server_may_lead_on(server: Server, tmp_path: Path):
    server.leads = {"leading": server.mirror("sound") + "data.bin"}

    assert (fetch(made_of(server, "leading"), tmp_path, ignored) / "data.bin").read_bytes() == CONTENT


def test_what_came_from_elsewhere_does_not_lead_into_this_machine():
    request = urllib.request.Request("https://example.org/data.bin")
    headers = email.message.Message()
    headers["Location"] = "http://127.0.0.1:631/"

    with pytest.raises(downloading._UnsafeAddressError, match="only https is followed"):
        downloading._SafeRedirects().http_error_302(request, io.BytesIO(), 302, "Found", headers)


def test_all_known_sets_come_over_https():
    assert {mirror.split(":")[0] for known in KNOWN_SETS.values() for mirror in known.mirrors} == {"https"}
