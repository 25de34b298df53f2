"""What fields over the canvas share: they stand over what they edit, and end when one looks or goes elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent

from designer.ui.canvas.view import CanvasView
from designer.ui.theme.tokens import Theme


class InPlace:
    """To be mixed into a field of Qt's, before it; its `finish` takes or drops the text, and asks `_end` what it is of.

    shape_style: what its stylesheet says of corners and margins.
    """

    shape_style = ""

    def _stand_over(self, view: CanvasView) -> None:
        """Belong to a canvas, unseen as yet."""
        self._view = view
        self._id: str | None = None
        self.hide()
        view.viewport_changed.connect(lambda: self.finish())

    def _begin(self, edited: str) -> None:
        """Show it, ready to be typed over. edited: the id of what it stands over."""
        self._id = edited
        self.show()
        self.raise_()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _end(self) -> str | None:
        """Hide it and give the focus back. Returns the id of what was edited, None where nothing was."""
        edited, self._id = self._id, None
        if edited is not None:
            had_focus = self.hasFocus()
            self.hide()
            if had_focus:
                self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        return edited

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # letters are text here, not the window's shortcuts
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.finish()

    def set_theme(self, theme: Theme) -> None:
        """Wear another palette."""
        field = self.metaObject().superClass().className()
        self.setStyleSheet(
            f"{field} {{ background: {theme.panel}; color: {theme.text}; border: 1px solid {theme.accent};"
            f" {self.shape_style} selection-background-color: {theme.accent};"
            f" selection-color: {theme.on_accent}; }}"
        )
