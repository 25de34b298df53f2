"""A trace: a block gone through once with symbols, before any of its code is written.

Each step has the tensors at its node with Dims for lengths, so that the code can say `nn.Linear(512 // ratio * 7 * 7,
4096)`. A block inside is gone through with what its instance gives it, in the names of the outer block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import networkx as nx

from designer.analysis import ports
from designer.base.errors import DesignError
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import LayerError, LayerSpec, Tensor, Values, variadic_index
from designer.codegen import symbols
from designer.codegen.dims import Dim, choose
from designer.codegen.symbols import Scope, Symbol
from designer.graph.block import INPUT, OUTPUT, Block, Endpoint, Node
from designer.graph.design import Design
from designer.graph.names import fresh

Tensors = tuple[Tensor, ...]
_AXES = {2: ("features",), 3: ("channels", "length"), 4: ("channels", "height", "width")}


@dataclass(frozen=True)
class LoopVariable:
    """A length that grows from copy to copy: `channels` starts at `initial` and becomes `update` behind each."""

    name: str
    initial: str
    update: str


@dataclass(frozen=True)
class Step:
    """One node of a trace. inputs: what its constructor sees, in a loop the tensors of any copy."""

    node: Node
    spec: LayerSpec | None
    inner: Block | None
    values: dict[str, Symbol]
    inputs: Tensors
    outputs: Tensors
    sources: tuple[Endpoint, ...]
    when: Symbol
    repeat: Symbol
    loop: tuple[LoopVariable, ...] = ()

    @property
    def fixed_out(self) -> bool:
        """Whether it is never there."""
        return (self.when.constant and not self.when.value) or (self.repeat.constant and self.repeat.value == 0)

    @property
    def optional(self) -> bool:
        """Whether a condition decides, when the network is built."""
        return not self.when.constant

    @property
    def repeated(self) -> bool:
        """Whether it stands for several copies, or a number that only the parameters tell."""
        return not (self.repeat.constant and self.repeat.value == 1)


@dataclass
class Trace:
    """A block gone through: its steps in order, and the tensors at its Output nodes."""

    block: Block
    steps: list[Step] = field(default_factory=list)
    outputs: Tensors = ()
    results: tuple[Endpoint, ...] = ()


def axis_name(rank: int, axis: int) -> str:
    """What an axis behind the batch is called: `channels`, `height`, `features`."""
    names = _AXES.get(rank) or ("channels", "depth", "height", "width")
    return names[axis - 1] if axis <= len(names) else f"size{axis}"


class Tracer:
    """Goes through the blocks of one design; remembers, for each block, the first way in which it was entered."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.entered: dict[str, tuple[Scope, Tensors]] = {}
        self._known: dict[Any, Trace] = {}

    def trace(self, block: Block, scope: Scope, inputs: Tensors, *, own: bool = False) -> Trace:
        """Go through `block`. own: in the names of its own class, with loops; else in its user's names.

        Raises DesignError where a repeated block changes a length in a way that has no closed form.
        """
        key = (block.name, own, tuple(sorted(scope.items(), key=lambda item: item[0])), _signature(inputs))
        if key not in self._known:
            self.entered.setdefault(block.name, (scope, inputs))
            self._known[key] = self._trace(block, scope, inputs, own)
        return self._known[key]

    def _trace(self, block: Block, scope: Scope, inputs: Tensors, own: bool) -> Trace:
        trace = Trace(block)
        tensors: dict[Endpoint, Tensor] = {}
        live = set().union(*(nx.ancestors(block.graph, node.id) | {node.id} for node in block.outputs))
        taken = set(scope)
        for key in block.order:
            node = block.nodes[key]
            if key not in live:
                continue
            if node.kind == INPUT and block.name != self.design.main:
                index = [entry.id for entry in block.inputs].index(key)
                tensors[Endpoint(key, "output")] = inputs[index]
                continue
            step = self._step(block, node, scope, tensors, taken if own else None)
            for port, tensor in zip(ports.output_ports(self.design, block, node), step.outputs, strict=True):
                tensors[Endpoint(key, port)] = tensor
            taken |= {variable.name for variable in step.loop}
            if node.kind not in (INPUT, OUTPUT):
                trace.steps.append(step)
        ends = [(block.incoming[node.id]["input"]) for node in block.outputs]
        trace.results = tuple(ends)
        trace.outputs = tuple(tensors[end] for end in ends)
        return trace

    def _step(
        self, block: Block, node: Node, scope: Scope, tensors: dict[Endpoint, Tensor], taken: set[str] | None
    ) -> Step:
        spec = spec_of(node.kind)
        inner = None if spec else self.design.blocks[node.kind]
        sources = self._sources(block, node, spec)
        incoming = tuple(tensors[source] for source in sources)
        values = {
            name: symbols.symbolic(setting, scope)
            for name, setting in {**_defaults(spec, inner), **node.params}.items()
        }
        when, repeat = symbols.symbolic(node.when, scope), symbols.symbolic(node.repeat, scope)
        run = self._runner(spec, inner, values)
        step = Step(node, spec, inner, values, incoming, (), sources, when, repeat)
        if spec and spec.outputs == ():
            return step
        count = len(ports.output_ports(self.design, block, node))
        if step.fixed_out:
            return replace(step, outputs=incoming[:1] * count)
        try:
            step = self._repeated(step, run, taken) if step.repeated else replace(step, outputs=run(incoming))
        except LayerError:
            if when.value:
                raise
            return replace(step, outputs=incoming[:1] * count)  # it is not there, and would not fit here
        if step.optional and incoming:
            step = replace(step, outputs=tuple(_either(when, out, incoming[0]) for out in step.outputs))
        return step

    def _sources(self, block: Block, node: Node, spec: LayerSpec | None) -> tuple[Endpoint, ...]:
        wired = block.incoming[node.id]
        if spec and spec.variadic:
            return tuple(wired[port] for port in sorted(wired, key=variadic_index))
        return tuple(wired[port] for port in ports.input_ports(self.design, block, node))

    def _runner(
        self, spec: LayerSpec | None, inner: Block | None, values: dict[str, Symbol]
    ) -> Callable[[Tensors], Tensors]:
        if spec:
            numbers = Values({name: symbols.number(symbol) for name, symbol in values.items()})

            def run_layer(tensors: Tensors) -> Tensors:
                found = spec.infer(numbers, tensors)
                return (found,) if isinstance(found, Tensor) else tuple(found)

            return run_layer

        def run_block(tensors: Tensors) -> Tensors:
            return self.trace(inner, block_scope(values, tensors), tensors).outputs

        return run_block

    def _repeated(self, step: Step, run: Callable[[Tensors], Tensors], taken: set[str] | None) -> Step:
        """A node that stands for several copies, each on what the one before gives."""
        first = run(step.inputs)
        if _signature(first) == _signature(step.inputs[:1]):
            return replace(step, outputs=first)
        if taken is None:
            return replace(step, outputs=(_closed_form(step, first[0], run),))
        # In its own class: a loop whose variables follow the lengths that change.
        start, variables = step.inputs[0], []
        for axis, (before, after) in enumerate(zip(start.shape, first[0].shape, strict=True)):
            if repr(before) != repr(after):
                name = axis_name(start.rank, axis)
                name = name if name not in taken else fresh(name, taken)
                taken.add(name)
                variables.append((axis, name))
        shape = list(start.shape)
        for axis, name in variables:
            shape[axis] = Dim(int(shape[axis]), name)
        inside = Tensor(tuple(shape), start.dtype)
        behind = run((inside,))[0]
        loop = tuple(LoopVariable(name, repr(start.shape[axis]), repr(behind.shape[axis])) for axis, name in variables)
        last = self._value_after(step, run)
        for axis, name in variables:
            shape[axis] = Dim(int(last.shape[axis]), name)
        return replace(step, inputs=(inside,), outputs=(Tensor(tuple(shape), behind.dtype),), loop=loop)

    @staticmethod
    def _value_after(step: Step, run: Callable[[Tensors], Tensors]) -> Tensor:
        tensors = step.inputs
        for _ in range(max(1, step.repeat.value)):
            tensors = run(tensors)
        return tensors[0]


def block_scope(values: dict[str, Symbol], tensors: Sequence[Tensor]) -> dict[str, Symbol]:
    """What expressions in a block may name, as symbols of its user."""
    scope = dict(values)
    if tensors and tensors[0].rank >= 2:
        scope.setdefault("in_channels", symbols.of_dim(tensors[0].shape[1]))
    return scope


def _closed_form(step: Step, first: Tensor, run: Callable[[Tensors], Tensors]) -> Tensor:
    if step.repeat.constant:
        tensors: Tensors = step.inputs
        for _ in range(step.repeat.value):
            tensors = run(tensors)
        return tensors[0]
    second = run((first,))[0]
    shape = []
    for zeroth, once, twice in zip(step.inputs[0].shape, first.shape, second.shape, strict=True):
        if repr(once) == repr(twice):
            shape.append(once)
            continue
        growth, again = once - zeroth, twice - once
        if repr(growth) != repr(again):
            raise DesignError(
                f"{step.node}: a length changes with each of its copies in a way that code cannot state.",
                expected="copies that keep a length, or add the same to it each time",
                fix="Give repeat a number instead of an expression.",
            )
        count = symbols.number(step.repeat)
        shape.append(zeroth + count * growth)
    return Tensor(tuple(shape), first.dtype)


def _either(when: Symbol, there: Tensor, passed: Tensor) -> Tensor:
    if there.rank != passed.rank:
        return there if when.value else passed
    chosen = there if when.value else passed
    axes = zip(there.shape, passed.shape, chosen.shape, strict=True)
    return Tensor(tuple(choose(when.source, yes, no, value) for yes, no, value in axes), chosen.dtype)


def _defaults(spec: LayerSpec | None, inner: Block | None) -> dict[str, Any]:
    return {p.name: p.default for p in spec.parameters} if spec else dict(inner.defaults)


def _signature(tensors: Sequence[Tensor]) -> tuple[Any, ...]:
    return tuple((tensor.dtype, *((int(d), repr(d)) for d in tensor.shape)) for tensor in tensors)
