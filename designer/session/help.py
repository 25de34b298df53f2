"""The help: pages on what the program can do, on each diagnostic, on each layer. Read when they are asked for.

Pages are Markdown under `resources/help`; those of layers are the catalogue's own words. A page has an address:
`features/canvas`, `codes/cycle`, `kinds/Conv2d`. Another language has its pages in a folder of its own, with the same
names: `resources/help/de/features/canvas.md`; what is not there is read in English. A page may show the code of a
preset: it is written when the page is filled, so that it is always the code that Blockyard writes now.
"""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from designer.base.errors import BlockyardError
from designer.base.paths import resources_dir
from designer.base.text import Text
from designer.catalogue.registry import registry
from designer.catalogue.spec import LayerSpec
from designer.graph.expressions import Value, to_text

FEATURES, CODES, KINDS = "features", "codes", "kinds"
_CODE = re.compile(r"^\{\{code ([a-z0-9_]+)\}\}$", re.MULTILINE)
_PICTURE = re.compile(r"^!\[[^\]]*\]\([^)]*\)\n*", re.MULTILINE)
_WORD = re.compile(r"\w+")
_MOST_FOUND = 60
_PARAMETER, _DEFAULT = Text("parameter"), Text("default")  # the heads of a table


class Entry(NamedTuple):
    """A line of the contents. group: the part of the help, or of a layer, its family."""

    address: str
    title: str
    group: str


class Page(NamedTuple):
    """A page. text: Markdown without its title. url: PyTorch's own page, empty where there is none."""

    address: str
    title: str
    group: str
    text: str
    url: str = ""


class HelpError(BlockyardError):
    """There is no such page."""

    exit_status = 2


class Help:
    """All pages in one language.

    language: its code, such as `de` or `pt_BR`; English where it is empty. translated: puts the catalogue's words into
    it.
    """

    def __init__(self, language: str = "", translated: Callable[[str], str] = str) -> None:
        self._translated = translated
        codes = dict.fromkeys((language, language.split("_")[0], ""))  # English lies in the folder itself
        self._folders = [resources_dir() / "help" / code for code in codes]

    def contents(self) -> tuple[Entry, ...]:
        """All pages: features first, in the order in which one needs them, then diagnostics and layers."""
        return tuple(Entry(page.address, page.title, page.group) for page in self._pages.values())

    def page(self, address: str) -> Page:
        """The page at an address. Raises HelpError."""
        found = self._pages.get(address)
        if found is None:
            message = Text("There is no help on '{address}'.", address=address[:60])
            raise HelpError(message, fix="Search for a word of it.")
        return found

    def find(self, topic: str) -> Page | None:
        """The page that a topic names: an address, a diagnostic's code, a layer's kind or a feature; None for none."""
        pages = self._pages
        for address in (topic, *(f"{part}/{topic}" for part in (FEATURES, CODES, KINDS))):
            if address in pages:
                return pages[address]
        plain = topic.casefold()
        return next(
            (p for p in pages.values() if plain in (p.title.casefold(), p.address.split("/")[1].casefold())), None
        )

    def search(self, words: str) -> list[Entry]:
        """The pages in which all words occur, those that have them in the title first."""
        wanted = [word.casefold() for word in _WORD.findall(words)]
        if not wanted:
            return []
        ranked = []
        for place, found in enumerate(self._pages.values()):
            title = f"{found.title} {found.address}".casefold().replace("_", " ")
            if all(word in title or word in found.text.casefold() for word in wanted):
                in_title = sum(word in title for word in wanted)
                is_start = title.startswith(wanted[0])
                ranked.append((-in_title, not is_start, place, Entry(found.address, found.title, found.group)))
        return [entry for *_, entry in sorted(ranked)[:_MOST_FOUND]]

    def near(self, topic: str) -> list[str]:
        """The last parts of addresses that are spelt like a topic."""
        names = {address.split("/")[1].casefold(): address.split("/")[1] for address in self._pages}
        return [names[name] for name in difflib.get_close_matches(topic.casefold(), names, n=3)]

    def of_kind(self, spec: LayerSpec) -> str:
        """What the help says of a layer: its own words, and its parameters."""
        table = self.parameter_table((p.name, p.default, p.doc) for p in spec.parameters)
        return "\n\n".join(filter(None, (self._translated(spec.help), table)))

    def parameter_table(self, rows: Iterable[tuple[str, Value, str]]) -> str:
        """Parameters as a table in Markdown: name, default, words."""
        lines = [
            f"| `{name}` | `{_cell(to_text(default))}` | {_cell(self._translated(doc))} |"
            for name, default, doc in rows
        ]
        head = f"| {self._translated(_PARAMETER)} | {self._translated(_DEFAULT)} | |"
        return "\n".join([head, "|---|---|---|", *lines]) if lines else ""

    @cached_property
    def _pages(self) -> dict[str, Page]:
        return {page.address: page for page in (*self._features(), *self._codes(), *self._kinds())}

    def _features(self) -> Iterator[Page]:
        names = (self._folders[-1] / FEATURES / "contents.txt").read_text("utf-8").split()
        yield from (self._read(FEATURES, name) for name in names)

    def _codes(self) -> Iterator[Page]:
        names = (path.stem for path in (self._folders[-1] / CODES).glob("*.md"))
        yield from sorted((self._read(CODES, name) for name in names), key=lambda page: page.title)

    def _read(self, group: str, name: str) -> Page:
        files = [folder / group / f"{name}.md" for folder in self._folders]
        text = next((file for file in files[:-1] if file.is_file()), files[-1]).read_text("utf-8")
        title, _, rest = text.partition("\n")
        return Page(f"{group}/{name}", title.removeprefix("# ").strip(), group, rest.strip())

    def _kinds(self) -> Iterator[Page]:
        for kind, spec in registry().items():
            yield Page(f"{KINDS}/{kind}", kind, spec.family.value, self.of_kind(spec), spec.url)


def target(link: str, address: str) -> str | None:
    """The address that a link on the page at `address` leads to; None where it leads out of the help."""
    kind, _, name = link.partition(":")
    if kind == "kind":
        return f"{KINDS}/{name}"
    if name or not link.endswith(".md"):
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(address), link.removesuffix(".md")))


def is_to_fill(text: str) -> bool:
    """Whether a page shows code that has still to be written."""
    return _CODE.search(text) is not None


def fill(text: str) -> str:
    """The text of a page with the code of the presets that it shows. Takes a while: call it in another thread."""
    from designer.analysis.analyser import Analyser
    from designer.codegen.module import generate
    from designer.document.presets import open_design

    def written(match: re.Match[str]) -> str:
        design = open_design(match[1]).design
        return f"```python\n{generate(design, Analyser().analyse(design)).source}```"

    return _CODE.sub(written, text)


def without_pictures(text: str) -> str:
    """The text of a page where there is nothing to show pictures on."""
    return _PICTURE.sub("", text).strip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
