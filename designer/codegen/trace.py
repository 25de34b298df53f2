"""A trace: a block gone through once with symbols, before any of its code is written.

Each step has the tensors at its node with Dims for lengths, so that the code can say `nn.Linear(512 // ratio * 7 * 7,
4096)`. A block inside is gone through with what its instance gives it, in the names of the outer block.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from designer.analysis import ports
from designer.base.errors import BlockyardError
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import LayerSpec, Tensor, Values, variadic_index
from designer.codegen import growth, stages, symbols
from designer.codegen.dims import choose, unstated
from designer.codegen.growth import LoopVariable, Tensors
from designer.codegen.stages import Stages
from designer.codegen.symbols import Scope, Symbol
from designer.graph.block import INPUT, OUTPUT, Block, Endpoint, Node
from designer.graph.design import Design
from designer.graph.expressions import Value

# What a rule raises of a node that is not there, whose parameters nobody has checked.
UNFIT = (BlockyardError, ArithmeticError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Step:
    """One node of a trace. inputs: what its constructor sees, in a loop the tensors of any copy.

    copies: what each copy's constructor sees, where they are written one by one. is_unfit: whether it could not be
    built, and is not there. is_uneven: whether no loop can build its copies.
    """

    node: Node
    spec: LayerSpec | None
    inner: Block | None
    values: dict[str, Symbol]
    inputs: Tensors
    outputs: Tensors
    ports: tuple[str, ...]
    sources: tuple[Endpoint, ...]
    when: Symbol
    repeat: Symbol
    loop: tuple[LoopVariable, ...] = ()
    copies: tuple[Tensors, ...] = ()
    is_unfit: bool = False
    is_uneven: bool = False

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

    @property
    def is_module(self) -> bool:
        """Whether code constructs it; else it is an expression in `forward`."""
        return self.inner is not None or bool(self.spec and self.spec.module)

    @property
    def needs_contiguous(self) -> bool:
        """Whether its module takes an input only where its elements lie in the order of the axes."""
        return bool(self.spec and self.spec.contiguous(self.inputs))

    @property
    def unpacked(self) -> bool:
        """Whether what its module returns is more than its outputs."""
        return bool(self.spec and self.spec.unpack)

    @property
    def ends(self) -> tuple[Endpoint, ...]:
        """Its output ports as ends of wires."""
        return tuple(Endpoint(self.node.id, port) for port in self.ports)


@dataclass
class Trace:
    """A block gone through: its steps in order, and the tensors at its Input and Output nodes. Asked when complete."""

    block: Block
    steps: list[Step] = field(default_factory=list)
    inputs: Tensors = ()
    outputs: Tensors = ()
    results: tuple[Endpoint, ...] = ()
    stages: dict[str, Stages] = field(default_factory=dict)  # by the id of each one's first node

    @cached_property
    def used(self) -> set[Endpoint]:
        """The values that are read: by a layer, or on the way to an output."""
        used = set(self.results)
        for step in reversed(self.steps):
            if step.fixed_out:
                if not used.isdisjoint(step.ends):
                    used.add(step.sources[0])
            elif step.is_module or not used.isdisjoint(step.ends):
                used.update(step.sources)
        return used

    @cached_property
    def returned(self) -> Endpoint | None:
        """Where the one result comes from, through nodes that are never there; None where there are several."""
        if len(self.results) != 1:
            return None
        end = self.results[0]
        for step in reversed(self.steps):
            if step.fixed_out and end in step.ends:
                end = step.sources[0]
        return end

    @property
    def has_loops(self) -> bool:
        """Whether lengths in it are the variables of loops."""
        return bool(self.stages) or any(step.loop for step in self.steps)

    @cached_property
    def is_chain(self) -> bool:
        """Whether tensors go through one module after the other: then nn.Sequential runs it without a `forward`."""
        if len(self.block.inputs) != 1 or len(self.block.outputs) != 1:
            return False
        at = Endpoint(self.block.inputs[0].id, "output")
        for step in self.steps:
            if not step.is_module or step.sources != (at,) or len(step.ends) != 1:
                return False
            if step.unpacked or step.needs_contiguous:
                return False
            at = step.ends[0]
        return self.results == (at,)


class Entrance:
    """One way in which a block is entered: the values of its parameters and the tensors that arrive, all plain."""

    def __init__(self, block: Block, values: dict[str, Value], tensors: Sequence[Tensor]) -> None:
        self.block = block
        self.values = values
        self.tensors = tuple(Tensor(tuple(map(int, tensor.shape)), tensor.dtype) for tensor in tensors)
        self.key = (block.name, tuple((name, repr(value)) for name, value in values.items()), self.tensors)


class Tracer:
    """Goes through the blocks of one design, each once in each way in which it is entered."""

    def __init__(self, design: Design, batch: int = 1) -> None:
        self.design = design
        self.batch = batch  # of which lengths follow where a layer takes the first axis for another
        self._known: dict[Any, Trace] = {}

    def trace(self, block: Block, scope: Scope, inputs: Tensors) -> Trace:
        """Go through `block` in the names of its user. Raises one of UNFIT where it does not fit."""
        return self._kept(block, scope, inputs, None)

    def own_trace(self, block: Block, scope: Scope, inputs: Tensors, unrolled: Collection[str] = ()) -> Trace:
        """As `trace`, but in the names of its own class, with loops. unrolled: nodes whose copies stand one by one."""
        return self._kept(block, scope, inputs, frozenset(unrolled))

    def _kept(self, block: Block, scope: Scope, inputs: Tensors, unrolled: frozenset[str] | None) -> Trace:
        symbols_given = tuple(sorted((name, repr(symbol)) for name, symbol in scope.items()))
        key = (block.name, unrolled, symbols_given, growth.signature(inputs))
        if key not in self._known:
            self._known[key] = self._trace(block, scope, inputs, unrolled)
        return self._known[key]

    def staged(
        self,
        block: Block,
        scope: Scope,
        inputs: Tensors,
        written_out: Collection[str] = (),
        unrolled: Collection[str] = (),
    ) -> Trace:
        """As `own_trace`, with loops over stages where it is a chain.

        written_out: the first nodes of runs that are to stay lines.
        """
        trace = self.own_trace(block, scope, inputs, unrolled)
        runs = stages.runs(trace.steps) if trace.is_chain else {}
        runs = {key: length for key, length in runs.items() if key not in written_out}
        return self._trace(block, scope, inputs, frozenset(unrolled), runs) if runs else trace

    def entrances(self, step: Step) -> Iterator[Entrance]:
        """How the copies of a step's block are entered, each way once."""
        entrance, seen = self.entrance(step, step.inputs), set()
        for _ in range(max(1, step.repeat.value)):
            if entrance.key in seen:
                return
            seen.add(entrance.key)
            yield entrance
            if step.repeat.value > 1:
                scope = {name: symbols.constant(value) for name, value in entrance.values.items()}
                try:
                    behind = self.trace(step.inner, block_scope(scope, entrance.tensors), entrance.tensors).outputs
                except UNFIT:
                    return
                entrance = self.entrance(step, behind)

    def entrance(self, step: Step, tensors: Tensors) -> Entrance:
        """How the copy of a step's block is entered that receives `tensors`."""
        return Entrance(step.inner, {name: symbol.value for name, symbol in step.values.items()}, tensors)

    def _trace(
        self,
        block: Block,
        scope: Scope,
        inputs: Tensors,
        unrolled: frozenset[str] | None,
        runs: Mapping[str, int] | None = None,
    ) -> Trace:
        trace = Trace(block, inputs=inputs)
        is_main = block.name == self.design.main
        if is_main:
            scope = block_scope(dict(scope), self._entering(block, scope))
        tensors: dict[Endpoint, Tensor] = {}
        for entry, tensor in zip(block.inputs, inputs, strict=not is_main):
            tensors[Endpoint(entry.id, "output")] = tensor
        # Names that a loop's variables must not have: parameters, arguments that follow, classes.
        taken = {*scope, *block.kinds, *(str(d) for t in inputs for d in map(repr, t.shape))}
        variables: set[str] = set()
        run: list[Step] = []  # of stages, as far as it has come
        length = 0
        for key in block.order:
            node = block.nodes[key]
            if key not in block.live or Endpoint(key, "output") in tensors:
                continue
            step = self._step(block, node, scope, tensors, unrolled, taken)
            tensors.update(zip(step.ends, step.outputs, strict=False))  # a chunk may give fewer than it has ports
            variables |= {variable.name for variable in step.loop}
            taken |= variables
            if node.kind not in (INPUT, OUTPUT):
                trace.steps.append(step)
            if runs and key in runs:
                run, length = [], runs[key]
            if len(run) < length:
                run.append(step)
                if len(run) == length and (made := self._stages(run, taken, variables)):
                    trace.stages[run[0].node.id], tensors[step.ends[0]] = made
        ends = [block.incoming[node.id]["input"] for node in block.outputs]
        trace.results = tuple(ends)
        trace.outputs = tuple(tensors[end] for end in ends)
        if is_main:
            ends = [Endpoint(node.id, "output") for node in block.inputs]
            trace.inputs = tuple(tensors[end] for end in ends if end in tensors)
        return trace

    def _entering(self, block: Block, scope: Scope) -> Tensors:
        """The tensor that the first Input of the outermost block says."""
        for entry in block.inputs[:1]:
            return self._step(block, entry, scope, {}, None, set()).outputs
        return ()

    def _step(
        self,
        block: Block,
        node: Node,
        scope: Scope,
        tensors: dict[Endpoint, Tensor],
        unrolled: frozenset[str] | None,
        taken: set[str],
    ) -> Step:
        spec = spec_of(node.kind, self.design)
        inner = None if spec else self.design.blocks[node.kind]
        sources = self._sources(block, node, spec)
        incoming = tuple(tensors[source] for source in sources)
        when, repeat = symbols.symbolic(node.when, scope), symbols.symbolic(node.repeat, scope)
        there = bool(when.value and repeat.value)
        values = {
            name: symbols.symbolic(node.params.get(name, default), scope, default, there=there)
            for name, default in _defaults(spec, inner).items()
        }
        names = ports.output_ports(self.design, block, node)
        step = Step(node, spec, inner, values, incoming, (), names, sources, when, repeat)
        if not names:
            return step
        passed = incoming[:1] * len(names)
        if step.fixed_out:
            return replace(step, outputs=passed)
        run = self._runner(spec, inner, values)
        try:
            step = self._repeated(step, run, unrolled, taken) if step.repeated else replace(step, outputs=run(incoming))
        except UNFIT:
            if there:
                raise
            return replace(step, outputs=passed, is_unfit=True)
        if not there and len(step.outputs) < len(names):  # it would give fewer parts than are read of it here
            return replace(step, outputs=passed, is_unfit=True)
        if step.optional and incoming and not step.loop:
            step = replace(step, outputs=tuple(_either(when, out, incoming[0]) for out in step.outputs))
        return step

    def _stages(self, run: Sequence[Step], taken: set[str], variables: set[str]) -> tuple[Stages, Tensor] | None:
        def make(values: dict[str, Symbol], arriving: Tensors) -> Tensors:
            return self._runner(run[0].spec, run[0].inner, values)(arriving)

        made = stages.stages(run, make, taken, variables)
        if made and made[0].carried:
            variables.add(made[0].carried.name)
            taken.add(made[0].carried.name)
        return made

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
                outputs = (found,) if isinstance(found, Tensor) else tuple(found)
                if spec.kind == INPUT:
                    return tuple(Tensor((self.batch, *tensor.shape[1:]), tensor.dtype) for tensor in outputs)
                return outputs

            return run_layer

        def run_block(tensors: Tensors) -> Tensors:
            return self.trace(inner, block_scope(values, tensors), tensors).outputs

        return run_block

    def _repeated(
        self, step: Step, run: Callable[[Tensors], Tensors], unrolled: frozenset[str] | None, taken: set[str]
    ) -> Step:
        """A node that stands for several copies, each on what the one before gives."""
        if growth.signature(run(step.inputs)) == growth.signature(step.inputs):
            return replace(step, outputs=step.inputs)
        passed = growth.arriving(step.inputs, step.repeat.value, run)
        if unrolled is None:
            return replace(step, outputs=(growth.closed_form(passed, step.repeat, run),))
        if step.node.id in unrolled:
            return replace(step, copies=tuple(passed[:-1]), outputs=passed[-1])
        looped = growth.loop(passed if step.when.value else [*passed[:-1], step.inputs], run, taken)
        if looped is None:
            return replace(step, outputs=passed[-1], is_uneven=True)
        inside, behind, loop = looped
        return replace(step, inputs=(inside,), outputs=(behind,), loop=loop)


def block_scope(values: dict[str, Symbol], tensors: Sequence[Tensor]) -> dict[str, Symbol]:
    """What expressions in a block may name, as symbols of its user."""
    scope = dict(values)
    if tensors and tensors[0].rank >= 2:
        scope.setdefault("in_channels", symbols.of_dim(tensors[0].shape[1]))
    return scope


def _either(when: Symbol, there: Tensor, passed: Tensor) -> Tensor:
    chosen = there if when.value else passed
    if there.rank != passed.rank:
        return Tensor(tuple(map(unstated, chosen.shape)), chosen.dtype)
    axes = zip(there.shape, passed.shape, chosen.shape, strict=True)
    return Tensor(tuple(choose(when.source, yes, no, value) for yes, no, value in axes), chosen.dtype)


def _defaults(spec: LayerSpec | None, inner: Block | None) -> dict[str, Any]:
    return {p.name: p.default for p in spec.parameters} if spec else dict(inner.defaults)
