"""Between the designs and the editor of custom layers: opens it, judges what is typed, keeps it, asks torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from designer.analysis.facts import BlockFacts, NodeFacts
from designer.base.errors import BlockyardError
from designer.base.text import joined
from designer.catalogue.custom import shapes
from designer.catalogue.custom.spec import custom_spec
from designer.catalogue.registry import kinds
from designer.catalogue.rules.expect import shape_text
from designer.catalogue.spec import Tensor, Values
from designer.editing.customs import custom_faults, put_custom
from designer.engine.protocol import Failed
from designer.graph.custom import CustomLayer
from designer.graph.expressions import Value
from designer.session.session import Session
from designer.session.trust import trust_layers, untrusted_layers
from designer.ui.canvas_controller import CanvasController
from designer.ui.docks.views import NoticeView
from designer.ui.help_controller import HelpController
from designer.ui.inspector_controller import InspectorController
from designer.ui.language import translated
from designer.ui.presenters.custom import form_of, layer_of, new_layer, rows_from_class

if TYPE_CHECKING:
    from designer.session.checking import CustomCheck
    from designer.ui.dialogs.custom_layer import CustomLayerDialog

_EDIT = "edit_custom"  # the inspector's answer
_HELP = "features/custom_layers"
_JUDGE_MS = 120
_POLL_MS = 100
_SIZES = {"N": 1, "C": 8}  # of a layer that stands nowhere yet; other axes have
_SIZE = 16


@dataclass
class _Editing:
    """One editor that is open. before: the layer as it was; old: its name, empty for a new one."""

    session: Session
    before: CustomLayer
    old: str
    is_own: bool  # whether its code is the person's, or trusted by them
    layer: CustomLayer
    faults: list[BlockyardError]


class CustomController(QObject):
    """One editor at a time. `dialog` is the one that was opened last."""

    def __init__(self, canvas: CanvasController, inspecting: InspectorController, helping: HelpController) -> None:
        super().__init__(canvas)
        self._helping = helping
        self._canvas, self._window = canvas, canvas.panel.window()
        canvas.custom_requested.connect(self.open)
        canvas.adding.new_custom_requested.connect(self.open_new)
        inspecting.answered.connect(lambda answer, kind: answer == _EDIT and self.open(kind))
        self.dialog: CustomLayerDialog | None = None
        self._editing: _Editing | None = None
        self._check: CustomCheck | None = None
        self._judging = QTimer(self, singleShot=True, interval=_JUDGE_MS)
        self._judging.timeout.connect(self._judge)
        self._polling = QTimer(self, interval=_POLL_MS)
        self._polling.timeout.connect(self._poll)

    # -- opening ------------------------------------------------------------------------------------------------------

    def open_new(self) -> None:
        """Edit a custom layer that the design does not have yet."""
        design = self._canvas.session.design
        self._open(new_layer({*kinds(), *design.blocks, *design.customs}), "", self.tr("Add to the design"))

    def open(self, kind: str) -> None:
        """Edit one of the design's custom layers, and with it all its instances."""
        if layer := self._canvas.session.design.customs.get(kind):
            self._open(layer, kind, self.tr("Change it everywhere"))

    def notice(self, kind: str) -> NoticeView | None:
        """What the inspector says of a custom layer; None for any other kind."""
        design = self._canvas.session.design
        if kind not in design.customs:
            return None
        strange = any(layer.name == kind for layer in untrusted_layers(design))
        words = self.tr("Its code came with the document, and you have not trusted it yet.") if strange else self.tr(
            "Its code is part of this document."
        )  # fmt: skip
        return NoticeView(self.tr("A custom layer"), (words,), ((_EDIT, self.tr("Edit the layer…")),))

    def _open(self, layer: CustomLayer, old: str, words: str) -> None:
        if self.dialog is not None and self.dialog.isVisible():
            self.dialog.close()
            if self.dialog.isVisible():  # it holds something that is not kept
                self.dialog.raise_()
                return
        if self.dialog is not None:
            self.dialog.deleteLater()
        from designer.ui.dialogs.custom_layer import CustomLayerDialog

        session = self._canvas.session
        is_own = not old or layer not in untrusted_layers(session.design)
        self._editing = _Editing(session, layer, old, is_own, layer, [])
        self.dialog = dialog = CustomLayerDialog(self._window, words)
        dialog.show_form(form_of(layer))
        dialog.set_trusted(is_own)
        if not is_own:
            dialog.find(self.tr("This code came with the document. Read it, then trust it, to run it."), "warn")
        dialog.changed.connect(self._judging.start)
        dialog.fill_requested.connect(self._fill)
        dialog.check_requested.connect(self._start_check)
        dialog.trust_requested.connect(self._trust)
        dialog.help_requested.connect(lambda: self._helping.open(_HELP))
        dialog.keep_requested.connect(self._keep)
        dialog.finished.connect(lambda _result: self._stop_check())
        self._judge()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    # -- judging ------------------------------------------------------------------------------------------------------

    def _judge(self) -> None:
        """Read what stands in the editor, and say what is wrong with it or what it does."""
        editing, dialog = self._editing, self.dialog
        layer, errors = layer_of(dialog.form(), editing.before)
        if layer != editing.layer:
            self._stop_check()
            if editing.is_own:
                dialog.find("", "muted")
        errors += custom_faults(editing.session.design, layer, editing.old)
        editing.layer, editing.faults = layer, errors
        good = "" if errors else self._deed()
        dialog.judge(layer.name, [translated(str(error)) for error in errors], good)

    def _deed(self) -> str:
        """What the layer does to what arrives where it stands, or to a sample."""
        editing = self._editing
        values, inputs = self._sample()
        spec = custom_spec(editing.layer)
        known = Values({**{p.name: p.default for p in spec.parameters}, **values})
        try:
            outputs = spec.infer(known, inputs)
            params = int(spec.weights(known, inputs, outputs))
        except BlockyardError as error:
            return self.tr("It does not take {0}: {1}").format(_shapes(inputs), translated(str(error)))
        counted, plain = self.tr("{0} becomes {1} · {2} parameters"), self.tr("{0} becomes {1}")
        return (counted if editing.layer.params else plain).format(_shapes(inputs), _shapes(outputs), f"{params:,}")

    def _sample(self) -> tuple[dict[str, Value], tuple[Tensor, ...]]:
        """Parameters and inputs of the first instance that works, else defaults and made up sizes."""
        editing = self._editing
        own = {parameter.name for parameter in editing.layer.parameters}
        for known in _instances(editing.session.analysis.root, editing.old):
            if len(known.inputs) == len(editing.layer.inputs) and None not in known.inputs:
                return {name: value for name, value in known.values.items() if name in own}, known.inputs
        sample = []
        for port in editing.layer.inputs:
            names = [name for name in shapes.axes(port.shape) if name != shapes.REST]
            sample.append(Tensor(tuple(_SIZES.get(name, _SIZE) for name in names)))
        return {}, tuple(sample)

    def _fill(self) -> None:
        try:
            self.dialog.show_rows(rows_from_class(self.dialog.form()))
        except BlockyardError as error:
            self.dialog.find(translated(str(error)), "error")

    # -- keeping ------------------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        self._judge()
        editing = self._editing
        layer, old, session = editing.layer, editing.old, editing.session
        if editing.faults:
            return
        name = self.tr("Change {0}") if old else self.tr("Add {0}")
        try:
            session.edit(name.format(layer.name), lambda design: put_custom(design, layer, old))
            if editing.is_own:
                trust_layers([layer])
        except BlockyardError as error:
            self.dialog.find(translated(str(error)), "error")
            return
        self.dialog.done_with()
        if not old and session is self._canvas.session:
            self._canvas.adding.add_behind(layer.name)

    def _trust(self) -> None:
        """The person has read the code as it came, and trusts it."""
        try:
            trust_layers([self._editing.before])
        except BlockyardError as error:
            self._canvas.refused.emit(error)
            return
        self._editing.is_own = True
        self.dialog.set_trusted(True)
        self.dialog.find("", "muted")

    # -- the check against torch --------------------------------------------------------------------------------------

    def _start_check(self) -> None:
        self._judge()
        editing = self._editing
        if editing.faults or not editing.is_own:
            return
        from designer.session.checking import CustomCheck  # code generation is loaded when it is wanted

        self._stop_check()
        try:
            trust_layers([editing.layer])  # it is the person's own, or was trusted and then edited by them
            self._check = CustomCheck(editing.layer, *self._sample())
        except BlockyardError as error:
            self.dialog.find(translated(str(error)), "error")
            return
        self.dialog.find(self.tr("torch is asked…"), "muted")
        self._polling.start()

    def _poll(self) -> None:
        answer = self._check.poll()
        if answer is None:
            return
        self._stop_check()
        if isinstance(answer, Failed):
            self.dialog.find(translated(joined(answer.message, answer.fix)), "error")
        elif answer:
            self.dialog.find("\n".join(map(translated, answer)), "warn")
        else:
            self.dialog.find(self.tr("torch does what is declared."), "good")

    def _stop_check(self) -> None:
        self._polling.stop()
        if self._check is not None:
            self._check.cancel()
            self._check = None


def _instances(facts: BlockFacts, kind: str) -> Iterator[NodeFacts]:
    """The facts of all nodes of a kind, the outer ones first."""
    waiting = [facts]
    for block in waiting:  # grows as it goes
        for known in block.nodes.values():
            if known.node.kind == kind:
                yield known
            if known.inside is not None:
                waiting.append(known.inside)


def _shapes(tensors: tuple[Tensor, ...]) -> str:
    return " + ".join(shape_text(tensor.shape) for tensor in tensors)
