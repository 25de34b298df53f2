"""One node: its parameters, its shapes through `repeat` and `when`, its cost, and what is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from designer.analysis import fixes, ports, wiring
from designer.analysis.activations import Part, part_of
from designer.analysis.diagnostics import Diagnostic, Fix, Severity
from designer.analysis.facts import BlockFacts, NodeFacts
from designer.analysis.limits import MAX_DEPTH, MAX_ELEMENTS, MAX_LAYERS, MAX_WORK
from designer.analysis.settings import Settings
from designer.analysis.totals import Totals
from designer.base.text import Text
from designer.catalogue.registry import registry, spec_of
from designer.catalogue.rules.saved import elements
from designer.catalogue.spec import LayerError, LayerSpec, Remedy, Tensor, Values, variadic_index
from designer.catalogue.validate import doubt_of
from designer.graph.block import INPUT, INPUT_PORT, OUTPUT, Block, Node
from designer.graph.design import Design
from designer.graph.expressions import Value

if TYPE_CHECKING:
    from designer.analysis.analyser import Analyser

_COSTS = {  # in words
    ("params",): Text("parameters"),
    ("macs",): Text("MACs"),
    ("params", "macs"): Text("parameters and MACs"),
}


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


class _Work(NamedTuple):
    """What a node does with what it receives; without outputs where that cannot be said."""

    outputs: tuple[Tensor | None, ...] = ()
    totals: Totals = Totals()
    copies: tuple[BlockFacts, ...] = ()
    parts: tuple[Part, ...] = ()
    steps: tuple[tuple[tuple[Tensor, ...], tuple[Tensor, ...]], ...] = ()


class _NodeAnalysis(Settings):
    """The working out of one node; collects its diagnostics on the way."""

    def run(self, block_inputs: tuple[Tensor | None, ...], facts: Mapping[str, NodeFacts]) -> NodeFacts:
        self.analyser.spend()
        self.entering = block_inputs
        node, design = self.node, self.analyser.design
        spec = spec_of(node.kind, design)
        inner = None if spec else design.blocks.get(node.kind)
        wires = wiring.incoming(design, self.block, node, facts)
        self.found += wires.diagnostics
        names = ports.output_ports(design, self.block, node)
        unknown = (None,) * len(names)
        repeat, active, values, work = 1, True, {}, _Work(unknown)
        if spec and spec.fault:
            self._layer_error(spec.fault)
        elif spec is None and inner is None:
            self._unknown_kind()
        elif node.kind == INPUT and not self.analyser.is_main(self.block):
            self.boundary()
            index = [entry.id for entry in self.block.inputs].index(node.id)
            work = _Work(block_inputs[index : index + 1] or unknown)
        else:
            if node.kind in (INPUT, OUTPUT):
                self.boundary()
            else:
                repeat, active = self.structure(len(wires.tensors), spec, inner)
            there = active and repeat > 0
            values = self.layer_values(spec, there) if spec else self.block_values(inner, there)
            if not there:
                work = _Work((wires.tensors[0] if wires.tensors else None,) * len(names))
            elif inner:
                work = self._instance(inner, values, wires.tensors, repeat)
            elif not self.has_errors() and None not in wires.tensors:
                work = self._layer(spec, Values(values), wires.tensors, repeat)
        return NodeFacts(
            node,
            wires.tensors,
            work.outputs or unknown,
            values,
            work.totals,
            active,
            repeat,
            work.copies,
            tuple(self.found),
            wires.sources,
            names,
            spec,
            wires.places,
            work.parts,
            work.steps,
        )

    # -- kinds ----------------------------------------------------------------------------------------------------

    def _unknown_kind(self) -> None:
        known = [*registry(), *self.analyser.design.customs, *self.analyser.design.blocks]
        near = difflib.get_close_matches(self.node.kind, known, n=1)
        self.error(
            "unknown_kind",
            Text("There is no layer or block called '{kind}'.", kind=self.node.kind),
            expected="a layer of the catalogue or a block of this document",
            received=self.node.kind,
            advice=Text("Did you mean {near}?", near=near[0])
            if near
            else "Replace it, or open the document with a newer Blockyard.",
            fixes=[Fix(Text("Use {near}", near=near[0]), self._with_kind(near[0]), (self.block.name,))] if near else [],
        )

    def _with_kind(self, kind: str) -> Callable[[Design], Design]:
        name, key = self.block.name, self.node.id

        def apply(design: Design) -> Design:
            block = design.blocks[name]
            return design.with_block(block.with_node(replace(block.nodes[key], kind=kind)))

        return apply

    def _layer(self, spec: LayerSpec, values: Values, tensors: tuple[Tensor, ...], repeat: int) -> _Work:
        """A layer's copies in a row, each on what the one before gives."""
        totals, parts, steps = Totals(), [], []
        try:
            for copy in range(repeat):
                if copy and not self.analyser.spend():
                    self._too_large()
                    return _Work()
                outputs = self._infer(spec, values, tensors)
                if not spec.outputs:
                    return _Work()
                if not copy:
                    self._doubts(spec, values, tensors)
                totals += Totals(
                    int(spec.weights(values, tensors, outputs)),
                    int(spec.macs(values, tensors, outputs)),
                )
                parts.append(part_of(spec.saved(values, tensors, outputs), tensors, outputs))
                steps.append((tensors, outputs))
                tensors = outputs
        except LayerError as error:
            self._layer_error(error)
            return _Work()
        if spec.unstated:
            self._unstated(spec)
        steps = steps if repeat > 1 else []
        return _Work(self._for_all_ports(outputs), totals, parts=tuple(parts), steps=tuple(steps))

    def _doubts(self, spec: LayerSpec, values: Values, tensors: Sequence[Tensor]) -> None:
        of_values = (doubt_of(parameter, getattr(values, parameter.name)) for parameter in spec.parameters)
        for doubt in (*filter(None, of_values), *spec.doubts(values, tensors)):
            self.found.append(
                Diagnostic(
                    doubt.code,
                    Severity.HINT if doubt.hint else Severity.WARNING,
                    Text("{node}: {message}", node=self.node, message=Text(doubt.message)),
                    doubt.expected,
                    doubt.received,
                    doubt.fix,
                    self._remedies(doubt.remedies),
                )
            )

    def _for_all_ports(self, outputs: tuple[Tensor, ...]) -> tuple[Tensor | None, ...]:
        """A tensor a port, None at those that the layer turns out not to have: which nobody may take."""
        names = ports.output_ports(self.analyser.design, self.block, self.node)
        lacking = names[len(outputs) :]
        taken = [wire.source.port for wire in self.block.edges if wire.source.node == self.node.id] if lacking else []
        if missing := next((name for name in lacking if name in taken), ""):
            count = len(outputs)
            self.error(
                "missing_part",
                Text("It gives {count} parts, and a wire takes {port}.", count=count, port=missing),
                expected=Text("wires at the first {count} outputs alone", count=count),
                received=missing,
                advice="Remove the wire, or give it a longer axis to cut.",
                fixes=[
                    fixes.remove_edges(
                        Text("Remove the wires at {ports}", ports=", ".join(lacking)),
                        self.block.name,
                        [w for w in self.block.edges if w.source.node == self.node.id and w.source.port in lacking],
                    )
                ],
            )
        return (*outputs, *(None for _ in lacking))

    def _unstated(self, spec: LayerSpec) -> None:
        costs = _COSTS[spec.unstated]
        self.found.append(
            Diagnostic(
                "cost_not_declared",
                Severity.INFO,
                Text("{node}: its {costs} are not declared, and count as 0.", node=self.node, costs=costs),
                expected="expressions for them",
                received="none",
                advice="Declare them in the custom layer.",
            )
        )

    def _infer(self, spec: LayerSpec, values: Values, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
        found = spec.infer(values, tensors)
        outputs = (found,) if isinstance(found, Tensor) else found
        if spec.kind == INPUT:
            outputs = tuple(Tensor((self.analyser.batch, *tensor.shape[1:]), tensor.dtype) for tensor in outputs)
        if any(elements(tensor) > MAX_ELEMENTS for tensor in outputs):
            raise LayerError(
                "tensor_too_large",
                Text("its output would have more than {limit:,} elements.", limit=MAX_ELEMENTS),
                expected=Text("at most {limit:,} elements in a tensor", limit=MAX_ELEMENTS),
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
            fixes=self._remedies(error.remedies),
        )

    def _remedies(self, remedies: Sequence[Remedy]) -> tuple[Fix, ...]:
        return tuple(fixes.from_remedy(remedy, self.block.name, self.node.id, self._port) for remedy in remedies)

    def _port(self, place: str) -> str:
        """The port that a remedy means: one of the node's own; of a variadic layer, `x2` is the second that is wired.

        Empty stands for the first.
        """
        spec = spec_of(self.node.kind, self.analyser.design)
        if spec and not spec.variadic and place in spec.inputs:
            return place
        wired = sorted(self.block.incoming[self.node.id], key=variadic_index)
        index = max(variadic_index(place), 1) - 1
        return wired[index] if index < len(wired) else INPUT_PORT

    def _instance(
        self, inner: Block, values: Mapping[str, Value], tensors: tuple[Tensor | None, ...], repeat: int
    ) -> _Work:
        """A block's copies in a row, each worked out on what the one before gives."""
        if inner.name in self.analyser.design.recursive:
            self.error(
                "recursive_block",
                Text("The block {inner} contains itself.", inner=inner.name),
                expected="blocks that end in layers",
                received=Text("{inner} inside {inner}", inner=inner.name),
                advice="Remove this instance, or use a copy of the block.",
                fixes=[fixes.remove_node(Text("Remove {name}", name=self.node.name), self.block.name, self.node.id)],
            )
            return _Work()
        if self.analyser.levels(inner) >= MAX_DEPTH:
            self.error(
                "nested_too_deep",
                Text("Blocks are nested in it {levels} levels deep.", levels=self.analyser.levels(inner)),
                expected=Text("at most {limit} levels in a design", limit=MAX_DEPTH),
                received=Text("{levels} levels", levels=self.analyser.levels(inner) + 1),
                advice="Flatten some of them.",
                fixes=[fixes.remove_node(Text("Remove {name}", name=self.node.name), self.block.name, self.node.id)],
            )
            return _Work()
        copies: list[BlockFacts] = []
        for _ in range(repeat):
            facts = self.analyser.block_facts(inner, values, tensors)
            if facts is None:
                self._too_large()
                return _Work()
            copies.append(facts)
            tensors = facts.outputs
        is_sound = self.analyser.is_main(self.block) and all(copy.worst != Severity.ERROR for copy in copies)
        if is_sound and sum(copy.num_layers for copy in copies) > MAX_LAYERS:
            self._too_many()
            return _Work(copies=tuple(copies))  # it can be opened, and mended inside
        totals = [copy.totals for copy in copies]
        return _Work(tensors, Totals(sum(t.params for t in totals), sum(t.macs for t in totals)), tuple(copies))

    def _too_large(self) -> None:
        what = "The design has too many copies that differ from each other to work them all out."
        self._design_too_large(what, Text("at most {limit:,} of them", limit=MAX_WORK))

    def _too_many(self) -> None:
        what = "With all its copies, and the copies in these, it stands for more layers than a network can have."
        self._design_too_large(what, Text("at most {limit:,}", limit=MAX_LAYERS))

    def _design_too_large(self, what: str, expected: str) -> None:
        once = fixes.set_repeat("Set repeat to 1", self.block.name, self.node.id, 1)
        self.error(
            "design_too_large",
            what,
            expected=expected,
            received="more",
            advice="Use a smaller repeat, or fewer levels of blocks.",
            fixes=[once] if self.node.repeat != 1 else [],
        )
