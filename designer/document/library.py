"""The personal library: blocks that a person keeps for all their designs, a document a block in one folder.

A file holds the block and what it needs, and is called after it. Whatever else lies in the folder is told and left
alone. Who shows the blocks, and what a design took from them, is for `session` and `ui`.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from designer.base.errors import BlockyardError
from designer.base.paths import library_dir
from designer.base.text import Text
from designer.catalogue.registry import spec_of
from designer.document.document import Document, DocumentError
from designer.document.format import EXTENSION
from designer.document.reading import read_document
from designer.document.writing import dump_document, write_atomically
from designer.graph.block import Origin
from designer.graph.design import Design
from designer.graph.fingerprint import fingerprint
from designer.graph.names import is_block_name

PERSONAL = "personal"  # how an `Origin` names this library
MAX_FILES = 1_000
MAX_FILE_BYTES = 4 << 20


class LibraryError(DocumentError):
    """A block that cannot be read from the library, or kept in it."""


@dataclass(frozen=True)
class Kept:
    """What a library holds: each block by its name, as a design whose outermost block it is, and what is amiss."""

    blocks: Mapping[str, Design] = field(default_factory=dict)
    faults: tuple[BlockyardError, ...] = ()


class PersonalLibrary:
    """The blocks in one folder, by default the person's own, which is made when the first one is kept."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or library_dir()
        self._known: dict[str, tuple[tuple[int, int], Design]] = {}  # what a file gave, by size and time of change

    def read(self) -> Kept:
        """All blocks in alphabetical order, and why a file gave none. Files that did not change are not read again."""
        try:
            paths = sorted(path for path in self.folder.iterdir() if path.name.endswith(EXTENSION))
        except FileNotFoundError:
            return Kept()
        except OSError as error:
            fault = LibraryError(
                Text("Your library {folder} cannot be read: {reason}.", folder=self.folder, reason=error.strerror),
                fix="Check the folder.",
            )
            return Kept(faults=(fault,))
        faults: list[BlockyardError] = []
        if len(paths) > MAX_FILES:
            faults.append(
                LibraryError(
                    Text("Your library holds {count:,} files.", count=len(paths)),
                    expected=Text("at most {limit:,}", limit=MAX_FILES),
                )
            )
        blocks: dict[str, Design] = {}
        for path in paths[:MAX_FILES]:
            try:
                blocks[_name_of(path)] = self._read(path)
            except BlockyardError as error:
                faults.append(error)
        return Kept(blocks, tuple(faults))

    def keep(self, design: Design, block_name: str, name: str = "", replacing: str = "") -> Origin:
        """Keep a block of a design, and what it needs, as `name`, by default its own. Returns its origin from now on.

        replacing: the fingerprint of what may be overwritten, as one knows it. Raises LibraryError where the library
        holds another block of that name, where the name is none, and where the file cannot be written.
        """
        name = name or block_name
        if block_name in design.recursive:
            raise LibraryError(Text("{block_name} contains itself.", block_name=block_name), fix="Mend it first.")
        part = _called(_part(design, block_name), name)
        used = [kind for kind in design.customs if any(kind in block.kinds for block in part.blocks.values())]
        if used:
            raise LibraryError(
                Text(
                    "{block_name} uses the custom layer {used}, and the library keeps no code.",
                    block_name=block_name,
                    used=used[0],
                ),
                expected="a block of layers and blocks",
                fix="Save it as a design of its own, and copy from there.",
            )
        new = fingerprint(part, name)
        _check_name(name)
        if (path := self._find(name)) is not None:
            old = self._fingerprint_at(path)
            if old not in (new, replacing) or path != self.path_of(name):
                raise LibraryError(
                    Text("Your library holds another block '{name}'.", name=path.name.removesuffix(EXTENSION)),
                    fix="Keep it under another name, or remove the other one first.",
                )
        self._write(self.path_of(name), dump_document(Document(part)))
        return Origin(PERSONAL, name, new)

    def rename(self, old: str, new: str) -> None:
        """Call a block otherwise. Raises LibraryError."""
        new = new.strip()
        if new == old:
            return
        _check_name(new)
        path = self._existing(old)
        taken = self._find(new)
        if taken is not None and taken != path:
            raise LibraryError(Text("Your library holds a block '{new}' already.", new=new), fix="Choose another name.")
        data = dump_document(Document(_called(self._read(path), new)))
        if taken is None:
            self._write(self.path_of(new), data)
            self._unlink(path)
            return
        self._write(path, data)  # only capitals differ: some systems take both names for one file
        try:
            path.replace(self.path_of(new))
        except OSError as error:
            raise LibraryError(
                Text("{path} cannot be renamed: {reason}.", path=path, reason=error.strerror), fix="Check the folder."
            ) from error

    def remove(self, name: str) -> bytes:
        """Take a block out. Returns its file's contents, for `put_back`. Raises LibraryError."""
        path = self._existing(name)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise LibraryError(
                Text("{path} cannot be read: {reason}.", path=path, reason=error.strerror), fix="Check the folder."
            ) from error
        self._unlink(path)
        return data

    def put_back(self, name: str, data: bytes) -> None:
        """Bring back what was removed. Raises LibraryError where another block has its name by now."""
        if self._find(name) is not None:
            raise LibraryError(
                Text("Your library holds a block '{name}' already.", name=name), fix="Rename or remove that one first."
            )
        self._write(self.path_of(name), data)

    # -- files --------------------------------------------------------------------------------------------------------

    def path_of(self, name: str) -> Path:
        """The file of a block of that name."""
        return self.folder / f"{name}{EXTENSION}"

    def _find(self, name: str) -> Path | None:
        """The file of a block, whose name may differ in capitals: some systems do not tell those apart."""
        if not self.folder.is_dir():
            return None
        wanted = f"{name}{EXTENSION}".casefold()
        return next((path for path in sorted(self.folder.iterdir()) if path.name.casefold() == wanted), None)

    def _existing(self, name: str) -> Path:
        path = self.path_of(name)
        if not path.is_file():
            raise LibraryError(
                Text("Your library holds no block '{name}'.", name=name), fix="It may have been renamed or removed."
            )
        return path

    def _fingerprint_at(self, path: Path) -> str | None:
        """What a file holds; None where that is no block, so that nothing of a person's is overwritten."""
        try:
            return fingerprint(self._read(path), _name_of(path))
        except BlockyardError:
            return None

    def _read(self, path: Path) -> Design:
        try:
            found = path.stat()
        except OSError as error:
            raise LibraryError(
                Text("{path} cannot be read: {reason}.", path=path, reason=error.strerror), fix="Remove the file."
            ) from error
        if not stat.S_ISREG(found.st_mode):
            raise LibraryError(Text("{path} is no file.", path=path), expected="a Blockyard document", fix="Remove it.")
        if found.st_size > MAX_FILE_BYTES:
            raise LibraryError(
                Text("{path} is too large for a block.", path=path),
                expected=Text("at most {limit} MiB", limit=MAX_FILE_BYTES >> 20),
                fix="Remove it.",
            )
        state = (found.st_size, found.st_mtime_ns)
        known = self._known.get(path.name)
        if known is None or known[0] != state:
            known = state, _checked(read_document(path).design, path)
            self._known[path.name] = known
        return known[1]

    def _write(self, path: Path, data: bytes) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                Text("Your library {folder} cannot be made: {reason}.", folder=self.folder, reason=error.strerror),
                fix="Check the folder.",
            ) from error
        write_atomically(path, data)

    def _unlink(self, path: Path) -> None:
        try:
            path.unlink()
        except OSError as error:
            raise LibraryError(
                Text("{path} cannot be removed: {reason}.", path=path, reason=error.strerror), fix="Check the folder."
            ) from error


def free_name(name: str, taken: Mapping[str, Design]) -> str:
    """`name`, or with the lowest number that makes it another than those that are taken."""
    used = {other.casefold() for other in taken}
    if name.casefold() not in used:
        return name
    stem = name.rstrip("0123456789") or name
    number = 2
    while f"{stem}{number}".casefold() in used:
        number += 1
    return f"{stem}{number}"


def _name_of(path: Path) -> str:
    return path.name.removesuffix(EXTENSION)


def _checked(design: Design, path: Path) -> Design:
    """The design of a file, its outermost block with its origin. Raises LibraryError where it is no block to keep."""
    name = _name_of(path)
    if design.main != name:
        raise LibraryError(
            Text("{path} holds a block called '{main}'.", path=path, main=design.main[:60]),
            expected="a file that is called after its block",
            fix=Text("Rename the file to {main}{extension}.", main=design.main[:60], extension=EXTENSION),
        )
    _check_name(name)
    needed = _part(design, name)
    odd = next((key for key in needed.blocks if not is_block_name(key) or spec_of(key)), None)
    if odd is not None:
        raise LibraryError(
            Text("{path} holds a block with the name '{odd}'.", path=path, odd=odd[:60]),
            expected="a name of its own",
            fix="Rename it.",
        )
    if needed.recursive:
        raise LibraryError(Text("The block in {path} contains itself.", path=path), fix="Mend it, or remove the file.")
    origin = Origin(PERSONAL, name, fingerprint(needed, name))
    return needed.with_block(replace(needed.root, origin=origin))


def _check_name(name: str) -> None:
    if not is_block_name(name) or spec_of(name):
        raise LibraryError(
            Text("'{name}' cannot be the name of a block.", name=name[:60]),
            expected="letters, digits and underscores, a letter first, and not the name of a layer",
            fix="Choose another name.",
        )


def _part(design: Design, name: str) -> Design:
    """A block with what it needs, as a design of its own."""
    needed = design.uses.descendants(name) | {name}
    blocks = {key: block for key, block in design.blocks.items() if key in needed}
    used = frozenset().union(*(block.kinds for block in blocks.values()))
    return Design(name, blocks, {key: layer for key, layer in design.customs.items() if key in used})


def _called(design: Design, name: str) -> Design:
    """The design with its outermost block, whose origin is left out, under another name. Raises LibraryError."""
    if name != design.main and (name in design.blocks or name in design.customs):
        raise LibraryError(
            Text("{main} holds a block '{name}' inside.", main=design.main, name=name), fix="Choose another name."
        )
    block = replace(design.root, name=name, origin=None)
    inner = {key: other for key, other in design.blocks.items() if key != design.main}
    return Design(name, {name: block, **inner}, design.customs)
