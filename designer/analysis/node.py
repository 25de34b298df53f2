"""One node: its parameters, its shapes through `repeat` and `when`, its cost, and what is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from designer.analysis import field as fields
from designer.analysis import fixes, ports, wiring
from designer.analysis.diagnostics import Fix
from designer.analysis.facts import BlockFacts, NodeFacts, Totals
from designer.analysis.limits import MAX_DEPTH, MAX_ELEMENTS, MAX_WORK
from designer.analysis.settings import Settings
from designer.catalogue.registry import registry, spec_of
from designer.catalogue.spec import LayerError, LayerSpec, Tensor, Values, variadic_index
from designer.graph.block import INPUT, INPUT_PORT, OUTPUT, Block, Node
from designer.graph.design import Design
from designer.graph.expressions import Value

if TYPE_CHECKING:
    from designer.analysis.analyser import Analyser

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


class _NodeAnalysis(Settings):
    """The working out of one node; collects its diagnostics on the way."""

    def run(self, block_inputs: tuple[Tensor | None, ...], facts: Mapping[str, NodeFacts]) -> NodeFacts:
        self.analyser.spend()
        node, design = self.node, self.analyser.design
        spec = spec_of(node.kind)
        inner = None if spec else design.blocks.get(node.kind)
        wires = wiring.incoming(design, self.block, node, facts)
        self.found += wires.diagnostics
        field = fields.widest([f for f in wires.fields if f])
        names = ports.output_ports(design, self.block, node)
        unknown = (None,) * len(names)
        result = NodeFacts(node, wires.tensors, unknown, field=field, ports=names)
        if spec is None and inner is None:
            self._unknown_kind()
            return replace(result, diagnostics=tuple(self.found))
        if node.kind in (INPUT, OUTPUT):
            self.boundary()
        else:
            repeat, active = self.structure(len(wires.tensors), spec, inner)
            result = replace(result, repeat=repeat, active=active)
        if node.kind == INPUT and not self.analyser.is_main(self.block):
            index = [entry.id for entry in self.block.inputs].index(node.id)
            tensor = block_inputs[index] if index < len(block_inputs) else None
            field = fields.identity(tensor.rank) if tensor else ()
            return replace(result, outputs=(tensor,), field=field, diagnostics=tuple(self.found))
        there = result.active and result.repeat > 0
        result = replace(result, values=self.layer_values(spec, there) if spec else self.block_values(inner, there))
        if not there:
            passed = wires.tensors[0] if wires.tensors else None
            result = replace(result, outputs=(passed,) * len(names), field=wires.fields[0] if wires.fields else ())
        elif inner:
            result = self._instance(result, inner)
        elif not self.has_errors() and None not in wires.tensors:
            result = self._layer(result, spec, unknown)
        if node.kind == INPUT and result.output:
            result = replace(result, field=fields.identity(result.output.rank))
        return replace(result, diagnostics=tuple(self.found))

    # -- kinds ----------------------------------------------------------------------------------------------------

    def _unknown_kind(self) -> None:
        known = [*registry(), *self.analyser.design.blocks]
        near = difflib.get_close_matches(self.node.kind, known, n=1)
        self.error(
            "unknown_kind",
            f"There is no layer or block called '{self.node.kind}'.",
            expected="a layer of the catalogue or a block of this document",
            received=self.node.kind,
            advice=f"Did you mean {near[0]}?" if near else "Replace it, or open the document with a newer Blockyard.",
            fixes=[Fix(f"Use {near[0]}", self._with_kind(near[0]))] if near else [],
        )

    def _with_kind(self, kind: str) -> Callable[[Design], Design]:
        name, key = self.block.name, self.node.id

        def apply(design: Design) -> Design:
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
                if copy and not self.analyser.spend():
                    self._too_large()
                    return replace(result, outputs=unknown)
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
        if any(elements(tensor) > MAX_ELEMENTS for tensor in outputs):
            raise LayerError(
                "tensor_too_large",
                f"its output would have more than {MAX_ELEMENTS:,} elements.",
                expected=f"at most {MAX_ELEMENTS:,} elements in a tensor",
                received="more",
                fix="Use fewer channels, a smaller image or a smaller batch.",
            )
        return outputs

    def _layer_error(self, error: LayerError) -> None:
        self.error(
            error.code,
            error.message,
            expected=error.expected,
            received=error.received,
            advice=error.fix,
            fixes=[
                fixes.from_remedy(remedy, self.block.name, self.node.id, self._port(remedy.port))
                for remedy in error.remedies
            ],
        )

    def _port(self, place: str) -> str:
        """The port that a remedy means: `x2` is the second of those that are wired, empty the first."""
        wired = sorted(self.block.incoming[self.node.id], key=variadic_index)
        index = max(variadic_index(place), 1) - 1
        return wired[index] if index < len(wired) else INPUT_PORT

    def _instance(self, result: NodeFacts, inner: Block) -> NodeFacts:
        """A block's copies in a row, each worked out on what the one before gives."""
        unknown = (None,) * len(inner.outputs)
        if inner.name in self.analyser.design.recursive:
            self.error(
                "recursive_block",
                f"The block {inner.name} contains itself.",
                expected="blocks that end in layers",
                received=f"{inner.name} inside {inner.name}",
                advice="Remove this instance, or use a copy of the block.",
                fixes=[fixes.remove_node(f"Remove {self.node.name}", self.block.name, self.node.id)],
            )
            return replace(result, outputs=unknown)
        if self.analyser.levels(inner) >= MAX_DEPTH:
            self.error(
                "nested_too_deep",
                f"Blocks are nested in it {self.analyser.levels(inner)} levels deep.",
                expected=f"at most {MAX_DEPTH} levels in a design",
                received=f"{self.analyser.levels(inner) + 1} levels",
                advice="Flatten some of them.",
                fixes=[fixes.remove_node(f"Remove {self.node.name}", self.block.name, self.node.id)],
            )
            return replace(result, outputs=unknown)
        copies: list[BlockFacts] = []
        tensors, field = result.inputs, result.field
        for _ in range(result.repeat):
            facts = self.analyser.block_facts(inner, result.values, tensors)
            if facts is None:
                self._too_large()
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

    def _too_large(self) -> None:
        self.error(
            "design_too_large",
            "The design has too many copies that differ from each other to work them all out.",
            expected=f"at most {MAX_WORK:,} of them",
            received="more",
            advice="Use a smaller repeat, or fewer levels of blocks.",
            fixes=[fixes.set_repeat("Set repeat to 1", self.block.name, self.node.id, 1)]
            if self.node.repeat != 1
            else [],
        )


def elements(tensor: Tensor) -> int:
    """The number of elements of a tensor."""
    count = 1
    for length in tensor.shape:
        count *= length
    return int(count)


def size_bytes(tensor: Tensor) -> int:
    """The memory that a tensor takes, in bytes."""
    return elements(tensor) * _DTYPE_BYTES.get(tensor.dtype, 4)
