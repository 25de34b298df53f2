"""A document whose every text is HTML or Markdown that names a file: it is shown as it stands, and no file is read."""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QImage, QTextDocument
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QMessageBox,
    QTableView,
    QTextBrowser,
    QTextEdit,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from designer.session.session import Session
from designer.ui.canvas.note_text import note_document
from designer.ui.canvas.portrait import PictureFormat, PictureWish, picture_bytes
from designer.ui.rich_text import COMMONMARK, GITHUB, SealedDocument, menu_text, message_box, window_title
from designer.ui.theme.tokens import DARK
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

Open = Callable[..., MainWindow]
LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.TextFormat.PlainText


@pytest.fixture
def bait(tmp_path: Path) -> Path:
    """A picture that nobody is to look at."""
    path = tmp_path / "bait.png"
    QImage(8, 8, QImage.Format.Format_RGB32).save(str(path))
    forget(path)
    return path


def forget(path: Path) -> None:
    os.utime(path, (1, 2))  # whoever reads it now leaves a trace: so the system keeps the time of reading


def was_read(path: Path) -> bool:
    return path.stat().st_atime != 1


def test_it_is_seen_when_a_file_is_read(bait: Path):
    """Or the tests here could not fail."""
    bait.read_bytes()
    if not was_read(bait):
        pytest.skip("this file system does not note when a file is read")
    forget(bait)
    document = QTextDocument()
    document.setHtml(f'<img src="file://{bait}">')
    document.size()
    assert was_read(bait)


def nasty(bait: Path) -> str:
    return (
        f'<b>&amp;x</b><img src="file://{bait}"> ![p](file://{bait}) ![q]({bait}) <a href="file://{bait}">y</a> [*] &z'
    )


def document(bait: Path, folder: Path) -> Path:
    text = nasty(bait)
    markdown = f"{text}\n\n!\\[a](file://{bait})\n\n![r][r]\n\n[r]: file://{bait}\n\n<div>\n<img src='{bait}'>\n</div>"
    raw = {
        "blockyard": 1,
        "main": "Net",
        "blocks": [
            {
                "name": "Net",
                "title": text,
                "description": markdown,
                "source": text,
                "parameters": [{"name": "w", "default": text, "doc": text}],
                "nodes": [
                    {"id": "input", "kind": "Input", "params": {"shape": [3, 8, 8]}},
                    {"id": "b", "kind": "Blk", "name": text[:190], "params": {"<b>p</b>": text}, "position": [200, 0]},
                    {"id": "s", "kind": "Scale", "name": "<b>s</b>", "position": [400, 0]},
                    {"id": "k", "kind": f"<img src='{bait}'>"[:190], "name": "<i>k</i>", "position": [500, 0]},
                    {
                        "id": "c",
                        "kind": "Conv2d",
                        "name": "<b>c</b>",
                        "params": {"out_channels": text, "padding_mode": text, "stride": f"={text}"},
                        "position": [600, 0],
                    },
                    {"id": "output", "kind": "Output", "position": [800, 0]},
                ],
                "edges": [["input", "b"], ["b", "s"], ["s", "c"], ["c", "output"]],
                "notes": [
                    {"id": "note-1", "text": markdown, "position": [0, 200], "size": [300, 200]},
                    {"id": "note-2", "text": text, "frame": True, "position": [0, 500], "size": [300, 200]},
                ],
            },
            {
                "name": "Blk",
                "title": text,
                "description": markdown,
                "source": text,
                "parameters": [{"name": "q", "default": text, "doc": text}],
                "nodes": [
                    {"id": "input", "kind": "Input"},
                    {"id": "r", "kind": "ReLU"},
                    {"id": "output", "kind": "Output"},
                ],
                "edges": [["input", "r"], ["r", "output"]],
            },
        ],
        "custom_layers": [
            {
                "name": "Scale",
                "summary": text,
                "source": ["class Scale(nn.Module):", f'    """{text}"""', "~~~~", markdown],
                "parameters": [{"name": "k", "type": "int", "default": 1, "doc": text}],
                "inputs": [{"name": "input", "shape": f"N, `{text}`"}],
                "outputs": [{"name": "output", "shape": text}],
            }
        ],
        "recipe": {"name": text, "data": {"source": text}, "start": {"weights": text}},
    }
    path = folder / "a&b [*] <b>c<b>.blockyard"
    path.write_text(json.dumps(raw), "utf-8")
    return path


@pytest.fixture
def window(qtbot: QtBot, open_window: Open, bait: Path, tmp_path: Path) -> MainWindow:
    window = open_window(str(document(bait, tmp_path)))
    for name in ("palette", "inspector", "problems", "code", "training", "runs", "summary"):
        window.panels.show(name)
    return window


def everything() -> Iterator[QWidget]:
    yield from QApplication.allWidgets()


def assert_all_is_plain() -> None:
    ours = {"SummaryLabel"}  # escapes what it is told, and puts a link of our own behind it
    for widget in everything():
        if isinstance(widget, QLabel) and type(widget).__name__ not in ours:
            looks_rich = "<" in widget.text() and widget.textFormat() is not PLAIN
            assert not looks_rich, (widget.parent(), widget.text()[:80])
        if isinstance(widget, QTextBrowser):
            assert isinstance(widget.document(), SealedDocument)
        elif isinstance(widget, QTextEdit):
            raise AssertionError(f"{widget} takes pasted HTML")


def tip() -> QLabel | None:
    return next((w for w in everything() if w.metaObject().className() == "QTipLabel" and w.isVisible()), None)


def tooltips() -> Iterator[tuple[QWidget, QPoint]]:
    """All places where the mouse could rest: each widget with a tooltip, and each row of each list."""
    for widget in everything():
        if widget.isVisible() and isinstance(widget, QAbstractItemView) and widget.model() is not None:
            model, root = widget.model(), QModelIndex()
            for row in range(min(model.rowCount(root), 60)):
                for column in range(widget.horizontalHeader().count() if isinstance(widget, QTableView) else 1):
                    index = model.index(row, column, root)
                    area = widget.visualRect(index)
                    if area.isValid() and widget.viewport().rect().contains(area.center()):
                        yield widget.viewport(), area.center()
        elif widget.isVisible() and widget.toolTip():
            yield widget, widget.rect().center()


def rest_mouse(widget: QWidget, at: QPoint) -> None:
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))


def test_nothing_in_the_window_is_rich_and_no_file_is_read(qtbot: QtBot, window: MainWindow, bait: Path):
    for key in window.canvas.block.nodes:
        window.panel.scene.select((key,))
        assert_all_is_plain()
    shown = 0
    for widget, at in list(tooltips()):
        rest_mouse(widget, at)
        if (label := tip()) is not None:
            shown += 1
            assert label.textFormat() is PLAIN, label.text()
        QToolTip.hideText()
    view = window.panel.view
    for item in window.panel.scene.cards.values():
        rest_mouse(view.viewport(), view.mapFromScene(item.sceneBoundingRect().center()))
        if (label := tip()) is not None:
            shown += 1
            assert label.textFormat() is PLAIN
    assert shown > 10
    window.grab()
    assert not was_read(bait)


@pytest.mark.parametrize("key", ["b", "s", "c", "k", None])
def test_help_shows_what_a_document_says_and_reads_nothing(
    qtbot: QtBot, window: MainWindow, bait: Path, key: str | None
):
    window.panel.scene.select((key,) if key else ())

    window.helping.open_selected()

    if window.helping.window is not None:
        page = window.helping.window.page
        qtbot.waitUntil(lambda: window.helping.window.isVisible())
        page.document().size()
        page.grab()
        pictures = re.findall("<img[^>]*>", page.document().toHtml())
        assert not [picture for picture in pictures if "bait" in picture]
        assert_all_is_plain()
    assert not was_read(bait)


def test_toasts_questions_banners_and_titles_are_plain(qtbot: QtBot, window: MainWindow, bait: Path):
    text = nasty(bait)
    window.toasts.show(text, "error", text, lambda: None)
    window.central.damage.ask(text, (text, lambda: None))
    assert_all_is_plain()
    box = message_box(window, text, text)
    box.open()
    assert all(label.textFormat() is PLAIN for label in box.findChildren(QLabel))
    box.grab()
    box.close()
    assert window.windowTitle().startswith("a&b [*][*] <b>c<b>")
    assert "&&" in window.top.tabs.tabText(window.top.tabs.currentIndex())
    assert not was_read(bait)


def test_the_question_before_closing_is_plain(qtbot: QtBot, window: MainWindow, bait: Path):
    window.session.history.mark_unsaved()
    window.close()
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    question = QApplication.activeModalWidget()
    assert "<b>c<b>" in question.text()
    assert all(label.textFormat() is PLAIN for label in question.findChildren(QLabel))
    qtbot.mouseClick(question.button(QMessageBox.StandardButton.Cancel), LEFT)


def test_a_picture_of_the_canvas_holds_the_texts_as_texts(window: MainWindow, bait: Path, tmp_path: Path):
    picture = ElementTree.fromstring(picture_bytes(window.panel.scene, PictureWish(PictureFormat.SVG, DARK)))

    assert {part.tag.split("}")[1] for part in picture.iter()}.isdisjoint({"b", "i", "a", "script", "foreignObject"})
    assert not was_read(bait)


MARKDOWN = [
    "![a](file://{0})",
    "![a]({0})",
    "![a](<{0}>)",
    "!![a]({0})",
    "!\\[a]({0}) ![b][c]\n\n[c]: {0}",
    "[![a]({0})](https://example.org)",
    "- > ![a]({0})",
    "| a |\n|---|\n| ![a]({0}) |",
    "# ![a]({0})",
    '<img src="{0}">',
    "<div>\n\n<img src='{0}'>\n\n</div>",
    "&lt;img src='{0}'&gt;",
    "```html\n<img src='{0}'>\n```",
    "![a](file://localhost{0}) ![b](//{0}) ![c](FILE://{0})",
    "![a](data:text/html,<img src='{0}'>)",
]


@pytest.mark.parametrize("features", [GITHUB, COMMONMARK], ids=["github", "commonmark"])
@pytest.mark.parametrize("text", MARKDOWN)
def test_markdown_reads_no_file(qapp: QApplication, bait: Path, text: str, features: QTextDocument.MarkdownFeature):
    made = SealedDocument({"own.png": QImage(4, 4, QImage.Format.Format_RGB32)})
    made.read_markdown(f"{text.format(bait)}\n\n![own](../../screenshots/own.png)", features)
    note = note_document(text.format(bait), 200, DARK)

    for each in (made, note):
        each.size()
    assert "bait" not in "".join(re.findall("<img[^>]*>", made.toHtml() + note.toHtml()))
    assert len(re.findall("<img", made.toHtml())) == 1
    assert not was_read(bait)


def test_marks_of_menus_and_titles_mean_themselves(qtbot: QtBot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setWindowTitle(window_title("a [*] b"))
    widget.setWindowModified(True)

    assert menu_text("a & b") == "a && b"
    assert widget.windowTitle() == "a [*][*] b"  # which is shown as `a [*] b`


def test_a_file_is_opened_whatever_its_name_is(tmp_path: Path, bait: Path):
    assert Session.open(str(document(bait, tmp_path))).title.startswith("a&b")


def test_a_cell_that_is_copied_is_no_formula(qtbot: QtBot, open_window: Open, tmp_path: Path):
    nodes = [{"id": "input", "kind": "Input", "params": {"shape": [8]}}, {"id": "r", "kind": "ReLU", "name": "=1+1"}]
    raw = {"blockyard": 1, "main": "Net", "blocks": [{"name": "Net", "nodes": nodes, "edges": [["input", "r"]]}]}
    path = tmp_path / "net.blockyard"
    path.write_text(json.dumps(raw), "utf-8")
    window = open_window(str(path))
    window.panels.show("summary")
    table = window.summary.layers

    def names() -> list[str]:
        return [table.layers.index(row, 0).data() for row in range(table.layers.rowCount())]

    qtbot.waitUntil(lambda: "=1+1" in names())
    row = names().index("=1+1")
    table.setCurrentIndex(table.layers.index(row, 0))

    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert QApplication.clipboard().text() == "'=1+1"
    QApplication.clipboard().clear()
