"""The two faces of the inspector: a selected node, and the design (or open block) when nothing is selected."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QStyleOptionFrame,
    QVBoxLayout,
    QWidget,
)

from designer.ui.docks.form import Form
from designer.ui.docks.notice import Notice
from designer.ui.docks.variables import VariableLine
from designer.ui.docks.views import DesignView, FactView, NodeView
from designer.ui.rich_text import escaped
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import ui_font
from designer.ui.widgets import ElidedLabel, FactTable, hairline, label, set_state, show_text

_MARGIN = 16


class NameEdit(QLineEdit):
    """A heading that can be edited: renamed(text) at Return or focus-out, Escape takes the old name back."""

    renamed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "title")
        font = ui_font(2)
        font.setWeight(font.Weight.DemiBold)
        self.setFont(font)
        self.setTextMargins(-2, 0, 0, 0)  # flush with what stands below
        self._shown = ""
        self.editingFinished.connect(self._finish)

    def show_name(self, text: str, *, editable: bool = True, afresh: bool = True) -> None:
        """Show the model's name; what is being typed stays unless `afresh`."""
        if afresh:
            self.setModified(False)
        show_text(self, text)
        self.setToolTip(text)
        self._shown = text
        self.setReadOnly(not editable)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        space = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        space = space.marginsRemoved(self.textMargins()).adjusted(2, 0, -2, 0)  # as QLineEdit itself has it
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, space.width())
        if self.hasFocus() or shown == self.text():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(space, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()

    def _finish(self) -> None:
        text = self.text().strip()
        self.setModified(False)
        if text and text != self._shown:
            self._shown = text
            self.renamed.emit(text)
        elif not text:
            self.setText(self._shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._shown:
            self.setText(self._shown)
        else:
            super().keyPressEvent(event)


class SummaryLabel(QLabel):
    """A sentence about a kind with a Help link behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setProperty("role", "muted")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self._summary, self._has_help = "", False
        theme_source().changed.connect(self._draw)

    def show_summary(self, summary: str, has_help: bool) -> None:
        """Show `summary`, plain text."""
        if (summary, has_help) != (self._summary, self._has_help):
            self._summary, self._has_help = summary, has_help
            self._draw()

    def _draw(self, _theme: object = None) -> None:
        link = f'<a href="help" style="color: {current_theme().accent}; text-decoration: none">'
        words = self.tr("Help")
        link = f"{link}{words}</a>" if self._has_help else ""
        self.setText(f"{escaped(self._summary)} {link}".strip())
        self.setVisible(bool(self._summary) or self._has_help)


class _Page(QScrollArea):
    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        self.box = QVBoxLayout(body)
        self.box.setContentsMargins(_MARGIN, 12, _MARGIN, _MARGIN)
        self.box.setSpacing(8)
        self.setWidget(body)
        self.name = NameEdit()
        self.name.setAccessibleName(self.tr("Name"))
        self.kind = ElidedLabel(role="muted")
        self.kind.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.kind.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(self.kind)
        self.box.addLayout(head)

    def section(self, title: str) -> QLabel:
        made = label(title, "section")
        made.setContentsMargins(0, 8, 0, 0)
        self.box.addWidget(made)
        return made

    def facts(self, title: str) -> FactTable:
        self.box.addSpacing(4)
        self.box.addWidget(hairline())
        self.section(title)
        table = FactTable()
        self.box.addWidget(table)
        self.box.addStretch()
        return table


def _pairs(facts: tuple[FactView, ...]) -> list[tuple[str, str]]:
    return [(fact.label, fact.value) for fact in facts]


class NodePage(_Page):
    """A node: name, kind, what it does, its parameters, its structure, its facts."""

    def __init__(self) -> None:
        super().__init__()
        self.summary = SummaryLabel()
        self.notice = Notice()
        self.name_error = label(role="error", wrap=True)
        self.form, self.structure = Form(), Form()
        self.form.line_up_with([self.structure])
        self.box.insertWidget(1, self.name_error)
        self.box.addWidget(self.summary)
        self.box.addWidget(self.notice)
        self.box.addSpacing(4)
        self.box.addWidget(self.form)
        self._structure_title = self.section(self.tr("Structure"))
        self.box.addWidget(self.structure)
        self.table = self.facts(self.tr("Facts"))
        self._key: object = None

    def show_node(self, view: NodeView) -> None:
        """Show `view`; the same key as before updates in place."""
        afresh, self._key = view.key != self._key, view.key
        self.name.show_name(view.name, editable=view.name_is_editable, afresh=afresh)
        set_state(self.name, "state", "invalid" if view.name_error else "")
        self.name_error.setText(view.name_error)
        self.name_error.setVisible(bool(view.name_error))
        if self.kind.text() != view.kind:
            self.kind.setText(view.kind)
        self.summary.show_summary(view.summary, view.has_help)
        self.notice.show_notice(view.notice)
        self.form.show_parameters(view.parameters, view.names, afresh=afresh)
        self.form.setVisible(bool(view.parameters))
        self.structure.show_parameters(view.structure, view.names, afresh=afresh)
        self.structure.setVisible(bool(view.structure))
        self._structure_title.setVisible(bool(view.structure))
        self.table.set_facts(_pairs(view.facts))
        if afresh:
            self.verticalScrollBar().setValue(0)


class DescriptionEdit(QPlainTextEdit):
    """A few lines of plain text: described(text) at focus-out or Ctrl+Return."""

    described = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "field")
        self.setTabChangesFocus(True)
        self.setFixedHeight(76)
        self.setPlaceholderText(self.tr("What is this design for?"))
        self.setAccessibleName(self.tr("Description"))
        self._shown = ""

    def show_text(self, text: str, *, afresh: bool) -> None:
        """Show the model's text; what is being typed stays unless `afresh`."""
        is_typing = self.hasFocus() and self.document().isModified()
        if text != self.toPlainText() and (afresh or not is_typing):
            self.setPlainText(text)
        self._shown = text

    def _finish(self) -> None:
        self.document().setModified(False)
        if self.toPlainText() != self._shown:
            self._shown = self.toPlainText()
            self.described.emit(self._shown)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        self._finish()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_return and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._finish()
        else:
            super().keyPressEvent(event)


class DesignPage(_Page):
    """The design: title, description, input shape, variables, totals."""

    def __init__(self) -> None:
        super().__init__()
        self.description = DescriptionEdit()
        self.input_form, self.form = Form(), Form()
        self.form.line_up_with([self.input_form])
        self.no_variables = label(
            self.tr("A variable is a name, such as width, that expressions here can use. None yet."),
            "muted",
            wrap=True,
        )
        self.notice = Notice()
        self.box.addWidget(self.description)
        self.box.addWidget(self.notice)
        self.box.addSpacing(4)
        self.box.addWidget(self.input_form)
        self.section(self.tr("Variables"))
        self.box.addWidget(self.no_variables)
        self.box.addWidget(self.form)
        self.variable_line = VariableLine()
        self.box.addWidget(self.variable_line)
        self.form.menu_requested.connect(self._open_menu)
        self._words: dict[str, str] = {}
        self.table = self.facts(self.tr("Totals"))
        self._key: object = None

    def show_design(self, view: DesignView) -> None:
        """Show `view`; the same key as before updates in place."""
        afresh, self._key = view.key != self._key, view.key
        if afresh:
            self.variable_line.close_line()
        self._words = {variable.name: variable.doc for variable in view.variables}
        self.name.show_name(view.title, afresh=afresh)
        if self.kind.text() != view.kind:
            self.kind.setText(view.kind)
        self.description.show_text(view.description, afresh=afresh)
        self.notice.show_notice(view.notice)
        inputs = tuple(part for part in (view.input_shape, view.object_size) if part)
        self.input_form.show_parameters(inputs, afresh=afresh)
        self.input_form.setVisible(bool(inputs))
        self.form.show_parameters(view.variables, view.names, afresh=afresh)
        self.form.setVisible(bool(view.variables))
        self.no_variables.setVisible(not view.variables)
        self.table.set_facts(_pairs(view.totals))

    def _open_menu(self, variable: str, where: QPoint) -> None:
        names = list(self._words)
        place = names.index(variable), len(names)
        self.variable_line.open_menu(variable, self._words[variable], place, where)
