"""Between the inspector and the session: what is typed becomes an edit, what is selected is shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from designer.base.errors import BlockyardError
from designer.catalogue.registry import spec_of
from designer.editing import blocks, nodes, parameters, variables
from designer.graph.design import Design
from designer.graph.expressions import Expression, from_text
from designer.ui.canvas_controller import CanvasController
from designer.ui.docks.inspector import Inspector
from designer.ui.presenters.inspecting import design_view, node_view


class InspectorController(QObject):
    """Shows the one selected node, or the open block where there is none or there are several."""

    def __init__(self, inspector: Inspector, canvas: CanvasController, parent: QObject) -> None:
        super().__init__(parent)
        self.inspector = inspector
        self.canvas = canvas
        inspector.name_edited.connect(self._rename)
        inspector.parameter_edited.connect(self._set_parameter)
        inspector.structure_edited.connect(self._set_structure)
        inspector.title_edited.connect(lambda text: self._describe(title=text))
        inspector.description_edited.connect(lambda text: self._describe(description=text))
        inspector.variable_edited.connect(self._set_variable)
        inspector.input_shape_edited.connect(self._set_input_shape)
        inspector.parameter_finished.connect(lambda _name: self.canvas.session.history.seal())
        inspector.help_requested.connect(self._open_help)

    def refresh(self) -> None:
        """Show what is selected, as it is now."""
        canvas, session = self.canvas, self.canvas.session
        chosen = canvas.selected
        facts = canvas.facts
        if len(chosen) == 1 and chosen[0] in facts.nodes:
            node = facts.block.nodes[chosen[0]]
            self.inspector.show_node(node_view(session.design, session.analysis, canvas.path, facts, node))
        else:
            self.inspector.show_design(design_view(session.design, session.analysis, canvas.path, facts))

    @property
    def _node(self) -> str | None:
        key = self.inspector.shown_key
        if isinstance(key, tuple) and len(key) == 2 and key[0] == self.canvas.path:
            return key[1] if key[1] in self.canvas.block.nodes else None
        return None

    def _edit(self, title: str, change: Callable[[Design, str], Design], merge: object = None) -> None:
        self.canvas.edit(title, change, merge)

    def _rename(self, name: str) -> None:
        if (node := self._node) and name != self.canvas.block.nodes[node].name:
            self._edit(self.tr("Rename"), lambda d, b: nodes.rename(d, b, node, name))
            self.refresh()

    def _set_parameter(self, name: str, text: str) -> None:
        if node := self._node:
            self._edit(
                self.tr("Set {0}").format(name),
                lambda d, b: parameters.set_param_text(d, b, node, name, text),
                (self.canvas.path, node, name),
            )

    def _set_structure(self, name: str, text: str) -> None:
        command = parameters.set_repeat if name == "repeat" else parameters.set_when
        if node := self._node:
            self._edit(
                self.tr("Set {0}").format(name),
                lambda d, b: command(d, b, node, from_text(text)),
                (self.canvas.path, node, name),
            )

    def _describe(self, **texts: str) -> None:
        self._edit(self.tr("Describe"), lambda d, b: blocks.describe(d, b, **texts))

    def _set_variable(self, name: str, text: str) -> None:
        def change(design: Design, block: str) -> Design:
            value = from_text(text)
            if isinstance(value, Expression):
                raise BlockyardError(
                    f"The variable '{name}' is '{text}'.", expected="a value", fix="Expressions go into nodes."
                )
            return variables.set_variable(design, block, name, default=value)

        self._edit(self.tr("Set {0}").format(name), change, (self.canvas.path, "", name))

    def _set_input_shape(self, text: str) -> None:
        entry = self.canvas.block.inputs[0].id
        self._edit(
            self.tr("Set the input's shape"),
            lambda d, b: parameters.set_param_text(d, b, entry, "shape", text),
            (self.canvas.path, entry, "shape"),
        )

    def _open_help(self, kind: str) -> None:
        if spec := spec_of(kind):
            QDesktopServices.openUrl(QUrl(spec.url))
