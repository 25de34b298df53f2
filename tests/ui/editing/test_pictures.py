"""Pictures of the canvas: asked for in the menu, written as true vectors or at any scale, in either theme."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton

from designer.editing import notes
from designer.graph.note import Note
from designer.ui.canvas.portrait import PictureFormat, PictureWish, picture_bytes
from designer.ui.theme.tokens import DARK, LIGHT, THEMES
from tests.ui.editing.conftest import Editor

CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def pictured(editor: Editor, wish: PictureWish) -> bytes:
    return picture_bytes(editor.window.panel.scene, wish)


def words(svg: bytes) -> set[str]:
    return {node.text for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}


def test_svg_is_lines_and_letters(editor: Editor) -> None:
    note = Note("", "# Hello\n\nwith ![x](file:///etc/passwd)", position=(0.0, 300.0))
    editor.session.edit("Note", lambda d: notes.add_note(d, "Net", note)[0])
    svg = pictured(editor, PictureWish(PictureFormat.SVG, LIGHT))
    assert b"<image" not in svg
    assert b"passwd" not in svg
    assert {"conv1", "Conv2d", "8×16×16", "Hello"} <= words(svg)
    assert QSvgRenderer(svg).isValid()


def test_pdf_has_fonts_and_no_pictures(editor: Editor) -> None:
    pdf = pictured(editor, PictureWish(PictureFormat.PDF, DARK))
    assert pdf.startswith(b"%PDF")
    assert b"/Font" in pdf
    assert b"/Subtype /Image" not in pdf


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES.keys())
@pytest.mark.parametrize("transparent", [False, True])
def test_png_wears_the_theme_at_its_scale(editor: Editor, theme, transparent: bool) -> None:
    one, three = (
        QImage.fromData(pictured(editor, PictureWish(PictureFormat.PNG, theme, scale, transparent)))
        for scale in (1.0, 3.0)
    )
    assert (three.width(), three.height()) == pytest.approx((one.width() * 3, one.height() * 3), abs=3)
    assert one.pixelColor(2, 2).alpha() == (0 if transparent else 255)
    if not transparent:
        assert one.pixelColor(2, 2).name() == theme.ground


def test_the_selection_alone(editor: Editor) -> None:
    svg = pictured(editor, PictureWish(PictureFormat.SVG, LIGHT, only=("conv1", "relu1")))
    assert {"conv1", "relu1"} <= words(svg)
    assert not {"conv2", "output"} & words(svg)


def test_what_is_selected_does_not_show(editor: Editor) -> None:
    before = pictured(editor, PictureWish(PictureFormat.SVG, LIGHT))
    editor.select("conv1")
    editor.window.panel.view.zoom_to(0.2)
    assert pictured(editor, PictureWish(PictureFormat.SVG, LIGHT)) == before


def asked(editor: Editor):
    editor.key(Qt.Key.Key_E, CTRL_ALT)
    dialog = editor.window.pictures.dialog
    assert dialog.isVisible()
    return dialog


def chosen(editor: Editor, dialog, target: Path) -> None:
    export = next(b for b in dialog.findChildren(QPushButton) if b.isDefault())
    QTest.mouseClick(export, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    files = editor.window.findChild(QFileDialog)
    assert files.isVisible()
    files.setDirectory(str(target.parent))
    assert files.selectedFiles() == [str(target)]  # the name that is suggested
    files.accept()
    QApplication.processEvents()


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_from_the_key_to_the_file(editor: Editor, tmp_path: Path, suffix: str) -> None:
    dialog = asked(editor)
    dialog.format.setCurrentText(suffix.upper())
    assert dialog.scale.isEnabled() is (suffix == "png")
    assert not dialog.what.isEnabled()
    chosen(editor, dialog, tmp_path / f"net.{suffix}")
    assert (tmp_path / f"net.{suffix}").stat().st_size > 2000
    assert not editor.refused


def test_the_selection_can_be_chosen(editor: Editor, tmp_path: Path) -> None:
    editor.select("conv1", "relu1")
    dialog = asked(editor)
    dialog.what.setCurrentIndex(1)
    chosen(editor, dialog, tmp_path / "net.svg")
    assert "conv2" not in words((tmp_path / "net.svg").read_bytes())


def test_a_picture_that_cannot_be_is_told(editor: Editor, tmp_path: Path) -> None:
    editor.window.pictures.write(tmp_path / "no" / "net.svg", PictureWish(PictureFormat.SVG, LIGHT))
    assert any("cannot be saved" in toast.text for toast in editor.window.toasts.shown)
    editor.session.edit("Far", lambda d: notes.place(d, "Net", {"conv1": (90_000.0, 0.0)}))
    editor.window.pictures.write(tmp_path / "net.png", PictureWish(PictureFormat.PNG, LIGHT))
    assert any("smaller scale" in toast.text for toast in editor.window.toasts.shown)
    assert not list(tmp_path.iterdir())
