"""One node: its parameters, its shapes through `repeat` and `when`, its cost, and what is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from designer.analysis import field as fields
from designer.analysis import fixes, wiring
from designer.analysis.diagnostics import Diagnostic, Fix, Severity
from designer.analysis.facts import BlockFacts, NodeFacts, Totals
from designer.analysis.field import Field
from designer.base.errors import BlockyardError
from designer.catalogue.registry import registry, spec_of
from designer.catalogue.spec import LayerError, LayerSpec, Tensor, Values
from designer.catalogue.validate import check_value
from designer.graph.block import INPUT, INPUT_PORT, Block, Node
from designer.graph.expressions import Expression, Setting, Value, evaluate

if TYPE_CHECKING:
    from designer.analysis.analyser import Analyser

MAX_REPEAT = 1000
_DTYPE_BYTES = {"float64": 8, "int64": 8, "float32": 4, "int32": 4, "float16": 2, "bfloat16": 2, "bool": 1, "uint8": 1}


def analyse_node(
    analyser: Analyser,
    block: Block,
    node: Node,
    scope: Mapping[str, Value],
    block_inputs: tuple[Tensor | None, ...],
    facts: Mapping[str, NodeFacts],
) -> NodeFacts:
    """The facts of `node`. facts: of the nodes upstream of it; block_inputs: the tensors that enter its block."""
    return _NodeAnalysis(analyser, block, node, scope).run(block_inputs, facts)


class _NodeAnalysis:
    """The working out of one node; collects its diagnostics on the way."""

    def __init__(self, analyser: Analyser, block: Block, node: Node, scope: Mapping[str, Value]) -> None:
        self.analyser = analyser
        self.block = block
        self.node = node
        self.scope = scope
        self.found: list[Diagnostic] = []

    def run(self, block_inputs: tuple[Tensor | None, ...], facts: Mapping[str, NodeFacts]) -> NodeFacts:
        node, design = self.node, self.analyser.design
        spec, inner = spec_of(node.kind), design.blocks.get(node.kind)
        wires = wiring.incoming(design, self.block, node, facts)
        self.found += wires.diagnostics
        field = fields.widest([f for f in wires.fields if f])
        if spec is None and inner is None:
            return self._unknown_kind(wires, field)
        if node.kind == INPUT and not self.analyser.is_main(self.block):
            index = [entry.id for entry in self.block.inputs].index(node.id)
            tensor = block_inputs[index] if index < len(block_inputs) else None
            field = fields.identity(tensor.rank) if tensor else ()
            return NodeFacts(node, outputs=(tensor,), field=field, diagnostics=tuple(self.found))
        repeat, active = self._structure()
        values = self._layer_values(spec) if spec else self._block_values(inner)
        result = NodeFacts(node, wires.tensors, values=values, field=field, active=active, repeat=repeat)
        num_outputs = len(spec.outputs) if spec else len(inner.outputs)
        unknown = (None,) * num_outputs
        if not active or repeat == 0:
            passed = wires.tensors[0] if wires.tensors else None
            result = replace(result, outputs=(passed,) * num_outputs)
        elif inner and not spec:
            result = self._instance(result, inner)
        elif self._has_errors() or None in wires.tensors:
            result = replace(result, outputs=unknown)
        else:
            result = self._layer(result, spec, unknown)
        if node.kind == INPUT and result.output:
            result = replace(result, field=fields.identity(result.output.rank))
        return replace(result, diagnostics=tuple(self.found))

    # -- parameters -----------------------------------------------------------------------------------------------

    def _structure(self) -> tuple[int, bool]:
        """`repeat` and `when`, worked out; 1 and True where they are wrong."""
        repeat = self._evaluate("repeat", self.node.repeat, 1)
        if isinstance(repeat, bool) or not isinstance(repeat, int) or not 0 <= repeat <= MAX_REPEAT:
            self._error(
                "repeat_out_of_range",
                f"repeat is {repeat!r}.",
                expected=f"a whole number from 0 to {MAX_REPEAT}",
                received=repr(repeat),
                advice=f"Use a number from 1 to {MAX_REPEAT}, or nest repeated blocks.",
            )
            repeat = 1
        return repeat, bool(self._evaluate("when", self.node.when, True))

    def _evaluate(self, name: str, setting: Setting, default: Value) -> Value:
        try:
            return evaluate(setting, self.scope)
        except BlockyardError as error:
            if "in_channels" in str(setting) and "in_channels" not in self.scope:
                return default  # unknown only until the block's input is wired, which is told where it lacks
            self._error(
                "expression_error",
                f"{name}: {error.message}",
                expected=error.expected,
                received=str(setting),
                advice=error.fix,
            )
            return default

    def _layer_values(self, spec: LayerSpec) -> dict[str, Value]:
        values = {parameter.name: parameter.default for parameter in spec.parameters}
        for name, setting in self.node.params.items():
            parameter = spec.parameter(name)
            if parameter is None:
                self._unknown_parameter(name, list(values))
                continue
            value = self._evaluate(name, setting, parameter.default)
            try:
                values[name] = check_value(parameter, value)
            except LayerError as error:
                fixes_found = [fixes.reset_param(f"Reset {name}", self.block.name, self.node.id, name)]
                shown = f"{setting} = {value!r}" if isinstance(setting, Expression) else repr(value)
                self._error(
                    error.code,
                    error.message,
                    expected=error.expected,
                    received=shown,
                    advice=error.fix,
                    fixes=fixes_found,
                )
        return values

    def _block_values(self, inner: Block) -> dict[str, Value]:
        values = inner.defaults
        for name, setting in self.node.params.items():
            if name in values:
                values[name] = self._evaluate(name, setting, values[name])
            else:
                self._unknown_parameter(name, list(values))
        return values

    def _unknown_parameter(self, name: str, known: Sequence[str]) -> None:
        self._error(
            "unknown_parameter",
            f"It has no parameter '{name}'.",
            expected=", ".join(known) or "no parameters",
            received=name,
            advice="Remove it.",
            fixes=[fixes.reset_param(f"Remove {name}", self.block.name, self.node.id, name)],
        )

    # -- kinds ----------------------------------------------------------------------------------------------------

    def _unknown_kind(self, wires: wiring.Wires, field: Field) -> NodeFacts:
        known = [*registry(), *self.analyser.design.blocks]
        near = difflib.get_close_matches(self.node.kind, known, n=1)
        self._error(
            "unknown_kind",
            f"There is no layer or block called '{self.node.kind}'.",
            expected="a layer of the catalogue or a block of this document",
            received=self.node.kind,
            advice=f"Did you mean {near[0]}?" if near else "Replace it, or open the document with a newer Blockyard.",
            fixes=[Fix(f"Use {near[0]}", self._with_kind(near[0]))] if near else [],
        )
        return NodeFacts(self.node, wires.tensors, outputs=(None,), field=field, diagnostics=tuple(self.found))

    def _with_kind(self, kind: str):
        name, key = self.block.name, self.node.id

        def apply(design):
            block = design.blocks[name]
            return design.with_block(block.with_node(replace(block.nodes[key], kind=kind)))

        return apply

    def _layer(self, result: NodeFacts, spec: LayerSpec, unknown: tuple[None, ...]) -> NodeFacts:
        """A layer's copies in a row, each on what the one before gives."""
        values = Values(result.values)
        tensors: tuple[Tensor, ...] = result.inputs  # type: ignore[assignment]
        totals, field = Totals(), result.field
        try:
            for copy in range(result.repeat):
                outputs = self._infer(spec, values, tensors)
                totals += Totals(
                    int(spec.weights(values, tensors, outputs)),
                    int(spec.macs(values, tensors, outputs)),
                    sum(size_bytes(tensor) for tensor in outputs),
                )
                field = fields.slide(field, spec.window(values))
                if copy + 1 < result.repeat:
                    tensors = (outputs[0], *tensors[1:])
        except LayerError as error:
            self._layer_error(error)
            return replace(result, outputs=unknown)
        if spec.outputs == ():
            totals = Totals()
        return replace(result, outputs=outputs if spec.outputs else (), totals=totals, field=field)

    def _infer(self, spec: LayerSpec, values: Values, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
        found = spec.infer(values, tensors)
        outputs = (found,) if isinstance(found, Tensor) else found
        if spec.kind == INPUT:
            outputs = tuple(Tensor((self.analyser.batch, *tensor.shape[1:]), tensor.dtype) for tensor in outputs)
        return outputs

    def _layer_error(self, error: LayerError) -> None:
        wired = list(self.block.incoming[self.node.id])
        port = wired[0] if wired else INPUT_PORT
        self._error(
            error.code,
            error.message,
            expected=error.expected,
            received=error.received,
            advice=error.fix,
            fixes=[fixes.from_remedy(remedy, self.block.name, self.node.id, port) for remedy in error.remedies],
        )

    def _instance(self, result: NodeFacts, inner: Block) -> NodeFacts:
        """A block's copies in a row, each worked out on what the one before gives."""
        unknown = (None,) * len(inner.outputs)
        if inner.name in self.analyser.design.recursive:
            self._error(
                "recursive_block",
                f"The block {inner.name} contains itself.",
                expected="blocks that end in layers",
                received=f"{inner.name} inside {inner.name}",
                advice="Remove this instance, or use a copy of the block.",
                fixes=[fixes.remove_node(f"Remove {self.node.name}", self.block.name, self.node.id)],
            )
            return replace(result, outputs=unknown)
        if result.repeat > 1 and (len(inner.inputs) != 1 or len(inner.outputs) != 1):
            self._error(
                "repeat_needs_one_port",
                f"repeat is {result.repeat}, but the block has {len(inner.inputs)} inputs and "
                f"{len(inner.outputs)} outputs.",
                expected="one input and one output, so that copies can stand in a row",
                advice="Set repeat to 1.",
            )
            return replace(result, outputs=unknown)
        copies: list[BlockFacts] = []
        tensors, field = result.inputs, result.field
        for _ in range(result.repeat):
            facts = self.analyser.block_facts(inner, result.values, tensors)
            if facts is None:
                self._error(
                    "nested_too_deep",
                    "Blocks are nested too deep.",
                    expected="at most 40 levels",
                    advice="Flatten some of them.",
                )
                return replace(result, outputs=unknown)
            copies.append(facts)
            tensors, field = facts.outputs, fields.compose(field, facts.field)
        totals = [copy.totals for copy in copies]
        return replace(
            result,
            outputs=tensors,
            copies=tuple(copies),
            field=field,
            totals=Totals(
                sum(t.params for t in totals), sum(t.macs for t in totals), sum(t.activation_bytes for t in totals)
            ),
        )

    # -- diagnostics ----------------------------------------------------------------------------------------------

    def _has_errors(self) -> bool:
        return any(diagnostic.severity == Severity.ERROR for diagnostic in self.found)

    def _error(
        self,
        code: str,
        message: str,
        *,
        expected: str = "",
        received: str = "",
        advice: str = "",
        fixes: Sequence[Fix] = (),
    ) -> None:
        text = f"{self.node}: {message}"
        self.found.append(Diagnostic(code, Severity.ERROR, text, expected, received, advice, tuple(fixes)))


def size_bytes(tensor: Tensor) -> int:
    """The memory that a tensor takes, in bytes."""
    elements = 1
    for length in tensor.shape:
        elements *= length
    return int(elements) * _DTYPE_BYTES.get(tensor.dtype, 4)
