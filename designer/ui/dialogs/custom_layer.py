"""The editor of a custom layer, beside the work: its class, what is declared of it, and what is wrong as one types."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from designer.ui.docks.code_editor import CodeEditor
from designer.ui.docks.rows import Column, RowTable
from designer.ui.presenters.custom import CustomForm
from designer.ui.theme.fonts import figure_font, ui_font
from designer.ui.widgets import ElidedLabel, Sentence, hairline, label, set_state

_MARGIN = 16
_MOST_FAULTS = 3  # that are told at once
_TYPES = ("int", "float", "bool", "choice", "size", "shape", "text")
_DTYPES = ("", "float32", "int64", "bool")


class CustomLayerDialog(QDialog):
    """changed(): a text is another. fill_requested(): the parameters are to follow the class. check_requested(),
    trust_requested(), help_requested(), keep_requested(): the buttons."""

    changed = Signal()
    fill_requested = Signal()
    check_requested = Signal()
    trust_requested = Signal()
    help_requested = Signal()
    keep_requested = Signal()

    def __init__(self, parent: QWidget, keep_words: str) -> None:
        """keep_words: what the button says that puts the layer into the design."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Custom layer"))
        self._kept: CustomForm | None = None  # what may go without being asked for
        self._is_leaving = False
        self.title = ElidedLabel(role="heading")
        self.title.setFont(ui_font(4, weight=ui_font().Weight.DemiBold))
        self.source = CodeEditor()
        self.source.setAccessibleName(self.tr("Source of the class"))
        self._make_tables()
        self.verdict, self.finding = Sentence(role="muted"), Sentence(role="muted")
        self._make_buttons(keep_words)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(self.source)
        parts.addWidget(self._declared())
        parts.setSizes([540, 620])
        parts.setChildrenCollapsible(False)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(self._head())
        box.addWidget(hairline())
        box.addWidget(parts, 1)
        box.addWidget(hairline())
        box.addLayout(self._foot())
        self._connect()
        self.resize(self.sizeHint().boundedTo(parent.window().size()))  # Qt would take two thirds of a small screen

    def sizeHint(self) -> QSize:
        return QSize(1160, 760)

    # -- parts --------------------------------------------------------------------------------------------------------

    def _make_tables(self) -> None:
        name, shape = self.tr("name"), self.tr("shape")
        self.inputs = RowTable(self.tr("Inputs"), [Column(name), Column(self.tr("axes"), 2, (), "N, C, H, W")])
        self.outputs = RowTable(
            self.tr("Outputs"),
            [Column(name, 3), Column(shape, 6, (), "N, 2 * C, H // 2, W // 2"), Column(self.tr("type"), 2, _DTYPES)],
        )
        self.parameters = RowTable(
            self.tr("Parameters"),
            [
                Column(name, 4),
                Column(self.tr("type"), 2, _TYPES),
                Column(self.tr("default"), 2),
                Column(self.tr("limits"), 3, (), self.tr("1 … 64, or choices")),
                Column(self.tr("what it does"), 4),
            ],
        )
        self.derived = RowTable(self.tr("From the input"), [Column(name), Column(self.tr("expression"), 2, (), "C")])
        self.summary, self.params, self.macs = QLineEdit(), QLineEdit(), QLineEdit()
        for line, words in (
            (self.summary, self.tr("Summary")),
            (self.params, self.tr("Parameters to learn")),
            (self.macs, self.tr("MACs")),
        ):
            line.setAccessibleName(words)
        for line in (self.params, self.macs):
            line.setFont(figure_font())
            line.setPlaceholderText(self.tr("not declared: counts as 0"))
        self.summary.setPlaceholderText(self.tr("What it does, in one line"))

    def _make_buttons(self, keep_words: str) -> None:
        self.fill_button = QPushButton(self.tr("Take from the class"))
        self.help_button = QPushButton(self.tr("How to write one"))
        for button in (self.fill_button, self.help_button):
            set_state(button, "link", True)
        self.trust_button = QPushButton(self.tr("Trust this code"))
        self.check_button = QPushButton(self.tr("Check against torch"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.keep_button = QPushButton(keep_words)
        set_state(self.keep_button, "primary", True)
        set_state(self.cancel_button, "quiet", True)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(_MARGIN, 12, _MARGIN, 12)
        head.addWidget(self.title, 1)
        head.addWidget(self.help_button)
        return head

    def _declared(self) -> QScrollArea:
        body = QWidget()
        box = QVBoxLayout(body)
        box.setContentsMargins(_MARGIN, 12, _MARGIN, _MARGIN)
        box.setSpacing(4)
        box.addWidget(self.summary)
        for words, table, hint in (
            (self.tr("Inputs"), self.inputs, self.tr("Name the axes; ... stands for any number more.")),
            (self.tr("Outputs"), self.outputs, self.tr("Each length in terms of the axes and the parameters.")),
            (self.tr("Parameters"), self.parameters, ""),
            (self.tr("From the input"), self.derived, self.tr("Arguments that nobody types, such as in_channels.")),
        ):
            row = QHBoxLayout()
            row.setContentsMargins(0, 12, 0, 0)
            row.addWidget(label(words, "section"))
            row.addStretch()
            if table is self.parameters:
                row.addWidget(self.fill_button)
            box.addLayout(row)
            if hint:
                box.addWidget(Sentence(hint, "muted"))
            box.addWidget(table)
        box.addSpacing(12)
        box.addWidget(label(self.tr("Costs of a forward pass"), "section"))
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(12)
        for row, (words, line) in enumerate(
            ((self.tr("parameters to learn"), self.params), (self.tr("MACs of the batch"), self.macs))
        ):
            name = label(words, "muted")
            name.setBuddy(line)
            grid.addWidget(name, row, 0)
            grid.addWidget(line, row, 1)
        box.addLayout(grid)
        box.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(body)
        area.setMinimumWidth(400)
        return area

    def _foot(self) -> QVBoxLayout:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.trust_button, self.check_button):
            buttons.addWidget(button)
        buttons.addStretch()
        for button in (self.cancel_button, self.keep_button):
            buttons.addWidget(button)
        foot = QVBoxLayout()
        foot.setContentsMargins(_MARGIN, 12, _MARGIN, 12)
        foot.setSpacing(4)
        foot.addWidget(self.verdict)
        foot.addWidget(self.finding)
        foot.addSpacing(4)
        foot.addLayout(buttons)
        return foot

    def _connect(self) -> None:
        self.source.textChanged.connect(self._touch)
        for line in (self.summary, self.params, self.macs):
            line.textChanged.connect(self._touch)
        for table in (self.inputs, self.outputs, self.parameters, self.derived):
            table.changed.connect(self._touch)
        for button, signal in (
            (self.fill_button, self.fill_requested),
            (self.help_button, self.help_requested),
            (self.trust_button, self.trust_requested),
            (self.check_button, self.check_requested),
            (self.keep_button, self.keep_requested),
        ):
            button.clicked.connect(signal)
        self.cancel_button.clicked.connect(self.close)

    # -- what it shows ------------------------------------------------------------------------------------------------

    def show_form(self, form: CustomForm) -> None:
        """Show these texts; they count as untouched."""
        self.source.set_source(form.source)
        self.show_rows(form)
        self.summary.setText(form.summary)
        self.params.setText(form.params)
        self.macs.setText(form.macs)
        self.summary.setCursorPosition(0)
        self._kept = self.form()

    def show_rows(self, form: CustomForm) -> None:
        """Show the tables of these texts."""
        for table, rows in (
            (self.inputs, form.inputs),
            (self.outputs, form.outputs),
            (self.parameters, form.parameters),
            (self.derived, form.derived),
        ):
            if table.rows() != tuple(map(tuple, rows)):
                table.set_rows(rows)
        self._touch()

    def form(self) -> CustomForm:
        """The texts as they stand."""
        return CustomForm(
            self.source.source(),
            self.summary.text(),
            self.inputs.rows(),
            self.outputs.rows(),
            self.parameters.rows(),
            self.derived.rows(),
            self.params.text(),
            self.macs.text(),
        )

    def judge(self, name: str, faults: Sequence[str], good: str) -> None:
        """Say what is wrong, or what it does. name: of the class."""
        self.title.setText(name)
        self.setWindowTitle(self.tr("Custom layer {0}").format(name))
        shown = [*faults[:_MOST_FAULTS]]
        if len(faults) > _MOST_FAULTS:
            shown.append(self.tr("And {0} more.").format(len(faults) - _MOST_FAULTS))
        set_state(self.verdict, "role", "error" if faults else "muted")
        self.verdict.setText("\n".join(shown) or good)
        for button in (self.keep_button, self.check_button):
            button.setEnabled(not faults)

    def find(self, text: str, role: str) -> None:
        """Say what came of a check. role: of the sheet: `muted`, `good`, `warn` or `error`."""
        set_state(self.finding, "role", role)
        self.finding.setText(text)

    def set_trusted(self, is_trusted: bool) -> None:
        """Whether the person trusts the code that is edited."""
        self.trust_button.setVisible(not is_trusted)
        self.check_button.setVisible(is_trusted)

    def done_with(self) -> None:
        """Close it: what was typed is kept."""
        self._kept = self.form()
        self.close()

    def _touch(self) -> None:
        self._is_leaving = False
        self.changed.emit()

    # -- leaving ------------------------------------------------------------------------------------------------------

    def reject(self) -> None:
        """It is about to close, in whatever way."""
        if not self._is_leaving and self.form() != self._kept:
            self._is_leaving = True
            self.find(self.tr("What you changed is not kept yet. Close it once more to discard it."), "warn")
        else:
            super().reject()
