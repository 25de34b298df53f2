"""What the help says of a kind: the catalogue's own words for a layer, a block's description, and their parameters."""

from __future__ import annotations

from collections.abc import Iterable

from designer.catalogue.registry import spec_of
from designer.graph.design import Design
from designer.graph.expressions import Value, to_text
from designer.session.shelf import Shelf
from designer.ui.docks.views import HelpView


def help_view(design: Design, kind: str, shelf: Shelf) -> HelpView | None:
    """The help of a layer or a block of the design or of a library, None where the kind is not known."""
    if spec := spec_of(kind, design):
        table = _table((p.name, p.default, p.doc) for p in spec.parameters)
        return HelpView(kind, spec.family.value, "\n\n".join(filter(None, (spec.help, table))), spec.url)
    block = shelf.block(design, kind)
    if block is None:
        return None
    table = _table((p.name, p.default, p.doc) for p in block.parameters)
    text = "\n\n".join(
        filter(None, (block.description, table, "A block is a network of its own: double-click opens it."))
    )
    return HelpView(block.title or block.name, "block", text)


def _table(rows: Iterable[tuple[str, Value, str]]) -> str:
    lines = [f"| `{name}` | `{_cell(to_text(default))}` | {_cell(doc)} |" for name, default, doc in rows]
    return "\n".join(["| parameter | default | |", "|---|---|---|", *lines]) if lines else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
