"""What a person does with notes and frames: add, frame, write, colour, resize. Each is one undoable step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF

from designer.editing import notes
from designer.editing.routing import Box
from designer.graph.design import Design
from designer.graph.note import Note
from designer.ui.canvas.geometry import snapped
from designer.ui.canvas.keys import point_at_cursor

if TYPE_CHECKING:
    from designer.ui.canvas_controller import CanvasController


class NoteEdits(QObject):
    """Edits of the open block's notes."""

    def __init__(self, canvas: CanvasController) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        panel = canvas.panel
        panel.view.note_resized.connect(self.resize)
        panel.note_edited.connect(self.write)

    def add(self, at: QPointF | None = None) -> None:
        """Lay an empty note at a point of the scene, else at the cursor, and begin to write."""
        point = at if at is not None else point_at_cursor(self._canvas.panel.view)
        note = Note("", position=(snapped(point.x()), snapped(point.y())))
        self._make(self.tr("Add a note"), lambda design, block: notes.add_note(design, block, note))

    def frame(self) -> None:
        """Draw a frame around what is selected, and begin to write its title."""
        scene = self._canvas.panel.scene
        bodies = [scene.standing(key).body_in_scene() for key in scene.selected]
        boxes = [_box(body) for body in bodies]
        title = self.tr("Frame")
        self._make(self.tr("Frame"), lambda design, block: notes.frame_around(design, block, boxes, title))

    def write(self, key: str, text: str) -> None:
        """Give a note another text."""
        self._change(self.tr("Write a note"), key, text=text)

    def paint(self, colour: str) -> None:
        """Give the selected notes a colour."""
        chosen = self._canvas.panel.scene.selected_notes

        def change(design: Design, block: str) -> Design:
            for key in chosen:
                design = notes.change_note(design, block, key, colour=colour)
            return design

        self._canvas.edit(self.tr("Colour"), change)

    def resize(self, key: str, body: QRectF) -> None:
        """Let a note lie where it was drawn to."""
        self._change(self.tr("Resize"), key, box=_box(body))

    def _change(self, name: str, key: str, **what: object) -> None:
        self._canvas.edit(name, lambda design, block: notes.change_note(design, block, key, **what))

    def _make(self, name: str, make: Callable[[Design, str], tuple[Design, str]]) -> None:
        made: list[str] = []

        def change(design: Design, block: str) -> Design:
            design, key = make(design, block)
            made.append(key)
            return design

        if self._canvas.edit(name, change):
            panel = self._canvas.panel
            panel.scene.select(made)
            panel.note_editor.edit(made[0])


def _box(body: QRectF) -> Box:
    return Box(body.x(), body.y(), body.width(), body.height())
