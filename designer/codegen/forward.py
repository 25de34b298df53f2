"""`forward`: one line a node, in the names of the canvas."""

from __future__ import annotations

from collections.abc import Iterator

from designer.catalogue.emit import expression
from designer.codegen.constructor import Attributes, Statement, needs_flag
from designer.codegen.trace import Step, Trace
from designer.graph.block import Endpoint


def signature(trace: Trace) -> tuple[list[str], str]:
    """The arguments of `forward` behind `self`, with their types, and the type that it returns."""
    names = _entries(trace, {step.node.name for step in trace.steps})
    count = len(trace.results)
    returned = "Tensor" if count == 1 else f"tuple[{', '.join(['Tensor'] * count)}]"
    return [f"{name}: Tensor" for name in names.values()], returned


def body(trace: Trace, attributes: Attributes) -> Iterator[Statement]:
    """The statements of `forward`."""
    taken = {step.node.name for step in trace.steps}
    variables = _entries(trace, taken)
    used = {*trace.results, *(source for step in trace.steps for source in step.sources)}
    for step in trace.steps:
        values = [variables[source] for source in step.sources]
        if step.fixed_out:
            variables.update(dict.fromkeys(step.ends, values[0]))
            continue
        targets = _targets(step, taken)
        variables.update(zip(step.ends, targets, strict=True))
        computed = _computed(step, values, attributes)
        if step is trace.steps[-1] and trace.results == step.ends:
            yield Statement(f"return {computed}", step.node.id)
            return
        shown = [target if end in used else "_" for end, target in zip(step.ends, targets, strict=True)]
        yield Statement(f"{', '.join(shown)} = {computed}", step.node.id)
    yield Statement(f"return {', '.join(variables[end] for end in trace.results)}", "")


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
    if step.is_module:
        computed = f"self.{step.node.name}({', '.join(values)})"
    else:
        sources = {
            name: symbol.source if symbol.constant else f"self.{attributes.parameter(step, name)}"
            for name, symbol in step.values.items()
        }
        computed = expression(step.spec, sources, values)
    if not needs_flag(step, False):
        return computed
    passed = values[0] if len(step.ports) == 1 else f"({', '.join([values[0]] * len(step.ports))})"
    return f"{computed} if self.{attributes.flag(step)} else {passed}"
