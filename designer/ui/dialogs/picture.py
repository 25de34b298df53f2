"""How a picture of the canvas shall be: asked in one small dialog, which then asks for the file."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from designer.ui.canvas.portrait import PictureFormat, PictureWish
from designer.ui.theme.tokens import THEMES
from designer.ui.widgets import set_state

SCALES = (1, 2, 3, 4)


class PictureDialog(QDialog):
    """wished(wish): the person wants such a picture."""

    wished = Signal(object)

    def __init__(self, parent: QWidget, selected: tuple[str, ...]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Export a picture"))
        self._selected = selected
        self.what = self._choice((self.tr("The block in view"), ()), (self.tr("The selection"), selected))
        self.what.setEnabled(bool(selected))
        self.format = self._choice(*((made.value.upper(), made) for made in PictureFormat))
        self.theme = self._choice((self.tr("Light"), THEMES["light"]), (self.tr("Dark"), THEMES["dark"]))
        self.scale = self._choice(*((f"{scale}×", scale) for scale in SCALES))
        self.scale.setCurrentIndex(SCALES.index(2))
        self.transparent = QCheckBox(self.tr("Transparent ground"))
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for words, field in (
            (self.tr("Shows"), self.what),
            (self.tr("Format"), self.format),
            (self.tr("Theme"), self.theme),
            (self.tr("Scale"), self.scale),
            ("", self.transparent),
        ):
            form.addRow(words, field)
            field.setAccessibleName(words or field.text())
        export, cancel = QPushButton(self.tr("Export…")), QPushButton(self.tr("Cancel"))
        set_state(export, "primary", True)
        export.setDefault(True)
        export.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(cancel)
        foot.addWidget(export)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 16, 20, 16)
        box.setSpacing(16)
        box.addLayout(form)
        box.addLayout(foot)
        self.setMinimumWidth(320)
        self.format.currentIndexChanged.connect(self._show_scale)
        self.accepted.connect(lambda: self.wished.emit(self.wish()))
        self._show_scale()

    def wish(self) -> PictureWish:
        """What is chosen."""
        return PictureWish(
            self.format.currentData(),
            self.theme.currentData(),
            float(self.scale.currentData()),
            self.transparent.isChecked(),
            self.what.currentData(),
        )

    def _show_scale(self) -> None:
        self.scale.setEnabled(self.format.currentData() is PictureFormat.PNG)

    @staticmethod
    def _choice(*entries: tuple[str, object]) -> QComboBox:
        box = QComboBox()
        for words, value in entries:
            box.addItem(words, value)
        return box
