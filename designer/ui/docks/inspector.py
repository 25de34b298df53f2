"""The inspector: the selected node's name, parameters and facts; the design's own when nothing is selected.

It shows `NodeView` and `DesignView` and tells what a person changed; it never changes a value by itself. Showing the
same key again updates the editors in place, so that the key press that caused it is never disturbed.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from designer.ui.docks.editors import leave
from designer.ui.docks.inspector_pages import DesignPage, NodePage
from designer.ui.docks.views import DesignView, NodeView


class Inspector(QWidget):
    """Signals name the parameter and carry its text as the model reads it; `shown_key` says whose it is.

    parameter_edited and variable_edited come live while numbers are typed; parameter_finished closes the undo step.
    """

    name_edited = Signal(str)
    parameter_edited = Signal(str, str)
    parameter_finished = Signal(str)
    structure_edited = Signal(str, str)  # `repeat` or `when`
    help_requested = Signal(str)  # the kind
    title_edited = Signal(str)
    description_edited = Signal(str)
    variable_edited = Signal(str, str)
    input_shape_edited = Signal(str)
    object_size_edited = Signal(str)
    notice_answered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Inspector"))
        self.node_page, self.design_page = NodePage(), DesignPage()
        self.shown_key: object = None
        self._kind = ""
        self._round = 0
        self._stack = QStackedWidget()
        self._stack.addWidget(self.design_page)
        self._stack.addWidget(self.node_page)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._stack)
        self._connect()

    def _connect(self) -> None:
        node, design = self.node_page, self.design_page
        node.name.renamed.connect(self.name_edited)
        node.form.edited.connect(self.parameter_edited)
        node.form.finished.connect(self.parameter_finished)
        node.structure.edited.connect(self.structure_edited)
        node.structure.finished.connect(self.parameter_finished)
        node.notice.answered.connect(self.notice_answered)
        design.notice.answered.connect(self.notice_answered)
        node.summary.linkActivated.connect(lambda _link: self.help_requested.emit(self._kind))
        design.name.renamed.connect(self.title_edited)
        design.description.described.connect(self.description_edited)
        design.form.edited.connect(self.variable_edited)
        design.form.finished.connect(self.parameter_finished)
        design.input_form.edited.connect(self._input_edited)

    def _input_edited(self, name: str, text: str) -> None:
        (self.object_size_edited if name == "object_size" else self.input_shape_edited).emit(text)

    def sizeHint(self) -> QSize:
        return QSize(304, 640)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 160)

    def show_node(self, view: NodeView) -> None:
        """Show a node."""
        if not self._turn_to(view.key):
            return
        self._kind = view.kind
        self.node_page.show_node(view)
        self._stack.setCurrentWidget(self.node_page)

    def show_design(self, view: DesignView) -> None:
        """Show the design or block that is open, since nothing is selected."""
        if not self._turn_to(view.key):
            return
        self._kind = view.kind
        self.design_page.show_design(view)
        self._stack.setCurrentWidget(self.design_page)

    def focus_name(self) -> None:
        """Put the cursor into the name, all of it selected: F2."""
        page = self._stack.currentWidget()
        page.name.setFocus()
        page.name.selectAll()

    def focus_parameter(self, name: str) -> None:
        """Put the cursor into the editor of a parameter of the node that is shown."""
        self.node_page.form.editor(name).setFocus()

    def take_back(self, name: str) -> None:
        """The model refuses what stands in the editor of `name`: it gets the value from before."""
        node, design = self.node_page, self.design_page
        for form in (node.form, node.structure) if self._stack.currentWidget() is node else (design.form,):
            if name in form.names():
                form.editor(name).take_back()

    def _turn_to(self, key: object) -> bool:
        """Finish what is typed for the old key first. False if that already led to something newer being shown."""
        self._round += 1
        this_round = self._round
        focus = QApplication.focusWidget()
        if key != self.shown_key and focus is not None and self.isAncestorOf(focus):
            leave(focus)
        if this_round != self._round:
            return False
        self.shown_key = key
        return True
