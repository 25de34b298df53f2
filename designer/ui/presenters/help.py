"""What the help says of a kind: the catalogue's own words for a layer, a block's description, and their parameters."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from designer.catalogue.registry import spec_of
from designer.catalogue.spec import Family
from designer.graph.design import Design
from designer.session import help as pages
from designer.session.shelf import Shelf
from designer.ui.docks.views import HelpView
from designer.ui.language import translated

translate = QCoreApplication.translate


def page_view(page: pages.Page) -> HelpView:
    """A page as the help shows it."""
    group = page.address.split("/")[1] if page.group == pages.CODES else translated(page.group)
    return HelpView(page.title, "" if page.group == pages.FEATURES else group, page.text, page.url, page.address)


def help_view(book: pages.Help, design: Design, kind: str, shelf: Shelf) -> HelpView | None:
    """The help of a layer or a block of the design or of a library, None where the kind is not known."""
    if spec := spec_of(kind, design):
        return HelpView(kind, translated(spec.family.value), book.of_kind(spec), spec.url, f"{pages.KINDS}/{kind}")
    block = shelf.block(design, kind)
    if block is None:
        return None
    table = book.parameter_table((p.name, p.default, p.doc) for p in block.parameters)
    how = translate("Help", "A block is a network of its own: double-click opens it.")
    text = "\n\n".join(filter(None, (translated(block.description), table, how)))
    return HelpView(translated(block.title or block.name), translated(Family.BLOCK.value), text)
