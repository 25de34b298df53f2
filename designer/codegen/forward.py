"""`forward`: from the inputs to the outputs, in the names of the canvas."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from designer.catalogue.emit import application, target
from designer.catalogue.spec import LayerSpec
from designer.codegen import layout
from designer.codegen.constructor import Attributes, Statement, needs_flag
from designer.codegen.nesting import nested
from designer.codegen.trace import Step, Trace
from designer.graph.block import Endpoint

_MOST_OPERANDS = 32  # in one expression: Python itself gives up at some hundreds that stand in one another


def signature(trace: Trace) -> tuple[list[str], str]:
    """The arguments of `forward` behind `self`, with their types, and the type that it returns."""
    names = _entries(trace, {step.node.name for step in trace.steps})
    count = len(trace.results)
    returned = "Tensor" if count == 1 else f"tuple[{', '.join(['Tensor'] * count)}]"
    return [f"{name}: Tensor" for name in names.values()], returned


def body(trace: Trace, attributes: Attributes) -> Iterator[Statement]:
    """The statements of `forward`: a line for each value that has a name, with those that need none inside it."""
    inside = nested(trace)
    while True:
        statements = list(_written(trace, attributes, inside))
        long = {s.inside[0] for s in statements if s.inside and not _fits(s)}
        if not long:
            return iter(statements)
        inside -= long  # from the innermost on


def _fits(statement: Statement) -> bool:
    return len(layout.statement(layout.parsed(statement.text), layout.STEP * 2)) == 1


def _written(trace: Trace, attributes: Attributes, inside: Collection[str]) -> Iterator[Statement]:
    taken = {step.node.name for step in trace.steps}
    values = _entries(trace, taken)  # how each value is written where it is read
    typed = set(values)  # the values that type checkers know to be tensors: what modules return may be anything
    within: dict[Endpoint, tuple[str, ...]] = {}  # the nodes that are written there with it
    used, returned = trace.used, trace.returned
    for step in trace.steps:
        is_read = not used.isdisjoint(step.ends)
        if not is_read and (step.fixed_out or not step.is_module):
            continue
        if step.fixed_out:
            values.update(dict.fromkeys(step.ends, values[step.sources[0]]))
            within.update(dict.fromkeys(step.ends, within.get(step.sources[0], ())))
            typed.update(step.ends if step.sources[0] in typed else ())
            continue
        arriving = [values[source] for source in step.sources]
        while len(arriving) > _MOST_OPERANDS and is_read and _is_left_fold(step.spec):
            (name,) = _targets(step, taken)
            yield Statement(f"{name} = {_computed(step, arriving[:_MOST_OPERANDS], attributes)}", step.node.id)
            arriving = [name, *arriving[_MOST_OPERANDS:]]
        computed = _computed(step, arriving, attributes)
        if _is_typed(step, computed) or (not step.is_module and typed.issuperset(step.sources)):
            typed.update(step.ends)
        others = tuple(key for source in step.sources for key in within.get(source, ()))
        if step.node.id in inside:
            values[step.ends[0]], within[step.ends[0]] = computed, (*others, step.node.id)
            continue
        if not is_read:  # a layer of the network, though what reads it is not there
            yield Statement(computed, step.node.id, inside=others)
            continue
        targets = _targets(step, taken)
        values.update(zip(step.ends, targets, strict=True))
        to_say = returned in step.ends and returned not in typed
        if step is trace.steps[-1] and trace.results == step.ends and not step.unpacked and not to_say:
            yield Statement(f"return {computed}", step.node.id, inside=others)
            return
        there = zip(step.ends, targets, step.outputs, strict=False)  # a chunk may give fewer parts than it has ports
        shown = [name if end in used else "_" for end, name, _ in there]
        left = target(step.spec, shown, len(step.ports)) if step.spec else ", ".join(shown)
        if to_say and left == targets[0]:
            left = f"{left}: Tensor"
        elif to_say:
            yield Statement(f"{values[returned]}: Tensor", step.node.id)
        yield Statement(f"{left} = {computed}", step.node.id, inside=others)
    yield Statement(f"return {', '.join(values[end] for end in trace.results)}", "")


def _is_typed(step: Step, computed: str) -> bool:
    """Whether a function of torch gives the value, which type checkers know."""
    if step.is_module or not computed.startswith("torch."):
        return False
    tree = ast.parse(computed, mode="eval").body
    return isinstance(tree, ast.Call) and ast.unparse(tree.func).startswith("torch.")


def _is_left_fold(spec: LayerSpec | None) -> bool:
    """Whether a layer joins tensors one after the other, so that a part of them may be joined first."""
    if spec is None or not spec.variadic or spec.state or not spec.function:
        return False
    joined = application(spec, "", {}, ["a", "b"])
    return application(spec, "", {}, [joined, "c"]) == application(spec, "", {}, ["a", "b", "c"])


def _entries(trace: Trace, taken: set[str]) -> dict[Endpoint, str]:
    """The names of the tensors that arrive: `x` where there is one, else those of the Input nodes."""
    names: dict[Endpoint, str] = {}
    for node in trace.block.inputs:
        wanted = "x" if len(trace.block.inputs) == 1 else node.name
        names[Endpoint(node.id, "output")] = _free(wanted, taken)
    return names


def _targets(step: Step, taken: set[str]) -> list[str]:
    if len(step.ports) == 1:
        return [step.node.name]
    inside = step.inner.nodes if step.inner else {}
    names = [inside[port].name if port in inside else port for port in step.ports]
    return [_free(f"{step.node.name}_{name}", taken) for name in names]


def _free(wanted: str, taken: set[str]) -> str:
    while wanted in taken:
        wanted += "_"
    taken.add(wanted)
    return wanted


def _computed(step: Step, values: list[str], attributes: Attributes) -> str:
    own = f"self.{step.node.name}"
    if step.spec:
        stored = not (step.is_module or step.spec.state)  # parameters that decide here, not when it is made
        sources = {
            name: f"self.{attributes.parameter(step, name)}" if stored and not symbol.constant else symbol.source
            for name, symbol in step.values.items()
        }
        given = [f"({value}).contiguous()" for value in values] if step.needs_contiguous else values
        computed = application(step.spec, own, sources, given)
    else:
        computed = f"{own}({', '.join(values)})"
    if not needs_flag(step, False):
        return computed
    return f"{computed} if self.{attributes.flag(step)} else {_passed(step, values[0])}"


def _passed(step: Step, value: str) -> str:
    """What takes the place of a node that is not there: its first input, in the form of what it would return."""
    values = [value] * len(step.outputs)
    if step.unpacked:
        return f"({target(step.spec, values).replace(', _', ', None')})"
    return value if len(values) == 1 else f"({', '.join(values)})"
