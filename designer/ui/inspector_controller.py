"""Between the inspector and the session: what is typed becomes an edit, what is selected is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QObject, Signal

from designer.base.errors import BlockyardError
from designer.editing import blocks, nodes, parameters, variables
from designer.graph.design import Design
from designer.graph.expressions import Expression, Value, from_text
from designer.ui.canvas_controller import CanvasController
from designer.ui.docks.inspector import Inspector
from designer.ui.docks.views import NoticeView
from designer.ui.language import translated
from designer.ui.presenters.inspecting import FROZEN, design_view, node_view
from designer.ui.presenters.several import several_view

translate = QCoreApplication.translate


class InspectorController(QObject):
    """Shows what is selected, one node or what several have in common, or the open block where nothing is.

    answered(answer, kind): what a person wants done about the notice of a kind. `notice_of` says what there is to know.
    """

    answered = Signal(str, str)

    def __init__(self, inspector: Inspector, canvas: CanvasController, parent: QObject) -> None:
        super().__init__(parent)
        self.inspector = inspector
        self.canvas = canvas
        self.notice_of: Callable[[str], NoticeView | None] = lambda _kind: None
        self._noticed = ""  # the kind that a notice is about
        inspector.notice_answered.connect(lambda answer: self.answered.emit(answer, self._noticed))
        inspector.name_edited.connect(self._rename)
        inspector.parameter_edited.connect(self._set_parameter)
        inspector.structure_edited.connect(self._set_structure)
        inspector.title_edited.connect(lambda text: self._describe(title=text))
        inspector.description_edited.connect(lambda text: self._describe(description=text))
        inspector.variable_edited.connect(self._set_variable)
        inspector.input_shape_edited.connect(lambda text: self._set_of_input("shape", text))
        inspector.object_size_edited.connect(lambda text: self._set_of_input("object_size", text))
        inspector.parameter_finished.connect(lambda _name: self.canvas.session.history.seal())
        line = inspector.design_page.variable_line
        line.added.connect(self._add_variable)
        line.renamed.connect(
            lambda old, new: self._change_variables(
                self.tr("Rename {0}").format(old), lambda d, b: variables.rename_variable(d, b, old, new)
            )
        )
        line.described.connect(
            lambda name, words: self._change_variables(
                self.tr("Describe {0}").format(name), lambda d, b: variables.set_variable(d, b, name, doc=words)
            )
        )
        line.moved.connect(
            lambda name, steps: self._change_variables(
                self.tr("Move {0}").format(name), lambda d, b: variables.move_variable(d, b, name, steps)
            )
        )
        line.removed.connect(
            lambda name: self._change_variables(
                self.tr("Remove {0}").format(name), lambda d, b: variables.remove_variable(d, b, name)
            )
        )

    def refresh(self) -> None:
        """Show what is selected, as it is now."""
        canvas, session = self.canvas, self.canvas.session
        chosen = canvas.selected
        facts = canvas.facts
        if len(chosen) == 1 and chosen[0] in facts.nodes:
            node = facts.block.nodes[chosen[0]]
            view = node_view(session.design, session.analysis, session.recipe, canvas.path, facts, node)
            self.inspector.show_node(replace(view, notice=self._notice(node.kind)))
        elif len(chosen) > 1 and all(key in facts.nodes for key in chosen):
            several = [facts.block.nodes[key] for key in chosen]
            title = self.tr("%n nodes", "", len(several))
            self.inspector.show_node(several_view(session, canvas.path, facts, several, title))
        else:
            view = design_view(session.design, session.analysis, session.recipe, canvas.path, facts)
            self.inspector.show_design(replace(view, notice=self._notice(facts.block.name)))

    def _notice(self, kind: str) -> NoticeView | None:
        self._noticed = kind
        return self.notice_of(kind)

    @property
    def _nodes(self) -> tuple[str, ...]:
        """The ids of the nodes that are shown, one or several."""
        key = self.inspector.shown_key
        if not (isinstance(key, tuple) and len(key) == 2 and key[0] == self.canvas.path):
            return ()
        ids = key[1] if isinstance(key[1], tuple) else (key[1],)
        return ids if all(node in self.canvas.block.nodes for node in ids) else ()

    def _edit(self, title: str, change: Callable[[Design, str], Design], merge: object = None) -> bool:
        return self.canvas.edit(title, change, merge)

    def _rename(self, name: str) -> None:
        chosen = self._nodes
        if len(chosen) == 1 and name != self.canvas.block.nodes[chosen[0]].name:
            self._edit(self.tr("Rename"), lambda d, b: nodes.rename(d, b, chosen[0], name))
            self.refresh()

    def _set_parameter(self, name: str, text: str) -> None:
        self._set_all(name, lambda d, b, node: parameters.set_param_text(d, b, node, name, text))

    def _set_structure(self, name: str, text: str) -> None:
        if name == FROZEN:
            self.canvas.nodes.freeze(self._nodes, from_text(text) is True)
            return
        command = parameters.set_repeat if name == "repeat" else parameters.set_when
        self._set_all(name, lambda d, b, node: command(d, b, node, from_text(text)))

    def _set_all(self, name: str, change: Callable[[Design, str, str], Design]) -> None:
        """Make a change to each node that is shown, as one step; all or none."""
        chosen = self._nodes

        def change_all(design: Design, block: str) -> Design:
            for node in chosen:
                design = change(design, block, node)
            return design

        title = self.tr("Set {0}").format(name)
        if chosen and not self._edit(title, change_all, (self.canvas.path, chosen, name)):
            self.inspector.take_back(name)

    def _describe(self, **texts: str) -> None:
        self._edit(self.tr("Describe"), lambda d, b: blocks.describe(d, b, **texts))

    def _change_variables(self, title: str, change: Callable[[Design, str], Design]) -> None:
        """Edit the variables; a refusal is told under them, where the person looks."""
        line, block = self.inspector.design_page.variable_line, self.canvas.block.name
        try:
            self.canvas.session.edit(title, lambda design: change(design, block))
        except BlockyardError as error:
            line.refuse(translated(str(error)))
        else:
            line.close_line()

    def _add_variable(self, name: str, text: str) -> None:
        def change(design: Design, block: str) -> Design:
            return variables.add_variable(design, block, name, _value(name, text))

        self._change_variables(self.tr("Add variable {0}").format(name), change)

    def _set_variable(self, name: str, text: str) -> None:
        def change(design: Design, block: str) -> Design:
            return variables.set_variable(design, block, name, default=_value(name, text))

        if not self._edit(self.tr("Set {0}").format(name), change, (self.canvas.path, "", name)):
            self.inspector.take_back(name)

    def _set_of_input(self, name: str, text: str) -> None:
        entry = self.canvas.block.inputs[0].id
        titles = {"shape": self.tr("Set the input's shape"), "object_size": self.tr("Set the size of objects")}
        self._edit(
            titles[name],
            lambda d, b: parameters.set_param_text(d, b, entry, name, text),
            (self.canvas.path, entry, name),
        )


def _value(name: str, text: str) -> Value:
    """What was typed as a variable's value. Raises BlockyardError where it is no value."""
    value = from_text(text)
    if isinstance(value, Expression):
        said = translate("Variables", "The variable '{0}' is '{1}'.")
        said = said if text else translate("Variables", "The variable '{0}' has no value.")
        raise BlockyardError(
            said.format(name, text[:60]),
            expected=translate("Variables", "a number, True or False, a size such as (3, 3), or a text in quotes"),
            fix=translate("Variables", "Expressions go into nodes."),
        )
    return value
