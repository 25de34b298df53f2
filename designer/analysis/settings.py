"""What a node is set to: its parameters, `repeat` and `when`, worked out and checked in the scope of its block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from designer.analysis import fixes
from designer.analysis.diagnostics import Diagnostic, Fix, Severity
from designer.analysis.limits import MAX_REPEAT
from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.catalogue.spec import LayerError, LayerSpec, Tensor
from designer.catalogue.validate import check_value
from designer.graph.block import Block, Node
from designer.graph.expressions import Expression, Setting, Value, evaluate, names_in

if TYPE_CHECKING:
    from designer.analysis.analyser import Analyser


class Settings:
    """The settings of one node; collects what is wrong with them in `found`."""

    def __init__(self, analyser: Analyser, block: Block, node: Node, scope: Mapping[str, Value]) -> None:
        self.analyser = analyser
        self.block = block
        self.node = node
        self.scope = scope
        self.found: list[Diagnostic] = []
        self.entering: tuple[Tensor | None, ...] = ()  # the tensors that enter the block

    def boundary(self) -> None:
        """An Input or an Output stands for itself: neither `repeat` nor `when` means anything there."""
        name, key = self.block.name, self.node.id
        for what, setting, usual, set_it in (
            ("repeat", self.node.repeat, 1, fixes.set_repeat),
            ("when", self.node.when, True, fixes.set_when),
        ):
            if setting != usual:
                self.error(
                    "boundary_not_optional",
                    Text(
                        "{what} is {setting}, but {kind} nodes are there once and always.",
                        what=what,
                        setting=setting,
                        kind=self.node.kind,
                    ),
                    expected=Text("{what} {usual}", what=what, usual=usual),
                    received=str(setting),
                    advice=Text("Set {what} to {usual}.", what=what, usual=usual),
                    fixes=[set_it(Text("Set {name} to {value}", name=what, value=usual), name, key, usual)],
                )

    def structure(self, num_inputs: int, spec: LayerSpec | None, inner: Block | None) -> tuple[int, bool]:
        """`repeat` and `when`, worked out; 1 and True where they are wrong."""
        once = fixes.set_repeat("Set repeat to 1", self.block.name, self.node.id, 1)
        repeat = self._evaluate("repeat", self.node.repeat, 1, once)
        if isinstance(repeat, bool) or not isinstance(repeat, int) or not 0 <= repeat <= MAX_REPEAT:
            self.error(
                "repeat_out_of_range",
                Text("repeat is {repeat}.", repeat=_shown(repeat)),
                expected=Text("a whole number from 0 to {limit}", limit=MAX_REPEAT),
                received=_shown(repeat),
                advice=Text("Use a number from 1 to {limit}, or nest repeated blocks.", limit=MAX_REPEAT),
                fixes=[once],
            )
            repeat = 1
        elif self.node.repeat != 1 and (what := _cannot_repeat(num_inputs, spec, inner)):
            self.error(
                "repeat_needs_one_port",
                Text("repeat is {repeat}, but {what}.", repeat=self.node.repeat, what=what),
                expected="a layer with weights, or a block, with one input and one output: copies stand in a row",
                received=str(self.node.repeat),
                advice="Set repeat to 1, or put it into a block with one input and one output.",
                fixes=[once],
            )
            repeat = 1
        always = fixes.set_when("Set when to True", self.block.name, self.node.id, True)
        when = self._evaluate("when", self.node.when, True, always)
        if not isinstance(when, bool | int | float | None):
            self.error(
                "when_not_boolean",
                Text("when is {when}, which says neither yes nor no.", when=_shown(when)),
                expected="True, False or a comparison, such as stride != 1",
                received=_shown(when),
                advice="Compare it with something.",
                fixes=[always],
            )
            when = True
        return repeat, bool(when)

    def _evaluate(self, name: str, setting: Setting, default: Value, fix: Fix) -> Value:
        try:
            return evaluate(setting, self.scope)
        except BlockyardError as error:
            if self._awaits_input(setting):
                return default  # unknown only until the block's input is wired, which is told where it lacks
            self.error(
                "expression_error",
                Text("{name}: {message}", name=name, message=error.message),
                expected=error.expected,
                received=str(setting),
                advice=error.fix or "Correct the expression, or write a value.",
                fixes=[fix],
                parameter=name,
            )
            return default

    def _awaits_input(self, setting: Setting) -> bool:
        """Whether an expression reads `in_channels` in a block that will have one as soon as a tensor arrives."""
        if not isinstance(setting, Expression) or "in_channels" in self.scope:
            return False
        if self.analyser.is_main(self.block) or not self.block.inputs:
            return False
        if self.entering and self.entering[0] is not None:
            return False  # what arrives has no channels
        try:
            names = names_in(setting.source)
        except BlockyardError:
            return False
        return "in_channels" in names and names <= {*self.scope, "in_channels"}

    def _names_known(self, setting: Setting) -> bool:
        """Whether it is an expression that can be worked out, or could be with other values."""
        try:
            return isinstance(setting, Expression) and names_in(setting.source) <= self.scope.keys()
        except BlockyardError:
            return False

    def _guess(self, setting: Setting, default: Value) -> Value:
        try:
            return evaluate(setting, self.scope)
        except BlockyardError:
            return default

    def _reset(self, name: str) -> Fix:
        return fixes.reset_param(Text("Reset {name}", name=name), self.block.name, self.node.id, name)

    def layer_values(self, spec: LayerSpec, there: bool) -> dict[str, Value]:
        """A layer's parameters. there: whether the node is; where not, expressions need not have a value that fits."""
        values = {parameter.name: parameter.default for parameter in spec.parameters}
        for name, setting in self.node.params.items():
            parameter = spec.parameter(name)
            if parameter is None:
                self._unknown_parameter(name, list(values))
                continue
            if not there and self._names_known(setting):
                values[name] = self._guess(setting, parameter.default)
                continue
            value = self._evaluate(name, setting, parameter.default, self._reset(name))
            try:
                values[name] = check_value(parameter, value)
            except LayerError as error:
                shown = f"{setting} = {_shown(value)}" if isinstance(setting, Expression) else _shown(value)
                self.error(
                    error.code,
                    error.message,
                    expected=error.expected,
                    received=shown,
                    advice=error.fix,
                    fixes=[self._reset(name)],
                    parameter=name,
                )
        if isinstance(self.node.params.get(spec.parts), Expression):
            self._parts_need_a_value(spec.parts, values[spec.parts])
        return values

    def _parts_need_a_value(self, name: str, value: Value) -> None:
        title = Text("Set {name} to {value}", name=name, value=value)
        written = fixes.set_param(title, self.block.name, self.node.id, name, value)
        self.error(
            "parts_need_a_value",
            Text("{name} is an expression, but it says how many outputs there are.", name=name),
            expected="a value: wires are drawn to its outputs",
            received=str(self.node.params[name]),
            advice=Text("Write the value, {name}={value}.", name=name, value=value),
            fixes=[replace(written, sets=None)],  # here and nowhere else: that it is an expression is the fault
        )

    def block_values(self, inner: Block, there: bool) -> dict[str, Value]:
        """A block's parameters, as `layer_values`."""
        values = inner.defaults
        for name, setting in self.node.params.items():
            if name in values and not there and self._names_known(setting):
                values[name] = self._guess(setting, values[name])
            elif name in values:
                values[name] = self._evaluate(name, setting, values[name], self._reset(name))
            else:
                self._unknown_parameter(name, list(values))
        return values

    def _unknown_parameter(self, name: str, known: Sequence[str]) -> None:
        self.error(
            "unknown_parameter",
            Text("It has no parameter '{name}'.", name=name),
            expected=", ".join(known) or "no parameters",
            received=name,
            advice="Remove it.",
            fixes=[fixes.reset_param(Text("Remove {name}", name=name), self.block.name, self.node.id, name)],
        )

    def has_errors(self) -> bool:
        return any(diagnostic.severity == Severity.ERROR for diagnostic in self.found)

    def error(
        self,
        code: str,
        message: str,
        *,
        expected: str = "",
        received: str = "",
        advice: str = "",
        fixes: Sequence[Fix] = (),
        parameter: str = "",
    ) -> None:
        text = Text("{node}: {message}", node=self.node, message=Text(message))
        self.found.append(
            Diagnostic(code, Severity.ERROR, text, expected, received, advice, tuple(fixes), parameter=parameter)
        )


def _cannot_repeat(num_inputs: int, spec: LayerSpec | None, inner: Block | None) -> str:
    """Why copies of it cannot stand in a row, empty where they can."""
    num_outputs = len(spec.outputs) if spec else len(inner.outputs)
    num_inputs = num_inputs if spec else len(inner.inputs)
    if num_inputs != 1 or num_outputs != 1:
        inputs = Text("1 input") if num_inputs == 1 else Text("{count} inputs", count=num_inputs)
        outputs = Text("1 output") if num_outputs == 1 else Text("{count} outputs", count=num_outputs)
        return Text("it has {inputs} and {outputs}", inputs=inputs, outputs=outputs)
    return Text("it is written as an expression, not as a module") if spec and not spec.module else ""


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
