"""Text becomes rich in one place: elsewhere nothing is made that would take a text for HTML, or read what it names."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import designer
from designer.ui.theme.stylesheet import build_stylesheet
from designer.ui.theme.tokens import DARK, LIGHT

UI = Path(designer.__file__).parent / "ui"
HOME = {"rich_text.py"}
# What guesses whether a text is HTML, or takes it for that, and who may use it beside the one place.
SINKS = {
    "QLabel": {"widgets.py"},  # made plain by `label`
    "QTextDocument": set(),
    "QTextBrowser": set(),
    "QTextEdit": set(),
    "QMessageBox": set(),
    "setInformativeText": set(),  # a label that is made for it guesses
    "QErrorMessage": set(),
    "QProgressDialog": set(),
    "QInputDialog": set(),
    "QStaticText": set(),
    "QGraphicsTextItem": set(),
    "setMarkdown": set(),
    "insertHtml": set(),
    "insertMarkdown": set(),
    "setWhatsThis": set(),
    "LabelItem": set(),  # of pyqtgraph
    "html": set(),  # the module that escapes
    "RichText": {"docks/inspector_pages.py"},  # a sentence that is escaped, and a link of our own behind it
    "setHtml": {"docks/plot_tools.py"},  # what `told_in_colour` has escaped
}


def calls(tree: ast.AST) -> list[tuple[str, ast.Call]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            found.append((name, node))
    return found


def uses(source: str) -> set[str]:
    """The sinks that a module uses. A label without a text, or with one that stands there as a literal, is none."""
    tree = ast.parse(source)
    found = {name for name, call in calls(tree) if name in SINKS and not (name == "QLabel" and not _speaks(call))}
    found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in ("RichText",)}
    found |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names} & {"html"}
    plain = "setTextFormat" in source and "PlainText" in source
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "QLabel" for base in node.bases):
            found |= set() if plain or "RichText" in source or not _sets_text(node) else {"QLabel"}
    return found


def _speaks(call: ast.Call) -> bool:
    """Whether a label is made with a text that is not the program's own."""
    return any(not isinstance(part, ast.Constant) and not _is_own(part) for part in call.args[:1])


def _is_own(part: ast.expr) -> bool:
    is_tr = isinstance(part, ast.Call) and getattr(part.func, "attr", getattr(part.func, "id", "")) in (
        "tr",
        "translate",
    )
    return is_tr or (isinstance(part, ast.Name) and part.id in ("self", "parent"))


def _sets_text(node: ast.ClassDef) -> bool:
    return any(name == "setText" for name, _ in calls(node))


def test_text_becomes_rich_in_one_place():
    strays = {}
    for path in UI.rglob("*.py"):
        place = path.relative_to(UI).as_posix()
        found = {sink for sink in uses(path.read_text("utf-8")) if place not in SINKS[sink]}
        if found and place not in HOME:
            strays[place] = found
    assert strays == {}


@pytest.mark.parametrize(
    "source",
    ["QLabel(title)", "made = QLabel(f'{name} x')", "QMessageBox(parent)", "QTextDocument(self)",
     "d.setHtml(text)",
     "d.setMarkdown(text)", "QStaticText(name)", "self.setTextFormat(Qt.TextFormat.RichText)", "import html",
     "class A(QLabel):\n def f(self, t): self.setText(t)"],
)  # fmt: skip
def test_the_rule_can_fail(source: str):
    assert uses(source)


def test_tooltips_are_plain_wherever_they_are_set():
    for theme in (DARK, LIGHT):
        rule = build_stylesheet(theme).split("QToolTip {")[1].split("}")[0]
        assert "qproperty-textFormat: PlainText;" in rule
