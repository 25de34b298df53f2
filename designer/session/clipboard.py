"""What is copied as text, and text that is pasted: a small Blockyard document, so that it can go anywhere text goes."""

from __future__ import annotations

from designer.base.text import Text
from designer.document.document import Document, DocumentError
from designer.document.reading import parse_document
from designer.document.writing import dump_document
from designer.graph.design import Design


def to_text(fragment: Design) -> str:
    """A fragment as text. Raises DocumentError where a value has no place in a document."""
    return dump_document(Document(fragment)).decode()


def from_text(text: str) -> Design:
    """The fragment, or the whole design, in a text. Raises DocumentError: it is foreign, and what it lacks."""
    if not text.strip():
        raise DocumentError("There is nothing to paste.", expected="nodes that were copied", fix="Copy some first.")
    if not text.lstrip().startswith("{"):
        raise DocumentError(
            Text("The clipboard holds other text: '{text}'.", text=_shown(text)),
            expected="nodes copied from a canvas, or the text of a Blockyard document",
            fix="Copy some nodes first.",
        )
    return parse_document(text.encode(errors="surrogatepass"), "What was copied").design


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"
